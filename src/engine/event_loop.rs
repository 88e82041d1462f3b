//! The thread of a lane: sleeps until something is due, and supplies waiting acts with connection slots.
//!
//! The lane is one `RefCell` borrowed only between awaits.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use history::Inlet;
use model::words::Phase;
use tokio::runtime;
use tokio::task::LocalSet;

use crate::attempt::Attempt;
use crate::authority::Authority;
use crate::connection_slots::{Slot, Supply};
use crate::delay::SchedulingDelays;
use crate::http_client::{Acting, ExchangeContext, Limits};
use crate::lane::{Lane, exchange};
use crate::meter::LaneMeter;
use crate::redirects::{self, Policy, carry_cookies};
use crate::run_state::RunState;
use crate::sleep::Sleeper;
use crate::spec::Arrivals;
use crate::stalls::overslept;
use crate::task::Origin;

type LaneRef = Rc<RefCell<Lane>>;

/// The thread of a lane; it gives back how late its exchanges were handed to a connection.
pub(crate) type LaneThread = JoinHandle<std::io::Result<SchedulingDelays>>;

/// The most turns that the slots of a lane take to end what is cut off: each takes one.
const MOST_TURNS: usize = 10_000;

/// Starts the thread of a lane. It panics if a connection slot does: the exchange it carried is not recorded.
pub(crate) fn start(
    state: Arc<RunState>,
    number: usize,
    meter: Arc<LaneMeter>,
    arrivals: Arrivals,
    inlet: Inlet,
) -> std::io::Result<LaneThread> {
    let name = format!("lane-{number}");
    std::thread::Builder::new().name(name.clone()).spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let lane = Lane::new(state, number, meter, arrivals, inlet);
        Ok(LocalSet::new().block_on(&runtime, play(lane, &name)))
    })
}

/// Plays a lane until the shutdown.
async fn play(mut lane: Lane, name: &str) -> SchedulingDelays {
    let (state, alarm) = (lane.state(), lane.alarm());
    lane.enter_staff();
    let lane = Rc::new(RefCell::new(lane));
    let mut sleeper = Sleeper::new();
    while state.phase() != Phase::Ended {
        let wake = lane.borrow_mut().turn();
        supply(&lane);
        tokio::select! {
            () = sleeper.until(wake, &state.clock) => {}
            () = alarm.notified() => {}
        }
        let now = state.clock.now();
        let mut lane = lane.borrow_mut();
        lane.slots().check();
        if let Some(stall) = overslept(name, wake, now) {
            lane.stall(stall);
        }
    }
    cut_off(&lane).await;
    lane.borrow_mut().close()
}

/// Records what was begun and is not over, as never answered: a stall at the end must not hide.
async fn cut_off(lane: &LaneRef) {
    {
        let mut lane = lane.borrow_mut();
        for act in lane.slots().stop() {
            lane.never_sent(act);
        }
        lane.slots().cut_off();
    }
    for _ in 0..MOST_TURNS {
        lane.borrow_mut().slots().check();
        if lane.borrow().in_flight() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    unreachable!("what is cut off is over");
}

/// Gives ready acts to connection slots, opening slots while the limit allows.
fn supply(lane: &LaneRef) {
    let mut borrowed = lane.borrow_mut();
    for _ in 0..borrowed.slots().waiting() {
        match borrowed.slots().supply() {
            Supply::Called => {}
            Supply::Open => {
                let alarm = borrowed.alarm();
                let slot = borrowed.slots().slot(alarm);
                tokio::task::spawn_local(serve(slot, Rc::clone(lane)));
            }
            Supply::None => return,
        }
    }
}

/// Somebody on a journey.
struct Walking<'a> {
    state: &'a RunState,
    origin: Origin,
}

impl Acting for Walking<'_> {
    fn may_send(&self) -> bool {
        self.origin.may_act_in(self.state.phase())
    }

    /// What the portal itself does, not whoever is linked to, says whether it works.
    fn note(&self, authority: &Authority, attempt: &Attempt) {
        if self.state.spec.targets().any(|target| target.authority() == authority) {
            self.state.breaker.note(attempt);
        }
    }
}

/// A connection slot: takes acts as long as there are any, then waits to be called.
async fn serve(mut slot: Slot, lane: LaneRef) {
    let state = lane.borrow().state();
    let settings = &state.spec.settings;
    let limits = Limits { timeout: settings.timeout, longest_answer: settings.longest_answer };
    let (clock, guard, tls) = (&state.clock, &state.spec.guard, &state.spec.tls);
    loop {
        let next = lane.borrow_mut().slots().next(&slot);
        let Some(mut act) = next else {
            slot.called.notified().await;
            continue;
        };
        let (prepared, held_in_line) = lane.borrow_mut().take(&mut act);
        let mut own = lane.borrow_mut().browser(&act);
        let mut attempt = match prepared {
            Ok(sending) => {
                let person = Walking { state: &state, origin: act.task.origin };
                let (shutdown, acting) = (Some(&*slot.shutdown), Some(&person as &dyn Acting));
                let context = ExchangeContext { clock, guard, tls, limits, shutdown, first: None, acting };
                let adapter = &state.spec.adapter;
                let policy = Policy { redirects: adapter.redirects, exchange: exchange(&state, &act.task) };
                let client = own.as_deref_mut().unwrap_or(&mut slot.client);
                redirects::exchange(client, sending, policy, context, |answer, to, request| {
                    carry_cookies(lane.borrow_mut().jar(act.person), answer, to, request, clock);
                })
                .await
            }
            Err(trouble) => Attempt::prevented(trouble, state.clock.now()),
        };
        attempt.held += held_in_line;
        let mut borrowed = lane.borrow_mut();
        borrowed.put_back(&act, own);
        borrowed.over(act, attempt);
        drop(borrowed);
        supply(&lane);
    }
}
