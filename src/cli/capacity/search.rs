//! Which rate is tried next, and what all tries come to: knows no portal, and sends nothing.
//!
//! Rates double until one does not hold. Then the interval between the highest rate that held and the lowest that did not is
//! halved on a logarithmic scale, and what is left is tried again. Right after the first overload the first rate is played
//! once more, to see whether the portal has recovered.
//!
//! # Source
//! Shivam et al., "Cutting Corners: Workbench Automation for Server Benchmarking", USENIX 2008 (the algorithm Binsearch).

use report::{Purpose, StepStanding};

/// Within what is searched, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The first rate, in dossiers a second.
    pub(crate) from: f64,
    /// The highest.
    pub(crate) to: f64,
    /// How much higher the lowest rate that did not hold may be than the one that is found, as a share of the latter.
    pub(crate) precision: f64,
    /// The most steps.
    pub(crate) steps: usize,
}

/// How often a rate that held is tried again.
pub(crate) const CONFIRMATIONS: usize = 3;

/// The lowest rate that is tried, as a part of the first.
const LOWEST: f64 = 1.0 / 64.0;

/// What a search came to. Rates are in dossiers a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found {
    /// `low` held each time, and `high`, the next that was tried, did not.
    Confirmed { low: f64, high: f64 },
    /// The highest rate that was to be tried held each time.
    Highest(f64),
    /// The generator could not keep up at `at`; `low` held before, if any did.
    GeneratorLimit { low: Option<f64>, at: f64 },
    /// Not even the lowest rate that was tried held.
    Nothing(f64),
    /// The steps ran out; the rate held until then, if any did.
    OutOfSteps(Option<f64>),
}

#[derive(Clone, Copy, Debug)]
struct Tried {
    purpose: Purpose,
    rate: f64,
    standing: StepStanding,
}

/// A search under way.
#[derive(Debug)]
pub(crate) struct Search {
    bounds: Bounds,
    tried: Vec<Tried>,
}

impl Search {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { bounds, tried: Vec::new() }
    }

    /// What came of a rate.
    pub(crate) fn note(&mut self, purpose: Purpose, rate: f64, standing: StepStanding) {
        self.tried.push(Tried { purpose, rate, standing });
    }

    /// What is tried next, or what was found.
    pub(crate) fn next(&self) -> Result<(Purpose, f64), Found> {
        let limit = self.tried.iter().find(|tried| tried.standing == StepStanding::GeneratorLimit);
        if let Some(Tried { rate, .. }) = limit {
            return Err(Found::GeneratorLimit { low: self.low(), at: *rate });
        }
        let next = self.recovery().map_or_else(|| self.wanted(), Ok)?;
        if self.tried.len() < self.bounds.steps { Ok(next) } else { Err(Found::OutOfSteps(self.low())) }
    }

    /// The highest rate that held each time, below any that did not.
    pub(crate) fn low(&self) -> Option<f64> {
        let high = self.high().unwrap_or(f64::INFINITY);
        self.rates(StepStanding::Holds).filter(|rate| *rate < high).reduce(f64::max)
    }

    /// The lowest rate that did not hold.
    fn high(&self) -> Option<f64> {
        let failed = self.measured().filter(|tried| match tried.standing {
            StepStanding::Exceeded => true,
            // On the way up a higher rate, which gives more samples, may say more.
            StepStanding::Undecided => tried.purpose != Purpose::Ramp || tried.rate >= self.bounds.to,
            StepStanding::Holds | StepStanding::GeneratorLimit => false,
        });
        failed.map(|tried| tried.rate).reduce(f64::min)
    }

    /// What speaks of the capacity: a portal that has not recovered yet does not.
    fn measured(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|tried| tried.purpose != Purpose::Recovery)
    }

    fn rates(&self, standing: StepStanding) -> impl Iterator<Item = f64> {
        self.measured().filter(move |tried| tried.standing == standing).map(|tried| tried.rate)
    }

    /// The first rate that held, right after the first overload.
    fn recovery(&self) -> Option<(Purpose, f64)> {
        let overload = self.tried.last()?.standing == StepStanding::Exceeded;
        let is_first = self.rates(StepStanding::Exceeded).count() == 1;
        let base = self.rates(StepStanding::Holds).next()?;
        (overload && is_first && self.measured().count() == self.tried.len()).then_some((Purpose::Recovery, base))
    }

    fn wanted(&self) -> Result<(Purpose, f64), Found> {
        let Bounds { from, to, precision, .. } = self.bounds;
        match (self.low(), self.high()) {
            (Some(low), None) if low >= to => self.confirmed(low, Found::Highest(low)),
            (_, None) => {
                let highest = self.measured().map(|tried| tried.rate).reduce(f64::max);
                Ok((Purpose::Ramp, highest.map_or(from, |rate| (rate * 2.0).min(to))))
            }
            (Some(low), Some(high)) => {
                let middle = three_digits((low * high).sqrt());
                if high > low * (1.0 + precision) && low < middle && middle < high {
                    return Ok((Purpose::Bisection, middle));
                }
                self.confirmed(low, Found::Confirmed { low, high })
            }
            (None, Some(high)) => {
                let lowest = self.measured().map(|tried| tried.rate).fold(high, f64::min);
                let lower = three_digits(lowest / 2.0);
                if lower < from * LOWEST { Err(Found::Nothing(lowest)) } else { Ok((Purpose::Ramp, lower)) }
            }
        }
    }

    /// A rate that held is tried again until it has held so often; then it is what was found.
    fn confirmed(&self, rate: f64, found: Found) -> Result<(Purpose, f64), Found> {
        let again = self.tried.iter().filter(|tried| tried.purpose == Purpose::Confirmation);
        #[expect(clippy::float_cmp, reason = "the same number, not a computed one")]
        let held = again.filter(|tried| tried.rate == rate).count();
        if held < CONFIRMATIONS { Ok((Purpose::Confirmation, rate)) } else { Err(found) }
    }
}

/// Rounded to three significant digits, as a person would name a rate.
fn three_digits(rate: f64) -> f64 {
    let unit = 10_f64.powf(rate.log10().floor() - 2.0);
    // Divided by a whole power where there is one, so that 7.07 is the number that is written so.
    if unit < 1.0 { (rate / unit).round() / (1.0 / unit).round() } else { (rate / unit).round() * unit }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds { from: 5.0, to: 1_000.0, precision: 0.1, steps: 40 };

    /// Searches a portal of which `answer` says how it stands at a rate, by the number of the step.
    fn search(bounds: Bounds, answer: impl Fn(usize, f64) -> StepStanding) -> (Found, Vec<(Purpose, f64)>) {
        let mut search = Search::new(bounds);
        let mut steps = Vec::new();
        loop {
            match search.next() {
                Err(found) => return (found, steps),
                Ok((purpose, rate)) => {
                    search.note(purpose, rate, answer(steps.len(), rate));
                    steps.push((purpose, rate));
                }
            }
        }
    }

    fn below(limit: f64) -> impl Fn(usize, f64) -> StepStanding {
        move |_, rate| if rate <= limit { StepStanding::Holds } else { StepStanding::Exceeded }
    }

    #[test]
    fn rates_double_recover_are_halved_and_confirmed() {
        let (found, steps) = search(BOUNDS, below(30.0));
        let rates: Vec<_> = steps.iter().map(|(_, rate)| *rate).collect();
        assert_eq!(rates, [5.0, 10.0, 20.0, 40.0, 5.0, 28.3, 33.6, 30.8, 28.3, 28.3, 28.3]);
        assert_eq!(steps[4].0, Purpose::Recovery);
        assert!(steps[8..].iter().all(|(purpose, _)| *purpose == Purpose::Confirmation));
        assert_eq!(found, Found::Confirmed { low: 28.3, high: 30.8 });
    }

    #[test]
    fn a_rate_that_does_not_hold_again_is_not_found() {
        let (found, steps) =
            search(BOUNDS, |step, rate| if step == 9 { StepStanding::Undecided } else { below(30.0)(step, rate) });
        assert_eq!(steps[9], (Purpose::Confirmation, 28.3));
        let Found::Confirmed { low, high } = found else { panic!("{found:?}") };
        assert!(low < 28.3 && high <= 28.3, "{low} {high}");
    }

    #[test]
    fn what_never_breaks_holds_at_the_highest_rate() {
        let (found, steps) = search(BOUNDS, below(f64::INFINITY));
        assert_eq!(found, Found::Highest(1_000.0));
        assert!(steps.ends_with(&[(Purpose::Confirmation, 1_000.0); CONFIRMATIONS]), "{steps:?}");
    }

    #[test]
    fn a_generator_that_cannot_keep_up_ends_the_search() {
        let (found, _) =
            search(BOUNDS, |_, rate| if rate < 70.0 { StepStanding::Holds } else { StepStanding::GeneratorLimit });
        assert_eq!(found, Found::GeneratorLimit { low: Some(40.0), at: 80.0 });
    }

    #[test]
    fn too_high_a_start_is_left_downwards_and_so_is_what_nobody_can_decide() {
        assert!(matches!(search(BOUNDS, below(0.9)).0, Found::Confirmed { low, .. } if low > 0.8 && low <= 0.9));
        assert!(matches!(search(BOUNDS, below(0.0)).0, Found::Nothing(_)));
        assert!(matches!(search(BOUNDS, |_, _| StepStanding::Undecided).0, Found::Nothing(_)));
        // Few samples at first decide nothing, and that is no overload.
        let slow = |_, rate| if rate < 15.0 { StepStanding::Undecided } else { below(60.0)(0, rate) };
        assert!(matches!(search(BOUNDS, slow).0, Found::Confirmed { low, .. } if low > 50.0));
    }

    #[test]
    fn rates_are_named_by_three_digits() {
        let rounded = [7.071_06, 28.284, 0.123_45, 14_142.1, 99.96].map(|rate| three_digits(rate).to_string());
        assert_eq!(rounded, ["7.07", "28.3", "0.123", "14100", "100"]);
    }

    proptest! {
        #[test]
        fn the_interval_that_is_found_is_as_narrow_as_asked_and_holds_the_limit(limit in 0.2_f64..900.0, precision in 0.02_f64..0.5) {
            let bounds = Bounds { precision, ..BOUNDS };
            let (found, steps) = search(bounds, below(limit));
            let Found::Confirmed { low, high } = found else { panic!("{found:?}") };
            prop_assert!(low <= limit && limit < high, "{low} {limit} {high}");
            let middle = three_digits((low * high).sqrt());
            // Three digits are as close as rates get.
            prop_assert!(high <= low * (1.0 + precision) || middle <= low || high <= middle);
            prop_assert!(steps.len() < 40);
        }

        #[test]
        fn however_a_portal_answers_the_search_ends_within_its_steps(answers in proptest::collection::vec(0_u8..3, 40), steps in 1_usize..40) {
            let standing = |step: usize, _| match answers[step] {
                0 => StepStanding::Holds,
                1 => StepStanding::Exceeded,
                _ => StepStanding::Undecided,
            };
            let played = search(Bounds { steps, ..BOUNDS }, standing).1.len();
            prop_assert!(played <= steps);
        }
    }
}
