//! Delays answers as a tester has set, so that a measuring tool can be checked against a known value.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

use crate::middleware::layer::{Middleware, Next};
use crate::state::portal::Portal;

/// A sleep may end this much late; the rest of the wait is spent looking at the clock.
const COARSE: Duration = Duration::from_micros(2_500);

/// Gives each answer to people a minimum response time, from the arrival of the request.
#[derive(Clone)]
pub(crate) struct Delay(pub(crate) Arc<Portal>);

impl Middleware for Delay {
    fn concerns(&self, request: &Request) -> bool {
        super::is_for_people(request) && self.0.switches.delay().is_some()
    }

    async fn pass<N: Next>(self, request: Request, next: N) -> Response {
        let answer_at = Instant::now() + self.0.switches.delay().unwrap_or_default();
        let response = next.run(request).await;
        until(answer_at).await;
        response
    }
}

/// Waits until a moment and not much longer: to within 0.2 ms on a processor that is free. The last 2.5 ms are
/// spent busy-waiting, in turns with everything else the portal does.
async fn until(moment: Instant) {
    if let Some(early) = moment.checked_sub(COARSE)
        && Instant::now() < early
    {
        sleep_until(early).await;
    }
    while Instant::now() < moment {
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_is_never_short() {
        for _ in 0..50 {
            let moment = Instant::now() + Duration::from_millis(4);
            until(moment).await;
            assert!(Instant::now() >= moment);
        }
    }
}
