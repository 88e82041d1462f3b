//! What the adapter did not understand: its fault or the portal's, nobody knows; so it proves nothing against the portal.

use model::words::TrafficClass;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::validity::{Cause, Touches};

/// More answers than one in so many of a class that were not understood: too little is known.
const ONE_IN: i64 = 200;

/// Exchanges of which something was not understood or could not be written; the page of a server that erred is no answer. What
/// could not be written because an earlier answer never came was not misread: then no problem is recorded.
const MISREAD: &str = "coalesce(status, 0) < 500
    and (fault = 'unreadable' or exchange_id in (select exchange_id from adapter_problems))";

/// One cause for each class of traffic of which more than 0.5 % was not understood; polls must not dilute what people did.
pub(crate) fn causes(connection: &Connection) -> Result<Vec<Cause>, rusqlite::Error> {
    let mut causes = Vec::new();
    for (class, name) in [(TrafficClass::User, "answers to people"), (TrafficClass::Poll, "answers to polls")] {
        let (misread, all) = count(connection, class)?;
        if misread * ONE_IN > all {
            let text = format!(
                "the adapter did not understand {misread} of {all} {name} (0.5 % is allowed){}: correct the adapter, or the \
                 portal answers otherwise than its document says",
                most_frequent(connection, class)?
            );
            causes.push(Cause::new(Touches::Coverage, text));
        }
    }
    Ok(causes)
}

/// A sentence about what was not understood where that is too little to matter.
pub(crate) fn remark(connection: &Connection) -> Result<Option<String>, rusqlite::Error> {
    let mut remark = None;
    for class in [TrafficClass::User, TrafficClass::Poll] {
        let (misread, all) = count(connection, class)?;
        if misread > 0 && misread * ONE_IN <= all {
            let frequent = most_frequent(connection, class)?;
            remark = remark.or(Some(format!("the adapter did not understand {misread} of {all} answers{frequent}")));
        }
    }
    Ok(remark)
}

fn count(connection: &Connection, class: TrafficClass) -> Result<(i64, i64), rusqlite::Error> {
    connection.query_row(
        &format!(
            "select count(*) filter (where {MISREAD}), count(*) filter (where status is not null or {MISREAD})
             from exchanges where traffic_class = ?1"
        ),
        [class.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// `; mostly unknown_word of state: "hoan_thanh" (first in exchange 17)`; nothing if no detail was recorded.
fn most_frequent(connection: &Connection, class: TrafficClass) -> Result<String, rusqlite::Error> {
    let most = connection
        .query_row(
            "select problem, coalesce(' of ' || field, ''), coalesce(': \"' || substr(value, 1, 80) || '\"', ''),
                    min(exchange_id)
             from adapter_problems join exchanges using (exchange_id) where traffic_class = ?1
             group by problem, field, value order by count(*) desc, 4 limit 1",
            params![class.as_str()],
            |row| {
                let (problem, field, value): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let first: i64 = row.get(3)?;
                Ok(format!("; mostly {}{field}{value} (first in exchange {first})", problem.replace('_', " ")))
            },
        )
        .optional()?;
    if most.is_some() {
        return Ok(most.unwrap_or_default());
    }
    let first: Option<i64> = connection.query_row(
        &format!("select min(exchange_id) from exchanges where traffic_class = ?1 and {MISREAD}"),
        [class.as_str()],
        |row| row.get(0),
    )?;
    Ok(first.map_or_else(String::new, |first| format!("; first in exchange {first}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history with so many answers of a class, the first of which have a problem.
    fn history_of(rows: &[(&str, u32, u32)]) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        for (class, answers, problems) in rows {
            for i in 0..*answers {
                connection
                    .execute(
                        "insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, done_ns,
                             outcome, status, bytes_sent, bytes_received, reused, traffic_class)
                         values ('citizen', 1, 'x', 'track', 1, 'load', 0, 1, 1, 1, 'ok', 200, 0, 0, 0, ?1)",
                        [class],
                    )
                    .unwrap();
                if i < *problems {
                    let id = connection.last_insert_rowid();
                    let sql = "insert into adapter_problems values (?1, 0, 'unknown_word', 'state', 'xong', 1)";
                    connection.execute(sql, [id]).unwrap();
                }
            }
        }
        connection
    }

    #[test]
    fn polls_do_not_dilute_what_was_not_understood_of_people() {
        let causes = causes(&history_of(&[("poll", 1_000, 0), ("user", 100, 1)])).unwrap();
        assert_eq!(causes.len(), 1);
        assert_eq!(
            causes[0].text,
            "the adapter did not understand 1 of 100 answers to people (0.5 % is allowed); mostly unknown word of state: \"xong\" \
             (first in exchange 1001): correct the adapter, or the portal answers otherwise than its document says"
        );
    }

    #[test]
    fn what_could_not_be_written_counts_only_if_the_adapter_could_have_known_it() {
        let history = history_of(&[("user", 10, 0)]);
        history.execute("update exchanges set outcome = 'error', status = null, fault = 'unwritable'", []).unwrap();
        assert_eq!(causes(&history).unwrap(), [], "an earlier answer never came");
        history
            .execute("insert into adapter_problems values (3, 0, 'unwritable_value', 'dossier.code', null, 1)", [])
            .unwrap();
        assert!(causes(&history).unwrap()[0].text.contains("did not understand 1 of 1 answers"));
    }

    #[test]
    fn a_little_is_said_and_makes_nothing_invalid() {
        let history = history_of(&[("user", 400, 2)]);
        assert_eq!(causes(&history).unwrap(), []);
        let remark = remark(&history).unwrap().unwrap();
        assert!(
            remark.starts_with("the adapter did not understand 2 of 400 answers; mostly unknown word of state"),
            "{remark}"
        );
        assert_eq!(super::remark(&history_of(&[("user", 400, 0)])).unwrap(), None);
    }
}
