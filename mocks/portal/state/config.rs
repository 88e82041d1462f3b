//! How a reference portal is configured when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use mock_ground::Policy;

use crate::behaviour::defects::Defect;
use crate::behaviour::noise::Noise;
use crate::behaviour::variants::Variant;
use crate::domain::catalogue::Catalogue;

/// Everything a reference portal needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// Where the payment platform is, without a slash at the end.
    pub bank_url: String,
    /// The secret shared with the payment platform.
    pub bank_secret: String,
    /// The name under which the payment platform knows this portal.
    pub bank_partner: String,
    /// Where the post is, without a slash at the end.
    pub post_url: String,
    /// The token shared with the post, used in both directions.
    pub post_token: String,
    /// The national portal, if this portal is linked to one.
    pub hub: Option<Hub>,
    /// Units, procedures, clerks.
    pub catalogue: Catalogue,
    /// What the portal is to do wrong.
    pub defects: Vec<Defect>,
    /// Whether the routes below `/_test/` exist, by which any client sets the clock, switches what it
    /// does wrong, and resets all state.
    pub test_hooks: bool,
}

/// The national portal, and how this portal identifies itself to it.
#[derive(Debug, Clone)]
pub struct Hub {
    /// Where it is, and its name as an issuer, without a slash at the end.
    pub url: String,
    /// The account for the exchange of dossiers, and the client that citizens are signed on for.
    pub name: String,
    /// The password of the account, the secret of the client, and the token with which dossiers are handed down.
    pub secret: String,
    /// The code of the agency that messages come from; those of all units begin with it.
    pub agency: String,
    /// How long one call may take.
    pub timeout: Duration,
    /// How often dossiers that citizens entered there are fetched.
    pub pull_every: Duration,
}

impl Hub {
    /// A national portal with the usual settings: calls time out after five seconds, dossiers are fetched every five.
    pub fn usual(url: &str, secret: &str, agency: &str) -> Self {
        Self {
            url: url.to_owned(),
            name: "portal".to_owned(),
            secret: secret.to_owned(),
            agency: agency.to_owned(),
            timeout: Duration::from_secs(5),
            pull_every: Duration::from_secs(5),
        }
    }
}

/// How a portal behaves from its start. Defects are in [`Config`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// The permitted variants that are on.
    pub variants: Vec<Variant>,
    /// The faults that are injected.
    pub noise: Vec<Noise>,
    /// The random seed of the faults.
    pub seed: u64,
    /// The minimum response time of requests below `/api/`; a minute at most.
    pub delay: Duration,
    /// How many requests a client may send in a second; `None` is any number.
    pub limit: Option<u32>,
    /// The SQLite file in which it keeps all state, so that it survives a restart; created if missing. `None`
    /// keeps everything in memory only.
    pub store: Option<PathBuf>,
    /// How many connections it takes, and how long they may be idle.
    pub connections: Policy,
    /// How long a body may take once its head has come; then the request is answered with 408 and the connection closed.
    pub body_timeout: Duration,
}

impl Behaviour {
    /// That of an ordinary portal: no variant, no fault, no delay, no limit, no store.
    pub fn ordinary() -> Self {
        Self {
            variants: Vec::new(),
            noise: Vec::new(),
            seed: 0,
            delay: Duration::ZERO,
            limit: None,
            store: None,
            connections: Policy::USUAL,
            body_timeout: Duration::from_secs(30),
        }
    }
}
