//! Compiles steps to instructions: jumps instead of nesting, and other journeys inlined, so that a position is one number.

use std::time::Duration;

use model::words::{DossierState, Operation, Role};
use model::{Problem, Problems, fitting};
use rand::distr::weighted::WeightedIndex;

use crate::instance::JourneyId;
use crate::script::{Fact, Pause, Script, Step, Until};

/// All journeys of a run, compiled.
#[derive(Debug)]
pub struct Scripts {
    journeys: Vec<Journey>,
}

/// A compiled journey.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) role: Role,
    pub(crate) code: Vec<Instruction>,
}

/// How many repetitions may be nested.
pub(crate) const LOOPS: usize = 4;

/// Why the number of a journey fits.
const FEW: &str = "a run has fewer than 65,536 journeys";

/// How deep journeys may include one another.
const DEEPEST_PLAY: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Instruction {
    Do {
        operation: Operation,
        /// The innermost repetition it stands in, by its `BeginLoop`.
        repetition: Option<usize>,
        refused: usize,
        error: usize,
    },
    Wait(Pause),
    NotAfter(Duration),
    WaitForCompletion,
    Choose {
        by: Fact,
        arms: Vec<(&'static str, usize)>,
        otherwise: usize,
    },
    Chance {
        weights: WeightedIndex<u64>,
        arms: Vec<usize>,
    },
    BeginLoop {
        counter: usize,
    },
    EndLoop {
        counter: usize,
        back: usize,
        until: Condition,
        at_most: u16,
    },
    Jump(usize),
    Follow(JourneyId),
    Each(JourneyId),
    /// The journey ends as planned.
    End,
    /// The journey ends because an answer left no way on.
    GiveUp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Ok,
    State(Vec<DossierState>),
    Closing,
}

impl Instruction {
    /// Whether it reads within a repetition.
    pub(crate) fn is_poll(&self) -> bool {
        matches!(self, Self::Do { operation, repetition: Some(_), .. } if operation.only_reads())
    }
}

impl Scripts {
    /// Reads and compiles the journeys in these files `(name of the file, text)`.
    ///
    /// `maps` says which operations the portal has: optional steps of others are left out.
    ///
    /// # Errors
    /// Everything that is wrong in any file; names that no file declares; names declared twice; journeys that play one
    /// another in a circle; repetitions nested deeper than four.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        maps: impl Fn(Operation) -> bool,
    ) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut scripts: Vec<Script> = Vec::new();
        for (file, text) in files {
            match Script::read(file, text) {
                Ok(script) => match scripts.iter().find(|known| known.name == script.name) {
                    Some(known) => {
                        let message = format!("the journey `{}` stands in {} too", script.name, known.file);
                        problems.push(whole_file(file, message, "rename one of them"));
                    }
                    None => scripts.push(script),
                },
                Err(found) => problems.extend(found),
            }
        }
        let mut journeys = Vec::with_capacity(scripts.len());
        for script in &scripts {
            let mut compiler = Compiler {
                scripts: &scripts,
                maps: &maps,
                script,
                code: Vec::new(),
                repetitions: Vec::new(),
                playing: Vec::new(),
            };
            match compiler.block(&script.steps) {
                Ok(()) => journeys.push(compiler.finish()),
                Err(problem) => problems.push(problem),
            }
        }
        problems.or(Self { journeys })
    }

    /// The journey with this name.
    pub fn find(&self, name: &str) -> Option<JourneyId> {
        let at = self.journeys.iter().position(|journey| journey.name == name)?;
        Some(JourneyId(fitting(at, FEW)))
    }

    /// The names of all journeys.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.journeys.iter().map(|journey| journey.name.as_str())
    }

    /// The name of a journey.
    pub fn name(&self, journey: JourneyId) -> &str {
        &self.get(journey).name
    }

    /// The title of a journey.
    pub fn title(&self, journey: JourneyId) -> &str {
        &self.get(journey).title
    }

    /// The role of the person in a journey.
    pub fn role(&self, journey: JourneyId) -> Role {
        self.get(journey).role
    }

    /// The operations that a journey, or one it leads to, needs and the portal does not have according to `maps`.
    pub fn missing(&self, journey: JourneyId, maps: impl Fn(Operation) -> bool) -> Vec<Operation> {
        let mut reached = vec![journey];
        let mut missing = Vec::new();
        let mut at = 0;
        while let Some(journey) = reached.get(at).map(|journey| self.get(*journey)) {
            at += 1;
            for instruction in &journey.code {
                match instruction {
                    Instruction::Do { operation, .. } if !maps(*operation) && !missing.contains(operation) => {
                        missing.push(*operation);
                    }
                    Instruction::Follow(next) | Instruction::Each(next) if !reached.contains(next) => {
                        reached.push(*next);
                    }
                    Instruction::Do { .. }
                    | Instruction::Follow(_)
                    | Instruction::Each(_)
                    | Instruction::Wait(_)
                    | Instruction::NotAfter(_)
                    | Instruction::WaitForCompletion
                    | Instruction::Choose { .. }
                    | Instruction::Chance { .. }
                    | Instruction::BeginLoop { .. }
                    | Instruction::EndLoop { .. }
                    | Instruction::Jump(_)
                    | Instruction::End
                    | Instruction::GiveUp => {}
                }
            }
        }
        missing
    }

    pub(crate) fn get(&self, journey: JourneyId) -> &Journey {
        match self.journeys.get(usize::from(journey.0)) {
            Some(journey) => journey,
            None => unreachable!("numbers are given to journeys"),
        }
    }
}

struct Compiler<'a, M> {
    scripts: &'a [Script],
    maps: &'a M,
    script: &'a Script,
    code: Vec<Instruction>,
    /// The repetitions that are open, outermost first, each by its `BeginLoop`.
    repetitions: Vec<usize>,
    playing: Vec<&'a str>,
}

impl<'a, M: Fn(Operation) -> bool> Compiler<'a, M> {
    fn finish(mut self) -> Journey {
        self.code.push(Instruction::End);
        Journey {
            name: self.script.name.clone(),
            title: self.script.title.clone(),
            role: self.script.role,
            code: self.code,
        }
    }

    fn block(&mut self, steps: &'a [Step]) -> Result<(), Problem> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &'a Step) -> Result<(), Problem> {
        match step {
            Step::Do { operation, optional: true, .. } if !(self.maps)(*operation) => {}
            Step::Do { operation, refused, error, .. } => {
                self.operation(*operation, refused.as_deref(), error.as_deref())?;
            }
            Step::Wait(pause) => self.code.push(Instruction::Wait(*pause)),
            Step::NotAfter(time) => self.code.push(Instruction::NotAfter(*time)),
            Step::WaitForCompletion => self.code.push(Instruction::WaitForCompletion),
            Step::Choose { by, arms, otherwise } => self.choose(*by, arms, otherwise)?,
            Step::Chance { weights, arms } => self.chance(weights, arms)?,
            Step::Repeat { steps, until, at_most } => self.repeat(steps, until, *at_most)?,
            Step::Play { journey } => self.play(journey)?,
            Step::Follow { journey } => {
                let journey = self.named(journey)?;
                self.code.push(Instruction::Follow(journey));
            }
            Step::Each { journey } => {
                let journey = self.named(journey)?;
                self.code.push(Instruction::Each(journey));
            }
            Step::End => self.code.push(Instruction::End),
        }
        Ok(())
    }

    /// `Do`, then a jump over the steps for other answers, which return to that jump.
    fn operation(
        &mut self,
        operation: Operation,
        refused: Option<&'a [Step]>,
        error: Option<&'a [Step]>,
    ) -> Result<(), Problem> {
        let at = self.code.len();
        let repetition = self.repetitions.last().copied();
        self.code.push(Instruction::Do { operation, repetition, refused: 0, error: 0 });
        self.code.push(Instruction::Jump(0));
        let refused_at = self.aside(refused, at + 1)?;
        let error_at = self.aside(error, at + 1)?;
        let end = self.code.len();
        self.set(at, Instruction::Do { operation, repetition, refused: refused_at, error: error_at });
        self.set(at + 1, Instruction::Jump(end));
        Ok(())
    }

    /// Steps for an answer other than ok, which continue at `back`.
    fn aside(&mut self, steps: Option<&'a [Step]>, back: usize) -> Result<usize, Problem> {
        let start = self.code.len();
        match steps {
            Some(steps) => {
                self.block(steps)?;
                self.code.push(Instruction::Jump(back));
            }
            None => self.code.push(Instruction::GiveUp),
        }
        Ok(start)
    }

    fn choose(
        &mut self,
        by: Fact,
        arms: &'a [(&'static str, Vec<Step>)],
        otherwise: &'a [Step],
    ) -> Result<(), Problem> {
        let at = self.code.len();
        self.code.push(Instruction::End);
        let mut starts = Vec::with_capacity(arms.len());
        let mut ends = Vec::with_capacity(arms.len());
        for (value, steps) in arms {
            starts.push((*value, self.code.len()));
            ends.push(self.arm(steps)?);
        }
        let otherwise_at = self.code.len();
        self.block(otherwise)?;
        self.set(at, Instruction::Choose { by, arms: starts, otherwise: otherwise_at });
        self.join(ends);
        Ok(())
    }

    fn chance(&mut self, weights: &WeightedIndex<u64>, arms: &'a [Vec<Step>]) -> Result<(), Problem> {
        let at = self.code.len();
        self.code.push(Instruction::End);
        let mut starts = Vec::with_capacity(arms.len());
        let mut ends = Vec::with_capacity(arms.len());
        for steps in arms {
            starts.push(self.code.len());
            ends.push(self.arm(steps)?);
        }
        self.set(at, Instruction::Chance { weights: weights.clone(), arms: starts });
        self.join(ends);
        Ok(())
    }

    /// One arm. Returns the position of the jump at its end.
    fn arm(&mut self, steps: &'a [Step]) -> Result<usize, Problem> {
        self.block(steps)?;
        self.code.push(Instruction::Jump(0));
        Ok(self.code.len() - 1)
    }

    fn join(&mut self, jumps: Vec<usize>) {
        let end = self.code.len();
        for jump in jumps {
            self.set(jump, Instruction::Jump(end));
        }
    }

    fn repeat(&mut self, steps: &'a [Step], until: &Until, at_most: u16) -> Result<(), Problem> {
        let counter = self.repetitions.len();
        if counter >= LOOPS {
            return Err(self.problem(format!("repetitions are nested deeper than {LOOPS}"), "flatten them"));
        }
        self.repetitions.push(self.code.len());
        self.code.push(Instruction::BeginLoop { counter });
        let back = self.code.len();
        self.block(steps)?;
        self.repetitions.pop();
        let until = match until {
            Until::Ok => Condition::Ok,
            Until::State(states) => Condition::State(states.clone()),
            Until::Closing => Condition::Closing,
        };
        self.code.push(Instruction::EndLoop { counter, back, until, at_most });
        Ok(())
    }

    fn play(&mut self, name: &'a str) -> Result<(), Problem> {
        let Some(script) = self.scripts.iter().find(|script| script.name == name) else {
            return Err(self.unknown(name));
        };
        if self.playing.contains(&name) || self.playing.len() >= DEEPEST_PLAY || self.script.name == name {
            return Err(self.problem(format!("the journey `{name}` plays itself in a circle"), "use `repeat`"));
        }
        self.playing.push(name);
        self.block(&script.steps)?;
        self.playing.pop();
        Ok(())
    }

    fn named(&self, name: &str) -> Result<JourneyId, Problem> {
        let at = self.scripts.iter().position(|script| script.name == name);
        at.map(|at| JourneyId(fitting(at, FEW))).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> Problem {
        let known: Vec<_> = self.scripts.iter().map(|script| script.name.as_str()).collect();
        self.problem(format!("there is no journey `{name}`"), &model::one_of(name, &known))
    }

    fn problem(&self, message: String, remedy: &str) -> Problem {
        whole_file(&self.script.file, message, remedy)
    }

    fn set(&mut self, at: usize, instruction: Instruction) {
        if let Some(slot) = self.code.get_mut(at) {
            *slot = instruction;
        }
    }
}

fn whole_file(file: &str, message: String, remedy: &str) -> Problem {
    Problem::new(file, message, remedy)
}
