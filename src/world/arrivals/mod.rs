//! When everybody comes: exact in total, Poisson in texture, inside office hours where a counter is needed.
//!
//! Given how many come in a window, the points of a Poisson process are independent draws from its rate curve: the instant
//! of a dossier is `L^-1(u)`, `L` being the mass of its channel's curve over its cell's window and `u` a draw that belongs to
//! the dossier. [`arrivals`] lists them in order; it knows nothing of wall time, which is [`timeline()`]'s.
//!
//! # Source
//! Kim and Whitt, "Are call center and hospital arrivals well modeled by nonhomogeneous Poisson processes?", 2014
//! (conditional uniformity).

mod curve;
mod timeline;

use model::{CaseId, SimTime};

pub use curve::Curve;
pub(crate) use curve::{Schedule, check};
pub use timeline::timeline;

use crate::Population;

/// One dossier comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When the applicant means to submit.
    pub due: SimTime,
    /// Which dossier.
    pub case: CaseId,
    /// The unit that decides, by its position in the province.
    pub unit: u16,
}

/// Every dossier of the population, ordered by due instant, then case.
pub fn arrivals(population: &Population) -> Vec<Arrival> {
    let mut arrivals: Vec<_> = population.ids().map(|case| population.arrival(case)).collect();
    arrivals.sort_unstable();
    arrivals
}
