//! What a person does next: scripts written in YAML, walked by a state machine that does nothing itself.
//!
//! [`Scripts`] are all journeys of a run, compiled. A [`JourneyInstance`] is one person's place in one of them.
//! [`Scripts::next`] gives the next action, given the [`Situation`] the caller sees; whoever performs it
//! out tells the walk how it was answered with [`JourneyInstance::answered`]. Clerks and citizens are walked alike.
//! [`Scripts::least`] says beforehand what will be done at least.
//!
//! This crate does not know portals, sockets or threads: time is handed in, chance is a function of seed, case and
//! step.

mod compile;
mod completion_time;
mod instance;
mod lower_bound;
mod script;

pub use compile::Scripts;
pub use instance::{Action, Ending, JourneyId, JourneyInstance, Situation};
pub use lower_bound::Counts;
