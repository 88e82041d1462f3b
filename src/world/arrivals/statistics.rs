//! Whether arrivals look like what they claim to be: Poisson where nothing else is said, swinging where it is, always exact.
//!
//! Test-only. The test of Kim and Whitt: seen through its own curve, a Poisson process with a known total is so many independent draws
//! of the uniform law. Two Kolmogorov-Smirnov statistics look at it: that of the points finds days that are too busy, that of
//! the gaps between them finds both regularity and gathering.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, date};
use model::words::Channel;
use model::{Applicants, CaseId, Seed, SimTime};

use super::{Arrival, arrivals, batches, by_day};
use crate::calendar::vietnam;
use crate::population::{Population, Scale};
use crate::province::{Catalogue, Province};

/// Beyond this a Kolmogorov-Smirnov statistic has a probability of one in a thousand.
const LIMIT: f64 = 1.95;

/// Tây Ninh 2021 with more fields in its `arrivals`.
fn tay_ninh(more: &str) -> Result<Arc<Province>, String> {
    let text = include_str!("../../../scenarios/provinces/tay-ninh-2021.yaml");
    load(&text.replace("arrivals:\n", &format!("arrivals:\n{more}\n")))
}

fn load(text: &str) -> Result<Arc<Province>, String> {
    let catalogue = include_str!("../../../scenarios/procedures/common.yaml");
    let catalogue = Catalogue::load("common.yaml", catalogue).unwrap();
    let province = Province::load("x.yaml", text, &catalogue, vietnam());
    province.map(Arc::new).map_err(|problems| problems.to_string())
}

fn people(more: &str, seed: u64) -> Population {
    Population::new(tay_ninh(more).unwrap(), Seed(seed), Scale::WHOLE).unwrap()
}

/// Tây Ninh as it is shipped; loaded once.
fn plain() -> &'static Population {
    static PLAIN: LazyLock<Population> = LazyLock::new(|| people("", 1));
    &PLAIN
}

/// Every arrival as its share of its cell's part of the shipped curve, in order.
fn shares(population: &Population) -> Vec<f64> {
    let mut shares = Vec::new();
    for (position, _, cases) in population.cases_by_cell() {
        let (arrival_time, curve) =
            (population.arrival_times().of_cell(position), plain().arrival_times().of_cell(position));
        shares.extend(cases.map(|(_, key)| curve.unwrap().share(arrival_time.unwrap().due(key))));
    }
    shares.sort_by(f64::total_cmp);
    shares
}

/// The Kolmogorov-Smirnov statistic, times the root of the count, of values that should be uniform.
#[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
fn statistic(sorted: &[f64]) -> f64 {
    let count = sorted.len() as f64;
    let distance =
        |(i, value): (usize, &f64)| (value - i as f64 / count).abs().max(((i + 1) as f64 / count - value).abs());
    count.sqrt() * sorted.iter().enumerate().map(distance).fold(0.0, f64::max)
}

/// The same of the gaps: those of a Poisson process are exponential.
#[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
fn statistic_of_gaps(sorted: &[f64]) -> f64 {
    let count = sorted.len() as f64;
    let mut gaps: Vec<_> = sorted.windows(2).map(|pair| 1.0 - (-count * (pair[1] - pair[0])).exp()).collect();
    gaps.sort_by(f64::total_cmp);
    statistic(&gaps)
}

fn both(shares: &[f64]) -> (f64, f64) {
    (statistic(shares), statistic_of_gaps(shares))
}

#[test]
fn shipped_arrivals_are_poisson() {
    for seed in 1..=3 {
        let population = Population::new(Arc::clone(&tay_ninh("").unwrap()), Seed(seed), Scale::WHOLE).unwrap();
        let (points, gaps) = both(&shares(&population));
        assert!(points < LIMIT && gaps < LIMIT, "seed {seed}: {points}, {gaps}");
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a statistic of a test")]
fn the_test_rejects_what_is_not_poisson() {
    let even: Vec<_> = (0..59_457).map(|i| (f64::from(i) + 0.5) / 59_457.0).collect();
    let (points, gaps) = both(&even);
    assert!(points < LIMIT && gaps > 20.0 * LIMIT, "evenly spaced: {points}, {gaps}");
    // Half as irregular as chance: the mean of two neighbours.
    let smooth: Vec<_> = shares(plain()).chunks_exact(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
    assert!(statistic_of_gaps(&smooth) > 5.0 * LIMIT && smooth.len() as f64 > 29_000.0);
    let (points, _) = both(&shares(&people("  dispersion: 50", 1)));
    assert!(points > 1.5 * LIMIT, "over-dispersed: {points}");
    let (_, gaps) = both(&shares(&people("  burstiness: 75", 1)));
    assert!(gaps > 2.0 * LIMIT, "gathered: {gaps}");
}

/// Everything at once, and a unit with a short Friday and an open Saturday.
const EVERYTHING: &str = "  months: { 2: 60, 3: 130 }
  after: [ { holiday: Tết Nguyên đán, days: 5, factor: 180 } ]
  deadlines: [ { date: 2021-06-30, days: 10, factor: 400 } ]
  surges: [ { from: 2021-03-01T09:00, minutes: 30, factor: 5_000, channel: online } ]
  dispersion: 20
  burstiness: 70";

fn everything(seed: u64) -> Population {
    let text = include_str!("../../../scenarios/provinces/tay-ninh-2021.yaml");
    let text = text.replace("arrivals:\n", &format!("arrivals:\n{EVERYTHING}\n")).replace(
        "clerks: 20 }",
        "clerks: 20, office: { hours: [07:30-11:30, 13:00-16:30], days: { friday: [07:30-11:30], saturday: [08:00-10:00] }, source: made up } }",
    );
    Population::new(load(&text).unwrap(), Seed(seed), Scale::WHOLE).unwrap()
}

#[test]
fn with_everything_given_totals_windows_and_hours_stay_exact() {
    let population = everything(1);
    let all = arrivals(&population);
    assert!(all.is_sorted());
    assert_eq!(all.iter().map(|arrival| arrival.case).collect::<BTreeSet<_>>().len(), 59_457);
    let (mut on_saturday, mut of_unit) = (0, 0);
    for Arrival { due, case, unit } in all {
        let cell = population.cell(case);
        assert!(cell.unit == unit && cell.window.from <= due.day() && due.day() <= cell.window.until);
        assert_eq!(population.case(case).arrival, due);
        if cell.channel != Channel::Online {
            let office = population.province().office_of(unit);
            let mut open = office.stretches(vietnam(), due.day());
            assert!(open.any(|(open, close)| open <= due && due < close), "{due} at unit {unit}");
            on_saturday += u32::from(!vietnam().is_working(due.day()));
            of_unit += u32::from(unit == 8);
        }
    }
    assert!(on_saturday > 100 && on_saturday < of_unit, "{on_saturday} of {of_unit}");
}

#[test]
fn chance_belongs_to_the_seed() {
    let due = |seed| -> Vec<SimTime> {
        let population = everything(seed);
        (0..1_000).map(|case| population.arrival(CaseId(case)).due).collect()
    };
    let first = due(1);
    assert_eq!(first, due(1));
    assert_ne!(first, due(2));
}

fn on(counts: &[usize], day: Date) -> usize {
    counts[usize::try_from((day - date(2021, 1, 1)).get_days()).unwrap()]
}

#[test]
fn a_swing_of_days_shows_on_its_days() {
    let usual = by_day(plain());
    let swung = by_day(&people(
        "  after: [ { holiday: Tết Nguyên đán, days: 2, factor: 300 } ]\n  deadlines: [ { date: 2021-06-30, days: 3, factor: 400 } ]\n  months: { 4: 50 }",
        1,
    ));
    assert_eq!(swung.iter().sum::<usize>(), usual.iter().sum::<usize>());
    let percent = |day: Date| on(&swung, day) * 100 / on(&usual, day);
    // Tuesday and Wednesday after Tết, then usual again; 400, 250 and 200 percent on the last three days of June.
    let found = [(2, 17), (2, 18), (2, 19), (6, 28), (6, 29), (6, 30), (7, 1)]
        .map(|(month, day)| percent(date(2021, month, day)));
    let expected = [300, 200, 100, 200, 250, 400, 100];
    for (found, expected) in found.into_iter().zip(expected) {
        // The whole is the same, so every day gives a little to the busy ones.
        assert!(found.abs_diff(expected) * 100 < expected * 15, "{found} for {expected}");
    }
    let april = |counts: &[usize]| (5..=29).map(|day| on(counts, date(2021, 4, day))).sum::<usize>();
    assert!((april(&swung) * 100 / april(&usual)).abs_diff(50) < 6);
}

#[test]
fn an_announcement_brings_many_in_a_few_minutes() {
    let surged = people("  surges: [ { from: 2021-03-01T09:00, minutes: 30, factor: 10_000, channel: online } ]", 1);
    let within = |population: &Population, channel: Channel| {
        let (from, until) = ("2021-03-01T09:00:00+07:00", "2021-03-01T09:30:00+07:00");
        let (from, until) = (SimTime::parse(from).unwrap(), SimTime::parse(until).unwrap());
        let all = arrivals(population);
        let meant = all.iter().filter(|arrival| (from..until).contains(&arrival.due));
        meant.filter(|arrival| population.cell(arrival.case).channel == channel).count()
    };
    let (usual, many) = (within(plain(), Channel::Online), within(&surged, Channel::Online));
    // A usual half hour of a Monday morning sees two or three people.
    assert!(usual < 8 && (150..=350).contains(&many), "{usual}, then {many}");
    assert_eq!(within(plain(), Channel::Counter), within(&surged, Channel::Counter), "counters notice nothing");
}

#[test]
fn batches_are_the_whole_in_pieces() {
    let whole = arrivals(plain());
    let pieces: Vec<_> = batches(plain(), 10_000).collect();
    assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.len() <= 10_000));
    assert!(pieces.concat() == whole);
    // A day that holds more than may be held is still a batch.
    let few = Population::new(tay_ninh("").unwrap(), Seed(1), Scale::new(1, 100).unwrap()).unwrap();
    let days: Vec<_> = batches(&few, 1).collect();
    assert_eq!(days.iter().map(Vec::len).sum::<usize>(), 594);
    assert_eq!(days.iter().map(Vec::len).max(), by_day(&few).into_iter().max());
}

#[test]
fn wrong_swings_are_all_said_at_once() {
    let more = "  months: { 13: 50 }
  after: [ { holiday: Tết Tây, days: 2, factor: x } ]
  deadlines: [ { date: June, days: 0, factor: 400 } ]
  surges: [ { from: 9 o'clock, minutes: 30, factor: 0, channel: telephone } ]
  dispersion: 101
  burstiness: 30";
    let problems = tay_ninh(more).unwrap_err();
    let lines: Vec<_> = problems.lines().map(|line| line.split_once(": ").unwrap().1).collect();
    assert_eq!(
        lines,
        [
            "arrivals.months.13: `13` is no month (write it as a number from 1 to 12)",
            "arrivals.after[0].holiday: the calendar vietnam knows no `Tết Tây` (spell it as there)",
            "arrivals.after[0].factor: `x` is not a whole number",
            "arrivals.deadlines[0].date: `June` is not a day (write it as 2021-01-31)",
            "arrivals.deadlines[0].days: 0 is out of bounds (give a number from 1 to 90)",
            "arrivals.surges[0].from: `9 o'clock` is no minute (write it as 2021-03-01T09:00)",
            "arrivals.surges[0].factor: 0 is out of bounds (give a number from 1 to 100000)",
            "arrivals.surges[0].channel: `telephone` is not known here (one of: counter, post, online)",
            "arrivals.dispersion: 101 is out of bounds (give a number from 1 to 100)",
            "arrivals.burstiness: 30 is out of bounds (give a number from 50 to 95)",
        ]
    );
}
