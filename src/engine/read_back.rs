//! The final read: when all is over, every dossier is read back from every surface, no faster than the
//! portal was asked in the busiest second of the load.

use std::sync::Arc;

use journey::{JourneyId, JourneyInstance};
use model::CaseId;
use model::words::{Field, Role};

use crate::lane::Lane;
use crate::task_queue::{Origin, Person, Task};

/// Journeys of the final read that a lane walks at once.
const AT_ONCE: usize = 48;

/// What a lane still has to read back.
#[derive(Default)]
pub(crate) struct ReadBack {
    left: Option<Vec<(CaseId, JourneyId)>>,
    under_way: usize,
}

impl ReadBack {
    pub(crate) fn one_is_over(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

impl Lane {
    /// Begins final reads while there is room, and says when there are none left.
    pub(crate) fn read_back(&mut self, now: u64) {
        if self.read_back.left.is_none() {
            let mut cases: Vec<_> = self.codes.keys().copied().collect();
            cases.sort_unstable_by(|a, b| b.cmp(a));
            let journeys = &self.state.spec.assignment.final_reads;
            // Popped from the end: journey by journey, case by case in ascending order.
            let left = journeys.iter().rev().flat_map(|journey| cases.iter().map(|case| (*case, *journey))).collect();
            self.read_back.left = Some(left);
            self.stop_acting();
        }
        while self.read_back.under_way < AT_ONCE {
            let Some((case, journey)) = self.read_back.left.as_mut().and_then(Vec::pop) else { break };
            self.read_back.under_way += 1;
            self.begin_final(case, journey, now);
        }
        if self.read_back.under_way == 0 && self.read_back.left.as_ref().is_some_and(Vec::is_empty) {
            self.meter.final_reads_over.set(1);
        }
    }

    fn begin_final(&mut self, id: CaseId, journey: JourneyId, now: u64) {
        let state = Arc::clone(&self.state);
        let case = state.spec.people.case(id);
        let unit = state.spec.units.iter().position(|unit| *unit == case.unit);
        let mut task = Task::new(JourneyInstance::new(journey, id.0), Some(Box::new(case)), Origin::FinalRead);
        if let Some(code) = self.codes.get(&id) {
            task.memory.set(Field::DossierCode, code);
        }
        let clerk = match state.spec.scripts.role(journey) {
            Role::Citizen => None,
            Role::Desk | Role::PostDesk => {
                unit.and_then(|unit| u16::try_from(unit).ok()).and_then(|unit| self.clerk_for(unit, id))
            }
        };
        let person = clerk.unwrap_or_else(|| self.people.enter(Person::citizen()));
        self.meter.read_back.add(1);
        self.begin(person, task, now);
    }
}
