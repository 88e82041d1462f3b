//! What a parcel will meet on its way: drawn when it is ordered, from the seed and its reference only.

use std::time::Duration;

use crate::config::hash;
use crate::faults::Fault;
use crate::parcel::{Fate, Mishaps, Way};
use crate::server::Post;

/// How many times longer a delayed parcel takes.
const DELAY: u32 = 4;

/// Everything that chance decides about a parcel.
pub(crate) struct Luck {
    pub(crate) transit: Duration,
    pub(crate) is_delayed: bool,
    pub(crate) mishaps: Mishaps,
}

impl Luck {
    /// Draws for the parcel with this order number that is ordered for the `round + 1`-th time.
    pub(crate) fn draw(post: &Post, way: Way, order_number: &str, (round, cod_amount): (u32, i64)) -> Self {
        let seed = post.config.seed;
        let reference = if round == 0 { order_number.to_owned() } else { format!("{order_number}#{round}") };
        let strikes = |fault| post.conduct.faults.strikes(fault, seed, &reference);
        let fate = if strikes(Fault::Lost) {
            Fate::IsLost
        } else if way == Way::ToAgency {
            Fate::Arrives
        } else if strikes(Fault::Returned) {
            Fate::GoesBack
        } else if strikes(Fault::FailedAttempt) {
            Fate::ArrivesAfter(if hash(seed, &reference).is_multiple_of(2) { 1 } else { 2 })
        } else {
            Fate::Arrives
        };
        let is_wrong = cod_amount > 0 && strikes(Fault::WrongCod);
        let is_delayed = strikes(Fault::Delayed);
        let transit = post.config.transit_of(&reference);
        Self {
            transit: if is_delayed { transit * DELAY } else { transit },
            is_delayed,
            mishaps: Mishaps {
                fate,
                cod_error: if is_wrong { cod_error(cod_amount, hash(seed, &reference)) } else { 0 },
                of_reports: [Fault::DuplicateReport, Fault::OutOfOrder, Fault::LostReport]
                    .map(|fault| strikes(fault).then_some(fault)),
            },
        }
    }
}

/// A tenth too much or, where something is left then, too little.
fn cod_error(cod_amount: i64, draw: u32) -> i64 {
    let tenth = (cod_amount / 10).max(1);
    if draw.is_multiple_of(3) || tenth == cod_amount { tenth } else { -tenth }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_amount_is_wrong_and_still_an_amount() {
        for (amount, draw) in (1..200).zip(0..) {
            let error = cod_error(amount, draw);
            assert!(error != 0 && amount + error > 0, "{amount} {error}");
        }
    }
}
