//! Bursty arrivals: a cascade that halves each day repeatedly and gives one half more than the other.
//!
//! ```text
//! mass of the day   |--------------------------------|
//! first halving     |======= bias =======|-- rest ---|   which half gets more is drawn for every node
//! second halving    |==== bias ====|rest-|rest|=bias=|   ...
//! ```
//!
//! The mass of the day does not change, so no total does. Within the day the pattern is the same at every scale. Nothing is
//! stored: finding the place of a mass takes one step for each halving. The cascade halves the mass of the day, not its time,
//! so that closed hours stay empty.
//!
//! # Source
//! Wang, Madhyastha, Chan, Papadimitriou and Faloutsos, "Data mining meets performance evaluation: fast algorithms for modeling
//! bursty traffic", ICDE 2002 (b-model).

use model::{Stream, fitting};
use rand::Rng as _;

use super::guide::Guide;

/// A day is cut into 4,096 parts, of some seven seconds in an office day.
const HALVINGS: u32 = 12;

/// One draw has a bit for each of the seven nodes of three halvings.
const HALVINGS_PER_DRAW: u32 = 3;

/// A cascade over every day of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Burst {
    /// The share of the fuller half, in percent; 50 is no cascade.
    bias: u64,
    stream: Stream,
    /// Where the mass of each day begins, and the end of the last.
    days: Vec<u64>,
    guide: Guide,
}

/// The part of a day that is left after some halvings.
#[derive(Clone, Copy)]
struct Part {
    /// Where it begins and how long it is, in the mass of the curve.
    begin: u64,
    length: u64,
    /// How much of the gathered mass it holds.
    holds: u64,
    /// How much of that lies before the wanted place; below `holds`.
    wanted: u64,
}

impl Burst {
    /// A cascade with this share of the fuller half, in percent, still without days.
    pub(crate) fn new(bias: u64, stream: Stream) -> Self {
        Self { bias: bias.clamp(50, 99), stream, days: Vec::new(), guide: Guide::new([].into_iter(), 0) }
    }

    /// The same over these days.
    pub(crate) fn over(self, days: Vec<u64>) -> Self {
        let mass = days.last().copied().unwrap_or(0);
        let begins = days.len().saturating_sub(1);
        let guide = Guide::new(days.iter().copied().take(begins).collect::<Vec<_>>().into_iter(), mass);
        Self { days, guide, ..self }
    }

    /// The mass on the curve at which a mass lies after the cascade: monotonic, and within the same day.
    pub(crate) fn gathered(&self, mass: u64) -> u64 {
        let mut day = self.guide.at(mass);
        while self.days.get(day + 1).is_some_and(|next| *next <= mass) {
            day += 1;
        }
        let (Some(begin), Some(end)) = (self.days.get(day), self.days.get(day + 1)) else { return mass };
        let length = end - begin;
        let mut part = Part { begin: *begin, length, holds: length, wanted: mass - begin };
        let mut node = 1_u32;
        for _ in 0..HALVINGS / HALVINGS_PER_DRAW {
            let bits = self.stream.rng(day as u64, node).next_u32();
            let mut local = 1_u32;
            for _ in 0..HALVINGS_PER_DRAW {
                let first_is_fuller = bits >> local & 1 == 1;
                let is_first = part.halve(if first_is_fuller { self.bias } else { 100 - self.bias });
                local = local << 1 | u32::from(!is_first);
                node = node << 1 | u32::from(!is_first);
            }
        }
        part.place()
    }
}

impl Part {
    /// Keeps the half that holds the wanted mass, where the first half holds so many percent. Returns whether it is the first.
    fn halve(&mut self, percent: u64) -> bool {
        let (length, holds) = (self.length / 2, self.holds / 100 * percent + self.holds % 100 * percent / 100);
        let is_first = self.wanted < holds;
        if is_first {
            (self.length, self.holds) = (length, holds);
        } else {
            self.begin += length;
            self.length -= length;
            self.holds -= holds;
            self.wanted -= holds;
        }
        is_first
    }

    /// The last part is uniform.
    fn place(self) -> u64 {
        let along = u128::from(self.wanted) * u128::from(self.length) / u128::from(self.holds.max(1));
        self.begin + fitting::<_, u64>(along, "the place lies within the part")
    }
}

#[cfg(test)]
mod tests {
    use model::Seed;
    use proptest::prelude::*;

    use super::*;

    fn burst(bias: u64) -> Burst {
        Burst::new(bias, Seed(8).stream("burst")).over(vec![0, 100_000, 100_007, 500_000])
    }

    #[test]
    fn half_and_half_changes_next_to_nothing() {
        for mass in (0..500_000).step_by(97) {
            let gathered = burst(50).gathered(mass);
            assert!(gathered.abs_diff(mass) <= 24, "{mass} went to {gathered}");
        }
    }

    #[test]
    fn the_fuller_half_of_a_day_holds_its_share() {
        let burst = burst(75);
        let first_half = (0..100_000).filter(|mass| burst.gathered(*mass) < 50_000).count();
        assert!([25_000, 75_000].iter().any(|share| first_half.abs_diff(*share) <= 1), "{first_half}");
        // 256 equal parts of the last day: the fullest holds many times its share.
        let mut parts = vec![0_u32; 256];
        for mass in 100_007..500_000 {
            parts[usize::try_from((burst.gathered(mass) - 100_007) * 256 / 399_993).unwrap()] += 1;
        }
        assert!(parts.iter().max().unwrap() > &(10 * 399_993 / 256), "{:?}", parts.iter().max());
    }

    proptest! {
        #[test]
        fn order_and_days_are_kept(a in 0_u64..500_000, b in 0_u64..500_000, bias in 50_u64..95) {
            let burst = burst(bias);
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(burst.gathered(early) <= burst.gathered(late));
            let day = |mass: u64| burst.days.partition_point(|begin| *begin <= mass);
            prop_assert_eq!(day(early), day(burst.gathered(early)));
        }
    }
}
