//! Exchanges without a trustworthy answer, by whose fault it was, kind and reason.

use model::words::Blame;
use rusqlite::Connection;

use crate::traffic::{traceparent, unsigned};

/// The most reasons that are kept apart; what a run meets is far less.
const MOST: usize = 50;

/// All errors of a run, in all phases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// One row per reason: the portal's first, then the adapter's and the generator's; the most frequent of each first.
    pub reasons: Vec<ErrorReason>,
    /// What is not among them.
    pub others: Others,
}

/// One reason, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReason {
    /// Whose fault it is.
    pub blame: Blame,
    /// The kind of fault (`connect`), or `status` for an answer that is an error.
    pub kind: String,
    /// The errno, the alert of TLS, the field that is missing, the HTTP status.
    pub reason: String,
    /// How many exchanges.
    pub count: u64,
    /// The operations concerned, sorted.
    pub operations: Vec<String>,
    /// The first exchange it happened to.
    pub first_exchange: i64,
    /// What that exchange said of itself, to be found in the portal's logs; `None` if nothing was sent, or it is not known.
    pub first_traceparent: Option<String>,
}

/// What a list does not show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many rows.
    pub reasons: u64,
    /// How many exchanges these are.
    pub exchanges: u64,
}

/// Counts the errors of a history.
pub(crate) fn measure(history: &Connection) -> rusqlite::Result<Errors> {
    let mut statement = history.prepare(history::ERRORS_BY_REASON)?;
    let rows = statement.query_map([], |row| {
        let blame: String = row.get(0)?;
        Ok(ErrorReason {
            blame: Blame::parse(&blame).unwrap_or(Blame::Portal),
            kind: row.get(1)?,
            reason: row.get(2)?,
            count: unsigned(row.get(3)?),
            operations: operations(&row.get::<_, String>(4)?),
            first_exchange: row.get(5)?,
            first_traceparent: None,
        })
    })?;
    let mut errors = Errors::default();
    for row in rows {
        let row = row?;
        if errors.reasons.len() < MOST {
            let first_traceparent = traceparent(history, row.first_exchange)?;
            errors.reasons.push(ErrorReason { first_traceparent, ..row });
        } else {
            errors.others.add(row.count);
        }
    }
    errors.reasons.sort_by_key(|row| row.blame);
    Ok(errors)
}

/// The operations of a list that SQLite put together, sorted.
pub(crate) fn operations(list: &str) -> Vec<String> {
    let mut operations: Vec<String> = list.split(',').map(str::to_owned).collect();
    operations.sort_unstable();
    operations
}

impl Errors {
    /// How many exchanges have no trustworthy answer.
    pub fn count(&self) -> u64 {
        self.reasons.iter().map(|row| row.count).sum::<u64>() + self.others.exchanges
    }

    /// The first so many reasons, and how much else there is.
    pub fn first(&self, most: usize) -> (&[ErrorReason], Others) {
        let (first, rest) = self.reasons.split_at(most.min(self.reasons.len()));
        let mut others = self.others;
        for row in rest {
            others.add(row.count);
        }
        (first, others)
    }
}

impl Others {
    /// One more row is not shown.
    pub(crate) fn add(&mut self, exchanges: u64) {
        self.reasons += 1;
        self.exchanges += exchanges;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_counted() {
        let reason = |count| ErrorReason {
            blame: Blame::Portal,
            kind: "connect".to_owned(),
            reason: "ECONNREFUSED".to_owned(),
            count,
            operations: Vec::new(),
            first_exchange: 1,
            first_traceparent: None,
        };
        let others = Others { reasons: 1, exchanges: 5 };
        let errors = Errors { reasons: vec![reason(40), reason(3), reason(2)], others };
        assert_eq!(errors.count(), 50);
        assert_eq!(errors.first(2).1, Others { reasons: 2, exchanges: 7 });
        assert_eq!(errors.first(9), (errors.reasons.as_slice(), others));
    }
}
