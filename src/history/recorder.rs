//! The one writer of a run: takes batches from bounded channels, writes them, commits at least twice a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Batch, HistoryError, Store};

/// Batches that may wait for the writer. A lane flushes at most ten times a second and the writer clears a batch of
/// 512 exchanges in about 3 ms, so 64 is several seconds of a stalled disk.
const QUEUE: usize = 64;

/// Batches a single inlet keeps back while the queue is full, before it begins to lose records.
const BACKLOG: usize = 256;

/// The longest time between two commits.
const COMMIT_EVERY: Duration = Duration::from_millis(250);

/// The writer thread of a history.
pub struct Recorder {
    batches: Option<SyncSender<Batch>>,
    spare: Arc<Mutex<Vec<Batch>>>,
    lost: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
    thread: Option<JoinHandle<Result<Store, HistoryError>>>,
}

/// How many records did not reach the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecorderLoss(pub u64);

impl Recorder {
    /// Begins to write into this store.
    ///
    /// # Errors
    /// [`HistoryError::Thread`] if no thread can be started.
    pub fn start(store: Store) -> Result<Self, HistoryError> {
        let (batches, inbox) = sync_channel(QUEUE);
        let spare = Arc::new(Mutex::new(Vec::new()));
        let failed = Arc::new(AtomicU64::new(0));
        let writer = Writer { store, inbox, spare: Arc::clone(&spare), failed: Arc::clone(&failed) };
        let thread = std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.run())
            .map_err(HistoryError::Thread)?;
        Ok(Self { batches: Some(batches), spare, lost: Arc::default(), failed, thread: Some(thread) })
    }

    /// An end for one sender of records.
    ///
    /// # Panics
    /// Never: a recorder that was finished cannot be asked any more.
    pub fn inlet(&self) -> Inlet {
        let Some(batches) = self.batches.clone() else { unreachable!("finish consumes the recorder") };
        Inlet {
            batches,
            spare: Arc::clone(&self.spare),
            lost: Arc::clone(&self.lost),
            current: Batch::default(),
            backlog: Vec::new(),
        }
    }

    /// Whether writing has failed (a full disk, say): the run should stop.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed) > 0
    }

    /// Waits until all is written; every inlet must be gone.
    ///
    /// # Errors
    /// The first error of the writer; what was committed before it stays.
    pub fn finish(mut self) -> Result<(Store, RecorderLoss), HistoryError> {
        drop(self.batches.take());
        let Some(thread) = self.thread.take() else { unreachable!("finish consumes the recorder") };
        let store = thread.join().map_err(|_panic| HistoryError::WriterPanicked)??;
        Ok((store, RecorderLoss(self.lost.load(Ordering::Relaxed))))
    }
}

/// One sender's end: never waits. Records go into [`Inlet::batch`]; [`Inlet::flush`] hands it over.
pub struct Inlet {
    batches: SyncSender<Batch>,
    spare: Arc<Mutex<Vec<Batch>>>,
    lost: Arc<AtomicU64>,
    current: Batch,
    backlog: Vec<Batch>,
}

impl Inlet {
    /// The batch being filled.
    pub fn batch(&mut self) -> &mut Batch {
        &mut self.current
    }

    /// Hands the batch to the writer; if the writer is behind, keeps it back and counts what it must give up.
    pub fn flush(&mut self) {
        if !self.current.is_empty() {
            let fresh = self.spare.try_lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default();
            self.backlog.push(std::mem::replace(&mut self.current, fresh));
        }
        let mut kept = Vec::new();
        for batch in self.backlog.drain(..) {
            if !kept.is_empty() {
                kept.push(batch);
                continue;
            }
            if let Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) = self.batches.try_send(batch) {
                kept.push(batch);
            }
        }
        while kept.len() > BACKLOG {
            let given_up = kept.remove(0);
            self.lost.fetch_add(given_up.records(), Ordering::Relaxed);
        }
        self.backlog = kept;
    }

    /// Hands over everything, waiting for the writer: only when nothing is timed any more.
    pub fn close(&mut self) {
        self.flush();
        for batch in self.backlog.drain(..) {
            let records = batch.records();
            if self.batches.send(batch).is_err() {
                self.lost.fetch_add(records, Ordering::Relaxed);
            }
        }
    }
}

struct Writer {
    store: Store,
    inbox: Receiver<Batch>,
    spare: Arc<Mutex<Vec<Batch>>>,
    failed: Arc<AtomicU64>,
}

impl Writer {
    fn run(mut self) -> Result<Store, HistoryError> {
        let result = self.write_all();
        if result.is_err() {
            self.failed.store(1, Ordering::Relaxed);
        }
        result.map(|()| self.store)
    }

    /// Collects for [`COMMIT_EVERY`], then writes and commits, until every inlet is gone.
    fn write_all(&mut self) -> Result<(), HistoryError> {
        loop {
            let mut batches = Vec::new();
            let gone = match self.inbox.recv_timeout(COMMIT_EVERY) {
                Ok(batch) => {
                    batches.push(batch);
                    std::thread::sleep(COMMIT_EVERY / 2);
                    batches.extend(self.inbox.try_iter());
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            self.store.write(&batches)?;
            if let Ok(mut spare) = self.spare.lock() {
                for mut batch in batches {
                    batch.clear();
                    spare.push(batch);
                }
                spare.truncate(QUEUE);
            }
            if gone {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signal;

    #[test]
    fn what_a_recorder_that_has_gone_does_not_take_is_counted_signals_too() {
        let (batches, inbox) = sync_channel(1);
        drop(inbox);
        let lost = Arc::new(AtomicU64::new(0));
        let mut inlet = Inlet {
            batches,
            spare: Arc::default(),
            lost: Arc::clone(&lost),
            current: Batch::default(),
            backlog: Vec::new(),
        };
        for sequence in 1..=3 {
            inlet.batch().signal(Signal {
                peer: "bank",
                epoch: String::new(),
                sequence,
                at: 0,
                direction: "in".into(),
                kind: "order".into(),
                reference: None,
                dossier_code: None,
                amount: None,
                state: None,
                fault: None,
                status: None,
                detail: None,
            });
            inlet.flush();
        }
        inlet.close();
        assert_eq!(lost.load(Ordering::Relaxed), 3);
    }
}
