//! The run over time: over the wall clock of the machine, and over the calendar of the people.

use std::collections::BTreeMap;

use model::saturating;
use model::words::{Channel, Phase};
use rusqlite::Connection;

use crate::latency::{Durations, Latency};
use crate::traffic::unsigned;

const SECOND: i64 = 1_000_000_000;
/// More points than a chart has pixels for say nothing.
const POINTS: i64 = 400;

/// What happened on the wall clock of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WallSeries {
    /// Width of a point, in seconds; 1 unless the run is long.
    pub width_s: u32,
    /// The points without gaps, from the beginning of the run.
    pub points: Vec<WallPoint>,
}

/// What happened in one stretch of wall time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WallPoint {
    /// When it begins, in seconds since the run began.
    pub start_s: u32,
    /// Exchanges intended in it.
    pub due: u64,
    /// Exchanges that ended in it.
    pub done: u64,
    /// Exchanges sent and not over at its end.
    pub in_flight: u64,
    /// What 95 of 100 people who acted in it (load phase) waited at most, in nanoseconds.
    pub response_time_p95_ns: Option<i64>,
}

/// The dossiers of one day of simulated time, by channel in the order of [`Channel::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day, as `2021-03-01`.
    pub day: String,
    /// How many were to be submitted, by channel.
    pub planned: [u64; 3],
    /// How many were submitted, by channel.
    pub submitted: [u64; 3],
}

/// Reads the run over its wall clock.
pub(crate) fn wall(history: &Connection) -> rusqlite::Result<WallSeries> {
    let end: Option<i64> =
        history.query_row("select max(max(done_ns), max(due_ns)) from exchanges", [], |row| row.get(0))?;
    let Some(end) = end else { return Ok(WallSeries::default()) };
    let width_s = width(end / SECOND + 1);
    let mut buckets = Buckets::new(i64::from(width_s) * SECOND, end);
    let mut statement = history.prepare("select due_ns, sent_ns, done_ns, phase = ?1 from exchanges")?;
    let mut rows = statement.query([Phase::Load.as_str()])?;
    while let Some(row) = rows.next()? {
        buckets.add(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    }
    Ok(WallSeries { width_s, points: buckets.close(width_s) })
}

/// The narrowest readable width, in seconds, that needs at most [`POINTS`] points.
fn width(seconds: i64) -> u32 {
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600]
        .into_iter()
        .find(|width| seconds <= i64::from(*width) * POINTS)
        .unwrap_or_else(|| saturating(seconds / POINTS + 1))
}

/// The points while they are being filled.
struct Buckets {
    width_ns: i64,
    points: Vec<WallPoint>,
    sent: Vec<u64>,
    ended: Vec<u64>,
    response_time: Vec<Vec<i64>>,
}

impl Buckets {
    fn new(width_ns: i64, end_ns: i64) -> Self {
        let count = saturating::<_, usize>(end_ns / width_ns) + 1;
        let empty = vec![0; count];
        Self {
            width_ns,
            points: vec![WallPoint::default(); count],
            sent: empty.clone(),
            ended: empty,
            response_time: vec![Vec::new(); count],
        }
    }

    fn place(&self, instant_ns: i64) -> usize {
        saturating(instant_ns / self.width_ns)
    }

    fn add(&mut self, due: i64, sent: Option<i64>, done: i64, load: bool) {
        let (due_place, done_place) = (self.place(due), self.place(done));
        if let Some(point) = self.points.get_mut(due_place) {
            point.due += 1;
        }
        if let Some(point) = self.points.get_mut(done_place) {
            point.done += 1;
        }
        if let Some(sent) = sent {
            let sent_place = self.place(sent);
            self.sent.get_mut(sent_place).into_iter().for_each(|count| *count += 1);
            self.ended.get_mut(done_place).into_iter().for_each(|count| *count += 1);
        }
        if load {
            self.response_time.get_mut(due_place).into_iter().for_each(|response_time| response_time.push(done - due));
        }
    }

    fn close(mut self, width_s: u32) -> Vec<WallPoint> {
        let mut in_flight = 0_u64;
        let mut start_s = 0_u32;
        let counted = self.sent.iter().zip(&self.ended).zip(&mut self.response_time);
        for (point, ((sent, ended), response_time)) in self.points.iter_mut().zip(counted) {
            in_flight = (in_flight + sent).saturating_sub(*ended);
            point.start_s = start_s;
            point.in_flight = in_flight;
            let answered = std::mem::take(response_time);
            let latency = Latency::of(Durations { answered, ..Durations::default() });
            point.response_time_p95_ns = latency.map(|latency| latency.p95_ns);
            start_s = start_s.saturating_add(width_s);
        }
        self.points
    }
}

/// Reads the run over the calendar: dossiers per day and channel, days without any left out.
///
/// Needs the derived table `results` of the judge's session.
pub(crate) fn days(session: &Connection) -> rusqlite::Result<Vec<Day>> {
    let mut days: BTreeMap<String, Day> = BTreeMap::new();
    let mut statement = session.prepare(
        "select substr(intended_at, 1, 10), dossiers.channel, count(*), sum(coalesce(results.submitted, 0))
           from dossiers left join results using (case_id) group by 1, 2",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (day, channel): (String, String) = (row.get(0)?, row.get(1)?);
        let (planned, submitted) = (unsigned(row.get(2)?), unsigned(row.get(3)?));
        let place = Channel::ALL.iter().position(|known| known.as_str() == channel).unwrap_or(0);
        let entry = days.entry(day.clone()).or_insert_with(|| Day { day, planned: [0; 3], submitted: [0; 3] });
        entry.planned.get_mut(place).into_iter().for_each(|count| *count += planned);
        entry.submitted.get_mut(place).into_iter().for_each(|count| *count += submitted);
    }
    Ok(days.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_gets_wider_points_never_more_of_them() {
        for (seconds, expected) in
            [(1, 1), (400, 1), (401, 2), (600, 2), (3_600, 10), (86_400, 300), (1_000_000, 2_501)]
        {
            assert_eq!(width(seconds), expected, "{seconds} s");
        }
    }

    #[test]
    fn what_is_sent_and_not_over_is_in_flight() {
        let mut buckets = Buckets::new(SECOND, 2 * SECOND);
        // sent in second 0, over in second 2; the other never sent
        buckets.add(0, Some(10), 2 * SECOND, true);
        buckets.add(5, None, SECOND, true);
        let points = buckets.close(1);
        assert_eq!(points.iter().map(|point| point.in_flight).collect::<Vec<_>>(), [1, 1, 0]);
        assert_eq!(
            points.iter().map(|point| point.due).sum::<u64>(),
            points.iter().map(|point| point.done).sum::<u64>()
        );
        assert_eq!(points[0].response_time_p95_ns, Some(2 * SECOND));
    }
}
