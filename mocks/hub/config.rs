//! The configuration of a mock hub.

use std::net::SocketAddr;
use std::time::Duration;

use crate::catalogue::Catalogue;
use crate::outage::Outage;

/// Everything a mock hub needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; `127.0.0.1:0` takes any free loopback port.
    pub bind: SocketAddr,
    /// The random seed of names, tokens, one-time codes and the signing key.
    pub seed: u64,
    /// What is published.
    pub catalogue: Catalogue,
    /// The portals that may exchange dossiers.
    pub portals: Vec<Account>,
    /// The applications that may sign citizens on.
    pub clients: Vec<Client>,
    /// The password of every citizen: none of them exists.
    pub password: String,
    /// How long what the hub issues is valid.
    pub lifetimes: Lifetimes,
    /// The outages, relative to the start of the hub.
    pub outages: Vec<Outage>,
    /// Where dossiers that citizens entered here are pushed to; `None`: portals fetch them.
    pub push_url: Option<String>,
    /// The token of pushes (`access_token`); empty: they carry none.
    pub push_token: String,
    /// Whether the routes below `/_test/` exist.
    pub test_hooks: bool,
}

/// A portal that exchanges dossiers with the hub.
#[derive(Debug, Clone)]
pub struct Account {
    /// What it signs in with.
    pub username: String,
    /// The password, in the clear.
    pub password: String,
    /// What the codes of all its agencies start with; empty: any agency.
    pub agencies: String,
}

/// An application that has citizens signed on by the hub.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its `client_id`.
    pub id: String,
    /// Its `client_secret`; `None` is a public client, which proves itself by PKCE alone.
    pub secret: Option<String>,
    /// Where citizens may be sent back to. The port of a loopback address may differ (RFC 8252, 7.3).
    pub redirect_uris: Vec<String>,
}

/// Lifetimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// From the start of a sign-on to its end.
    pub login: Duration,
    /// An authorization code.
    pub code: Duration,
    /// An access token and an id token.
    pub token: Duration,
    /// A portal's session.
    pub session: Duration,
}

impl Config {
    /// A hub with the sample catalogue, one portal `portal` of any agency and one client `portal`, both with this
    /// secret, and citizens whose password is `vandan`.
    pub fn sample(bind: SocketAddr, seed: u64, secret: &str) -> Self {
        let account = Account { username: "portal".into(), password: secret.into(), agencies: String::new() };
        let client = Client {
            id: "portal".into(),
            secret: Some(secret.into()),
            redirect_uris: vec!["http://127.0.0.1/sign-on/return".into()],
        };
        Self {
            bind,
            seed,
            catalogue: Catalogue::sample(),
            portals: vec![account],
            clients: vec![client],
            password: "vandan".into(),
            lifetimes: Lifetimes {
                login: Duration::from_secs(300),
                code: Duration::from_secs(60),
                token: Duration::from_secs(3_600),
                session: Duration::from_secs(1_800),
            },
            outages: Vec::new(),
            push_url: None,
            push_token: secret.into(),
            test_hooks: true,
        }
    }
}
