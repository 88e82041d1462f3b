//! The attachments of all dossiers.

use crate::domain::dossier_id::DossierId;
use crate::domain::papers::attachments::Attachment;
use crate::domain::problem::{Kind, Problem};
use crate::state::registry::Registry;

/// How many attachments a dossier has at most.
const MOST: usize = 20;
/// How many bytes of attachments are kept in all.
const MOST_BYTES: usize = 512 * 1024 * 1024;

impl Registry {
    /// Keeps an attachment; returns its number within the dossier.
    pub(crate) fn attach(&mut self, id: DossierId, attachment: Attachment) -> Result<(usize, &Attachment), Problem> {
        let bytes = self.attachment_bytes + attachment.content.len();
        let kept = self.attachments.entry(id).or_default();
        if kept.len() >= MOST || bytes > MOST_BYTES {
            return Err(Problem::new(Kind::Full, format!("a dossier has {MOST} attachments at most")));
        }
        self.attachment_bytes = bytes;
        kept.push(attachment);
        let number = kept.len();
        self.unsaved.attachments.mark((id, number));
        kept.last().map(|attachment| (number, attachment)).ok_or_else(|| Problem::not_found("attachment"))
    }

    pub(crate) fn attachments(&self, id: DossierId) -> &[Attachment] {
        self.attachments.get(&id).map_or(&[], Vec::as_slice)
    }
}
