//! What a run says of itself, and whether its recording can be judged at all.

use std::collections::BTreeMap;

use rusqlite::Connection;

/// The facts of the run, by name (table `run`).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct RunFacts(pub BTreeMap<String, String>);

impl RunFacts {
    pub(crate) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut statement = connection.prepare("select name, coalesce(cast(value as text), '') from run")?;
        let facts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self(facts.collect::<Result<_, _>>()?))
    }

    /// A fact as it is written.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A fact that is a whole number; `None` also if it is not one.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// A fact that is a number; `None` also if it is not one.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.parse().ok()
    }

    /// Whether a fact is stated and is `yes`.
    pub fn is_yes(&self, name: &str) -> bool {
        self.get(name) == Some("yes")
    }

    /// Whether the final reads were made when nothing moved any more.
    pub fn is_quiescent(&self) -> bool {
        self.is_yes("quiescent")
    }

    /// The name of the run, empty if it has none.
    pub fn run_id(&self) -> &str {
        self.get("run_id").unwrap_or_default()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for RunFacts {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(facts: I) -> Self {
        Self(facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// Whether the instrument did what it promised, so that the recording can speak for a portal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "because")]
pub enum Validity {
    /// Nothing speaks against it.
    Valid,
    /// What speaks against it, in words; never empty.
    Invalid(Vec<String>),
}

impl Validity {
    /// Examines the facts of a run. A fact that is not stated speaks against nothing, except that the run was finished.
    pub fn of(run: &RunFacts) -> Self {
        let reasons: Vec<_> = [
            cut_short(run),
            late(run),
            dropping(run),
            losing(run),
            giving_up(run),
            unbalanced_plan(run),
            unbalanced_starts(run),
        ]
        .into_iter()
        .flatten()
        .collect();
        if reasons.is_empty() { Self::Valid } else { Self::Invalid(reasons) }
    }
}

fn cut_short(run: &RunFacts) -> Option<String> {
    if run.is_yes("aborted") {
        return Some("the run was stopped by its user".to_owned());
    }
    (!run.is_yes("finished")).then(|| "the recording was cut short: the run does not say that it finished".to_owned())
}

fn late(run: &RunFacts) -> Option<String> {
    let (lag, limit) = (run.integer("lag_p99_ns")?, run.integer("lag_limit_ns")?);
    (lag > limit).then(|| {
        format!(
            "the generator itself was late: 99 % of requests left within {} us, {} us are allowed",
            lag / 1_000,
            limit / 1_000
        )
    })
}

fn dropping(run: &RunFacts) -> Option<String> {
    let (dropped, planned) = (run.number("dropped")?, run.number("planned")?);
    let limit = run.number("dropped_share_limit")?;
    (dropped > limit * planned)
        .then(|| format!("{dropped} of {planned} arrivals were dropped, a share of {limit} is allowed"))
}

fn losing(run: &RunFacts) -> Option<String> {
    let lost = run.integer("recorder_lost")?;
    (lost > 0).then(|| format!("the recorder lost {lost} records"))
}

/// More journeys than this share that were left without a way on: whatever was judged speaks of too few.
const GIVEN_UP: f64 = 0.05;

fn giving_up(run: &RunFacts) -> Option<String> {
    let (failed, started) = (run.number("failed")?, run.number("started")?);
    (failed > GIVEN_UP * started).then(|| {
        format!(
            "{failed} of {started} people could not go on with their dossier (a refusal, or no answer, left no way on: look \
             at the operations that were refused)"
        )
    })
}

fn unbalanced_plan(run: &RunFacts) -> Option<String> {
    let (planned, started, dropped) = (run.integer("planned")?, run.integer("started")?, run.integer("dropped")?);
    (planned != started + dropped)
        .then(|| format!("the count does not close: {planned} planned, but {started} started and {dropped} dropped"))
}

fn unbalanced_starts(run: &RunFacts) -> Option<String> {
    let started = run.integer("started")?;
    let (completed, failed) = (run.integer("completed")?, run.integer("failed")?);
    let unfinished = run.integer("unfinished")?;
    (started != completed + failed + unfinished).then(|| {
        format!(
            "the count does not close: {started} started, but {completed} completed, {failed} failed and {unfinished} unfinished"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEALTHY: &[(&str, &str)] = &[
        ("finished", "yes"),
        ("lag_p99_ns", "400000"),
        ("lag_limit_ns", "1000000"),
        ("planned", "1000"),
        ("started", "999"),
        ("dropped", "1"),
        ("dropped_share_limit", "0.001"),
        ("completed", "990"),
        ("failed", "4"),
        ("unfinished", "5"),
        ("recorder_lost", "0"),
    ];

    fn validity(change: (&str, &str)) -> Validity {
        Validity::of(&HEALTHY.iter().copied().chain([change]).collect())
    }

    #[test]
    fn a_healthy_run_is_valid() {
        assert_eq!(validity(("seed", "7")), Validity::Valid);
    }

    #[test]
    fn each_illness_is_named() {
        for (change, words) in [
            (("finished", "no"), "cut short"),
            (("aborted", "yes"), "stopped by its user"),
            (("lag_p99_ns", "1000001"), "late"),
            (("dropped_share_limit", "0.0001"), "dropped"),
            (("recorder_lost", "3"), "lost 3 records"),
            (("planned", "1001"), "1001 planned"),
            (("completed", "991"), "991 completed"),
        ] {
            let Validity::Invalid(reasons) = validity(change) else { panic!("{change:?} is valid") };
            assert!(reasons.len() == 1 && reasons[0].contains(words), "{change:?}: {reasons:?}");
        }
    }

    #[test]
    fn a_killed_run_is_not_valid() {
        assert!(matches!(Validity::of(&RunFacts::default()), Validity::Invalid(_)));
    }
}
