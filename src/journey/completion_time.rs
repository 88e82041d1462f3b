//! When a clerk completes a dossier as planned, relative to the due instant that the portal promised.

use std::time::Duration;

use model::SimTime;
use model::words::PlannedOutcome;

use crate::instance::Situation;

const HOUR: Duration = Duration::from_secs(3_600);

/// When to finish: early on a day before the due day, on time on the due day, late on a later working day.
///
/// `part` (0..1) spreads dossiers over the time allowed. Falls back to `now` where the planned moment has passed, so
/// that a slow run shows in the outcome instead of hiding it. Where the portal states no due instant, the legal time is
/// counted in calendar days.
pub(crate) fn finish(situation: &Situation<'_>, now: SimTime, part: f64) -> SimTime {
    let Some(case) = situation.case else { return now };
    let due = situation.due_at.unwrap_or(now + HOUR * 24 * u32::from(case.legal_days));
    match case.outcome {
        PlannedOutcome::Early => early(situation, now, due, part),
        PlannedOutcome::OnTime => on_time(situation, now, due, part),
        PlannedOutcome::Late => late(situation, now, due, part),
        PlannedOutcome::Withdrawn | PlannedOutcome::Stopped | PlannedOutcome::Open => {
            early(situation, now, due, part * 0.5)
        }
    }
}

/// Within the first part of the time up to the due day; at once if no office hour is left before it.
fn early(situation: &Situation<'_>, now: SimTime, due: SimTime, part: f64) -> SimTime {
    let due_day = SimTime::start_of(due.day());
    let planned = now + due_day.since(now).mul_f64(0.05 + 0.6 * part);
    match situation.timeline.next_office(planned) {
        Some(moment) if moment < due_day => moment,
        Some(_) | None => now,
    }
}

/// On the due day, from eight hours to two hours before the due instant.
fn on_time(situation: &Situation<'_>, now: SimTime, due: SimTime, part: f64) -> SimTime {
    let planned = (due - HOUR * 8) + (HOUR * 6).mul_f64(part);
    match situation.timeline.next_office(planned.max(now)) {
        Some(moment) if moment < due => moment,
        Some(_) | None => now,
    }
}

/// On the first working day after the due day, one to six hours after offices opened.
fn late(situation: &Situation<'_>, now: SimTime, due: SimTime, part: f64) -> SimTime {
    let next_day = SimTime::start_of(due.day()) + HOUR * 24;
    let end = situation.timeline.end();
    let opened = situation.timeline.next_office(next_day).unwrap_or(end);
    let planned = opened + HOUR + (HOUR * 5).mul_f64(part);
    situation.timeline.next_office(planned.max(now)).unwrap_or(end)
}
