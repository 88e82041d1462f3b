//! A broken subject, in words a vendor can act on, with the exchanges around it.

use std::collections::{BTreeMap, BTreeSet};

use model::{LONGEST_CODE, cut};
use rusqlite::{Connection, OptionalExtension as _};
use serde::{Serialize, Serializer};

use crate::examine::RuleVerdict;

/// Exchanges shown with a witness: enough for the life of a dossier, few enough for a page.
const EXCHANGES: usize = 12;

/// One broken subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// What was examined: a dossier number, a payment reference, an exchange.
    pub subject: String,
    /// The planned dossier, if it is one.
    pub case_id: Option<i64>,
    /// The telling exchange, if it is one.
    pub exchange_id: Option<i64>,
    /// What was expected.
    pub expected: String,
    /// What was seen instead.
    pub observed: String,
    /// Every further column of the rule's query that is not null.
    #[serde(serialize_with = "as_map")]
    pub evidence: Vec<(String, String)>,
    /// The exchanges of the case around the decisive one, in order of time; at most twelve.
    pub exchanges: Vec<ExchangeLine>,
}

/// One exchange, as a line of a witness. Instants are nanoseconds since the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExchangeLine {
    /// Its number in the history.
    pub exchange_id: i64,
    /// Who acted.
    pub actor: String,
    /// What was wanted.
    pub operation: String,
    /// Counted from 1.
    pub attempt: i64,
    /// Part of the run.
    pub phase: String,
    /// When it was due.
    pub due_ns: i64,
    /// When it was sent; `None`: it was not.
    pub sent_ns: Option<i64>,
    /// When it was over.
    pub done_ns: i64,
    /// What is known of it.
    pub outcome: String,
    /// HTTP status; `None`: none came.
    pub status: Option<i64>,
    /// Why there is no trustworthy answer.
    pub fault: Option<String>,
    /// What its first request said of itself, to be found in the portal's logs; `None`: nothing was sent, or it is not known.
    pub traceparent: Option<String>,
    /// What the portal said: dossier number, state, error code; empty if nothing.
    pub said: String,
}

impl Witness {
    /// The telling exchange, if it is one and is shown.
    pub fn telling(&self) -> Option<&ExchangeLine> {
        self.exchanges.iter().find(|line| self.exchange_id == Some(line.exchange_id))
    }
}

impl ExchangeLine {
    fn when(&self) -> (i64, i64) {
        (self.sent_ns.unwrap_or(self.due_ns), self.exchange_id)
    }
}

fn as_map<S: Serializer>(pairs: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// Gives every witness its exchanges: one pass over the exchanges for all of them.
pub(crate) fn attach_exchanges(connection: &Connection, verdicts: &mut [RuleVerdict]) -> Result<(), rusqlite::Error> {
    let witnesses = || verdicts.iter().flat_map(|verdict| &verdict.witnesses);
    let cases: BTreeSet<i64> = witnesses().filter_map(|witness| witness.case_id).collect();
    let telling: BTreeSet<i64> = witnesses().filter_map(|witness| witness.exchange_id).collect();
    if cases.is_empty() && telling.is_empty() {
        return Ok(());
    }
    let lines = lines(connection, &cases, &telling)?;
    for witness in verdicts.iter_mut().flat_map(|verdict| &mut verdict.witnesses) {
        witness.exchanges = around(&lines, witness);
        for line in &mut witness.exchanges {
            line.said = said(connection, line.exchange_id, witness.case_id)?;
        }
    }
    Ok(())
}

/// The lines of these cases and exchanges, with their case, by number.
fn lines(
    connection: &Connection,
    cases: &BTreeSet<i64>,
    telling: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, (Option<i64>, ExchangeLine)>, rusqlite::Error> {
    let list = |numbers: &BTreeSet<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let mut statement = connection.prepare(&format!(
        "select exchange_id, case_id, actor, operation, attempt, phase, due_ns, sent_ns, done_ns, outcome, status, fault, traceparent
         from exchanges where case_id in ({}) or exchange_id in ({})",
        list(cases),
        list(telling)
    ))?;
    let rows = statement.query_map([], |row| {
        let line = ExchangeLine {
            exchange_id: row.get(0)?,
            actor: row.get(2)?,
            operation: row.get(3)?,
            attempt: row.get(4)?,
            phase: row.get(5)?,
            due_ns: row.get(6)?,
            sent_ns: row.get(7)?,
            done_ns: row.get(8)?,
            outcome: row.get(9)?,
            status: row.get(10)?,
            fault: row.get(11)?,
            traceparent: row.get::<_, Option<String>>(12)?.map(|text| cut(&text, LONGEST_CODE).into_owned()),
            said: String::new(),
        };
        Ok((line.exchange_id, (row.get(1)?, line)))
    })?;
    rows.collect()
}

/// The exchanges of a witness's case in order of time; if there are too many, those around the decisive one.
fn around(lines: &BTreeMap<i64, (Option<i64>, ExchangeLine)>, witness: &Witness) -> Vec<ExchangeLine> {
    let concerns = |case: Option<i64>, line: &ExchangeLine| {
        (case.is_some() && case == witness.case_id) || witness.exchange_id == Some(line.exchange_id)
    };
    let mut own: Vec<_> =
        lines.values().filter(|(case, line)| concerns(*case, line)).map(|(_, line)| line.clone()).collect();
    own.sort_by_key(ExchangeLine::when);
    let telling = own.iter().position(|line| witness.exchange_id == Some(line.exchange_id)).unwrap_or(0);
    // What led to it tells more than what followed: two thirds before, one third after.
    let last_start = own.len().saturating_sub(EXCHANGES);
    let start = telling.saturating_sub(EXCHANGES * 2 / 3).min(last_start);
    own.into_iter().skip(start).take(EXCHANGES).collect()
}

/// What the portal said in an exchange, of this case where the answer shows several dossiers.
fn said(connection: &Connection, exchange_id: i64, case_id: Option<i64>) -> Result<String, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "select dossier_code, state, error_code from observations
         where exchange_id = ?1 order by case_id is ?2 desc, position limit 1",
    )?;
    let said = statement
        .query_row((exchange_id, case_id), |row| {
            let words: [Option<String>; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            let words = words.iter().flatten().map(|word| cut(word, LONGEST_CODE));
            Ok(words.collect::<Vec<_>>().join(" "))
        })
        .optional()?;
    Ok(said.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(exchange_id: i64, sent_ns: Option<i64>) -> (i64, (Option<i64>, ExchangeLine)) {
        let line = ExchangeLine {
            exchange_id,
            actor: "citizen".to_owned(),
            operation: "track".to_owned(),
            attempt: 1,
            phase: "load".to_owned(),
            due_ns: exchange_id * 10,
            sent_ns,
            done_ns: exchange_id * 10 + 5,
            outcome: "ok".to_owned(),
            status: Some(200),
            fault: None,
            traceparent: None,
            said: String::new(),
        };
        (exchange_id, (Some(7), line))
    }

    fn witness(exchange_id: Option<i64>) -> Witness {
        Witness {
            subject: String::new(),
            case_id: Some(7),
            exchange_id,
            expected: String::new(),
            observed: String::new(),
            evidence: Vec::new(),
            exchanges: Vec::new(),
        }
    }

    fn shown(lines: impl IntoIterator<Item = (i64, (Option<i64>, ExchangeLine))>, telling: Option<i64>) -> Vec<i64> {
        around(&lines.into_iter().collect(), &witness(telling)).iter().map(|line| line.exchange_id).collect()
    }

    #[test]
    fn exchanges_stand_in_order_of_sending() {
        assert_eq!(shown([line(1, Some(30)), line(2, None), line(3, Some(10))], Some(3)), [3, 2, 1]);
    }

    #[test]
    fn of_many_exchanges_those_around_the_telling_one_are_shown() {
        let many = || (1..=40).map(|i| line(i, Some(i)));
        assert_eq!(shown(many(), Some(20)), (12..=23).collect::<Vec<_>>());
        assert_eq!(shown(many(), Some(40)), (29..=40).collect::<Vec<_>>());
        assert_eq!(shown(many(), Some(1)), (1..=12).collect::<Vec<_>>());
        assert_eq!(shown(many(), None), (1..=12).collect::<Vec<_>>());
    }

    #[test]
    fn exchanges_of_other_cases_are_left_out_unless_they_tell() {
        let mut other = line(2, Some(2));
        other.1.0 = None;
        assert_eq!(shown([line(1, Some(1)), other.clone()], Some(1)), [1]);
        assert_eq!(shown([line(1, Some(1)), other], Some(2)), [1, 2]);
    }
}
