//! The phases of a run: when each is over, and how long the next may last.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::nanoseconds;
use model::words::Phase;

use crate::base_url::BaseUrl;
use crate::ledgers::Ledgers;
use crate::meter::Meters;
use crate::run_state::RunState;
use crate::spec::RunSpec;

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The longest a run that was stopped goes on with what is under way.
const ABORTED_DRAIN: Duration = Duration::from_secs(5);

/// The longest a run that was stopped reads dossiers back.
const ABORTED_FINAL_READ: Duration = Duration::from_secs(10);

/// Moves a run through its phases.
pub(crate) struct Phases {
    state: Arc<RunState>,
    meters: Meters,
    /// When the phase ends at the latest.
    end: u64,
    /// For how long requests had waited for the pace when the phase began.
    paced_before: u64,
    quiescent: bool,
    read_back: bool,
    aborted: bool,
}

impl Phases {
    pub(crate) fn new(state: Arc<RunState>, meters: Meters) -> Self {
        Self { state, meters, end: u64::MAX, paced_before: 0, quiescent: false, read_back: false, aborted: false }
    }

    /// Whether everything had settled before the final read.
    pub(crate) fn was_quiescent(&self) -> bool {
        self.quiescent
    }

    /// Whether all final reads were made.
    pub(crate) fn was_read_back(&self) -> bool {
        self.read_back
    }

    /// Whether the run was stopped from outside.
    pub(crate) fn was_aborted(&self) -> bool {
        self.aborted
    }

    /// Shortens the phase if the run was stopped.
    pub(crate) fn obey_stop(&mut self, stop: &AtomicBool, now: u64) {
        if !self.aborted && stop.load(Ordering::Relaxed) {
            self.aborted = true;
            let longest = match self.state.phase() {
                Phase::WarmUp | Phase::Load => Duration::ZERO,
                Phase::Drain => ABORTED_DRAIN,
                Phase::FinalRead | Phase::Ended => ABORTED_FINAL_READ,
            };
            self.end = self.end.min(now + nanoseconds(longest));
        }
    }

    /// Enters the next phase if this one is over; says whether it was the last.
    pub(crate) fn advance(&mut self, now: u64, ledgers: &Ledgers) -> bool {
        let spec = &self.state.spec;
        let settings = &spec.settings;
        // A shorter load leaves when it is over already.
        let is_short = spec.timeline.wall_end() < SECOND;
        let is_late = now >= self.end && !self.is_held_back(now);
        match self.state.phase() {
            Phase::Load if is_late || (now >= spec.timeline.wall_end() && self.arrivals_are_over()) => {
                let longest = if self.aborted { settings.drain.min(ABORTED_DRAIN) } else { settings.drain };
                self.end = now + nanoseconds(longest);
                if !is_short {
                    self.pace();
                }
                self.enter(Phase::Drain, now);
            }
            Phase::Drain if is_late || self.is_quiet(now, ledgers) => {
                let longest =
                    if self.aborted { settings.final_read.min(ABORTED_FINAL_READ) } else { settings.final_read };
                self.end = now + nanoseconds(longest);
                self.quiescent = !is_late;
                if is_short {
                    self.pace();
                }
                self.state.closing.store(true, Ordering::Relaxed);
                self.enter(Phase::FinalRead, now);
            }
            Phase::FinalRead if self.final_reads_are_over() || is_late => {
                self.read_back = self.final_reads_are_over();
                return true;
            }
            Phase::WarmUp | Phase::Load | Phase::Drain | Phase::FinalRead | Phase::Ended => {}
        }
        false
    }

    fn enter(&mut self, phase: Phase, now: u64) {
        self.paced_before = self.paced(now);
        self.state.enter(phase);
    }

    /// From now on each address of the portal gets no more in a second than in the busiest one of the load.
    fn pace(&self) {
        let spec = &self.state.spec;
        for target in spec.targets() {
            spec.guard.pace(target.authority(), peak_rate(spec, target));
        }
    }

    /// For how long requests have waited for that, at the address where they waited longest.
    fn paced(&self, now: u64) -> u64 {
        let spec = &self.state.spec;
        spec.targets().map(|target| spec.guard.paced(target.authority(), now)).max().unwrap_or(0)
    }

    /// Whether the phase would not be late, had we not held it back ourselves; who stops a run is not kept waiting. What is
    /// read back has an end; a drain, in which clerks look in again and again, is at most twice as long.
    fn is_held_back(&self, now: u64) -> bool {
        let spec = &self.state.spec;
        let held = self.paced(now).saturating_sub(self.paced_before);
        let counted = match self.state.phase() {
            Phase::Drain => held.min(nanoseconds(spec.settings.drain)),
            Phase::WarmUp | Phase::Load | Phase::FinalRead | Phase::Ended => held,
        };
        !self.aborted && now.saturating_sub(counted) < self.end
    }

    fn arrivals_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.arrivals_over.get() == 1)
    }

    fn final_reads_are_over(&self) -> bool {
        self.meters.lanes.iter().all(|lane| lane.final_reads_over.get() == 1)
    }

    /// Nobody is under way with a dossier; since the last thing was done, every clerk has looked into an empty inbox,
    /// every peer has said that it has nothing pending, and the portal has had time to show it.
    fn is_quiet(&self, now: u64, ledgers: &Ledgers) -> bool {
        let lanes = &self.meters.lanes;
        let last_activity = lanes.iter().map(|lane| lane.last_activity.get()).max().unwrap_or(0);
        lanes.iter().all(|lane| lane.cases_under_way.get() == 0 && lane.idle_since.get() > last_activity)
            && ledgers.are_settled_since(last_activity)
            && now >= last_activity.saturating_add(nanoseconds(self.state.spec.settings.settle))
    }
}

/// Requests that an address of the portal got in the busiest second of the load; a shorter load is taken for a part of one.
fn peak_rate(spec: &RunSpec, target: &BaseUrl) -> u64 {
    let busiest = spec.guard.busiest_second(target.authority());
    (busiest * SECOND / spec.timeline.wall_end().clamp(1, SECOND)).max(1)
}
