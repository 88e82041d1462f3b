//! How the period is played: office hours at one pace, everything else faster.

use std::time::Duration;

use jiff::civil::Date;
use model::{SimTime, Timeline};

use crate::calendar::Calendar;
use crate::province::Province;

/// Lays the province's period over a run of this length: office hours have weight 1, closed hours (nights, lunch, weekends,
/// holidays) pass `closed_speedup` times as fast. Stretches meet where the first office opens and the last closes: while a unit with
/// hours of its own is open, so is the province.
pub fn timeline(province: &Province, calendar: &Calendar, length: Duration, closed_speedup: f64) -> Timeline {
    let closed = 1.0 / closed_speedup;
    let mut stretches = Vec::new();
    let mut reached = province.period().start();
    for day in province.period().days() {
        for (open, close) in open_on(province, calendar, day) {
            stretches.push((reached, open, false, closed));
            stretches.push((open, close, true, 1.0));
            reached = close;
        }
    }
    stretches.push((reached, province.period().end(), false, closed));
    Timeline::new(stretches, length)
}

/// When at least one office is open on a day, in order and apart.
fn open_on(province: &Province, calendar: &Calendar, day: Date) -> Vec<(SimTime, SimTime)> {
    let offices = province.units().iter().filter_map(|unit| unit.office.as_ref()).chain([province.office()]);
    let mut all: Vec<_> = offices.flat_map(|office| office.stretches(calendar, day)).collect();
    all.sort_unstable();
    let mut joined: Vec<(SimTime, SimTime)> = Vec::new();
    for (open, close) in all {
        match joined.last_mut() {
            Some((_, last)) if open <= *last => *last = close.max(*last),
            Some(_) | None => joined.push((open, close)),
        }
    }
    joined
}
