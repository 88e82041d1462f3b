//! Terms: what ends by itself when its time is over, whether or not a request comes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::dossier::Dossier;
use crate::domain::dossier_id::DossierId;
use crate::domain::moment::Moment;
use crate::domain::office::Term;
use crate::domain::papers::supplements;
use crate::domain::payments::debt::Debt;
use crate::domain::payments::platform;
use crate::domain::states::State;

impl Term {
    /// Does what is due at the end of the term. A dossier that has gone on meanwhile is left as it is.
    pub(crate) fn end(self, dossier: &mut Dossier, at: Moment) {
        match self {
            Term::Supplement => supplements::lapse(dossier, at),
            Term::Payment(debt) => platform::expire(dossier, debt, at),
        }
    }
}

impl Dossier {
    /// The terms that run in it, and their last moments.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (Moment, Term)> + use<> {
        let supplement = self.supplement.as_ref().filter(|_| self.state == State::AwaitingSupplement);
        let tax = self.obligation.as_ref().and_then(|obligation| obligation.payment.pay_by);
        let all = [
            supplement.map(|supplement| (supplement.answer_by, Term::Supplement)),
            self.payment.pay_by.map(|until| (until, Term::Payment(Debt::Fee))),
            tax.map(|until| (until, Term::Payment(Debt::Tax))),
        ];
        all.into_iter().flatten()
    }
}

/// The terms that run, the first to end on top: 24 bytes each, until it ends. A term is not taken out when what it
/// waits for happens; it finds that out when its time comes.
#[derive(Debug, Default)]
pub(crate) struct Terms(BinaryHeap<Reverse<(Moment, DossierId, Term)>>);

impl Terms {
    /// Lets a term run until a moment, that moment included.
    pub(crate) fn run(&mut self, until: Moment, id: DossierId, term: Term) {
        self.0.push(Reverse((until, id, term)));
    }

    /// Whether no term runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the next term that is over, those that ended first before others.
    pub(crate) fn over(&mut self, now: Moment) -> Option<(Moment, DossierId, Term)> {
        let Reverse((until, ..)) = self.0.peek()?;
        if *until < now { self.0.pop().map(|Reverse(term)| term) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_end_in_their_order_and_not_in_their_last_moment() {
        let at = Moment::from_unix_ms;
        let mut terms = Terms::default();
        terms.run(at(20), 1, Term::Supplement);
        terms.run(at(10), 2, Term::Payment(Debt::Fee));
        terms.run(at(10), 1, Term::Supplement);
        assert_eq!(terms.over(at(10)), None);
        assert_eq!(terms.over(at(11)), Some((at(10), 1, Term::Supplement)));
        assert_eq!(terms.over(at(99)), Some((at(10), 2, Term::Payment(Debt::Fee))));
        assert_eq!(terms.over(at(99)), Some((at(20), 1, Term::Supplement)));
        assert!(terms.is_empty());
    }
}
