//! The portal's business clock: the wall clock, or whatever a tester has set, and never backwards.

use std::time::Duration;

use serde::Serialize;

use crate::behaviour::skew::Skew;
use crate::domain::moment::Moment;

/// The wall clock, as opposed to the business clock.
pub(crate) use mock_ground::unix_ns as wall_ns;

/// How a tester wants the clock to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Course {
    /// The moment to start from.
    pub(crate) now: Moment,
    /// Seconds of business time per second of wall time; finite and not negative.
    pub(crate) speed: f64,
    /// Where the clock stops, if it is to stop.
    pub(crate) until: Option<Moment>,
}

/// The clock. The first setting is free; from then on it never goes backwards.
#[derive(Debug)]
pub(crate) struct Clock {
    /// The course and the wall time at which it was set; none while the clock shows real time.
    pub(crate) set: Option<(Course, u64)>,
    /// The latest moment it was, since the wall clock may be set back.
    pub(crate) latest: Moment,
    /// The error of what is shown; `None` without noise.
    skew: Option<Skew>,
    /// The latest moment shown.
    pub(crate) shown: Moment,
    /// Whether a tester has set or read it since the store was last written.
    pub(crate) is_dirty: bool,
}

/// A reading of the clock.
#[derive(Debug, Serialize)]
pub(crate) struct Reading {
    now: Moment,
    speed: f64,
    until: Option<Moment>,
}

impl Clock {
    /// A clock that shows real time.
    pub(crate) fn real() -> Self {
        let start = Moment::from_unix_ms(0);
        Self { set: None, latest: start, skew: None, shown: start, is_dirty: false }
    }

    /// The present as the clock shows it, given the wall time.
    pub(crate) fn now(&mut self, wall_ns: u64) -> Moment {
        let present = self.present(wall_ns);
        self.shown = self.shown.max(self.off(present, wall_ns));
        self.shown
    }

    /// The present as it would be shown if the clock were right.
    fn present(&mut self, wall_ns: u64) -> Moment {
        let present = match self.set {
            None => Moment::from_unix_ms(i64::try_from(wall_ns / 1_000_000).unwrap_or(i64::MAX)),
            Some((course, set_at)) => {
                let moment = course.now.plus_ms(scaled_ms(wall_ns.saturating_sub(set_at), course.speed));
                course.until.map_or(moment, |until| moment.min(until))
            }
        };
        self.latest = self.latest.max(present);
        self.latest
    }

    fn off(&self, present: Moment, wall_ns: u64) -> Moment {
        self.skew.map_or(present, |skew| present.plus_ms(skew.at(wall_ns)))
    }

    /// Sets the clock. Once it was set, a `now` in its past is taken as the present.
    pub(crate) fn set(&mut self, mut course: Course, wall_ns: u64) {
        if self.set.is_some() {
            course.now = course.now.max(self.present(wall_ns));
        } else {
            self.latest = course.now;
            self.shown = self.off(course.now, wall_ns);
        }
        self.set = Some((course, wall_ns));
    }

    /// Adds an error to the clock, or removes it. Where the clock would go back, it stops until its time has come.
    pub(crate) fn skew(&mut self, skew: Option<Skew>) {
        self.skew = skew;
    }

    /// What the clock shows and how it runs.
    pub(crate) fn read(&mut self, wall_ns: u64) -> Reading {
        let now = self.now(wall_ns);
        self.is_dirty = true;
        let (speed, until) = self.set.map_or((1.0, None), |(course, _)| (course.speed, course.until));
        Reading { now, speed, until }
    }
}

fn scaled_ms(elapsed_ns: u64, speed: f64) -> i64 {
    let seconds = Duration::from_nanos(elapsed_ns).as_secs_f64() * speed;
    let scaled = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    i64::try_from(scaled.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    fn course(now: &str, speed: f64, until: Option<&str>) -> Course {
        Course { now: moment(now), speed, until: until.map(moment) }
    }

    #[test]
    fn real_time_is_the_wall_clock() {
        assert_eq!(Clock::real().now(1_614_556_800 * SECOND), moment("2021-03-01T07:00:00+07:00"));
    }

    #[test]
    fn a_set_clock_runs_at_its_speed() {
        let mut clock = Clock::real();
        clock.set(course("2021-03-01T07:00:00+07:00", 3_600.0, None), 10 * SECOND);
        assert_eq!(clock.now(12 * SECOND), moment("2021-03-01T09:00:00+07:00"));
    }

    #[test]
    fn a_clock_never_passes_its_end() {
        let mut clock = Clock::real();
        clock.set(course("2021-03-01T07:00:00+07:00", 50_000.0, Some("2021-03-01T11:30:00+07:00")), 0);
        assert_eq!(clock.now(3_600 * SECOND), moment("2021-03-01T11:30:00+07:00"));
    }

    #[test]
    fn the_first_setting_may_go_back_and_no_later_one() {
        let mut clock = Clock::real();
        clock.now(1_760_000_000 * SECOND);
        clock.set(course("2021-03-01T07:00:00+07:00", 0.0, None), 1_760_000_000 * SECOND);
        assert_eq!(clock.now(1_760_000_001 * SECOND), moment("2021-03-01T07:00:00+07:00"));
        clock.set(course("2020-01-01T07:00:00+07:00", 0.0, None), 1_760_000_001 * SECOND);
        assert_eq!(clock.now(1_760_000_002 * SECOND), moment("2021-03-01T07:00:00+07:00"));
    }

    #[test]
    fn an_end_in_the_past_stops_the_clock_where_it_is() {
        let mut clock = Clock::real();
        clock.set(course("2021-03-01T07:00:00+07:00", 1.0, None), 0);
        clock.set(course("2021-03-01T08:00:00+07:00", 1.0, Some("2021-03-01T06:00:00+07:00")), SECOND);
        assert_eq!(clock.now(9_999 * SECOND), moment("2021-03-01T07:00:01+07:00"));
    }

    #[test]
    fn a_wall_clock_put_back_does_not_put_the_portal_back() {
        let mut clock = Clock::real();
        let before = clock.now(1_614_556_800 * SECOND);
        assert_eq!(clock.now(1_614_556_000 * SECOND), before);
    }

    #[test]
    fn a_clock_that_is_off_runs_beside_the_right_one() {
        for seed in 0..20 {
            let skew = Skew::new(seed, 0);
            let mut clock = Clock::real();
            clock.skew(Some(skew));
            clock.set(course("2021-03-01T07:00:00+07:00", 3_600.0, None), 0);
            for second in 0..100 {
                let right = moment("2021-03-01T07:00:00+07:00").plus_ms(i64::try_from(second).unwrap() * 3_600_000);
                assert_eq!(clock.now(second * SECOND), right.plus_ms(skew.at(second * SECOND)));
            }
            // Set to where it is without the skew, it does not go back, nor does the skew add up.
            let before = clock.now(100 * SECOND);
            clock.set(course("2021-03-01T07:00:00+07:00", 3_600.0, None), 100 * SECOND);
            assert_eq!(clock.now(100 * SECOND), before);
        }
    }

    #[test]
    fn a_clock_put_right_never_goes_back() {
        let mut clock = Clock::real();
        clock.set(course("2021-03-01T07:00:00+07:00", 1.0, None), 0);
        let skews = (0..10).map(|seed| Some(Skew::new(seed, 0))).chain([None]);
        let mut latest = clock.now(0);
        for (second, skew) in (0..).step_by(3).zip(skews) {
            clock.skew(skew);
            let now = clock.now(second * SECOND);
            assert!(now >= latest);
            latest = now;
        }
        assert_eq!(clock.now(60 * SECOND), moment("2021-03-01T07:01:00+07:00"));
    }

    #[test]
    fn an_absurd_speed_ends_in_the_last_year_and_does_not_overflow() {
        let mut clock = Clock::real();
        clock.set(course("2021-03-01T07:00:00+07:00", f64::MAX, None), 0);
        assert!(clock.now(u64::MAX) > moment("8999-01-01T00:00:00Z"));
    }
}
