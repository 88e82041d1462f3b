//! What the run does at the portal itself, walked by no person: told the time, read the catalogue, published a change.
//! Each errand is one operation, done at once and recorded like everybody's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use history::Inlet;
use http::HeaderValue;
use model::words::{Answer, Fault, Operation, Phase, TrafficClass};
use model::{Offer, Staff};
use portal::{ClockFacts, Context, Encoded, Exchange, Memory, Reading, Reply, Session};

use crate::acting::request;
use crate::browser::{Attempt, Browser, Limits, Scene};
use crate::stage::Stage;
use crate::transcript;

/// The longest one answer is waited for: meanwhile nothing else is seen to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The number of the registrar's sign-in: lanes count theirs up from 1.
const SESSION: u32 = u32::MAX;

/// One operation, and what its request may speak of.
#[derive(Clone, Copy)]
pub(crate) struct Errand<'a> {
    pub(crate) actor: &'static str,
    pub(crate) operation: Operation,
    pub(crate) due: u64,
    pub(crate) staff: Option<&'a Staff>,
    pub(crate) clock: Option<ClockFacts>,
    pub(crate) offer: Option<&'a Offer>,
}

impl Errand<'_> {
    /// An operation whose request needs nothing but the session.
    pub(crate) fn plain(actor: &'static str, operation: Operation, due: u64) -> Self {
        Self { actor, operation, due, staff: None, clock: None, offer: None }
    }
}

/// Runs errands one after the other, on a connection and in a session of its own.
pub(crate) struct Messenger {
    stage: Arc<Stage>,
    /// Shared with the ledgers' tasks, borrowed only between awaits.
    inlet: Rc<RefCell<Inlet>>,
    browser: Browser,
    /// When the last errand of any messenger was over: before that the next one waits for the portal, not for us.
    free_at: Rc<Cell<u64>>,
    user_agent: HeaderValue,
    session: Session,
    encoded: Encoded,
    reading: Reading,
}

impl Messenger {
    pub(crate) fn new(stage: Arc<Stage>, inlet: Rc<RefCell<Inlet>>, free_at: Rc<Cell<u64>>) -> Self {
        let user_agent = HeaderValue::from_str(&stage.spec.settings.user_agent)
            .unwrap_or_else(|_invisible| HeaderValue::from_static("vandan"));
        Self {
            stage,
            inlet,
            browser: Browser::default(),
            free_at,
            user_agent,
            session: Session::default(),
            encoded: Encoded::default(),
            reading: Reading::default(),
        }
    }

    /// What the last answer showed.
    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Does all exchanges of an operation, as far as they succeed; none if the portal has no such operation.
    pub(crate) async fn run(&mut self, errand: Errand<'_>) {
        let stage = Arc::clone(&self.stage);
        let mut due = errand.due;
        for exchange in stage.spec.adapter.exchanges(errand.operation) {
            let (answer, done) = self.exchange(exchange, Errand { due, ..errand }).await;
            if answer != Answer::Ok {
                return;
            }
            due = done;
        }
    }

    async fn exchange(&mut self, exchange: &Exchange, errand: Errand<'_>) -> (Answer, u64) {
        let stage = Arc::clone(&self.stage);
        let adapter = &stage.spec.adapter;
        let memory = Memory::default();
        let context = Context {
            case: None,
            memory: &memory,
            session: &self.session,
            staff: errand.staff,
            clock: errand.clock,
            offer: errand.offer,
        };
        let prepared = match adapter.encode(exchange, &context, &mut self.encoded) {
            Ok(()) => request(&mut self.encoded, &stage.spec.target, &self.user_agent),
            Err(unwritable) => {
                self.encoded.unwritable = Some(unwritable);
                Err(Fault::Unwritable)
            }
        };
        let late = stage.clock.now().saturating_sub(errand.due.max(self.free_at.get()));
        let mut attempt = match prepared {
            Ok((authority, request, length)) => self.browser.exchange(&authority, request, length, scene(&stage)).await,
            Err(fault) => Attempt::not_sent(fault, stage.clock.now()),
        };
        let Reply { answer, fault } = match (attempt.status, attempt.fault) {
            (Some(status), None) => adapter.decode(exchange, status, &attempt.body, &mut self.reading),
            (_, fault) => {
                self.reading.clear();
                if let Some(unwritable) = self.encoded.unwritable.take() {
                    self.reading.note_unwritable(&unwritable);
                }
                Reply { answer: Answer::Unknown, fault }
            }
        };
        attempt.fault = fault;
        for (index, value) in self.reading.kept() {
            self.session.keep(index, value);
            self.session.number = SESSION;
        }
        self.free_at.set(attempt.done);
        self.record(errand, &attempt, answer, late);
        (answer, attempt.done)
    }

    fn record(&self, errand: Errand<'_>, attempt: &Attempt, answer: Answer, late: u64) {
        let entry = transcript::Entry {
            case: None,
            actor: errand.actor,
            session: self.session.number,
            journey: errand.operation.as_str(),
            operation: errand.operation,
            attempt: 1,
            phase: self.stage.phase().unwrap_or(Phase::FinalRead),
            lane: 0,
            due: errand.due,
            answer,
            class: TrafficClass::Control,
            delay: late + attempt.held,
            held: attempt.held,
        };
        let mut inlet = self.inlet.borrow_mut();
        transcript::record(inlet.batch(), &entry, attempt, &self.reading, self.stage.known());
    }
}

fn scene(stage: &Stage) -> Scene<'_> {
    let settings = &stage.spec.settings;
    Scene {
        clock: &stage.clock,
        guard: &stage.spec.guard,
        limits: Limits { timeout: settings.timeout.min(PATIENCE), longest_answer: settings.longest_answer },
        curtain: None,
    }
}
