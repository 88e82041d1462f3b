//! When the next operation of a journey is due on the wall clock: computed from the plan when the step is planned.

use model::words::TrafficClass;
use model::{Seed, SimTime, Timeline, nanoseconds, saturating};

use crate::spec::RunSpec;
use crate::task::{Origin, Task};

/// After the end of simulated time people who wait for more of it go on after this long, if they do not poll.
const LOOK_AGAIN: u64 = 20_000_000;
/// How long an applicant or a clerk polls for one dossier after the end of simulated time, at the most: no act is planned
/// then that could still change it, and the drain must end. Half of the drain, if that is less.
const LONGEST_LOOK: u64 = 8_000_000_000;

/// How long before offices first open their clerks come in, at the most: milliseconds of simulated time.
const COMES_AHEAD: u64 = 3_600_000;

/// When a clerk, by their place in the staff, begins the first working day: within the hour before offices open, each at a
/// moment of their own. Where a host is promised not to get too much at once, [`desk_opens`] says when they begin.
pub(crate) fn comes_in(spec: &RunSpec, clerk: usize) -> u64 {
    if spec.guard.gap() > 0 { 0 } else { before_opening(&spec.timeline, spec.seed, clerk) }
}

fn before_opening(timeline: &Timeline, seed: Seed, clerk: usize) -> u64 {
    let opens = timeline.next_office(timeline.start()).unwrap_or(timeline.start());
    let ahead = seed.stream("comes_in").below(clerk as u64, COMES_AHEAD);
    timeline.wall(SimTime(opens.0 - saturating::<u64, i64>(ahead)).max(timeline.start()))
}

/// When a step is due that a journey plans for a simulated moment, not before `from`.
pub(crate) fn due(spec: &RunSpec, from: u64, moment: SimTime) -> u64 {
    let timeline = &spec.timeline;
    if from >= timeline.wall_end() && moment > timeline.end() {
        return from + LOOK_AGAIN;
    }
    timeline.wall(moment).max(from)
}

/// When a clerk, by their place in the staff, opens the desk in the stretch of time in which a moment lies. Offices open for
/// all at once; where a host is promised not to get too much at once, their clerks begin one after the other, over half of
/// the stretch at most.
pub(crate) fn desk_opens(spec: &RunSpec, clerk: usize, moment: SimTime) -> u64 {
    let gap = spec.guard.gap();
    if gap == 0 {
        return 0;
    }
    let segments = spec.timeline.segments();
    let place = segments.partition_point(|segment| segment.end <= moment);
    let Some(segment) = segments.get(place) else { return 0 };
    let (at, of) = (clerk as u64, spec.staff.len().max(1) as u64);
    let most = (segment.wall_end - segment.wall_start) / 2;
    segment.wall_start + at.saturating_mul(gap).min(most.saturating_mul(at) / of)
}

/// Puts a poll off until `poll_every` after the poll, or the attempt in vain, of the same journey before it; says whether it
/// is to be done at all: after the end of simulated time nobody polls for a dossier for ever, and whoever tries again
/// what was not possible pauses longer each time, as simulated time sets no pace any more.
pub(crate) fn keep_pace(spec: &RunSpec, task: &mut Task) -> bool {
    if task.class != TrafficClass::Poll {
        task.polls_since = None;
        task.attempts.count(false);
        return true;
    }
    let is_after_the_end = task.due >= spec.timeline.wall_end();
    task.attempts.count(is_after_the_end && !task.operation.only_reads());
    if let Some(polled) = task.polled {
        let pause = nanoseconds(spec.settings.poll_every).max(task.attempts.pause());
        task.due = task.due.max(polled.saturating_add(pause));
    }
    task.polled = Some(task.due);
    if task.origin == Origin::WorkingDay || task.due < spec.timeline.wall_end() {
        return true;
    }
    let since = *task.polls_since.get_or_insert(task.due);
    task.due - since <= LONGEST_LOOK.min(nanoseconds(spec.settings.drain) / 2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn clerks_come_in_one_by_one_in_the_hour_before_offices_open() {
        let night_and_day =
            [(SimTime(0), SimTime(8 * HOUR), false, 12.0), (SimTime(8 * HOUR), SimTime(17 * HOUR), true, 1.0)];
        let timeline = Timeline::new(night_and_day, Duration::from_secs(30));
        let (from, until) = (timeline.wall(SimTime(7 * HOUR)), timeline.wall(SimTime(8 * HOUR)));
        let moments: Vec<_> = (0..64).map(|clerk| before_opening(&timeline, Seed(7), clerk)).collect();
        assert!(moments.iter().all(|moment| (from..=until).contains(moment)), "{moments:?}");
        assert!(moments.iter().collect::<BTreeSet<_>>().len() > 60, "{moments:?}");
        assert_eq!(before_opening(&timeline, Seed(7), 9), moments[9]);
    }

    #[test]
    fn where_time_begins_with_open_offices_clerks_are_there() {
        let timeline = Timeline::new([(SimTime(0), SimTime(9 * HOUR), true, 1.0)], Duration::from_secs(9));
        assert_eq!(before_opening(&timeline, Seed(7), 3), 0);
    }
}
