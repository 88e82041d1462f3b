//! The client process: 64 connections on one thread, each of which writes a request, waits and reads the answer.

use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::task::LocalSet;

use crate::journey::Step;
use crate::processor::Trouble;
use crate::schedule::Schedule;
use crate::stage::{Exchange, Order, Stage};

/// How many connections there are.
pub(crate) const CONNECTIONS: usize = 64;

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
    /// Requests that were not answered as hoped.
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

impl Part {
    /// Several as one.
    fn sum(name: &str, parts: &[Part], waited: Times) -> Self {
        Self {
            name: name.to_owned(),
            requests: parts.iter().map(|part| part.requests).sum(),
            wall: parts.iter().map(|part| part.wall).sum(),
            used: parts.iter().map(|part| part.used).sum(),
            waited,
        }
    }
}

/// How some times are spread, in microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) least: u32,
    pub(crate) p50: u32,
    pub(crate) p99: u32,
    pub(crate) p999: u32,
    pub(crate) most: u32,
}

impl Times {
    pub(crate) fn of(times: impl Iterator<Item = u32>) -> Self {
        let mut times: Vec<u32> = times.collect();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |share: usize| times.get(last * share / 1_000).copied().unwrap_or_default();
        Self { least: at(0), p50: at(500), p99: at(990), p999: at(999), most: at(1_000) }
    }
}

/// Plays and prints a [`Played`] as one line of JSON.
pub(crate) fn play(load: &str) -> Result<(), Trouble> {
    let load: Load = serde_json::from_str(load)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let played = LocalSet::new().block_on(&runtime, with_connections(load))?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&played)?)?;
    Ok(())
}

async fn with_connections(load: Load) -> Result<Played, Trouble> {
    let (pace, dossiers) = (load.pace, load.dossiers);
    let mut stage = Stage::open(load).await?;
    let (parts, exchanges) = match pace {
        Pace::Walk => one(stage.play("walk", Order::Walk).await?),
        Pace::StepByStep => {
            let (mut parts, mut exchanges) = (Vec::new(), Vec::new());
            for (place, step) in Step::ALL.into_iter().enumerate() {
                let (part, more) = stage.play(step.name(), Order::OneStep(place)).await?;
                parts.push(part);
                exchanges.extend(more);
            }
            (parts, exchanges)
        }
        Pace::Steady(rate) => {
            let schedule = Schedule::new(rate, dossiers, stage.now());
            one(stage.play("steady", Order::Keep(Rc::new(schedule))).await?)
        }
    };
    let people = exchanges.iter().filter(|exchange| exchange.step.is_of_people());
    Ok(Played {
        wrong: exchanges.iter().map(|exchange| u32::from(!exchange.is_right)).sum(),
        all: Part::sum("all", &parts, Times::of(exchanges.iter().map(Exchange::waited))),
        late: Times::of(exchanges.iter().map(Exchange::late)),
        served: Times::of(people.map(Exchange::served)),
        steps: parts,
    })
}

fn one((part, exchanges): (Part, Vec<Exchange>)) -> (Vec<Part>, Vec<Exchange>) {
    (vec![part], exchanges)
}
