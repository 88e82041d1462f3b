//! How arrivals of one channel spread over a period: a piecewise constant rate, and its integral both ways.
//!
//! Formula: the rate at an instant is `hour weight x weekday factor`; outside office hours it is 0 for a channel that needs an
//! open counter, and on a public holiday the holiday factor stands for the weekday's. The integral from the start of
//! the period is the *mass*, in weight x milliseconds: whole numbers, so that no machine rounds differently.

use jiff::civil::{Date, Time};
use model::{Fields, Node, SimTime};

use crate::calendar::WEEKDAYS;
use crate::period::next;
use crate::profile::{Office, bounded};
use crate::{Calendar, Period};

/// When people of one channel come, relative to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// Whether they come only while offices are open.
    pub office_only: bool,
    /// Weight of each hour of the day, from 0 to 23.
    pub hours: [u64; 24],
    /// Factor of each day of the week, from Monday.
    pub weekdays: [u64; 7],
    /// Factor of a public holiday.
    pub holiday: u64,
}

impl Curve {
    /// Reads `{ open: office, hours: { 7: 130, ... }, weekdays: { monday: 120, ... } }`.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let office_only = fields.word("open", &["office", "always"])? == "office";
            let hours = slots(fields, "hours", |key| key.parse().ok().filter(|hour| *hour < 24));
            let weekdays = slots(fields, "weekdays", |key| WEEKDAYS.iter().position(|known| *known == key));
            let holiday =
                if office_only { Some(0) } else { fields.need("holiday").and_then(|node| bounded(&node, 0, MOST)) };
            Some(Self { office_only, hours: hours?, weekdays: weekdays?, holiday: holiday? })
        })
    }
}

/// The largest weight or factor: with it, ten years of milliseconds still fit a mass.
const MOST: i64 = 1_000;

/// Reads a map of named slots to weights; slots left out weigh nothing.
fn slots<const N: usize>(
    fields: &Fields<'_>,
    name: &'static str,
    find: impl Fn(&str) -> Option<usize>,
) -> Option<[u64; N]> {
    let mut weights = [0; N];
    let mut complete = true;
    for (key, node) in fields.need(name)?.entries()? {
        let Some(slot) = find(key).and_then(|position| weights.get_mut(position)) else {
            complete = false;
            node.refuse::<()>(format!("`{key}` is none of the {name}"), "");
            continue;
        };
        match bounded(&node, 0, MOST) {
            Some(weight) => *slot = weight,
            None => complete = false,
        }
    }
    complete.then_some(weights)
}

/// A curve laid over a period.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// Stretches of constant rate, in order; between them nobody comes.
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: SimTime,
    end: SimTime,
    /// Mass per millisecond; above 0.
    rate: u64,
    /// Mass before `start`.
    before: u64,
}

impl Schedule {
    /// Lays a curve over a period.
    pub(crate) fn new(curve: &Curve, calendar: &Calendar, office: &Office, period: Period) -> Self {
        let mut schedule = Self { stretches: Vec::new() };
        for day in period.days() {
            let factor = day_factor(curve, calendar, day);
            for (hour, weight) in (0_i8..).zip(curve.hours) {
                let (start, end) = hour_of(day, hour);
                if curve.office_only {
                    for (open, close) in &office.hours {
                        let (open, close) = (SimTime::at(day, *open), SimTime::at(day, *close));
                        schedule.push(start.max(open), end.min(close), factor * weight);
                    }
                } else {
                    schedule.push(start, end, factor * weight);
                }
            }
        }
        schedule
    }

    fn push(&mut self, start: SimTime, end: SimTime, rate: u64) {
        if start < end && rate > 0 {
            let before = self.mass();
            self.stretches.push(Stretch { start, end, rate, before });
        }
    }

    fn mass(&self) -> u64 {
        self.stretches.last().map_or(0, |last| last.before + last.mass_until(last.end))
    }

    /// The mass before an instant.
    pub(crate) fn mass_before(&self, instant: SimTime) -> u64 {
        let i = self.stretches.partition_point(|stretch| stretch.end <= instant);
        self.stretches.get(i).map_or_else(|| self.mass(), |stretch| stretch.before + stretch.mass_until(instant))
    }

    /// The instant at which this mass is exceeded: `mass_before` inverted.
    pub(crate) fn instant(&self, mass: u64) -> SimTime {
        let i = self.stretches.partition_point(|stretch| stretch.before <= mass).saturating_sub(1);
        self.stretches.get(i).map_or(SimTime(0), |stretch| {
            let passed = (mass - stretch.before) / stretch.rate;
            SimTime(stretch.start.0.saturating_add_unsigned(passed)).min(stretch.end)
        })
    }
}

impl Stretch {
    fn mass_until(&self, instant: SimTime) -> u64 {
        u64::try_from(instant.0 - self.start.0).unwrap_or(0) * self.rate
    }
}

fn day_factor(curve: &Curve, calendar: &Calendar, day: Date) -> u64 {
    let working = calendar.is_working(day);
    if curve.office_only && !working {
        return 0;
    }
    if !working && !calendar.note(day).is_empty() {
        return curve.holiday;
    }
    let position = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    curve.weekdays.get(position).copied().unwrap_or(0)
}

/// The first instant of an hour and the first after it.
fn hour_of(day: Date, hour: i8) -> (SimTime, SimTime) {
    let at =
        |hour| Time::new(hour, 0, 0, 0).map_or_else(|_| SimTime::start_of(next(day)), |time| SimTime::at(day, time));
    (at(hour), at(hour + 1))
}

/// Refuses a curve that leaves out a working day, or an hour of it that offices are never open.
pub(crate) fn check(
    node: &Node<'_>,
    curve: &Curve,
    schedule: &Schedule,
    office: &Office,
    days: impl Iterator<Item = Date>,
) {
    for day in days {
        if schedule.mass_before(SimTime::start_of(day)) == schedule.mass_before(SimTime::start_of(next(day))) {
            node.refuse::<()>(
                format!("nobody comes on {day}, which is worked"),
                "give its weekday and some hour a weight",
            );
            break;
        }
    }
    let closed = |hour: i8| {
        let (Ok(from), until) = (Time::new(hour, 0, 0, 0), Time::new(hour + 1, 0, 0, 0).unwrap_or(Time::MAX)) else {
            return true;
        };
        office.hours.iter().all(|(open, close)| *close <= from || until <= *open)
    };
    for (hour, weight) in (0_i8..).zip(curve.hours) {
        if curve.office_only && weight > 0 && closed(hour) {
            node.refuse::<()>(
                format!("hour {hour} has a weight, but offices are closed"),
                "leave it out, or say `open: always`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// The week of Tết 2021 and the one before it, by a curve with a burst after opening.
    fn schedule(office_only: bool) -> Schedule {
        let text = include_str!("../../../scenarios/calendars/vietnam.yaml");
        let calendar = Calendar::load("vietnam.yaml", text).unwrap();
        let mut hours = [0; 24];
        hours[7] = 30;
        hours[11] = 10;
        hours[20] = 5;
        let curve = Curve { office_only, hours, weekdays: [3, 2, 2, 2, 2, 1, 1], holiday: 1 };
        let office = Office {
            hours: vec![(Time::constant(7, 30, 0, 0), Time::constant(11, 30, 0, 0))],
            source: "made up".to_owned(),
        };
        Schedule::new(&curve, &calendar, &office, Period { from: date(2021, 2, 1), until: date(2021, 2, 14) })
    }

    #[test]
    fn mass_is_weight_times_factor_times_time() {
        let hour = 3_600_000;
        let before = |schedule: &Schedule, day| schedule.mass_before(SimTime::start_of(day));
        // Monday 1 February: half of the hour from 7, half of the hour from 11, factor 3; nobody in the evening.
        assert_eq!(before(&schedule(true), date(2021, 2, 2)), 3 * (30 + 10) * hour / 2);
        // The same with the whole day.
        assert_eq!(before(&schedule(false), date(2021, 2, 2)), 3 * (30 + 10 + 5) * hour);
        // Thursday 11 February is Tết: closed at the counter, quiet online.
        let tet = |schedule: &Schedule| before(schedule, date(2021, 2, 12)) - before(schedule, date(2021, 2, 11));
        assert_eq!((tet(&schedule(true)), tet(&schedule(false))), (0, (30 + 10 + 5) * hour));
    }

    #[test]
    fn equal_masses_hold_equally_many() {
        let schedule = schedule(false);
        let stream = model::Seed(9).stream("arrival");
        let half = schedule.instant(schedule.mass() / 2);
        let early = (0..10_000).filter(|i| schedule.instant(stream.below(*i, schedule.mass())) < half).count();
        // Four standard deviations of a fair coin.
        assert!((4_800..=5_200).contains(&early), "{early}");
    }

    proptest! {
        #[test]
        fn the_instant_of_a_mass_has_that_mass_before_it(part in 0_u64..1_000_000, office_only: bool) {
            let schedule = schedule(office_only);
            let mass = schedule.mass() / 1_000_000 * part;
            let instant = schedule.instant(mass);
            prop_assert!(schedule.mass_before(instant) <= mass);
            prop_assert!(mass < schedule.mass_before(SimTime(instant.0 + 1)));
        }
    }
}
