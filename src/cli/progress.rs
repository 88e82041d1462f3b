//! What a user sees while a run goes on: one line that tells rate, people under way, errors and scheduling delay.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use engine::{Meters, Snapshot};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::nanoseconds;

use crate::cpu::LaneCpu;

/// How often the line is drawn anew.
const EVERY: Duration = Duration::from_millis(250);

/// The thread that watches a run: draws the line, and keeps what the lanes' threads have used of the processor.
pub(crate) struct Watch {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<LaneCpu>,
}

impl Watch {
    /// Begins to watch. Without `visible` nothing is drawn.
    pub(crate) fn start(meters: Meters, planned: u32, visible: bool) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let thread = std::thread::spawn(move || watch(&meters, planned, visible, &seen));
        Self { ended, thread }
    }

    /// Ends it; gives back what the lanes have used of the processor.
    pub(crate) fn end(self) -> LaneCpu {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn watch(meters: &Meters, planned: u32, visible: bool, ended: &AtomicBool) -> LaneCpu {
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(u64::from(planned)), target);
    let template = "{bar:24} {pos}/{len} dossiers  {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    let mut before = Snapshot::default();
    let mut cpu = LaneCpu::default();
    while !ended.load(Ordering::Relaxed) {
        let now = meters.snapshot();
        bar.set_position(now.dossiers.started);
        bar.set_message(line(&now, &before, planned));
        before = now;
        cpu = LaneCpu::measure().unwrap_or(cpu);
        std::thread::sleep(EVERY);
    }
    bar.finish_and_clear();
    cpu
}

fn line(now: &Snapshot, before: &Snapshot, planned: u32) -> String {
    let answered = |snapshot: &Snapshot| snapshot.ok + snapshot.refused + snapshot.errors;
    let per_second = (answered(now) - answered(before)) * 1_000_000_000 / nanoseconds(EVERY);
    let scheduling_delay = now.scheduling_delay / 1_000;
    let phase = if now.read_back > 0 {
        "reading back, "
    } else if now.dossiers.started + now.dossiers.dropped >= u64::from(planned) {
        "finishing, "
    } else {
        ""
    };
    format!(
        "{phase}{per_second} exchanges/s, {} in flight, {} errors, scheduling_delay {scheduling_delay} us",
        now.in_flight, now.errors
    )
}
