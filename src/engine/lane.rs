//! One lane: its people, their acts on the way to a connection, and what is recorded of them.
//!
//! Events drive it: a person's time has come, an arrival is due, an exchange is over. Each makes people act; an act waits
//! for the next free connection slot.

use std::rc::Rc;
use std::sync::Arc;

use history::{Inlet, Stall};
use model::fitting;
use model::words::{Operation, Outcome, Phase};
use portal::{Context, Exchange, Reply};
use tokio::sync::Notify;

use crate::actors::Begun;
use crate::admission::Admission;
use crate::attempt::Attempt;
use crate::backing_off::{is_no_traffic, is_sign_in};
use crate::browsers::Browsers;
use crate::codec::{Codec, Prepared};
use crate::connection_slots::{Act, ConnectionSlots};
use crate::cookie_jar::CookieJar;
use crate::delay::{SchedulingDelays, Taken};
use crate::http_client::HttpClient;
use crate::identity::Traces;
use crate::journeys::Journeys;
use crate::meter::LaneMeter;
use crate::run_state::RunState;
use crate::spec::{Arrivals, Connections};
use crate::task::{Dossier, Origin, Task};
use crate::transcript::{self, Entry};

/// The longest a lane sleeps before it looks at the phase again, in nanoseconds.
const BEAT: u64 = 50_000_000;
/// How long a lane sleeps where something waits for the next phase.
const GLANCE: u64 = 1_000_000;
/// The longest that records stay in the lane, in nanoseconds.
const FLUSH_EVERY: u64 = 100_000_000;

/// A lane's own things.
pub(crate) struct Lane {
    state: Arc<RunState>,
    number: u8,
    meter: Arc<LaneMeter>,
    admission: Admission,
    journeys: Journeys,
    slots: ConnectionSlots,
    /// Where everybody has connections of their own.
    browsers: Option<Browsers>,
    codec: Codec,
    inlet: Inlet,
    /// When records were handed to the recorder last.
    flushed: u64,
    scheduling_delays: SchedulingDelays,
}

impl Lane {
    pub(crate) fn new(
        state: Arc<RunState>,
        number: usize,
        meter: Arc<LaneMeter>,
        arrivals: Arrivals,
        inlet: Inlet,
    ) -> Self {
        let number: u8 = fitting(number, "a run has at most 256 lanes");
        let settings = &state.spec.settings;
        Self {
            number,
            admission: Admission::new(Arc::clone(&state), number.into(), Arc::clone(&meter), arrivals),
            journeys: Journeys::new(Arc::clone(&state), Arc::clone(&meter), u32::from(number)),
            slots: ConnectionSlots::new(settings.connections, settings.codec, Traces::of(&settings.identity, number)),
            browsers: match settings.connections {
                Connections::Pool(_) => None,
                Connections::Own(limits) => Some(Browsers::new(limits)),
            },
            codec: Codec::new(&state.spec),
            inlet,
            flushed: 0,
            scheduling_delays: SchedulingDelays::default(),
            state,
            meter,
        }
    }

    pub(crate) fn state(&self) -> Arc<RunState> {
        Arc::clone(&self.state)
    }

    /// Its connection slots, and the acts that wait for one.
    pub(crate) fn slots(&mut self) -> &mut ConnectionSlots {
        &mut self.slots
    }

    /// The cookies of a person.
    pub(crate) fn jar(&mut self, person: usize) -> &mut CookieJar {
        self.journeys.jar(person)
    }

    /// What wakes it before the instant that [`turn`](Self::turn) gave.
    pub(crate) fn alarm(&mut self) -> Rc<Notify> {
        self.journeys.timers().alarm()
    }

    /// Lets its clerks begin their working day.
    pub(crate) fn enter_staff(&mut self) {
        self.journeys.enter_staff();
    }

    /// Does what is due, and says when something is due next.
    pub(crate) fn turn(&mut self) -> u64 {
        let now = self.state.clock.now();
        self.journeys.timers().awake();
        self.admit_arrivals(now);
        self.begin_acts(now);
        self.read_back(now);
        if let Some(browsers) = &mut self.browsers {
            browsers.close_idle(self.journeys.actors(), now);
        }
        if now > self.flushed + FLUSH_EVERY {
            self.flush(now);
        }
        let latest = now + BEAT;
        let next_arrival = self.admission.next_due().unwrap_or(latest);
        let next = self.journeys.timers().sleep(latest.min(next_arrival));
        // What waits for the drain is past due.
        if next <= now { now + GLANCE } else { next }
    }

    /// Lets in the people whose time has come.
    fn admit_arrivals(&mut self, now: u64) {
        while let Some(admitted) = self.admission.next(now, self.journeys.under_way()) {
            self.journeys.admit(admitted);
        }
    }

    /// Lets everybody act whose time has come.
    fn begin_acts(&mut self, now: u64) {
        while let Some(Begun { person, mut task, possible }) = self.journeys.begin_act(now) {
            if let Some(dossier) = &mut task.dossier {
                dossier.recall(&*self.state.spec.people);
            }
            self.meter.begun.add(1);
            self.slots.queue(person, task, possible, now);
        }
    }

    /// In the final read, lets dossiers be read back.
    fn read_back(&mut self, now: u64) {
        if self.state.phase() != Phase::FinalRead {
            return;
        }
        if self.journeys.begin_read_back() {
            // Nobody acts any more: what still waits for a connection will never be sent.
            for act in self.slots.stop_acting() {
                let attempt = self.slots.given_up(&act, self.state.clock.now());
                self.over(act, attempt);
            }
        }
        self.journeys.read_back(now);
    }

    /// Takes an act to a connection: writes its request, reckons how late we are with it, and gives back for how long the rate
    /// limit held it in line.
    pub(crate) fn take(&mut self, act: &mut Act) -> (Prepared, u64) {
        let now = self.state.clock.now();
        self.meter.taken.add(1);
        let Taken { late, held } = self.slots.take(act, now);
        let prepared = self.prepare(act);
        act.task.delay = late + self.state.clock.now().saturating_sub(now);
        self.meter.scheduling_delay.set(act.task.delay);
        (prepared, held)
    }

    /// What the person of an act sends with, if not what all share. Dossiers are read back by nobody in particular.
    pub(crate) fn browser(&mut self, act: &Act) -> Option<Box<HttpClient>> {
        let browsers = self.browsers.as_mut().filter(|_| act.task.origin != Origin::FinalRead)?;
        Some(browsers.take(self.journeys.actors(), act.person, || self.slots.client()))
    }

    /// Gives back what [`browser`](Self::browser) gave.
    pub(crate) fn put_back(&mut self, act: &Act, client: Option<Box<HttpClient>>) {
        if let (Some(browsers), Some(client)) = (&mut self.browsers, client) {
            browsers.put_back(self.journeys.actors(), act.person, client, self.state.clock.now());
        }
    }

    /// Writes the request of an act.
    fn prepare(&mut self, act: &Act) -> Prepared {
        if is_sign_in(act.task.operation) && act.task.exchange == 0 && act.task.put_off == 0 {
            self.journeys.jar(act.person).clear();
        }
        let (spec, task, person) = (&self.state.spec, &act.task, self.journeys.person(act.person));
        let context = Context {
            case: task.dossier.as_ref().map(Dossier::case),
            memory: &task.memory,
            session: &person.session,
            staff: person.staff.and_then(|at| spec.staff.get(at)),
            clock: None,
            offer: None,
        };
        let has_missed = task.missed || person.missed;
        let mut prepared =
            self.codec.encode(spec, spec.target_of(person.number), exchange(&self.state, task), &context, has_missed);
        if let (Ok((authority, request, _)), false) = (&mut prepared, person.jar.is_empty()) {
            person.jar.put_on(request, authority, self.state.clock.now());
        }
        if let (Ok(_), Operation::Submit, Some(dossier)) = (&prepared, task.operation, &task.dossier) {
            self.state.begun.begin(dossier.id);
        }
        prepared
    }

    /// Records an act that was begun and never sent as never answered.
    pub(crate) fn never_sent(&mut self, act: Act) {
        let attempt = self.slots.never_sent(&act, self.state.clock.now());
        self.over(act, attempt);
    }

    /// Reads the answer of an act, records it, and lets its person go on.
    pub(crate) fn over(&mut self, act: Act, mut attempt: Attempt) {
        let Act { person, mut task, .. } = act;
        self.slots.over();
        attempt.fill(self.journeys.jar(person), &self.state.clock);
        if attempt.given_up {
            self.meter.unsent.add(1);
            return self.journeys.give_up_act(person, attempt.done);
        }
        task.delay = task.delay.saturating_add(attempt.held);
        let Reply { answer, fault } = self.codec.decode(&self.state.spec, exchange(&self.state, &task), &attempt);
        attempt.fault = fault;
        self.note(person, &mut task, &attempt, answer);
        let phase = self.state.phase();
        if phase == Phase::Ended {
            return;
        }
        if attempt.sent.is_none() && !task.origin.may_act_in(phase) {
            return self.journeys.give_up_act(person, attempt.done);
        }
        self.journeys.act_over(person, task, &attempt, answer, self.codec.reading());
        let now = self.state.clock.now();
        self.read_back(now);
        // Who has come meanwhile stands in line before what is due later.
        self.admit_arrivals(now);
        self.begin_acts(now);
        if self.inlet.batch().is_full() {
            self.flush(now);
        }
        self.journeys.timers().ring();
    }

    /// Counts what an act came to, and records it. What could not be sent is recorded once, not at every try.
    fn note(&mut self, person: usize, task: &mut Task, attempt: &Attempt, answer: Outcome) {
        if task.phase == Phase::Load {
            self.scheduling_delays.record(task.class, task.delay);
        }
        self.meter.over(task.operation, attempt, answer);
        self.state.note_redirect(attempt);
        let is_known = is_no_traffic(attempt) && task.unsent.replace(task.operation) == Some(task.operation);
        if !is_known {
            self.record(person, task, attempt, answer);
        }
    }

    fn record(&mut self, person: usize, task: &Task, attempt: &Attempt, answer: Outcome) {
        let person = self.journeys.person(person);
        let entry = Entry {
            case: task.dossier.as_ref().map(|dossier| dossier.id),
            actor: &person.name,
            session: person.session.number,
            journey: self.state.spec.scripts.name(task.instance.journey()),
            operation: task.operation,
            attempt: task.put_off + 1,
            phase: task.phase,
            lane: self.number,
            due: task.due,
            answer,
            class: task.class,
            delay: task.delay,
            held: attempt.held,
        };
        transcript::record(self.inlet.batch(), &entry, attempt, self.codec.reading(), self.state.known());
    }

    /// Records that its thread stood still.
    pub(crate) fn stall(&mut self, stall: Stall) {
        self.inlet.batch().stall(stall);
    }

    fn flush(&mut self, now: u64) {
        self.flushed = now;
        self.inlet.flush();
        self.journeys.state_idle();
    }

    /// How many acts were begun and are not over.
    pub(crate) fn in_flight(&self) -> u64 {
        self.meter.in_flight()
    }

    /// Hands over what is recorded, and says how late acts were handed to a connection.
    pub(crate) fn close(&mut self) -> SchedulingDelays {
        self.inlet.close();
        std::mem::take(&mut self.scheduling_delays)
    }
}

/// The exchange at which a task stands.
pub(crate) fn exchange<'a>(state: &'a RunState, task: &Task) -> &'a Exchange {
    let exchanges = state.spec.adapter.exchanges(task.operation);
    match exchanges.get(task.exchange) {
        Some(exchange) => exchange,
        None => unreachable!("journeys that need `{}` are not assigned: the adapter lacks it", task.operation),
    }
}
