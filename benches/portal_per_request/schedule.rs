//! When each step of each dossier is due in a steady load, and the thread that says so in time.
//!
//! Time has slots at equal distances. Step `k` of dossier `j` has the slot `(j + k * turns) * steps + k`, so that every slot
//! is taken once and two steps of a dossier lie `turns * steps + 1` slots apart, which is a little more than [`PAUSE`].

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use engine::RunClock;
use tokio::sync::Semaphore;

use crate::client::CONNECTIONS;
use crate::journey::Step;

/// How long a citizen or clerk takes before the next step of a dossier.
const PAUSE: Duration = Duration::from_millis(20);

const STEPS: u64 = Step::ALL.len() as u64;

/// The slots of a load.
pub(crate) struct Schedule {
    /// When the first is, in nanoseconds of the run's clock.
    start: u64,
    /// Nanoseconds between two of them.
    gap: u64,
    /// How many rounds of slots lie between two steps of a dossier.
    turns: u64,
    pub(crate) slots: u64,
    /// A permit for every slot whose time has come, and at the end one for every connection, to look and leave.
    pub(crate) due: Arc<Semaphore>,
}

impl Schedule {
    pub(crate) fn new(rate: u32, dossiers: u32, now: u64) -> Self {
        let gap = 1_000_000_000 / u64::from(rate.max(1));
        let turns = u64::try_from(PAUSE.as_nanos()).unwrap_or(u64::MAX).div_ceil(gap * STEPS);
        let slots = (u64::from(dossiers) + (STEPS - 1) * turns) * STEPS;
        Self { start: now + gap, gap, turns, slots, due: Arc::new(Semaphore::new(0)) }
    }

    /// The dossier and the place of the step that have this slot; `None` where the first dossiers are not that far yet.
    pub(crate) fn at(&self, slot: u64) -> Option<(usize, usize)> {
        let step = slot % STEPS;
        let dossier = (slot / STEPS).checked_sub(step * self.turns)?;
        Some((usize::try_from(dossier).ok()?, usize::try_from(step).ok()?))
    }

    /// When a slot is.
    pub(crate) fn time(&self, slot: u64) -> u64 {
        self.start + slot * self.gap
    }

    /// Starts the thread that gives a permit for every slot when it is due. It sleeps in between, since the systems that
    /// the portal calls share its core, so that a permit comes some 0.1 ms late; that counts as waiting.
    pub(crate) fn keep_time(&self, clock: RunClock) {
        let (start, gap, slots, due) = (self.start, self.gap, self.slots, Arc::clone(&self.due));
        thread::spawn(move || {
            let mut given = 0;
            while given < slots {
                let now = clock.now();
                let come = now.checked_sub(start).map_or(0, |since| since / gap + 1).min(slots);
                due.add_permits(usize::try_from(come - given).unwrap_or_default());
                given = come;
                thread::sleep(Duration::from_nanos((start + given * gap).saturating_sub(clock.now())));
            }
            due.add_permits(CONNECTIONS);
        });
    }
}
