//! The time of the registry: the business clock, and what ends by itself as it goes on.

use crate::behaviour::defects::Defect;
use crate::domain::moment::Moment;
use crate::domain::office::Term;
use crate::state::clock::wall_ns;
use crate::state::registry::Registry;

impl Registry {
    /// The present on the business clock, when everything is done whose term ended before it.
    pub(crate) fn now(&mut self) -> Moment {
        let now = self.clock.now(wall_ns());
        while let Some((until, id, term)) = self.terms.over(now) {
            if term == Term::Supplement && self.defects.has(Defect::EndlessTerm) {
                continue;
            }
            let ended = self.change_at(until, id, |dossier, _| {
                term.end(dossier, until);
                Ok(())
            });
            // A term without its dossier has nothing to end.
            drop(ended);
        }
        now
    }

    /// Ends what is due, so that no one sees a dossier as it was before its term ended; nearly nothing where no
    /// term runs.
    pub(crate) fn keep_terms(&mut self) {
        if !self.terms.is_empty() {
            self.now();
        }
    }
}
