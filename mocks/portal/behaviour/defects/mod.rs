//! The defects that are switched on: what the portal does wrong on purpose, so that a tool that tests portals can prove that it
//! reports it. [`list`] names them all; a file for each area holds what they change.

pub(crate) mod deadlines;
mod intake;
mod list;
mod payments;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use crate::behaviour::defects::list::Defect;

impl Defect {
    /// The defect with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|defect| defect.name() == name)
    }
}

/// A set of defects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Defects(u128);

impl Defects {
    pub(crate) fn new(defects: &[Defect]) -> Self {
        Self(defects.iter().fold(0, |set, defect| set | Self::bit(*defect)))
    }

    /// Whether the defect is on.
    pub(crate) fn has(self, defect: Defect) -> bool {
        self.0 & Self::bit(defect) != 0
    }

    /// Whether the defect is on and `occasion`, counted from 1, is `first` or a multiple of `every` later.
    pub(crate) fn triggers(self, defect: Defect, occasion: u64, first: u64, every: u64) -> bool {
        self.has(defect) && occasion % every == first
    }

    /// The defects of the set.
    pub(crate) fn iter(self) -> impl Iterator<Item = Defect> {
        Defect::ALL.iter().copied().filter(move |defect| self.has(*defect))
    }

    fn bit(defect: Defect) -> u128 {
        1 << (defect as u32)
    }
}

/// The defects that are on in a running portal, the delay of its answers, and the window of races.
#[derive(Debug)]
pub(crate) struct Switches {
    low: AtomicU64,
    high: AtomicU64,
    window_ms: AtomicU64,
    delay_us: AtomicU64,
}

impl Switches {
    /// The window of a race is 5 ms wide unless a tester changes that.
    pub(crate) fn new(defects: Defects) -> Self {
        let switches = Self {
            low: AtomicU64::new(0),
            high: AtomicU64::new(0),
            window_ms: AtomicU64::new(5),
            delay_us: AtomicU64::new(0),
        };
        switches.set(defects);
        switches
    }

    /// What is on. Only the thread of the portal sets and gets, so that the halves belong together.
    pub(crate) fn get(&self) -> Defects {
        let (low, high) = (self.low.load(Ordering::Relaxed), self.high.load(Ordering::Relaxed));
        Defects(u128::from(high) << 64 | u128::from(low))
    }

    pub(crate) fn set(&self, defects: Defects) {
        let [low, high] = [defects.0 & u128::from(u64::MAX), defects.0 >> 64];
        self.low.store(u64::try_from(low).unwrap_or_default(), Ordering::Relaxed);
        self.high.store(u64::try_from(high).unwrap_or_default(), Ordering::Relaxed);
    }

    /// How long a race lasts from its check to its act.
    pub(crate) fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms.load(Ordering::Relaxed))
    }

    /// How long each answer to people takes, if a tester has said so; no defect, but switched like one.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let delay_us = self.delay_us.load(Ordering::Relaxed);
        (delay_us > 0).then(|| Duration::from_micros(delay_us))
    }

    pub(crate) fn set_delay(&self, delay_us: u64) {
        self.delay_us.store(delay_us, Ordering::Relaxed);
    }

    pub(crate) fn set_window(&self, window_ms: u64) {
        self.window_ms.store(window_ms, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_defects() {
        for defect in Defect::ALL {
            assert_eq!(Defect::from_name(defect.name()), Some(*defect));
        }
        assert_eq!(Defect::from_name("no-such-defect"), None);
    }

    #[test]
    fn every_defect_is_listed_once_and_breaks_a_rule_in_one_sentence() {
        let mut names: Vec<_> = Defect::ALL.iter().map(|defect| defect.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Defect::ALL.len());
        assert!(Defect::ALL.len() >= 80);
        for defect in Defect::ALL {
            assert!(!defect.breaks().is_empty());
            assert!(defect.description().ends_with('.'), "{}", defect.description());
        }
    }

    #[test]
    fn what_is_switched_is_what_is_on() {
        for defect in Defect::ALL {
            let switches = Switches::new(Defects::new(&[*defect]));
            assert_eq!(switches.get().iter().collect::<Vec<_>>(), [*defect]);
        }
        let all = Defects::new(Defect::ALL);
        assert_eq!(Switches::new(all).get(), all);
    }

    #[test]
    fn only_what_is_on_strikes() {
        let on = Defects::new(&[Defect::Skim]);
        let struck: Vec<u64> = (1..=12).filter(|n| on.triggers(Defect::Skim, *n, 1, 5)).collect();
        assert_eq!(struck, [1, 6, 11]);
        assert!((1..=12).all(|n| !Defects::default().triggers(Defect::Skim, n, 1, 5)));
        assert!(!on.has(Defect::Weekend));
    }
}
