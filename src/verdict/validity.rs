//! Whether the recording of a run can speak for a portal at all, and what speaks against it.

use std::fmt;

use rusqlite::Connection;
use serde::Serialize;

use crate::claims::duration;
use crate::facts::RunFacts;
use crate::rule::spelled;
use crate::stalls::Stalls;
use crate::{lateness, limits, misreadings, refused, unread};

spelled! {
    /// What of a run's evidence a cause of doubt touches. What it does not touch stands.
    Touches {
        /// Less was seen than was planned: nothing of it proves that all is well, but what was seen broken is broken.
        Coverage = "coverage",
        /// Response times, and the load that was put on the portal: a claim about time counts only what vandan itself did
        /// not spoil; what was read back stands.
        Times = "times",
        /// Records are missing or contradict each other: nothing stands.
        Everything = "everything",
    }
}

/// One thing that speaks against a run as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What it touches.
    pub touches: Touches,
    /// In words, with the remedy where there is one.
    pub text: String,
}

impl Cause {
    pub(crate) fn new(touches: Touches, text: impl Into<String>) -> Self {
        Self { touches, text: text.into() }
    }
}

/// Whether the instrument did what it promised, so that the recording can speak for a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "because")]
pub enum Validity {
    /// Nothing speaks against it.
    Valid,
    /// What speaks against it; never empty.
    Invalid(Vec<Cause>),
}

impl Validity {
    /// Examines the facts of a run and what was recorded of vandan itself.
    pub(crate) fn read(connection: &Connection, run: &RunFacts, stalls: &Stalls) -> Result<Self, rusqlite::Error> {
        // What follows from a run that was given up says nothing more.
        if let Some(because) = run.stopped_because() {
            return Ok(Self::of(vec![Cause::new(Touches::Everything, because)]));
        }
        // What explains the others comes first: people cannot go on whose requests were never sent.
        let mut causes = limits::causes(connection)?;
        causes.extend(refused::sentences(connection)?.into_iter().map(|text| Cause::new(Touches::Coverage, text)));
        causes.extend(misreadings::causes(connection)?);
        causes.extend(stated(run));
        let late = lateness::causes(connection, run, stalls)?;
        if late.is_empty() {
            causes.extend(late_as_stated(run));
        }
        causes.extend(late);
        causes.extend(unread::cause(connection)?);
        Ok(Self::of(causes))
    }

    fn of(causes: Vec<Cause>) -> Self {
        if causes.is_empty() { Self::Valid } else { Self::Invalid(causes) }
    }

    /// Everything that speaks against the run; empty if it is valid.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Self::Valid => &[],
            Self::Invalid(causes) => causes,
        }
    }

    /// Whether a cause leaves nothing of the evidence untouched.
    pub fn touches_everything(&self) -> bool {
        self.causes().iter().any(|cause| cause.touches == Touches::Everything)
    }
}

/// What the run's own facts say. A fact that is not stated speaks against nothing, except that the run was finished.
fn stated(run: &RunFacts) -> Vec<Cause> {
    [
        cut_short(run),
        dropping(run, Came::WithDossier),
        losing(run),
        giving_up(run),
        meeting_strangers(run),
        unbalanced_plan(run, Came::WithDossier),
        unbalanced_starts(run, Came::WithDossier),
        dropping(run, Came::ToLook),
        unbalanced_plan(run, Came::ToLook),
        unbalanced_starts(run, Came::ToLook),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn cut_short(run: &RunFacts) -> Option<Cause> {
    if run.is_yes("aborted") {
        return Some(Cause::new(Touches::Coverage, "the run was stopped by its user"));
    }
    let cut = "the recording was cut short: the run does not say that it finished";
    (!run.is_yes("finished")).then(|| Cause::new(Touches::Coverage, cut))
}

/// Runs of before recorded no delay with each exchange.
fn late_as_stated(run: &RunFacts) -> Option<Cause> {
    let (delay, limit) = (run.integer("scheduling_delay_p99_ns")?, run.integer("scheduling_delay_limit_ns")?);
    (delay > limit).then(|| {
        let text = format!(
            "vandan itself was late: 99 % of requests left within {}, {} are allowed",
            duration(delay),
            duration(limit)
        );
        Cause::new(Touches::Times, text)
    })
}

/// What people came for: their counts are facts of their own.
#[derive(Clone, Copy)]
enum Came {
    WithDossier,
    ToLook,
}

impl Came {
    /// The name of a fact about them.
    fn fact(self, name: &str) -> String {
        match self {
            Self::WithDossier => name.to_owned(),
            Self::ToLook => format!("visits_{name}"),
        }
    }

    /// What the count is of, where it is not of dossiers.
    fn of(self) -> &'static str {
        match self {
            Self::WithDossier => "",
            Self::ToLook => " of visits",
        }
    }
}

fn dropping(run: &RunFacts, came: Came) -> Option<Cause> {
    let (dropped, planned) = (run.number(&came.fact("dropped"))?, run.number(&came.fact("planned"))?);
    let limit = run.number("dropped_share_limit")?;
    let whom = match came {
        Came::WithDossier => "arrivals",
        Came::ToLook => "visits",
    };
    (dropped > limit * planned)
        .then(|| format!("{dropped} of {planned} {whom} were dropped, a share of {limit} is allowed"))
        .map(|text| Cause::new(Touches::Coverage, text))
}

fn losing(run: &RunFacts) -> Option<Cause> {
    let lost = run.integer("recorder_lost")?;
    (lost > 0).then(|| Cause::new(Touches::Everything, format!("the recorder lost {lost} records")))
}

/// More journeys than this share that were left without a way on: whatever was judged speaks of too few.
const GIVEN_UP: f64 = 0.05;

fn giving_up(run: &RunFacts) -> Option<Cause> {
    let (failed, started) = (run.number("failed")?, run.number("started")?);
    (failed > GIVEN_UP * started).then(|| {
        let text = format!(
            "{failed} of {started} people could not go on with their dossier (a refusal, or no answer, left no way on: look \
             at the operations that were refused)"
        );
        Cause::new(Touches::Coverage, text)
    })
}

/// Dossiers that this run cannot have caused: who owns them is known, what became of them is not this run's doing.
fn meeting_strangers(run: &RunFacts) -> Option<Cause> {
    let strangers = run.integer("strangers").filter(|strangers| *strangers > 0)?;
    let first = run.get("first_stranger").unwrap_or_default();
    let text = format!(
        "the portal holds dossiers of this population that this run did not cause (shown {strangers} times, first {first}): \
         reset it, or run with another --seed"
    );
    Some(Cause::new(Touches::Everything, text))
}

fn unbalanced_plan(run: &RunFacts, came: Came) -> Option<Cause> {
    let count = |name| run.integer(&came.fact(name));
    let (planned, started, dropped) = (count("planned")?, count("started")?, count("dropped")?);
    let of = came.of();
    (planned != started + dropped).then(|| {
        let text =
            format!("the count{of} does not close: {planned} planned, but {started} started and {dropped} dropped");
        Cause::new(Touches::Everything, text)
    })
}

fn unbalanced_starts(run: &RunFacts, came: Came) -> Option<Cause> {
    let count = |name| run.integer(&came.fact(name));
    let (started, completed) = (count("started")?, count("completed")?);
    let (failed, unfinished) = (count("failed")?, count("unfinished")?);
    let of = came.of();
    (started != completed + failed + unfinished).then(|| {
        let text = format!(
            "the count{of} does not close: {started} started, but {completed} completed, {failed} failed and {unfinished} unfinished"
        );
        Cause::new(Touches::Everything, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEALTHY: &[(&str, &str)] = &[
        ("finished", "yes"),
        ("scheduling_delay_p99_ns", "400000"),
        ("scheduling_delay_limit_ns", "1000000"),
        ("planned", "1000"),
        ("started", "999"),
        ("dropped", "1"),
        ("dropped_share_limit", "0.001"),
        ("completed", "990"),
        ("failed", "4"),
        ("unfinished", "5"),
        ("recorder_lost", "0"),
        ("visits_planned", "8000"),
        ("visits_started", "8000"),
        ("visits_dropped", "0"),
        ("visits_completed", "7000"),
        ("visits_failed", "900"),
        ("visits_unfinished", "100"),
    ];

    fn validity(changes: &[(&str, &str)]) -> Validity {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        let run = HEALTHY.iter().chain(changes).copied().collect();
        Validity::read(&connection, &run, &Stalls::default()).unwrap()
    }

    #[test]
    fn a_healthy_run_is_valid() {
        assert_eq!(validity(&[("seed", "7")]), Validity::Valid);
    }

    #[test]
    fn each_illness_is_named() {
        for (change, words) in [
            (("finished", "no"), "cut short"),
            (("aborted", "yes"), "stopped by its user"),
            (("scheduling_delay_p99_ns", "1000001"), "late"),
            (("dropped_share_limit", "0.0001"), "dropped"),
            (("recorder_lost", "3"), "lost 3 records"),
            (("strangers", "2"), "run with another --seed"),
            (("planned", "1001"), "1001 planned"),
            (("completed", "991"), "991 completed"),
            (("visits_planned", "8001"), "the count of visits does not close: 8001 planned"),
            (("visits_failed", "901"), "901 failed and 100 unfinished"),
        ] {
            let validity = validity(&[change]);
            let causes = validity.causes();
            assert!(causes.len() == 1 && causes[0].text.contains(words), "{change:?}: {causes:?}");
        }
    }

    #[test]
    fn dropped_visits_are_weighed_by_themselves() {
        let dropped = [("visits_started", "7991"), ("visits_dropped", "9"), ("visits_unfinished", "91")];
        let cause = Cause::new(Touches::Coverage, "9 of 8000 visits were dropped, a share of 0.001 is allowed");
        assert_eq!(validity(&dropped), Validity::Invalid(vec![cause]));
    }

    #[test]
    fn a_killed_run_is_not_valid() {
        assert_eq!(stated(&RunFacts::default()).len(), 1);
    }

    #[test]
    fn a_run_that_was_given_up_says_why_and_nothing_that_follows_from_it() {
        let because = "stopped after 3.0 s: nobody could sign in";
        let given_up = validity(&[("stopped_because", because), ("dropped", "900"), ("finished", "no")]);
        assert_eq!(given_up, Validity::Invalid(vec![Cause::new(Touches::Everything, because)]));
    }

    #[test]
    fn lost_records_touch_everything_and_lateness_only_times() {
        assert!(validity(&[("recorder_lost", "3")]).touches_everything());
        assert!(!validity(&[("scheduling_delay_p99_ns", "1000001")]).touches_everything());
        assert!(!validity(&[("aborted", "yes")]).touches_everything());
    }
}
