//! Claims decided: exact counters, the one-sided binomial bound, three answers.
//!
//! Samples that vandan itself may have spoilt are decided three ways: left out, all held, all violated. Only an answer that
//! is the same each time is one; otherwise the claim stays undecided (`scheduling_delay`).

use std::fmt;

use model::words::{Operation, TrafficClass};
use model::{fitting, saturating};
use rusqlite::Connection;

use crate::binomial::{at_least, at_most, upper_bound};
use crate::dropped::dropped_waits;
use crate::gate::{Gate, GateSyntax, Measure};
use crate::provinces::Provinces;
use crate::rule::{Doubt, spelled};
use crate::samples::{self, Samples, UNANSWERED};
use crate::stalls::Stalls;

/// Beyond this many further samples a claim is as good as undecidable.
const FORESEEABLE: u64 = 1_000_000_000;

spelled! {
    /// The answer to a claim.
    GateAnswer {
        /// It holds with its confidence.
        Pass = "pass",
        /// It is broken with its confidence.
        Fail = "fail",
        /// The samples do not say.
        Undecided = "undecided",
    }
}

/// A claim and its answer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct GateVerdict {
    /// The claim, as written in the run file.
    pub claim: String,
    /// The answer.
    pub verdict: GateAnswer,
    /// Exchanges of the load phase that it speaks of.
    pub samples: u64,
    /// Those of them that violate its limit, whoever made them so.
    pub violations: u64,
    /// Violations that vandan's own lateness may have made.
    pub tainted: u64,
    /// Refused exchanges, which a claim about time leaves out.
    pub refused: u64,
    /// Exchanges whose answer the adapter did not understand, left out.
    pub misread: u64,
    /// The point estimate, for readers: `p95 12.3 ms`, `errors 0.02 %`; empty without samples.
    pub observed: String,
    /// Why this is the answer.
    pub reason: String,
    /// Further samples needed for an answer if violations stay as frequent; `None` if decided or if no number would do.
    pub more_samples: Option<u64>,
}

/// The claims of a run, decided for one of its provinces alone: no verdict depends on it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ProvinceGates {
    /// Name of the province.
    pub province: String,
    /// Each claim, over the exchanges about its dossiers.
    pub gates: Vec<GateVerdict>,
}

/// Decides the claims of a history, in their order; and for each of its provinces, if there are several.
pub(crate) fn decide_all(
    connection: &Connection,
    stalls: &Stalls,
) -> Result<(Vec<GateVerdict>, Vec<ProvinceGates>), rusqlite::Error> {
    let mut statement = connection.prepare("select claim from gates order by position")?;
    let claims = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let gates: Vec<_> = claims.iter().map(|claim| Gate::parse(claim)).collect();
    if gates.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let provinces = Provinces::read(connection)?;
    let wanted: Vec<_> = gates.iter().map(|gate| gate.as_ref().ok()).collect();
    let mut counted = samples::count(connection, &wanted, &provinces, stalls)?;
    let dropped = dropped_waits(connection)?.len();
    let of_arrivals = |gate: &&Gate| gate.concerns(Operation::Submit.as_str(), TrafficClass::User);
    for (gate, samples) in wanted.iter().zip(&mut counted.whole) {
        if let Some(gate) = gate.filter(of_arrivals) {
            samples.drop_arrivals(dropped, gate.measure);
        }
    }
    let of_provinces = provinces.names().zip(&mut counted.provinces);
    let of_provinces = of_provinces
        .map(|(name, samples)| ProvinceGates { province: name.to_owned(), gates: decided(&gates, samples) })
        .collect();
    Ok((decided(&gates, &mut counted.whole), of_provinces))
}

fn decided(gates: &[Result<Gate, GateSyntax>], samples: &mut [Samples]) -> Vec<GateVerdict> {
    let decide = |(gate, samples): (&Result<Gate, GateSyntax>, &mut Samples)| match gate {
        Ok(gate) => samples.decide(gate),
        Err(error) => GateVerdict { claim: error.claim.clone(), reason: error.to_string(), ..unsampled() },
    };
    gates.iter().zip(samples).map(decide).collect()
}

impl Samples {
    fn decide(&mut self, gate: &Gate) -> GateVerdict {
        let (n, v) = (self.count, self.violations);
        let (allowed, confidence) = (gate.allowed(), gate.confidence);
        let counted = GateVerdict {
            claim: gate.claim.clone(),
            samples: n,
            violations: v + self.tainted,
            tainted: self.tainted,
            refused: self.refused,
            misread: self.misread,
            ..unsampled()
        };
        if n == 0 {
            let more = further_samples(0, 0, allowed, confidence);
            return GateVerdict { reason: format!("no sample{}", self.left_out()), more_samples: more, ..counted };
        }
        let observed = match gate.measure {
            Measure::Latency { quantile, .. } => {
                format!("p{} {}", trimmed(quantile * 100.0), time(self.quantile(quantile)))
            }
            Measure::Errors { .. } => format!("errors {}", share(ratio(v + self.tainted, n))),
        };
        let verdict = answer(n, v, allowed, confidence);
        let is_sound = self.tainted == 0
            || [(n - self.tainted, v), (n, v + self.tainted)]
                .iter()
                .all(|(n, v)| answer(*n, *v, allowed, confidence) == verdict);
        if !is_sound {
            let reason = format!("{}: {}{}", Doubt::SchedulingDelay, self.own_lateness(), self.left_out());
            return GateVerdict { observed, reason, ..counted };
        }
        let more_samples = match verdict {
            GateAnswer::Pass | GateAnswer::Fail => None,
            GateAnswer::Undecided => further_samples(n, v, allowed, confidence),
        };
        let beside = match self.tainted {
            0 => String::new(),
            _ => format!("; {}, which changes nothing in the verdict", self.own_lateness()),
        };
        let counted_all = (n, v + self.tainted);
        let reason = format!("{}{beside}{}", reason(gate, counted_all, verdict, more_samples), self.left_out());
        GateVerdict { verdict, observed, reason, more_samples, ..counted }
    }

    /// `46 of 753 samples left up to 5.0 s late because vandan itself stood still from 3.1 s to 8.1 s`.
    fn own_lateness(&self) -> String {
        let dropped = format!(
            "{} of {} were dropped because more people were under way than `under_way` allows",
            self.dropped, self.count
        );
        match (self.tainted - self.dropped, self.dropped) {
            (late, 0) => self.left_late(late),
            (0, _) => dropped,
            (late, _) => format!("{}; {dropped}", self.left_late(late)),
        }
    }

    fn left_late(&self, tainted: u64) -> String {
        let left = match self.worst_delay {
            0 => "were answered late".to_owned(),
            delay => format!("left up to {} late", duration(delay)),
        };
        let because = match self.stall {
            Some(stall) => format!("stood still from {} to {}", seconds(stall.from), seconds(stall.until)),
            None if self.worst_held * 2 > self.worst_delay => "was held back by the rate it may send at".to_owned(),
            None => "was late".to_owned(),
        };
        format!("{tainted} of {} samples {left} because vandan itself {because}", self.count)
    }

    /// What was not counted, or counted otherwise than its time says, if anything.
    fn left_out(&self) -> String {
        let unanswered = self.times.iter().filter(|time| **time == UNANSWERED).count() as u64;
        let unanswered = match unanswered.saturating_sub(self.dropped) {
            0 => String::new(),
            1 => "; 1 had no answer and counts as longer than any limit".to_owned(),
            many => format!("; {many} had no answer and count as longer than any limit"),
        };
        let refused = match self.refused {
            0 => String::new(),
            1 => "; 1 refusal is left out".to_owned(),
            many => format!("; {many} refusals are left out"),
        };
        let misread = match self.misread {
            0 => String::new(),
            1 => "; 1 answer that the adapter did not understand is left out".to_owned(),
            many => format!("; {many} answers that the adapter did not understand are left out"),
        };
        unanswered + &refused + &misread
    }

    /// The smallest time that at least the share `quantile` of all times do not exceed.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks are far below 2^53"
    )]
    fn quantile(&mut self, quantile: f64) -> i64 {
        // 0.95 * 100 is a little above 95 in doubles; a rank is not to be pushed up by that.
        let rank = (quantile * self.times.len() as f64 - 1e-9).ceil().max(1.0) as usize;
        let i = rank.min(self.times.len()).saturating_sub(1);
        *self.times.select_nth_unstable(i).1
    }
}

fn unsampled() -> GateVerdict {
    GateVerdict {
        claim: String::new(),
        verdict: GateAnswer::Undecided,
        samples: 0,
        violations: 0,
        tainted: 0,
        refused: 0,
        misread: 0,
        observed: String::new(),
        reason: String::new(),
        more_samples: None,
    }
}

/// The answer to "less than the share `allowed` violates" after `v` of `n` did.
fn answer(n: u64, v: u64, allowed: f64, confidence: f64) -> GateAnswer {
    if at_most(n, allowed, v) <= 1.0 - confidence {
        GateAnswer::Pass
    } else if at_least(n, allowed, v) <= 1.0 - confidence {
        GateAnswer::Fail
    } else {
        GateAnswer::Undecided
    }
}

/// How many samples more give an answer if violations stay as frequent; `None` if that is not foreseeable.
fn further_samples(n: u64, v: u64, allowed: f64, confidence: f64) -> Option<u64> {
    let is_decided = |more: u64| {
        let all = n + more;
        let scaled = u128::from(v) * u128::from(all);
        let divisor = u128::from(n.max(1));
        // Rounded against the answer they lead to.
        let violations = if ratio(v, n.max(1)) < allowed { scaled.div_ceil(divisor) } else { scaled / divisor };
        let violations = fitting(violations, "no more violate a claim than are counted");
        answer(all, violations, allowed, confidence) != GateAnswer::Undecided
    };
    let mut enough = 1;
    while !is_decided(enough) {
        enough *= 2;
        if enough > FORESEEABLE {
            return None;
        }
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = u64::midpoint(too_few, enough);
        if is_decided(middle) { enough = middle } else { too_few = middle }
    }
    Some(enough)
}

fn reason(gate: &Gate, (n, v): (u64, u64), verdict: GateAnswer, more_samples: Option<u64>) -> String {
    let what = match gate.measure {
        Measure::Latency { limit_ns, .. } => {
            format!("took {} or longer", duration(saturating(limit_ns)))
        }
        Measure::Errors { .. } => "had no trustworthy answer".to_owned(),
    };
    let (allowed, confidence) = (share(gate.allowed()), share(gate.confidence));
    let counted = format!("{v} of {n} {what} ({}, allowed: less than {allowed})", share(ratio(v, n)));
    match (verdict, more_samples) {
        (GateAnswer::Pass, _) => {
            let bound = share(upper_bound(n, v, gate.confidence));
            format!("{counted}; with {confidence} confidence the share is below {bound}")
        }
        (GateAnswer::Fail, _) => {
            format!("{counted}; by chance that would happen less than once in {}", odds(gate.confidence))
        }
        (GateAnswer::Undecided, Some(more)) => {
            format!("{counted}; at this rate {more} more samples would decide it with {confidence} confidence")
        }
        (GateAnswer::Undecided, None) => {
            format!("{counted}; at this rate no number of samples would decide it with {confidence} confidence")
        }
    }
}

/// `100` for a confidence of 0.99.
fn odds(confidence: f64) -> String {
    format!("{:.0}", 1.0 / (1.0 - confidence))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// A share as percent with up to four digits after the point.
fn share(share: f64) -> String {
    format!("{} %", trimmed(share * 100.0))
}

fn trimmed(number: f64) -> String {
    format!("{number:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A time of an exchange; one that was never answered has none.
fn time(nanoseconds: i64) -> String {
    if nanoseconds == UNANSWERED { "unanswered".to_owned() } else { duration(nanoseconds) }
}

/// An instant of the run: `3.1 s`.
#[expect(clippy::cast_precision_loss, reason = "instants are far below 2^53")]
pub(crate) fn seconds(nanoseconds: i64) -> String {
    format!("{:.1} s", nanoseconds as f64 / 1e9)
}

/// A time in the unit that suits it, with one digit after the point.
pub(crate) fn duration(nanoseconds: i64) -> String {
    let (unit, name) = match nanoseconds.abs() {
        0..1_000_000 => (1_000, "us"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let tenths = (nanoseconds + unit / 20) / (unit / 10);
    match tenths % 10 {
        0 => format!("{} {name}", tenths / 10),
        tenth => format!("{}.{} {name}", tenths / 10, tenth.abs()),
    }
}

#[cfg(test)]
impl GateVerdict {
    /// An answer about nothing, for tests of what is made of answers.
    pub(crate) fn blank() -> Self {
        unsampled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(claim: &str, times_ms: impl IntoIterator<Item = i64>) -> GateVerdict {
        let gate = Gate::parse(claim).unwrap();
        let Measure::Latency { limit_ns, .. } = gate.measure else { panic!("{claim} is no latency claim") };
        let mut samples = Samples::default();
        times_ms.into_iter().for_each(|time| samples.punctual(time * 1_000_000, limit_ns));
        samples.decide(&gate)
    }

    #[test]
    fn ninety_good_samples_prove_p95_and_eighty_nine_do_not() {
        let claim = "submit.response_time p95 < 1s @99%";
        assert_eq!(decide(claim, (0..90).map(|_| 10)).verdict, GateAnswer::Pass);
        let undecided = decide(claim, (0..89).map(|_| 10));
        assert_eq!((undecided.verdict, undecided.more_samples), (GateAnswer::Undecided, Some(1)));
    }

    #[test]
    fn without_a_sample_nothing_is_proved() {
        let verdict = decide("submit.response_time p95 < 1s", []);
        assert_eq!((verdict.verdict, verdict.more_samples), (GateAnswer::Undecided, Some(90)));
        assert_eq!(verdict.reason, "no sample");
    }

    #[test]
    fn a_share_significantly_above_fails() {
        let verdict = decide("submit.response_time p95 < 1s", (0..200).map(|i| if i < 30 { 1_000 } else { 10 }));
        assert_eq!((verdict.verdict, verdict.violations), (GateAnswer::Fail, 30));
        assert_eq!(
            verdict.reason,
            "30 of 200 took 1 s or longer (15 %, allowed: less than 5 %); by chance that would happen less than once in 100"
        );
    }

    #[test]
    fn a_share_at_the_limit_is_never_decided() {
        let verdict = decide("submit.response_time p95 < 1s", (0..200).map(|i| if i < 10 { 1_000 } else { 10 }));
        assert_eq!((verdict.verdict, verdict.more_samples), (GateAnswer::Undecided, None));
    }

    #[test]
    fn further_samples_at_the_same_rate_decide() {
        let verdict = decide("submit.response_time p95 < 1s", (0..100).map(|i| if i < 2 { 1_000 } else { 10 }));
        let more = verdict.more_samples.unwrap();
        let all = 100 + more;
        let late = (2 * all).div_ceil(100);
        assert_eq!(answer(all, late, 0.05, 0.99), GateAnswer::Pass);
        assert_eq!(answer(all - 1, (2 * (all - 1)).div_ceil(100), 0.05, 0.99), GateAnswer::Undecided);
    }

    #[test]
    fn a_gate_does_not_hold_by_what_was_dropped() {
        let decide = |dropped: usize| {
            let gate = Gate::parse("submit.response_time p95 < 1s").unwrap();
            let Measure::Latency { limit_ns, .. } = gate.measure else { panic!("{gate:?}") };
            let mut samples = Samples::default();
            (0..200).for_each(|_| samples.punctual(10_000_000, limit_ns));
            samples.drop_arrivals(dropped, gate.measure);
            samples.decide(&gate)
        };
        assert_eq!((decide(0).verdict, decide(1).verdict), (GateAnswer::Pass, GateAnswer::Pass));
        let few =
            "1 of 201 were dropped because more people were under way than `under_way` allows, which changes nothing";
        assert!(decide(1).reason.contains(few), "{}", decide(1).reason);
        let many = decide(20);
        assert_eq!((many.verdict, many.samples, many.tainted), (GateAnswer::Undecided, 220, 20));
        let reason =
            "scheduling_delay: 20 of 220 were dropped because more people were under way than `under_way` allows";
        assert_eq!((many.observed.as_str(), many.reason.as_str()), ("p95 unanswered", reason));
    }

    #[test]
    fn the_point_estimate_is_an_order_statistic() {
        assert_eq!(decide("submit.response_time p95 < 1s", 1..=100).observed, "p95 95 ms");
        assert_eq!(decide("submit.response_time p99.9 < 1s", 1..=100).observed, "p99.9 100 ms");
    }

    #[test]
    fn times_are_written_in_the_unit_that_suits_them() {
        let texts = [0, 999, 1_500, 12_340_000, 2_500_000_000].map(duration);
        assert_eq!(texts, ["0 us", "1 us", "1.5 us", "12.3 ms", "2.5 s"]);
    }
}
