//! People on their way through their journeys: their next action goes into their queue, and is taken out when its time
//! has come.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use journey::{Action, Ending, JourneyId, JourneyInstance, Situation};
use model::words::{Field, Phase, TrafficClass};

use crate::lane::{Act, Lane};
use crate::run_state::{RunState, nanoseconds};
use crate::task_queue::{Entry, Origin, Person, Task};

/// After the end of simulated time people who wait for more of it go on after this long, if they do not poll.
const LOOK_AGAIN: u64 = 20_000_000;
/// How long an applicant or a clerk polls for one dossier after the end of simulated time, at the most: no act is planned
/// then that could still change it, and the drain must end. Half of the drain, if that is less.
const LONGEST_LOOK: u64 = 8_000_000_000;

impl Lane {
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

    /// Asks a journey for its next operation and enters it into the person's queue, or ends it.
    pub(crate) fn go_on(&mut self, person: usize, mut task: Box<Task>, mut from: u64) {
        let state = Arc::clone(&self.state);
        let spec = &state.spec;
        loop {
            let situation = Situation {
                case: task.case.as_deref(),
                state: task.seen.state,
                payment_state: task.seen.payment_state,
                knows_number: task.memory.get(Field::DossierCode).is_some(),
                due_at: task.seen.due_at,
                now: spec.timeline.sim(from),
                timeline: &spec.timeline,
                closing: state.closing.load(Ordering::Relaxed),
            };
            match spec.scripts.next(&mut task.instance, &situation, self.chance) {
                Action::Do(..) if !task.origin.may_act_in(state.phase()) => return self.leave_unfinished(person),
                Action::Do(operation, moment) => {
                    task.operation = operation;
                    task.class = spec.scripts.class(&task.instance);
                    task.exchange = 0;
                    task.due = self.due(from, moment).max(task.rest_until).max(self.desk_opens(person, moment));
                    if !self.keep_pace(&mut task) {
                        return self.end(person, &task, Ending::GaveUp);
                    }
                    return self.enqueue(person, task);
                }
                Action::Follow(journey, moment) => {
                    from = self.due(from, moment);
                    self.follow(&task, journey, from);
                }
                Action::Each(journey, moment) => {
                    from = self.due(from, moment);
                    self.each(person, journey, from);
                }
                Action::End(ending) => return self.end(person, &task, ending),
            }
        }
    }

    /// When an operation planned for a simulated moment is due on the wall clock.
    pub(crate) fn due(&self, from: u64, moment: model::SimTime) -> u64 {
        let timeline = &self.state.spec.timeline;
        if from >= timeline.wall_end() && moment > timeline.end() {
            return from + LOOK_AGAIN;
        }
        timeline.wall(moment).max(from)
    }

    /// When a clerk opens the desk in the stretch of time in which a moment lies. Offices open for all at once; where a host is
    /// promised not to get too much at once, their clerks begin one after the other, over half of the stretch at most.
    fn desk_opens(&self, person: usize, moment: model::SimTime) -> u64 {
        let spec = &self.state.spec;
        let gap = spec.guard.gap();
        let Some(at) = self.people.get(person).and_then(|person| person.staff).filter(|_| gap > 0) else { return 0 };
        let segments = spec.timeline.segments();
        let place = segments.partition_point(|segment| segment.end <= moment);
        let Some(segment) = segments.get(place) else { return 0 };
        let (at, of) = (at as u64, spec.staff.len().max(1) as u64);
        let most = (segment.wall_end - segment.wall_start) / 2;
        segment.wall_start + at.saturating_mul(gap).min(most.saturating_mul(at) / of)
    }

    /// Puts a poll off until `poll_every` after the poll, or the attempt in vain, of the same journey before it; says whether it
    /// is to be done at all: after the end of simulated time nobody polls for a dossier for ever, and whoever tries again
    /// what was not possible pauses longer each time, as simulated time sets no pace any more.
    fn keep_pace(&self, task: &mut Task) -> bool {
        if task.class != TrafficClass::Poll {
            task.polls_since = None;
            task.attempts.count(false);
            return true;
        }
        let RunState { spec, .. } = &*self.state;
        let settings = &spec.settings;
        let is_after_the_end = task.due >= spec.timeline.wall_end();
        task.attempts.count(is_after_the_end && !task.operation.only_reads());
        if let Some(polled) = task.polled {
            let pause = nanoseconds(settings.poll_every).max(task.attempts.pause());
            task.due = task.due.max(polled.saturating_add(pause));
        }
        task.polled = Some(task.due);
        if task.origin == Origin::WorkingDay || task.due < spec.timeline.wall_end() {
            return true;
        }
        let since = *task.polls_since.get_or_insert(task.due);
        task.due - since <= LONGEST_LOOK.min(nanoseconds(settings.drain) / 2)
    }

    pub(crate) fn enqueue(&mut self, person: usize, task: Box<Task>) {
        self.entered += 1;
        let entry = Entry::new(task, self.entered);
        let moment = entry.moment();
        if let Some(person) = self.people.get_mut(person) {
            person.queue.push(entry);
        }
        self.timers.push(Reverse((moment, person)));
    }

    /// The applicant of the same dossier walks another journey, as a person of their own.
    pub(crate) fn follow(&mut self, task: &Task, journey: JourneyId, from: u64) {
        let Some(case) = &task.case else { return };
        let instance = JourneyInstance::new(journey, case.id.0);
        let follower = Task {
            memory: task.memory.clone(),
            seen: task.seen,
            missed: task.missed,
            ..Task::new(instance, Some(case.clone()), Origin::Consequence)
        };
        let person = self.people.enter(Person::citizen());
        self.begin(person, follower, from);
    }

    /// A clerk takes up each dossier the last answer showed and that belongs to this run.
    pub(crate) fn each(&mut self, person: usize, journey: JourneyId, from: u64) {
        let state = Arc::clone(&self.state);
        let reading = std::mem::take(&mut self.reading);
        for item in reading.items() {
            let Some(case) = state.known().whose(&reading, item) else { continue };
            if let Some(code) = reading.value(item, Field::DossierCode) {
                self.codes.entry(case).or_insert_with(|| code.into());
            }
            let planned = state.spec.people.case(case);
            let mut work =
                Task::new(JourneyInstance::new(journey, case.0), Some(Box::new(planned)), Origin::Consequence);
            work.remember(&reading, item);
            self.begin(person, work, from);
        }
        self.reading = reading;
    }

    pub(crate) fn end(&mut self, person: usize, task: &Task, ending: Ending) {
        match (task.origin, ending) {
            (Origin::Arrival(purpose), Ending::AsWritten) => self.meter.of(purpose).completed.add(1),
            (Origin::Arrival(purpose), Ending::GaveUp) => self.meter.of(purpose).failed.add(1),
            (Origin::FinalRead, _) => self.read_back.one_is_over(),
            (Origin::Consequence | Origin::WorkingDay, _) => {}
        }
        if task.origin.keeps_run_open() {
            self.meter.cases_under_way.take(1);
        }
        self.leave_unfinished(person);
    }

    /// A journey of a person goes no further, and counts neither as completed nor as failed.
    pub(crate) fn leave_unfinished(&mut self, person: usize) {
        let Some(walker) = self.people.get_mut(person) else { return };
        walker.journeys -= 1;
        if walker.journeys == 0 && walker.staff.is_none() {
            self.people.leave(person);
        }
    }

    /// Lets everybody act whose time has come.
    pub(crate) fn look_at_due(&mut self, now: u64) {
        while let Some(Reverse((moment, person))) = self.timers.peek().copied() {
            if moment > now {
                return;
            }
            self.timers.pop();
            self.let_act(person, now);
        }
    }

    /// Lets a person do the first thing of their queue, if its time has come and they are free. What may not be done any more
    /// leaves the queue.
    pub(crate) fn let_act(&mut self, id: usize, now: u64) {
        let phase = self.state.phase();
        while let Some(person) = self.people.get_mut(id).filter(|_| phase != Phase::Ended) {
            if person.busy || person.queue.peek().is_none_or(|entry| entry.moment() > now) {
                return;
            }
            let Some(mut entry) = person.queue.pop() else { return };
            if !entry.task.origin.may_act_in(phase) {
                self.leave_unfinished(id);
                continue;
            }
            let possible = entry.moment().max(person.free_at).max(self.state.load_began());
            person.busy = true;
            entry.task.phase = phase;
            self.meter.begun.add(1);
            let queued = self.waits.queue(possible, now, self.holding.total(now));
            return self.ready.push_back(Act { person: id, task: entry.task, queued });
        }
    }
}
