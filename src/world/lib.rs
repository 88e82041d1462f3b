//! The country of a run: what a document says of a province, and the people and arrivals that make it come true.
//!
//! Pure: data and a seed in, people and arrivals out; no file is opened, no clock is read. Read in this order: [`Calendar`] says
//! which days are worked; [`Province`] is one document as counts that add up ([`Cell`]s); [`apportion()`] is how all whole
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
pub use arrivals::{Arrival, Curve, arrivals, timeline};
pub use calendar::{Calendar, Day};
pub use period::Period;
pub use plan::{Peak, Peaks, Plan, PlannedFigure, Quantity};
pub use population::{Population, Scale, ScaleOutOfRange, Sex};
pub use profile::{
    Bound, CashOnDelivery, Catalogue, Cell, Change, Decimal, Dimension, Edition, Extra, Figure, Offer, Offered, Office,
    Paper, People, Place, Planned, Procedure, Property, Province, Reach, Realised, Selector, ServiceCount, Services,
    Unit, Units, Word,
};
pub use rows::{CalendarRow, FigureRow, calendar_rows, figure_rows};

#[cfg(test)]
mod shipped;
#[cfg(test)]
mod shipped_catalogues;
