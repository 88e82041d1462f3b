//! When a portal that cannot do it now wants to be asked again.

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, StatusCode};

/// What `Retry-After` says, where the status is that of somebody to be asked again (RFC 6585, section 4; RFC 9110, sections
/// 10.2.3 and 15.6.4). A date is as far off as the answer's own `Date` says: without one it is not followed, for nobody
/// knows how far the portal's clock is from ours.
pub(crate) fn told_to_wait(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wait = text(RETRY_AFTER)?;
    if let Ok(seconds) = wait.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(wait).ok()?;
    let said = httpdate::parse_http_date(text(DATE)?).ok()?;
    // What is over already is not waited for.
    Some(until.duration_since(said).unwrap_or_default())
}
