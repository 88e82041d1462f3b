//! Drafts: forms that a citizen has started to fill in. Only the owner sees them; they have no code and no deadline.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::dirty_set::DirtySet;
use crate::domain::moment::Moment;
use crate::domain::problem::{Kind, Problem};

/// How many drafts a citizen keeps.
const MOST_DRAFTS: usize = 20;
/// The longest draft, in bytes.
const LONGEST_DRAFT: usize = 64 * 1024;
/// How many bytes all drafts together may have.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// What a draft takes besides its text, roughly, in bytes.
const OVERHEAD: usize = 100;

/// One draft: the text of its fields, as it was sent. At most 64 kB.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Draft {
    pub(crate) id: u64,
    pub(crate) saved_at: Moment,
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(crate) fields: Box<RawValue>,
}

/// All drafts, by owner.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) by_owner: HashMap<u64, Vec<Draft>>,
    /// How many were created; ids are never reused.
    pub(crate) begun: u64,
    /// What all drafts take, in bytes.
    bytes: usize,
    /// The drafts that are not yet in the store, by owner and id.
    pub(crate) dirty: DirtySet<(u64, u64)>,
}

impl Drafts {
    /// The drafts of a citizen, oldest first.
    pub(crate) fn of(&self, owner: u64) -> &[Draft] {
        self.by_owner.get(&owner).map_or(&[], Vec::as_slice)
    }

    /// A draft of any citizen; see the defect `draft-leak`.
    pub(crate) fn of_anybody(&self, id: u64) -> Result<&Draft, Problem> {
        let mut all = self.by_owner.values().flatten();
        all.find(|draft| draft.id == id).ok_or_else(|| Problem::not_found("draft"))
    }

    /// A draft of this citizen; that of another is not found.
    pub(crate) fn get(&self, owner: u64, id: u64) -> Result<&Draft, Problem> {
        self.of(owner).iter().find(|draft| draft.id == id).ok_or_else(|| Problem::not_found("draft"))
    }

    /// Creates a draft.
    pub(crate) fn begin(&mut self, owner: u64, fields: Box<RawValue>, now: Moment) -> Result<&Draft, Problem> {
        check(&fields)?;
        let bytes = self.bytes + fields.get().len() + OVERHEAD;
        if bytes > MOST_BYTES || self.of(owner).len() >= MOST_DRAFTS {
            return Err(Problem::new(Kind::Full, format!("a citizen keeps {MOST_DRAFTS} drafts at most")));
        }
        self.begun += 1;
        self.bytes = bytes;
        self.dirty.mark((owner, self.begun));
        let draft = Draft { id: self.begun, saved_at: now, fields };
        let own = self.by_owner.entry(owner).or_default();
        own.push(draft);
        own.last().ok_or_else(|| Problem::not_found("draft"))
    }

    /// Saves a draft again.
    pub(crate) fn save(&mut self, owner: u64, id: u64, fields: Box<RawValue>, now: Moment) -> Result<&Draft, Problem> {
        check(&fields)?;
        let own = self.by_owner.get_mut(&owner).map_or(&mut [][..], Vec::as_mut_slice);
        let draft = own.iter_mut().find(|draft| draft.id == id).ok_or_else(|| Problem::not_found("draft"))?;
        self.bytes = self.bytes.saturating_sub(draft.fields.get().len()) + fields.get().len();
        draft.fields = fields;
        draft.saved_at = now;
        self.dirty.mark((owner, id));
        Ok(draft)
    }

    /// Keeps a draft as it was before a restart.
    pub(crate) fn resume(&mut self, owner: u64, draft: Draft) {
        self.bytes += draft.fields.get().len() + OVERHEAD;
        self.by_owner.entry(owner).or_default().push(draft);
    }

    /// Deletes a draft.
    pub(crate) fn discard(&mut self, owner: u64, id: u64) -> Result<(), Problem> {
        let length = self.get(owner, id)?.fields.get().len();
        self.bytes = self.bytes.saturating_sub(length + OVERHEAD);
        self.dirty.mark((owner, id));
        if let Some(own) = self.by_owner.get_mut(&owner) {
            own.retain(|draft| draft.id != id);
            if own.is_empty() {
                self.by_owner.remove(&owner);
            }
        }
        Ok(())
    }
}

fn check(fields: &RawValue) -> Result<(), Problem> {
    if !fields.get().starts_with('{') {
        return Err(Problem::field("draft", "must be an object"));
    }
    if fields.get().len() > LONGEST_DRAFT { Err(Problem::field("draft", "is too long")) } else { Ok(()) }
}
