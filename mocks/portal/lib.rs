//! The reference portal: a small and strict public-service portal that does everything by the book, until
//! one of its [`Defect`]s is switched on. A [`Variant`] lets it do otherwise what may be done otherwise, and [`Noise`]
//! befalls it without fault of its own.
//!
//! The main type is [`Running`]: a server on its own thread. Citizens submit, pay, follow and withdraw;
//! clerks accept, start, complete and hand over, ask for papers, money or other agencies; registrars keep the
//! catalogue; the payment platform and the post report to it, and a national portal is told of everything, if there is
//! one. It keeps everything in memory, and in a file if it is given one, and its own business clock, which a tester can
//! set and speed up.
//!
//! It deliberately shares no code with the tool that tests it, nor with the other mocks: it has its own
//! calendar, tariff, state machine and checksum, so that a misreading cannot cancel out.

mod careless;
mod catalogue;
mod conduct;
mod config;
mod defect_list;
mod defects;
mod noise;
mod patience;
mod server;
mod variant_list;
mod variants;

mod calendar;
mod clock;
mod moment;
mod office_hours;

mod procedures;

mod dossier;
mod states;

mod agencies;
mod obligations;
mod parcels;
mod payment;
mod pickups;
mod platform;
mod refunds;
mod results;
mod settlement;
mod steps;
mod supplements;
mod terms;

mod attachments;
mod bags;
mod drafts;
mod petitions;

mod queues;
mod references;
mod registry;
mod session;
mod store;
mod submission;
mod view;

mod bodies;
mod connections;
mod delay;
mod envelope;
mod front_door;
mod limits;
mod line;
mod manners;
mod one_time_codes;
mod paging;
mod replays;
mod rewriting;
mod skew;
mod weather;

mod derivation;
mod document;
mod operation;

mod hub;

mod applicant;
mod case;
mod citizen;
mod deliveries;
mod desk;
mod officer;
mod ombudsman;
mod page;
mod peers;
mod registrar;
mod search;
mod switching;
mod test_hooks;
mod treasury;

mod accounts;
mod body;
mod checksum;
mod multipart;
mod orders;
mod outgoing;
mod pages;
mod peer_lines;
mod pieces;
mod problem;

pub use catalogue::{Catalogue, Clerk, Procedure, Process, Role, ServiceLevel, Unit};
pub use conduct::Conduct;
pub use config::{Config, Hub};
pub use defects::Defect;
pub use document::{openapi, openapi_under};
pub use noise::Noise;
pub use patience::Patience;
pub use server::{Running, start, start_with};
pub use variants::Variant;
