//! The random choices about a parcel: drawn when it is ordered, from the seed and its reference only.

use std::time::Duration;

use crate::faults::Fault;
use crate::parcel::{DeliveryFaults, Fate};
use crate::post::Post;
use crate::rng::hash;
use crate::stage::Way;

/// How many times longer a delayed parcel takes.
const DELAY: u32 = 4;

/// Everything that the random numbers decide about a parcel.
pub(crate) struct Drawn {
    pub(crate) transit: Duration,
    pub(crate) is_delayed: bool,
    pub(crate) delivery_faults: DeliveryFaults,
}

impl Drawn {
    /// Draws for the parcel with this order number that is ordered for the `round + 1`-th time.
    pub(crate) fn of(post: &Post, way: Way, order_number: &str, (round, cod_amount): (u32, i64)) -> Self {
        let seed = post.config.seed;
        let reference = if round == 0 { order_number.to_owned() } else { format!("{order_number}#{round}") };
        let triggers = |fault| post.behaviour.faults.triggers(fault, seed, &reference);
        let fate = if triggers(Fault::Lost) {
            Fate::IsLost
        } else if way == Way::ToAgency {
            Fate::Arrives
        } else if triggers(Fault::Returned) {
            Fate::GoesBack
        } else if triggers(Fault::FailedAttempt) {
            Fate::ArrivesAfter(if hash(seed, &reference).is_multiple_of(2) { 1 } else { 2 })
        } else {
            Fate::Arrives
        };
        let is_wrong = cod_amount > 0 && triggers(Fault::WrongCod);
        let is_delayed = triggers(Fault::Delayed);
        let transit = post.config.transit_of(&reference);
        Self {
            transit: if is_delayed { transit * DELAY } else { transit },
            is_delayed,
            delivery_faults: DeliveryFaults {
                fate,
                cod_error: if is_wrong { cod_error(cod_amount, hash(seed, &reference)) } else { 0 },
                of_reports: [Fault::DuplicateReport, Fault::OutOfOrder, Fault::LostReport]
                    .map(|fault| triggers(fault).then_some(fault)),
            },
        }
    }
}

/// A tenth too much or, if something is left then, too little.
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
