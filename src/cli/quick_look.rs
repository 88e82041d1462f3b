//! A quick look: everybody walks one journey, and nobody has written a run file.
//!
//! The people are those of the run's province who come through the channel of the journey. How many come is said on the
//! command line, so that nothing in such a run answers to a document.

use std::sync::Arc;

use journey::Scripts;
use model::words::{Channel, Operation, Role};
use model::{Placed, Problem};
use world::{Played, Province};

use crate::args::PlanArgs;
use crate::run_file::{Names, Roles, RunFile};

/// The run that is meant where none is named.
pub(crate) const RUN: &str = "quick-look";

/// What a run names once everybody walks `journey`: clerks only if it hands anything in, and no visitors.
pub(crate) fn names(names: Names, journey: &Placed, scripts: &Scripts) -> Names {
    let is_submitting = scripts.find(&journey.text).is_none_or(|journey| submits(scripts, journey));
    let Roles { post, desk, post_desk, final_reads, .. } = names.journeys;
    let channel = channel(journey, post.as_ref(), scripts);
    let through = |of| (channel == of).then(|| journey.clone());
    let journeys = Roles {
        online: through(Channel::Online),
        counter: through(Channel::Counter),
        post: through(Channel::Post),
        desk: desk.filter(|_| is_submitting),
        post_desk: post_desk.filter(|_| is_submitting),
        final_reads,
    };
    Names { visit: None, journeys, ..names }
}

/// How those come who walk this journey. What no applicant nor clerk at the counter can walk is refused as a citizen's.
fn channel(named: &Placed, post: Option<&Placed>, scripts: &Scripts) -> Channel {
    let at_desk = |journey| scripts.role(journey) == Role::Desk && submits(scripts, journey);
    match scripts.find(&named.text).filter(|journey| at_desk(*journey)) {
        Some(_) if post.is_some_and(|post| post.text == named.text) => Channel::Post,
        Some(_) => Channel::Counter,
        None => Channel::Online,
    }
}

fn submits(scripts: &Scripts, journey: journey::JourneyId) -> bool {
    !scripts.missing(journey, |operation| operation != Operation::Submit).is_empty()
}

/// Leaves the people of this channel, and says in the title that they follow no document.
pub(crate) fn restrict(
    run: &mut RunFile,
    played: &mut [Played],
    journey: &str,
    channel: Channel,
) -> Result<(), Problem> {
    run.title = format!("{}: everybody walks {journey}, {NO_DOCUMENT}", run.title);
    for Played { province, .. } in played {
        let through = Province::clone(province).through(channel).ok_or_else(|| {
            let name = province.name();
            let message = format!("`{journey}` is walked by who comes by {channel}, and nobody does in {name}");
            Problem::new("--journey", message, "give another --province")
        })?;
        *province = Arc::new(through);
    }
    Ok(())
}

const NO_DOCUMENT: &str = "volumes are those of the load and follow no document";

/// Why nothing of a run is compared with a figure.
pub(crate) fn not_compared(run: &RunFile, args: &PlanArgs) -> Option<&'static str> {
    match (run.closed, &args.journey) {
        (Some(_), _) => Some("how many come depends on the portal: the model is closed"),
        (None, Some(_)) => Some(NO_DOCUMENT),
        (None, None) => None,
    }
}
