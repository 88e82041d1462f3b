//! Everything that was judged of one history.

use std::path::Path;

use serde::Serialize;

use crate::areas::AreaExamined;
use crate::claims::{GateVerdict, ProvinceGates};
use crate::examine::RuleVerdict;
use crate::facts::RunFacts;
use crate::merge::Overall;
use crate::rule_set::RuleSet;
use crate::session::{JudgeError, Session};
use crate::source::SourceFile;
use crate::validity::Validity;

/// The form of `verdicts.json`.
const SCHEMA: &str = "vandan-verdicts/2";

/// What a history says of a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// What the run says of itself.
    pub run: RunFacts,
    /// Whether the recording can speak for the portal.
    pub validity: Validity,
    /// What all of it comes to.
    pub overall: Overall,
    /// What the run file requires and did not come about, in words.
    pub unmet: Vec<String>,
    /// What is worth saying and changes no verdict, in words.
    pub remarks: Vec<String>,
    /// Every area of the catalogue with what was decided of it.
    pub areas: Vec<AreaExamined>,
    /// The rules, sorted by id.
    pub rules: Vec<RuleVerdict>,
    /// The claims, in the order of the run file.
    pub gates: Vec<GateVerdict>,
    /// The same for each province, where the run plays several: for readers, no verdict depends on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provinces: Vec<ProvinceGates>,
    /// The files by which it was judged: rules and `derived.sql`.
    pub sources: Vec<SourceFile>,
}

impl Judgement {
    /// The text of `verdicts.json`: the same bytes for the same history and rules on any machine.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Verdicts<'a> {
            schema: &'a str,
            #[serde(flatten)]
            judgement: &'a Judgement,
        }
        match serde_json::to_string_pretty(&Verdicts { schema: SCHEMA, judgement: self }) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("a judgement has text keys and finite numbers only: {error}"),
        }
    }
}

/// Judges a history by a set of rules.
///
/// # Errors
/// Those of [`Session::open`] and [`Session::judge`].
pub fn judge(history: &Path, rules: &RuleSet) -> Result<Judgement, JudgeError> {
    Session::open(history, rules)?.judge(rules)
}
