//! When and how fast: carries out what people wish, on time, and records every exchange.
//!
//! [`run`] starts one lane per thread. A lane owns everything it touches: its people, its timers, its connections, its
//! meter, its inlet to the recorder; lanes share nothing but the plan and a few counters. A person does one thing at a
//! time; citizens arrive when the plan says (open), clerks take the next thing when their hands are free (closed). Whoever
//! is told to come again later (429 or 503 with `Retry-After`) does so, three times at most. Waiting counts from when the person meant to
//! act, whoever was busy since. Who gets no answer tries again after ever longer pauses, ten times at most.
//! Nothing is sent but to a door that the [`Guard`] knows, and nothing faster than it allows: all sends wait for it in one
//! place, right before they leave. What it holds back is recorded as our own delay.
//! The conductor beside the lanes tells the portal the simulated time, collects the peers' ledgers and moves the run
//! through its phases: load, drain, final read.
//!
//! The engine does not know what a province is: it sees a stream of [`Arrival`]s and a [`model::Populace`]. It judges
//! nothing.

mod acting;
mod agenda;
mod authority;
mod backing_off;
mod browser;
mod clock;
mod conductor;
mod delay;
mod errand;
mod finals;
mod guard;
mod hopeless;
mod known;
mod lane;
mod meter;
mod own_limits;
mod peers;
mod preflight;
mod registrar;
mod spec;
mod stage;
mod stalls;
mod throttle;
mod transcript;
mod walking;
mod wire;

pub use authority::{Authority, AuthoritySyntax, NamedHost};
pub use clock::RunClock;
pub use conductor::{EngineError, Health, run};
pub use guard::Guard;
pub use known::Strangers;
pub use meter::{Came, Meters, Snapshot};
pub use preflight::Met;
pub use spec::{Arrival, Arrivals, Casting, Peer, Publication, Purpose, RunSpec, Settings, lane_of};
