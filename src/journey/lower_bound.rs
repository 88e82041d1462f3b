//! A lower bound of how often people perform each operation, if every answer is ok.
//!
//! The properties of a dossier that are known in advance decide some choices. For the others, and for chance, each operation counts as
//! often as in the branch that has it least often. A repetition runs once. People who must try again do more.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Kind;
use model::words::Operation;

use crate::compile::{Instruction, Journey, Scripts};
use crate::instance::JourneyId;
use crate::script::Fact;

/// The least number of times that each operation is performed.
pub type Counts = BTreeMap<Operation, u64>;

impl Scripts {
    /// The lower bound of a journey for a dossier of this kind, including the journeys that the applicant starts from it.
    pub fn least(&self, journey: JourneyId, kind: Kind) -> Counts {
        self.counted(journey, kind, Onward::Follow)
    }

    /// The lower bound for each dossier of this kind that an answer shows to this journey.
    pub fn least_for_each(&self, journey: JourneyId, kind: Kind) -> Counts {
        let mut counts = Counts::new();
        for instruction in &self.get(journey).code {
            if let Instruction::Each(next) = instruction {
                add(&mut counts, &self.least(*next, kind));
            }
        }
        counts
    }

    /// The operations that the journey polls, with the mean simulated time between two polls.
    pub fn polls(&self, journey: JourneyId) -> Vec<(Operation, Duration)> {
        let mut polls = Vec::new();
        let mut pause = Duration::ZERO;
        for instruction in &self.get(journey).code {
            match instruction {
                Instruction::BeginLoop { .. } => pause = Duration::ZERO,
                Instruction::Wait(wait) => pause += wait.mean(),
                Instruction::Do { operation, .. } if instruction.is_poll() => polls.push((*operation, pause)),
                Instruction::Do { .. }
                | Instruction::NotAfter(_)
                | Instruction::WaitForCompletion
                | Instruction::Choose { .. }
                | Instruction::Chance { .. }
                | Instruction::EndLoop { .. }
                | Instruction::Jump(_)
                | Instruction::Follow(_)
                | Instruction::Each(_)
                | Instruction::End
                | Instruction::GiveUp => {}
            }
        }
        polls
    }

    fn counted(&self, journey: JourneyId, kind: Kind, onward: Onward) -> Counts {
        let journey = self.get(journey);
        let mut bound = LowerBound { scripts: self, journey, kind, onward, known: BTreeMap::new() };
        bound.from(0)
    }
}

/// Whether to include the journeys that the applicant starts as a separate person; only one level deep.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Onward {
    Follow,
    Stay,
}

/// One journey, followed with every answer ok.
struct LowerBound<'a> {
    scripts: &'a Scripts,
    journey: &'a Journey,
    kind: Kind,
    onward: Onward,
    /// The lower bound from an instruction to the end.
    known: BTreeMap<usize, Counts>,
}

impl LowerBound<'_> {
    /// The lower bound from here to the end. Jumps after ok never lead back, so this terminates.
    fn from(&mut self, at: usize) -> Counts {
        if let Some(counts) = self.known.get(&at) {
            return counts.clone();
        }
        let counts = self.count(at);
        self.known.insert(at, counts.clone());
        counts
    }

    fn count(&mut self, at: usize) -> Counts {
        let Some(instruction) = self.journey.code.get(at) else { return Counts::new() };
        match instruction {
            Instruction::Do { operation, .. } => {
                let mut counts = self.from(at + 1);
                *counts.entry(*operation).or_default() += 1;
                counts
            }
            Instruction::Choose { by, arms, otherwise } => match value(*by, self.kind) {
                Some(value) => {
                    let arm = arms.iter().find(|(name, _)| *name == value).map_or(*otherwise, |(_, arm)| *arm);
                    self.from(arm)
                }
                None => self.fewest(arms.iter().map(|(_, arm)| *arm).chain([*otherwise])),
            },
            Instruction::Chance { arms, .. } => self.fewest(arms.iter().copied()),
            Instruction::Jump(to) => self.from(*to),
            Instruction::Follow(next) => {
                let mut counts = self.from(at + 1);
                if self.onward == Onward::Follow {
                    add(&mut counts, &self.scripts.counted(*next, self.kind, Onward::Stay));
                }
                counts
            }
            Instruction::Wait(_)
            | Instruction::NotAfter(_)
            | Instruction::WaitForCompletion
            | Instruction::BeginLoop { .. }
            | Instruction::EndLoop { .. }
            | Instruction::Each(_) => self.from(at + 1),
            Instruction::End | Instruction::GiveUp => Counts::new(),
        }
    }

    /// For each operation, its least count among the branches.
    fn fewest(&mut self, ways: impl Iterator<Item = usize>) -> Counts {
        let ways: Vec<_> = ways.map(|way| self.from(way)).collect();
        let mut ways = ways.into_iter();
        let first = ways.next().unwrap_or_default();
        ways.fold(first, |fewest, way| {
            let common = fewest
                .into_iter()
                .filter_map(|(operation, count)| way.get(&operation).map(|other| (operation, count.min(*other))));
            common.collect()
        })
    }
}

fn add(counts: &mut Counts, more: &Counts) {
    for (operation, count) in more {
        *counts.entry(*operation).or_default() += count;
    }
}

/// The value of a fact, if it is known in advance.
fn value(fact: Fact, kind: Kind) -> Option<&'static str> {
    match fact {
        Fact::Channel => Some(kind.channel.as_str()),
        Fact::Level => Some(kind.level.as_str()),
        Fact::Payment => Some(kind.payment.as_str()),
        Fact::Return => Some(kind.returns.as_str()),
        Fact::PlannedOutcome => Some(kind.outcome.as_str()),
        Fact::Fee | Fact::State | Fact::PaymentState | Fact::Number => None,
    }
}

#[cfg(test)]
mod tests {
    use model::words::{Channel, Level, PaymentMethod, PlannedOutcome, ReturnMethod};

    use super::*;

    const KIND: Kind = Kind {
        level: Level::Commune,
        channel: Channel::Online,
        outcome: PlannedOutcome::Early,
        payment: PaymentMethod::Online,
        returns: ReturnMethod::Electronic,
    };

    fn shipped() -> Scripts {
        let files = [
            ("casework", include_str!("../../scenarios/journeys/casework.yaml")),
            ("citizen-after", include_str!("../../scenarios/journeys/citizen-after.yaml")),
            ("citizen-at-home", include_str!("../../scenarios/journeys/citizen-at-home.yaml")),
            ("citizen-online", include_str!("../../scenarios/journeys/citizen-online.yaml")),
            ("counter-intake", include_str!("../../scenarios/journeys/counter-intake.yaml")),
            ("desk", include_str!("../../scenarios/journeys/desk.yaml")),
        ];
        Scripts::load(files, |_| true).unwrap()
    }

    fn listed(counts: &Counts) -> Vec<(&'static str, u64)> {
        counts.iter().map(|(operation, count)| (operation.as_str(), *count)).collect()
    }

    #[test]
    fn who_pays_online_does_more_than_who_pays_nothing() {
        let scripts = shipped();
        let journey = scripts.find("citizen-online").unwrap();
        let paying = scripts.least(journey, KIND);
        let expected = [
            ("sign_in", 1),
            ("submit", 1),
            ("pay", 1),
            ("open_payment_page", 1),
            ("confirm_payment", 1),
            ("track", 1),
            ("look_up", 1),
        ];
        assert_eq!(listed(&paying), expected);
        let free = scripts.least(journey, Kind { payment: PaymentMethod::None, ..KIND });
        assert_eq!(listed(&free), [("sign_in", 1), ("submit", 1), ("look_up", 1)]);
    }

    #[test]
    fn the_applicant_goes_on_and_the_office_works_on_each() {
        let scripts = shipped();
        let kind = Kind {
            channel: Channel::Counter,
            payment: PaymentMethod::Counter,
            outcome: PlannedOutcome::Withdrawn,
            ..KIND
        };
        let intake = scripts.least(scripts.find("counter-intake").unwrap(), kind);
        assert_eq!(listed(&intake), [("sign_in", 1), ("submit", 1), ("track", 1), ("withdraw", 1)]);
        let desk = scripts.find("desk").unwrap();
        let expected = [("accept", 1), ("collect_fee", 1), ("start", 1), ("approve_withdrawal", 1), ("clerk_view", 1)];
        assert_eq!(listed(&scripts.least_for_each(desk, kind)), expected);
        assert_eq!(listed(&scripts.least(desk, kind)), [("clerk_sign_in", 1), ("inbox", 1)]);
    }

    #[test]
    fn a_clerk_looks_into_the_inbox_again_after_the_pause_of_the_repetition() {
        let scripts = shipped();
        let polls = scripts.polls(scripts.find("desk").unwrap());
        assert_eq!(polls, [(Operation::Inbox, Duration::from_secs(80 * 60))]);
    }

    #[test]
    fn of_what_nobody_knows_the_fewest_counts() {
        let text = "journey: x\ntitle: x\nrole: citizen\nsteps:\n  - choose:\n      by_chance:\n        - { weight: 1, steps: [ { do: track }, { do: track } ] }\n        - { weight: 9, steps: [ { do: track }, { do: look_up } ] }\n  - choose:\n      by: state\n      completed: [ { do: pay } ]\n  - do: submit\n    refused:\n      - do: withdraw\n";
        let scripts = Scripts::load([("x.yaml", text)], |_| true).unwrap();
        let counts = scripts.least(scripts.find("x").unwrap(), KIND);
        assert_eq!(listed(&counts), [("submit", 1), ("track", 1)]);
    }
}
