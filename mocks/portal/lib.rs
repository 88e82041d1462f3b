//! The reference portal: a small and strict public-service portal that follows the rules until one of its [`Defect`]s is
//! switched on. A [`Variant`] is a permitted variant of its interface, [`Noise`] injects faults of its environment.
//!
//! The main type is [`Running`]: a server on its own thread. Citizens submit, pay, follow and withdraw;
//! clerks accept, start, complete and hand over, ask for papers, money or other agencies; registrars keep the
//! catalogue; the payment platform and the post report to it, and everything is synced with a
//! national portal, if there is one. It keeps everything in memory, and in a file if it is given one, and its own business
//! clock, which a tester can set and speed up.
//!
//! It deliberately shares no code with the tool that tests it, and no knowledge of procedures with the other mocks: it has its
//! own calendar, tariff, state machine and checksum, so that a misreading cannot cancel out.
//!
//! It is built in floors. A request passes them from top to bottom, and an arrow between modules only ever points down:
//!
//! | floor | what it is |
//! |---|---|
//! | `server` | starts and stops: a thread, a runtime, a listener, the routes behind the middlewares |
//! | `middleware` | tower layers in one list, in the order in which a request passes |
//! | `api` | the operations by audience, and the table of them that makes router and OpenAPI document |
//! | `hub_link` | the link to the national portal: outbox worker, exchange, dossiers that come down, sign-on |
//! | `state` | what changes: registry and indexes, outbox, sessions, kept answers, and the store |
//! | `domain` | dossiers, payments, papers, delivery, calendar: pure, reads as the law says |
//! | `behaviour` | defects, permitted variants and injected faults: lists, sets, and what each of them changes |
//!
//! Below all of them is the crate `mock_ground`: what any small HTTP system stands on.

mod server;

mod middleware;

mod api;

mod hub_link;

mod state;

mod domain;

mod behaviour;

pub use api::openapi::{openapi, openapi_under};
pub use behaviour::defects::Defect;
pub use behaviour::noise::Noise;
pub use behaviour::variants::Variant;
pub use domain::catalogue::{Catalogue, Clerk, Procedure, Process, Role, ServiceLevel, Unit};
pub use mock_ground::{Policy, Running};
pub use server::{start, start_with};
pub use state::config::{Behaviour, Config, Hub};
