//! Who gets no answer tries again after ever longer pauses, and not for ever.
//!
//! The pause is part of the plan of the next step, as a pause of the journey is: nobody's waiting counts it.

use model::words::{Fault, Operation, Outcome};

use crate::attempt::Attempt;

/// The first pause, in nanoseconds: 100 ms. Each further one is twice as long, up to the longest.
const FIRST: u64 = 100_000_000;
/// The longest pause, in nanoseconds: 2 s.
const LONGEST: u64 = 2_000_000_000;
/// After so many tries in a row without an answer a journey ends: with these pauses an outage of 13 s is sat out.
const MOST_UNANSWERED: u8 = 10;
/// After so many acts in a row that could not be written a journey ends: what is not known does not become known by asking.
const MOST_UNWRITTEN: u8 = 3;

/// Tries of a person or a journey in a row that came to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InVain(u8);

impl InVain {
    pub(crate) fn count(&mut self, came_to_nothing: bool) {
        self.0 = if came_to_nothing { self.0.saturating_add(1) } else { 0 };
    }

    /// How long to pause before the next try, in nanoseconds; 0 if the last one was answered.
    pub(crate) fn pause(self) -> u64 {
        match self.0 {
            0 => 0,
            tries => (FIRST << (tries - 1).min(8)).min(LONGEST),
        }
    }

    /// Whether a journey ends whose last act came to this.
    pub(crate) fn is_enough(self, attempt: &Attempt) -> bool {
        self.0 >= if is_ours(attempt) { MOST_UNWRITTEN } else { MOST_UNANSWERED }
    }
}

/// Whether an act came to nothing: it was not sent, had no answer, or was a sign-in without which nothing else can be done.
pub(crate) fn came_to_nothing(operation: Operation, attempt: &Attempt, answer: Outcome) -> bool {
    attempt.status.is_none() || attempt.sent.is_none() || (is_sign_in(operation) && answer != Outcome::Ok)
}

/// Whether an act could not be done for a reason that lies in what we know, not in the portal or in time.
pub(crate) fn is_ours(attempt: &Attempt) -> bool {
    attempt.sent.is_none() && matches!(attempt.fault, Some(Fault::Unwritable | Fault::Forbidden))
}

/// Whether nothing was sent for a reason that is not the portal's: no traffic at all.
pub(crate) fn is_no_traffic(attempt: &Attempt) -> bool {
    is_ours(attempt) || (attempt.sent.is_none() && attempt.fault == Some(Fault::LocalLimit))
}

pub(crate) fn is_sign_in(operation: Operation) -> bool {
    matches!(operation, Operation::SignIn | Operation::ClerkSignIn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_cap_and_end_with_an_answer() {
        let mut vain = InVain::default();
        let pauses: Vec<_> = (0..70)
            .map(|_| {
                vain.count(true);
                vain.pause() / 1_000_000
            })
            .collect();
        assert_eq!(pauses[..7], [100, 200, 400, 800, 1_600, 2_000, 2_000]);
        assert!(pauses[7..].iter().all(|pause| *pause == 2_000));
        vain.count(false);
        assert_eq!(vain.pause(), 0);
    }

    #[test]
    fn a_journey_without_an_answer_ends_after_ten_tries_one_that_cannot_be_written_after_three() {
        let tries = |fault| {
            let mut vain = InVain::default();
            (1..100).find(|_| {
                vain.count(true);
                vain.is_enough(&Attempt::not_sent(fault, 0))
            })
        };
        assert_eq!(tries(Fault::Connect), Some(10));
        assert_eq!(tries(Fault::LocalLimit), Some(10));
        assert_eq!(tries(Fault::Unwritable), Some(3));
        assert_eq!(tries(Fault::Forbidden), Some(3));
    }
}
