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

mod server;

mod middleware;

mod api;

mod hub_link;

mod state;

mod domain;

mod behaviour;

mod ground;

pub use api::openapi::{openapi, openapi_under};
pub use behaviour::defects::Defect;
pub use behaviour::noise::Noise;
pub use behaviour::variants::Variant;
pub use domain::catalogue::{Catalogue, Clerk, Procedure, Process, Role, ServiceLevel, Unit};
pub use ground::limits::Patience;
pub use server::{Running, start, start_with};
pub use state::config::{Conduct, Config, Hub};
