//! Whether the recording of a run can speak for a portal at all, and what speaks against it.

use std::fmt;

use model::{ArrivalFacts, Fact};
use rusqlite::Connection;
use serde::Serialize;

use crate::claims::duration;
use crate::facts::RunFacts;
use crate::rule::spelled;
use crate::stalls::Stalls;
use crate::{blocked, lateness, limits, misreadings, outages, refused, unread};

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
        causes.extend(blocked::causes(connection)?);
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
    // What follows from a portal that is gone says nothing more.
    let is_gone = run.get(Fact::PortalGone).is_some();
    let unless_gone = |cause: Option<Cause>| cause.filter(|_| !is_gone);
    [
        outages::cause(run),
        cut_short(run),
        unless_gone(dropping(run, &WITH_DOSSIER)),
        losing(run),
        unless_gone(giving_up(run)),
        meeting_strangers(run),
        unbalanced_plan(run, &WITH_DOSSIER),
        unbalanced_starts(run, &WITH_DOSSIER),
        unless_gone(dropping(run, &TO_LOOK)),
        unbalanced_plan(run, &TO_LOOK),
        unbalanced_starts(run, &TO_LOOK),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn cut_short(run: &RunFacts) -> Option<Cause> {
    if run.is_yes(Fact::Aborted) {
        return Some(Cause::new(Touches::Coverage, "the run was stopped by its user"));
    }
    let cut = "the recording was cut short: the run does not say that it finished";
    (!run.is_yes(Fact::Finished)).then(|| Cause::new(Touches::Coverage, cut))
}

/// Runs of before recorded no delay with each exchange.
fn late_as_stated(run: &RunFacts) -> Option<Cause> {
    let (delay, limit) = (run.integer(Fact::SchedulingDelayP99Ns)?, run.integer(Fact::SchedulingDelayLimitNs)?);
    (delay > limit).then(|| {
        let text = format!(
            "vandan itself was late: 99 % of requests left within {}, {} are allowed",
            duration(delay),
            duration(limit)
        );
        Cause::new(Touches::Times, text)
    })
}

/// Those who came for one purpose, and how they are called.
struct Came {
    facts: ArrivalFacts,
    whom: &'static str,
    /// Those of them who were not let in while the portal was away.
    for_outages: Fact,
    /// What a count is of, where it is not of dossiers.
    of: &'static str,
}

const WITH_DOSSIER: Came =
    Came { facts: ArrivalFacts::DOSSIERS, whom: "arrivals", for_outages: Fact::OutageDropped, of: "" };
const TO_LOOK: Came =
    Came { facts: ArrivalFacts::VISITS, whom: "visits", for_outages: Fact::OutageVisitsDropped, of: " of visits" };

fn dropping(run: &RunFacts, Came { facts, whom, for_outages, .. }: &Came) -> Option<Cause> {
    // Why nobody was let in any more is said by itself.
    let away = run.number(*for_outages).unwrap_or(0.0);
    let (dropped, planned) = (run.number(facts.dropped)? - away, run.number(facts.planned)?);
    let limit = run.number(Fact::DroppedShareLimit)?;
    (dropped > limit * planned)
        .then(|| format!("{dropped} of {planned} {whom} were dropped, a share of {limit} is allowed"))
        .map(|text| Cause::new(Touches::Coverage, text))
}

fn losing(run: &RunFacts) -> Option<Cause> {
    let lost = run.integer(Fact::RecorderLost)?;
    (lost > 0).then(|| Cause::new(Touches::Everything, format!("the recorder lost {lost} records")))
}

/// More journeys than this share that were left without a way on: whatever was judged speaks of too few.
const GIVEN_UP: f64 = 0.05;

fn giving_up(run: &RunFacts) -> Option<Cause> {
    let (failed, started) = (run.number(Fact::Failed)?, run.number(Fact::Started)?);
    (failed > GIVEN_UP * started).then(|| {
        let text = format!(
            "{failed} of {started} people could not go on with their dossier: a refusal or an error left no way on (see what was \
             refused and which answers failed under TRAFFIC)"
        );
        Cause::new(Touches::Coverage, text)
    })
}

/// Dossiers that this run cannot have caused: who owns them is known, what became of them is not this run's doing.
fn meeting_strangers(run: &RunFacts) -> Option<Cause> {
    let strangers = run.integer(Fact::Strangers).filter(|strangers| *strangers > 0)?;
    let first = run.get(Fact::FirstStranger).unwrap_or_default();
    let text = format!(
        "the portal holds dossiers of this population that this run did not cause (shown {strangers} times, first {first}): \
         reset it, or run with another --seed"
    );
    Some(Cause::new(Touches::Everything, text))
}

fn unbalanced_plan(run: &RunFacts, Came { facts, of, .. }: &Came) -> Option<Cause> {
    let count = |fact| run.integer(fact);
    let (planned, started, dropped) = (count(facts.planned)?, count(facts.started)?, count(facts.dropped)?);
    (planned != started + dropped).then(|| {
        let text =
            format!("the count{of} does not close: {planned} planned, but {started} started and {dropped} dropped");
        Cause::new(Touches::Everything, text)
    })
}

fn unbalanced_starts(run: &RunFacts, Came { facts, of, .. }: &Came) -> Option<Cause> {
    let count = |fact| run.integer(fact);
    let (started, completed) = (count(facts.started)?, count(facts.completed)?);
    let (failed, unfinished) = (count(facts.failed)?, count(facts.unfinished)?);
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

    const HEALTHY: &[(Fact, &str)] = &[
        (Fact::Finished, "yes"),
        (Fact::SchedulingDelayP99Ns, "400000"),
        (Fact::SchedulingDelayLimitNs, "1000000"),
        (Fact::Planned, "1000"),
        (Fact::Started, "999"),
        (Fact::Dropped, "1"),
        (Fact::DroppedShareLimit, "0.001"),
        (Fact::Completed, "990"),
        (Fact::Failed, "4"),
        (Fact::Unfinished, "5"),
        (Fact::RecorderLost, "0"),
        (Fact::VisitsPlanned, "8000"),
        (Fact::VisitsStarted, "8000"),
        (Fact::VisitsDropped, "0"),
        (Fact::VisitsCompleted, "7000"),
        (Fact::VisitsFailed, "900"),
        (Fact::VisitsUnfinished, "100"),
    ];

    fn validity(changes: &[(Fact, &str)]) -> Validity {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        let run = HEALTHY.iter().chain(changes).copied().collect();
        Validity::read(&connection, &run, &Stalls::default()).unwrap()
    }

    #[test]
    fn a_healthy_run_is_valid() {
        assert_eq!(validity(&[(Fact::Seed, "7")]), Validity::Valid);
    }

    #[test]
    fn each_illness_is_named() {
        for (change, words) in [
            ((Fact::Finished, "no"), "cut short"),
            ((Fact::Aborted, "yes"), "stopped by its user"),
            ((Fact::SchedulingDelayP99Ns, "1000001"), "late"),
            ((Fact::DroppedShareLimit, "0.0001"), "dropped"),
            ((Fact::RecorderLost, "3"), "lost 3 records"),
            ((Fact::Strangers, "2"), "run with another --seed"),
            ((Fact::Planned, "1001"), "1001 planned"),
            ((Fact::Completed, "991"), "991 completed"),
            ((Fact::VisitsPlanned, "8001"), "the count of visits does not close: 8001 planned"),
            ((Fact::VisitsFailed, "901"), "901 failed and 100 unfinished"),
        ] {
            let validity = validity(&[change]);
            let causes = validity.causes();
            assert!(causes.len() == 1 && causes[0].text.contains(words), "{change:?}: {causes:?}");
        }
    }

    #[test]
    fn dropped_visits_are_weighed_by_themselves() {
        let dropped = [(Fact::VisitsStarted, "7991"), (Fact::VisitsDropped, "9"), (Fact::VisitsUnfinished, "91")];
        let cause = Cause::new(Touches::Coverage, "9 of 8000 visits were dropped, a share of 0.001 is allowed");
        assert_eq!(validity(&dropped), Validity::Invalid(vec![cause]));
    }

    #[test]
    fn what_was_dropped_while_the_portal_was_away_is_said_with_that_and_not_again() {
        let away = [
            (Fact::Dropped, "500"),
            (Fact::Started, "500"),
            (Fact::Completed, "400"),
            (Fact::Failed, "95"),
            (Fact::OutageDropped, "499"),
            (Fact::Outages, "1000000000-5000000000"),
        ];
        let texts = |changes: &[(Fact, &str)]| -> Vec<_> {
            validity(changes).causes().iter().map(|cause| cause.text.chars().take(20).collect::<String>()).collect()
        };
        assert_eq!(texts(&away), ["the portal was away ", "95 of 500 people cou"]);
        assert_eq!(
            texts(&[away.as_slice(), &[(Fact::PortalGone, "ended after 6.0 s")]].concat()),
            ["ended after 6.0 s; 5"]
        );
    }

    #[test]
    fn a_killed_run_is_not_valid() {
        assert_eq!(stated(&RunFacts::default()).len(), 1);
    }

    #[test]
    fn a_run_that_was_given_up_says_why_and_nothing_that_follows_from_it() {
        let because = "stopped after 3.0 s: nobody could sign in";
        let given_up = validity(&[(Fact::StoppedBecause, because), (Fact::Dropped, "900"), (Fact::Finished, "no")]);
        assert_eq!(given_up, Validity::Invalid(vec![Cause::new(Touches::Everything, because)]));
    }

    #[test]
    fn lost_records_touch_everything_and_lateness_only_times() {
        assert!(validity(&[(Fact::RecorderLost, "3")]).touches_everything());
        assert!(!validity(&[(Fact::SchedulingDelayP99Ns, "1000001")]).touches_everything());
        assert!(!validity(&[(Fact::Aborted, "yes")]).touches_everything());
    }
}
