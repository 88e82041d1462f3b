//! What single threads of this process use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::processor;

/// Looks at one thread of this process, by its name.
pub(crate) struct Watch {
    name: &'static str,
    /// Its folder under `/proc`, once it has been found: looking for it again and again would cost more than is measured.
    thread: Option<PathBuf>,
    /// What it had used when last seen.
    pub(crate) used: Duration,
}

impl Watch {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, thread: None, used: Duration::ZERO }
    }

    pub(crate) fn look(&mut self) {
        if self.thread.is_none() {
            let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
            self.thread = threads.map(|thread| thread.path()).find(|thread| is_named(thread, self.name));
        }
        if let Some(thread) = &self.thread
            && let Ok(used) = processor::used(&thread.join("stat").display().to_string())
        {
            self.used = used.own;
        }
    }
}

fn is_named(thread: &Path, name: &str) -> bool {
    std::fs::read_to_string(thread.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
}
