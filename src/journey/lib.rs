//! What a person does next: scripts written in YAML, walked by a state machine that does nothing itself.
//!
//! [`Scripts`] are all journeys of a run, compiled. A [`Walk`] is one person's place in one of them.
//! [`Scripts::next`] says what the person wishes, given the [`Situation`] the caller sees; whoever carries the wish
//! out tells the walk how it was answered with [`Walk::answered`]. Clerks and citizens are walked alike.
//! [`Scripts::least`] says beforehand what will be done at least.
//!
//! This crate does not know portals, sockets or threads: time is handed in, chance is a function of seed, case and
//! step.

mod compile;
mod finish;
mod least;
mod script;
mod walk;

pub use compile::Scripts;
pub use least::Counts;
pub use walk::{Ending, JourneyId, Situation, Walk, Wish};
