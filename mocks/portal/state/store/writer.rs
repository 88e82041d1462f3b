//! The thread that writes: it commits one batch at a time and reports the outcome.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::params_from_iter;
use tokio::sync::oneshot;

use crate::state::store::file::Store;
use crate::state::store::part::Write;

/// The outcome of a batch. Nothing of a failed one is in the store.
pub(crate) type Outcome = (Vec<Write>, Result<(), rusqlite::Error>);

/// A batch, and where its outcome goes.
type Order = (Vec<Write>, oneshot::Sender<Outcome>);

/// The queue of the thread, and the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) orders: Orders,
    pub(crate) thread: WriterThread,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub(crate) fn start(store: Store) -> io::Result<Self> {
        // One batch is on its way at most: the group_commit waits for its outcome before it takes the next.
        let (orders, ordered) = sync_channel(1);
        let thread =
            thread::Builder::new().name("mock-portal-store".to_owned()).spawn(move || work(store, &ordered))?;
        Ok(Self { orders: Orders(orders), thread: WriterThread(Some(thread)) })
    }
}

/// The thread, which ends when its [`Orders`] are dropped. Dropping this waits for that; then the store is closed.
#[derive(Debug)]
pub(crate) struct WriterThread(Option<JoinHandle<()>>);

impl Drop for WriterThread {
    fn drop(&mut self) {
        // While the portal panics its orders are still there, and the thread would never end.
        if !thread::panicking() {
            // A panic of the thread was already reported on its own.
            drop(self.0.take().map(JoinHandle::join));
        }
    }
}

/// The queue of batches.
#[derive(Debug)]
pub(crate) struct Orders(SyncSender<Order>);

impl Orders {
    /// Has a batch committed; `None` if the thread has gone.
    pub(crate) async fn commit(&self, batch: Vec<Write>) -> Option<Outcome> {
        let (outcome, decided) = oneshot::channel();
        self.0.send((batch, outcome)).ok()?;
        decided.await.ok()
    }
}

fn work(mut store: Store, ordered: &Receiver<Order>) {
    for (batch, outcome) in ordered {
        let committed = commit(&mut store, &batch);
        // Nothing listens any more when the portal ends.
        drop(outcome.send((batch, committed)));
    }
}

fn commit(store: &mut Store, batch: &[Write]) -> Result<(), rusqlite::Error> {
    let transaction = store.connection.transaction()?;
    for write in batch {
        transaction.prepare_cached(&write.sql)?.execute(params_from_iter(&write.values))?;
    }
    transaction.commit()
}
