//! The country of a run: what a document says of a province, and the people and arrivals that make it come true.
//!
//! Pure: data and a seed in, people and arrivals out; no file is opened, no clock is read. Read in this order: [`Calendar`] says
//! which days are worked, [`WorkingTime`] and [`deadline()`] what the law counts on them;
//! [`Province`] is one document as counts that add up ([`Cell`]s); [`apportion()`] is how all whole
//! numbers are divided; [`Population`] is the formula from a case number to its dossier and back; [`arrivals()`] says
//! when everybody comes and [`timeline()`] how fast that is played; [`Plan`] sums it up for people and for `plan.json`.
//!
//! What it does not know: portals, journeys, how a dossier is submitted, what a run observes.

mod apportion;
mod arrivals;
mod calendar;
mod period;
mod plan;
mod population;
mod profile;
mod rows;

pub use apportion::{Sequence, apportion};
pub use arrivals::{Arrival, Curve, arrivals, arrivals_within, batches, timeline};
pub use calendar::{
    Apology, Basis, Calendar, Day, Deadline, Evidence, Law, LegalTime, NoDeadline, Pause, Ruled, WorkingTime, deadline,
    intake_deadline, planned_deadline,
};
pub use period::Period;
pub use plan::{Peak, Peaks, Plan, PlannedFigure, Quantity};
pub use population::{Population, Scale, ScaleOutOfRange, Sex};
pub use profile::{
    CashOnDelivery, Catalogue, Cell, Decimal, Dimension, Figure, Hours, Office, Paper, People, Place, Planned,
    Procedure, Province, Realised, Selector, Unit, Word,
};
pub use rows::{CalendarRow, FigureRow, calendar_rows, figure_rows};

#[cfg(test)]
mod shipped;
