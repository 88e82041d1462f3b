//! The store: everything the portal knows, in one SQLite file, so that a restart loses nothing; only with
//! `--store FILE`. Without it everything is in memory, nothing is noted, and with the portal all is gone.
//!
//! The registry in memory stays what answers are made from. Its parts note what is changed ([`Touched`]); the
//! [`Keeper`] takes everything that was changed as one batch and hands it to one thread that commits it; an answer
//! leaves when all that it can have seen is committed, and a peer is told nothing before that. While a batch is being
//! committed the next one gathers, so that many answers share a commit.
//!
//! What is committed survives the end of the process, however it ends; after a power cut the last commits may be
//! missing (`synchronous = normal`). It deliberately does not keep what the portal is told when it starts and testers
//! switch: defects, delay, limit, variants.

mod answers;
mod clock;
mod file;
mod keeper;
mod notes;
mod part;
mod people;
mod published;
mod touched;
mod writer;
mod writings;

pub(crate) mod form;

#[cfg(test)]
pub(crate) use file::SCHEMA;
pub(crate) use file::Store;
pub(crate) use keeper::{Keeper, keep, leave};
pub(crate) use notes::Notes;
pub(crate) use part::{Batch, Part, ReadError, Source, Write, body, no_sense, place, whole};
pub(crate) use published::Versions;
pub(crate) use touched::Touched;
pub(crate) use writer::Writer;
