//! Ctrl-C: the first ends a run cleanly, the second at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::console;
use crate::exit::Exit;

/// Whether the user has asked to end. Listens as long as vandan lives: there is one at the most.
pub(crate) struct Interrupt {
    stop: Arc<AtomicBool>,
    /// From then on Ctrl-C ends vandan at once.
    is_over: Arc<AtomicBool>,
    ends_with_run: bool,
}

impl Interrupt {
    /// Of one run: once it is over, Ctrl-C ends vandan at once.
    pub(crate) fn of_one_run() -> Self {
        Self::listen(true)
    }

    /// Of several runs, one after the other.
    pub(crate) fn of_many_runs() -> Self {
        Self::listen(false)
    }

    fn listen(ends_with_run: bool) -> Self {
        let [stop, is_over] = [false, false].map(|flag| Arc::new(AtomicBool::new(flag)));
        let (seen, over) = (Arc::clone(&stop), Arc::clone(&is_over));
        let times = AtomicUsize::new(0);
        let set = ctrlc::set_handler(move || {
            seen.store(true, Ordering::Relaxed);
            if times.fetch_add(1, Ordering::Relaxed) == 0 && !over.load(Ordering::Relaxed) {
                console::print_error(
                    "\nending: what is under way is finished, then judged (Ctrl-C again ends at once)",
                );
            } else {
                std::process::exit(i32::from(Exit::Aborted.code()));
            }
        });
        if set.is_err() {
            console::print_error("note: Ctrl-C will end the run without a judgement (no handler could be set)");
        }
        Self { stop, is_over, ends_with_run }
    }

    /// Set once the user has asked.
    pub(crate) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// A run was recorded: `vandan judge` can judge it again.
    pub(crate) fn run_is_over(&self) {
        self.is_over.store(self.ends_with_run, Ordering::Relaxed);
    }
}
