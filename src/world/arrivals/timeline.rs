//! How the period is played: office hours at one pace, everything else faster.

use std::time::Duration;

use jiff::civil::Date;
use model::{SimTime, Timeline};

use crate::calendar::Calendar;
use crate::people::{Part, People};

/// Lays the days of a run over this length: office hours have weight 1, closed hours (nights, lunch, weekends, holidays) pass
/// `closed_speedup` times as fast. Stretches meet where the first office opens and the last closes: while a unit with hours of its own
/// is open, so is the province, and while a province is open, so is the run.
pub(crate) fn timeline(people: &People, calendar: &Calendar, length: Duration, closed_speedup: f64) -> Timeline {
    let closed = 1.0 / closed_speedup;
    let mut stretches = Vec::new();
    let mut reached = people.period().start();
    for day in people.period().days() {
        for (open, close) in open_on(people, calendar, day) {
            stretches.push((reached, open, false, closed));
            stretches.push((open, close, true, 1.0));
            reached = close;
        }
    }
    stretches.push((reached, people.period().end(), false, closed));
    Timeline::new(stretches, length)
}

/// When at least one office is open on a day, in order and apart.
fn open_on(people: &People, calendar: &Calendar, day: Date) -> Vec<(SimTime, SimTime)> {
    let mut all: Vec<_> = people.parts().iter().flat_map(|part| open_in(part, people, calendar, day)).collect();
    all.sort_unstable();
    all.dedup();
    let mut joined: Vec<(SimTime, SimTime)> = Vec::new();
    for (open, close) in all {
        match joined.last_mut() {
            Some((_, last)) if open <= *last => *last = close.max(*last),
            Some(_) | None => joined.push((open, close)),
        }
    }
    joined
}

/// When the offices of a province are open on a day of the run. Those of the leader, whose days are the run's, are so on every day: what
/// the law counts as a working day is one.
fn open_in(part: &Part, people: &People, calendar: &Calendar, day: Date) -> Vec<(SimTime, SimTime)> {
    let (province, own) = (part.province(), part.moved().own(day));
    let is_played = province.period().from <= own && own <= province.period().until;
    if !is_played && !std::ptr::eq(part, people.leader()) {
        return Vec::new();
    }
    let offices = province.units().iter().filter_map(|unit| unit.office.as_ref()).chain([province.office()]);
    let on_clock = |(open, close)| (part.moved().on_clock(open), part.moved().on_clock(close));
    offices.flat_map(|office| office.stretches(calendar, own).map(on_clock)).collect()
}
