//! Load shapes: how fast people come on the wall clock, whatever the days of the document.
//!
//! A shape says how many dossiers are handed in each second. Who comes, and in which order, stays the document's: simulated time
//! runs so much faster or slower that the next people come at the rate of the shape, second by second; within a second they come
//! as unevenly as on their days.
//!
//! | a phase | says |
//! |---|---|
//! | `warm_up: { for: 10 s, rate: 20/s }` | as `constant`, but no gate counts what is due in it; only as the first phase |
//! | `constant: { for: 2 min, rate: 50/s }` | one rate |
//! | `ramp: { for: 2 min, from: 10/s, to: 200/s }` | from one rate to another, evenly |
//! | `steps: { for: 2 min, from: 50/s, to: 200/s, count: 4 }` | the same in so many steps, each as long as the others |
//! | `spike: { for: 10 s, rate: 500/s }` | as `constant`: a short burst between others |
//! | `soak: { for: 1 h, rate: 50/s }` | as `constant`: for hours |
//!
//! A rate is `50/s`, `300/min`, `1000/h`, or `2x peak`: so many times the busiest hour of the document.

use std::fmt;
use std::time::Duration;

use model::{Fields, Node, SimTime, Timeline};

use super::Arrival;

/// How fast dossiers come in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArrivalRate {
    /// So many a second.
    PerSecond(f64),
    /// So many times as fast as in the busiest hour of the document.
    Peaks(f64),
}

/// The highest rate, in dossiers a second.
const MOST_PER_SECOND: f64 = 100_000.0;

impl ArrivalRate {
    /// Reads `50/s`, `300/min`, `1000/h` or `2x peak`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = || Err(format!("`{text}` is no rate (write 50/s, 300/min, 1000/h or 2x peak)"));
        let (number, of): (_, fn(f64) -> Self) = if let Some(number) = text.strip_suffix("x peak") {
            (number, Self::Peaks)
        } else if let Some((number, unit)) = text.split_once('/') {
            match unit.trim() {
                "s" => (number, Self::PerSecond),
                "min" => (number, |number| Self::PerSecond(number / 60.0)),
                "h" => (number, |number| Self::PerSecond(number / 3_600.0)),
                _ => return refuse(),
            }
        } else {
            return refuse();
        };
        match number.trim().parse::<f64>() {
            Ok(number) if (0.0..=MOST_PER_SECOND).contains(&number) => Ok(of(number)),
            Ok(_) => Err(format!("`{text}` is not within 0 to 100,000 a second")),
            Err(_) => refuse(),
        }
    }

    fn per_second(self, peak: f64) -> f64 {
        match self {
            Self::PerSecond(rate) => rate,
            Self::Peaks(times) => times * peak,
        }
    }
}

impl fmt::Display for ArrivalRate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PerSecond(rate) if rate > 0.0 && rate < 0.5 => write!(out, "{:.0}/h", rate * 3_600.0),
            Self::PerSecond(rate) => write!(out, "{}/s", (rate * 100.0).round() / 100.0),
            Self::Peaks(times) => write!(out, "{times}x peak"),
        }
    }
}

/// One phase of a shape: a rate that changes evenly from `from` to `to`, in so many steps; `None` in no steps.
#[derive(Clone, Debug, PartialEq)]
struct LoadPhase {
    name: &'static str,
    length: Duration,
    from: ArrivalRate,
    to: ArrivalRate,
    steps: Option<u32>,
}

/// Phases of load, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadShape {
    phases: Vec<LoadPhase>,
}

const WARM_UP: &str = "warm_up";

/// The names of phases that have one rate.
const AT_ONE_RATE: [&str; 4] = [WARM_UP, "constant", "spike", "soak"];

/// The longest that a phase lasts: a week.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

impl LoadShape {
    /// Reads a list of phases, each with one key, as the table above has them; `duration` reads a length of time.
    pub fn read(node: &Node<'_>, duration: impl Fn(&str) -> Result<Duration, String> + Copy) -> Option<Self> {
        let items = node.items()?;
        let phases: Vec<_> = items.iter().map(|item| phase(item, duration)).collect();
        for item in items.iter().zip(&phases).skip(1).filter(|(_, phase)| is_warm_up(phase.as_ref())) {
            item.0.refuse::<()>("`warm_up` is not the first phase", "move it to the top");
        }
        let phases: Vec<_> = phases.into_iter().collect::<Option<_>>()?;
        if phases.iter().all(|phase| is_warm_up(Some(phase))) {
            return node
                .refuse("there is no phase that gates count", "add one, as `constant: { for: 2 min, rate: 50/s }`");
        }
        Some(Self { phases })
    }

    /// One rate for so long, after a warm-up at the same rate.
    pub fn constant(rate: ArrivalRate, length: Duration, warm_up: Duration) -> Self {
        let phase = |name, length| LoadPhase { name, length, from: rate, to: rate, steps: None };
        let phases = [phase(WARM_UP, warm_up), phase("constant", length)];
        Self { phases: phases.into_iter().filter(|phase| !phase.length.is_zero()).collect() }
    }

    /// How long it lasts.
    pub fn length(&self) -> Duration {
        self.phases.iter().map(|phase| phase.length).sum()
    }

    /// How long the warm-up lasts with which it begins.
    pub fn warm_up(&self) -> Duration {
        self.phases.iter().filter(|phase| phase.name == WARM_UP).map(|phase| phase.length).sum()
    }

    /// The rates on the wall clock, where `peak` dossiers a second come in the busiest hour of the document.
    pub fn curve(&self, peak: f64) -> LoadCurve {
        let mut pieces = Vec::new();
        for LoadPhase { length, from, to, steps, .. } in &self.phases {
            let (from, to, seconds) = (from.per_second(peak), to.per_second(peak), length.as_secs_f64());
            match *steps {
                None => pieces.push(Piece { seconds, from, to }),
                Some(count) => pieces.extend((0..count).map(|step| {
                    let rate = from + (to - from) * f64::from(step) / f64::from((count - 1).max(1));
                    Piece { seconds: seconds / f64::from(count), from: rate, to: rate }
                })),
            }
        }
        LoadCurve { pieces }
    }
}

impl fmt::Display for LoadShape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, LoadPhase { name, length, from, to, steps }) in self.phases.iter().enumerate() {
            let name = name.replace('_', "-");
            let comma = if position == 0 { "" } else { ", " };
            write!(out, "{comma}{name} {} s at {from}", length.as_secs_f64())?;
            if from != to {
                write!(out, " to {to}")?;
            }
            if let Some(count) = steps {
                write!(out, " in {count} steps")?;
            }
        }
        Ok(())
    }
}

fn is_warm_up(phase: Option<&LoadPhase>) -> bool {
    phase.is_some_and(|phase| phase.name == WARM_UP)
}

fn phase(node: &Node<'_>, duration: impl Fn(&str) -> Result<Duration, String> + Copy) -> Option<LoadPhase> {
    node.fields(|fields| {
        let at_one_rate = AT_ONE_RATE.into_iter().filter_map(|name| {
            let node = fields.get(name)?;
            Some(node.fields(|fields| {
                let (length, rate) = (span(fields, duration), rate(fields, "rate", true));
                Some(LoadPhase { name, length: length?, from: rate?, to: rate?, steps: None })
            }))
        });
        let changing = ["ramp", "steps"].into_iter().filter_map(|name| {
            let node = fields.get(name)?;
            Some(node.fields(|fields| {
                let (length, from, to) =
                    (span(fields, duration), rate(fields, "from", false), rate(fields, "to", false));
                let steps = if name == "steps" {
                    fields.need("count").and_then(|node| node.bounded(2, 1_000)).map(Some)
                } else {
                    Some(None)
                };
                Some(LoadPhase { name, length: length?, from: from?, to: to?, steps: steps? })
            }))
        });
        let mut read: Vec<_> = at_one_rate.chain(changing).collect();
        match (read.pop(), read.is_empty()) {
            (Some(phase), true) => phase,
            (Some(_), false) => node.refuse("two phases in one item", "begin each with `-`"),
            (None, _) => node.refuse("no phase", "one of warm_up, constant, ramp, steps, spike, soak"),
        }
    })
}

fn span(fields: &Fields<'_>, duration: impl Fn(&str) -> Result<Duration, String>) -> Option<Duration> {
    let node = fields.need("for")?;
    match node.parsed(duration)? {
        Duration::ZERO => node.refuse("a phase lasts longer than nothing", ""),
        length if length <= LONGEST => Some(length),
        _ => node.refuse("a phase lasts a week at most", ""),
    }
}

fn rate(fields: &Fields<'_>, name: &'static str, must_be_more: bool) -> Option<ArrivalRate> {
    let node = fields.need(name)?;
    match node.parsed(ArrivalRate::parse)? {
        ArrivalRate::PerSecond(0.0) | ArrivalRate::Peaks(0.0) if must_be_more => {
            node.refuse("nobody would come", "leave the phase out")
        }
        rate @ (ArrivalRate::PerSecond(_) | ArrivalRate::Peaks(_)) => Some(rate),
    }
}

/// A stretch of the wall clock whose rate changes evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    seconds: f64,
    /// Dossiers a second.
    from: f64,
    to: f64,
}

/// Rates over the wall clock.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadCurve {
    pieces: Vec<Piece>,
}

/// The most stretches in which the rate is held apart.
const MOST_STRETCHES: u32 = 20_000;

impl LoadCurve {
    /// How many dossiers come in by so many seconds.
    fn by(&self, seconds: f64) -> f64 {
        let (mut left, mut count) = (seconds, 0.0);
        for piece in &self.pieces {
            let passed = left.clamp(0.0, piece.seconds);
            let at = piece.from + (piece.to - piece.from) * passed / piece.seconds;
            count += passed * piece.from.midpoint(at);
            left -= passed;
        }
        count
    }

    fn seconds(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.seconds).sum()
    }

    /// How many dossiers come in, rounded.
    ///
    /// # Errors
    /// Fewer than one, or more than can be numbered, in words.
    pub fn dossiers(&self) -> Result<u32, String> {
        let count = self.by(self.seconds()).round();
        if count < 1.0 {
            return Err("hands in not one dossier".to_owned());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        let whole = (count <= f64::from(u32::MAX)).then_some(count as u32);
        whole.ok_or_else(|| format!("hands in {count} dossiers, {} may be", u32::MAX))
    }

    /// The map of time by which these arrivals, in order of their dues, come at the rates of this curve. The stretches are those
    /// of `days`, whose own pace counts only within a second.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts and wall instants are positive and far below 2^53"
    )]
    pub fn timeline(&self, days: &Timeline, arrivals: &[Arrival]) -> Timeline {
        let seconds = self.seconds();
        let stretches = (seconds.ceil() as u32).clamp(1, MOST_STRETCHES);
        let total = self.by(seconds);
        // When, by both clocks, so many have come: the wall clock, and that of the days as they would be played.
        let mut met = vec![(days.start(), 0.0, 0.0)];
        for stretch in 1..stretches {
            let wall = seconds * f64::from(stretch) / f64::from(stretches);
            let come = (self.by(wall) / total * arrivals.len() as f64).round() as usize;
            let Some(arrival) = arrivals.get(come) else { continue };
            let played = days.wall(arrival.due) as f64;
            if met.last().is_some_and(|(_, last, _)| played > *last) && played < days.wall_end() as f64 {
                met.push((arrival.due, played, wall));
            }
        }
        met.push((days.end(), days.wall_end() as f64, seconds));
        Timeline::new(stretched(days, &met), Duration::from_secs_f64(seconds))
    }
}

/// The stretches of `days`, cut where both clocks meet, each with its weight: wall seconds per simulated second.
#[expect(clippy::cast_precision_loss, reason = "wall instants are far below 2^53")]
fn stretched(days: &Timeline, met: &[(SimTime, f64, f64)]) -> Vec<(SimTime, SimTime, bool, f64)> {
    let wall = |played: f64| {
        let next = met.partition_point(|(_, known, _)| *known < played).clamp(1, met.len() - 1);
        let ((_, from, begun), (_, until, ended)) = (met[next - 1], met[next]);
        begun + (ended - begun) * ((played - from) / (until - from).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    };
    let mut cuts = met.iter().map(|(instant, _, wall)| (*instant, *wall)).peekable();
    let mut stretches = Vec::with_capacity(days.segments().len() + met.len());
    for segment in days.segments() {
        let mut from = (segment.start, wall(segment.wall_start as f64));
        let mut add = |until: (SimTime, f64)| {
            let span = until.0.since(from.0).as_secs_f64();
            if span > 0.0 {
                stretches.push((from.0, until.0, segment.office, (until.1 - from.1).max(0.0) / span));
                from = until;
            }
        };
        while let Some(cut) = cuts.next_if(|(instant, _)| *instant < segment.end) {
            if cut.0 > segment.start {
                add(cut);
            }
        }
        add((segment.end, wall(segment.wall_end as f64)));
    }
    stretches
}

#[cfg(test)]
mod tests {
    use model::{CaseId, Document};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<LoadShape, String> {
        let seconds = |text: &str| {
            let number = text.strip_suffix(" s").and_then(|number| number.parse().ok());
            number.map(Duration::from_secs).ok_or_else(|| "no time".to_owned())
        };
        let document = Document::parse("run.yaml", text).unwrap();
        let read = document.read(|fields| fields.need("load").and_then(|node| LoadShape::read(&node, seconds)));
        read.map_err(|problems| problems.to_string())
    }

    #[test]
    fn phases_follow_each_other_and_hand_in_the_area_below_their_rates() {
        let shape = read(
            "load:\n  - warm_up: { for: 10 s, rate: 20/s }\n  - ramp: { for: 20 s, from: 0/s, to: 100/s }\n  \
             - steps: { for: 30 s, from: 10/s, to: 30/s, count: 3 }\n  - spike: { for: 5 s, rate: 2x peak }\n",
        )
        .unwrap();
        assert_eq!((shape.length().as_secs(), shape.warm_up().as_secs()), (65, 10));
        let curve = shape.curve(7.0);
        assert_eq!(curve.dossiers(), Ok(200 + 1_000 + 600 + 70));
        let by =
            [5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 65.0, 99.0].map(|seconds| curve.by(seconds).round().to_string());
        assert_eq!(by, ["100", "200", "450", "1200", "1300", "1500", "1800", "1870", "1870"]);
        assert_eq!(
            shape.to_string(),
            "warm-up 10 s at 20/s, ramp 20 s at 0/s to 100/s, steps 30 s at 10/s to 30/s in 3 steps, spike 5 s at 2x peak"
        );
    }

    #[test]
    fn what_is_no_shape_is_refused_with_its_place() {
        let mistakes = read(
            "load:\n  - constant: { for: 10 s, rate: 20 }\n  - warm_up: { for: 1 s, rate: 1/s }\n  - soak: { for: 0 s, rate: 0/s }\n  \
             - { spike: { for: 1 s, rate: 1/s }, soak: { for: 1 s, rate: 1/s } }\n  - {}\n  - steps: { for: 1 s, from: 1/s, to: 2/s }\n",
        )
        .unwrap_err();
        for part in [
            "`20` is no rate",
            "`warm_up` is not the first phase",
            "lasts longer than nothing",
            "nobody would come",
            "two phases in one item",
            "no phase",
            "count",
        ] {
            assert!(mistakes.contains(part), "{part}: {mistakes}");
        }
        assert!(
            read("load:\n  - warm_up: { for: 1 s, rate: 1/s }\n").unwrap_err().contains("no phase that gates count")
        );
    }

    #[test]
    fn a_shape_that_hands_in_nothing_is_refused() {
        let shape = LoadShape::constant(ArrivalRate::PerSecond(0.1), Duration::from_secs(1), Duration::ZERO);
        assert!(shape.curve(1.0).dossiers().is_err());
    }

    /// Days of 24 hours, offices open from 8 to 17, played in 100 s.
    fn days(count: i64) -> Timeline {
        let at = |hours: i64| SimTime(hours * 3_600_000);
        let day = |day: i64| {
            let start = day * 24;
            [(start, start + 8, false, 0.1), (start + 8, start + 17, true, 1.0), (start + 17, start + 24, false, 0.1)]
        };
        let stretches = (0..count).flat_map(day).map(|(from, until, office, pace)| (at(from), at(until), office, pace));
        Timeline::new(stretches, Duration::from_secs(100))
    }

    proptest! {
        #[test]
        fn people_come_at_the_rates_of_the_shape_whatever_their_days(
            mut dues in prop::collection::vec(0..20_i64 * 86_400_000, 200..2_000), ramp in 0.0..9.0_f64, length in 2..40_u32,
        ) {
            dues.sort_unstable();
            let arrivals: Vec<_> = dues.iter().map(|due| Arrival { due: SimTime(*due), case: CaseId(0), unit: 0 }).collect();
            let piece = Piece { seconds: f64::from(length), from: 1.0, to: 1.0 + ramp };
            let curve = LoadCurve { pieces: vec![piece] };
            let timeline = curve.timeline(&days(20), &arrivals);
            prop_assert_eq!((timeline.start(), timeline.end()), (days(20).start(), days(20).end()));
            prop_assert!(timeline.wall_end().abs_diff(u64::from(length) * 1_000_000_000) < 1_000);
            for second in 1..length {
                let wall = u64::from(second) * 1_000_000_000;
                let come = arrivals.iter().filter(|arrival| timeline.wall(arrival.due) < wall).count();
                let share = curve.by(f64::from(second)) / curve.by(f64::from(length));
                let meant = share * f64::from(u32::try_from(arrivals.len()).unwrap());
                prop_assert!((f64::from(u32::try_from(come).unwrap()) - meant).abs() <= 3.0, "{come} by second {second}, {meant} are meant");
            }
            // Offices are open when they were.
            for segment in days(20).segments() {
                let middle = SimTime(segment.start.0.midpoint(segment.end.0));
                let found = timeline.segments().iter().find(|found| middle < found.end).unwrap();
                prop_assert_eq!(found.office, segment.office);
            }
        }
    }
}
