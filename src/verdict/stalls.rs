//! When vandan itself stood still, and which exchanges that touches.

use std::collections::BTreeMap;

use rusqlite::Connection;

/// A time for which a thread of vandan's stood still, in nanoseconds since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stall {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

impl Stall {
    pub(crate) fn length(self) -> i64 {
        self.until.saturating_sub(self.from)
    }
}

/// So many stalls before an instant may still touch it: each reaches at most three times its own length.
const LOOK_BACK: usize = 64;

/// What is touched by the stalls of a run.
///
/// A thread that stood still sends everything that came due meanwhile at once when it goes on, and the portal needs a while
/// for it. That is vandan's doing too: a stall touches until what was due in it is answered, at most twice its own length
/// beyond its end.
#[derive(Debug, Default)]
pub(crate) struct Stalls {
    /// Everything recorded, in order of time, whatever the thread; what overlaps is one.
    pub(crate) all: Vec<Stall>,
    /// By lane: its own stalls and those of threads that are no lane; sorted, without overlap.
    touched: BTreeMap<i64, Vec<Touched>>,
}

/// A stall of a lane, and until when what had piled up in it touches the lane.
#[derive(Clone, Copy, Debug)]
struct Touched {
    stall: Stall,
    until: i64,
}

impl Stalls {
    /// Reads the stalls, and from the exchanges how long it took to work off what had piled up.
    pub(crate) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut statement =
            connection.prepare("select thread, from_ns, until_ns from stalls where until_ns > from_ns")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, Stall { from: row.get(1)?, until: row.get(2)? })))?;
        let recorded = rows.collect::<Result<Vec<_>, _>>()?;
        if recorded.is_empty() {
            return Ok(Self::default());
        }
        let mut statement = connection.prepare("select distinct lane from exchanges")?;
        let lanes = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut touched = BTreeMap::new();
        for lane in lanes {
            let name = format!("lane-{lane}");
            let own = recorded.iter().filter(|(thread, _)| *thread == name || !thread.starts_with("lane-"));
            let own = merged(own.map(|(_, stall)| *stall).collect());
            touched.insert(lane, own.into_iter().map(|stall| Touched { stall, until: stall.until }).collect());
        }
        let stalls = Self { all: merged(recorded.into_iter().map(|(_, stall)| stall).collect()), touched };
        stalls.with_what_was_piled_up(connection)
    }

    fn with_what_was_piled_up(mut self, connection: &Connection) -> Result<Self, rusqlite::Error> {
        let mut answered: BTreeMap<(i64, i64), i64> = BTreeMap::new();
        let mut statement = connection.prepare("select lane, due_ns, done_ns from exchanges")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (lane, due, done): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if let Some(stall) = self.overlapping(lane, due, due) {
                let last = answered.entry((lane, stall.from)).or_insert(done);
                *last = done.max(*last);
            }
        }
        for (lane, stalls) in &mut self.touched {
            for touched in stalls.iter_mut() {
                let stall = touched.stall;
                let last = answered.get(&(*lane, stall.from)).copied().unwrap_or(stall.until);
                let at_most = stall.until.saturating_add(stall.length().saturating_mul(2));
                touched.until = last.clamp(stall.until, at_most);
            }
        }
        Ok(self)
    }

    /// The first stall that touches this lane between two instants, both counted.
    pub(crate) fn overlapping(&self, lane: i64, from: i64, until: i64) -> Option<Stall> {
        let stalls = self.touched.get(&lane)?;
        let later = stalls.partition_point(|touched| touched.stall.from <= until);
        // What piled up in one stall may be worked off only in the next: an earlier one may reach further.
        let near = stalls.get(later.saturating_sub(LOOK_BACK)..later)?;
        near.iter().find(|touched| touched.until >= from).map(|touched| touched.stall)
    }
}

/// Sorted, and what overlaps made one.
fn merged(mut stalls: Vec<Stall>) -> Vec<Stall> {
    stalls.sort_by_key(|stall| (stall.from, stall.until));
    let mut merged: Vec<Stall> = Vec::with_capacity(stalls.len());
    for stall in stalls {
        match merged.last_mut() {
            Some(last) if stall.from <= last.until => last.until = last.until.max(stall.until),
            Some(_) | None => merged.push(stall),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalls(recorded: &[(&str, i64, i64)], exchanges: &[(i64, i64, i64)]) -> Stalls {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        for (thread, from, until) in recorded {
            connection.execute("insert into stalls values (?1, ?2, ?3)", (thread, from, until)).unwrap();
        }
        for (lane, due, done) in exchanges {
            connection
                .execute(
                    "insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, done_ns,
                         outcome, bytes_sent, bytes_received, reused)
                     values ('citizen', 1, 'x', 'track', 1, 'load', ?1, ?2, ?3, 'ok', 1, 1, 1)",
                    (lane, due, done),
                )
                .unwrap();
        }
        Stalls::read(&connection).unwrap()
    }

    #[test]
    fn a_stall_touches_its_own_lane_and_one_of_no_lane_touches_all() {
        let stalls = stalls(&[("lane-0", 100, 200), ("coordinator", 500, 600)], &[(0, 0, 10), (1, 0, 10)]);
        assert!(stalls.overlapping(0, 150, 160).is_some() && stalls.overlapping(0, 0, 99).is_none());
        assert!(stalls.overlapping(1, 150, 160).is_none());
        assert!(stalls.overlapping(0, 590, 700).is_some() && stalls.overlapping(1, 0, 1_000).is_some());
        assert_eq!(stalls.all, [Stall { from: 100, until: 200 }, Stall { from: 500, until: 600 }]);
    }

    #[test]
    fn what_piled_up_is_touched_until_it_is_answered_but_not_for_ever() {
        let soon = stalls(&[("lane-0", 100, 200)], &[(0, 150, 250), (0, 240, 900)]);
        assert!(soon.overlapping(0, 250, 260).is_some() && soon.overlapping(0, 251, 260).is_none());
        let never = stalls(&[("lane-0", 100, 200)], &[(0, 150, 10_000)]);
        assert!(never.overlapping(0, 400, 500).is_some() && never.overlapping(0, 401, 500).is_none());
    }
}
