//! The client process: 64 connections, a thread each that writes, waits and reads. Its cost is that of the system calls.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use engine::RunClock;
use serde::{Deserialize, Serialize};

use crate::journey::{Life, Staff, Step};
use crate::processor::{self, Trouble};
use crate::wire::Connection;

/// How many connections there are.
pub(crate) const CONNECTIONS: u32 = 64;

/// How long a citizen or clerk takes before the next step of a dossier, in a steady load.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a step may be held up because the one before it has no answer yet.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// In which order the steps of the dossiers are taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Pace {
    /// Each connection walks one dossier after another through all steps, each as soon as the one before is answered.
    Walk,
    /// All connections take one step of all dossiers, then the next.
    StepByStep,
    /// So many requests a second, due at equal distances whatever the portal does.
    Steady(u32),
}

/// What is played.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Where the portal is, and which process it is.
    pub(crate) address: String,
    pub(crate) process: u32,
    pub(crate) pace: Pace,
    /// The number of the first dossier: nobody comes twice.
    pub(crate) first: u32,
    pub(crate) dossiers: u32,
}

/// What it came to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Played {
    pub(crate) wrong: u32,
    pub(crate) all: Part,
    /// From the instant a request was due to that at which it was sent; of a steady load.
    pub(crate) late: Times,
    /// From the instant at which a request of people was sent to its answer.
    pub(crate) served: Times,
    /// Each step by itself, when they were taken one after another.
    pub(crate) steps: Vec<Part>,
}

/// A part of a load.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) requests: u32,
    pub(crate) wall: Duration,
    /// Processor time of the portal meanwhile.
    pub(crate) used: Duration,
    /// From the instant a request was due, or else sent, to its answer.
    pub(crate) waited: Times,
}

/// How some times are spread, in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) least: u32,
    pub(crate) p50: u32,
    pub(crate) p99: u32,
    pub(crate) p999: u32,
    pub(crate) most: u32,
}

impl Times {
    fn of(mut times: Vec<u32>) -> Self {
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |share: usize| times.get(last * share / 1_000).copied().unwrap_or_default();
        Self { least: at(0), p50: at(500), p99: at(990), p999: at(999), most: at(1_000) }
    }
}

/// One request that was answered.
struct Exchange {
    step: Step,
    due: u64,
    sent: u64,
    done: u64,
    is_right: bool,
}

/// What all connections share.
struct Stage {
    clock: RunClock,
    load: Load,
    staff: Staff,
    lives: Vec<Mutex<(Life, usize)>>,
}

/// Plays and prints a [`Played`] as one line of JSON.
pub(crate) fn play(load: &str) -> Result<(), Trouble> {
    let load: Load = serde_json::from_str(load)?;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(&load.address)?);
    }
    let staff = Staff::sign_in(connections.first_mut().ok_or("there is no connection")?)?;
    let lives = (0..load.dossiers).map(|i| Mutex::new((Life::new(load.first + i), 0))).collect();
    let stage = Stage { clock: RunClock::start(), load, staff, lives };
    let played = match stage.load.pace {
        Pace::Walk => whole(stage.part("walk", &mut connections, Stage::walk)?, Vec::new()),
        Pace::StepByStep => {
            let (mut steps, mut exchanges) = (Vec::new(), Vec::new());
            for (place, step) in Step::ALL.into_iter().enumerate() {
                let next = AtomicU64::new(0);
                let turn = |stage: &Stage, _: u64, connection: &mut Connection| stage.one_step(place, &next, connection);
                let (part, more) = stage.part(step.name(), &mut connections, turn)?;
                steps.push(part);
                exchanges.extend(more);
            }
            let all = Part {
                name: "step by step".to_owned(),
                requests: steps.iter().map(|part| part.requests).sum(),
                wall: steps.iter().map(|part| part.wall).sum(),
                used: steps.iter().map(|part| part.used).sum(),
                waited: Times::of(exchanges.iter().map(|exchange| micros(exchange.due, exchange.done)).collect()),
            };
            whole((all, exchanges), steps)
        }
        Pace::Steady(rate) => {
            let schedule = Schedule::new(rate, stage.load.dossiers, stage.clock.now());
            let next = AtomicU64::new(0);
            let turn = |stage: &Stage, _: u64, connection: &mut Connection| stage.keep_time(&schedule, &next, connection);
            whole(stage.part("steady", &mut connections, turn)?, Vec::new())
        }
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&played)?)?;
    Ok(())
}

fn whole((all, exchanges): (Part, Vec<Exchange>), steps: Vec<Part>) -> Played {
    let people = exchanges.iter().filter(|exchange| exchange.step.is_of_people());
    Played {
        wrong: exchanges.iter().map(|exchange| u32::from(!exchange.is_right)).sum(),
        late: Times::of(exchanges.iter().map(|exchange| micros(exchange.due, exchange.sent)).collect()),
        served: Times::of(people.map(|exchange| micros(exchange.sent, exchange.done)).collect()),
        all,
        steps,
    }
}

fn micros(from: u64, until: u64) -> u32 {
    u32::try_from(until.saturating_sub(from) / 1_000).unwrap_or(u32::MAX)
}

impl Stage {
    /// Lets all connections take their turns at once, and measures that.
    fn part(
        &self,
        name: &str,
        connections: &mut [Connection],
        turn: impl Fn(&Self, u64, &mut Connection) -> Result<Vec<Exchange>, Trouble> + Sync,
    ) -> Result<(Part, Vec<Exchange>), Trouble> {
        let process = self.load.process.to_string();
        let (used, start) = (processor::used_by(&process)?.own, self.clock.now());
        let exchanges = thread::scope(|scope| {
            let turn = &turn;
            let threads: Vec<_> = (0..)
                .zip(connections)
                // What a thread could not do is told as text, since troubles do not leave their threads.
                .map(|(i, connection)| scope.spawn(move || turn(self, i, connection).map_err(|error| error.to_string())))
                .collect();
            let mut exchanges = Vec::new();
            for thread in threads {
                exchanges.extend(thread.join().map_err(|_panic| "a connection's thread panicked")??);
            }
            Ok::<_, Trouble>(exchanges)
        })?;
        let wall = Duration::from_nanos(self.clock.now() - start);
        let used = processor::used_by(&process)?.own.saturating_sub(used);
        let waited = Times::of(exchanges.iter().map(|exchange| micros(exchange.due, exchange.done)).collect());
        Ok((Part { name: name.to_owned(), requests: u32::try_from(exchanges.len())?, wall, used, waited }, exchanges))
    }

    /// Walks every 64th dossier, from the i-th on, through all steps.
    fn walk(&self, i: u64, connection: &mut Connection) -> Result<Vec<Exchange>, Trouble> {
        let mut exchanges = Vec::new();
        let own = self.lives.iter().skip(usize::try_from(i)?).step_by(usize::try_from(CONNECTIONS)?);
        for life in own {
            for place in 0..Step::ALL.len() {
                exchanges.extend(self.take(life, place, None, connection)?);
            }
        }
        Ok(exchanges)
    }

    /// Takes one step of dossiers for as long as there are some that nobody else takes it of.
    fn one_step(&self, place: usize, next: &AtomicU64, connection: &mut Connection) -> Result<Vec<Exchange>, Trouble> {
        let mut exchanges = Vec::new();
        while let Some(life) = self.lives.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed))?) {
            exchanges.extend(self.take(life, place, None, connection)?);
        }
        Ok(exchanges)
    }

    /// Takes what is due next, when it is due.
    fn keep_time(
        &self,
        schedule: &Schedule,
        next: &AtomicU64,
        connection: &mut Connection,
    ) -> Result<Vec<Exchange>, Trouble> {
        let mut exchanges = Vec::new();
        loop {
            let slot = next.fetch_add(1, Ordering::Relaxed);
            if slot >= schedule.slots {
                return Ok(exchanges);
            }
            let Some((dossier, place)) = schedule.at(slot) else { continue };
            let Some(life) = self.lives.get(dossier) else { continue };
            let due = schedule.due(slot);
            thread::sleep(Duration::from_nanos(due.saturating_sub(self.clock.now())));
            let mut taken = self.take(life, place, Some(due), connection)?;
            while taken.is_none() {
                if micros(due, self.clock.now()) > u32::try_from(LONGEST_HOLD.as_micros())? {
                    return Err("a step was held up for ever by the one before it".into());
                }
                thread::sleep(Duration::from_micros(100));
                taken = self.take(life, place, Some(due), connection)?;
            }
            exchanges.extend(taken);
        }
    }

    /// Takes one step of one dossier; `None` while the step before it is under way.
    fn take(
        &self,
        life: &Mutex<(Life, usize)>,
        place: usize,
        due: Option<u64>,
        connection: &mut Connection,
    ) -> Result<Option<Exchange>, Trouble> {
        let Ok(mut life) = life.try_lock().or_else(|error| match error {
            std::sync::TryLockError::Poisoned(poisoned) => Ok(PoisonError::into_inner(poisoned)),
            std::sync::TryLockError::WouldBlock => Err(()),
        }) else {
            return Ok(None);
        };
        let (life, taken) = &mut *life;
        let Some(step) = Step::ALL.get(place).copied().filter(|_| *taken == place) else { return Ok(None) };
        let sent = self.clock.now();
        let is_right = life.take(step, &self.staff, connection)?;
        let done = self.clock.now();
        *taken += 1;
        Ok(Some(Exchange { step, due: due.unwrap_or(sent), sent, done, is_right }))
    }
}

/// When each step of each dossier is due in a steady load. Time has slots at equal distances; step `k` of dossier `j` has
/// the slot `(j + k * turns) * steps + k`, so that every slot is taken once and the steps of a dossier lie `turns * steps`
/// slots and one apart.
struct Schedule {
    start: u64,
    /// Nanoseconds between two slots.
    gap: u64,
    /// How many rounds of slots lie between two steps of a dossier.
    turns: u64,
    slots: u64,
}

impl Schedule {
    fn new(rate: u32, dossiers: u32, now: u64) -> Self {
        let (gap, steps) = (1_000_000_000 / u64::from(rate.max(1)), Self::steps());
        let turns = (u64::try_from(PAUSE.as_nanos()).unwrap_or(u64::MAX)).div_ceil(gap * steps);
        Self { start: now + gap, gap, turns, slots: (u64::from(dossiers) + (steps - 1) * turns) * steps }
    }

    fn steps() -> u64 {
        u64::try_from(Step::ALL.len()).unwrap_or(u64::MAX)
    }

    /// The dossier and the step that have this slot; `None` where the first ones are not that far yet.
    fn at(&self, slot: u64) -> Option<(usize, usize)> {
        let step = slot % Self::steps();
        let dossier = (slot / Self::steps()).checked_sub(step * self.turns)?;
        Some((usize::try_from(dossier).ok()?, usize::try_from(step).ok()?))
    }

    fn due(&self, slot: u64) -> u64 {
        self.start + slot * self.gap
    }
}
