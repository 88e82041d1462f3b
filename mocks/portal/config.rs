//! What a reference portal is told when it starts.

use std::net::SocketAddr;

use crate::catalogue::Catalogue;
use crate::defects::Defect;

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
    /// Units, procedures, clerks.
    pub catalogue: Catalogue,
    /// What the portal is to do wrong.
    pub defects: Vec<Defect>,
    /// Whether the routes below `/_test/` exist, by which a tester sets the clock and empties the books,
    /// and the page `/` that shows every dossier to whoever looks.
    pub test_hooks: bool,
}
