//! One lane: a thread with its own people, timers, connections and meter.
//!
//! Events drive it: a person's time has come, an arrival is due, an exchange is over. Each makes people act; an act
//! becomes an exchange on the next free connection slot. The lane is one `RefCell` borrowed only between awaits.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::iter::Peekable;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use bytes::Bytes;
use hdrhistogram::Histogram;
use history::Inlet;
use http::{HeaderValue, Request};
use http_body_util::Full;
use journey::{Ending, JourneyId, Situation, Walk, Wish};
use model::words::{Answer, Fault, Field, Operation, Phase, Role};
use model::{Case, CaseId, Stream};
use portal::{Context, Encoded, Memory, Reading, Reply, Session};
use tokio::sync::Notify;

use crate::agenda::{Entry, Origin, People, Person, Seen, Task};
use crate::browser::{Attempt, Browser, Limits, Scene};
use crate::clock::RunClock;
use crate::finals::Finals;
use crate::guard::Authority;
use crate::meter::LaneMeter;
use crate::spec::{Arrivals, RunSpec, lane_of};
use crate::transcript;

/// After the end of simulated time people who wait for more of it look again after this long.
const LOOK_AGAIN: u64 = 20_000_000;

/// The longest a lane sleeps before it looks at the phase again, in nanoseconds.
const BEAT: u64 = 50_000_000;

/// Exchanges in a batch before it is handed to the recorder.
const BATCH: usize = 512;

/// What all lanes of a run see.
pub(crate) struct Stage {
    /// How many lanes there are.
    pub(crate) lanes: usize,
    pub(crate) spec: RunSpec,
    pub(crate) clock: RunClock,
    /// The phase as a number: [`Phase`], or [`CURTAIN`].
    pub(crate) phase: AtomicU8,
    /// Whether clerks are to end their day: no more work will come.
    pub(crate) closing: AtomicBool,
}

/// The phase in which lanes end.
pub(crate) const CURTAIN: u8 = 100;

impl Stage {
    pub(crate) fn is_over(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == CURTAIN
    }

    pub(crate) fn phase(&self) -> Option<Phase> {
        let number = usize::from(self.phase.load(Ordering::Relaxed));
        Phase::ALL.get(number).copied()
    }
}

/// A lane's own things.
pub(crate) struct Lane {
    pub(crate) stage: Arc<Stage>,
    pub(crate) number: usize,
    pub(crate) meter: Arc<LaneMeter>,
    pub(crate) inlet: Inlet,
    pub(crate) people: People,
    /// The numbers of a dossier known so far: what the final read asks for.
    pub(crate) codes: HashMap<CaseId, Box<str>>,
    pub(crate) finals: Finals,
    /// The clerks of each unit, by unit index.
    desks: Vec<Vec<usize>>,
    arrivals: Peekable<Arrivals>,
    /// When which person must be looked at.
    timers: BinaryHeap<Reverse<(u64, usize)>>,
    /// Acts waiting for a connection slot.
    ready: VecDeque<Act>,
    /// Connection slots waiting for an act.
    idle: Vec<Rc<Notify>>,
    slots: usize,
    /// Wakes the lane when something has become due before `wake`.
    alarm: Rc<Notify>,
    /// When the lane wakes of itself.
    wake: u64,
    /// Cuts off what is under way when the run ends.
    curtain: Rc<Notify>,
    entered: u64,
    signed_in: u32,
    chance: Stream,
    user_agent: HeaderValue,
    request: Encoded,
    reading: Reading,
    lag: Histogram<u64>,
    flushed: u64,
}

/// A person's next operation, on its way to a connection.
pub(crate) struct Act {
    person: usize,
    task: Box<Task>,
}

pub(crate) type LaneRef = Rc<RefCell<Lane>>;

/// Plays a lane until the curtain; gives back how late its exchanges were handed to connections, in nanoseconds.
pub(crate) async fn play(lane: Lane) -> Histogram<u64> {
    let (stage, lane) = (Arc::clone(&lane.stage), Rc::new(RefCell::new(lane)));
    lane.borrow_mut().enter_staff();
    let alarm = Rc::clone(&lane.borrow().alarm);
    while !stage.is_over() {
        let wake = lane.borrow_mut().turn();
        supply(&lane);
        tokio::select! {
            () = tokio::time::sleep_until(stage.clock.instant(wake).into()) => {}
            () = alarm.notified() => {}
        }
    }
    cut_off(&lane).await;
    let mut lane = lane.borrow_mut();
    lane.inlet.close();
    lane.lag.clone()
}

/// Records what was begun and is not over, as never answered: a stall at the end must not hide.
async fn cut_off(lane: &LaneRef) {
    let (waiting, curtain) = {
        let mut lane = lane.borrow_mut();
        (std::mem::take(&mut lane.ready), Rc::clone(&lane.curtain))
    };
    for act in waiting {
        let mut lane = lane.borrow_mut();
        let now = lane.stage.clock.now();
        lane.over(act, Attempt::not_sent(Fault::TimedOut, now));
    }
    curtain.notify_waiters();
    // The bound is for a slot that panicked and will never be over.
    for _ in 0..10_000 {
        if lane.borrow().meter.in_flight() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Gives ready acts to connection slots, opening slots while the limit allows.
fn supply(lane: &LaneRef) {
    let mut borrowed = lane.borrow_mut();
    let mut waiting = borrowed.ready.len();
    while waiting > 0 {
        if let Some(slot) = borrowed.idle.pop() {
            slot.notify_one();
        } else if borrowed.slots < borrowed.stage.spec.settings.connections {
            borrowed.slots += 1;
            tokio::task::spawn_local(slot(Rc::clone(lane)));
        } else {
            break;
        }
        waiting -= 1;
    }
}

/// A connection slot: takes acts as long as there are any, then waits to be called.
async fn slot(lane: LaneRef) {
    let (stage, curtain) = (Arc::clone(&lane.borrow().stage), Rc::clone(&lane.borrow().curtain));
    let called = Rc::new(Notify::new());
    let mut browser = Browser::default();
    let settings = &stage.spec.settings;
    let limits = Limits { timeout: settings.timeout, longest_answer: settings.longest_answer };
    let scene = Scene { clock: &stage.clock, guard: &stage.spec.guard, limits, curtain: Some(&curtain) };
    loop {
        let next = lane.borrow_mut().ready.pop_front();
        let Some(act) = next else {
            lane.borrow_mut().idle.push(Rc::clone(&called));
            called.notified().await;
            continue;
        };
        let prepared = lane.borrow_mut().prepare(&act);
        let attempt = match prepared {
            Ok((authority, request, length)) => browser.exchange(&authority, request, length, scene).await,
            Err(fault) => Attempt::not_sent(fault, stage.clock.now()),
        };
        lane.borrow_mut().over(act, attempt);
        supply(&lane);
    }
}

impl Lane {
    pub(crate) fn new(
        stage: Arc<Stage>,
        number: usize,
        meter: Arc<LaneMeter>,
        arrivals: Arrivals,
        inlet: Inlet,
    ) -> Result<Self, hdrhistogram::CreationError> {
        let chance = stage.spec.seed.stream("journey");
        let user_agent = HeaderValue::from_str(&stage.spec.settings.user_agent)
            .unwrap_or_else(|_invisible| HeaderValue::from_static("vandan"));
        Ok(Self {
            desks: vec![Vec::new(); stage.spec.units.len()],
            finals: Finals::default(),
            stage,
            number,
            meter,
            inlet,
            people: People::default(),
            codes: HashMap::new(),
            arrivals: arrivals.peekable(),
            timers: BinaryHeap::new(),
            ready: VecDeque::new(),
            idle: Vec::new(),
            slots: 0,
            alarm: Rc::default(),
            wake: 0,
            curtain: Rc::default(),
            entered: 0,
            signed_in: 0,
            chance,
            user_agent,
            request: Encoded::default(),
            reading: Reading::default(),
            lag: Histogram::new_with_bounds(1_000, 60_000_000_000, 3)?,
            flushed: 0,
        })
    }

    /// Lets the clerks whose units this lane serves begin their working day.
    fn enter_staff(&mut self) {
        let stage = Arc::clone(&self.stage);
        let spec = &stage.spec;
        let lanes = stage.lanes;
        for (at, staff) in spec.staff.iter().enumerate() {
            // Those who serve all units are dealt out by their place in the list.
            let home = staff.unit.map_or(at % lanes, |unit| lane_of(unit, lanes));
            let journey = match staff.role {
                Role::Desk => spec.casting.desk,
                Role::PostDesk => spec.casting.post_desk,
                Role::Citizen => None,
            };
            let (true, Some(journey)) = (home == self.number, journey) else { continue };
            let person = self.people.enter(person(Some(at), staff.name.clone()));
            if let Some(desk) = staff.unit.and_then(|unit| self.desks.get_mut(usize::from(unit)))
                && staff.role == Role::Desk
            {
                desk.push(person);
            }
            let subject = u32::try_from(at).unwrap_or(u32::MAX);
            self.begin(person, task(Walk::new(journey, subject), None, Origin::WorkingDay), 0);
        }
    }

    /// Does what is due, and says when something is due next.
    fn turn(&mut self) -> u64 {
        let now = self.stage.clock.now();
        self.wake = 0;
        self.let_in(now);
        self.look_at_due(now);
        if self.stage.phase() == Some(Phase::FinalRead) {
            self.read_back(now);
        }
        if now > self.flushed + 100_000_000 {
            self.flush(now);
        }
        let next_timer = self.timers.peek().map_or(u64::MAX, |Reverse((due, _))| *due);
        let next_arrival = self.arrivals.peek().map_or(u64::MAX, |arrival| arrival.due);
        self.wake = next_timer.min(next_arrival).min(now + BEAT);
        self.wake
    }

    fn flush(&mut self, now: u64) {
        self.flushed = now;
        self.inlet.flush();
        let idle_since =
            self.people.iter().filter(|person| person.staff.is_some()).map(|person| person.idle_since).min();
        self.meter.idle_since.set(idle_since.unwrap_or(u64::MAX));
    }

    /// Lets in the people whose time has come.
    fn let_in(&mut self, now: u64) {
        if self.stage.phase() != Some(Phase::Load) {
            return;
        }
        while let Some(arrival) = self.arrivals.next_if(|arrival| arrival.due <= now) {
            let stage = Arc::clone(&self.stage);
            let case = stage.spec.people.case(arrival.case);
            let journey = stage.spec.casting.channels.iter().find(|(channel, _)| *channel == case.channel);
            let Some((_, journey)) = journey.filter(|_| self.people.count() < stage.spec.settings.under_way) else {
                self.meter.dropped.add(1);
                continue;
            };
            self.meter.started.add(1);
            let task = task(Walk::new(*journey, arrival.case.0), Some(Box::new(case)), Origin::Arrival);
            let person = match stage.spec.scripts.role(*journey) {
                Role::Citizen => None,
                Role::Desk | Role::PostDesk => self.clerk_for(arrival.unit, arrival.case),
            };
            let person = person.unwrap_or_else(|| self.people.enter(person_citizen()));
            self.begin(person, task, arrival.due);
        }
        if self.arrivals.peek().is_none() {
            self.meter.arrivals_over.set(1);
        }
    }

    /// A clerk of the unit; the same for the same dossier.
    pub(crate) fn clerk_for(&self, unit: u16, case: CaseId) -> Option<usize> {
        let desk = self.desks.get(usize::from(unit))?;
        desk.get(case.0 as usize % desk.len().max(1)).copied()
    }

    /// Gives a person a journey to walk from now on.
    pub(crate) fn begin(&mut self, person: usize, task: Task, from: u64) {
        if task.origin.keeps_run_open() {
            self.meter.cases_under_way.add(1);
        }
        if let Some(person) = self.people.get_mut(person) {
            person.journeys += 1;
        }
        self.go_on(person, Box::new(task), from);
    }

    /// Asks a journey for its next operation and enters it into the person's agenda, or ends it.
    fn go_on(&mut self, person: usize, mut task: Box<Task>, mut from: u64) {
        let stage = Arc::clone(&self.stage);
        let spec = &stage.spec;
        loop {
            let situation = Situation {
                case: task.case.as_deref(),
                state: task.seen.state,
                payment_state: task.seen.payment_state,
                due_at: task.seen.due_at,
                now: spec.timeline.sim(from),
                timeline: &spec.timeline,
                closing: stage.closing.load(Ordering::Relaxed),
            };
            match spec.scripts.next(&mut task.walk, &situation, self.chance) {
                Wish::Do(operation, moment) => {
                    task.operation = operation;
                    task.exchange = 0;
                    task.due = self.due(from, moment);
                    return self.enter_agenda(person, task);
                }
                Wish::Follow(journey, moment) => {
                    from = self.due(from, moment);
                    self.follow(&task, journey, from);
                }
                Wish::Each(journey) => self.each(person, journey, from),
                Wish::End(ending) => return self.end(person, &task, ending),
            }
        }
    }

    /// When an operation wished for at a simulated moment is due on the wall clock.
    fn due(&self, from: u64, moment: model::SimTime) -> u64 {
        let timeline = &self.stage.spec.timeline;
        if from >= timeline.wall_end() && moment > timeline.end() {
            return from + LOOK_AGAIN;
        }
        timeline.wall(moment).max(from)
    }

    fn enter_agenda(&mut self, person: usize, task: Box<Task>) {
        self.entered += 1;
        let entry = Entry::new(task, self.entered);
        let due = entry.due();
        if let Some(person) = self.people.get_mut(person) {
            person.agenda.push(entry);
        }
        self.timers.push(Reverse((due, person)));
    }

    /// The applicant of the same dossier walks another journey, as a person of their own.
    fn follow(&mut self, task: &Task, journey: JourneyId, from: u64) {
        let Some(case) = &task.case else { return };
        let walk = Walk::new(journey, case.id.0);
        let follower = Task {
            memory: task.memory.clone(),
            seen: task.seen,
            ..self::task(walk, Some(case.clone()), Origin::Consequence)
        };
        let person = self.people.enter(person_citizen());
        self.begin(person, follower, from);
    }

    /// A clerk takes up each dossier the last answer showed and that belongs to this run.
    fn each(&mut self, person: usize, journey: JourneyId, from: u64) {
        let stage = Arc::clone(&self.stage);
        let reading = std::mem::take(&mut self.reading);
        for item in reading.items() {
            let Some(case) = transcript::whose(&reading, item, &*stage.spec.people) else { continue };
            if let Some(code) = reading.value(item, Field::DossierCode) {
                self.codes.entry(case).or_insert_with(|| code.into());
            }
            let planned = stage.spec.people.case(case);
            let mut work = task(Walk::new(journey, case.0), Some(Box::new(planned)), Origin::Consequence);
            work.remember(&reading, item);
            self.begin(person, work, from);
        }
        self.reading = reading;
    }

    fn end(&mut self, person: usize, task: &Task, ending: Ending) {
        match (task.origin, ending) {
            (Origin::Arrival, Ending::AsWritten) => self.meter.completed.add(1),
            (Origin::Arrival, Ending::GaveUp) => self.meter.failed.add(1),
            (Origin::FinalRead, _) => self.finals.one_is_over(),
            (Origin::Consequence | Origin::WorkingDay, _) => {}
        }
        if task.origin.keeps_run_open() {
            self.meter.cases_under_way.take(1);
        }
        let Some(walker) = self.people.get_mut(person) else { return };
        walker.journeys -= 1;
        if walker.journeys == 0 && walker.staff.is_none() {
            self.people.leave(person);
        }
    }

    /// Lets everybody act whose time has come.
    fn look_at_due(&mut self, now: u64) {
        while let Some(Reverse((due, person))) = self.timers.peek().copied() {
            if due > now {
                return;
            }
            self.timers.pop();
            self.let_act(person, now);
        }
    }

    /// Lets a person do the first thing of their agenda, if it is due and their hands are free.
    fn let_act(&mut self, id: usize, now: u64) {
        let is_over = self.stage.is_over();
        let Some(person) = self.people.get_mut(id).filter(|_| !is_over) else { return };
        if person.busy || person.agenda.peek().is_none_or(|entry| entry.due() > now) {
            return;
        }
        let Some(entry) = person.agenda.pop() else { return };
        let mut task = entry.task;
        task.due = task.due.max(person.free_at);
        person.busy = true;
        let lag = now.saturating_sub(task.due);
        self.lag.saturating_record(lag);
        self.meter.lag.set(lag);
        self.meter.begun.add(1);
        self.ready.push_back(Act { person: id, task });
    }

    /// Writes the request of an act.
    fn prepare(&mut self, act: &Act) -> Result<(Authority, Request<Full<Bytes>>, usize), Fault> {
        let stage = Arc::clone(&self.stage);
        let spec = &stage.spec;
        let person = self.people.get(act.person).ok_or(Fault::Unwritable)?;
        let exchange = spec.adapter.exchanges(act.task.operation).get(act.task.exchange).ok_or(Fault::Unwritable)?;
        let context = Context {
            case: act.task.case.as_deref(),
            memory: &act.task.memory,
            session: &person.session,
            staff: person.staff.and_then(|at| spec.staff.get(at)),
            clock: None,
        };
        spec.adapter.encode(exchange, &context, &mut self.request).map_err(|_missing| Fault::Unwritable)?;
        request(&mut self.request, &spec.target, &self.user_agent)
    }

    /// Reads the answer of an act, records it, and lets its person go on.
    fn over(&mut self, act: Act, mut attempt: Attempt) {
        let stage = Arc::clone(&self.stage);
        let Act { person: id, mut task } = act;
        let Reply { answer, fault } = self.weigh(&task, &attempt);
        attempt.fault = fault;
        self.meter.answered(answer);
        self.record(id, &task, &attempt, answer);
        if stage.is_over() {
            return;
        }
        let looked_in_vain = answer == Answer::Ok
            && matches!(task.operation, Operation::Inbox | Operation::PostInbox)
            && self.reading.items().is_empty();
        if let Some(person) = self.people.get_mut(id) {
            person.busy = false;
            person.free_at = attempt.done;
            person.idle_since = if looked_in_vain { attempt.sent.unwrap_or(0) } else { person.idle_since };
        }
        if !looked_in_vain && !matches!(task.operation, Operation::ClerkSignIn) {
            self.meter.last_activity.set(attempt.done);
        }
        if answer == Answer::Ok {
            self.take_in(id, &mut task);
        }
        if answer == Answer::Ok && task.exchange + 1 < stage.spec.adapter.exchanges(task.operation).len() {
            task.exchange += 1;
            task.due = attempt.done;
            self.enter_agenda(id, task);
        } else {
            task.walk.answered(answer);
            self.go_on(id, task, attempt.done);
        }
        if let Some(due) = self.people.get(id).and_then(|person| person.agenda.peek()).map(Entry::due) {
            self.timers.push(Reverse((due, id)));
        }
        let now = self.stage.clock.now();
        if self.stage.phase() == Some(Phase::FinalRead) {
            self.read_back(now);
        }
        self.look_at_due(now);
        if self.inlet.batch().len() >= BATCH {
            self.flush(now);
        }
        self.set_alarm();
    }

    /// Wakes the lane earlier, if something has become due before it wakes of itself.
    fn set_alarm(&mut self) {
        if let Some(Reverse((due, _))) = self.timers.peek()
            && *due < self.wake
        {
            self.wake = *due;
            self.alarm.notify_one();
        }
    }

    /// Reads the answer into `self.reading` and says what is known.
    fn weigh(&mut self, task: &Task, attempt: &Attempt) -> Reply {
        let stage = Arc::clone(&self.stage);
        let exchange = stage.spec.adapter.exchanges(task.operation).get(task.exchange);
        match (exchange, attempt.status, attempt.fault) {
            (Some(exchange), Some(status), None) => {
                stage.spec.adapter.decode(exchange, status, &attempt.body, &mut self.reading)
            }
            (_, _, fault) => {
                self.reading = Reading::default();
                Reply { answer: Answer::Unknown, fault }
            }
        }
    }

    /// Takes what an answer gave into session, memory and the list of known dossiers.
    fn take_in(&mut self, id: usize, task: &mut Task) {
        if let Some(person) = self.people.get_mut(id)
            && self.reading.kept().next().is_some()
        {
            self.signed_in += 1;
            for (index, value) in self.reading.kept() {
                person.session.keep(index, value);
            }
            let lanes = u32::try_from(self.stage.lanes).unwrap_or(1);
            person.session.number = self.signed_in * lanes + u32::try_from(self.number).unwrap_or(0);
        }
        let (Some(case), [item]) = (task.case.as_deref().map(|case| case.id), self.reading.items()) else { return };
        let item = *item;
        task.remember(&self.reading, &item);
        if task.operation == Operation::Submit
            && let Some(code) = self.reading.value(&item, Field::DossierCode)
        {
            self.codes.insert(case, code.into());
        }
    }

    fn record(&mut self, id: usize, task: &Task, attempt: &Attempt, answer: Answer) {
        let stage = Arc::clone(&self.stage);
        let Some(person) = self.people.get(id) else { return };
        let entry = transcript::Entry {
            case: task.case.as_deref().map(|case| case.id),
            actor: &person.name,
            session: person.session.number,
            journey: stage.spec.scripts.name(task.walk.journey()),
            operation: task.operation,
            phase: stage.phase().unwrap_or(Phase::FinalRead),
            lane: u8::try_from(self.number).unwrap_or(u8::MAX),
            due: task.due,
            answer,
        };
        transcript::record(self.inlet.batch(), &entry, attempt, &self.reading, &*stage.spec.people);
    }
}

/// Puts an encoded request into hyper's form.
pub(crate) fn request(
    encoded: &mut Encoded,
    target: &Authority,
    user_agent: &HeaderValue,
) -> Result<(Authority, Request<Full<Bytes>>, usize), Fault> {
    let line = std::str::from_utf8(&encoded.target).map_err(|_binary| Fault::Unwritable)?;
    let (authority, path) = if line.starts_with('/') {
        (target.clone(), line)
    } else {
        Authority::split(line).map_err(|_no_address| Fault::Unwritable)?
    };
    let mut request = Request::new(Full::default());
    *request.method_mut() = encoded.method.clone();
    *request.uri_mut() = path.parse().map_err(|_no_path| Fault::Unwritable)?;
    let headers = request.headers_mut();
    let host = HeaderValue::from_str(&authority.to_string()).map_err(|_invisible| Fault::Unwritable)?;
    headers.insert(http::header::HOST, host);
    headers.insert(http::header::USER_AGENT, user_agent.clone());
    for (name, value) in encoded.headers.drain(..) {
        headers.insert(name, value);
    }
    let body = encoded.body.split().freeze();
    let length = body.len();
    *request.body_mut() = Full::new(body);
    Ok((authority, request, length))
}

pub(crate) fn person_citizen() -> Person {
    person(None, "citizen".to_owned())
}

fn person(staff: Option<usize>, name: String) -> Person {
    Person {
        staff,
        name,
        session: Session::default(),
        agenda: BinaryHeap::new(),
        journeys: 0,
        busy: false,
        free_at: 0,
        idle_since: 0,
    }
}

pub(crate) fn task(walk: Walk, case: Option<Box<Case>>, origin: Origin) -> Task {
    Task {
        walk,
        case,
        memory: Memory::default(),
        seen: Seen::default(),
        operation: Operation::LookUp,
        exchange: 0,
        due: 0,
        origin,
    }
}
