//! Work shared among threads whose results come in order: the number of threads changes nothing but the time.

use std::sync::mpsc::{Receiver, sync_channel};

/// How many finished pieces each thread keeps: one is consumed while the next is made.
const WAITING: usize = 2;

/// Makes the pieces `0..count` on several threads and takes them in order.
///
/// Bounded: a thread that is ahead waits.
///
/// # Errors
/// The first error of `take`; unfinished work is discarded.
pub fn in_order<T: Send, E>(
    count: u32,
    threads: usize,
    make: impl Fn(u32) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = u32::try_from(threads).unwrap_or(u32::MAX).clamp(1, count.max(1));
    let make = &make;
    std::thread::scope(|scope| {
        let start = |first: u32| {
            let (sender, receiver) = sync_channel(WAITING);
            scope.spawn(move || {
                for piece in (first..count).step_by(threads as usize) {
                    // The receiver is gone: the work has ended with an error.
                    if sender.send(make(piece)).is_err() {
                        break;
                    }
                }
            });
            receiver
        };
        let makers: Vec<Receiver<T>> = (0..threads).map(start).collect();
        for maker in makers.iter().cycle().take(count as usize) {
            match maker.recv() {
                Ok(piece) => take(piece)?,
                // The thread has panicked; leaving the scope passes that on.
                Err(_gone) => break,
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(count: u32, threads: usize) -> Vec<u32> {
        let mut taken = Vec::new();
        let ended: Result<(), ()> = in_order(
            count,
            threads,
            |piece| piece * piece,
            |piece| {
                taken.push(piece);
                Ok(())
            },
        );
        assert_eq!(ended, Ok(()));
        taken
    }

    #[test]
    fn pieces_come_in_order_on_any_number_of_threads() {
        let expected: Vec<_> = (0..100).map(|piece| piece * piece).collect();
        for threads in [0, 1, 2, 7, 200] {
            assert_eq!(squares(100, threads), expected);
        }
        assert!(squares(0, 3).is_empty());
    }

    #[test]
    fn an_error_ends_the_work() {
        let mut taken = 0;
        let ended = in_order(
            1_000_000,
            3,
            |piece| piece,
            |piece| {
                taken += 1;
                if piece == 5 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err("enough"), 6));
    }
}
