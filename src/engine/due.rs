//! When the next operation of a journey is due on the wall clock: computed from the plan when the step is planned.

use model::SimTime;
use model::nanoseconds;
use model::words::TrafficClass;

use crate::spec::RunSpec;
use crate::task::{Origin, Task};

/// After the end of simulated time people who wait for more of it go on after this long, if they do not poll.
const LOOK_AGAIN: u64 = 20_000_000;
/// How long an applicant or a clerk polls for one dossier after the end of simulated time, at the most: no act is planned
/// then that could still change it, and the drain must end. Half of the drain, if that is less.
const LONGEST_LOOK: u64 = 8_000_000_000;

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
