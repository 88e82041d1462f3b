//! How the period is played: office hours at one pace, everything else faster.

use std::time::Duration;

use model::{SimTime, Timeline};

use crate::{Calendar, Province};

/// Lays the province's period over a run of this length: office hours have weight 1, closed hours (nights, lunch, weekends,
/// holidays) pass `closed_speedup` times as fast. Stretches meet at the opening and closing of the offices.
pub fn timeline(province: &Province, calendar: &Calendar, length: Duration, closed_speedup: f64) -> Timeline {
    let closed = 1.0 / closed_speedup;
    let mut stretches = Vec::new();
    let mut reached = province.period().start();
    for day in province.period().days().filter(|day| calendar.is_working(*day)) {
        for (open, close) in &province.office().hours {
            let (open, close) = (SimTime::at(day, *open), SimTime::at(day, *close));
            stretches.push((reached, open, false, closed));
            stretches.push((open, close, true, 1.0));
            reached = close;
        }
    }
    stretches.push((reached, province.period().end(), false, closed));
    Timeline::new(stretches, length)
}
