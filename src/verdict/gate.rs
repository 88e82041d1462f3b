//! A claim about latency or errors, as text: it states the condition under which it passes.
//!
//! ```text
//! submit.response_time p95 < 2.5s @99%        an operation or `all`; `response_time` (due to done) or `service_time` (sent to done);
//! all.response_time p99.9 < 10s               a quantile below a limit in us, ms, s or min; confidence, 99 % if none is stated
//! errors share < 0.1%                  the share of exchanges without a trustworthy answer
//! submit.errors share < 0.1% @95%      the same of one operation
//! polls.response_time p95 < 5s                of those who look again and again; `control`: of the run itself
//! ```
//!
//! `all` and `errors` speak of people who act (traffic class `user`): many polls beside them must not dilute what befell
//! a few submissions. An operation's name means all its exchanges, whatever their class.

use model::words::{Operation, TrafficClass};

use crate::binomial::at_most;

const DEFAULT_CONFIDENCE: f64 = 0.99;

/// Which of the two times of an exchange is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LatencyMeasure {
    /// From the intended instant to the end: what the person felt.
    ResponseTime,
    /// From sending to the end: what the portal took.
    ServiceTime,
}

impl LatencyMeasure {
    /// The word in claims.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResponseTime => "response_time",
            Self::ServiceTime => "service_time",
        }
    }
}

/// What a claim bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// A quantile of a time lies below a limit.
    Latency {
        /// The time.
        clock: LatencyMeasure,
        /// The quantile, 0..1.
        quantile: f64,
        /// The limit in nanoseconds.
        limit_ns: u64,
    },
    /// The share of exchanges whose outcome is unknown lies below a limit.
    Errors {
        /// The limit, 0..1.
        share: f64,
    },
}

/// One claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// As it was written, spaces made even.
    pub claim: String,
    /// The operation; `None`: all of one class.
    pub operation: Option<Operation>,
    /// The class of traffic that is meant where no operation is named.
    pub class: TrafficClass,
    /// What it bounds.
    pub measure: Measure,
    /// With what confidence it is to be decided, 0..1.
    pub confidence: f64,
}

/// Why a text is no claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "read `{claim}` as a claim: {reason} (such as `submit.response_time p95 < 2.5s @99%` or `errors share < 0.1%`)"
)]
pub struct GateSyntax {
    /// The text.
    pub claim: String,
    /// What is wrong, and what is expected.
    pub reason: String,
}

impl Gate {
    /// Reads a claim.
    ///
    /// # Errors
    /// [`GateSyntax`] says what is expected where.
    pub fn parse(claim: &str) -> Result<Self, GateSyntax> {
        let spaced = claim.replace('<', " < ");
        let mut words: Vec<_> = spaced.split_whitespace().map(str::to_owned).collect();
        // `800 ms` and `0.1 %` are one word, like `800ms` and `0.1%`.
        if words.get(4).is_some_and(|unit| ["us", "ms", "s", "min", "%"].contains(&unit.as_str())) {
            let unit = words.remove(4);
            if let Some(number) = words.get_mut(3) {
                number.push_str(&unit);
            }
        }
        let claim = words.join(" ");
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        match read(&words) {
            Ok(((operation, class), measure, confidence)) => Ok(Self { claim, operation, class, measure, confidence }),
            Err(reason) => Err(GateSyntax { claim, reason }),
        }
    }

    /// Whether it speaks of exchanges of this operation and class.
    pub fn concerns(&self, operation: &str, class: TrafficClass) -> bool {
        self.operation.map_or(self.class == class, |wanted| wanted.as_str() == operation)
    }

    /// The share of samples that may violate the claim, 0..1.
    pub fn allowed(&self) -> f64 {
        match self.measure {
            Measure::Latency { quantile, .. } => 1.0 - quantile,
            Measure::Errors { share } => share,
        }
    }

    /// How many samples it takes to say that the claim holds if none of them violates it: with fewer it can only be undecided, or fail.
    pub fn least_samples(&self) -> u64 {
        let decides = |n| at_most(n, self.allowed(), 0) <= 1.0 - self.confidence;
        let mut enough = 1;
        while !decides(enough) && enough < MOST_SAMPLES {
            enough *= 2;
        }
        let mut too_few = enough / 2;
        while enough - too_few > 1 {
            let middle = u64::midpoint(too_few, enough);
            if decides(middle) { enough = middle } else { too_few = middle }
        }
        enough
    }
}

/// No run has more.
const MOST_SAMPLES: u64 = 1 << 50;

/// An operation, or the class that is meant where none is named.
type Scope = (Option<Operation>, TrafficClass);

fn read(words: &[&str]) -> Result<(Scope, Measure, f64), String> {
    let (what, statistic, sign, limit, confidence) = match words {
        [what, statistic, sign, limit] => (what, statistic, sign, limit, None),
        [what, statistic, sign, limit, confidence] => (what, statistic, sign, limit, Some(confidence)),
        _ => return Err("four words are expected, and a fifth for the confidence".to_owned()),
    };
    if *sign != "<" {
        return Err(format!("`{sign}` stands where `<` is expected"));
    }
    let confidence = match confidence.map(|text| text.strip_prefix('@').and_then(share)) {
        None => DEFAULT_CONFIDENCE,
        Some(Some(confidence)) => confidence,
        Some(None) => return Err("the confidence is written `@99%`, above 0 and below 100".to_owned()),
    };
    let (scope, measured) = what.rsplit_once('.').unwrap_or(("all", what));
    let scope = scope_of(scope)?;
    let measure = match measured {
        "response_time" => latency(LatencyMeasure::ResponseTime, statistic, limit)?,
        "service_time" => latency(LatencyMeasure::ServiceTime, statistic, limit)?,
        "errors" => errors(statistic, limit)?,
        other => return Err(format!("`{other}` stands where `response_time`, `service_time` or `errors` is expected")),
    };
    Ok((scope, measure, confidence))
}

fn scope_of(scope: &str) -> Result<Scope, String> {
    match (scope, Operation::parse(scope)) {
        (_, Some(operation)) => Ok((Some(operation), TrafficClass::User)),
        ("all", None) => Ok((None, TrafficClass::User)),
        ("polls", None) => Ok((None, TrafficClass::Poll)),
        ("control", None) => Ok((None, TrafficClass::Control)),
        (_, None) => {
            let known: Vec<_> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
            Err(format!("`{scope}` is no operation (one of: all, polls, control, {})", known.join(", ")))
        }
    }
}

fn latency(clock: LatencyMeasure, statistic: &str, limit: &str) -> Result<Measure, String> {
    let quantile = statistic
        .strip_prefix('p')
        .and_then(percent)
        .ok_or_else(|| format!("`{statistic}` stands where a quantile such as `p95` is expected"))?;
    let limit_ns = nanoseconds(limit)
        .ok_or_else(|| format!("`{limit}` stands where a time such as `2.5s`, `500ms` or `80us` is expected"))?;
    Ok(Measure::Latency { clock, quantile, limit_ns })
}

fn errors(statistic: &str, limit: &str) -> Result<Measure, String> {
    if statistic != "share" {
        return Err(format!("`{statistic}` stands where `share` is expected"));
    }
    let share = share(limit).ok_or_else(|| format!("`{limit}` stands where a share such as `0.1%` is expected"))?;
    Ok(Measure::Errors { share })
}

/// `0.1%` as 0.001, strictly between 0 and 1.
fn share(text: &str) -> Option<f64> {
    percent(text.strip_suffix('%')?)
}

fn percent(digits: &str) -> Option<f64> {
    let (number, scale) = decimal(digits)?;
    let share = number / (scale * 100.0);
    (share > 0.0 && share < 1.0).then_some(share)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits are positive and far below centuries"
)]
fn nanoseconds(text: &str) -> Option<u64> {
    let units = [("us", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9)];
    let (digits, unit) = units.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))?;
    let (number, scale) = decimal(digits)?;
    let nanoseconds = (number * unit / scale).round();
    (1.0..1e18).contains(&nanoseconds).then_some(nanoseconds as u64)
}

/// `2.5` as (25, 10): kept apart so that 99.9 percent is the double nearest to 0.999.
fn decimal(digits: &str) -> Option<(f64, f64)> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let is_number = !whole.is_empty() && all.len() <= 15 && all.bytes().all(|byte| byte.is_ascii_digit());
    let scale = 10_f64.powi(i32::try_from(fraction.len()).ok()?);
    Some((is_number.then(|| all.parse().ok())??, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(claim: &str) -> String {
        Gate::parse(claim).unwrap_err().reason
    }

    #[test]
    fn claims_are_read() {
        let gate = Gate::parse("submit.response_time  p95 < 2.5s @95%").unwrap();
        assert_eq!(gate.claim, "submit.response_time p95 < 2.5s @95%");
        assert_eq!(gate.operation, Some(Operation::Submit));
        assert_eq!(
            gate.measure,
            Measure::Latency { clock: LatencyMeasure::ResponseTime, quantile: 0.95, limit_ns: 2_500_000_000 }
        );
        assert!((gate.confidence - 0.95).abs() < f64::EPSILON);

        let gate = Gate::parse("all.service_time p99.9 < 80us").unwrap();
        assert_eq!(gate.operation, None);
        assert_eq!(
            gate.measure,
            Measure::Latency { clock: LatencyMeasure::ServiceTime, quantile: 0.999, limit_ns: 80_000 }
        );
        assert!((gate.confidence - 0.99).abs() < f64::EPSILON);

        let limit = |claim| match Gate::parse(claim).unwrap().measure {
            Measure::Latency { limit_ns, .. } => limit_ns,
            Measure::Errors { .. } => 0,
        };
        assert_eq!(
            [limit("all.response_time p95 < 800 ms"), limit("all.response_time p95 < 1.5 min")],
            [800_000_000, 90_000_000_000]
        );

        assert_eq!(Gate::parse("errors share < 0.1%").unwrap().measure, Measure::Errors { share: 0.001 });
        assert_eq!(Gate::parse("track.errors share < 1%").unwrap().operation, Some(Operation::Track));
    }

    #[test]
    fn polls_are_meant_only_where_they_or_their_operation_are_named() {
        let concerns = |claim: &str, operation, class| Gate::parse(claim).unwrap().concerns(operation, class);
        for claim in ["all.response_time p95 < 1s", "errors share < 1%"] {
            assert!(concerns(claim, "inbox", TrafficClass::User), "{claim}");
            assert!(!concerns(claim, "inbox", TrafficClass::Poll), "{claim}");
            assert!(!concerns(claim, "catalogue", TrafficClass::Control), "{claim}");
        }
        assert!(concerns("inbox.service_time p95 < 1s", "inbox", TrafficClass::Poll));
        assert!(!concerns("inbox.service_time p95 < 1s", "track", TrafficClass::Poll));
        assert!(concerns("polls.errors share < 1%", "track", TrafficClass::Poll));
        assert!(!concerns("polls.errors share < 1%", "track", TrafficClass::User));
        assert!(concerns("control.response_time p95 < 1s", "catalogue", TrafficClass::Control));
    }

    #[test]
    fn the_smallest_samples_are_the_published_ones() {
        // No violation: ln(1 - confidence) / ln(1 - share allowed), rounded up.
        for (claim, samples) in [
            ("submit.response_time p95 < 1s @95%", 59),
            ("submit.response_time p95 < 1s", 90),
            ("submit.response_time p99 < 1s", 459),
            ("submit.response_time p99.9 < 1s", 4_603),
            ("errors share < 5%", 90),
        ] {
            assert_eq!(Gate::parse(claim).unwrap().least_samples(), samples, "{claim}");
        }
    }

    #[test]
    fn a_mistake_says_what_is_expected() {
        assert_eq!(reason("submit.response_time p95 2.5s <"), "`2.5s` stands where `<` is expected");
        assert_eq!(reason("response_time"), "four words are expected, and a fifth for the confidence");
        assert!(
            reason("sumbit.response_time p95 < 2s")
                .starts_with("`sumbit` is no operation (one of: all, polls, control, sign_in")
        );
        assert_eq!(
            reason("submit.speed p95 < 2s"),
            "`speed` stands where `response_time`, `service_time` or `errors` is expected"
        );
        assert_eq!(reason("submit.response_time 95 < 2s"), "`95` stands where a quantile such as `p95` is expected");
        assert_eq!(
            reason("submit.response_time p100 < 2s"),
            "`p100` stands where a quantile such as `p95` is expected"
        );
        assert!(reason("submit.response_time p95 < 2m").starts_with("`2m` stands where a time"));
        assert_eq!(reason("errors p95 < 1%"), "`p95` stands where `share` is expected");
        assert_eq!(reason("errors share < 0.1"), "`0.1` stands where a share such as `0.1%` is expected");
        assert!(reason("errors share < 0.1% 99%").starts_with("the confidence is written `@99%`"));
    }
}
