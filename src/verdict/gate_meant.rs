//! What a claim that cannot be read was probably meant to say: each word is brought to its nearest valid form.

use model::nearest;

use crate::gate::{Gate, compares, scopes};

/// The measures, and what other tools call them.
const MEASURES: [(&str, &str); 8] = [
    ("response_time", "response_time"),
    ("service_time", "service_time"),
    ("errors", "errors"),
    ("latency", "response_time"),
    ("duration", "response_time"),
    ("http_req_duration", "response_time"),
    ("error_rate", "errors"),
    ("failures", "errors"),
];

/// The units of time, and how else they are written.
const UNITS: [(&str, &[&str]); 4] = [
    ("us", &["us", "µs", "μs", "usec"]),
    ("ms", &["ms", "msec", "millis", "milliseconds"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("min", &["min", "m", "mins", "minute", "minutes"]),
];

/// The claim that can be read and is nearest to these words; none if too little of it is there.
pub(crate) fn meant(words: &[&str]) -> Option<String> {
    let (sign, others): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.contains(compares));
    let [what, statistic, rest @ ..] = others.as_slice() else { return None };
    // Of errors there is one statistic only, and it may have been left out.
    let is_share = |word: &str| word.ends_with('%') && !word.starts_with('@');
    let (what, is_errors) = subject(what, others.iter().any(|word| is_share(word)))?;
    let (statistic, limit, confidence) = match rest {
        [] if is_errors && !sign.is_empty() => ("share".to_owned(), *statistic, None),
        [limit, confidence @ ..] if is_errors => ("share".to_owned(), *limit, confidence.first()),
        [limit, confidence @ ..] => (quantile(statistic)?, *limit, confidence.first()),
        [] => return None,
    };
    let limit = if is_errors { format!("{}%", number(limit)?.0) } else { time(limit)? };
    let confidence = confidence.and_then(|word| Some(format!(" @{}%", number(word.trim_start_matches('@'))?.0)));
    let claim = format!("{what} {statistic} < {limit}{}", confidence.unwrap_or_default());
    Gate::read(&claim.split(' ').collect::<Vec<_>>()).ok().map(|gate| gate.claim)
}

/// Scope and measure, and whether it is errors that are measured.
fn subject(what: &str, is_of_shares: bool) -> Option<(String, bool)> {
    let what = what.to_lowercase().replace('-', "_");
    let measure = |text: &str| {
        let name = nearest(text, MEASURES.iter().map(|(name, _)| *name))?;
        MEASURES.iter().find(|(known, _)| *known == name).map(|(_, measure)| *measure)
    };
    let usual = if is_of_shares { "errors" } else { "response_time" };
    let (scope, measure) = match what.rsplit_once('.') {
        Some((scope, measured)) => (nearest(scope, scopes())?, measure(measured).unwrap_or(usual)),
        None => match nearest(&what, scopes()) {
            Some(scope) => (scope, usual),
            None if measure(&what)? == "errors" => return Some(("errors".to_owned(), true)),
            None => ("all", measure(&what)?),
        },
    };
    Some((format!("{scope}.{measure}"), measure == "errors"))
}

/// `p95` from `95`, `P95`, `p(95)`, `95th` or `median`.
fn quantile(text: &str) -> Option<String> {
    if text.starts_with("med") {
        return Some("p50".to_owned());
    }
    let digits = text.trim_matches(|sign: char| !sign.is_ascii_digit());
    (!digits.is_empty()).then(|| format!("p{digits}"))
}

/// A number and its unit.
fn number(text: &str) -> Option<(String, &str)> {
    let cut = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.' && sign != ',').unwrap_or(text.len());
    let (number, unit) = text.split_at(cut);
    (!number.is_empty()).then(|| (number.replace(',', "."), unit))
}

/// A time in a unit that is known. A bare number is in milliseconds, as in other tools, unless it is too small for that.
fn time(text: &str) -> Option<String> {
    let (number, unit) = number(text)?;
    let unit = match unit.to_lowercase().as_str() {
        "" if number.parse::<f64>().is_ok_and(|number| number < 20.0) => "s",
        "" => "ms",
        unit => UNITS.iter().find(|(_, spellings)| spellings.contains(&unit)).map(|(unit, _)| *unit)?,
    };
    Some(format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_claim_is_offered_and_can_be_read() {
        for (claim, expected) in [
            ("submit.response_time p95 <= 2.5s", Some("submit.response_time p95 < 2.5s")),
            ("submit.response_time p95>2.5s", Some("submit.response_time p95 < 2.5s")),
            ("sumbit.response-time P95 < 2.5 sec", Some("submit.response_time p95 < 2.5s")),
            ("submit p95 < 800", Some("submit.response_time p95 < 800ms")),
            ("submit.latency p(99) < 2,5s @95", Some("submit.response_time p99 < 2.5s @95%")),
            ("http_req_duration p95 < 2m", Some("all.response_time p95 < 2min")),
            ("submit.response_time p95 2.5s <", Some("submit.response_time p95 < 2.5s")),
            ("submit.errors < 1%", Some("submit.errors share < 1%")),
            ("error_rate share < 0.1", Some("errors share < 0.1%")),
            ("errors rate <= 0.1% 99%", Some("errors share < 0.1% @99%")),
            ("response_time", None),
            ("be quick", None),
            ("submit.response_time avg < 2s", None),
            ("submit.response_time p95 < soon", None),
        ] {
            let found = Gate::parse(claim).unwrap_err();
            assert_eq!(found.meant.as_deref(), expected, "{claim}: {}", found.reason);
        }
    }
}
