//! The words every other crate speaks: ids, money, time, states, operations, seeds, and the reader of
//! the files people edit.
//!
//! No I/O, no async, no clock, no portal. Read in this order: [`words`] are the closed vocabularies of the
//! glossary; [`Case`] is one planned dossier and [`Applicants`] the formula that gives it; [`SimTime`] and
//! [`Timeline`] are the two clocks of a run; [`Seed`] is where chance comes from; [`Document`] is how a
//! YAML file becomes values and how everything wrong with it is said at once.

mod case;
mod cut;
mod decimal;
mod document;
mod fact;
mod kind;
mod money;
mod number;
mod offer;
mod problem;
mod random;
mod rows;
mod sourced;
mod staff;
mod suggest;
mod time;
mod timeline;
pub mod words;

pub use case::{Applicant, Applicants, Case, CaseId};
pub use cut::{LONGEST_CODE, LONGEST_VALUE, cut, cut_into, head, is_cut};
pub use decimal::{Comparison, Counted, Decimal, tolerance};
pub use document::{Document, Fields, Node, Position};
pub use fact::{ArrivalFacts, Fact, FactKind, PeerFacts};
pub use kind::Kind;
pub use money::{Share, ShareOutOfRange, Vnd};
pub use number::{Limits, fitting, saturating};
pub use offer::Offer;
pub use problem::{Placed, Problem, Problems};
pub use random::{Permutation, Philox, Seed, Stream};
pub use rows::{CalendarRow, FigureRow, TargetRow};
pub use sourced::{Precision, Source, Sourced};
pub use staff::Staff;
pub use suggest::{did_you_mean, nearest, one_of};
pub use time::{SimTime, TimeSyntax, VIETNAM_OFFSET_SECONDS, nanoseconds};
pub use timeline::{Segment, Timeline};
