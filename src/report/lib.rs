//! How a finished run is said: in a terminal, on a page, to a CI system, to a program.
//!
//! [`Summary::measure`] computes once everything that is said; each form is a function of that value alone, so that all
//! forms agree. This crate never sees what drives a run (engine, portal, world), only what was recorded and judged.

mod adapter;
mod capacity;
mod errors;
mod fidelity;
mod latency;
mod provinces;
mod series;
mod summary;
mod targets;
mod traffic;

pub mod text;
pub mod words;

pub mod charts;
mod counting;
mod html;
mod json;
mod junit;
mod terminal;

pub use adapter::{Misunderstanding, Misunderstandings};
pub use capacity::{
    Answer, Capacity, CapacityStep, OfficeDay, Purpose, Recovery, StepStanding, capacity_html, capacity_json,
    capacity_step, capacity_terminal,
};
pub use errors::{ErrorReason, Errors, Others};
pub use fidelity::{Agreement, FigureLine};
pub use html::html;
pub use json::summary_json;
pub use junit::junit;
pub use latency::Latency;
pub use provinces::ProvinceLine;
pub use series::{Day, WallPoint, WallSeries};
pub use summary::{CaseLine, Citation, FigureCounts, Generator, Identities, RuleCounts, Summary, SummaryError};
pub use targets::{Standing, TargetLine, target_score};
pub use terminal::page::{Column, Ink, Page, Side, wrapped};
pub use terminal::{Style, terminal};
pub use traffic::{FaultCount, OperationTraffic, PhaseTraffic, SlowExchange, Traffic};
