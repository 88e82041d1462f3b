//! `vandan capacity`: the highest rate at which all gates of a run hold.
//!
//! Each rate is played as an ordinary run with a folder of its own. [`search`] says which rate is next, [`step`] what came of
//! one.

mod search;
mod step;

use std::sync::Arc;
use std::time::Duration;

use model::{Applicants as _, Problem, Problems};
use report::{Answer, Capacity, CapacityStep, OfficeDay};
use world::{People, Played, Scale};

use crate::args::CapacityArgs;
use crate::compose::Composition;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::results::Results;
use crate::run_facts;
use crate::{console, problems, run, targets};
use search::{Bounds, Found, Search};
use step::Steps;

pub(crate) fn capacity(args: &CapacityArgs) -> Result<Exit, Failure> {
    problems::read(&args.run.plan.scenarios, |_| check(args))?;
    let steps = Steps::new(args);
    let mut first = Composition::of(&steps.args(args.from).plan)?;
    targets::set(&args.run, &mut first.run)?;
    let steps = steps.deciding(&first)?;
    let results = Results::create(&args.run.results, &format!("capacity-{}", first.run.name), &run::now()?)?;
    let steps = steps.below(&results.folder);
    let bounds = Bounds { from: args.from, to: args.to, precision: args.precision, steps: args.steps.into() };
    let (played, end) = play(args, &steps, bounds)?;
    let capacity = Capacity {
        title: first.run.title.clone(),
        target: targets::all(&first.run.targets),
        gates: first.run.gates.iter().map(|(claim, _)| claim.clone()).collect(),
        answer: end.answer,
        steps: played,
        day: office_day(&first)?,
        precision: args.precision,
        command: run_facts::typed(),
        folder: results.folder.display().to_string(),
    };
    results.write("capacity.json", &report::capacity_json(&capacity))?;
    results.write("capacity.html", &report::capacity_html(&capacity))?;
    if args.json {
        console::print(&report::capacity_json(&capacity));
    } else if !args.run.quiet {
        console::print(&report::capacity_terminal(&capacity, console::style()));
    }
    Ok(end.exit)
}

/// Every option that cannot be meant: the search sets the load of each step itself.
fn check(args: &CapacityArgs) -> Result<(), Problems> {
    let plan = &args.run.plan;
    let rates = "the search says how many come and how long a step lasts";
    let refusals = [
        (plan.load.rate.is_some(), "--rate", rates, "give --from and --to"),
        (plan.load.vus.is_some(), "--vus", rates, "give --from and --to"),
        (plan.load.duration.is_some(), "--duration", rates, "give --step-duration"),
        (plan.length.is_some(), "--length", rates, "give --step-duration"),
        (plan.scale.is_some(), "--scale", rates, "give --from and --to"),
        (args.run.salt.is_some(), "--salt", "each step has references of its own", "leave it out"),
        (args.from > args.to, "--from", "it is above --to", "lower it, or raise --to"),
    ];
    let refused = refusals.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    Problems(refused.map(|(_, option, message, remedy)| Problem::new(option, message, remedy)).collect()).or(())
}

/// How a search ended.
struct End {
    answer: Answer,
    exit: Exit,
}

/// Plays steps until the search is over, its time has passed, or the user ends it.
fn play(args: &CapacityArgs, steps: &Steps, bounds: Bounds) -> Result<(Vec<CapacityStep>, End), Failure> {
    let started = run::now()?;
    let interrupt = Interrupt::of_many_runs();
    let mut search = Search::new(bounds);
    let mut played: Vec<CapacityStep> = Vec::new();
    loop {
        let end = |exit, because: String| Ok(End::at(search.low(), exit, because));
        let end: Result<End, Failure> = match search.next() {
            Err(found) => Ok(End::of(found, played.last())),
            _ if run::now()?.duration_since(started).unsigned_abs() >= args.at_most => {
                end(Exit::InvalidRun, "The time of the search was over (--at-most)".to_owned())
            }
            Ok((purpose, rate)) => {
                tell(
                    args,
                    &format!("  {}/s for {} s ...", report::text::trimmed(rate, 3), steps.seconds(rate).as_secs()),
                );
                match run::carry_out(&steps.args(rate), &interrupt) {
                    _ if interrupt.was_asked() => end(Exit::Aborted, "The search was interrupted".to_owned()),
                    Err(failure) if played.is_empty() => Err(failure),
                    Err(failure) => {
                        end(failure.exit, format!("At {rate}/s the run could not be carried out: {}", failure.message))
                    }
                    Ok(judged) => {
                        let step = step::step(purpose, rate, steps.seconds(rate), &judged);
                        search.note(purpose, rate, step.standing);
                        tell(args, &report::capacity_step(&step));
                        played.push(step);
                        continue;
                    }
                }
            }
        };
        return Ok((played, end?));
    }
}

fn tell(args: &CapacityArgs, text: &str) {
    if !args.run.quiet {
        console::print_error(text);
    }
}

impl End {
    /// The end of a search that found this; `last` is the last step.
    fn of(found: Found, last: Option<&CapacityStep>) -> Self {
        let reason = || last.map(|step| step.reasons.join("; ")).unwrap_or_default();
        match found {
            Found::Confirmed { low, high } => {
                Self { answer: Answer::Confirmed { rate: low, above: high }, exit: Exit::Conforms }
            }
            Found::Highest(rate) => {
                Self::at(Some(rate), Exit::Conforms, "Higher rates were not to be tried (--to)".to_owned())
            }
            Found::GeneratorLimit { low, at } => Self::at(
                low,
                Exit::InvalidRun,
                format!("At {at}/s this machine's generator is the limit: {}", reason()),
            ),
            Found::Nothing(rate) => {
                let is_breached = last.is_some_and(|step| step.standing == report::StepStanding::Exceeded);
                let exit = if is_breached { Exit::GateBreached } else { Exit::InvalidRun };
                Self::at(None, exit, format!("Not even {rate}/s holds: {}", reason()))
            }
            Found::OutOfSteps(low) => Self::at(low, Exit::InvalidRun, "The steps were used up (--steps)".to_owned()),
        }
    }

    /// The end of a search in which this rate held, if any did.
    fn at(low: Option<f64>, exit: Exit, because: String) -> Self {
        let answer = match low {
            Some(rate) => Answer::AtLeast { rate, because },
            None => Answer::Nothing { because },
        };
        Self { answer, exit }
    }
}

/// The working day of the document, over its whole period.
#[expect(clippy::cast_precision_loss, reason = "days and dossiers are far below 2^53")]
fn office_day(composed: &Composition) -> Result<OfficeDay, Failure> {
    let parts = composed.people.parts().iter();
    let played: Vec<_> =
        parts.map(|part| Played { province: Arc::new(part.province().clone()), scale: Scale::WHOLE }).collect();
    let whole = People::new(&played, composed.seed, Scale::WHOLE, &composed.calendar).map_err(Failure::run)?;
    let open = composed.timeline.segments().iter().filter(|segment| segment.office);
    let days: std::collections::BTreeSet<_> = open.clone().map(|segment| segment.start.day()).collect();
    let hours = open.map(|segment| segment.end.since(segment.start)).sum::<Duration>().as_secs_f64() / 3_600.0;
    let mean = f64::from(whole.count()) / hours.max(1.0);
    Ok(OfficeDay { hours: hours / days.len().max(1) as f64, peak: (whole.peak_hour() / mean).max(1.0) })
}
