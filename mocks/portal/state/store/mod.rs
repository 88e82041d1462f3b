//! The store: all state of the portal in one SQLite file, so that a restart loses nothing; only with `--store FILE`.
//! Without it all state is in memory and lost when the portal ends.
//!
//! Answers are made from the registry in memory. Its parts mark what is changed ([`crate::domain::dirty_set::DirtySet`]); the
//! [`GroupCommit`] takes all changes as one batch and hands it to one thread, which commits it. An answer leaves when
//! everything that it can have seen is committed, and no peer receives anything before that. While one batch is being
//! committed the next one gathers, so that many answers share a commit.
//!
//! On disk a dossier takes 2 to 3 kB with its log and session, plus its attachments. A change costs about 25 us of
//! processor time if many people write at once, and 100 us if one does, who waits about 0.6 ms for the commit; the bench
//! `store_cost` measures it.
//!
//! What is committed survives the end of the process, however it ends; after a power cut the last commits may be missing
//! (`synchronous = normal`). The store deliberately does not keep the configuration, what testers switch (defects, delay,
//! limit, variants, noise), or sign-ons under way. A read that changes nothing but a count of reads is not written.

mod clock;
mod drafts_and_petitions;
mod file;
mod group_commit;
mod part;
mod procedures;
mod replays;
mod sessions;
mod sync_states;
mod unsaved;
mod writer;

#[cfg(test)]
pub(crate) use file::SCHEMA;
pub(crate) use file::Store;
pub(crate) use group_commit::GroupCommit;
pub(crate) use part::{Batch, Part, ReadError, Source, Write, body, no_sense, place, whole};
pub(crate) use procedures::Versions;
pub(crate) use unsaved::Unsaved;
pub(crate) use writer::{Orders, Writer, WriterThread};
