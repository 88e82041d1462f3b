//! A curve laid over a period: a piecewise constant rate, and its integral both ways.
//!
//! ```text
//! rate at an instant = hour weight x weekday factor x seasonality of the day x surges of the minute
//! mass of an instant = integral of the rate from the start of the period, in rate x milliseconds
//! ```
//!
//! Whole numbers, so that no machine rounds differently. Outside office hours the rate is 0 for a channel that needs an open
//! counter; on a public holiday the holiday factor stands for the weekday's. Rates that would make the mass of the period
//! exceed 62 bits are halved, all of them, until it does not.

use jiff::civil::Date;
use model::{SimTime, fitting};

use super::burst::Burst;
use super::curve::Curve;
use super::guide::Guide;
use super::seasonality::{Piece, Seasonality};
use crate::calendar::Calendar;
use crate::period::Period;
use crate::province::office::Office;

const HOUR: i64 = 3_600_000;

/// Masses stay below 2 to this power: products with a 64-bit draw fit 128 bits.
const MASS_BITS: u32 = 62;

/// What a curve is laid over.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) office: &'a Office,
    pub(crate) period: Period,
}

/// A curve laid over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Stretches of constant rate, in order; between them nobody comes.
    stretches: Vec<Stretch>,
    /// Mass of the whole period.
    mass: u64,
    guide: Guide,
    /// How arrivals gather within a day, if they do more than chance has it.
    burst: Option<Burst>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: SimTime,
    end: SimTime,
    /// Mass per millisecond; above 0.
    rate: u64,
    /// Mass before `start`.
    before: u64,
}

impl Stretch {
    fn mass_until(&self, instant: SimTime) -> u64 {
        (instant.0 - self.start.0).max(0).cast_unsigned() * self.rate
    }
}

impl Schedule {
    /// Lays a curve over a period.
    pub(crate) fn new(curve: &Curve, seasonality: &Seasonality, ground: Ground<'_>) -> Self {
        let mut pieces = Vec::new();
        for day in ground.period.days() {
            let factor = u128::from(day_factor(curve, ground, day)) * seasonality.factor(day);
            if factor > 0 {
                for stretch in open_stretches(curve, ground, day) {
                    push_hours(&mut pieces, curve, stretch, factor);
                }
            }
        }
        Self::laid(&seasonality.surged(pieces))
    }

    /// The same with every day's rates times its factor, and gathered within the days.
    pub(crate) fn varied(&self, factor: impl Fn(Date) -> u64, burst: Option<Burst>) -> Self {
        let mut known = (Date::MIN, 1);
        let varied = |stretch: &Stretch| {
            let day = stretch.start.day();
            if known.0 != day {
                known = (day, u128::from(factor(day)));
            }
            Piece { start: stretch.start, end: stretch.end, rate: u128::from(stretch.rate) * known.1 }
        };
        let pieces: Vec<_> = self.stretches.iter().map(varied).collect();
        let mut schedule = Self::laid(&pieces);
        schedule.burst = burst.map(|burst| burst.over(schedule.masses_of_days()));
        schedule
    }

    /// The same with surges on top; within a day nobody gathers who did before.
    pub(crate) fn surged(&self, seasonality: &Seasonality) -> Self {
        let piece =
            |stretch: &Stretch| Piece { start: stretch.start, end: stretch.end, rate: u128::from(stretch.rate) };
        Self::laid(&seasonality.surged(self.stretches.iter().map(piece).collect()))
    }

    /// Mass of the whole period.
    pub(crate) fn mass(&self) -> u64 {
        self.mass
    }

    /// Puts pieces in order one after the other.
    fn laid(pieces: &[Piece]) -> Self {
        let mass_of = |piece: &Piece| piece.rate.saturating_mul(u128::from(piece.end.0.abs_diff(piece.start.0)));
        let whole = pieces.iter().map(mass_of).fold(0, u128::saturating_add);
        let halvings = (u128::BITS - whole.leading_zeros()).saturating_sub(MASS_BITS);
        let (mut mass, mut stretches) = (0, Vec::with_capacity(pieces.len()));
        for Piece { start, end, rate } in pieces.iter().copied() {
            let rate = fitting::<_, u64>(rate >> halvings, "the mass of the period fits").max(1);
            let stretch = Stretch { start, end, rate, before: mass };
            mass += stretch.mass_until(end);
            stretches.push(stretch);
        }
        let guide = Guide::new(stretches.iter().map(|stretch| stretch.before), mass);
        Self { stretches, mass, guide, burst: None }
    }

    /// Where the mass of each day on which anybody comes begins, and the end of the last.
    fn masses_of_days(&self) -> Vec<u64> {
        let mut begun = None;
        let mut masses = Vec::new();
        for stretch in &self.stretches {
            let day = stretch.start.day();
            if begun != Some(day) {
                begun = Some(day);
                masses.push(stretch.before);
            }
        }
        masses.push(self.mass);
        masses
    }

    /// The mass before an instant; within a day that of the curve, as if nothing gathered.
    pub(crate) fn mass_before(&self, instant: SimTime) -> u64 {
        let i = self.stretches.partition_point(|stretch| stretch.end <= instant);
        self.stretches.get(i).map_or(self.mass, |stretch| stretch.before + stretch.mass_until(instant))
    }

    /// The instant at which this mass is exceeded: `mass_before` inverted, where nothing gathers.
    pub(crate) fn instant(&self, mass: u64) -> SimTime {
        let mass = self.burst.as_ref().map_or(mass, |burst| burst.gathered(mass));
        let mut i = self.guide.at(mass);
        while self.stretches.get(i + 1).is_some_and(|next| next.before <= mass) {
            i += 1;
        }
        self.stretches.get(i).map_or(SimTime(0), |stretch| {
            let passed = (mass - stretch.before) / stretch.rate;
            SimTime(stretch.start.0.saturating_add_unsigned(passed)).min(stretch.end)
        })
    }
}

/// When people may come on a day: in office hours, or all day long.
fn open_stretches(curve: &Curve, ground: Ground<'_>, day: Date) -> Vec<(SimTime, SimTime)> {
    if curve.office_only {
        ground.office.stretches(ground.calendar, day).collect()
    } else {
        let start = SimTime::start_of(day);
        vec![(start, SimTime(start.0 + 24 * HOUR))]
    }
}

/// Cuts a stretch of one day into its hours.
fn push_hours(pieces: &mut Vec<Piece>, curve: &Curve, (start, end): (SimTime, SimTime), factor: u128) {
    let midnight = SimTime::start_of(start.day());
    for (hour, weight) in (0..).zip(curve.hours) {
        let (from, until) = (SimTime(midnight.0 + hour * HOUR), SimTime(midnight.0 + (hour + 1) * HOUR));
        let (start, end) = (start.max(from), end.min(until));
        if start < end && weight > 0 {
            pieces.push(Piece { start, end, rate: factor * u128::from(weight) });
        }
    }
}

fn day_factor(curve: &Curve, ground: Ground<'_>, day: Date) -> u64 {
    let Ground { calendar, office, .. } = ground;
    if curve.office_only && office.on(calendar, day).is_empty() {
        return 0;
    }
    if !calendar.is_working(day) && !calendar.note(day).is_empty() {
        return curve.holiday;
    }
    let position: usize = fitting(day.weekday().to_monday_zero_offset(), "it counts from 0");
    curve.weekdays.get(position).copied().unwrap_or_else(|| unreachable!("a week has seven days"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, date};
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::vietnam;

    /// The week of Tết 2021 and the one before it, by a curve with a burst after opening.
    pub(crate) fn schedule(office_only: bool, seasonality: &Seasonality) -> Schedule {
        let mut hours = [0; 24];
        hours[7] = 30;
        hours[11] = 10;
        hours[20] = 5;
        let curve = Curve { office_only, hours, weekdays: [3, 2, 2, 2, 2, 1, 1], holiday: 1 };
        let office = Office {
            hours: vec![(Time::constant(7, 30, 0, 0), Time::constant(11, 30, 0, 0))],
            days: Vec::new(),
            source: "made up".to_owned(),
        };
        let period = Period { from: date(2021, 2, 1), until: date(2021, 2, 14) };
        Schedule::new(&curve, seasonality, Ground { calendar: vietnam(), office: &office, period })
    }

    fn plain(office_only: bool) -> Schedule {
        schedule(office_only, &Seasonality::default())
    }

    #[test]
    fn mass_is_weight_times_factor_times_time() {
        let hour = 3_600_000;
        let before = |schedule: &Schedule, day| schedule.mass_before(SimTime::start_of(day));
        // Monday 1 February: half of the hour from 7, half of the hour from 11, factor 3; nobody in the evening.
        assert_eq!(before(&plain(true), date(2021, 2, 2)), 3 * (30 + 10) * hour / 2);
        // The same with the whole day.
        assert_eq!(before(&plain(false), date(2021, 2, 2)), 3 * (30 + 10 + 5) * hour);
        // Thursday 11 February is Tết: closed at the counter, quiet online.
        let tet = |schedule: &Schedule| before(schedule, date(2021, 2, 12)) - before(schedule, date(2021, 2, 11));
        assert_eq!((tet(&plain(true)), tet(&plain(false))), (0, (30 + 10 + 5) * hour));
    }

    #[test]
    fn equal_masses_hold_equally_many() {
        let schedule = plain(false);
        let stream = model::Seed(9).stream("arrival");
        let half = schedule.instant(schedule.mass / 2);
        let early = (0..10_000).filter(|i| schedule.instant(stream.below(*i, schedule.mass)) < half).count();
        // Four standard deviations of a fair coin.
        assert!((4_800..=5_200).contains(&early), "{early}");
    }

    #[test]
    fn rates_that_are_too_large_are_halved_together() {
        let rate = 1_u128 << 90;
        let pieces = [(0, 10, rate), (10, 20, rate / 2), (20, 30, 1)];
        let laid =
            Schedule::laid(&pieces.map(|(start, end, rate)| Piece { start: SimTime(start), end: SimTime(end), rate }));
        assert_eq!(laid.stretches[0].rate, 2 * laid.stretches[1].rate);
        assert_eq!(laid.stretches[2].rate, 1, "nobody is left out");
        assert!(laid.mass.ilog2() <= MASS_BITS);
    }

    proptest! {
        #[test]
        fn the_instant_of_a_mass_has_that_mass_before_it(part in 0_u64..1_000_000, office_only: bool) {
            let schedule = plain(office_only);
            let mass = schedule.mass / 1_000_000 * part;
            let instant = schedule.instant(mass);
            prop_assert!(schedule.mass_before(instant) <= mass);
            prop_assert!(mass < schedule.mass_before(SimTime(instant.0 + 1)));
        }
    }
}
