//! A line in which dossiers wait, in the order in which they joined it.

use std::collections::VecDeque;

use crate::domain::dossier_id::DossierId;

/// One line. A dossier that stops waiting is not looked for in it: it is passed over when its turn comes.
#[derive(Debug, Default)]
pub(crate) struct WaitingLine {
    /// With the numbers of their tickets, which ascend.
    ids: VecDeque<(u64, DossierId)>,
    /// The last number that was given out.
    given: u64,
    /// The last number whose turn has come.
    pub(crate) served: u64,
    /// How many of them still wait.
    pub(crate) waiting: usize,
}

impl WaitingLine {
    /// A line of which so many have been served.
    pub(crate) fn after(served: u64) -> Self {
        Self { given: served, served, ..Self::default() }
    }

    /// Puts a dossier at the end, or to where it stood if its turn has not come since; returns the number of its place.
    pub(crate) fn join(&mut self, id: DossierId, before: Option<u64>) -> u64 {
        self.waiting += 1;
        if let Some(number) = before.filter(|number| *number > self.served) {
            return number;
        }
        self.given += 1;
        self.ids.push_back((self.given, id));
        self.given
    }

    /// Puts a dossier to where it stood before a restart; those before it have been put there already.
    pub(crate) fn resume(&mut self, id: DossierId, number: u64) {
        self.ids.push_back((number, id));
        self.given = number;
    }

    /// Puts the dossier whose turn has just come back to the front; see the defect `double-claim`.
    pub(crate) fn put_back(&mut self, id: DossierId) {
        self.ids.push_front((self.served, id));
        self.served = self.served.saturating_sub(1);
    }

    /// Notes that a dossier no longer waits.
    pub(crate) fn leave(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Takes the next entry off the line; it may have stopped waiting.
    pub(crate) fn next(&mut self) -> Option<DossierId> {
        let (number, id) = self.ids.pop_front()?;
        self.served = number;
        Some(id)
    }
}
