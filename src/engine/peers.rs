//! The peers' ledgers, collected over their one narrow interface: `GET /_ledger?after=N`.
//!
//! Each is collected beside everything else, so that a peer that does not answer holds nobody up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use history::{Inlet, Signal};
use http::Request;
use model::PeerFacts;
use model::words::Fault;
use serde::Deserialize;
use tokio::sync::Notify;

use crate::clock::RunClock;
use crate::http_client::{ExchangeContext, HttpClient, Limits};
use crate::identity::{Identity, Traces};
use crate::run_state::RunState;
use crate::spec::Peer;

/// How often a ledger is read.
const READ_EVERY: Duration = Duration::from_millis(200);

/// Signals asked for at once; a peer may give fewer.
const PAGE: usize = 5_000;

/// The longest page that is read: 3 KiB a signal, whatever the limit for a portal's answers is.
const LONGEST_PAGE: usize = PAGE * 3 * 1_024;

/// No name of a life is kept longer, in letters.
const LONGEST_EPOCH: usize = 64;

/// A ledger being collected.
pub(crate) struct Ledger {
    peer: Peer,
    browser: HttpClient,
    after: u64,
    /// The life of the peer that the signals so far are of; `None`: it has not answered yet.
    epoch: Option<String>,
    trouble: Trouble,
    said: Rc<Said>,
}

/// What went wrong with a peer while its ledger was collected: facts of the run, so that the portal is not blamed for it.
#[derive(Default)]
struct Trouble {
    /// How often it was started again.
    restarted: u64,
    /// How often it answered with something that is no ledger.
    unreadable: u64,
    /// How often it did not answer.
    unanswered: u64,
}

/// Why a page of a ledger could not be had.
enum NoPage {
    Unanswered,
    Unreadable,
}

/// What a ledger says, for the coordinator to see.
#[derive(Default)]
pub(crate) struct Said {
    /// When the peer was asked that answered last to have nothing pending; `None`: it did not answer, or has.
    pub(crate) settled: Cell<Option<u64>>,
    /// Whether this is the last time the ledger is read.
    is_last: Cell<bool>,
    /// Calls for the last time.
    called: Notify,
}

impl Said {
    /// Has the ledger read once more, to its end, and no more.
    pub(crate) fn call_last(&self) {
        self.is_last.set(true);
        self.called.notify_one();
    }
}

#[derive(Deserialize)]
struct Page {
    /// The life of the peer; a peer that does not say lives once.
    #[serde(default)]
    epoch: String,
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
    pub(crate) fn new(peer: Peer, traces: Rc<Traces>, said: Rc<Said>) -> Self {
        let browser = HttpClient::beside(traces);
        Self { peer, browser, after: 0, epoch: None, trouble: Trouble::default(), said }
    }

    /// Collects again and again, until called for the last time.
    pub(crate) async fn collect_on(mut self, state: Arc<RunState>, inlet: Rc<RefCell<Inlet>>) {
        loop {
            let is_last = self.said.is_last.get();
            self.collect(&state, &inlet).await;
            if is_last {
                self.state_facts(&mut inlet.borrow_mut());
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(READ_EVERY) => {}
                () = self.said.called.notified() => {}
            }
        }
    }

    /// Takes over what is new, to the end of the ledger; a peer that does not answer is asked again next time.
    async fn collect(&mut self, state: &RunState, inlet: &RefCell<Inlet>) {
        let limits = Limits { timeout: state.spec.settings.timeout, longest_answer: LONGEST_PAGE };
        let scene = ExchangeContext {
            clock: &state.clock,
            guard: &state.spec.guard,
            tls: &state.spec.tls,
            limits,
            shutdown: None,
            first: None,
            acting: None,
        };
        let mut begun_anew = false;
        loop {
            let asked = state.clock.now();
            let mut page = match self.page(scene, &state.spec.settings.identity).await {
                Ok(page) => page,
                Err(why) => {
                    self.said.settled.set(None);
                    match why {
                        NoPage::Unanswered => self.trouble.unanswered += 1,
                        NoPage::Unreadable => self.trouble.unreadable += 1,
                    }
                    return;
                }
            };
            page.epoch = page.epoch.chars().take(LONGEST_EPOCH).collect();
            if self.epoch.as_ref().is_some_and(|epoch| *epoch != page.epoch) {
                // It was started again: what it said before is gone, and its numbers begin anew.
                self.trouble.restarted += 1;
                self.epoch = Some(page.epoch);
                self.after = 0;
                self.said.settled.set(None);
                if std::mem::replace(&mut begun_anew, true) {
                    // A peer that is another one each time it is asked is asked again later, not for ever.
                    return;
                }
                continue;
            }
            self.epoch.get_or_insert_with(|| page.epoch.clone());
            let is_end = page.signals.is_empty() || page.next <= self.after;
            let mut inlet = inlet.borrow_mut();
            for line in page.signals {
                inlet.batch().signal(line.signal(self.peer.name.as_str(), &page.epoch, scene.clock));
            }
            inlet.flush();
            if is_end {
                self.said.settled.set(page.settled.then_some(asked));
                return;
            }
            self.after = page.next;
        }
    }

    async fn page(&mut self, scene: ExchangeContext<'_>, identity: &Identity) -> Result<Page, NoPage> {
        let Peer { base, .. } = &self.peer;
        let page = format!("/_ledger?after={}&limit={PAGE}", self.after);
        let mut request = Request::get(base.under(&page).as_ref())
            .header(http::header::HOST, base.authority().host_header())
            .body(Bytes::new())
            .map_err(|_no_request| NoPage::Unanswered)?;
        identity.put_on(request.headers_mut());
        let attempt = self.browser.exchange(base.authority(), &request, 0, scene).await;
        // A byte order mark is no part of JSON, and sent by some.
        let json = attempt.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&attempt.body);
        match (attempt.fault, attempt.status) {
            (None, Some(200)) => serde_json::from_slice(json).map_err(|_no_ledger| NoPage::Unreadable),
            (None | Some(Fault::TooLong | Fault::Unreadable), _) => Err(NoPage::Unreadable),
            (Some(_), _) => Err(NoPage::Unanswered),
        }
    }

    /// Says in the history how the peer fared, and how far its ledger was read.
    fn state_facts(&self, inlet: &mut Inlet) {
        let Trouble { restarted, unreadable, unanswered } = self.trouble;
        let facts = PeerFacts::of(self.peer.name);
        for (fact, count) in [
            (facts.restarted, restarted),
            (facts.unreadable, unreadable),
            (facts.unanswered, unanswered),
            (facts.signals, self.after),
        ] {
            inlet.batch().fact(fact, count.to_string());
        }
        inlet.flush();
    }
}

impl Line {
    fn signal(self, peer: &'static str, epoch: &str, clock: &RunClock) -> Signal {
        Signal {
            peer,
            epoch: epoch.to_owned(),
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
