//! Whether vandan sent when it had planned to: by class of traffic, by second, and whether it stood still.
//!
//! One figure over all exchanges hides a pause wherever many polls dilute it. A run is late if any of these holds:
//!
//! - in a class of traffic under load, more than 1 % of the exchanges (and three at least) left later than the run's limit
//!   (`scheduling_delay_limit_ns`);
//! - there were two seconds of load or more, and more than 1 % of all of them, in which over a tenth left later than that;
//! - a thread stood still for a second or longer, or all of them together for more than 1 % of the load; stalls that the
//!   run's limit bears are not counted.
//!
//! What the rate limit held back (`held_ns`) is part of the delay: the load was not the one that was planned.

use std::collections::BTreeMap;

use model::words::TrafficClass;
use model::{Fact, saturating};
use rusqlite::Connection;

use crate::claims::{duration, seconds};
use crate::facts::RunFacts;
use crate::stalls::{Stall, Stalls};
use crate::validity::{Cause, Touches};

/// Late exchanges of a class, late seconds of all, time stood still of the load: more than this share is too much.
const ONE_IN: u64 = 100;
/// A second is late if more than one in so many of its exchanges are.
const ONE_IN_OF_A_SECOND: u64 = 10;
/// One or two exchanges may be late by chance.
const LATE: u64 = 3;
/// A single second may be late by chance.
const LATE_SECONDS: u64 = 2;
/// No computer that has a processor to itself stands still for so long.
const LONG_STALL_NS: i64 = 1_000_000_000;

/// Exchanges of one class, or of one second.
#[derive(Clone, Copy, Default)]
struct Tally {
    sent: u64,
    late: u64,
    worst: i64,
    /// How much of the worst was the rate limit's doing.
    held: i64,
}

impl Tally {
    fn add(&mut self, delay: i64, held: i64, limit: i64) {
        self.sent += 1;
        self.late += u64::from(delay > limit);
        if delay > self.worst {
            (self.worst, self.held) = (delay, held);
        }
    }

    fn exceeds(self, one_in: u64) -> bool {
        self.late * one_in > self.sent
    }
}

/// Everything that says that vandan itself was late; empty if nothing does.
pub(crate) fn causes(connection: &Connection, run: &RunFacts, stalls: &Stalls) -> Result<Vec<Cause>, rusqlite::Error> {
    let mut causes: Vec<Cause> = stood_still(run, stalls).into_iter().collect();
    if let Some(limit) = run.integer(Fact::SchedulingDelayLimitNs) {
        causes.extend(left_late(connection, limit)?);
    }
    Ok(causes)
}

fn left_late(connection: &Connection, limit: i64) -> Result<Vec<Cause>, rusqlite::Error> {
    let mut classes: BTreeMap<TrafficClass, Tally> = BTreeMap::new();
    let mut by_second: BTreeMap<i64, Tally> = BTreeMap::new();
    let mut statement = connection.prepare(
        "select traffic_class, due_ns, delay_ns, held_ns from exchanges where phase = 'load' and sent_ns is not null",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let class = TrafficClass::parse(row.get_ref(0)?.as_str()?).unwrap_or(TrafficClass::User);
        let (due, delay, held): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        classes.entry(class).or_default().add(delay, held, limit);
        by_second.entry(due.div_euclid(1_000_000_000)).or_default().add(delay, held, limit);
    }
    let of_class = |class, name| {
        let tally: Tally = classes.get(&class).copied()?;
        (tally.late >= LATE && tally.exceeds(ONE_IN)).then(|| late_class(name, tally, limit))
    };
    let mut causes: Vec<Cause> =
        [of_class(TrafficClass::User, "requests of people"), of_class(TrafficClass::Poll, "polls")]
            .into_iter()
            .flatten()
            .collect();
    causes.extend(late_seconds(&by_second, limit));
    Ok(causes)
}

fn late_class(name: &str, tally: Tally, limit: i64) -> Cause {
    let Tally { sent, late, worst, .. } = tally;
    let text = format!(
        "vandan itself was late: {late} of {sent} {name} left more than {} after they were due, up to {}{}",
        duration(limit),
        duration(worst),
        by_rate(tally)
    );
    Cause::new(Touches::Times, text)
}

fn late_seconds(by_second: &BTreeMap<i64, Tally>, limit: i64) -> Option<Cause> {
    let late: Vec<_> = by_second.iter().filter(|(_, tally)| tally.exceeds(ONE_IN_OF_A_SECOND)).collect();
    let (count, all) = (late.len() as u64, by_second.len() as u64);
    let (second, worst) = late.iter().max_by_key(|(_, tally)| tally.worst)?;
    (count >= LATE_SECONDS && count * ONE_IN > all).then(|| {
        let text = format!(
            "vandan itself was late in {count} of {all} seconds of load: in each, over a tenth of the requests left more than {} \
             after they were due; the worst at {second} s, by {}{}",
            duration(limit),
            duration(worst.worst),
            by_rate(**worst)
        );
        Cause::new(Touches::Times, text)
    })
}

/// Whose delay it mostly was, if the rate limit's.
fn by_rate(tally: Tally) -> String {
    if tally.held.saturating_mul(2) <= tally.worst {
        return String::new();
    }
    format!(
        ", of which the rate limit held {} back (allow a higher rate, or play it longer with --length)",
        duration(tally.held)
    )
}

fn stood_still(run: &RunFacts, stalls: &Stalls) -> Option<Cause> {
    let end = run.integer(Fact::LoadEndsNs).unwrap_or(i64::MAX);
    let bearable = run.integer(Fact::SchedulingDelayLimitNs).unwrap_or(0);
    let counts = |stall: &&Stall| stall.from < end && stall.length() > bearable;
    let in_load: Vec<_> = stalls.all.iter().filter(counts).collect();
    let longest = in_load.iter().max_by_key(|stall| stall.length())?;
    let together: i64 = in_load.iter().map(|stall| stall.length()).fold(0, i64::saturating_add);
    let is_much = end != i64::MAX && together.saturating_mul(saturating(ONE_IN)) > end;
    (longest.length() >= LONG_STALL_NS || is_much).then(|| {
        let others = match in_load.len() {
            1 => String::new(),
            many => format!(" ({many} times, {} together)", duration(together)),
        };
        let text = format!(
            "vandan itself stood still from {} to {}{others}: a stopped process, a paused machine or a busy processor",
            seconds(longest.from),
            seconds(longest.until)
        );
        Cause::new(Touches::Times, text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: (Fact, &str) = (Fact::SchedulingDelayLimitNs, "50000000");

    /// Exchanges as (class, how many, second in which they are due, delay in ms, of which held back).
    fn causes_of(rows: &[(&str, u32, i64, i64, i64)], stalls: &[(i64, i64)], facts: &[(Fact, &str)]) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        for (class, count, second, delay, held) in rows {
            connection
                .execute(
                    "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?2)
                     insert into exchanges (actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, done_ns,
                         outcome, bytes_sent, bytes_received, reused, traffic_class, delay_ns, held_ns)
                     select 'citizen', 1, 'x', 'track', 1, 'load', 0, ?3 * 1000000000 + i, 0, 0, 'ok', 1, 1, 1, ?1,
                            ?4 * 1000000, ?5 * 1000000 from n",
                    (class, count, second, delay, held),
                )
                .unwrap();
        }
        for (from, until) in stalls {
            connection
                .execute("insert into stalls values ('lane-0', ?1 * 1000000, ?2 * 1000000)", (from, until))
                .unwrap();
        }
        let run = [LIMIT].into_iter().chain(facts.iter().copied()).collect();
        let stalls = Stalls::read(&connection).unwrap();
        causes(&connection, &run, &stalls).unwrap().into_iter().map(|cause| cause.text).collect()
    }

    #[test]
    fn polls_do_not_dilute_the_lateness_of_people() {
        let rows = [("user", 970, 1, 0, 0), ("user", 30, 1, 400, 0), ("poll", 40_000, 1, 1, 0)];
        let text = "vandan itself was late: 30 of 1000 requests of people left more than 50 ms after they were due, up to 400 ms";
        assert_eq!(causes_of(&rows, &[], &[]), [text]);
        assert_eq!(causes_of(&[("user", 990, 1, 0, 0), ("user", 10, 1, 400, 0)], &[], &[]), [""; 0]);
    }

    #[test]
    fn a_pause_in_a_few_seconds_is_seen_beside_many_busy_ones() {
        let rows =
            [("user", 100_000, 1, 0, 0), ("user", 100, 7, 0, 0), ("user", 20, 7, 900, 0), ("user", 20, 8, 700, 0)];
        let causes = causes_of(&rows, &[], &[]);
        assert_eq!(
            causes,
            [
                "vandan itself was late in 2 of 3 seconds of load: in each, over a tenth of the requests left more than 50 ms after they were \
              due; the worst at 7 s, by 900 ms"
            ]
        );
    }

    #[test]
    fn what_the_rate_limit_held_back_is_named_as_its_doing() {
        let causes = causes_of(&[("user", 100, 1, 400, 390)], &[], &[]);
        assert!(causes[0].ends_with("up to 400 ms, of which the rate limit held 390 ms back (allow a higher rate, or play it longer with --length)"), "{causes:?}");
    }

    #[test]
    fn a_long_stall_or_many_short_ones_are_said() {
        let load = [(Fact::LoadEndsNs, "30000000000")];
        let rows = [("user", 100, 1, 0, 0)];
        assert_eq!(
            causes_of(&rows, &[(3_100, 8_100)], &load),
            ["vandan itself stood still from 3.1 s to 8.1 s: a stopped process, a paused machine or a busy processor"]
        );
        assert!(causes_of(&rows, &[(1_000, 1_100), (2_000, 2_250)], &load)[0].contains("(2 times, 350 ms together)"));
        assert_eq!(causes_of(&rows, &[(1_000, 1_200)], &load), [""; 0]);
        assert_eq!(causes_of(&rows, &[(40_000, 45_000)], &load), [""; 0], "after the load");
        let patient = [(Fact::LoadEndsNs, "30000000000"), (Fact::SchedulingDelayLimitNs, "5000000000")];
        assert_eq!(causes_of(&rows, &[(3_100, 8_100)], &patient), [""; 0], "a limit that bears it");
    }
}
