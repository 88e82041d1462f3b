//! The country of a run: what a document says of a province, and the people and arrivals that make it come true.
//!
//! Pure: data and a seed in, people and arrivals out; no file is opened, no clock is read. Read in this order: [`Calendar`] says
//! which days are worked; [`Province`] is one document as counts that add up ([`Cell`]s); [`apportion()`] is how all whole
//! numbers are divided; [`Population`] is the formula from a case number to its dossier and back, [`Attachments`] what is
//! handed in with it; [`arrivals()`] says when everybody comes and [`timeline()`] how fast that is played; [`Plan`] sums it up
//! for people and for `plan.json`.
//!
//! What it does not know: portals, journeys, how a dossier is submitted, what a run observes.

mod apportion;
mod arrivals;
mod attachments;
mod calendar;
mod period;
mod plan;
mod population;
mod profile;
mod rows;

pub use apportion::{Sequence, apportion};
pub use arrivals::{Arrival, Curve, arrivals, timeline};
pub use attachments::{Attachment, Attachments, Bytes, Media};
pub use calendar::{Calendar, Day};
pub use period::Period;
pub use plan::{Peak, Peaks, Plan, PlannedFigure, Quantity};
pub use population::{
    Birthday, Clerk, ClerkRole, Exposed, HardInputs, HardInputsSyntax, Identity, Population, Realism, Rendered, Scale,
    ScaleOutOfRange, Sex, TooManyPeople, clerks, exposed, in_order,
};
pub use profile::{
    CashOnDelivery, Catalogue, Cell, Decimal, Dimension, Figure, Office, Paper, People, Place, Planned, Procedure,
    Province, Realised, Selector, Unit, Word,
};
pub use rows::{CalendarRow, FigureRow, calendar_rows, figure_rows};

#[cfg(test)]
mod shipped;
