//! When and how fast: performs the actions of people on time, and records every exchange.
//!
//! [`fn@run`] starts one lane per thread. A lane owns everything it touches: its people, its timers, its connections, its
//! meter, its inlet to the recorder; lanes share nothing but the plan and a few counters. A person does one thing at a
//! time; citizens arrive when the plan says (open), clerks take the next thing when they are free (closed). Whoever
//! is told to come again later (429 or 503 with `Retry-After`) does so, three times at most. Waiting counts from when the person meant to
//! act, whoever was busy since. Who gets no answer tries again after ever longer pauses, ten times at most.
//! Nothing is sent but to a door that the [`Guard`] knows, and nothing faster than it allows: all sends wait for it in one
//! place, right before they leave. What it holds back is recorded as our own delay.
//! The coordinator beside the lanes tells the portal the simulated time, collects the peers' ledgers and moves the run
//! through its phases: load, drain, final read.
//!
//! The engine does not know what a province is: it sees a stream of [`Arrival`]s and a [`model::Applicants`]. It judges
//! nothing.

mod actors;
mod admission;
mod attempt;
mod authority;
mod backing_off;
mod base_url;
mod breaker;
mod browsers;
mod clock;
mod codec;
mod connection;
mod connection_slots;
mod content_coding;
mod control;
mod cookie_jar;
mod coordinator;
mod delay;
mod dry_run;
mod due;
mod errno;
mod event_loop;
mod guard;
mod hopeless;
mod http1;
mod http_client;
mod identity;
mod journeys;
mod known;
mod lane;
mod lean;
mod ledgers;
mod meter;
mod names;
mod own_limits;
mod peers;
mod phases;
mod preflight;
mod proxy;
mod read_back;
mod redirects;
mod registrar;
mod retry_after;
mod run;
mod run_state;
mod source_addresses;
mod spec;
mod stalls;
mod task;
mod throttle;
mod timers;
mod tls;
mod tls_failure;
mod tls_trust;
mod transcript;
mod wire;

#[doc(hidden)]
pub mod fuzzing;

pub use authority::{Authority, AuthoritySyntax, NamedHost};
pub use base_url::BaseUrl;
pub use breaker::Outage;
pub use clock::RunClock;
pub use connection::HttpCodec;
pub use dry_run::{Occasion, requests};
pub use guard::Guard;
pub use identity::Identity;
pub use known::Strangers;
pub use meter::{ArrivalCounts, Meters, Snapshot};
pub use preflight::Met;
pub use proxy::Proxies;
pub use run::{EngineError, Health, run};
pub use source_addresses::{SourceAddressError, SourceAddresses};
pub use spec::{
    Arrival, Arrivals, Connections, JourneyAssignment, LoadModel, OwnConnections, Peer, Publication, Purpose, RunSpec,
    Settings, lane_of,
};
pub use throttle::punctual_rate;
pub use tls::{Tls, TlsFileError, TlsOptions};
