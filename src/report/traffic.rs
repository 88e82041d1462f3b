//! What went over the wire: exchanges per operation, what went wrong, what was slowest.

use std::collections::BTreeMap;

use model::words::{Blame, Fault, Operation, Outcome, Phase, TrafficClass};
use model::{Fact, saturating};
use rusqlite::{Connection, Statement};

use crate::errors::{Others, operations};
use crate::latency::{Durations, Latency};
use crate::text::{self, float, float_count};

/// How many of the slowest exchanges are named.
const SLOWEST: i64 = 10;
/// How many reasons of refusals are named.
const REFUSALS: usize = 12;
/// The most bytes of an error code that are shown.
const LONGEST_CODE: i64 = 60;

/// All exchanges of a run, counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// One row per operation of people who act, met in the load phase, in the order in which a dossier lives.
    pub operations: Vec<OperationTraffic>,
    /// All of these together; `None` if there was no exchange.
    pub all: Option<OperationTraffic>,
    /// The other classes of the load phase, one row per operation: polls, then the run itself.
    pub others: Vec<OperationTraffic>,
    /// One row per phase, in order of time.
    pub phases: Vec<PhaseTraffic>,
    /// What went wrong, most frequent first, in all phases.
    pub faults: Vec<FaultCount>,
    /// What the portal declined and why (`HTTP 409 illegal_transition`), most frequent first, in all phases; at most twelve.
    pub refusals: Vec<FaultCount>,
    /// What else it declined.
    pub other_refusals: Others,
    /// What was never sent, and not for the portal's sake, in all phases: no traffic.
    pub unsent: Vec<FaultCount>,
    /// Requests that were sent once more because the kept connection they went on was closed, in all phases.
    pub resent: u64,
    /// Exchanges that were tried again when the portal had said (`Retry-After`), in all phases: each try is an exchange.
    pub retried: u64,
    /// The exchanges of the load phase that people waited longest for, longest first.
    pub slowest: Vec<SlowExchange>,
}

/// The exchanges of one operation in the load phase.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationTraffic {
    /// The operation, or `all`.
    pub operation: String,
    /// The class of traffic: `user`, `poll`, `control`.
    pub class: TrafficClass,
    /// How many exchanges: `ok + refused + errors`.
    pub count: u64,
    /// The portal did it.
    pub ok: u64,
    /// The portal declined, understandably.
    pub refused: u64,
    /// It may or may not have happened.
    pub errors: u64,
    /// Exchanges per second of the load phase; `None` if the phase has no length.
    pub rate_per_s: Option<f64>,
    /// How many of the errors were never answered, or not to the end: they may have taken longer than they were waited for.
    pub unanswered: u64,
    /// What was not done for dossiers and visits that were dropped: not in `count`, and in `response_time` for as long as it was due.
    pub dropped: u64,
    /// From the intended instant to the end: what the person felt. Exchanges without an answer count as long as they were waited for.
    pub response_time: Option<Latency>,
    /// From sending to the end: what the portal took. Only exchanges that were sent.
    pub service_time: Option<Latency>,
}

/// The exchanges of one phase.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseTraffic {
    /// `load`, `drain` or `final_read`.
    pub phase: String,
    /// How many exchanges.
    pub count: u64,
    /// First intended instant, in nanoseconds since the run began.
    pub start_ns: i64,
    /// Last end, in nanoseconds since the run began.
    pub end_ns: i64,
}

/// How often one thing went wrong, or was declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultCount {
    /// The kind of fault (`timed_out`), or the HTTP status of an answer that is an error (`HTTP 503`).
    pub kind: String,
    /// How many exchanges.
    pub count: u64,
    /// The operations concerned, sorted.
    pub operations: Vec<String>,
    /// The first exchange it happened to.
    pub first_exchange: i64,
    /// What that exchange said of itself, to be found in the portal's logs; `None` if nothing was sent, or it is not known.
    pub first_traceparent: Option<String>,
}

/// One exchange that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowExchange {
    /// Its number in the history.
    pub exchange_id: i64,
    /// The dossier it was about.
    pub case_id: Option<i64>,
    /// The operation.
    pub operation: String,
    /// Who did it.
    pub actor: String,
    /// When it was intended, in nanoseconds since the run began.
    pub due_ns: i64,
    /// The response time, in nanoseconds.
    pub response_time_ns: i64,
    /// What the portal took, in nanoseconds; `None` if nothing was sent.
    pub service_time_ns: Option<i64>,
    /// HTTP status, fault or outcome: what came of it.
    pub result: String,
}

/// Counts the exchanges of a history.
pub(crate) fn measure(history: &Connection) -> rusqlite::Result<Traffic> {
    let phases = phases(history)?;
    let seconds = phases
        .iter()
        .find(|phase| phase.phase == Phase::Load.as_str())
        .map(|load| float(load.end_ns - load.start_ns) / 1e9)
        .filter(|seconds| *seconds > 0.0);
    let mut all = Tally::default();
    let (mut operations, mut others) = (Vec::new(), Vec::new());
    let dropped: Vec<_> = verdict::dropped(history)?.iter().map(|dropped| dropped.wait_ns).collect();
    for ((class, _, operation), tally) in tally(history)? {
        if class == TrafficClass::User {
            let mut tally = tally;
            if operation == Operation::Submit.as_str() {
                tally.drop_arrivals(&dropped);
            }
            all.extend(&tally);
            operations.push(tally.close(operation, class, seconds));
        } else {
            others.push(tally.close(operation, class, seconds));
        }
    }
    // When they were due is not recorded.
    all.drop_arrivals(&vec![0; dropped_visits(history)?]);
    let all = (!operations.is_empty()).then(|| all.close("all".to_owned(), TrafficClass::User, seconds));
    let (mut faults, unsent) = (faults(history, Sent::Yes)?, faults(history, Sent::No)?);
    for fault in &mut faults {
        fault.first_traceparent = traceparent(history, fault.first_exchange)?;
    }
    let mut refusals = refusals(history)?;
    let mut other_refusals = Others::default();
    for refusal in refusals.drain(REFUSALS.min(refusals.len())..) {
        other_refusals.add(refusal.count);
    }
    let (resent, retried, slowest) = (resent(history)?, retried(history)?, slowest(history)?);
    Ok(Traffic { operations, all, others, phases, faults, refusals, other_refusals, unsent, resent, retried, slowest })
}

impl Traffic {
    /// How many exchanges of any class there were under load.
    pub fn exchanges(&self) -> u64 {
        self.operations.iter().chain(&self.others).map(|row| row.count).sum()
    }

    /// How many exchanges were recorded in all phases: rules examine all of them.
    pub fn in_all(&self) -> u64 {
        self.phases.iter().map(|phase| phase.count).sum()
    }

    /// `28,306 exchanges under load, 2,100 in the warm-up, 40,849 in all`; what there was none of is left out.
    pub(crate) fn in_words(&self) -> String {
        let (load, all) = (self.exchanges(), self.in_all());
        let words = text::counted(load, "exchange", "exchanges");
        if load == all {
            return words;
        }
        let warm_up = self.phases.iter().find(|phase| phase.phase == Phase::WarmUp.as_str() && phase.count > 0);
        let warm_up = warm_up.map(|phase| format!(", {} in the warm-up", text::count(phase.count)));
        format!("{words} under load{}, {} in all", warm_up.unwrap_or_default(), text::count(all))
    }
}

/// What is no traffic: never sent, by the adapter's fault or vandan's own. That the portal took no connection is traffic.
pub(crate) const UNSENT: &str = "(sent_ns is null and fault in ('forbidden', 'unwritable', 'local_limit'))";

/// The exchanges of one operation while they are being read.
#[derive(Default)]
struct Tally {
    ok: u64,
    refused: u64,
    errors: u64,
    unanswered: u64,
    dropped: u64,
    response_time: Durations,
    service_time: Durations,
}

impl Tally {
    fn extend(&mut self, other: &Self) {
        self.ok += other.ok;
        self.refused += other.refused;
        self.errors += other.errors;
        self.unanswered += other.unanswered;
        self.dropped += other.dropped;
        self.response_time.extend(&other.response_time);
        self.service_time.extend(&other.service_time);
    }

    /// Counts what was not done for arrivals that were dropped, each due for so long.
    fn drop_arrivals(&mut self, waits: &[i64]) {
        self.dropped += waits.len() as u64;
        self.response_time.open.extend_from_slice(waits);
    }

    fn close(self, operation: String, class: TrafficClass, seconds: Option<f64>) -> OperationTraffic {
        let count = self.ok + self.refused + self.errors;
        OperationTraffic {
            operation,
            class,
            count,
            ok: self.ok,
            refused: self.refused,
            errors: self.errors,
            rate_per_s: seconds.map(|seconds| float_count(count) / seconds),
            unanswered: self.unanswered,
            dropped: self.dropped,
            response_time: Latency::of(self.response_time),
            service_time: Latency::of(self.service_time),
        }
    }
}

/// One tally per class and operation of the load phase, keyed by its place in the life of a dossier.
fn tally(history: &Connection) -> rusqlite::Result<BTreeMap<(TrafficClass, usize, String), Tally>> {
    let mut tallies: BTreeMap<(TrafficClass, usize, String), Tally> = BTreeMap::new();
    let mut statement = history.prepare(&format!(
        "select operation, outcome, due_ns, sent_ns, done_ns, traffic_class, status, fault from exchanges where phase = ?1 and not {UNSENT}"
    ))?;
    let mut rows = statement.query([Phase::Load.as_str()])?;
    while let Some(row) = rows.next()? {
        let operation = row.get_ref(0)?.as_str().unwrap_or_default();
        let class = TrafficClass::parse(row.get_ref(5)?.as_str().unwrap_or_default()).unwrap_or(TrafficClass::User);
        let place = Operation::ALL.iter().position(|known| known.as_str() == operation).unwrap_or(usize::MAX);
        let tally = tallies.entry((class, place, operation.to_owned())).or_default();
        let is_error = match Outcome::parse(row.get_ref(1)?.as_str().unwrap_or_default()) {
            Some(Outcome::Ok) => {
                tally.ok += 1;
                false
            }
            Some(Outcome::Refused) => {
                tally.refused += 1;
                false
            }
            Some(Outcome::Error) | None => {
                tally.errors += 1;
                true
            }
        };
        let is_open = is_error && is_unanswered(row.get(6)?, row.get_ref(7)?.as_str_or_null()?);
        tally.unanswered += u64::from(is_open);
        let (due, sent, done): (i64, Option<i64>, i64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        tally.response_time.add(done - due, is_open);
        if let Some(sent) = sent {
            tally.service_time.add(done - sent, is_open);
        }
    }
    Ok(tallies)
}

/// Whether an exchange that is an error was never answered, or not to the end: it may have taken longer than it was waited for.
pub(crate) fn is_unanswered(status: Option<i64>, fault: Option<&str>) -> bool {
    status.is_none() || fault.and_then(Fault::parse).is_some_and(|fault| fault.blame() == Blame::Portal)
}

/// How many visits were dropped; none of a run that its user or the portal's end stopped, after which nobody was expected any
/// more, and none of those who were not let in while the portal was away.
fn dropped_visits(history: &Connection) -> rusqlite::Result<usize> {
    let stated = "select max(0, coalesce(sum(iif(name = ?1, cast(value as integer), -cast(value as integer))), 0)) from run
                  where name in (?1, ?2) and not exists (select 1 from run where (name = ?3 and value = ?4) or name = ?5)";
    let [dropped, away] = [Fact::VisitsDropped, Fact::OutageVisitsDropped].map(Fact::name);
    let facts = [dropped, away, Fact::Aborted.name(), Fact::claim(true), Fact::PortalGone.name()];
    history.query_row(stated, facts, |row| row.get(0)).map(saturating::<i64, usize>)
}

fn phases(history: &Connection) -> rusqlite::Result<Vec<PhaseTraffic>> {
    let mut statement = history.prepare(
        "select phase, count(*), min(due_ns), max(done_ns) from exchanges group by phase order by min(due_ns), phase",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(PhaseTraffic {
            phase: row.get(0)?,
            count: unsigned(row.get(1)?),
            start_ns: row.get(2)?,
            end_ns: row.get(3)?,
        })
    })?;
    rows.collect()
}

/// Whether something was asked of the portal.
#[derive(Clone, Copy)]
enum Sent {
    Yes,
    No,
}

fn faults(history: &Connection, sent: Sent) -> rusqlite::Result<Vec<FaultCount>> {
    let which = match sent {
        Sent::Yes => format!("(fault is not null or outcome = 'error') and not {UNSENT}"),
        Sent::No => UNSENT.to_owned(),
    };
    counts(history.prepare(&format!(
        "select coalesce(fault, 'HTTP ' || status, 'no answer'), count(*), group_concat(distinct operation), min(exchange_id)
           from exchanges where {which} group by 1 order by 2 desc, 1",
    ))?)
}

fn refusals(history: &Connection) -> rusqlite::Result<Vec<FaultCount>> {
    counts(history.prepare(&format!(
        "select 'HTTP ' || coalesce(e.status, '?') || coalesce(' ' || substr(o.error_code, 1, {LONGEST_CODE}), ''), count(*),
                group_concat(distinct e.operation), min(e.exchange_id)
           from exchanges e left join observations o on o.exchange_id = e.exchange_id and o.position = 0
          where e.outcome = 'refused' group by 1 order by 2 desc, 1",
    ))?)
}

fn counts(mut statement: Statement<'_>) -> rusqlite::Result<Vec<FaultCount>> {
    let rows = statement.query_map([], |row| {
        Ok(FaultCount {
            kind: row.get(0)?,
            count: unsigned(row.get(1)?),
            operations: operations(&row.get::<_, String>(2)?),
            first_exchange: row.get(3)?,
            first_traceparent: None,
        })
    })?;
    rows.collect()
}

/// What an exchange said of itself, as far as it is shown.
pub(crate) fn traceparent(history: &Connection, exchange_id: i64) -> rusqlite::Result<Option<String>> {
    let query = format!("select substr(traceparent, 1, {LONGEST_CODE}) from exchanges where exchange_id = ?1");
    history.query_row(&query, [exchange_id], |row| row.get(0))
}

/// What was sent once more says so where others name their fault.
fn resent(history: &Connection) -> rusqlite::Result<u64> {
    let count = "select count(*) from exchanges where reason like 'resent:%'";
    history.query_row(count, [], |row| row.get(0)).map(unsigned)
}

fn retried(history: &Connection) -> rusqlite::Result<u64> {
    history.query_row("select count(*) from exchanges where attempt > 1", [], |row| row.get(0)).map(unsigned)
}

fn slowest(history: &Connection) -> rusqlite::Result<Vec<SlowExchange>> {
    let mut statement = history.prepare(
        "select exchange_id, case_id, operation, actor, due_ns, done_ns - due_ns, done_ns - sent_ns,
                coalesce(fault, 'HTTP ' || status, outcome)
           from exchanges where phase = 'load' order by done_ns - due_ns desc, exchange_id limit ?1",
    )?;
    let rows = statement.query_map([SLOWEST], |row| {
        Ok(SlowExchange {
            exchange_id: row.get(0)?,
            case_id: row.get(1)?,
            operation: row.get(2)?,
            actor: row.get(3)?,
            due_ns: row.get(4)?,
            response_time_ns: row.get(5)?,
            service_time_ns: row.get(6)?,
            result: row.get(7)?,
        })
    })?;
    rows.collect()
}

/// A count of rows; SQLite knows only signed integers.
pub(crate) fn unsigned(value: i64) -> u64 {
    saturating(value)
}
