//! Arrivals of a lane: each is admitted when it is due, or dropped if too many people are under way. In a closed model the next
//! is admitted, and due, when another has ended.

use std::iter::Peekable;
use std::sync::Arc;

use journey::JourneyId;
use model::Case;
use model::words::Phase;

use crate::meter::LaneMeter;
use crate::run_state::RunState;
use crate::spec::{Arrival, Arrivals, LoadModel, Purpose};

/// The arrivals that are still to come. Every one that has come is counted as started or as dropped.
pub(crate) struct Admission {
    state: Arc<RunState>,
    meter: Arc<LaneMeter>,
    arrivals: Peekable<Arrivals>,
    /// How many people of a closed model are under way in this lane at a time.
    people: Option<u64>,
}

/// An arrival that is admitted, with its dossier and the journey it is assigned.
pub(crate) struct Admitted {
    pub(crate) arrival: Arrival,
    pub(crate) case: Case,
    pub(crate) journey: JourneyId,
}

impl Admission {
    pub(crate) fn new(state: Arc<RunState>, lane: usize, meter: Arc<LaneMeter>, arrivals: Arrivals) -> Self {
        let people = match state.spec.settings.model {
            LoadModel::Open => None,
            // The first lanes have one more where they cannot all have the same.
            LoadModel::Closed { people } => Some((people + state.lanes - 1 - lane) / state.lanes),
        };
        Self { state, meter, arrivals: arrivals.peekable(), people: people.map(|people| people as u64) }
    }

    /// The next one that is due by now and is admitted, while so many people are under way. After the load nobody is, and while
    /// the portal is away hardly anybody.
    pub(crate) fn next(&mut self, now: u64, under_way: usize) -> Option<Admitted> {
        if self.state.phase() != Phase::Load {
            return None;
        }
        let has_room = under_way < self.state.spec.settings.under_way;
        while let Some(arrival) = self.come(now, has_room) {
            let counts = self.meter.of(arrival.purpose);
            if !self.state.breaker.lets_in(now) {
                self.state.breaker.turn_away(arrival.purpose, arrival.due);
                counts.dropped.add(1);
                continue;
            }
            let case = self.state.spec.people.case(arrival.case);
            if let Some(journey) = self.assigned(arrival.purpose, &case).filter(|_| has_room) {
                counts.started.add(1);
                return Some(Admitted { arrival, case, journey });
            }
            counts.dropped.add(1);
        }
        if self.is_over(now) {
            self.meter.arrivals_over.set(1);
        }
        None
    }

    /// The next one who has come by now.
    fn come(&mut self, now: u64, has_room: bool) -> Option<Arrival> {
        let Some(people) = self.people else { return self.arrivals.next_if(|arrival| arrival.due <= now) };
        let is_wanted = !self.is_over(now)
            && has_room
            && self.meter.dossiers.under_way() < people
            && self.state.breaker.would_let_in(now);
        if is_wanted { self.arrivals.next().map(|arrival| Arrival { due: now, ..arrival }) } else { None }
    }

    /// Whether nobody comes any more.
    fn is_over(&mut self, now: u64) -> bool {
        match self.people {
            None => self.arrivals.peek().is_none(),
            Some(_) => now >= self.state.spec.timeline.wall_end(),
        }
    }

    /// When the next one is due, if that is planned.
    pub(crate) fn next_due(&mut self) -> Option<u64> {
        let is_planned = self.state.phase() == Phase::Load && self.people.is_none();
        if is_planned { self.arrivals.peek().map(|arrival| arrival.due) } else { None }
    }

    fn assigned(&self, purpose: Purpose, case: &Case) -> Option<JourneyId> {
        let assignment = &self.state.spec.assignment;
        match purpose {
            Purpose::Dossier => {
                let channel = assignment.channels.iter().find(|(channel, _)| *channel == case.channel);
                channel.map(|(_, journey)| *journey)
            }
            Purpose::Visit => assignment.visit,
        }
    }
}
