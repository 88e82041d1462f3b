//! The country of a run: what a document says of a province, and the people and arrivals that make it come true.
//!
//! Pure: data and a seed in, people and arrivals out; no file is opened, no clock is read. Read in this order: [`Calendar`] says
//! which days are worked, [`WorkingTime`] and [`deadline()`] what the law counts on them; [`Province`] is one document as counts
//! that add up ([`Cell`]s); [`apportion()`] is how all whole numbers are divided; [`Population`] is the formula from a case
//! number to its dossier and back, [`Attachments`] what is handed in with it; [`arrivals()`] says when everybody comes; [`People`] are the
//! populations of all provinces of a run on one clock, who only looks, and how fast that is played; [`Plan`] sums it up for people and for `plan.json`. [`Country`] makes many
//! provinces from one template, with units and places of a [`Gazetteer`]; [`CountryPlan`] sums them up.
//!
//! What it does not know: portals, journeys, how a dossier is submitted, what a run observes.

mod administrative;
mod apportion;
mod arrivals;
mod attachments;
mod calendar;
mod country;
mod country_plan;
mod digest;
mod fidelity;
mod people;
mod period;
mod plan;
mod plan_visits;
mod population;
mod province;
mod rows;
mod tally;
mod target;

pub use administrative::{Commune, Division, Gazetteer, Territory};
pub use apportion::{Sequence, apportion};
pub use arrivals::{Arrival, ArrivalRate, Curve, LoadCurve, LoadShape, Visits, arrivals, arrivals_within, batches};
pub use attachments::{Attachment, Attachments, Bytes, Media};
pub use calendar::{
    Apology, Basis, Calendar, Day, Deadline, Evidence, Law, LegalTime, NoDeadline, Pause, Ruled, WorkingTime, deadline,
    intake_deadline, planned_deadline,
};
pub use country::{Country, Member, Provenance, Template, Volume};
pub use country_plan::{CountryPlan, Planning, ProvincePlan};
pub use fidelity::{CountedFigure, Fidelity};
pub use people::{Moved, NotTogether, Part, People, Played, clock};
pub use period::Period;
pub use plan::{Peak, Peaks, Plan, PlannedFigure, PlannedProvince, Quantity};
pub use plan_visits::{Crowd, PlannedVisits};
pub use population::{
    Birthday, Clerk, ClerkRole, EdgeCaseShares, EdgeCaseSharesSyntax, Exposed, Identity, Population, Realism, Rendered,
    Scale, ScaleOutOfRange, Sex, TooManyPeople, clerks, exposed, in_order,
};
pub use province::{
    Assumption, Bound, Catalogue, Cell, Change, Charge, Contradiction, Dimension, Edition, Ethnicity, Extra, Figure,
    Hours, Offer, Offered, Office, Paper, Place, Planned, Procedure, Property, Province, Reach, Realised, Selector,
    ServiceCount, Services, Surroundings, Terms, Unit, Units, Word,
};
pub use rows::{calendar_rows, figure_rows, target_rows};
pub use target::{Reached, Share, Target};

#[cfg(test)]
mod shipped;
#[cfg(test)]
mod shipped_catalogues;
