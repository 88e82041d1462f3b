//! `vandan people`: the people of a province and their dossiers, for whoever needs them outside a run.

mod attachments;
mod clerks;
mod rows;
mod sinks;
mod sqlite;

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Applicants, CaseId, Placed, Seed};
use world::{People, Scale};

use crate::args::PeopleArgs;
use crate::console;
use crate::exit::{Exit, Failure};
use crate::load::PlayedRun;
use crate::{load, problems};
use rows::Block;
use sinks::{Sink, Written};

/// How many people are computed at once by one thread.
const PIECE: u32 = 2_000;

pub(crate) fn people(args: &PeopleArgs) -> Result<Exit, Failure> {
    let name = Placed::option("PROVINCE", &args.province);
    let run = problems::read(&args.scenarios, |scenarios| load::people_of(scenarios, &name))?;
    let people = people_of(args, &run)?;
    let (name, seed) = (&run.name, people.seed().0);
    let (written, sink) = if args.clerks {
        let block = clerks::block(&people);
        let mut sink = Sink::create(args.out.as_deref(), clerks::COLUMNS)?;
        sink.take(&block)?;
        (format!("{} clerks of {name}, seed {seed}", block.rows()), sink)
    } else {
        let count = count(args, &people, name)?;
        let mut sink = Sink::create(args.out.as_deref(), rows::COLUMNS)?;
        if write(args, &people, count, &mut sink)? == Written::ReaderGone {
            return Ok(Exit::Conforms);
        }
        (format!("{count} people of {name}, seed {seed}"), sink)
    };
    sink.finish()?;
    if let Some(out) = &args.out {
        console::print_error(&format!("{written}, written to {}", out.display()));
    }
    Ok(Exit::Conforms)
}

fn people_of(args: &PeopleArgs, run: &PlayedRun) -> Result<People, Failure> {
    let seed = args.seed.map_or(run.seed, Seed);
    let people = People::new(&run.played, seed, args.scale.unwrap_or(Scale::WHOLE), &run.calendar)
        .map_err(|error| Failure::new(Exit::InvalidConfiguration, format!("could not {error}")))?;
    Ok(people.with_edge_cases(args.edge_cases.unwrap_or_default()))
}

/// How many are wanted; more than there are is refused, with the scale that has them.
fn count(args: &PeopleArgs, people: &People, name: &str) -> Result<u32, Failure> {
    let there = people.count();
    let wanted = args.count.unwrap_or(there);
    if wanted <= there {
        return Ok(wanted);
    }
    let scale = u64::from(wanted).div_ceil(people.whole().max(1));
    let message = format!("{name} has {there} people at this scale, {wanted} are wanted (give --scale {scale})");
    Err(Failure::new(Exit::InvalidConfiguration, message))
}

fn write(args: &PeopleArgs, people: &People, count: u32, sink: &mut Sink) -> Result<Written, Failure> {
    let bar = progress(count);
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let make = |piece: u32| {
        let (from, until) = (piece * PIECE, count.min((piece + 1) * PIECE));
        Block::of(people, (from..until).map(CaseId))
    };
    let take = |block: Result<Block, Failure>| {
        let block = block.map_err(Ended::Failed)?;
        bar.inc(block.rows());
        match sink.take(&block).map_err(Ended::Failed)? {
            Written::Whole => Ok(()),
            Written::ReaderGone => Err(Ended::ReaderGone),
        }
    };
    let ended = world::in_order(count.div_ceil(PIECE), threads, make, take);
    bar.finish_and_clear();
    match ended {
        Ok(()) => {}
        Err(Ended::ReaderGone) => return Ok(Written::ReaderGone),
        Err(Ended::Failed(failure)) => return Err(failure),
    }
    if let Some(folder) = &args.attachments {
        attachments::write(args, people, count, Path::new(folder))?;
    }
    Ok(Written::Whole)
}

/// Why writing ended early.
enum Ended {
    ReaderGone,
    Failed(Failure),
}

/// A bar on the terminal; nothing where there is none.
fn progress(count: u32) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(u64::from(count)), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos}/{len} people  {per_sec}  {eta} left") {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}
