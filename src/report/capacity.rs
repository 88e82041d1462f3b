//! What a search for the capacity of a portal came to: every step with what was measured, and the answer.

mod json;
mod page;
mod terminal;

pub use json::capacity_json;
pub use page::capacity_html;
pub use terminal::{capacity_step, capacity_terminal};

use crate::latency::Latency;
use crate::text::{count, counted, duration, trimmed};

/// A search that has ended. Plain data: every form is a function of it.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// What the run file calls the run.
    pub title: String,
    /// Where the portal is; empty if each step had a reference portal of its own.
    pub target: String,
    /// The claims that must hold.
    pub gates: Vec<String>,
    /// What the search came to.
    pub answer: Answer,
    /// All steps, in the order in which they were played.
    pub steps: Vec<CapacityStep>,
    /// The working day of the document.
    pub day: OfficeDay,
    /// How much higher the next rate may be that did not hold, as a share.
    pub precision: f64,
    /// The command as it was typed.
    pub command: String,
    /// The folder of the search.
    pub folder: String,
}

/// The answer to how many dossiers a portal takes. Rates are in dossiers a second.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// All gates held at `rate` each time, and did not at `above`, the next rate that was tried.
    Confirmed {
        /// The highest rate that held.
        rate: f64,
        /// The lowest that did not.
        above: f64,
    },
    /// All gates held at `rate`; more is not known, and why.
    AtLeast {
        /// The highest rate that held.
        rate: f64,
        /// Why no more is known.
        because: String,
    },
    /// No rate held that was tried, and why no further one was.
    Nothing {
        /// Why.
        because: String,
    },
}

/// One rate, played as an ordinary run.
#[derive(Clone, Debug)]
pub struct CapacityStep {
    /// What for.
    pub purpose: Purpose,
    /// Dossiers a second.
    pub rate: f64,
    /// How long it lasted without its warm-up, in seconds.
    pub seconds: f64,
    /// How the gates stand.
    pub standing: StepStanding,
    /// Why they do not all hold, in words; empty if they do.
    pub reasons: Vec<String>,
    /// Dossiers that were planned.
    pub dossiers: u64,
    /// Exchanges of people under load.
    pub exchanges: u64,
    /// The share of them without a trustworthy answer, 0 to 1.
    pub errors: f64,
    /// Response time of people under load; none if nothing was answered.
    pub response_time: Option<Latency>,
    /// The rules that were broken, by id.
    pub broken_rules: Vec<String>,
    /// Its folder, below that of the search.
    pub folder: String,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Looks for a rate that does not hold.
    Ramp,
    /// Narrows the interval.
    Bisection,
    /// Plays a rate again that held.
    Confirmation,
    /// Plays the first rate again after the first overload.
    Recovery,
}

impl Purpose {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ramp => "ramp",
            Self::Bisection => "bisection",
            Self::Confirmation => "confirmation",
            Self::Recovery => "recovery",
        }
    }
}

/// How the gates of a step stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepStanding {
    /// All of them hold.
    Holds,
    /// One is breached, or too many people could not go on.
    Exceeded,
    /// None is breached, and one is undecided.
    Undecided,
    /// The step says nothing of the portal: the generator could not keep up.
    GeneratorLimit,
}

impl StepStanding {
    /// In a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Exceeded => "exceeded",
            Self::Undecided => "undecided",
            Self::GeneratorLimit => "generator_limit",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Holds => "✓",
            Self::Exceeded => "✗",
            Self::Undecided | Self::GeneratorLimit => "?",
        }
    }
}

/// The working day of a document, by which a rate becomes dossiers a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfficeDay {
    /// Hours for which offices are open on a worked day, on average.
    pub hours: f64,
    /// How many times as many dossiers come in the busiest hour as in an office hour on average; at least 1.
    pub peak: f64,
}

impl OfficeDay {
    /// Dossiers of a day if all office hours are as busy.
    pub fn evenly(self, rate: f64) -> u64 {
        whole(rate * self.hours * 3_600.0)
    }

    /// Dossiers of a day whose busiest hour has this rate.
    pub fn as_documented(self, rate: f64) -> u64 {
        whole(rate * self.hours * 3_600.0 / self.peak)
    }
}

/// How a portal fared at the first rate after an overload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// p95 of the response time before, in nanoseconds.
    pub before_ns: i64,
    /// The same after it.
    pub after_ns: i64,
    /// Whether all gates held and the response time is back.
    pub is_complete: bool,
}

/// What a response time may exceed its base by and still be back: half as much again, and this much for chance.
const CHANCE_NS: i64 = 5_000_000;

impl Capacity {
    /// The rate that was found.
    pub fn rate(&self) -> Option<f64> {
        match self.answer {
            Answer::Confirmed { rate, .. } | Answer::AtLeast { rate, .. } => Some(rate),
            Answer::Nothing { .. } => None,
        }
    }

    /// How the search ended: a rate was confirmed, a portal broke at every rate, or more is not known.
    fn end(&self) -> StepStanding {
        match self.answer {
            Answer::Confirmed { .. } => StepStanding::Holds,
            Answer::AtLeast { .. } => StepStanding::Undecided,
            Answer::Nothing { .. } => self.steps.last().map_or(StepStanding::Undecided, |step| step.standing),
        }
    }

    /// The answer in a sentence: dossiers a second, and what that is in a day.
    pub fn headline(&self) -> String {
        let takes = |least, rate| {
            format!(
                "This portal takes {least}{} dossiers a second: {} a working day ({} h) if they come evenly, {} if they come as in the document, \
                 whose busiest hour has {} times the average",
                trimmed(rate, 3),
                count(self.day.evenly(rate)),
                trimmed(self.day.hours, 1),
                count(self.day.as_documented(rate)),
                trimmed(self.day.peak, 1),
            )
        };
        match &self.answer {
            Answer::Confirmed { rate, .. } => takes("", *rate),
            Answer::AtLeast { rate, .. } => takes("at least ", *rate),
            Answer::Nothing { because } => format!("No capacity was found: {because}"),
        }
    }

    /// What the answer rests on, in sentences.
    pub fn grounds(&self) -> Vec<String> {
        let mut grounds = Vec::new();
        match &self.answer {
            Answer::Confirmed { rate, above } => grounds.push(format!(
                "All gates held at {}/s in {}, each with its confidence. At {}/s, {} % more, they did not ({} % was asked for).",
                trimmed(*rate, 3),
                self.times(*rate),
                trimmed(*above, 3),
                trimmed((above / rate - 1.0) * 100.0, 1),
                trimmed(self.precision * 100.0, 1),
            )),
            Answer::AtLeast { rate, because } => {
                grounds.push(format!("All gates held at {}/s in {}. {because}.", trimmed(*rate, 3), self.times(*rate)));
            }
            Answer::Nothing { .. } => {}
        }
        grounds.extend(self.recovery().map(|recovery| {
            let (before, after) = (duration(recovery.before_ns), duration(recovery.after_ns));
            let back = if recovery.is_complete { "The portal recovered" } else { "The portal had not recovered" };
            format!("{back} right after the first overload: p95 of {after} at the first rate, {before} before.")
        }));
        let dossiers: u64 = self.steps.iter().map(|step| step.dossiers).sum();
        grounds.push(if self.target.is_empty() {
            "Each step had a fresh reference portal, in the process of the generator: it measures this machine.".to_owned()
        } else {
            format!(
                "The portal was not reset between steps: the {} dossiers of all steps have accumulated in it, each step with \
                 references of its own.",
                count(dossiers)
            )
        });
        let broken: std::collections::BTreeSet<_> = self.steps.iter().flat_map(|step| &step.broken_rules).collect();
        if !broken.is_empty() {
            let broken: Vec<_> = broken.into_iter().map(String::as_str).collect();
            grounds.push(format!(
                "Rules were broken at some steps: {}. The search goes by gates; each step's report has the findings.",
                broken.join(", ")
            ));
        }
        grounds
    }

    /// In how many steps a rate was played.
    fn times(&self, rate: f64) -> String {
        #[expect(clippy::float_cmp, reason = "the same number, not a computed one")]
        let times = self.steps.iter().filter(|step| step.rate == rate && step.purpose != Purpose::Recovery).count();
        counted(times as u64, "step", "steps")
    }

    /// How the portal fared after the overload; none if that was not tried, or nothing was answered.
    pub fn recovery(&self) -> Option<Recovery> {
        let after = self.steps.iter().find(|step| step.purpose == Purpose::Recovery)?;
        #[expect(clippy::float_cmp, reason = "the same number, not a computed one")]
        let before = self.steps.iter().find(|step| step.rate == after.rate)?.response_time?.p95_ns;
        let after_ns = after.response_time?.p95_ns;
        let is_back = after_ns <= before + before / 2 + CHANCE_NS;
        Some(Recovery { before_ns: before, after_ns, is_complete: is_back && after.standing == StepStanding::Holds })
    }

    /// The steps in order of their rates.
    fn by_rate(&self) -> Vec<&CapacityStep> {
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        steps
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "dossiers of a day are a positive number")]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn searched() -> Capacity {
        let step = |purpose, rate, standing, p95_ms: i64| CapacityStep {
            purpose,
            rate,
            seconds: 30.0,
            standing,
            reasons: if standing == StepStanding::Exceeded {
                vec!["`submit.response_time p95 < 2.5s` is breached: p95 4.10 s".to_owned()]
            } else {
                Vec::new()
            },
            dossiers: 900,
            exchanges: 8_000,
            errors: if standing == StepStanding::Exceeded { 0.12 } else { 0.0 },
            response_time: Some(Latency {
                samples: 8_000,
                p50_ns: p95_ms * 300_000,
                p95_ns: p95_ms * 1_000_000,
                p99_ns: p95_ms * 1_500_000,
                max_ns: p95_ms * 2_000_000,
                is_bound: [false; 4],
            }),
            broken_rules: if standing == StepStanding::Exceeded { vec!["EG-SUB-001".to_owned()] } else { Vec::new() },
            folder: format!("step-{rate}"),
        };
        Capacity {
            title: "A run".to_owned(),
            target: "http://127.0.0.1:9000".to_owned(),
            gates: vec!["submit.response_time p95 < 2.5s".to_owned(), "errors share < 1%".to_owned()],
            answer: Answer::Confirmed { rate: 28.3, above: 30.8 },
            steps: vec![
                step(Purpose::Ramp, 20.0, StepStanding::Holds, 12),
                step(Purpose::Ramp, 40.0, StepStanding::Exceeded, 4_100),
                step(Purpose::Recovery, 20.0, StepStanding::Holds, 13),
                step(Purpose::Bisection, 28.3, StepStanding::Holds, 40),
                step(Purpose::Bisection, 30.8, StepStanding::Undecided, 800),
                step(Purpose::Confirmation, 28.3, StepStanding::Holds, 41),
            ],
            day: OfficeDay { hours: 8.0, peak: 2.5 },
            precision: 0.1,
            command: "vandan capacity small".to_owned(),
            folder: "results/capacity-small".to_owned(),
        }
    }

    #[test]
    fn a_rate_becomes_dossiers_of_a_day() {
        let day = OfficeDay { hours: 8.0, peak: 2.5 };
        assert_eq!((day.evenly(28.3), day.as_documented(28.3)), (815_040, 326_016));
        assert!(searched().headline().contains("815,040 a working day (8 h)"), "{}", searched().headline());
    }

    #[test]
    fn a_portal_that_stays_slow_has_not_recovered() {
        let mut slow = searched();
        assert!(slow.recovery().is_some_and(|recovery| recovery.is_complete));
        slow.steps[2].response_time = slow.steps[1].response_time;
        assert!(slow.recovery().is_some_and(|recovery| !recovery.is_complete));
        assert!(slow.grounds().concat().contains("had not recovered"));
    }
}
