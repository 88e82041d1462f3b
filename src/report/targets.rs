//! What provinces have set themselves, asked of the recorded dossiers. A missed target is the province's: no verdict depends on it.

use crate::counting::Counter;
use crate::text;
use model::{Counted, Precision, TargetRow};

/// One target, and what was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetLine {
    /// The target as set.
    pub target: TargetRow,
    /// What was counted: part and base. `None` if nothing was.
    pub counted: Option<Counted>,
    /// Whether part and base were counted, so that they are worth showing; else only their share is known.
    pub has_counts: bool,
    /// Whether it is reached.
    pub standing: Standing,
}

/// Whether a target is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The share is as the target asks.
    Met,
    /// It is not.
    Missed,
    /// Nobody can tell, for this reason.
    NotMeasured(String),
}

impl Standing {
    /// The standing in words for people.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotMeasured(_) => "not measured",
        }
    }

    /// Why, where the word alone does not say it; empty otherwise.
    pub fn reason(&self) -> &str {
        match self {
            Self::Met | Self::Missed => "",
            Self::NotMeasured(reason) => reason,
        }
    }

    /// The sign that stands before it.
    pub fn mark(&self) -> &'static str {
        match self {
            Self::Met => "✓",
            Self::Missed => "✗",
            Self::NotMeasured(_) => "–",
        }
    }
}

impl TargetLine {
    /// The bound for people: `at least 98 %`.
    pub fn asked(&self) -> String {
        let bound = self.target.bound;
        let word = if bound == Precision::Exact { "exactly".to_owned() } else { bound.as_str().replace('_', " ") };
        format!("{word} {}", text::percent(self.target.value.value()))
    }

    /// The share for people: `97.19 %`.
    pub fn found(&self) -> String {
        self.counted.map_or_else(|| text::MISSING.to_owned(), |counted| text::percent(counted.value()))
    }

    /// What that is a share of: `381 of 392`; empty where only the share is known.
    pub fn counts(&self) -> String {
        let whole = |number: i64| text::trimmed(Counted::whole(number).value(), 0);
        let counted = self.counted.filter(|_| self.has_counts);
        counted.map_or_else(String::new, |counted| format!("{} of {}", whole(counted.part), whole(counted.base)))
    }

    /// Whether anything was counted.
    pub fn is_shown(&self) -> bool {
        !matches!(self.standing, Standing::NotMeasured(_))
    }
}

/// `3 met, 4 missed, 9 not measured`.
pub fn target_score(targets: &[TargetLine]) -> String {
    let count = |of: fn(&Standing) -> bool| targets.iter().filter(|target| of(&target.standing)).count();
    let parts = [
        (count(|standing| matches!(standing, Standing::Met)), "met"),
        (count(|standing| matches!(standing, Standing::Missed)), "missed"),
        (count(|standing| matches!(standing, Standing::NotMeasured(_))), "not measured"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    parts.join(", ")
}

/// Asks every target of a history, in their order.
///
/// A query that fails, writes, or answers with other than part and base is said in its own line; the others are still asked.
pub(crate) fn measure(counter: Counter<'_>) -> rusqlite::Result<Vec<TargetLine>> {
    Ok(history::targets(counter.session)?.into_iter().map(|target| line(target, counter)).collect())
}

fn line(target: TargetRow, counter: Counter<'_>) -> TargetLine {
    let asked = match &target.measured_by {
        None => Err(target.not_measured.clone().unwrap_or_default()),
        Some(query) => counter.share(query),
    };
    let (found, standing) = match asked {
        Ok(share) if target.is_met(share) => (Some(share), Standing::Met),
        Ok(share) => (Some(share), Standing::Missed),
        Err(reason) => (None, Standing::NotMeasured(reason)),
    };
    TargetLine { target, counted: found, has_counts: true, standing }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use verdict::Meter;

    use super::*;

    fn measured(session: &Connection) -> Vec<TargetLine> {
        measure(Counter { session, meter: &Meter::unlimited() }).expect("the targets")
    }

    fn history(rows: &str) -> Connection {
        let session = Connection::open_in_memory().expect("a database");
        session.execute_batch(history::SCHEMA).expect("the tables");
        session.execute_batch("create temp table results (level, outcome)").expect("the results");
        let target = |position: u8, bound: &str, query: &str| {
            format!(
                "insert into targets values ({position}, 't{position}', '', '', '', null, '', {bound}, '{query}', null);"
            )
        };
        let all = "select sum(outcome = ''''early''''), count(*) from results".replace("''''", "''");
        let script = [
            target(0, "'at_least', '0.5'", &all),
            target(1, "'more_than', '0.5'", &all),
            target(2, "'less_than', '0.5'", &all),
            target(3, "'exact', '0.5'", &all),
            target(4, "'at_least', '0.5'", "delete from results"),
            target(5, "'at_least', '0.5'", "select 1"),
        ];
        session.execute_batch(&script.concat()).expect("the targets");
        session.execute_batch(rows).expect("the rows");
        session
    }

    #[test]
    fn each_comparison_has_its_own_side_and_a_broken_query_is_a_line() {
        let session = history("insert into results values ('commune', 'early'), ('commune', 'late')");
        let lines = measured(&session);
        let words: Vec<_> = lines.iter().map(|line| line.standing.as_str()).collect();
        assert_eq!(words, ["met", "missed", "missed", "met", "not measured", "not measured"]);
        assert_eq!((lines[0].found(), lines[0].counts()), ("50 %".to_owned(), "1 of 2".to_owned()));
        assert_eq!(target_score(&lines), "2 met, 2 missed, 2 not measured");
    }

    #[test]
    fn nothing_recorded_is_not_shown_and_never_met() {
        let lines = measured(&history(""));
        assert!(lines.iter().all(|line| !line.is_shown()), "{lines:?}");
    }
}
