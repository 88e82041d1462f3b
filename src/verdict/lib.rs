//! Whether it was right: rules and latency claims, judged on the recorded history of a run.
//!
//! A verdict is a pure function of the history file and the rule texts: no clock, no network, nothing of the run that is
//! not recorded. The same two inputs give the same bytes of `verdicts.json` on any machine, years later.
//!
//! ```text
//! scenarios/rules/**.sql --RuleSet::load--> RuleSet --\
//!                                                      Session::open -> Session::judge -> Judgement -> verdicts.json
//! results/<run>/history.sqlite -----------------------/
//! ```
//!
//! [`Rule`] is one rule file: a front matter and one query that returns every examined subject. [`Session`] opens a history
//! read-only and builds the small tables that rules read (`derived.sql`); the report measures published figures in the
//! same session. [`Gate`] is a claim about latency or errors, decided by exact counters. [`Verdict`] and [`Overall`] say how
//! answers are merged.
//!
//! This crate does not know portals, adapters, provinces or the engine; it never sees a request being sent.

mod binomial;
mod claims;
mod examine;
mod explain;
mod facts;
mod front_matter;
mod functions;
mod gate;
mod judgement;
mod merge;
mod refused;
mod rule;
mod rule_set;
mod session;
mod template;
mod witness;

pub use claims::{GateAnswer, GateVerdict};
pub use examine::RuleVerdict;
pub use explain::explain;
pub use facts::{RunFacts, Validity};
pub use gate::{Clock, Gate, GateSyntax, Measure};
pub use judgement::{Judgement, judge};
pub use merge::{Overall, Verdict};
pub use rule::{Basis, Doubt, Level, Maturity, Oracle, Quiescence, Rule};
pub use rule_set::RuleSet;
pub use session::{JudgeError, Session};
pub use witness::{ExchangeLine, Witness};
