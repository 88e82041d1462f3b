//! Counters a lane writes and others look at: relaxed atomics with one writer each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::words::{Fault, Operation, Outcome};

use crate::attempt::Attempt;
use crate::backing_off::{is_no_traffic, is_sign_in};
use crate::hopeless::Failure;
use crate::spec::Purpose;

/// The counters of all lanes.
#[derive(Clone, Debug)]
pub struct Meters {
    pub(crate) lanes: Vec<Arc<LaneMeter>>,
}

/// What the counters say at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Those who came with a dossier.
    pub dossiers: ArrivalCounts,
    /// Those who came only to look.
    pub visits: ArrivalCounts,
    /// Exchanges begun and not over.
    pub in_flight: u64,
    /// Exchanges answered ok.
    pub ok: u64,
    /// Exchanges refused.
    pub refused: u64,
    /// Exchanges without a trustworthy answer.
    pub errors: u64,
    /// How late the last exchange was handed to a connection, in nanoseconds (worst of the lanes).
    pub scheduling_delay: u64,
    /// Dossiers read back at the end.
    pub read_back: u64,
}

/// What became of those who came for one purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrivalCounts {
    /// People who have come.
    pub started: u64,
    /// People who could not be admitted because too many were under way.
    pub dropped: u64,
    /// People whose journey ended as written.
    pub completed: u64,
    /// People whose journey ended because an answer left no way on.
    pub failed: u64,
}

impl ArrivalCounts {
    /// People whose journey has not ended.
    pub fn unfinished(&self) -> u64 {
        self.started.saturating_sub(self.completed + self.failed)
    }
}

/// The counters of one lane.
#[derive(Debug, Default)]
pub(crate) struct LaneMeter {
    pub(crate) dossiers: Comers,
    pub(crate) visits: Comers,
    pub(crate) begun: Count,
    /// Acts that a connection has taken.
    pub(crate) taken: Count,
    pub(crate) ok: Count,
    pub(crate) refused: Count,
    pub(crate) errors: Count,
    pub(crate) scheduling_delay: Count,
    pub(crate) read_back: Count,
    /// Acts that were not sent for a reason that is not the portal's.
    pub(crate) unsent: Count,
    /// Answers with an HTTP status; connections that broke before any; requests without an answer in time.
    pub(crate) heard: Count,
    pub(crate) broken: Count,
    pub(crate) timed_out: Count,
    /// Sign-ins that succeeded, and that failed other than by a time-out or a limit of ours; how the last of these did.
    pub(crate) signed_in: Count,
    pub(crate) not_signed_in: Count,
    pub(crate) last_failure: Count,
    /// Journeys about a dossier that are under way.
    pub(crate) cases_under_way: Count,
    /// 1 when no arrival is left.
    pub(crate) arrivals_over: Count,
    /// When the last exchange was over that was not an empty look into an inbox.
    pub(crate) last_activity: Count,
    /// When the clerk who looked longest ago into an empty inbox did so.
    pub(crate) idle_since: Count,
    /// 1 when all final reads are made.
    pub(crate) final_reads_over: Count,
}

/// The counters of those who come for one purpose.
#[derive(Debug, Default)]
pub(crate) struct Comers {
    pub(crate) started: Count,
    pub(crate) dropped: Count,
    pub(crate) completed: Count,
    pub(crate) failed: Count,
}

impl Comers {
    /// Those whose journey has not ended.
    pub(crate) fn under_way(&self) -> u64 {
        self.started.get().saturating_sub(self.completed.get() + self.failed.get())
    }
}

/// A number with one writer.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.set(self.get() + more);
    }

    pub(crate) fn take(&self, less: u64) {
        self.set(self.get().saturating_sub(less));
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl LaneMeter {
    /// The counters of those who come for this.
    pub(crate) fn of(&self, purpose: Purpose) -> &Comers {
        match purpose {
            Purpose::Dossier => &self.dossiers,
            Purpose::Visit => &self.visits,
        }
    }

    /// Exchanges begun and not over.
    pub(crate) fn in_flight(&self) -> u64 {
        let over = self.ok.get() + self.refused.get() + self.errors.get() + self.unsent.get();
        self.begun.get().saturating_sub(over)
    }

    /// Counts what an act came to.
    pub(crate) fn over(&self, operation: Operation, attempt: &Attempt, answer: Outcome) {
        if is_no_traffic(attempt) {
            self.unsent.add(1);
        } else {
            match answer {
                Outcome::Ok => self.ok.add(1),
                Outcome::Refused => self.refused.add(1),
                Outcome::Error => self.errors.add(1),
            }
        }
        match (attempt.status, attempt.fault) {
            (Some(_), _) => self.heard.add(1),
            (None, Some(Fault::Broken)) => self.broken.add(1),
            (None, Some(Fault::TimedOut)) => self.timed_out.add(1),
            (None, _) => {}
        }
        if is_sign_in(operation) && !matches!(attempt.fault, Some(Fault::TimedOut | Fault::LocalLimit)) {
            if answer == Outcome::Ok {
                self.signed_in.add(1);
            } else {
                self.not_signed_in.add(1);
                self.last_failure.set(Failure { status: attempt.status, fault: attempt.fault }.pack());
            }
        }
    }
}

impl Meters {
    /// Counters for so many lanes.
    pub fn new(lanes: usize) -> Self {
        Self { lanes: (0..lanes.max(1)).map(|_| Arc::default()).collect() }
    }

    /// The sums over all lanes, now.
    pub fn snapshot(&self) -> Snapshot {
        let sum = |read: fn(&LaneMeter) -> &Count| self.lanes.iter().map(|lane| read(lane).get()).sum::<u64>();
        let (ok, refused, errors) = (sum(|lane| &lane.ok), sum(|lane| &lane.refused), sum(|lane| &lane.errors));
        Snapshot {
            dossiers: self.counts(Purpose::Dossier),
            visits: self.counts(Purpose::Visit),
            in_flight: self.lanes.iter().map(|lane| lane.in_flight()).sum(),
            ok,
            refused,
            errors,
            scheduling_delay: self.lanes.iter().map(|lane| lane.scheduling_delay.get()).max().unwrap_or(0),
            read_back: sum(|lane| &lane.read_back),
        }
    }

    fn counts(&self, purpose: Purpose) -> ArrivalCounts {
        let sum = |read: fn(&Comers) -> &Count| self.lanes.iter().map(|lane| read(lane.of(purpose)).get()).sum();
        ArrivalCounts {
            started: sum(|comers| &comers.started),
            dropped: sum(|comers| &comers.dropped),
            completed: sum(|comers| &comers.completed),
            failed: sum(|comers| &comers.failed),
        }
    }
}
