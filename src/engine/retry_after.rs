//! When a portal that cannot do it now wants to be asked again.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, StatusCode};

/// What `Retry-After` says, where the status is that of somebody to be asked again (RFC 6585, section 4; RFC 9110, sections
/// 10.2.3 and 15.6.4). A date is as far off as the answer's own `Date` says; without one the answer is of `now`, when it was
/// received (section 6.6.1).
pub(crate) fn told_to_wait(
    status: StatusCode,
    headers: &HeaderMap,
    now: impl FnOnce() -> SystemTime,
) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wait = text(RETRY_AFTER)?;
    if let Ok(seconds) = wait.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(wait).ok()?;
    match text(DATE).and_then(|date| httpdate::parse_http_date(date).ok()) {
        // What is over already is not waited for.
        Some(said) => Some(until.duration_since(said).unwrap_or_default()),
        // A date in the past is that of a clock which is not ours.
        None => until.duration_since(now()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_date_counts_from_the_answers_own_date_or_from_its_receipt() {
        let received = httpdate::parse_http_date("Mon, 30 Nov 2026 10:00:00 GMT").unwrap();
        let wait = |date: Option<&'static str>, after: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(after));
            headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
            told_to_wait(StatusCode::TOO_MANY_REQUESTS, &headers, || received)
        };
        let after = "Mon, 30 Nov 2026 10:00:05 GMT";
        assert_eq!(wait(Some("Mon, 30 Nov 2026 10:00:03 GMT"), after), Some(Duration::from_secs(2)));
        assert_eq!(wait(None, after), Some(Duration::from_secs(5)));
        assert_eq!(wait(Some("Mon, 30 Nov 2026 11:00:00 GMT"), after), Some(Duration::ZERO), "it is over");
        assert_eq!(wait(None, "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait(None, "soon"), None);
        assert_eq!(wait(None, "Fri, 05 Mar 2021 08:00:00 GMT"), None, "a clock that is not ours");
    }
}
