//! The domain: dossiers and their rules. Pure: it opens no socket, reads no clock and stores nothing.

pub(crate) mod agencies;
mod defects;
pub(crate) mod dossier;
pub(crate) mod dossier_id;
pub(crate) mod office;
pub(crate) mod person;
pub(crate) mod problem;
pub(crate) mod results;
pub(crate) mod states;
pub(crate) mod steps;
pub(crate) mod submission;
pub(crate) mod terms;

pub(crate) mod delivery;
pub(crate) mod papers;
pub(crate) mod payments;

pub(crate) mod drafts;
pub(crate) mod petitions;

pub(crate) mod catalogue;
pub(crate) mod procedures;
pub(crate) mod queues;

pub(crate) mod calendar;
pub(crate) mod moment;
pub(crate) mod office_hours;

pub(crate) mod checksum;
pub(crate) mod dirty_set;
pub(crate) mod kept;
