//! The outbox worker: the task that carries everything between the registry and the national portal. People never wait for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use mock_ground::Stop;
use tokio::time::{Instant, sleep};

use crate::hub_link::exchange::Session;
use crate::hub_link::push_down;
use crate::state::config::Hub;
use crate::state::outbox::Outcome;
use crate::state::portal::Portal;

/// How long it pauses when there is nothing to send.
const REST: Duration = Duration::from_millis(20);
/// How long it pauses after the first failed call; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Starts the task, if the portal is linked to a national portal; it ends with the portal.
pub(crate) fn begin(portal: &Arc<Portal>, stop: Stop) {
    if let Some(hub) = portal.config.hub.clone() {
        tokio::spawn(run(Arc::clone(portal), hub, stop));
    }
}

async fn run(portal: Arc<Portal>, hub: Hub, stop: Stop) {
    let mut stopped = pin!(stop.asked());
    let mut worker = Worker { session: Session::default(), failures: 0, pull_at: Instant::now() };
    loop {
        let pause = worker.round(&portal, &hub).await;
        tokio::select! {
            () = sleep(pause) => {}
            () = &mut stopped => return,
        }
    }
}

/// The outcome of fetching dossiers that citizens entered at the national portal.
enum Pulled {
    /// A page, and there may be another.
    Page,
    Nothing,
    NoAnswer,
}

struct Worker {
    session: Session,
    /// How many calls in a row have failed.
    failures: u32,
    pull_at: Instant,
}

impl Worker {
    /// Sends one message, and fetches what was entered at the national portal if it is due; returns how long to pause.
    async fn round(&mut self, portal: &Portal, hub: &Hub) -> Duration {
        let message = portal.registry().next_message();
        if let Some(message) = &message {
            // Nothing is sent that a restart could lose.
            let outcome = match portal.kept().await {
                Ok(()) => self.session.send(&portal.caller, hub, message).await,
                Err(_not_kept) => Outcome::PutOff,
            };
            portal.registry().settle(message, &outcome);
            if matches!(outcome, Outcome::PutOff | Outcome::Unanswered) {
                return self.pause();
            }
            self.failures = 0;
        }
        if self.pull_at <= Instant::now() {
            match self.pull(portal, hub).await {
                Pulled::Nothing => self.pull_at = Instant::now() + hub.pull_every,
                Pulled::Page => {}
                Pulled::NoAnswer => return self.pause(),
            }
            self.failures = 0;
        }
        if message.is_some() { Duration::ZERO } else { REST }
    }

    /// Counts a failed call.
    fn pause(&mut self) -> Duration {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(10)).min(LONGEST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// Takes one page in; what has been pushed already is recognised.
    async fn pull(&mut self, portal: &Portal, hub: &Hub) -> Pulled {
        let (epoch, last) = portal.registry().pull_mark();
        let Some(entered) = self.session.fetch(&portal.caller, hub, &last).await else {
            return Pulled::NoAnswer;
        };
        push_down::take(portal, &entered.packets);
        let has_moved = entered.last != last && !entered.packets.is_empty();
        portal.registry().pulled(epoch, entered.last);
        if has_moved { Pulled::Page } else { Pulled::Nothing }
    }
}
