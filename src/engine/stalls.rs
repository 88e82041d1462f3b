//! Intervals in which we stood still ourselves: a stopped process, a paused machine, a processor that was not ours, or one
//! thread that was busy for too long.
//!
//! A thread that asks to be woken notices by how late it is. That does not show a machine that slept, for then the monotonic
//! clock slept too: it is noticed by the clocks that went on.

use history::Stall;

use crate::clock::MachineClocks;

/// How much later than it asked for a thread may go on, in nanoseconds: 100 ms.
///
/// A lane wakes of itself every 50 ms, and an idle machine wakes it within 1 ms: what is later than two such beats is not
/// the timer's doing. Below, people do not feel a delay (Miller 1968, Nielsen 1993: 0.1 s), and the many small delays of a busy
/// machine are in each exchange's own `delay_ns`; above, a single one would spoil a claim about the tail.
pub(crate) const LATE: u64 = 100_000_000;

/// How far the wall clock may jump ahead of the others, in nanoseconds: 1 s. Time servers set it by steps of a few hundred
/// milliseconds; a machine that was paused finds it ahead by as long as it was away.
const WALL_JUMP: u64 = 1_000_000_000;

/// Whether a thread that asked to be woken at `asked` stood still until `woke`.
pub(crate) fn overslept(thread: &str, asked: u64, woke: u64) -> Option<Stall> {
    (woke > asked.saturating_add(LATE)).then(|| Stall { thread: thread.to_owned(), from: asked, until: woke })
}

/// Compares the clocks of the machine from time to time.
pub(crate) struct Jumps {
    looked: u64,
    before: MachineClocks,
}

impl Jumps {
    pub(crate) fn new(now: u64, clocks: MachineClocks) -> Self {
        Self { looked: now, before: clocks }
    }

    /// Whether the machine slept since it was last asked: from that look, until now and as much longer as it slept.
    pub(crate) fn look(&mut self, now: u64, clocks: MachineClocks) -> Option<Stall> {
        let (from, before) = (self.looked, self.before);
        (self.looked, self.before) = (now, clocks);
        let ran = clocks.monotonic.saturating_sub(before.monotonic);
        let with_sleep = clocks.with_sleep.saturating_sub(before.with_sleep).max(ran);
        let on_the_wall = clocks.wall.saturating_sub(before.wall);
        let slept = with_sleep - ran;
        let jumped = on_the_wall.saturating_sub(with_sleep);
        let beyond = |missed: u64, least: u64| if missed > least { missed } else { 0 };
        let missed = beyond(slept, LATE) + beyond(jumped, WALL_JUMP);
        (missed > 0).then(|| Stall { thread: "machine".to_owned(), from, until: now.saturating_add(missed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn who_wakes_a_tenth_of_a_second_late_stood_still() {
        assert_eq!(overslept("lane-0", 50 * MS, 150 * MS), None);
        let stall = Stall { thread: "lane-0".into(), from: 50 * MS, until: 151 * MS };
        assert_eq!(overslept("lane-0", 50 * MS, 151 * MS), Some(stall));
        assert_eq!(overslept("lane-0", 50 * MS, 10 * MS), None, "woken before, by something else");
    }

    /// The clocks after so many milliseconds each.
    fn clocks(monotonic: u64, with_sleep: u64, wall: u64) -> MachineClocks {
        MachineClocks { monotonic: monotonic * MS, with_sleep: with_sleep * MS, wall: (7_000 + wall) * MS }
    }

    fn seen(monotonic: u64, with_sleep: u64, wall: u64) -> Option<(u64, u64)> {
        let mut jumps = Jumps::new(5 * MS, clocks(0, 0, 0));
        let stall = jumps.look(25 * MS, clocks(monotonic, with_sleep, wall))?;
        assert_eq!(jumps.look(45 * MS, clocks(monotonic, with_sleep, wall)), None, "once");
        Some((stall.from / MS, stall.until / MS))
    }

    #[test]
    fn a_machine_that_slept_stood_still_though_the_run_s_clock_did_not_count_it() {
        assert_eq!(seen(20, 20, 20), None);
        assert_eq!(seen(20, 60_020, 60_020), Some((5, 60_025)));
    }

    #[test]
    fn a_machine_that_was_paused_from_outside_is_seen_by_the_wall_clock() {
        assert_eq!(seen(20, 20, 8_020), Some((5, 8_025)));
        assert_eq!(seen(20, 20, 320), None, "set by a time server");
    }

    #[test]
    fn a_wall_clock_that_is_set_back_is_no_stall() {
        let mut jumps = Jumps::new(5 * MS, clocks(0, 0, 3_000));
        assert_eq!(jumps.look(25 * MS, clocks(20, 20, 0)), None);
    }
}
