//! What the run does at the portal itself, walked by no person: told the time, read the catalogue, published a change.
//! Each control is one operation, done at once and recorded like everybody's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use history::Inlet;
use http::Request;
use model::words::{Operation, Outcome, TrafficClass};
use model::{Offer, Staff};
use portal::{ClockFacts, Context, Exchange, Memory, Reading, Reply, Session};

use crate::attempt::Attempt;
use crate::authority::Authority;
use crate::backing_off::is_sign_in;
use crate::codec::Codec;
use crate::cookie_jar::CookieJar;
use crate::http_client::{ExchangeContext, HttpClient, Limits};
use crate::identity::Traces;
use crate::redirects::{self, Policy, carry_cookies};
use crate::run_state::RunState;
use crate::transcript;

/// The longest one answer is waited for: meanwhile nothing else is seen to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The number of the registrar's sign-in: lanes count theirs up from 1.
const SESSION: u32 = u32::MAX;

/// One operation, and what its request may speak of.
#[derive(Clone, Copy)]
pub(crate) struct ControlRequest<'a> {
    pub(crate) actor: &'static str,
    pub(crate) operation: Operation,
    pub(crate) due: u64,
    pub(crate) staff: Option<&'a Staff>,
    pub(crate) clock: Option<ClockFacts>,
    pub(crate) offer: Option<&'a Offer>,
}

impl ControlRequest<'_> {
    /// An operation whose request needs nothing but the session.
    pub(crate) fn plain(actor: &'static str, operation: Operation, due: u64) -> Self {
        Self { actor, operation, due, staff: None, clock: None, offer: None }
    }
}

/// Runs control requests one after the other, on a connection and in a session of its own.
pub(crate) struct ControlClient {
    state: Arc<RunState>,
    /// Shared with the ledgers' tasks, borrowed only between awaits.
    inlet: Rc<RefCell<Inlet>>,
    browser: HttpClient,
    /// When the last control request was over: before that the next one waits for the portal, not for us.
    free_at: Rc<Cell<u64>>,
    codec: Codec,
    session: Session,
    jar: CookieJar,
}

impl ControlClient {
    pub(crate) fn new(
        state: Arc<RunState>,
        inlet: Rc<RefCell<Inlet>>,
        traces: Rc<Traces>,
        free_at: Rc<Cell<u64>>,
    ) -> Self {
        let codec = Codec::new(&state.spec);
        Self {
            state,
            inlet,
            browser: HttpClient::beside(traces),
            free_at,
            codec,
            session: Session::default(),
            jar: CookieJar::default(),
        }
    }

    /// What the last answer showed.
    pub(crate) fn reading(&self) -> &Reading {
        self.codec.reading()
    }

    /// Does all exchanges of an operation, as far as they succeed; none if the portal has no such operation.
    pub(crate) async fn run(&mut self, control: ControlRequest<'_>) {
        let state = Arc::clone(&self.state);
        let mut due = control.due;
        if is_sign_in(control.operation) {
            self.jar.clear();
        }
        for exchange in state.spec.adapter.exchanges(control.operation) {
            let (answer, done) = self.exchange(exchange, ControlRequest { due, ..control }).await;
            if answer != Outcome::Ok {
                return;
            }
            due = done;
        }
    }

    async fn exchange(&mut self, exchange: &Exchange, control: ControlRequest<'_>) -> (Outcome, u64) {
        let state = Arc::clone(&self.state);
        let memory = Memory::default();
        let context = Context {
            case: None,
            memory: &memory,
            session: &self.session,
            staff: control.staff,
            clock: control.clock,
            offer: control.offer,
        };
        let prepared = self.codec.encode(&state.spec, &state.spec.target, exchange, &context, false);
        let late = state.clock.now().saturating_sub(control.due.max(self.free_at.get()));
        let mut attempt = match prepared {
            Ok((authority, mut request, length)) => {
                self.jar.put_on(&mut request, &authority, state.clock.now());
                let policy = Policy { redirects: state.spec.adapter.redirects, exchange };
                let (jar, clock) = (&mut self.jar, &state.clock);
                let carry = |answer: &Attempt, to: &Authority, request: &mut Request<Bytes>| {
                    carry_cookies(jar, answer, to, request, clock);
                };
                let sending = (authority, request, length);
                redirects::exchange(&mut self.browser, sending, policy, scene(&state), carry).await
            }
            Err(trouble) => Attempt::prevented(trouble, state.clock.now()),
        };
        attempt.fill(&mut self.jar, &state.clock);
        state.note_answer(&attempt);
        let Reply { answer, fault } = self.codec.decode(&state.spec, exchange, &attempt);
        attempt.fault = fault;
        for (index, value) in self.codec.reading().kept() {
            self.session.keep(index, value);
            self.session.number = SESSION;
        }
        self.free_at.set(attempt.done);
        self.record(control, &attempt, answer, late);
        (answer, attempt.done)
    }

    fn record(&self, control: ControlRequest<'_>, attempt: &Attempt, answer: Outcome, late: u64) {
        let entry = transcript::Entry {
            case: None,
            actor: control.actor,
            session: self.session.number,
            journey: control.operation.as_str(),
            operation: control.operation,
            attempt: 1,
            phase: self.state.recorded_phase(control.due),
            lane: 0,
            due: control.due,
            answer,
            class: TrafficClass::Control,
            delay: late + attempt.held,
            held: attempt.held,
        };
        let mut inlet = self.inlet.borrow_mut();
        transcript::record(inlet.batch(), &entry, attempt, self.codec.reading(), self.state.known());
    }
}

fn scene(state: &RunState) -> ExchangeContext<'_> {
    let settings = &state.spec.settings;
    ExchangeContext {
        clock: &state.clock,
        guard: &state.spec.guard,
        tls: &state.spec.tls,
        limits: Limits { timeout: settings.timeout.min(PATIENCE), longest_answer: settings.longest_answer },
        shutdown: None,
        first: None,
        acting: None,
    }
}
