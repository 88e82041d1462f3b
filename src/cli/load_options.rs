//! What the command line says of the load, instead of the run file.

use std::time::Duration;

use model::{Applicants as _, Problem, Problems, fitting};
use world::{LoadCurve, LoadShape, People, Scale};

use crate::args::{LoadArgs, PlanArgs};
use crate::run_file::{Closed, RunFile};

/// Gives a run the load of the command line. Every option that lacks another, or contradicts it, is refused.
pub(crate) fn set(run: &mut RunFile, args: &PlanArgs) -> Result<(), Problems> {
    let LoadArgs { rate, vus, duration, warm_up } = args.load;
    let is_loaded = rate.is_some() || vus.is_some();
    let has_shape = run.load.is_some() || is_loaded;
    let shaped = "the run has a load shape, which says how many dossiers are handed in and how fast";
    let leave_out = "leave it out, or give --rate and --duration";
    let refusals = [
        (rate.is_some() && vus.is_some(), "--vus", "it is another load than --rate", "leave one of them out"),
        (rate.is_some() && duration.is_none(), "--rate", "nothing says for how long", "add --duration, e.g. 2m"),
        (vus.is_some() && duration.is_none(), "--vus", "nothing says for how long", "add --duration, e.g. 2m"),
        (
            !is_loaded && duration.is_some(),
            "--duration",
            "nothing says how many come",
            "add --rate, e.g. 50/s, or --vus",
        ),
        (!is_loaded && warm_up.is_some(), "--warm-up", "it is a time at --rate", "add --rate and --duration"),
        (has_shape && args.length.is_some(), "--length", shaped, leave_out),
        (has_shape && args.scale.is_some(), "--scale", shaped, leave_out),
        (!has_shape && args.journey.is_some(), "--journey", "nothing says how many come", "add --rate and --duration"),
    ];
    let warm_up = warm_up.unwrap_or_default();
    match (rate, vus, duration) {
        (Some(rate), None, Some(duration)) => run.load = Some(LoadShape::constant(rate, duration, warm_up)),
        (None, Some(people), Some(duration)) => {
            (run.load, run.visits) = (None, None);
            run.closed = Some(Closed { people: fitting(people, "at most 100,000"), warm_up });
            run.length = warm_up + duration;
        }
        (_, _, _) => {}
    }
    if run.closed.is_none() {
        run.length = run.load.as_ref().map(LoadShape::length).or(args.length).unwrap_or(run.length);
    }
    let refused = refusals.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    Problems(refused.map(|(_, option, message, remedy)| Problem::new(option, message, remedy)).collect()).or(())
}

/// The most people who may come in a closed model, and the most of them in a second.
const MOST_PEOPLE: u64 = 500_000;
const MOST_IN_A_SECOND: u64 = 20_000;
/// The most journeys of one person in a second.
const MOST_OF_ONE: u64 = 5_000;

/// The part of the people out of whom those of a closed model come: more than can walk a journey in this time.
pub(crate) fn pool(closed: Closed, length: Duration, whole: &People) -> Result<Scale, Problem> {
    let a_second = MOST_IN_A_SECOND.min(MOST_OF_ONE * closed.people as u64);
    let people = MOST_PEOPLE.min(length.as_secs().max(1) * a_second).max(closed.people as u64);
    Scale::new(fitting(people, "at most 500,000"), whole.count())
        .map_err(|error| Problem::new("--vus", error.to_string(), "name another province"))
}

/// The rates of a load shape, and the part of the people of a province that come by them.
pub(crate) fn curve(shape: &LoadShape, whole: &People) -> Result<(LoadCurve, Scale), Problem> {
    let curve = shape.curve(whole.peak_hour() / 3_600.0);
    let dossiers = curve.dossiers();
    let scale = dossiers.and_then(|count| Scale::new(count, whole.count()).map_err(|error| error.to_string()));
    match scale {
        Ok(scale) => Ok((curve, scale)),
        Err(reason) => {
            Err(Problem::new("load", format!("the load shape {reason}"), "change its rates or their lengths"))
        }
    }
}
