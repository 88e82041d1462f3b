//! One instance of a journey: a person's position in it, and the next action.

use std::time::Duration;

use model::words::{DossierState, Operation, Outcome, PaymentState, Role, TrafficClass};
use model::{Case, Philox, SimTime, Stream, Timeline};
use rand::RngExt as _;

use crate::compile::{Condition, Instruction, LOOPS, Scripts};
use crate::completion_time::finish;
use crate::script::{Fact, KNOWN};

/// The most steps from one operation to the next: no journey that makes sense takes as many.
const MOST_STEPS: u32 = 10_000_000;

/// A journey of a run, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JourneyId(pub(crate) u16);

/// One person's place in one journey.
#[derive(Clone, Debug)]
pub struct JourneyInstance {
    journey: JourneyId,
    at: usize,
    subject: u32,
    draws: u32,
    counters: [u16; LOOPS],
    /// The outcome of the last operation; none while it is pending.
    answer: Option<Outcome>,
    /// Whether an operation is pending.
    is_waiting: bool,
    /// Operations within unfinished repetitions whose last outcome was not ok: doing one of them again is a poll.
    in_vain: Vec<usize>,
}

/// What a person knows when choosing the next action.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The planned dossier, if the journey is about one.
    pub case: Option<&'a Case>,
    /// The state it was last seen in.
    pub state: Option<DossierState>,
    /// The state of its payment when last seen.
    pub payment_state: Option<PaymentState>,
    /// Whether the portal has shown the dossier's number.
    pub knows_number: bool,
    /// When the portal says its result is due.
    pub due_at: Option<SimTime>,
    /// The simulated instant now.
    pub now: SimTime,
    /// Office hours, and how simulated time maps to the wall clock.
    pub timeline: &'a Timeline,
    /// Whether no more work will come.
    pub closing: bool,
}

/// The next action, and the earliest instant for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Do an operation, at this simulated instant.
    Do(Operation, SimTime),
    /// Start this journey for the applicant of the same dossier, then ask again.
    Follow(JourneyId, SimTime),
    /// Start this journey for each dossier that the last answer showed, from this instant on, then ask again.
    Each(JourneyId, SimTime),
    /// Nothing more.
    End(Ending),
}

/// How a journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At its end, as written.
    AsWritten,
    /// An answer for which the journey has no steps.
    GaveUp,
}

impl JourneyInstance {
    /// At the start of a journey; `subject` (the case, or the number of the clerk) gives it random draws of its own.
    pub fn new(journey: JourneyId, subject: u32) -> Self {
        Self {
            journey,
            at: 0,
            subject,
            draws: 0,
            counters: [0; LOOPS],
            answer: None,
            is_waiting: false,
            in_vain: Vec::new(),
        }
    }

    /// Its journey.
    pub fn journey(&self) -> JourneyId {
        self.journey
    }

    /// Reports the outcome of the pending operation.
    pub fn answered(&mut self, answer: Outcome) {
        self.answer = Some(answer);
    }
}

impl Scripts {
    /// The traffic class of the current operation. Polls are reads within a repetition, and other operations in it that are
    /// repeated because the last outcome was not ok. The first attempt is a person's act.
    pub fn class(&self, instance: &JourneyInstance) -> TrafficClass {
        let is_poll = |at| self.get(instance.journey).code.get(at).is_some_and(Instruction::is_poll);
        if instance.in_vain.contains(&instance.at) || is_poll(instance.at) {
            TrafficClass::Poll
        } else {
            TrafficClass::User
        }
    }

    /// The next action. After [`Action::Do`] the caller must call [`JourneyInstance::answered`] before asking again.
    pub fn next(&self, instance: &mut JourneyInstance, situation: &Situation<'_>, chance: Stream) -> Action {
        let journey = self.get(instance.journey);
        let mut asked = Asked { instance, situation, chance, role: journey.role, not_before: situation.now };
        asked.settle_answer(&journey.code);
        // Every instruction but the end of a loop moves forward, and a loop holds an operation: the bound is for those that
        // leave it out again and again.
        for _ in 0..MOST_STEPS {
            match journey.code.get(asked.instance.at) {
                Some(instruction) => {
                    if let Instruction::BeginLoop { .. } = instruction {
                        asked.forget_attempts(&journey.code);
                    }
                    if let Some(action) = asked.take(instruction) {
                        return action;
                    }
                }
                None => return Action::End(Ending::AsWritten),
            }
        }
        unreachable!("`{}` repeats {MOST_STEPS} steps without an operation", self.name(instance.journey))
    }
}

struct Asked<'a, 'b> {
    instance: &'a mut JourneyInstance,
    situation: &'a Situation<'b>,
    chance: Stream,
    role: Role,
    not_before: SimTime,
}

impl Asked<'_, '_> {
    /// Advances from the operation that was answered.
    fn settle_answer(&mut self, code: &[Instruction]) {
        let at = self.instance.at;
        let Some(Instruction::Do { refused, error, repetition, .. }) = code.get(at) else { return };
        if !std::mem::take(&mut self.instance.is_waiting) {
            return;
        }
        self.instance.in_vain.retain(|other| *other != at);
        if repetition.is_some() && self.instance.answer != Some(Outcome::Ok) {
            self.instance.in_vain.push(at);
        }
        self.instance.at = match self.instance.answer {
            Some(Outcome::Ok) => self.instance.at + 1,
            Some(Outcome::Refused) => *refused,
            Some(Outcome::Error) => *error,
            None => unreachable!("whoever asks again has reported the outcome"),
        };
    }

    /// A repetition begins: failed attempts of an earlier one no longer count.
    fn forget_attempts(&mut self, code: &[Instruction]) {
        let begun = Some(self.instance.at);
        let is_within =
            |at: &usize| matches!(code.get(*at), Some(Instruction::Do { repetition, .. }) if *repetition == begun);
        self.instance.in_vain.retain(|at| !is_within(at));
    }

    /// Executes one instruction: returns an action, or advances.
    fn take(&mut self, instruction: &Instruction) -> Option<Action> {
        let next = self.instance.at + 1;
        self.instance.at = match instruction {
            Instruction::Do { operation, .. } => {
                self.instance.answer = None;
                self.instance.is_waiting = true;
                return Some(Action::Do(*operation, self.not_before));
            }
            Instruction::Follow(journey) => {
                self.instance.at = next;
                return Some(Action::Follow(*journey, self.not_before));
            }
            Instruction::Each(journey) => {
                self.instance.at = next;
                return Some(Action::Each(*journey, self.not_before));
            }
            Instruction::End => return Some(Action::End(Ending::AsWritten)),
            Instruction::GiveUp => return Some(Action::End(Ending::GaveUp)),
            Instruction::Wait(pause) => {
                let pause = self.rng().sample(*pause);
                self.wait_until(self.not_before + pause);
                next
            }
            Instruction::NotAfter(time) => {
                let midnight = SimTime::start_of(self.not_before.day());
                if self.not_before > midnight + *time {
                    let tomorrow = midnight + Duration::from_secs(86_400);
                    self.not_before = self.situation.timeline.next_office(tomorrow).unwrap_or(tomorrow);
                }
                next
            }
            Instruction::WaitForCompletion => {
                let part = self.rng().random();
                let moment = finish(self.situation, self.not_before, part);
                self.not_before = self.not_before.max(moment);
                next
            }
            Instruction::Jump(to) => *to,
            Instruction::Choose { by, arms, otherwise } => {
                let value = self.fact(*by);
                arms.iter().find(|(arm, _)| Some(*arm) == value).map_or(*otherwise, |(_, to)| *to)
            }
            Instruction::Chance { weights, arms } => {
                let drawn = self.rng().sample(weights);
                arms.get(drawn).copied().unwrap_or(next)
            }
            Instruction::BeginLoop { counter } => {
                self.count(*counter, |count| *count = 0);
                next
            }
            Instruction::EndLoop { counter, back, until, at_most } => {
                let taken = self.count(*counter, |count| *count = count.saturating_add(1));
                if self.holds(until) || taken >= *at_most { next } else { *back }
            }
        };
        None
    }

    /// Clerks work in office hours, applicants at any time. If no office hours are left, the moment stays: it lies after the
    /// end of the period.
    fn wait_until(&mut self, moment: SimTime) {
        self.not_before = match self.role {
            Role::Citizen => moment,
            Role::Desk | Role::PostDesk => self.situation.timeline.next_office(moment).unwrap_or(moment),
        };
    }

    fn count(&mut self, counter: usize, change: impl FnOnce(&mut u16)) -> u16 {
        match self.instance.counters.get_mut(counter) {
            Some(count) => {
                change(count);
                *count
            }
            None => unreachable!("a repetition that has no counter is refused"),
        }
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Ok => self.instance.answer == Some(Outcome::Ok),
            Condition::State(states) => self.situation.state.is_some_and(|state| states.contains(&state)),
            Condition::Closing => self.situation.closing,
        }
    }

    fn fact(&self, by: Fact) -> Option<&'static str> {
        let case = self.situation.case;
        match by {
            Fact::Channel => case.map(|case| case.channel.as_str()),
            Fact::Level => case.map(|case| case.level.as_str()),
            Fact::Payment => case.map(|case| case.payment.as_str()),
            Fact::Fee => case.map(|case| case.fee_basis.as_str()),
            Fact::Return => case.map(|case| case.returns.as_str()),
            Fact::PlannedOutcome => case.map(|case| case.outcome.as_str()),
            Fact::State => self.situation.state.map(DossierState::as_str),
            Fact::PaymentState => self.situation.payment_state.map(PaymentState::as_str),
            Fact::Number => self.situation.knows_number.then_some(KNOWN),
        }
    }

    /// The generator of the next draw of this person in this journey.
    fn rng(&mut self) -> Philox {
        let index = (u64::from(self.instance.journey.0) << 32) | u64::from(self.instance.subject);
        let draw = self.instance.draws;
        self.instance.draws = draw.wrapping_add(1);
        self.chance.rng(index, draw)
    }
}

#[cfg(test)]
mod tests {
    use model::Seed;

    use super::*;

    fn scripts(text: &str) -> Scripts {
        let header = "journey: a\ntitle: A\nrole: citizen\nsteps:\n";
        Scripts::load([("a.yaml", format!("{header}{text}").as_str())], |_| true).unwrap()
    }

    fn timeline() -> Timeline {
        Timeline::new([(SimTime(0), SimTime(86_400_000), true, 1.0)], Duration::from_secs(1))
    }

    /// Walks to the end, each operation answered in turn, then ok.
    fn walk(text: &str, answers: &[Outcome]) -> Vec<Action> {
        let scripts = scripts(text);
        let timeline = timeline();
        let situation = Situation {
            case: None,
            state: None,
            payment_state: None,
            knows_number: false,
            due_at: None,
            now: SimTime(0),
            timeline: &timeline,
            closing: false,
        };
        let mut instance = JourneyInstance::new(scripts.find("a").unwrap(), 1);
        let mut answers = answers.iter().copied().chain(std::iter::repeat(Outcome::Ok));
        let mut actions = Vec::new();
        while actions.len() < 100 {
            let action = scripts.next(&mut instance, &situation, Seed(1).stream("chance"));
            actions.push(action);
            match action {
                Action::Do(..) => instance.answered(answers.next().unwrap()),
                Action::End(_) => break,
                Action::Follow(..) | Action::Each(..) => {}
            }
        }
        actions
    }

    fn done(actions: &[Action]) -> Vec<&'static str> {
        actions
            .iter()
            .map(|action| match action {
                Action::Do(operation, _) => operation.as_str(),
                Action::Follow(..) => "follow",
                Action::Each(..) => "each",
                Action::End(Ending::AsWritten) => "end",
                Action::End(Ending::GaveUp) => "gave up",
            })
            .collect()
    }

    #[test]
    fn steps_are_taken_in_order() {
        let text = "  - do: sign_in\n  - do: submit\n";
        assert_eq!(done(&walk(text, &[])), ["sign_in", "submit", "end"]);
    }

    #[test]
    fn a_refusal_without_a_way_on_ends_the_journey() {
        let text = "  - do: sign_in\n  - do: submit\n";
        assert_eq!(done(&walk(text, &[Outcome::Refused])), ["sign_in", "gave up"]);
    }

    #[test]
    fn a_refusal_with_steps_takes_them_and_goes_on() {
        let text = "  - do: pay\n    refused:\n      - do: track\n  - do: look_up\n";
        assert_eq!(done(&walk(text, &[Outcome::Refused])), ["pay", "track", "look_up", "end"]);
    }

    #[test]
    fn a_repetition_ends_when_its_condition_holds() {
        let text = "  - repeat:\n      at_most: 5\n      until: ok\n      steps:\n        - do: start\n          refused: continue\n";
        assert_eq!(done(&walk(text, &[Outcome::Refused, Outcome::Refused])), ["start", "start", "start", "end"]);
    }

    /// The classes of what is done on the way to the end, each answered in turn, then ok.
    fn classes(text: &str, answers: &[Outcome]) -> Vec<(&'static str, TrafficClass)> {
        let scripts = scripts(text);
        let timeline = timeline();
        let situation = Situation {
            case: None,
            state: None,
            payment_state: None,
            knows_number: false,
            due_at: None,
            now: SimTime(0),
            timeline: &timeline,
            closing: false,
        };
        let mut instance = JourneyInstance::new(scripts.find("a").unwrap(), 1);
        let mut answers = answers.iter().copied().chain(std::iter::repeat(Outcome::Ok));
        let mut classes = Vec::new();
        while let Action::Do(operation, _) = scripts.next(&mut instance, &situation, Seed(1).stream("chance")) {
            classes.push((operation.as_str(), scripts.class(&instance)));
            instance.answered(answers.next().unwrap());
        }
        classes
    }

    #[test]
    fn the_first_attempt_is_an_act_and_asking_again_is_polling() {
        use Outcome::{Error, Ok, Refused};
        use TrafficClass::{Poll, User};

        let start = "  - repeat:\n      at_most: 9\n      until: ok\n      steps:\n        - do: start\n          refused: [ { do: look_up } ]\n          error: continue\n";
        // `look_up` ends a round with ok, so that the repetition is over.
        assert_eq!(classes(start, &[Refused]), [("start", User), ("look_up", Poll)]);
        let start = "  - repeat:\n      at_most: 9\n      until: ok\n      steps:\n        - do: start\n          refused: continue\n          error: continue\n";
        assert_eq!(classes(start, &[Refused, Error]), [("start", User), ("start", Poll), ("start", Poll)]);
        // Whoever repeats what went well acts each time.
        let often = "  - repeat:\n      at_most: 4\n      until: closing\n      steps:\n        - do: pay\n          refused: continue\n";
        let done = classes(often, &[Ok, Refused, Ok, Ok]);
        assert_eq!(done, [("pay", User), ("pay", User), ("pay", Poll), ("pay", User)]);
        // An inner repetition that begins anew is another occasion.
        let nested = format!(
            "  - repeat:\n      at_most: 2\n      until: closing\n      steps:\n        {}",
            start.trim_start().replace('\n', "\n      ")
        );
        let nested = nested.trim_end().replace("at_most: 9", "at_most: 2");
        let done = classes(&nested, &[Refused, Refused, Refused]);
        assert_eq!(done, [("start", User), ("start", Poll), ("start", User), ("start", Poll)]);
        // Outside of a repetition nobody asks again.
        assert_eq!(
            classes("  - do: pay\n    refused: continue\n  - do: pay\n", &[Refused]),
            [("pay", User), ("pay", User)]
        );
    }

    #[test]
    fn a_repetition_is_bounded() {
        let text = "  - repeat:\n      at_most: 3\n      until: closing\n      steps:\n        - do: inbox\n";
        assert_eq!(done(&walk(text, &[])), ["inbox", "inbox", "inbox", "end"]);
    }

    #[test]
    fn waiting_moves_the_moment_of_the_next_wish() {
        let actions = walk("  - wait: 30 min\n  - do: submit\n", &[]);
        assert_eq!(actions[0], Action::Do(Operation::Submit, SimTime(30 * 60_000)));
    }

    #[test]
    fn what_comes_too_late_in_the_day_waits_for_the_next() {
        let day = 86_400_000;
        let timeline = Timeline::new(
            [(SimTime(-7 * 3_600_000), SimTime(0), true, 1.0), (SimTime(0), SimTime(2 * day), true, 1.0)],
            Duration::from_secs(1),
        );
        // Midnight in Vietnam is 17:00 in UTC; the epoch is seven in the morning.
        let scripts = scripts("  - not_after: \"14:30\"\n  - do: accept\n");
        for (now, expected) in [(SimTime(0), SimTime(0)), (SimTime(8 * 3_600_000), SimTime(17 * 3_600_000))] {
            let situation = Situation {
                case: None,
                state: None,
                payment_state: None,
                knows_number: false,
                due_at: None,
                now,
                timeline: &timeline,
                closing: false,
            };
            let mut instance = JourneyInstance::new(scripts.find("a").unwrap(), 1);
            let action = scripts.next(&mut instance, &situation, Seed(1).stream("chance"));
            assert_eq!(action, Action::Do(Operation::Accept, expected));
        }
    }

    #[test]
    fn an_operation_directly_after_a_follow_is_done() {
        let text = "  - do: submit\n  - follow: a\n  - do: track\n  - each: a\n  - do: look_up\n";
        assert_eq!(done(&walk(text, &[])), ["submit", "follow", "track", "each", "look_up", "end"]);
    }

    #[test]
    fn an_optional_step_is_left_out_where_the_portal_lacks_it() {
        let text = "journey: a\ntitle: A\nrole: citizen\nsteps:\n  - do: look_up\n    optional: yes\n  - do: track\n";
        let scripts = Scripts::load([("a.yaml", text)], |operation| operation != Operation::LookUp).unwrap();
        let journey = scripts.find("a").unwrap();
        assert!(scripts.missing(journey, |operation| operation == Operation::Track).is_empty());
        assert_eq!(scripts.missing(journey, |_| false), [Operation::Track]);
    }

    #[test]
    fn every_problem_of_every_file_is_reported_at_once() {
        let one = "journey: a\ntitle: A\nrole: king\nsteps:\n  - do: fly\n  - wait: soon\n";
        let two = "journey: b\ntitle: B\nrole: desk\nsteps:\n  - each: nobody\n";
        let problems = Scripts::load([("a.yaml", one), ("b.yaml", two)], |_| true).unwrap_err();
        let text = problems.to_string();
        for expected in [
            "a.yaml:3:7: role: `king`",
            "a.yaml:5:9: steps[0].do: `fly`",
            "a.yaml:6:11: steps[1].wait: `soon`",
            "b.yaml: there is no journey `nobody`",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }

    #[test]
    fn a_journey_that_plays_itself_is_refused() {
        let text = "journey: a\ntitle: A\nrole: citizen\nsteps:\n  - play: a\n";
        assert!(Scripts::load([("a.yaml", text)], |_| true).unwrap_err().to_string().contains("circle"));
    }
}
