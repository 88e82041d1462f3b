//! Links of the portal that were not followed: what stood behind them was not seen, and nobody is told of it by silence.

use model::{LONGEST_CODE, cut};
use rusqlite::Connection;

/// Of more doors than this only the names are said: a portal may name a new one with every answer.
const EXPLAINED: usize = 5;
/// And of more than this not even these.
const NAMED: usize = 5;

/// A sentence for each door that the guard refused, the most frequent first; an exchange that was refused was never sent.
pub(crate) fn sentences(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select coalesce(reason, 'an address'), count(*), min(exchange_id) from exchanges
         where fault = 'forbidden' group by 1 order by 2 desc, 3",
    )?;
    let doors = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let doors = doors.collect::<Result<Vec<(String, i64, i64)>, _>>()?;
    let mut sentences: Vec<_> =
        doors.iter().take(EXPLAINED).map(|(door, count, first)| sentence(door, *count, *first)).collect();
    if let Some(further) = doors.get(EXPLAINED..).filter(|further| !further.is_empty()) {
        let es = if further.len() == 1 { "" } else { "es" };
        let mut names: Vec<_> = further.iter().take(NAMED).map(|(door, _, _)| cut(door, LONGEST_CODE)).collect();
        if let Some(more) = further.len().checked_sub(NAMED).filter(|more| *more > 0) {
            names.push(format!("and {more} more").into());
        }
        let names = names.join(", ");
        sentences.push(format!("refused to follow links to {} further address{es}: {names}", further.len()));
    }
    Ok(sentences)
}

fn sentence(door: &str, count: i64, first: i64) -> String {
    let exchanges =
        if count == 1 { format!("exchange {first}") } else { format!("{count} exchanges, first exchange {first}") };
    if let Some((link, why)) = door.split_once(": ") {
        return format!("refused to follow: {link} ({exchanges}): {why}");
    }
    format!(
        "refused to follow: {door} ({exchanges}): not the target, a peer or a listed host (if it belongs to the portal, list its \
         host:port in the run file under `links` or `authorization.also`)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rows: &str) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        let table = "create table exchanges (exchange_id integer primary key, fault text, reason text);";
        connection.execute_batch(&format!("{table} {rows}")).unwrap();
        sentences(&connection).unwrap()
    }

    #[test]
    fn nothing_refused_is_nothing_said() {
        assert!(said("insert into exchanges values (1, null, null), (2, 'connect', '127.0.0.1:1');").is_empty());
    }

    #[test]
    fn what_was_refused_is_named_with_its_first_exchange() {
        let said = said(
            "insert into exchanges values (431, 'forbidden', 'http://127.0.0.1:19300'), (432, 'forbidden', 'https://10.0.0.1'),
             (433, 'forbidden', 'http://127.0.0.1:19300');",
        );
        assert_eq!(said.len(), 2);
        let start = "refused to follow: http://127.0.0.1:19300 (2 exchanges, first exchange 431): not the target, a peer or a listed host";
        assert!(said[0].starts_with(start), "{}", said[0]);
        assert!(said[1].starts_with("refused to follow: https://10.0.0.1 (exchange 432): "), "{}", said[1]);
    }

    #[test]
    fn a_link_that_leads_to_no_door_says_why() {
        let said = said(
            "insert into exchanges values (7, 'forbidden', 'https://127.0.0.1: https is not spoken yet, only http');",
        );
        assert_eq!(said, ["refused to follow: https://127.0.0.1 (exchange 7): https is not spoken yet, only http"]);
    }

    #[test]
    fn a_new_address_with_every_answer_does_not_fill_the_report() {
        let rows: Vec<_> = (1..=40).map(|i| format!("({i}, 'forbidden', '127.0.0.1:{i}')")).collect();
        let said = said(&format!("insert into exchanges values {};", rows.join(",")));
        assert_eq!(said.len(), EXPLAINED + 1);
        let further = "refused to follow links to 35 further addresses: 127.0.0.1:6, 127.0.0.1:7, 127.0.0.1:8, 127.0.0.1:9, \
                       127.0.0.1:10, and 30 more";
        assert_eq!(said.last().unwrap(), further);
    }
}
