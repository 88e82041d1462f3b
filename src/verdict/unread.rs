//! Whether the dossiers could be read back at the end: what was not, no rule that reads back has seen.

use rusqlite::Connection;

use crate::validity::{Cause, Touches};

/// More final reads without an answer than one in so many: too little was seen of the end.
const ONE_IN: i64 = 20;

/// What speaks against a run whose final reads were not answered.
pub(crate) fn cause(connection: &Connection) -> Result<Option<Cause>, rusqlite::Error> {
    let (unknown, all): (i64, i64) = connection.query_row(
        "select count(*) filter (where outcome = 'error'), count(*) from exchanges where phase = 'final_read'",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let cause = || {
        let text = format!(
            "{unknown} of {all} final reads had no trustworthy answer (at most 5 % is allowed): what became of those dossiers is unknown"
        );
        Cause::new(Touches::Coverage, text)
    };
    Ok((unknown * ONE_IN > all).then(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(answered: u32, unknown: u32) -> Option<Cause> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        for (outcome, count) in [("ok", answered), ("error", unknown)] {
            let sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2)
                       insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, done_ns, outcome,
                           bytes_sent, bytes_received, reused)
                       select 'reader', 1, 'x', 'track', 1, 'final_read', 0, 1, 1, ?1, 1, 1, 1 from n where ?2 > 0";
            connection.execute(sql, (outcome, count)).unwrap();
        }
        cause(&connection).unwrap()
    }

    #[test]
    fn an_end_that_was_not_seen_speaks_against_the_run() {
        let text = "729 of 768 final reads had no trustworthy answer (at most 5 % is allowed): what became of those dossiers is unknown";
        assert_eq!(cause_of(39, 729), Some(Cause::new(Touches::Coverage, text)));
        assert_eq!(cause_of(95, 5), None);
        assert_eq!(cause_of(0, 0), None);
    }
}
