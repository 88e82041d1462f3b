//! People under way: each does one thing at a time, and keeps a queue of what comes next.

use std::borrow::Cow;
use std::collections::BinaryHeap;

use model::CaseId;
use model::words::{Phase, Role};
use portal::Session;

use crate::backing_off::InVain;
use crate::browsers::Browser;
use crate::cookie_jar::CookieJar;
use crate::run_state::RunState;
use crate::task::{Entry, Task};
use crate::timers::Timers;

/// Somebody who acts.
pub(crate) struct Person {
    /// How many had come to the lane before them.
    pub(crate) number: usize,
    /// Index into the staff; `None` for citizens.
    pub(crate) staff: Option<usize>,
    /// What the history calls them.
    pub(crate) name: Cow<'static, str>,
    /// What their last sign-in gave.
    pub(crate) session: Session,
    /// The cookies that were set since their last sign-in began.
    pub(crate) jar: CookieJar,
    /// What they send with, if not all share connections; not there while it is in use.
    pub(crate) browser: Option<Browser>,
    /// Their acts in a row that came to nothing.
    pub(crate) in_vain: InVain,
    /// Whether their last sign-in did not succeed: what it gives is not known.
    pub(crate) missed: bool,
    /// For clerks: when they last looked into an empty inbox; 0 = not since work last came.
    pub(crate) idle_since: u64,
    /// What they mean to do, earliest first.
    queue: BinaryHeap<Entry>,
    /// How many journeys they are on, those included that are not in the queue just now.
    journeys: u32,
    /// Whether an exchange of theirs is under way.
    busy: bool,
    /// When they were last free.
    free_at: u64,
}

impl Person {
    fn new(name: Cow<'static, str>, staff: Option<usize>) -> Self {
        Self {
            number: 0,
            staff,
            name,
            session: Session::default(),
            jar: CookieJar::default(),
            browser: None,
            in_vain: InVain::default(),
            missed: false,
            idle_since: 0,
            // Most have one thing to do next.
            queue: BinaryHeap::with_capacity(1),
            journeys: 0,
            busy: false,
            free_at: 0,
        }
    }

    /// Their exchange is over: they are free for the next.
    pub(crate) fn free(&mut self, now: u64) {
        self.busy = false;
        self.free_at = now;
    }
}

/// What somebody begins to do.
pub(crate) struct Begun {
    pub(crate) person: usize,
    pub(crate) task: Box<Task>,
    /// When it could have been begun.
    pub(crate) possible: u64,
}

/// People by number; the number of a citizen who has left is given again. Whoever is free and has something in their queue
/// has a timer for it.
pub(crate) struct Actors {
    slots: Vec<Option<Person>>,
    free: Vec<usize>,
    count: usize,
    /// How many have come so far.
    entered: usize,
    /// The clerks of each unit, by unit index.
    desks: Vec<Vec<usize>>,
    timers: Timers,
    /// How many tasks were queued.
    queued: u64,
}

impl Actors {
    /// Nobody, and so many units without a clerk.
    pub(crate) fn none(units: usize) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            count: 0,
            entered: 0,
            desks: vec![Vec::new(); units],
            timers: Timers::default(),
            queued: 0,
        }
    }

    /// An applicant.
    pub(crate) fn enter_citizen(&mut self) -> usize {
        self.enter(Person::new(Cow::Borrowed("citizen"), None))
    }

    /// The clerk at a place in the staff; `unit` is the one at whose one-stop desk they work.
    pub(crate) fn enter_clerk(&mut self, name: String, at: usize, unit: Option<u16>) -> usize {
        let clerk = self.enter(Person::new(Cow::Owned(name), Some(at)));
        if let Some(desk) = unit.and_then(|unit| self.desks.get_mut(usize::from(unit))) {
            desk.push(clerk);
        }
        clerk
    }

    fn enter(&mut self, mut person: Person) -> usize {
        self.count += 1;
        person.number = self.entered;
        self.entered += 1;
        let id = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        match self.slots.get_mut(id) {
            Some(slot) => *slot = Some(person),
            None => unreachable!("a number is given to a slot"),
        }
        id
    }

    /// Who walks a journey of this role for a case: a clerk of the unit, the same for the same dossier, or an applicant who
    /// comes for it.
    pub(crate) fn walker(&mut self, role: Role, unit: Option<u16>, case: CaseId) -> usize {
        let clerk = match role {
            Role::Citizen => None,
            Role::Desk | Role::PostDesk => unit.and_then(|unit| self.clerk_for(unit, case)),
        };
        clerk.unwrap_or_else(|| self.enter_citizen())
    }

    fn clerk_for(&self, unit: u16, case: CaseId) -> Option<usize> {
        let desk = self.desks.get(usize::from(unit))?;
        desk.get(case.0 as usize % desk.len().max(1)).copied()
    }

    /// Somebody who is on a journey.
    pub(crate) fn get(&self, id: usize) -> &Person {
        match self.slots.get(id) {
            Some(Some(person)) => person,
            Some(None) | None => unreachable!("nobody leaves who is on a journey"),
        }
    }

    /// Somebody who is on a journey.
    pub(crate) fn get_mut(&mut self, id: usize) -> &mut Person {
        match self.slots.get_mut(id) {
            Some(Some(person)) => person,
            Some(None) | None => unreachable!("nobody leaves who is on a journey"),
        }
    }

    /// What somebody sends with, if they have not left.
    pub(crate) fn browser(&mut self, id: usize) -> Option<&mut Browser> {
        self.slots.get_mut(id)?.as_mut()?.browser.as_mut()
    }

    /// How many people are under way.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The clerk who looked longest ago into an empty inbox did so then; `None` without clerks.
    pub(crate) fn idle_since(&self) -> Option<u64> {
        self.slots.iter().flatten().filter(|person| person.staff.is_some()).map(|person| person.idle_since).min()
    }

    /// A person is on one more journey.
    pub(crate) fn begin_journey(&mut self, id: usize) {
        self.get_mut(id).journeys += 1;
    }

    /// A journey of a person goes no further; an applicant without another leaves.
    pub(crate) fn leave_journey(&mut self, id: usize) {
        let person = self.get_mut(id);
        person.journeys -= 1;
        if person.journeys == 0
            && person.staff.is_none()
            && let Some(slot) = self.slots.get_mut(id)
        {
            *slot = None;
            self.free.push(id);
            self.count -= 1;
        }
    }

    /// Puts a task into a person's queue.
    pub(crate) fn queue(&mut self, id: usize, task: Box<Task>) {
        self.queued += 1;
        let entry = Entry::new(task, self.queued);
        self.timers.set(entry.moment(), id);
        self.get_mut(id).queue.push(entry);
    }

    /// Has somebody who has become free looked at when the first thing of their queue is due. They may have left.
    pub(crate) fn look_at_queue(&mut self, id: usize) {
        let person = self.slots.get(id).and_then(Option::as_ref);
        if let Some(moment) = person.and_then(|person| person.queue.peek()).map(Entry::moment) {
            self.timers.set(moment, id);
        }
    }

    /// What somebody can begin by now. What may not be done any more leaves its queue; what is due after the load waits for
    /// the drain, which has a pace.
    pub(crate) fn begin_act(&mut self, now: u64, state: &RunState) -> Option<Begun> {
        let now =
            if state.phase() == Phase::Load { now.min(state.spec.timeline.wall_end().saturating_sub(1)) } else { now };
        while let Some(id) = self.timers.pop(now) {
            if let Some(begun) = self.begin_act_of(id, now, state) {
                return Some(begun);
            }
        }
        None
    }

    fn begin_act_of(&mut self, id: usize, now: u64, state: &RunState) -> Option<Begun> {
        let phase = state.phase();
        if phase == Phase::Ended {
            return None;
        }
        loop {
            // A timer may have been set for somebody who has left.
            let person = self.slots.get_mut(id)?.as_mut()?;
            if person.busy || person.queue.peek().is_none_or(|entry| entry.moment() > now) {
                return None;
            }
            let mut entry = person.queue.pop()?;
            if entry.task.origin.may_act_in(phase) {
                person.busy = true;
                entry.task.phase = state.recorded_phase(entry.task.due);
                let possible = entry.moment().max(person.free_at).max(state.load_began());
                return Some(Begun { person: id, task: entry.task, possible });
            }
            self.leave_journey(id);
        }
    }

    /// When the lane wakes.
    pub(crate) fn timers(&mut self) -> &mut Timers {
        &mut self.timers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_applicant_leaves_with_the_last_journey_and_a_clerk_stays() {
        let mut actors = Actors::none(1);
        let (clerk, citizen) = (actors.enter_clerk("can-bo".to_owned(), 0, Some(0)), actors.enter_citizen());
        for id in [clerk, citizen, citizen] {
            actors.begin_journey(id);
        }
        actors.leave_journey(citizen);
        assert_eq!(actors.count(), 2);
        actors.leave_journey(citizen);
        actors.leave_journey(clerk);
        assert_eq!(actors.count(), 1);
        assert_eq!(actors.enter_citizen(), citizen, "the number is given again");
    }

    #[test]
    fn the_same_dossier_goes_to_the_same_clerk_of_its_unit() {
        let mut actors = Actors::none(2);
        let clerks = [0, 1].map(|at| actors.enter_clerk(format!("can-bo-{at}"), at, Some(1)));
        let mut walker = |unit, case| actors.walker(Role::Desk, Some(unit), CaseId(case));
        assert_eq!([walker(1, 4), walker(1, 5), walker(1, 4)], [clerks[0], clerks[1], clerks[0]]);
        assert!(!clerks.contains(&walker(0, 4)), "a unit without clerks: the applicant comes alone");
    }
}
