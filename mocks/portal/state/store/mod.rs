//! The store: everything the portal knows, in one SQLite file, so that a restart loses nothing; only with
//! `--store FILE`. Without it everything is in memory, nothing is noted, and with the portal all is gone.
//!
//! The registry in memory stays what answers are made from. Its parts note what is changed ([`crate::domain::dirty_set::DirtySet`]); the
//! [`GroupCommit`] takes everything that was changed as one batch and hands it to one thread that commits it; an answer
//! leaves when all that it can have seen is committed, and no peer receives anything before that. While a batch is being
//! committed the next one gathers, so that many answers share a commit.
//!
//! On disk a dossier takes 2 to 3 kB with its log and session, and the bytes of its attachments. A change takes about
//! 25 us of processor time more where many people write at once, and 100 us where one does, who waits about 0.6 ms for
//! the commit; `benches/store_cost.rs` takes that time.
//!
//! What is committed survives the end of the process, however it ends; after a power cut the last commits may be
//! missing (`synchronous = normal`). It deliberately does not keep the configuration and what
//! testers switch (defects, delay, limit, variants, noise), sign-ons that are under way at the national portal, nor does a read that changes nothing but a count of reads write.

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
