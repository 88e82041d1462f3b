//! The final read: when all is over, every dossier is read back from every surface, no faster than the
//! portal was asked in the busiest second of the load.

use journey::JourneyId;
use model::CaseId;

/// Journeys of the final read that a lane walks at once.
const AT_ONCE: usize = 48;

/// What a lane still has to read back.
#[derive(Default)]
pub(crate) struct ReadBack {
    /// Popped from the end; `None` until it begins.
    left: Option<Vec<(CaseId, JourneyId)>>,
    under_way: usize,
}

impl ReadBack {
    /// Begins, unless it has begun: journey by journey, case by case in ascending order. Says whether it did.
    pub(crate) fn begin(&mut self, cases: impl IntoIterator<Item = CaseId>, journeys: &[JourneyId]) -> bool {
        if self.left.is_some() {
            return false;
        }
        let mut cases: Vec<_> = cases.into_iter().collect();
        cases.sort_unstable_by(|a, b| b.cmp(a));
        self.left =
            Some(journeys.iter().rev().flat_map(|journey| cases.iter().map(|case| (*case, *journey))).collect());
        true
    }

    /// The next dossier to be read back, while there is room.
    pub(crate) fn next(&mut self) -> Option<(CaseId, JourneyId)> {
        let next = self.left.as_mut().filter(|_| self.under_way < AT_ONCE)?.pop()?;
        self.under_way += 1;
        Some(next)
    }

    pub(crate) fn one_is_over(&mut self) {
        self.under_way -= 1;
    }

    /// Whether everything was read back.
    pub(crate) fn is_over(&self) -> bool {
        self.under_way == 0 && self.left.as_ref().is_some_and(Vec::is_empty)
    }
}
