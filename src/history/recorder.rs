//! The one writer of a run: takes batches from bounded channels, writes them, commits at least twice a second.
//!
//! What waits is bounded twice, in batches and in bytes: a portal that shows much makes few batches large.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::{Batch, HistoryError, Store};

/// Batches that may wait for the writer. A lane flushes at most ten times a second and the writer clears a batch of
/// 512 exchanges in about 3 ms, so 64 is several seconds of a stalled disk.
const QUEUE: usize = 64;

/// Bytes of batches that may wait for the writer or be with it. As a rule 64 batches take half of it.
const QUEUE_BYTES: usize = 64 << 20;

/// Batches a single inlet keeps back while the queue is full, before it begins to lose records.
const BACKLOG: usize = 256;

/// Bytes a single inlet keeps back while the queue is full, before it begins to lose records.
const BACKLOG_BYTES: usize = 64 << 20;

/// The longest time between two commits.
const COMMIT_EVERY: Duration = Duration::from_millis(250);

/// The writer thread of a history.
pub struct Recorder {
    batches: Option<SyncSender<Batch>>,
    spare: Arc<Mutex<Vec<Batch>>>,
    queued: Arc<AtomicUsize>,
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
        let (queued, failed) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        let writer = Writer {
            store,
            inbox,
            spare: Arc::clone(&spare),
            queued: Arc::clone(&queued),
            failed: Arc::clone(&failed),
        };
        let thread = std::thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.run())
            .map_err(HistoryError::Thread)?;
        Ok(Self { batches: Some(batches), spare, queued, lost: Arc::default(), failed, thread: Some(thread) })
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
            queued: Arc::clone(&self.queued),
            lost: Arc::clone(&self.lost),
            current: Batch::default(),
            backlog: VecDeque::new(),
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
    /// Bytes on their way to the writer, of all inlets.
    queued: Arc<AtomicUsize>,
    lost: Arc<AtomicU64>,
    current: Batch,
    backlog: VecDeque<Batch>,
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
            self.backlog.push_back(std::mem::replace(&mut self.current, fresh));
        }
        while let Some(batch) = self.backlog.pop_front() {
            if let Some(batch) = self.hand_over(batch) {
                self.backlog.push_front(batch);
                break;
            }
        }
        let mut bytes: usize = self.backlog.iter().map(Batch::bytes).sum();
        while self.backlog.len() > BACKLOG || bytes > BACKLOG_BYTES {
            let Some(given_up) = self.backlog.pop_front() else { return };
            bytes -= given_up.bytes();
            self.lost.fetch_add(given_up.records(), Ordering::Relaxed);
        }
    }

    /// Puts a batch into the queue; gives it back if there is no room for it. An empty queue takes any batch.
    fn hand_over(&self, batch: Batch) -> Option<Batch> {
        let bytes = batch.bytes();
        let before = self.queued.fetch_add(bytes, Ordering::Relaxed);
        let refused = if before > 0 && before + bytes > QUEUE_BYTES {
            Some(batch)
        } else {
            match self.batches.try_send(batch) {
                Ok(()) => None,
                Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => Some(batch),
            }
        };
        if refused.is_some() {
            self.queued.fetch_sub(bytes, Ordering::Relaxed);
        }
        refused
    }

    /// Hands over everything, waiting for the writer: only when nothing is timed any more.
    pub fn close(&mut self) {
        self.flush();
        for batch in self.backlog.drain(..) {
            let (records, bytes) = (batch.records(), batch.bytes());
            self.queued.fetch_add(bytes, Ordering::Relaxed);
            if self.batches.send(batch).is_err() {
                self.queued.fetch_sub(bytes, Ordering::Relaxed);
                self.lost.fetch_add(records, Ordering::Relaxed);
            }
        }
    }
}

struct Writer {
    store: Store,
    inbox: Receiver<Batch>,
    spare: Arc<Mutex<Vec<Batch>>>,
    queued: Arc<AtomicUsize>,
    failed: Arc<AtomicU64>,
}

impl Writer {
    fn run(mut self) -> Result<Store, HistoryError> {
        yield_to_others();
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
            self.queued.fetch_sub(batches.iter().map(Batch::bytes).sum(), Ordering::Relaxed);
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

/// Has this thread run after those that send, where they share a core: what is written may be late, what is sent may not. Its
/// share of a busy core is a quarter, more than it needs.
fn yield_to_others() {
    /// 0 is usual, 19 the least.
    #[cfg(target_os = "linux")]
    const NICENESS: i32 = 5;
    // To Linux "this process" is the thread that asks. If it may not, it stays as it was.
    #[cfg(target_os = "linux")]
    let _kept_as_it_was: Result<(), rustix::io::Errno> = rustix::process::setpriority_process(None, NICENESS);
}

#[cfg(test)]
mod tests {
    use model::Fact;

    use super::*;
    use crate::Signal;

    fn inlet(batches: SyncSender<Batch>) -> Inlet {
        Inlet {
            batches,
            spare: Arc::default(),
            queued: Arc::default(),
            lost: Arc::default(),
            current: Batch::default(),
            backlog: VecDeque::new(),
        }
    }

    fn signal(sequence: u64, detail: Option<String>) -> Signal {
        Signal {
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
            detail,
        }
    }

    #[test]
    fn what_a_recorder_that_has_gone_does_not_take_is_counted_signals_too() {
        let (batches, inbox) = sync_channel(1);
        drop(inbox);
        let mut inlet = inlet(batches);
        for sequence in 1..=3 {
            inlet.batch().signal(signal(sequence, None));
            inlet.flush();
        }
        inlet.close();
        assert_eq!((inlet.lost.load(Ordering::Relaxed), inlet.queued.load(Ordering::Relaxed)), (3, 0));
    }

    #[test]
    fn what_waits_for_a_writer_that_does_nothing_is_bounded_in_bytes_and_the_rest_is_counted() {
        let (batches, inbox) = sync_channel(QUEUE);
        let mut inlet = inlet(batches);
        // A batch is full by its bytes long before it holds 512 exchanges.
        let value = "x".repeat(4_000);
        let mut made = 0;
        for _ in 0..200 {
            while !inlet.batch().is_full() {
                inlet.batch().fact(Fact::Title, value.clone());
                made += 1;
            }
            inlet.flush();
            let kept: usize = inlet.backlog.iter().map(Batch::bytes).sum();
            assert!(inlet.queued.load(Ordering::Relaxed) <= QUEUE_BYTES && kept <= BACKLOG_BYTES);
        }
        assert!(inlet.backlog.len() < BACKLOG, "not the number of batches was the bound");
        let waiting: u64 = inlet.backlog.iter().map(Batch::records).sum();
        drop(inlet.batches);
        let queued: u64 = inbox.iter().map(|batch| batch.records()).sum();
        let lost = inlet.lost.load(Ordering::Relaxed);
        assert_eq!(made, lost + waiting + queued, "nothing is lost in silence");
        assert!(lost > 0);
    }

    #[test]
    fn a_single_batch_that_is_larger_than_the_queue_goes_through() {
        let (batches, inbox) = sync_channel(QUEUE);
        let mut inlet = inlet(batches);
        inlet.batch().fact(Fact::Title, "x".repeat(QUEUE_BYTES + 1));
        inlet.flush();
        assert_eq!((inbox.try_iter().count(), inlet.backlog.len()), (1, 0));
    }

    #[test]
    fn a_batch_that_grew_huge_gives_its_memory_back() {
        let mut batch = Batch::default();
        for _ in 0..3_000 {
            batch.text(&"x".repeat(4_000));
        }
        let grown = batch.arena.capacity();
        batch.clear();
        assert!(grown > 10_000_000 && batch.arena.capacity() == 0);
        batch.text("usual");
        batch.clear();
        assert!(batch.arena.capacity() > 0, "what is of the usual size is used again");
    }

    #[test]
    fn no_text_of_a_strangers_is_longer_than_stated() {
        let mut batch = Batch::default();
        let long = "ế".repeat(1_000_000);
        let text = batch.text(&long);
        assert!(batch.read(text).len() <= model::LONGEST_VALUE && batch.read(text).contains("…[3000000 bytes #"));
        batch.signal(Signal { kind: long.clone(), reference: Some(long.clone()), ..signal(1, Some(long)) });
        let Signal { kind, reference, detail, .. } = &batch.signals[0];
        for text in [kind, reference.as_ref().unwrap(), detail.as_ref().unwrap()] {
            assert!(text.len() <= model::LONGEST_CODE && model::is_cut(text));
        }
        assert!(batch.bytes() < 10_000);
    }
}
