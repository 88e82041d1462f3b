//! The country of a run: what a document says of a province, and the people and arrivals that make it come true.
//!
//! Pure: data and a seed in, people and arrivals out; no file is opened, no clock is read. Read in this order: [`Calendar`] says
//! which days are worked; [`Province`] is one document as counts that add up ([`Cell`]s); [`apportion()`] is how all whole
//! numbers are divided; [`Population`] is the formula from a case number to its dossier and back; [`arrivals()`] says
//! when everybody comes and [`timeline()`] how fast that is played; [`Plan`] sums it up for people and for `plan.json`.
//! [`Country`] makes many provinces from one template, with units and places of a [`Gazetteer`]; [`CountryPlan`] sums them up.
//!
//! What it does not know: portals, journeys, how a dossier is submitted, what a run observes.

mod administrative;
mod apportion;
mod arrivals;
mod calendar;
mod country;
mod country_plan;
mod digest;
mod period;
mod plan;
mod population;
mod profile;
mod rows;
mod tally;

pub use administrative::{Commune, Division, Gazetteer, Territory};
pub use apportion::{Sequence, apportion};
pub use arrivals::{Arrival, Curve, arrivals, timeline};
pub use calendar::{Calendar, Day};
pub use country::{Basis, Country, Member, Template, Volume};
pub use country_plan::{CountryPlan, Planning, ProvincePlan};
pub use period::Period;
pub use plan::{Peak, Peaks, Plan, PlannedFigure, Quantity, kinds};
pub use population::{Population, Scale, ScaleOutOfRange, Sex};
pub use profile::{
    CashOnDelivery, Catalogue, Cell, Decimal, Dimension, Figure, Office, Paper, People, Place, Planned, Procedure,
    Province, Realised, Selector, Surroundings, Unit, Word,
};
pub use rows::{CalendarRow, FigureRow, calendar_rows, figure_rows};

#[cfg(test)]
mod shipped;
