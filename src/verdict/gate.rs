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
use crate::gate_meant::meant;

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
#[error("`{claim}` is no claim: {reason}")]
pub struct GateSyntax {
    /// The text.
    pub claim: String,
    /// Which word is wrong, and what is expected instead.
    pub reason: String,
    /// The nearest claim that can be read, if one is near.
    pub meant: Option<String>,
}

impl GateSyntax {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        match &self.meant {
            Some(claim) => format!("did you mean `{claim}`?"),
            None => "write `submit.response_time p95 < 2.5s @99%` or `errors share < 0.1%`".to_owned(),
        }
    }
}

impl Gate {
    /// Reads a claim.
    ///
    /// # Errors
    /// [`GateSyntax`] says what is expected where.
    pub fn parse(claim: &str) -> Result<Self, GateSyntax> {
        let words = words(claim);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        Self::read(&words).map_err(|reason| GateSyntax { claim: words.join(" "), reason, meant: meant(&words) })
    }

    /// Reads the words of a claim; the error is why it is none.
    pub(crate) fn read(words: &[&str]) -> Result<Self, String> {
        let ((operation, class), measure, confidence) = read(words)?;
        Ok(Self { claim: words.join(" "), operation, class, measure, confidence })
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

/// Whether a sign is part of a comparison.
pub(crate) fn compares(sign: char) -> bool {
    "<>=!≤≥".contains(sign)
}

/// The words of a claim: comparisons stand alone, and `800 ms` and `0.1 %` are one word like `800ms` and `0.1%`.
fn words(claim: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in claim.split_whitespace() {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let is_sign = compares(first);
            let (part, after) = rest.split_at(rest.find(|sign| compares(sign) != is_sign).unwrap_or(rest.len()));
            let is_unit = |text: &str| text == "%" || text.chars().all(char::is_alphabetic);
            match words.last_mut() {
                Some(number) if is_unit(part) && decimal(number).is_some() => number.push_str(part),
                Some(_) | None => words.push(part.to_owned()),
            }
            rest = after;
        }
    }
    words
}

fn read(words: &[&str]) -> Result<(Scope, Measure, f64), String> {
    let expected = |place: usize, what: &str| match words.get(place) {
        Some(word) => Err(format!("`{word}` stands where {what} is expected")),
        None => Err(format!("{what} is missing at its end")),
    };
    let what = *words.first().ok_or_else(|| "it is empty".to_owned())?;
    let (scope, measured) = what.rsplit_once('.').unwrap_or(("all", what));
    let scope = scope_of(scope)?;
    let clock = [LatencyMeasure::ResponseTime, LatencyMeasure::ServiceTime].into_iter();
    let clock = clock.into_iter().find(|clock| clock.as_str() == measured);
    let statistic = words.get(1).copied().unwrap_or_default();
    let quantile = statistic.strip_prefix('p').and_then(percent);
    match clock {
        None if measured != "errors" => {
            let known = "`response_time`, `service_time` or `errors`";
            return Err(format!("`{measured}` stands where {known} is expected"));
        }
        None if statistic != "share" => return expected(1, "`share`"),
        Some(_) if quantile.is_none() => return expected(1, "a quantile such as `p95`"),
        None | Some(_) => {}
    }
    match words.get(2) {
        Some(&"<") => {}
        Some(&("<=" | "=<" | "≤")) => {
            return Err(format!("`{}` is not known: times and shares are so fine that `<` says the same", words[2]));
        }
        Some(sign) if sign.contains(['>', '≥']) => {
            return Err(format!(
                "`{sign}` bounds from below; a claim says what time or share is not reached, with `<`"
            ));
        }
        Some(_) | None => return expected(2, "`<`"),
    }
    let limit = words.get(3).copied().unwrap_or_default();
    let latency = clock.zip(quantile).zip(nanoseconds(limit));
    let measure = match (latency, clock, share(limit)) {
        (Some(((clock, quantile), limit_ns)), ..) => Measure::Latency { clock, quantile, limit_ns },
        (None, Some(_), _) => return expected(3, "a time such as `2.5s`, `500ms` or `80us`"),
        (None, None, Some(share)) => Measure::Errors { share },
        (None, None, None) => return expected(3, "a share such as `0.1%`"),
    };
    let confidence = match words.get(4) {
        None => DEFAULT_CONFIDENCE,
        Some(word) => match word.strip_prefix('@').and_then(share) {
            Some(confidence) => confidence,
            None => return expected(4, "a confidence such as `@99%`, above 0 and below 100,"),
        },
    };
    if words.len() > 5 { expected(5, "nothing more") } else { Ok((scope, measure, confidence)) }
}

fn scope_of(scope: &str) -> Result<Scope, String> {
    match (scope, Operation::parse(scope)) {
        (_, Some(operation)) => Ok((Some(operation), TrafficClass::User)),
        ("all", None) => Ok((None, TrafficClass::User)),
        ("polls", None) => Ok((None, TrafficClass::Poll)),
        ("control", None) => Ok((None, TrafficClass::Control)),
        (_, None) => {
            let known: Vec<_> = scopes().collect();
            Err(format!("`{scope}` is no operation ({})", model::one_of(scope, &known)))
        }
    }
}

/// What may stand before the dot.
pub(crate) fn scopes() -> impl Iterator<Item = &'static str> {
    ["all", "polls", "control"].into_iter().chain(Operation::ALL.iter().map(|operation| operation.as_str()))
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

        assert_eq!(Gate::parse("submit.service_time p95<2.5s").unwrap().claim, "submit.service_time p95 < 2.5s");
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
    fn a_mistake_says_what_is_expected_at_which_word() {
        for (claim, expected) in [
            ("", "it is empty"),
            ("response_time", "a quantile such as `p95` is missing at its end"),
            ("submit.response_time p95 2.5s <", "`2.5s` stands where `<` is expected"),
            ("submit.response_time p95", "`<` is missing at its end"),
            ("submit.response_time p95 <", "a time such as `2.5s`, `500ms` or `80us` is missing at its end"),
            (
                "submit.response_time p95<=2.5s",
                "`<=` is not known: times and shares are so fine that `<` says the same",
            ),
            (
                "submit.response_time p95 > 2.5s",
                "`>` bounds from below; a claim says what time or share is not reached, with `<`",
            ),
            ("submit.speed p95 < 2s", "`speed` stands where `response_time`, `service_time` or `errors` is expected"),
            ("submit.response_time 95 < 2s", "`95` stands where a quantile such as `p95` is expected"),
            ("submit.response_time p100 < 2s", "`p100` stands where a quantile such as `p95` is expected"),
            ("submit.response_time p95 < 2m", "`2m` stands where a time such as `2.5s`, `500ms` or `80us` is expected"),
            ("errors p95 < 1%", "`p95` stands where `share` is expected"),
            ("errors share < 0.1", "`0.1` stands where a share such as `0.1%` is expected"),
            (
                "errors share < 0.1% 99%",
                "`99%` stands where a confidence such as `@99%`, above 0 and below 100, is expected",
            ),
            ("errors share < 0.1% @99% please", "`please` stands where nothing more is expected"),
        ] {
            assert_eq!(reason(claim), expected, "{claim}");
        }
        let unknown = reason("sumbit.response_time p95 < 2s");
        assert!(unknown.starts_with("`sumbit` is no operation (did you mean `submit`? one of: all, polls, control,"));
    }
}
