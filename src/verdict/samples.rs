//! What a claim counts: one pass over the exchanges of the load phase.
//!
//! | exchange | in a claim about time | in a claim about errors |
//! |---|---|---|
//! | answered (ok) | its time | a sample |
//! | refused (4xx) | left out: a refusal is no fast service | a sample, no error |
//! | without a trustworthy answer, by the portal | violates any limit | an error |
//! | not understood by the adapter | left out | left out |
//! | never sent, and not because the portal took no connection | no traffic | no traffic |
//! | of a dossier that was dropped: one that was not done, of `submit` and of all | a tainted sample | a tainted sample |
//!
//! A sample over its limit is *tainted* where vandan itself may have made it so: it left later than [`bearable`], or vandan
//! stood still meanwhile. Whether it would have held is not known.

use model::saturating;
use model::words::{Blame, Fault, Outcome, TrafficClass};
use rusqlite::{Connection, Row};

use crate::gate::{Gate, LatencyMeasure, Measure};
use crate::provinces::Provinces;
use crate::stalls::{Stall, Stalls};

/// The time of an exchange that was never answered.
pub(crate) const UNANSWERED: i64 = i64::MAX;
/// Beneath this a delay of vandan's own is what any computer does.
const UNAVOIDABLE_NS: u64 = 5_000_000;

/// How late vandan itself may be with an exchange without its time being in doubt: 5 ms, or 2 % of the limit if that is more.
pub(crate) fn bearable(limit_ns: u64) -> i64 {
    saturating(UNAVOIDABLE_NS.max(limit_ns / 50))
}

/// What one claim counts.
#[derive(Default)]
pub(crate) struct Samples {
    /// Times in nanoseconds, for the quantile; empty for a claim about errors.
    pub(crate) times: Vec<i64>,
    pub(crate) count: u64,
    /// Over the limit, by the portal.
    pub(crate) violations: u64,
    /// Over the limit, but perhaps by vandan itself; counted in `count`, not in `violations`.
    pub(crate) tainted: u64,
    /// How many of these belong to dossiers that were dropped.
    pub(crate) dropped: u64,
    /// The latest of these left so late.
    pub(crate) worst_delay: i64,
    /// How much of that was held back by the rate limit.
    pub(crate) worst_held: i64,
    /// The longest stall that touched one of them.
    pub(crate) stall: Option<Stall>,
    /// Refusals, which a claim about time leaves out.
    pub(crate) refused: u64,
    /// Answers that the adapter did not understand, left out.
    pub(crate) misread: u64,
}

/// An exchange as far as claims need it.
pub(crate) struct Sample {
    outcome: Outcome,
    blame: Option<Blame>,
    lane: i64,
    due: i64,
    sent: Option<i64>,
    done: i64,
    delay: i64,
    held: i64,
}

/// What every claim counts, one [`Samples`] for each.
pub(crate) type ByGate = Vec<Samples>;

/// What every claim counts in the whole run, and in each of its provinces if there are several.
pub(crate) struct Counted {
    pub(crate) whole: ByGate,
    pub(crate) provinces: Vec<ByGate>,
}

/// One pass over the exchanges of the load phase.
pub(crate) fn count(
    connection: &Connection,
    gates: &[Option<&Gate>],
    provinces: &Provinces,
    stalls: &Stalls,
) -> Result<Counted, rusqlite::Error> {
    let none = || -> ByGate { gates.iter().map(|_| Samples::default()).collect() };
    let mut counted = Counted { whole: none(), provinces: provinces.names().map(|_| none()).collect() };
    let mut statement = connection.prepare(
        "select operation, traffic_class, outcome, fault, lane, due_ns, sent_ns, done_ns, delay_ns, held_ns, status, case_id
         from exchanges where phase = 'load'",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let operation = row.get_ref(0)?;
        let operation = operation.as_str()?;
        let class = TrafficClass::parse(row.get_ref(1)?.as_str()?).unwrap_or(TrafficClass::User);
        let sample = Sample::read(row)?;
        if !sample.is_traffic() {
            continue;
        }
        let province = provinces.of(row.get(11)?).and_then(|at| counted.provinces.get_mut(at));
        for samples in std::iter::once(&mut counted.whole).chain(province) {
            for (gate, samples) in gates.iter().zip(samples.iter_mut()) {
                if let Some(gate) = gate.filter(|gate| gate.concerns(operation, class)) {
                    samples.add(&sample, gate.measure, stalls);
                }
            }
        }
    }
    Ok(counted)
}

impl Sample {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let outcome = Outcome::parse(row.get_ref(2)?.as_str()?).unwrap_or(Outcome::Error);
        let fault = row.get_ref(3)?.as_str_or_null()?.and_then(Fault::parse);
        let status: Option<i64> = row.get(10)?;
        // A page of a server that erred cannot be read by any adapter.
        let erred = status.is_some_and(|status| status >= 500);
        Ok(Self {
            outcome,
            blame: if erred { Some(Blame::Portal) } else { fault.map(Fault::blame) },
            lane: row.get(4)?,
            due: row.get(5)?,
            sent: row.get(6)?,
            done: row.get(7)?,
            delay: row.get(8)?,
            held: row.get(9)?,
        })
    }

    /// Whether anything was asked of the portal: sent, or not sent because it took no connection.
    fn is_traffic(&self) -> bool {
        match self.blame {
            Some(Blame::Generator) => false,
            Some(Blame::Portal) => true,
            Some(Blame::Adapter) | None => self.sent.is_some(),
        }
    }

    /// From when on a clock counts; `None` if it does not count this exchange.
    fn start(&self, clock: LatencyMeasure) -> Option<i64> {
        match clock {
            LatencyMeasure::ResponseTime => Some(self.due),
            LatencyMeasure::ServiceTime => self.sent,
        }
    }
}

impl Samples {
    /// Counts one exchange.
    pub(crate) fn add(&mut self, sample: &Sample, measure: Measure, stalls: &Stalls) {
        if sample.outcome == Outcome::Error && sample.blame == Some(Blame::Adapter) {
            self.misread += 1;
            return;
        }
        match measure {
            Measure::Latency { clock, limit_ns, .. } => self.time(sample, clock, limit_ns, stalls),
            Measure::Errors { .. } => {
                self.count += 1;
                if sample.outcome == Outcome::Error {
                    let stall = stalls.overlapping(sample.lane, sample.sent.unwrap_or(sample.due), sample.done);
                    self.violate(sample, stall, false);
                }
            }
        }
    }

    fn time(&mut self, sample: &Sample, clock: LatencyMeasure, limit_ns: u64, stalls: &Stalls) {
        let time = match sample.outcome {
            Outcome::Refused => {
                self.refused += 1;
                return;
            }
            Outcome::Error => UNANSWERED,
            Outcome::Ok => match sample.start(clock) {
                None => return,
                Some(start) => sample.done.saturating_sub(start),
            },
        };
        self.times.push(time);
        self.count += 1;
        if saturating::<_, u64>(time) >= limit_ns {
            let stall = stalls.overlapping(sample.lane, sample.start(clock).unwrap_or(sample.due), sample.done);
            let is_late = clock == LatencyMeasure::ResponseTime
                && sample.delay > bearable(limit_ns)
                && sample.outcome == Outcome::Ok;
            self.violate(sample, stall, is_late);
        }
    }

    /// Counts what was not done for so many dossiers that were dropped: how long it would have taken is not known.
    pub(crate) fn drop_arrivals(&mut self, dropped: usize, measure: Measure) {
        self.dropped = dropped as u64;
        self.tainted += self.dropped;
        self.count += self.dropped;
        if let Measure::Latency { .. } = measure {
            self.times.extend(std::iter::repeat_n(UNANSWERED, dropped));
        }
    }

    fn violate(&mut self, sample: &Sample, stall: Option<Stall>, is_late: bool) {
        if stall.is_none() && !is_late {
            self.violations += 1;
            return;
        }
        self.tainted += 1;
        if sample.delay > self.worst_delay {
            (self.worst_delay, self.worst_held) = (sample.delay, sample.held);
        }
        self.stall = [self.stall, stall].into_iter().flatten().max_by_key(|stall| stall.length());
    }
}

#[cfg(test)]
impl Samples {
    /// Counts a time as if it were that of a punctual exchange.
    pub(crate) fn punctual(&mut self, nanoseconds: i64, limit_ns: u64) {
        let sample = Sample {
            outcome: Outcome::Ok,
            blame: None,
            lane: 0,
            due: 0,
            sent: Some(0),
            done: nanoseconds,
            delay: 0,
            held: 0,
        };
        self.time(&sample, LatencyMeasure::ResponseTime, limit_ns, &Stalls::default());
    }
}
