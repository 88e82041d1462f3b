//! People on their way through their journeys: their next operation goes into their queue, and what its answer shows is
//! taken in. Knows no connection and records nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use journey::{Action, Ending, JourneyId, JourneyInstance, Situation};
use model::words::{Blame, DossierState, Field, Operation, Outcome, Role};
use model::{CaseId, SimTime, Stream, fitting, nanoseconds};
use portal::Reading;

use crate::actors::{Actors, Begun, Person};
use crate::admission::Admitted;
use crate::attempt::Attempt;
use crate::backing_off::{came_to_nothing, is_ours, is_sign_in};
use crate::cookie_jar::CookieJar;
use crate::due;
use crate::known::shown;
use crate::meter::LaneMeter;
use crate::read_back::ReadBack;
use crate::run_state::RunState;
use crate::spec::{Purpose, lane_of};
use crate::task::{Dossier, Origin, Task};
use crate::timers::Timers;

/// How often people who are told to come again later do so, before they take it for an answer.
const MOST_PUT_OFF: u8 = 3;
/// The longest that they wait for it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The people of a lane and what they know.
pub(crate) struct Journeys {
    state: Arc<RunState>,
    meter: Arc<LaneMeter>,
    /// The number of the lane.
    lane: u32,
    actors: Actors,
    /// The numbers of dossiers known so far: what visitors and the final read ask for.
    codes: HashMap<CaseId, Box<str>>,
    read_back: ReadBack,
    /// Sign-ins that have succeeded.
    signed_in: u32,
    chance: Stream,
}

impl Journeys {
    pub(crate) fn new(state: Arc<RunState>, meter: Arc<LaneMeter>, lane: u32) -> Self {
        Self {
            actors: Actors::none(state.spec.units.len()),
            chance: state.spec.seed.stream("journey"),
            state,
            meter,
            lane,
            codes: HashMap::new(),
            read_back: ReadBack::default(),
            signed_in: 0,
        }
    }

    /// Lets the clerks whose units this lane serves begin their working day.
    pub(crate) fn enter_staff(&mut self) {
        let state = Arc::clone(&self.state);
        let (spec, lanes) = (&state.spec, state.lanes);
        for (at, staff) in spec.staff.iter().enumerate() {
            // Those who serve all units are dealt out by their place in the list.
            let home = staff.unit.map_or(at % lanes, |unit| lane_of(unit, lanes));
            let journey = match staff.role {
                Role::Desk => spec.assignment.desk,
                Role::PostDesk => spec.assignment.post_desk,
                Role::Citizen => None,
            };
            let (true, Some(journey)) = (home == self.lane as usize, journey) else { continue };
            let desk = staff.unit.filter(|_| staff.role == Role::Desk);
            let person = self.actors.enter_clerk(staff.name.clone(), at, desk);
            let subject = fitting(at, "clerks are fewer than 2^32");
            let day = Task::new(JourneyInstance::new(journey, subject), None, Origin::WorkingDay);
            self.begin(person, day, due::comes_in(spec, at));
        }
    }

    /// Lets an arrival begin its journey.
    pub(crate) fn admit(&mut self, Admitted { arrival, case, journey }: Admitted) {
        let instance = JourneyInstance::new(journey, arrival.case.0);
        let mut task = Task::new(instance, Some(case.into()), Origin::Arrival(arrival.purpose));
        // A visitor has the receipt of the dossier, if it was given one by now.
        if let (Purpose::Visit, Some(code)) = (arrival.purpose, self.codes.get(&arrival.case)) {
            task.memory.set(Field::DossierCode, code);
        }
        let person = self.actors.walker(self.state.spec.scripts.role(journey), Some(arrival.unit), arrival.case);
        self.begin(person, task, arrival.due);
    }

    /// Begins the final read, unless it has begun; says whether it did.
    pub(crate) fn begin_read_back(&mut self) -> bool {
        self.read_back.begin(self.codes.keys().copied(), &self.state.spec.assignment.final_reads)
    }

    /// Begins final reads while there is room, and says when there are none left.
    pub(crate) fn read_back(&mut self, now: u64) {
        while let Some((case, journey)) = self.read_back.next() {
            self.read_back_one(case, journey, now);
        }
        if self.read_back.is_over() {
            self.meter.final_reads_over.set(1);
        }
    }

    fn read_back_one(&mut self, id: CaseId, journey: JourneyId, now: u64) {
        let spec = &self.state.spec;
        let case = spec.people.case(id);
        let unit = (0_u16..).zip(&spec.units).find(|(_, unit)| **unit == case.unit).map(|(at, _)| at);
        let mut task = Task::new(JourneyInstance::new(journey, id.0), Some(case.into()), Origin::FinalRead);
        if let Some(code) = self.codes.get(&id) {
            task.memory.set(Field::DossierCode, code);
        }
        let person = self.actors.walker(spec.scripts.role(journey), unit, id);
        self.meter.read_back.add(1);
        self.begin(person, task, now);
    }

    /// Gives a person a journey to walk from now on.
    fn begin(&mut self, person: usize, task: Task, from: u64) {
        if task.origin.keeps_run_open() {
            self.meter.cases_under_way.add(1);
        }
        self.actors.begin_journey(person);
        self.go_on(person, Box::new(task), from, None);
    }

    /// Asks a journey for its next operation and enters it into the person's queue, or ends it. `answer` is what the last
    /// operation showed.
    fn go_on(&mut self, person: usize, mut task: Box<Task>, mut from: u64, answer: Option<&Reading>) {
        let state = Arc::clone(&self.state);
        let spec = &state.spec;
        loop {
            let situation = Situation {
                case: task.dossier.as_ref().map(Dossier::case),
                state: task.seen.state,
                payment_state: task.seen.payment_state,
                knows_number: task.memory.get(Field::DossierCode).is_some(),
                due_at: task.seen.due_at,
                now: spec.timeline.sim(from),
                timeline: &spec.timeline,
                closing: state.closing.load(Ordering::Relaxed),
            };
            match spec.scripts.next(&mut task.instance, &situation, self.chance) {
                Action::Do(..) if !task.origin.may_act_in(state.phase()) => return self.actors.leave_journey(person),
                Action::Do(operation, moment) => return self.plan(person, task, operation, from, moment),
                Action::Follow(journey, moment) => {
                    from = due::due(spec, from, moment);
                    self.follow(&task, journey, from);
                }
                Action::Each(journey, moment) => {
                    from = due::due(spec, from, moment);
                    if let Some(answer) = answer {
                        self.each(person, answer, journey, from);
                    }
                }
                Action::End(ending) => return self.end(person, &task, ending),
            }
        }
    }

    /// Enters an operation that is planned for a simulated moment into the person's queue, or ends the journey if it has
    /// polled for too long.
    fn plan(&mut self, person: usize, mut task: Box<Task>, operation: Operation, from: u64, moment: SimTime) {
        let spec = &self.state.spec;
        let opens = self.actors.get(person).staff.map_or(0, |clerk| due::desk_opens(spec, clerk, moment));
        task.operation = operation;
        task.class = spec.scripts.class(&task.instance);
        task.exchange = 0;
        task.due = due::due(spec, from, moment).max(task.rest_until).max(opens);
        if due::keep_pace(spec, &mut task) {
            if let Some(dossier) = &mut task.dossier {
                dossier.wait(task.due.saturating_sub(from));
            }
            self.actors.queue(person, task);
        } else {
            self.end(person, &task, Ending::GaveUp);
        }
    }

    /// The applicant of the same dossier walks another journey, as a person of their own.
    fn follow(&mut self, task: &Task, journey: JourneyId, from: u64) {
        let Some(dossier) = &task.dossier else { return };
        let instance = JourneyInstance::new(journey, dossier.id.0);
        let follower = Task {
            memory: task.memory.clone(),
            seen: task.seen,
            missed: task.missed,
            ..Task::new(instance, Some(dossier.clone()), Origin::Consequence)
        };
        let person = self.actors.enter_citizen();
        self.begin(person, follower, from);
    }

    /// A clerk takes up each dossier that an answer showed and that belongs to this run.
    fn each(&mut self, person: usize, answer: &Reading, journey: JourneyId, from: u64) {
        let state = Arc::clone(&self.state);
        for item in answer.items() {
            let Some(case) = state.known().whose(answer, item) else { continue };
            if let Some(code) = answer.value(item, Field::DossierCode) {
                self.codes.entry(case).or_insert_with(|| code.into());
            }
            let planned = state.spec.people.case(case);
            let mut work = Task::new(JourneyInstance::new(journey, case.0), Some(planned.into()), Origin::Consequence);
            work.remember(answer, item);
            self.begin(person, work, from);
        }
    }

    fn end(&mut self, person: usize, task: &Task, ending: Ending) {
        match (task.origin, ending) {
            (Origin::Arrival(purpose), Ending::AsWritten) => self.meter.of(purpose).completed.add(1),
            (Origin::Arrival(purpose), Ending::GaveUp) => self.meter.of(purpose).failed.add(1),
            (Origin::FinalRead, _) => self.read_back.one_is_over(),
            (Origin::Consequence | Origin::WorkingDay, _) => {}
        }
        if task.origin.keeps_run_open() {
            self.meter.cases_under_way.take(1);
        }
        self.actors.leave_journey(person);
    }

    /// Everybody who is on a journey.
    pub(crate) fn actors(&mut self) -> &mut Actors {
        &mut self.actors
    }

    /// Somebody who is on a journey.
    pub(crate) fn person(&self, id: usize) -> &Person {
        self.actors.get(id)
    }

    /// The cookies of somebody who is under way.
    pub(crate) fn jar(&mut self, id: usize) -> &mut CookieJar {
        &mut self.actors.get_mut(id).jar
    }

    /// How many people are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.actors.count()
    }

    /// What somebody can begin by now.
    pub(crate) fn begin_act(&mut self, now: u64) -> Option<Begun> {
        self.actors.begin_act(now, &self.state)
    }

    /// An act was not done, and will not be: its journey goes no further, and counts neither as completed nor as failed.
    pub(crate) fn give_up_act(&mut self, id: usize, now: u64) {
        self.actors.get_mut(id).free(now);
        self.actors.leave_journey(id);
        self.actors.look_at_queue(id);
    }

    /// An act is over: its person takes in what it showed, and does it again, or goes on with the journey.
    pub(crate) fn act_over(
        &mut self,
        id: usize,
        mut task: Box<Task>,
        attempt: &Attempt,
        answer: Outcome,
        reading: &Reading,
    ) {
        self.free(id, &mut task, attempt, answer, reading);
        if answer == Outcome::Ok {
            self.take_in(id, &mut task, reading);
        }
        let wait = attempt.told_to_wait.filter(|wait| *wait <= LONGEST_WAIT && task.put_off < MOST_PUT_OFF);
        if let Some(wait) = wait {
            // Still due when it was: who is told to come again waits all the while.
            task.put_off += 1;
            task.not_before = attempt.done + nanoseconds(wait);
            self.actors.queue(id, task);
        } else if answer == Outcome::Ok && task.exchange + 1 < self.state.spec.adapter.exchanges(task.operation).len() {
            task.exchange += 1;
            task.put_off = 0;
            task.due = attempt.done;
            self.actors.queue(id, task);
        } else {
            task.put_off = 0;
            if self.back_off(id, &mut task, attempt, answer) {
                self.end(id, &task, Ending::GaveUp);
            } else {
                if answer != Outcome::Ok {
                    task.polled = task.polled.max(Some(attempt.sent.unwrap_or(task.due)));
                }
                task.instance.answered(answer);
                self.go_on(id, task, attempt.done, Some(reading));
            }
        }
        self.actors.look_at_queue(id);
    }

    /// The person is free again, and knows what they missed.
    fn free(&mut self, id: usize, task: &mut Task, attempt: &Attempt, answer: Outcome, reading: &Reading) {
        let looks = matches!(task.operation, Operation::Inbox | Operation::PostInbox);
        let looked_in_vain = answer == Outcome::Ok && looks && reading.items().is_empty();
        let may_have_moved_something = match answer {
            Outcome::Ok => !looked_in_vain,
            Outcome::Error => !looks,
            Outcome::Refused => false,
        };
        let is_missed = answer != Outcome::Ok && attempt.fault.is_none_or(|fault| fault.blame() != Blame::Adapter);
        task.missed |= is_missed;
        let person = self.actors.get_mut(id);
        person.free(attempt.done);
        if is_sign_in(task.operation) {
            person.missed = is_missed;
        }
        if looked_in_vain {
            person.idle_since = attempt.sent.unwrap_or(0);
        }
        if may_have_moved_something && !matches!(task.operation, Operation::ClerkSignIn) {
            self.meter.last_activity.set(attempt.done);
        }
    }

    /// Takes what an answer gave into session, memory and the list of known dossiers.
    fn take_in(&mut self, id: usize, task: &mut Task, reading: &Reading) {
        let person = self.actors.get_mut(id);
        let has_cookies = is_sign_in(task.operation) && !person.jar.is_empty();
        if has_cookies || reading.kept().next().is_some() {
            self.signed_in += 1;
            let lanes: u32 = fitting(self.state.lanes, "lanes are few");
            let session = &mut person.session;
            session.number = self.signed_in * lanes + self.lane;
            for (index, value) in reading.kept() {
                session.keep(index, value);
            }
        }
        let (Some(case), [item]) = (task.dossier.as_ref().map(|dossier| dossier.id), reading.items()) else { return };
        task.remember(reading, item);
        let is_over_already = task.operation == Operation::Submit && task.seen.state.is_some_and(is_an_end);
        if is_over_already || self.state.known().is_of_another_run(reading, item) {
            self.state.begun.note_stranger(shown(reading, item));
        }
        if task.operation == Operation::Submit
            && let Some(code) = reading.value(item, Field::DossierCode)
        {
            self.codes.insert(case, code.into());
        }
    }

    /// Plans the pause after an act that came to nothing; says whether its journey ends with it.
    fn back_off(&mut self, id: usize, task: &mut Task, attempt: &Attempt, answer: Outcome) -> bool {
        let is_vain = came_to_nothing(task.operation, attempt, answer);
        task.in_vain.count(is_vain);
        let mut pause = task.in_vain.pause();
        // What one dossier lacks keeps nobody from working on others.
        if !is_ours(attempt) {
            let person = self.actors.get_mut(id);
            person.in_vain.count(is_vain);
            pause = pause.max(person.in_vain.pause());
        }
        task.rest_until = if is_vain { attempt.done + pause } else { 0 };
        is_vain && task.in_vain.is_enough(attempt)
    }

    /// Says when the clerk who looked longest ago into an empty inbox did so.
    pub(crate) fn state_idle(&self) {
        self.meter.idle_since.set(self.actors.idle_since().unwrap_or(u64::MAX));
    }

    /// When the lane wakes.
    pub(crate) fn timers(&mut self) -> &mut Timers {
        self.actors.timers()
    }
}

/// Whether a dossier in this state is done with: one that was just handed in cannot be.
fn is_an_end(state: DossierState) -> bool {
    matches!(state, DossierState::Completed | DossierState::Returned | DossierState::Stopped)
}
