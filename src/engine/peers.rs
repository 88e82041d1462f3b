//! The peers' ledgers, collected over their one narrow interface: `GET /_ledger?after=N`.

use bytes::Bytes;
use history::{Inlet, Signal};
use http::Request;
use http_body_util::Full;
use serde::Deserialize;

use crate::browser::{Browser, Scene};
use crate::clock::RunClock;
use crate::spec::Peer;

/// Signals asked for at once.
const PAGE: usize = 5_000;

/// Pages taken in one go: a ledger that grows faster than it is read is read on at the next.
const PAGES: usize = 20;

/// A ledger being collected.
pub(crate) struct Ledger {
    peer: Peer,
    browser: Browser,
    after: u64,
    /// Whether the peer has answered last time, and had nothing pending.
    pub(crate) settled: bool,
}

#[derive(Deserialize)]
struct Page {
    next: u64,
    settled: bool,
    signals: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    at_unix_ns: u64,
    direction: String,
    kind: String,
    reference: Option<String>,
    dossier: Option<String>,
    amount: Option<i64>,
    state: Option<String>,
    fault: Option<String>,
    status: Option<u16>,
    detail: Option<String>,
}

impl Ledger {
    pub(crate) fn new(peer: Peer) -> Self {
        Self { peer, browser: Browser::default(), after: 0, settled: false }
    }

    /// Takes over what is new; a peer that does not answer is asked again next time.
    pub(crate) async fn collect(&mut self, scene: Scene<'_>, inlet: &mut Inlet) {
        self.settled = false;
        for _ in 0..PAGES {
            let Some(page) = self.page(scene).await else { return };
            let is_last = page.signals.len() < PAGE;
            for line in page.signals {
                inlet.batch().signal(line.signal(self.peer.name, scene.clock));
            }
            self.after = page.next;
            if is_last {
                self.settled = page.settled;
                return;
            }
        }
    }

    async fn page(&mut self, scene: Scene<'_>) -> Option<Page> {
        let path = format!("/_ledger?after={}&limit={PAGE}", self.after);
        let request = Request::get(path)
            .header(http::header::HOST, self.peer.authority.to_string())
            .body(Full::<Bytes>::default())
            .ok()?;
        let attempt = self.browser.exchange(&self.peer.authority, request, 0, scene).await;
        if attempt.fault.is_some() || attempt.status != Some(200) {
            return None;
        }
        serde_json::from_slice(&attempt.body).ok()
    }
}

impl Line {
    fn signal(self, peer: &'static str, clock: &RunClock) -> Signal {
        Signal {
            peer,
            sequence: self.seq,
            at: clock.at_unix(self.at_unix_ns),
            direction: self.direction,
            kind: self.kind,
            reference: self.reference,
            dossier_code: self.dossier,
            amount: self.amount,
            state: self.state,
            fault: self.fault,
            status: self.status,
            detail: self.detail,
        }
    }
}
