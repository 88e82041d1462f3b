//! What everybody knows, and what everybody did: the other side of the portal's ledgers.

use std::collections::BTreeMap;

use serde_json::Value;

/// A dossier that somebody was told of.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) code: String,
    pub(super) unit: String,
    pub(super) owner: String,
}

/// A step that somebody tried on a dossier, with all its tries.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) code: String,
    /// What the log says when it is done, in order.
    pub(super) events: &'static [&'static str],
    /// Who the log says it was.
    pub(super) by: String,
    /// The version it was meant for.
    pub(super) meant_for: Option<u64>,
    /// The version that each answer told; one for each time it was said to be done.
    pub(super) done: Vec<u64>,
    /// How many tries had no answer.
    pub(super) unknown: usize,
}

/// Something new that somebody handed in, under a mark of its own.
#[derive(Debug, Clone)]
pub(super) struct Handed {
    pub(super) mark: String,
    /// Whether a key or a reference says that it is the same when it comes again.
    pub(super) is_named: bool,
    /// What was answered to each try that was taken in as new.
    pub(super) new: Vec<Value>,
    /// What was answered to each try that was recognised.
    pub(super) again: Vec<Value>,
    pub(super) unknown: usize,
}

impl Handed {
    /// Whether anybody was told that it was taken in.
    pub(super) fn is_acknowledged(&self) -> bool {
        !self.new.is_empty() || !self.again.is_empty()
    }

    /// How often it may be on record.
    pub(super) fn bounds(&self) -> (usize, usize) {
        let least = usize::from(self.is_acknowledged());
        let most = self.new.len().max(least) + self.unknown;
        if self.is_named { (least, most.min(1)) } else { (least.max(self.new.len()), most) }
    }
}

/// Everything that is known of one walk.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) dossiers: Vec<Known>,
    /// Where money can be paid.
    pub(super) payment_urls: Vec<String>,
    /// Bags that are under way, with their lists.
    pub(super) bags: Vec<(u64, Vec<String>)>,
    pub(super) acts: Vec<Act>,
    pub(super) submissions: Vec<Handed>,
    pub(super) petitions: Vec<Handed>,
    pub(super) attachments: Vec<Handed>,
    /// What the inboxes have handed out: the queue and the code.
    pub(super) taken: Vec<(&'static str, String)>,
    /// The versions of each procedure that were acknowledged, with their fees.
    pub(super) tariffs: BTreeMap<(String, u64), i64>,
    /// Publications that had no answer.
    pub(super) unknown_publications: usize,
    /// Fees that were assessed.
    pub(super) assessed: BTreeMap<String, Vec<i64>>,
    /// What was read of the events, in order.
    pub(super) events: Vec<Value>,
    /// What nobody may ever see, seen while people were acting.
    pub(super) shocks: Vec<String>,
}

impl Board {
    /// Makes a new dossier known.
    pub(super) fn learn(&mut self, receipt: &Value, unit: &str, owner: &str) {
        let code = receipt["code"].as_str().unwrap_or_default();
        if !self.dossiers.iter().any(|known| known.code == code) {
            self.dossiers.push(Known { code: code.into(), unit: unit.into(), owner: owner.into() });
        }
    }

    /// Notes what may never be.
    pub(super) fn shock(&mut self, what: impl Into<String>) {
        self.shocks.push(what.into());
    }
}
