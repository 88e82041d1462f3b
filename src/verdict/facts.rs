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

    /// Why the run was given up before its end, if it was.
    pub fn stopped_because(&self) -> Option<&str> {
        self.get("stopped_because").filter(|because| !because.is_empty())
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
        // What follows from a run that was given up says nothing more.
        if let Some(because) = run.stopped_because() {
            return Self::Invalid(vec![because.to_owned()]);
        }
        let reasons: Vec<_> = [
            cut_short(run),
            late(run),
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
        .collect();
        if reasons.is_empty() { Self::Valid } else { Self::Invalid(reasons) }
    }

    /// The same, with further reasons against it.
    #[must_use]
    pub(crate) fn besides(self, further: Vec<String>) -> Self {
        match self {
            Self::Valid if further.is_empty() => Self::Valid,
            Self::Valid => Self::Invalid(further),
            Self::Invalid(reasons) => Self::Invalid(reasons.into_iter().chain(further).collect()),
        }
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

fn dropping(run: &RunFacts, came: Came) -> Option<String> {
    let (dropped, planned) = (run.number(&came.fact("dropped"))?, run.number(&came.fact("planned"))?);
    let limit = run.number("dropped_share_limit")?;
    let whom = match came {
        Came::WithDossier => "arrivals",
        Came::ToLook => "visits",
    };
    (dropped > limit * planned)
        .then(|| format!("{dropped} of {planned} {whom} were dropped, a share of {limit} is allowed"))
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

/// Dossiers that this run cannot have caused: who owns them is known, what became of them is not this run's doing.
fn meeting_strangers(run: &RunFacts) -> Option<String> {
    let strangers = run.integer("strangers").filter(|strangers| *strangers > 0)?;
    let first = run.get("first_stranger").unwrap_or_default();
    Some(format!(
        "the portal holds dossiers of this population that this run did not cause (shown {strangers} times, first {first}): \
         reset it, or run with another --seed"
    ))
}

fn unbalanced_plan(run: &RunFacts, came: Came) -> Option<String> {
    let count = |name| run.integer(&came.fact(name));
    let (planned, started, dropped) = (count("planned")?, count("started")?, count("dropped")?);
    let of = came.of();
    (planned != started + dropped).then(|| {
        format!("the count{of} does not close: {planned} planned, but {started} started and {dropped} dropped")
    })
}

fn unbalanced_starts(run: &RunFacts, came: Came) -> Option<String> {
    let count = |name| run.integer(&came.fact(name));
    let (started, completed) = (count("started")?, count("completed")?);
    let (failed, unfinished) = (count("failed")?, count("unfinished")?);
    let of = came.of();
    (started != completed + failed + unfinished).then(|| {
        format!(
            "the count{of} does not close: {started} started, but {completed} completed, {failed} failed and {unfinished} unfinished"
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
        ("visits_planned", "8000"),
        ("visits_started", "8000"),
        ("visits_dropped", "0"),
        ("visits_completed", "7000"),
        ("visits_failed", "900"),
        ("visits_unfinished", "100"),
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
            (("strangers", "2"), "run with another --seed"),
            (("planned", "1001"), "1001 planned"),
            (("completed", "991"), "991 completed"),
            (("visits_planned", "8001"), "the count of visits does not close: 8001 planned"),
            (("visits_failed", "901"), "901 failed and 100 unfinished"),
        ] {
            let Validity::Invalid(reasons) = validity(change) else { panic!("{change:?} is valid") };
            assert!(reasons.len() == 1 && reasons[0].contains(words), "{change:?}: {reasons:?}");
        }
    }

    #[test]
    fn dropped_visits_are_weighed_by_themselves() {
        let dropped = [("visits_started", "7991"), ("visits_dropped", "9"), ("visits_unfinished", "91")];
        let facts = HEALTHY.iter().copied().chain(dropped).collect();
        let reasons = vec!["9 of 8000 visits were dropped, a share of 0.001 is allowed".to_owned()];
        assert_eq!(Validity::of(&facts), Validity::Invalid(reasons));
    }

    #[test]
    fn a_run_that_was_given_up_says_why_and_nothing_that_follows_from_it() {
        let because = "stopped after 3.0 s: nobody could sign in";
        let facts = [("stopped_because", because), ("dropped", "900"), ("finished", "no")];
        let facts = HEALTHY.iter().copied().chain(facts).collect();
        assert_eq!(Validity::of(&facts), Validity::Invalid(vec![because.to_owned()]));
    }

    #[test]
    fn a_killed_run_is_not_valid() {
        assert!(matches!(Validity::of(&RunFacts::default()), Validity::Invalid(_)));
    }
}
