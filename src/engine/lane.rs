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

use history::Inlet;
use http::HeaderValue;
use journey::JourneyInstance;
use model::words::{Fault, Field, Phase, Role};
use model::{CaseId, Stream};
use portal::{Encoded, Reading};
use tokio::sync::Notify;

use crate::delay::{Queued, SchedulingDelays, Waits};
use crate::http_client::{Attempt, ExchangeContext, HttpClient, Limits};
use crate::meter::LaneMeter;
use crate::read_back::ReadBack;
use crate::run_state::RunState;
use crate::spec::{Arrival, Arrivals, Purpose, lane_of};
use crate::stalls::overslept;
use crate::task_queue::{Origin, People, Person, Task};
use crate::throttle::Holding;

/// The longest a lane sleeps before it looks at the phase again, in nanoseconds.
const BEAT: u64 = 50_000_000;

/// A lane's own things.
pub(crate) struct Lane {
    pub(crate) state: Arc<RunState>,
    pub(crate) number: usize,
    pub(crate) meter: Arc<LaneMeter>,
    pub(crate) inlet: Inlet,
    pub(crate) people: People,
    /// The numbers of a dossier known so far: what visitors and the final read ask for.
    pub(crate) codes: HashMap<CaseId, Box<str>>,
    pub(crate) read_back: ReadBack,
    /// The clerks of each unit, by unit index.
    pub(crate) desks: Vec<Vec<usize>>,
    pub(crate) arrivals: Peekable<Arrivals>,
    /// When which person must be looked at.
    pub(crate) timers: BinaryHeap<Reverse<(u64, usize)>>,
    /// Acts waiting for a connection slot.
    pub(crate) ready: VecDeque<Act>,
    /// Connection slots waiting for an act.
    pub(crate) idle: Vec<Rc<Notify>>,
    pub(crate) slots: usize,
    /// Wakes the lane when something has become due before `wake`.
    pub(crate) alarm: Rc<Notify>,
    /// When the lane wakes of itself.
    pub(crate) wake: u64,
    /// For how long its connections were held back.
    pub(crate) holding: Rc<Holding>,
    /// Cuts off what is under way when the run ends.
    pub(crate) shutdown: Rc<Notify>,
    pub(crate) entered: u64,
    pub(crate) signed_in: u32,
    pub(crate) chance: Stream,
    pub(crate) user_agent: HeaderValue,
    pub(crate) request: Encoded,
    pub(crate) reading: Reading,
    pub(crate) waits: Waits,
    pub(crate) scheduling_delays: SchedulingDelays,
    pub(crate) flushed: u64,
}

/// A person's next operation, on its way to a connection.
pub(crate) struct Act {
    pub(crate) person: usize,
    pub(crate) task: Box<Task>,
    pub(crate) queued: Queued,
}

pub(crate) type LaneRef = Rc<RefCell<Lane>>;

/// Plays a lane until the shutdown; gives back how late its exchanges were handed to a connection.
pub(crate) async fn play(lane: Lane) -> SchedulingDelays {
    let (state, lane) = (Arc::clone(&lane.state), Rc::new(RefCell::new(lane)));
    lane.borrow_mut().enter_staff();
    let alarm = Rc::clone(&lane.borrow().alarm);
    let name = format!("lane-{}", lane.borrow().number);
    while state.phase() != Phase::Ended {
        let wake = lane.borrow_mut().turn();
        supply(&lane);
        tokio::select! {
            () = tokio::time::sleep_until(state.clock.instant(wake).into()) => {}
            () = alarm.notified() => {}
        }
        let now = state.clock.now();
        let mut lane = lane.borrow_mut();
        if let Some(stall) = overslept(&name, wake, now) {
            lane.inlet.batch().stall(stall);
        }
    }
    cut_off(&lane).await;
    let mut lane = lane.borrow_mut();
    lane.inlet.close();
    lane.scheduling_delays.clone()
}

/// Records what was begun and is not over, as never answered: a stall at the end must not hide.
async fn cut_off(lane: &LaneRef) {
    let (waiting, shutdown) = {
        let mut lane = lane.borrow_mut();
        (std::mem::take(&mut lane.ready), Rc::clone(&lane.shutdown))
    };
    for act in waiting {
        lane.borrow_mut().never_sent(act);
    }
    shutdown.notify_waiters();
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
        } else if borrowed.slots < borrowed.state.spec.settings.connections {
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
    let (state, shutdown) = (Arc::clone(&lane.borrow().state), Rc::clone(&lane.borrow().shutdown));
    let called = Rc::new(Notify::new());
    let mut browser = HttpClient::of(Rc::clone(&lane.borrow().holding));
    let settings = &state.spec.settings;
    let limits = Limits { timeout: settings.timeout, longest_answer: settings.longest_answer };
    let (clock, guard, shutdown) = (&state.clock, &state.spec.guard, Some(&*shutdown));
    loop {
        let next = lane.borrow_mut().ready.pop_front();
        let Some(mut act) = next else {
            lane.borrow_mut().idle.push(Rc::clone(&called));
            called.notified().await;
            continue;
        };
        let (prepared, held_in_line) = lane.borrow_mut().take(&mut act);
        let mut attempt = match prepared {
            Ok((authority, request, length)) => {
                let acting = Some((&*state, act.task.origin));
                let context = ExchangeContext { clock, guard, limits, shutdown, acting };
                browser.exchange(&authority, request, length, context).await
            }
            Err(trouble) => Attempt::prevented(trouble, state.clock.now()),
        };
        attempt.held += held_in_line;
        lane.borrow_mut().over(act, attempt);
        supply(&lane);
    }
}

impl Lane {
    pub(crate) fn new(
        state: Arc<RunState>,
        number: usize,
        meter: Arc<LaneMeter>,
        arrivals: Arrivals,
        inlet: Inlet,
    ) -> Result<Self, hdrhistogram::CreationError> {
        let chance = state.spec.seed.stream("journey");
        let waits = Waits::new(state.spec.settings.connections);
        let user_agent = HeaderValue::from_str(&state.spec.settings.user_agent)
            .unwrap_or_else(|_invisible| HeaderValue::from_static("vandan"));
        Ok(Self {
            desks: vec![Vec::new(); state.spec.units.len()],
            read_back: ReadBack::default(),
            state,
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
            holding: Rc::default(),
            shutdown: Rc::default(),
            entered: 0,
            signed_in: 0,
            chance,
            user_agent,
            request: Encoded::default(),
            reading: Reading::default(),
            waits,
            scheduling_delays: SchedulingDelays::new()?,
            flushed: 0,
        })
    }

    /// Lets the clerks whose units this lane serves begin their working day.
    pub(crate) fn enter_staff(&mut self) {
        let state = Arc::clone(&self.state);
        let spec = &state.spec;
        let lanes = state.lanes;
        for (at, staff) in spec.staff.iter().enumerate() {
            // Those who serve all units are dealt out by their place in the list.
            let home = staff.unit.map_or(at % lanes, |unit| lane_of(unit, lanes));
            let journey = match staff.role {
                Role::Desk => spec.assignment.desk,
                Role::PostDesk => spec.assignment.post_desk,
                Role::Citizen => None,
            };
            let (true, Some(journey)) = (home == self.number, journey) else { continue };
            let person = self.people.enter(Person::clerk(staff.name.clone(), at));
            if let Some(desk) = staff.unit.and_then(|unit| self.desks.get_mut(usize::from(unit)))
                && staff.role == Role::Desk
            {
                desk.push(person);
            }
            let subject = u32::try_from(at).unwrap_or(u32::MAX);
            self.begin(person, Task::new(JourneyInstance::new(journey, subject), None, Origin::WorkingDay), 0);
        }
    }

    /// Nobody acts any more, dossiers are read back: what still waits for a connection will never be sent.
    pub(crate) fn stop_acting(&mut self) {
        let ready = std::mem::take(&mut self.ready).into_iter();
        let (reading_back, others): (VecDeque<_>, VecDeque<_>) =
            ready.partition(|act| act.task.origin == Origin::FinalRead);
        self.ready = reading_back;
        let is_held = self.holding.is_on();
        for act in others {
            // Only what found no free connection waited for the portal; the others came too late, and nothing happened.
            if is_held || !act.queued.found_none_free() {
                let now = self.state.clock.now();
                self.waits.take(act.queued, now, 0);
                self.over(act, Attempt::given_up(now));
            } else {
                self.never_sent(act);
            }
        }
    }

    /// Records an act that was begun and never sent as never answered.
    fn never_sent(&mut self, act: Act) {
        let now = self.state.clock.now();
        let taken = self.waits.take(act.queued, now, self.holding.total(now));
        let mut attempt = Attempt::not_sent(Fault::TimedOut, now);
        attempt.held = taken.held;
        if self.holding.is_on() {
            attempt.held_to_the_end(self.holding.by());
        }
        self.over(act, attempt);
    }

    /// Does what is due, and says when something is due next.
    pub(crate) fn turn(&mut self) -> u64 {
        let now = self.state.clock.now();
        self.wake = 0;
        self.admit_arrivals(now);
        self.look_at_due(now);
        if self.state.phase() == Phase::FinalRead {
            self.read_back(now);
        }
        if now > self.flushed + 100_000_000 {
            self.flush(now);
        }
        let next_timer = self.timers.peek().map_or(u64::MAX, |Reverse((due, _))| *due);
        // After the load nobody is admitted any more.
        let is_load = self.state.phase() == Phase::Load;
        let next_arrival = self.arrivals.peek().filter(|_| is_load).map_or(u64::MAX, |arrival| arrival.due);
        self.wake = next_timer.min(next_arrival).min(now + BEAT);
        self.wake
    }

    pub(crate) fn flush(&mut self, now: u64) {
        self.flushed = now;
        self.inlet.flush();
        let idle_since =
            self.people.iter().filter(|person| person.staff.is_some()).map(|person| person.idle_since).min();
        self.meter.idle_since.set(idle_since.unwrap_or(u64::MAX));
    }

    /// Lets in the people whose time has come.
    pub(crate) fn admit_arrivals(&mut self, now: u64) {
        if self.state.phase() != Phase::Load {
            return;
        }
        while let Some(arrival) = self.arrivals.next_if(|arrival| arrival.due <= now) {
            self.receive(arrival);
        }
        if self.arrivals.peek().is_none() {
            self.meter.arrivals_over.set(1);
        }
    }

    /// Lets one person in, or counts that there was no room, or no journey, for them.
    fn receive(&mut self, arrival: Arrival) {
        let state = Arc::clone(&self.state);
        let (spec, meter) = (&state.spec, Arc::clone(&self.meter));
        let case = spec.people.case(arrival.case);
        let of_channel = || spec.assignment.channels.iter().find(|(channel, _)| *channel == case.channel);
        let journey = match arrival.purpose {
            Purpose::Dossier => of_channel().map(|(_, journey)| *journey),
            Purpose::Visit => spec.assignment.visit,
        };
        let Some(journey) = journey.filter(|_| self.people.count() < spec.settings.under_way) else {
            return meter.of(arrival.purpose).dropped.add(1);
        };
        meter.of(arrival.purpose).started.add(1);
        let instance = JourneyInstance::new(journey, arrival.case.0);
        let mut task = Task::new(instance, Some(Box::new(case)), Origin::Arrival(arrival.purpose));
        // A visitor has the receipt of the dossier, if it was given one by now.
        if let (Purpose::Visit, Some(code)) = (arrival.purpose, self.codes.get(&arrival.case)) {
            task.memory.set(Field::DossierCode, code);
        }
        let person = match spec.scripts.role(journey) {
            Role::Citizen => None,
            Role::Desk | Role::PostDesk => self.clerk_for(arrival.unit, arrival.case),
        };
        let person = person.unwrap_or_else(|| self.people.enter(Person::citizen()));
        self.begin(person, task, arrival.due);
    }

    /// A clerk of the unit; the same for the same dossier.
    pub(crate) fn clerk_for(&self, unit: u16, case: CaseId) -> Option<usize> {
        let desk = self.desks.get(usize::from(unit))?;
        desk.get(case.0 as usize % desk.len().max(1)).copied()
    }
}
