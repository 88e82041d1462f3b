//! Two clocks and the map between them: weeks of simulated time played in minutes of wall time.

use std::time::Duration;

use crate::SimTime;
use crate::number::fitting;

/// A stretch of simulated time that is played at one constant speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First instant.
    pub start: SimTime,
    /// First instant after it.
    pub end: SimTime,
    /// When it begins, in nanoseconds since the run began.
    pub wall_start: u64,
    /// When it ends, in nanoseconds since the run began; never before `wall_start`.
    pub wall_end: u64,
    /// Whether offices are open: clerks work only then.
    pub office: bool,
}

impl Segment {
    /// Its length in simulated milliseconds.
    fn span(&self) -> u64 {
        fitting(self.end.0 - self.start.0, "a stretch ends after it starts")
    }

    /// Simulated seconds per wall second.
    #[expect(clippy::cast_precision_loss, reason = "a speed needs no more than 53 bits")]
    pub fn speed(&self) -> f64 {
        let wall = (self.wall_end - self.wall_start).max(1) as f64 / 1e9;
        self.end.since(self.start).as_secs_f64() / wall
    }
}

/// The map between simulated time and wall time of one run: piecewise linear, monotonic, both ways.
///
/// Before the first segment both clocks stand at its start, after the last at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    segments: Vec<Segment>,
}

impl Timeline {
    /// Lays stretches `(start, end, office, weight)` end to end so that they last `length` in all; the wall time of
    /// each is proportional to its simulated duration times its weight.
    ///
    /// Stretches must be in order and without gaps; empty ones are left out. Without any weight the run has no length.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "wall instants of hours keep nanoseconds within an f64"
    )]
    pub fn new(stretches: impl IntoIterator<Item = (SimTime, SimTime, bool, f64)>, length: Duration) -> Self {
        let stretches: Vec<_> = stretches.into_iter().filter(|(start, end, ..)| start < end).collect();
        let weigh = |(start, end, _, weight): &(SimTime, SimTime, bool, f64)| end.since(*start).as_secs_f64() * weight;
        let total: f64 = stretches.iter().map(weigh).sum();
        let scale = if total > 0.0 { length.as_nanos() as f64 / total } else { 0.0 };
        let mut passed = 0.0;
        let mut segments = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            let wall_start = (passed * scale) as u64;
            passed += weigh(&stretch);
            let (start, end, office, _) = stretch;
            segments.push(Segment { start, end, wall_start, wall_end: (passed * scale) as u64, office });
        }
        Self { segments }
    }

    /// The stretches, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// First simulated instant.
    pub fn start(&self) -> SimTime {
        self.segments.first().map_or(SimTime(0), |segment| segment.start)
    }

    /// First simulated instant after the period.
    pub fn end(&self) -> SimTime {
        self.segments.last().map_or(SimTime(0), |segment| segment.end)
    }

    /// Length of the run in wall nanoseconds.
    pub fn wall_end(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.wall_end)
    }

    /// When a simulated instant is played, in nanoseconds since the run began.
    pub fn wall(&self, instant: SimTime) -> u64 {
        let i = self.segments.partition_point(|segment| segment.end <= instant);
        let Some(segment) = self.segments.get(i) else { return self.wall_end() };
        if instant <= segment.start {
            return segment.wall_start;
        }
        let part = fitting(instant.0 - segment.start.0, "it lies after the start");
        segment.wall_start + interpolate(part, segment.span(), segment.wall_end - segment.wall_start)
    }

    /// Which simulated instant is played at this many nanoseconds since the run began.
    pub fn sim(&self, wall: u64) -> SimTime {
        let i = self.segments.partition_point(|segment| segment.wall_end <= wall);
        let Some(segment) = self.segments.get(i) else { return self.end() };
        let part = wall - segment.wall_start;
        let offset = interpolate(part, segment.wall_end - segment.wall_start, segment.span());
        segment.start + Duration::from_millis(offset)
    }

    /// The first instant not before `instant` at which offices are open; `None` if none is left.
    pub fn next_office(&self, instant: SimTime) -> Option<SimTime> {
        let i = self.segments.partition_point(|segment| segment.end <= instant);
        let segment = self.segments.get(i..)?.iter().find(|segment| segment.office)?;
        Some(instant.max(segment.start))
    }
}

/// `part / whole * length`, rounded down; `part` is shorter than `whole`.
fn interpolate(part: u64, whole: u64, length: u64) -> u64 {
    let offset = u128::from(part) * u128::from(length) / u128::from(whole);
    fitting(offset, "a part is shorter than the whole")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    /// Two days: nights weigh a tenth.
    fn two_days() -> Timeline {
        let hours =
            [(0, 8, false, 0.1), (8, 16, true, 1.0), (16, 32, false, 0.1), (32, 40, true, 1.0), (40, 48, false, 0.1)];
        let stretches =
            hours.map(|(start, end, office, weight)| (SimTime(start * HOUR), SimTime(end * HOUR), office, weight));
        Timeline::new(stretches, Duration::from_secs(20))
    }

    #[test]
    fn the_whole_lasts_as_long_as_asked() {
        assert_eq!(two_days().wall_end(), 20_000_000_000);
    }

    #[test]
    fn nights_pass_faster_than_days() {
        let timeline = two_days();
        assert!(timeline.segments()[0].speed() > 9.0 * timeline.segments()[1].speed());
    }

    #[test]
    fn work_waits_for_the_office_to_open() {
        let timeline = two_days();
        assert_eq!(timeline.next_office(SimTime(17 * HOUR)), Some(SimTime(32 * HOUR)));
        assert_eq!(timeline.next_office(SimTime(9 * HOUR)), Some(SimTime(9 * HOUR)));
        assert_eq!(timeline.next_office(SimTime(41 * HOUR)), None);
    }

    #[test]
    fn after_the_end_both_clocks_stand() {
        let timeline = two_days();
        assert_eq!(timeline.sim(u64::MAX), timeline.end());
        assert_eq!(timeline.wall(SimTime(99 * HOUR)), timeline.wall_end());
    }

    proptest! {
        #[test]
        fn the_map_is_monotonic_and_inverts(a in 0_i64..48 * HOUR, b in 0_i64..48 * HOUR) {
            let timeline = two_days();
            let (early, late) = (SimTime(a.min(b)), SimTime(a.max(b)));
            prop_assert!(timeline.wall(early) <= timeline.wall(late));
            let back = timeline.sim(timeline.wall(early));
            prop_assert!((back.0 - early.0).abs() <= 1);
        }
    }
}
