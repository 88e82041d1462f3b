//! The limits of the machine vandan ran on: where they bit, nothing is known of the portal.

use rusqlite::Connection;

use crate::validity::{Cause, Touches};

/// How a reason begins that names no limit of the machine but one of vandan's own.
const HELD_BACK: &str = "held back by ";

/// What was not sent because this machine had no more of something, or because vandan held it back to the end, with the
/// remedy; empty if everything could be sent.
pub(crate) fn causes(connection: &Connection) -> Result<Vec<Cause>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select coalesce(reason, ''), count(*), min(exchange_id) from exchanges where fault = 'local_limit'
         group by 1 order by 2 desc, 3",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(String, i64, i64)> = rows.collect::<Result<_, _>>()?;
    let (held, machine): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(reason, ..)| reason.starts_with(HELD_BACK));
    let held = held.iter().map(|(reason, count, first)| {
        format!("{count} requests were never sent: {reason} (first in exchange {first}; {})", remedy(reason))
    });
    let all: i64 = machine.iter().map(|(_, count, _)| count).sum();
    let machine = machine.first().map(|(reason, _, first)| {
        let said = if reason.is_empty() { "no reason was recorded" } else { reason };
        format!(
            "{all} requests could not be sent because this machine, not the portal, had reached a limit: {said} (first in \
             exchange {first}; {})",
            remedy(reason)
        )
    });
    Ok(machine.into_iter().chain(held).map(|text| Cause::new(Touches::Coverage, text)).collect())
}

/// What helps against an error of the operating system, by its name or text, or against our own holding back.
fn remedy(reason: &str) -> &'static str {
    let is = |words: [&str; 2]| words.iter().any(|word| reason.contains(word));
    if reason.starts_with("held back by the pace") {
        "raise `limits.final_read`"
    } else if reason.starts_with(HELD_BACK) {
        "allow a higher rate, or play it longer with --length"
    } else if is(["EMFILE", "Too many open files"]) {
        "raise it with `ulimit -n 65536`, or share a pool with --connections 64"
    } else if is(["ENFILE", "open files in system"]) {
        "raise it with `sysctl fs.file-max`, or share a pool with --connections 64"
    } else if is(["EADDRNOTAVAIL", "assign requested address"]) {
        "add `source_addresses`, allow more source ports with `sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"`, or share a pool \
         with --connections 64"
    } else {
        "free memory, or share a pool with --connections 64"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn causes_of(reasons: &[&str]) -> Vec<Cause> {
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
        causes(&connection).unwrap()
    }

    #[test]
    fn the_limit_is_named_with_its_remedy() {
        let causes = causes_of(&["EADDRNOTAVAIL", "EMFILE: Too many open files", "EMFILE: Too many open files"]);
        let [cause] = causes.as_slice() else { panic!("{causes:?}") };
        assert_eq!(
            cause.text,
            "3 requests could not be sent because this machine, not the portal, had reached a limit: EMFILE: Too many open files \
             (first in exchange 2; raise it with `ulimit -n 65536`, or share a pool with --connections 64)"
        );
        assert_eq!(cause.touches, Touches::Coverage);
        assert!(causes_of(&["EADDRNOTAVAIL"])[0].text.contains("ip_local_port_range"));
        assert_eq!(causes_of(&[]), []);
    }

    #[test]
    fn what_we_held_back_to_the_end_is_no_limit_of_the_machine() {
        let (rate, pace) = (
            "held back by the rate limit until the run ended",
            "held back by the pace of the load's busiest second until the run ended",
        );
        let causes = causes_of(&[rate, pace, pace, "EMFILE: too many open files"]);
        let texts: Vec<_> = causes.iter().map(|cause| cause.text.as_str()).collect();
        assert!(texts[0].starts_with("1 requests could not be sent because this machine"), "{texts:?}");
        assert_eq!(
            texts[1..],
            [
                format!("2 requests were never sent: {pace} (first in exchange 2; raise `limits.final_read`)"),
                format!(
                    "1 requests were never sent: {rate} (first in exchange 1; allow a higher rate, or play it longer with --length)"
                ),
            ]
        );
    }
}
