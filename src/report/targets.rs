//! What provinces have set themselves, asked of the recorded dossiers. A missed target is the province's: no verdict depends on it.

use model::Precision;
use rusqlite::Connection;
use verdict::{Meter, complaint};

use crate::fidelity::{NOISE, has_table};
use crate::text;

/// One target, and what was counted.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetLine {
    /// Its id.
    pub target_id: String,
    /// What is to be reached.
    pub title: String,
    /// The same in Vietnamese.
    pub title_vi: String,
    /// The document that sets it.
    pub document: String,
    /// The figure that states it.
    pub figure: Option<String>,
    /// What is 100 %, in words.
    pub denominator: String,
    /// How the share must compare with the value, in the spelling of [`Precision`].
    pub comparison: String,
    /// The value, 0..=1.
    pub value: f64,
    /// What was counted: part and base; the base is 1 where the document gives a share. `None` if nothing was.
    pub counted: Option<(f64, f64)>,
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
    NotShown(String),
}

impl Standing {
    /// The standing in words for people.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotShown(_) => "not shown",
        }
    }

    /// Why, where the word alone does not say it; empty otherwise.
    pub fn reason(&self) -> &str {
        match self {
            Self::Met | Self::Missed => "",
            Self::NotShown(reason) => reason,
        }
    }

    /// The sign that stands before it.
    pub fn mark(&self) -> &'static str {
        match self {
            Self::Met => "✓",
            Self::Missed => "✗",
            Self::NotShown(_) => "–",
        }
    }
}

impl TargetLine {
    /// The bound for people: `at least 98 %`.
    pub fn asked(&self) -> String {
        let word = if self.comparison == "exact" { "exactly".to_owned() } else { self.comparison.replace('_', " ") };
        format!("{word} {}", text::percent(self.value))
    }

    /// The share for people: `97.19 %`.
    pub fn found(&self) -> String {
        self.counted.map_or_else(|| text::MISSING.to_owned(), |(part, base)| text::percent(part / base))
    }

    /// What that is a share of: `381 of 392`; empty where the document gives the share itself.
    pub fn counts(&self) -> String {
        match self.counted {
            Some((part, base)) if base > 1.0 => format!("{} of {}", text::trimmed(part, 0), text::trimmed(base, 0)),
            Some(_) | None => String::new(),
        }
    }

    /// Whether anything was counted.
    pub fn is_shown(&self) -> bool {
        !matches!(self.standing, Standing::NotShown(_))
    }
}

/// `3 met, 4 missed, 9 not shown`.
pub fn target_score(targets: &[TargetLine]) -> String {
    let count = |of: fn(&Standing) -> bool| targets.iter().filter(|target| of(&target.standing)).count();
    let parts = [
        (count(|standing| matches!(standing, Standing::Met)), "met"),
        (count(|standing| matches!(standing, Standing::Missed)), "missed"),
        (count(|standing| matches!(standing, Standing::NotShown(_))), "not shown"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    parts.join(", ")
}

/// Asks every target of a history, in their order; histories of before have none.
///
/// A query that fails, writes, or answers with other than two numbers is said in its own line; the others are still asked.
pub(crate) fn measure(session: &Connection, meter: &Meter) -> rusqlite::Result<Vec<TargetLine>> {
    if !has_table(session, "targets")? {
        return Ok(Vec::new());
    }
    let mut statement = session.prepare(
        "select target_id, title, title_vi, document, figure_id, denominator, comparison, value, measured_by, not_shown
           from targets order by position",
    )?;
    let rows = statement.query_map([], |row| {
        let line = TargetLine {
            target_id: row.get(0)?,
            title: row.get(1)?,
            title_vi: row.get(2)?,
            document: row.get(3)?,
            figure: row.get(4)?,
            denominator: row.get(5)?,
            comparison: row.get(6)?,
            value: row.get(7)?,
            counted: None,
            standing: Standing::NotShown(row.get::<_, Option<String>>(9)?.unwrap_or_default()),
        };
        Ok((line, row.get(8)?))
    })?;
    // No query runs while another is under way: what interrupts one would interrupt both.
    let rows = rows.collect::<rusqlite::Result<Vec<(TargetLine, Option<String>)>>>()?;
    let asked = |(mut line, query): (TargetLine, Option<String>)| {
        if let Some(query) = query {
            (line.counted, line.standing) = match shares(session, meter, &query) {
                Err(reason) => (None, Standing::NotShown(reason)),
                Ok((part, base)) => (Some((part, base)), judge(&line.comparison, line.value, part / base)),
            };
        }
        line
    };
    Ok(rows.into_iter().map(asked).collect())
}

/// Part and base as the query of a target counts them; the error is a sentence for the reader of the table.
fn shares(session: &Connection, meter: &Meter, query: &str) -> Result<(f64, f64), String> {
    let run = || {
        let mut statement = session.prepare(query)?;
        if !statement.readonly() {
            return Ok(Err("the query would change the history; write a select".to_owned()));
        }
        statement.query_row([], |row| Ok(Ok((row.get::<_, Option<f64>>(0)?, row.get::<_, f64>(1)?))))
    };
    match meter.read(run).map_err(|error| complaint(&error))?? {
        (_, 0.0) => Err("no such dossiers were recorded".to_owned()),
        (part, base) => Ok((part.unwrap_or(0.0), base)),
    }
}

fn judge(comparison: &str, value: f64, share: f64) -> Standing {
    let bound = Precision::ALL.iter().find(|(spelling, _)| *spelling == comparison).map(|(_, bound)| *bound);
    let is_met = match bound {
        Some(Precision::Exact) => (share - value).abs() < NOISE,
        Some(Precision::AtLeast) => share > value - NOISE,
        Some(Precision::MoreThan) => share > value + NOISE,
        Some(Precision::LessThan) => share < value - NOISE,
        Some(Precision::Rounded | Precision::Truncated | Precision::About | Precision::Inconsistent) | None => {
            return Standing::NotShown(format!("`{comparison}` is no way to compare a target"));
        }
    };
    if is_met { Standing::Met } else { Standing::Missed }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            target(0, "'at_least', 0.5", &all),
            target(1, "'more_than', 0.5", &all),
            target(2, "'less_than', 0.5", &all),
            target(3, "'exact', 0.5", &all),
            target(4, "'at_least', 0.5", "delete from results"),
            target(5, "'at_least', 0.5", "select 1"),
        ];
        session.execute_batch(&script.concat()).expect("the targets");
        session.execute_batch(rows).expect("the rows");
        session
    }

    #[test]
    fn each_comparison_has_its_own_side_and_a_broken_query_is_a_line() {
        let session = history("insert into results values ('commune', 'early'), ('commune', 'late')");
        let lines = measure(&session, &Meter::unlimited()).expect("the targets");
        let words: Vec<_> = lines.iter().map(|line| line.standing.as_str()).collect();
        assert_eq!(words, ["met", "missed", "missed", "met", "not shown", "not shown"]);
        assert_eq!((lines[0].found(), lines[0].counts()), ("50 %".to_owned(), "1 of 2".to_owned()));
        assert_eq!(target_score(&lines), "2 met, 2 missed, 2 not shown");
    }

    #[test]
    fn nothing_recorded_is_not_shown_and_never_met() {
        let lines = measure(&history(""), &Meter::unlimited()).expect("the targets");
        assert!(lines.iter().all(|line| !line.is_shown()), "{lines:?}");
    }

    #[test]
    fn a_history_of_before_has_no_targets() {
        let session = history("drop table targets");
        assert_eq!(measure(&session, &Meter::unlimited()).expect("no targets"), []);
    }
}
