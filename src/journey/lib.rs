//! What a person does next: scripts in YAML, executed by a state machine without I/O.
//!
//! [`Scripts`] are all journeys of a run, compiled. A [`JourneyInstance`] is one person's place in one of them.
//! [`Scripts::next`] returns the next action, given the [`Situation`] that the caller sees. The caller performs it and reports
//! the outcome with [`JourneyInstance::answered`]. Clerks and citizens work the same way. [`Scripts::least`] gives a lower bound
//! of the operations before a run.
//!
//! This crate does not know portals, sockets or threads: time is an argument, and chance is a function of seed,
//! case and draw.

mod compile;
mod completion_time;
mod instance;
mod lower_bound;
mod script;

pub use compile::Scripts;
pub use instance::{Action, Ending, JourneyId, JourneyInstance, Situation};
pub use lower_bound::Counts;
