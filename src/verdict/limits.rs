//! The limits of the machine vandan ran on: where they bit, nothing is known of the portal.

use rusqlite::Connection;

use crate::validity::{Cause, Touches};

/// What was not sent because this machine had no more of something, with the remedy; `None` if everything could be sent.
pub(crate) fn cause(connection: &Connection) -> Result<Option<Cause>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select coalesce(reason, ''), count(*), min(exchange_id) from exchanges where fault = 'local_limit'
         group by 1 order by 2 desc, 3",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(String, i64, i64)> = rows.collect::<Result<_, _>>()?;
    let Some((reason, _, first)) = rows.first() else { return Ok(None) };
    let all: i64 = rows.iter().map(|(_, count, _)| count).sum();
    let said = if reason.is_empty() { "no reason was recorded" } else { reason };
    let text = format!(
        "{all} requests could not be sent because this machine, not the portal, had reached a limit: {said} (first in \
         exchange {first}; {})",
        remedy(reason)
    );
    Ok(Some(Cause::new(Touches::Coverage, text)))
}

/// What helps against an error of the operating system, by its name or text.
fn remedy(reason: &str) -> &'static str {
    let is = |words: [&str; 2]| words.iter().any(|word| reason.contains(word));
    if is(["EMFILE", "Too many open files"]) {
        "raise it with `ulimit -n 65536`, or lower `limits.connections`"
    } else if is(["ENFILE", "open files in system"]) {
        "raise it with `sysctl fs.file-max`, or lower `limits.connections`"
    } else if is(["EADDRNOTAVAIL", "assign requested address"]) {
        "allow more source ports with `sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"`, or lower `limits.connections`"
    } else {
        "free memory, or lower `limits.connections`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(reasons: &[&str]) -> Option<Cause> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        for reason in reasons {
            connection
                .execute(
                    "insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, done_ns, outcome,
                         fault, reason, bytes_sent, bytes_received, reused)
                     values ('citizen', 1, 'x', 'track', 1, 'load', 0, 1, 1, 'error', 'local_limit', ?1, 0, 0, 0)",
                    [reason],
                )
                .unwrap();
        }
        cause(&connection).unwrap()
    }

    #[test]
    fn the_limit_is_named_with_its_remedy() {
        let cause = cause_of(&["EADDRNOTAVAIL", "EMFILE: Too many open files", "EMFILE: Too many open files"]).unwrap();
        assert_eq!(
            cause.text,
            "3 requests could not be sent because this machine, not the portal, had reached a limit: EMFILE: Too many open files \
             (first in exchange 2; raise it with `ulimit -n 65536`, or lower `limits.connections`)"
        );
        assert_eq!(cause.touches, Touches::Coverage);
        assert!(cause_of(&["EADDRNOTAVAIL"]).unwrap().text.contains("ip_local_port_range"));
        assert_eq!(cause_of(&[]), None);
    }
}
