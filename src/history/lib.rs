//! What happened: the tables of a run, the recorder that fills them while the run goes on, and the reader.
//!
//! One SQLite file per run holds everything a judge may see (`schema.sql` is the contract; `packed.sql` keeps it small). [`Store`] creates it and
//! writes the plan; [`Recorder`] is the one writer thread, fed by bounded channels with [`Batch`]es of records;
//! [`open`] opens a finished (or killed) history for reading.
//!
//! This crate does not know portals, provinces or rules, and never waits for a sender.

mod batch;
mod catalogue;
mod packing;
mod plan;
mod recorder;
mod rows;
mod store;

pub use batch::{Batch, Exchange, Misread, Observed, ProgressLine, Redirect, ShownService, Signal, Stall, Text};
pub use packing::schema as packed_schema;
pub use plan::{PlannedDossier, figures, targets};
pub use recorder::{Inlet, Recorder, RecorderLoss};
pub use store::{ERRORS_BY_REASON, HistoryError, SCHEMA, SCHEMA_VERSION, Store, open};
