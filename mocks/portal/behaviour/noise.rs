//! Noise: environment faults around a portal that does nothing wrong. What is injected is a function of the seed and the
//! number of the request, so that a repeated run meets the same faults. A machine that is slow or restarts breaks no rule.

use std::time::Duration;

use crate::behaviour::random::draw;
use crate::behaviour::skew::Skew;

/// One in so many requests is cut off.
const RESET_EVERY: u64 = 150;
/// One in so many answers is sent slowly.
const SLOW_EVERY: u64 = 10;
/// There is one burst in so many requests.
const BURST_PERIOD: u64 = 500;
/// How many requests in a row a burst refuses.
const BURST_LENGTH: u64 = 20;
/// There is one freeze in so many requests.
const FREEZE_PERIOD: u64 = 2_000;
/// One in so many callbacks is refused when it first arrives.
const DROPPED_EVERY: u64 = 4;
/// The shortest wait of the profile `latency`, in microseconds.
const SHORTEST_US: f64 = 2_000.0;
/// The longest, in microseconds.
const LONGEST_US: f64 = 400_000.0;

/// One profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// Answers take longer, a few much longer.
    Latency,
    /// Bursts of refusals.
    Bursts,
    /// Connections break.
    Resets,
    /// Bodies arrive slowly.
    SlowBodies,
    /// The whole portal freezes.
    Freeze,
    /// Callbacks of bank and post have to be repeated.
    DroppedCallbacks,
    /// The clock is wrong.
    ClockSkew,
    /// All of it.
    Storm,
}

impl Noise {
    /// Every profile.
    pub const ALL: [Self; 8] = [
        Self::Latency,
        Self::Bursts,
        Self::Resets,
        Self::SlowBodies,
        Self::Freeze,
        Self::DroppedCallbacks,
        Self::ClockSkew,
        Self::Storm,
    ];

    /// The name by which it is switched on.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// One sentence: which fault is injected.
    pub fn description(self) -> &'static str {
        self.words().1
    }

    /// The profile with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|noise| noise.name() == name)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Latency => (
                "latency",
                "Delays every answer: half by at most 3.5 ms, nine of ten by at most 13 ms, none by more than 400 ms.",
            ),
            Self::Bursts => (
                "bursts",
                "Refuses 20 consecutive requests of every 500 with 503 and Retry-After, before anything is done.",
            ),
            Self::Resets => (
                "resets",
                "Resets the connection of one in 150 requests instead of answering, half of them after carrying the request out.",
            ),
            Self::SlowBodies => ("slow-bodies", "Sends one in 10 answers in 8 pieces, 5 ms apart."),
            Self::Freeze => ("freeze", "Freezes the whole portal for a second once in 2,000 requests."),
            Self::DroppedCallbacks => {
                ("dropped-callbacks", "Answers one in 4 callbacks of bank and post with 503 when it first arrives.")
            }
            Self::ClockSkew => (
                "clock-skew",
                "Sets the clock 1 to 5 seconds fast or slow and lets it drift by 1 to 10 ms a second, up to 10 seconds. Everything it dates is affected, the header Date included.",
            ),
            Self::Storm => ("storm", "Injects all of the others together."),
        }
    }
}

/// Profiles that are on together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Noises(u16);

impl Noises {
    pub(crate) fn new(profiles: &[Noise]) -> Self {
        Self(profiles.iter().fold(0, |set, noise| set | Self::bit(*noise)))
    }

    /// Whether the profile is among them, by itself or as a part of the storm.
    pub(crate) fn has(self, noise: Noise) -> bool {
        self.0 & (Self::bit(noise) | Self::bit(Noise::Storm)) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The profiles that are named in it.
    pub(crate) fn iter(self) -> impl Iterator<Item = Noise> {
        Noise::ALL.into_iter().filter(move |noise| self.0 & Self::bit(*noise) != 0)
    }

    /// The faults of a request; `number` counts requests from 1.
    pub(crate) fn events(self, seed: u64, number: u64) -> Vec<Event> {
        let mut events = Vec::new();
        if self.has(Noise::Freeze) && is_in_span(seed ^ 1, number, FREEZE_PERIOD, 1) {
            events.push(Event::Freeze);
        }
        if self.has(Noise::Latency) {
            events.push(Event::Wait(latency(draw(seed ^ 2, number))));
        }
        if self.has(Noise::Bursts) && is_in_span(seed ^ 3, number, BURST_PERIOD, BURST_LENGTH) {
            events.push(Event::Unavailable);
        }
        let cut = draw(seed ^ 4, number);
        if self.has(Noise::Resets) && cut.is_multiple_of(RESET_EVERY) {
            events.push(if (cut / RESET_EVERY).is_multiple_of(2) { Event::CutBefore } else { Event::CutAfter });
        }
        if self.has(Noise::SlowBodies) && draw(seed ^ 5, number).is_multiple_of(SLOW_EVERY) {
            events.push(Event::Trickle);
        }
        events
    }

    /// Whether a callback is refused when it first arrives; `mark` identifies it.
    pub(crate) fn drops(self, seed: u64, mark: u64) -> bool {
        self.has(Noise::DroppedCallbacks) && draw(seed ^ 6, mark).is_multiple_of(DROPPED_EVERY)
    }

    /// The skew of a clock that goes wrong at `began_ns` of wall time.
    pub(crate) fn skew(self, seed: u64, began_ns: u64) -> Option<Skew> {
        self.has(Noise::ClockSkew).then(|| Skew::new(seed, began_ns))
    }

    fn bit(noise: Noise) -> u16 {
        1 << (noise as u16)
    }
}

/// A fault of one request, in the order in which they act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// The whole portal freezes.
    Freeze,
    /// This request waits.
    Wait(Duration),
    /// It is refused for now.
    Unavailable,
    /// Its connection breaks before anything is done.
    CutBefore,
    /// Its connection breaks when all is done.
    CutAfter,
    /// Its answer is sent slowly.
    Trickle,
}

/// Whether a request is in the span of `length` requests that each `period` of them has somewhere.
fn is_in_span(seed: u64, number: u64, period: u64, length: u64) -> bool {
    let start = draw(seed, number / period) % (period - length + 1);
    let place = number % period;
    place >= start && place < start + length
}

/// Pareto-like: `shortest / (1 - u)^0.8`, where `u` is in 0..1; cut at the longest.
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which a float holds")]
fn latency(draw: u64) -> Duration {
    let share = (draw >> 11) as f64 / (1_u64 << 53) as f64;
    let us = (SHORTEST_US / (1.0 - share).powf(0.8)).min(LONGEST_US);
    Duration::from_secs_f64(us / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(noise: Noise) -> Noises {
        Noises::new(&[noise])
    }

    /// How many of 100,000 requests meet a fault.
    fn count(noise: Noise, event: Event) -> usize {
        (1..=100_000).filter(|number| only(noise).events(7, *number).contains(&event)).count()
    }

    #[test]
    fn names_lead_back_to_their_profiles() {
        for noise in Noise::ALL {
            assert_eq!(Noise::from_name(noise.name()), Some(noise));
            assert!(noise.description().ends_with('.'));
        }
        assert_eq!(Noise::from_name("no-such-noise"), None);
    }

    #[test]
    fn each_occurs_as_often_as_it_says() {
        let is_near = |count: usize, expected: usize| count.abs_diff(expected) <= expected / 5;
        assert!(is_near(count(Noise::Bursts, Event::Unavailable), 4_000));
        assert_eq!(count(Noise::Freeze, Event::Freeze), 50);
        assert!(is_near(count(Noise::Resets, Event::CutBefore), 333));
        assert!(is_near(count(Noise::Resets, Event::CutAfter), 333));
        assert!(is_near(count(Noise::SlowBodies, Event::Trickle), 10_000));
        assert!(is_near((0..100_000).filter(|mark| only(Noise::DroppedCallbacks).drops(7, *mark)).count(), 25_000));
        assert_eq!(count(Noise::Latency, Event::Unavailable) + count(Noise::Bursts, Event::Trickle), 0);
        assert!(count(Noise::Storm, Event::Unavailable) > 0 && count(Noise::Storm, Event::CutAfter) > 0);
    }

    #[test]
    fn latencies_are_spread_as_their_sentence_says() {
        let mut waits: Vec<Duration> = (0..10_000).map(|number| latency(draw(7, number))).collect();
        waits.sort();
        assert!(waits[0] >= Duration::from_millis(2) && waits[9_999] <= Duration::from_millis(400));
        assert!(waits[5_000] <= Duration::from_micros(3_600) && waits[9_000] <= Duration::from_micros(13_500));
        assert!(waits[9_900] >= Duration::from_millis(50), "{:?}", waits[9_900]);
    }

    #[test]
    fn the_same_request_meets_the_same_faults_again_and_another_seed_others() {
        let all = |seed| (1..=2_000).map(|number| only(Noise::Storm).events(seed, number)).collect::<Vec<_>>();
        assert_eq!(all(7), all(7));
        assert_ne!(all(7), all(8));
    }

    #[test]
    fn profiles_go_together_and_a_storm_is_all_of_them() {
        let both = Noises::new(&[Noise::Bursts, Noise::SlowBodies]);
        for number in 1..=2_000 {
            let apart = [only(Noise::Bursts), only(Noise::SlowBodies)].map(|one| one.events(7, number)).concat();
            assert_eq!(both.events(7, number), apart);
        }
        assert_eq!(both.iter().collect::<Vec<_>>(), [Noise::Bursts, Noise::SlowBodies]);
        assert!(Noise::ALL.into_iter().all(|noise| only(Noise::Storm).has(noise)));
        assert!(!both.has(Noise::Storm) && both.skew(7, 0).is_none() && Noises::default().is_empty());
    }

    #[test]
    fn a_burst_is_twenty_in_a_row() {
        let refused: Vec<u64> = (500..1_000).filter(|n| !only(Noise::Bursts).events(7, *n).is_empty()).collect();
        assert_eq!(refused.len(), 20);
        assert_eq!(refused[19] - refused[0], 19);
    }
}
