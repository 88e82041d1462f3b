//! Peers that were started again while the run went on: what they held before, nobody knows.

use rusqlite::Connection;

/// A sentence for each peer that was started again.
pub(crate) fn remarks(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "select p.peer, max(count(distinct s.epoch), 1 + p.restarts)
         from (select column1 as peer,
                      coalesce((select cast(value as integer) from run where name = 'peer_restarted_' || column1), 0) as restarts
               from (values ('bank'), ('post'))) p
         left join signals s on s.peer = p.peer
         group by p.peer
         having 2 <= max(count(distinct s.epoch), 1 + p.restarts)
         order by p.peer",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let peers = rows.collect::<Result<Vec<(String, i64)>, _>>()?;
    let sentence = |(peer, epochs): (String, i64)| {
        format!(
            "the {peer} was started again during the run ({epochs} epochs): what it held before may be missing in its ledger, and \
             rules are undecided about what may be missing"
        )
    };
    Ok(peers.into_iter().map(sentence).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(changes: &str) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        connection.execute_batch(changes).unwrap();
        remarks(&connection).unwrap()
    }

    #[test]
    fn a_peer_that_was_started_again_is_named() {
        assert_eq!(said("insert into run values ('peer_restarted_post', '0')"), [""; 0]);
        let restarted = said("insert into run values ('peer_restarted_post', '1')");
        assert!(restarted[0].starts_with("the post was started again during the run (2 epochs)"), "{restarted:?}");
        let signals = "insert into signals (peer, epoch, sequence, at_ns, direction, kind) values
            ('bank', 'a', 1, 1, 'in', 'order'), ('bank', 'b', 1, 2, 'in', 'order'), ('bank', 'c', 1, 3, 'in', 'order')";
        let restarted = said(signals);
        assert!(restarted[0].starts_with("the bank was started again during the run (3 epochs)"), "{restarted:?}");
    }
}
