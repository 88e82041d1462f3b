//! How a lane sleeps: to the microsecond where the system has a timer for it. That of tokio ticks once a millisecond, which
//! every act that is due would be late by, half of it on average.

use std::time::Duration;

use crate::clock::RunClock;

/// What a lane sleeps by. One sleeps at a time.
pub(crate) struct Sleeper {
    #[cfg(target_os = "linux")]
    timer: Option<timerfd::Timer>,
}

impl Sleeper {
    /// One for the thread whose runtime this is asked in; where the system has no timer to give, that of the runtime is used.
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            timer: timerfd::Timer::new().ok(),
        }
    }

    /// Sleeps until an instant, in nanoseconds since the run began. May be given up and called again.
    pub(crate) async fn until(&mut self, instant: u64, clock: &RunClock) {
        let left = Duration::from_nanos(instant.saturating_sub(clock.now()));
        if left.is_zero() {
            // Whatever else is ready has its turn.
            return tokio::task::yield_now().await;
        }
        #[cfg(target_os = "linux")]
        if let Some(timer) = &mut self.timer
            && timer.sleep(left).await.is_ok()
        {
            return;
        }
        tokio::time::sleep(left).await;
    }
}

#[cfg(target_os = "linux")]
mod timerfd {
    use std::io::{Error, ErrorKind};
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::io::read;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

    /// A timer that is a file: readable from its instant on.
    pub(super) struct Timer(AsyncFd<OwnedFd>);

    impl Timer {
        pub(super) fn new() -> Result<Self, Error> {
            let file = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
            #[expect(
                deprecated,
                reason = "unsound for files that are closed meanwhile, which one that is owned is not"
            )]
            AsyncFd::new(file).map(Self)
        }

        /// Sleeps for so long, which is more than nothing: a timer that is set to nothing never rings.
        pub(super) async fn sleep(&mut self, time: Duration) -> Result<(), Error> {
            let it_value = Timespec::try_from(time).map_err(|_too_long| ErrorKind::InvalidInput)?;
            // Whatever rang before is forgotten with it.
            let once = Itimerspec { it_interval: Timespec::default(), it_value };
            timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &once)?;
            loop {
                let mut ready = self.0.readable().await?;
                let mut times = [0; 8];
                // What is not readable after all was remembered from before.
                if let Ok(rung) = ready.try_io(|file| Ok(read(file.get_ref(), &mut times)?)) {
                    return rung.map(|_eight| ());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asleep<T>(sleeping: impl AsyncFnOnce(Sleeper, RunClock) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { sleeping(Sleeper::new(), RunClock::start()).await })
    }

    #[test]
    fn nobody_wakes_before_their_instant_and_one_that_is_past_is_not_waited_for() {
        asleep(async |mut sleeper, clock| {
            for after in [3_000_000, 20_000, 1, 0] {
                let instant = clock.now() + after;
                sleeper.until(instant, &clock).await;
                assert!(clock.now() >= instant, "{after} ns");
            }
            sleeper.until(0, &clock).await;
        });
    }

    #[test]
    fn a_sleep_that_was_given_up_does_not_end_the_next() {
        asleep(async |mut sleeper, clock| {
            let first = clock.now() + 1_000_000;
            tokio::select! {
                biased;
                () = sleeper.until(first, &clock) => unreachable!("it has hardly begun"),
                () = std::future::ready(()) => {}
            }
            // The first rings meanwhile.
            std::thread::sleep(Duration::from_millis(2));
            let second = clock.now() + 5_000_000;
            sleeper.until(second, &clock).await;
            assert!(clock.now() >= second);
        });
    }
}
