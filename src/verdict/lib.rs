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
//! SQL that others wrote (rules, `derived.sql`, the figures of a received history) runs within a budget, reads only, and
//! reaches no other file ([`Budget`]). What vandan itself did wrong is never held against a portal ([`Validity`]).
//!
//! This crate does not know portals, adapters, provinces or the engine; it never sees a request being sent.

mod areas;
mod binomial;
mod blocked;
mod claims;
mod dropped;
mod examine;
mod explain;
mod facts;
mod form;
mod front_matter;
mod functions;
mod gate;
mod gate_meant;
mod judgement;
mod lateness;
mod limits;
mod merge;
mod misreadings;
mod outages;
mod peers;
mod provinces;
mod refused;
mod required;
mod rule;
mod rule_set;
mod samples;
mod sandbox;
mod session;
mod source;
mod stalls;
mod template;
mod transport;
mod unread;
mod unseen;
mod validity;
mod witness;

pub use areas::{AREAS, Area, AreaExamined};
pub use claims::{GateAnswer, GateVerdict, ProvinceGates};
pub use dropped::{Dropped, dropped};
pub use examine::RuleVerdict;
pub use explain::{explain, rule_json};
pub use facts::RunFacts;
pub use gate::{Gate, GateSyntax, LatencyMeasure, Measure};
pub use judgement::{Judgement, judge};
pub use merge::{Overall, Verdict};
pub use rule::{Basis, Doubt, Level, Maturity, Oracle, Quiescence, Rule};
pub use rule_set::RuleSet;
pub use sandbox::{Budget, Meter, complaint};
pub use session::{JudgeError, Session};
pub use source::{SourceFile, sha256};
pub use validity::{Cause, Touches, Validity};
pub use witness::{ExchangeLine, Witness};
