//! Arrivals of a lane: each is admitted when it is due, or dropped if too many people are under way.

use std::iter::Peekable;
use std::sync::Arc;

use journey::JourneyId;
use model::Case;
use model::words::Phase;

use crate::meter::LaneMeter;
use crate::run_state::RunState;
use crate::spec::{Arrival, Arrivals, Purpose};

/// The arrivals that are still to come. Every one that has come is counted as started or as dropped.
pub(crate) struct Admission {
    state: Arc<RunState>,
    meter: Arc<LaneMeter>,
    arrivals: Peekable<Arrivals>,
}

/// An arrival that is admitted, with its dossier and the journey it is assigned.
pub(crate) struct Admitted {
    pub(crate) arrival: Arrival,
    pub(crate) case: Case,
    pub(crate) journey: JourneyId,
}

impl Admission {
    pub(crate) fn new(state: Arc<RunState>, meter: Arc<LaneMeter>, arrivals: Arrivals) -> Self {
        Self { state, meter, arrivals: arrivals.peekable() }
    }

    /// The next one that is due by now and is admitted, while so many people are under way. After the load nobody is.
    pub(crate) fn next(&mut self, now: u64, under_way: usize) -> Option<Admitted> {
        if self.state.phase() != Phase::Load {
            return None;
        }
        let has_room = under_way < self.state.spec.settings.under_way;
        while let Some(arrival) = self.arrivals.next_if(|arrival| arrival.due <= now) {
            let case = self.state.spec.people.case(arrival.case);
            let counts = self.meter.of(arrival.purpose);
            if let Some(journey) = self.assigned(arrival.purpose, &case).filter(|_| has_room) {
                counts.started.add(1);
                return Some(Admitted { arrival, case, journey });
            }
            counts.dropped.add(1);
        }
        if self.arrivals.peek().is_none() {
            self.meter.arrivals_over.set(1);
        }
        None
    }

    /// When the next one is due, if any may still be admitted.
    pub(crate) fn next_due(&mut self) -> Option<u64> {
        let is_load = self.state.phase() == Phase::Load;
        self.arrivals.peek().filter(|_| is_load).map(|arrival| arrival.due)
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
