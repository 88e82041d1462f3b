//! What a run is going to send, in all its phases: what `plan` tells, and what `run` holds against an authorization.
//!
//! An estimate. Journeys are walked once in thought, every answer being ok and everything an applicant or a clerk does for a
//! dossier falling into the second in which it comes in; clerks look into their inboxes at the pace of their journey, no
//! sooner than `poll_every`. People who look at a dossier again and again, and tries after refusals, come on top.

use std::time::Duration;

use journey::JourneyId;
use model::Timeline;
use model::words::{Operation, Role};
use serde_json::{Value, json};

use crate::compose::Composition;
use crate::page::{Page, grouped, rate};
use crate::run_file::{Authorization, duration_text};

/// How often the ledger of a peer is read.
const LEDGER_EVERY: f64 = 0.2;

/// Bank and post.
const PEERS: f64 = 2.0;

/// How often a clerk looks in after the load: until everybody has found nothing, and once more at closing.
const LAST_LOOKS: f64 = 2.0;

/// The longest run that is proposed: a week.
const LONGEST: u64 = 7 * 86_400;

/// Runs longer than so many seconds are looked at in longer stretches.
const STRETCHES: u64 = 200_000;

/// Requests of a run, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// What people and clerks do for dossiers, and visitors.
    acts: f64,
    /// Looks into inboxes under load.
    polls: f64,
    /// Looks into inboxes after it.
    drain: f64,
    final_read: f64,
    /// The run's own: time, catalogue, publications.
    control: f64,
    /// At the peers.
    ledgers: f64,
    wall_seconds: f64,
    /// In the busiest second of the load.
    peak: f64,
}

impl Estimate {
    /// Of this run.
    pub(crate) fn of(composed: &Composition) -> Self {
        Demand::of(composed).played(&composed.timeline)
    }

    /// All requests to the portal, and those to the peers' ledgers.
    pub(crate) fn requests(&self) -> f64 {
        self.to_portal() + self.ledgers
    }

    fn to_portal(&self) -> f64 {
        self.under_load() + self.drain + self.final_read
    }

    fn under_load(&self) -> f64 {
        self.acts + self.polls + self.control
    }

    /// Requests a second under load, on average.
    fn mean(&self) -> f64 {
        self.under_load() / self.wall_seconds.max(1.0)
    }

    /// How long the final read takes, which is no faster than the load at its peak.
    fn final_seconds(&self) -> f64 {
        self.final_read / self.peak.max(1.0)
    }

    /// The estimate as a section of `plan.json`; rates to a tenth.
    pub(crate) fn to_json(self) -> Value {
        let tenth = |rate: f64| (rate * 10.0).round() / 10.0;
        json!({
            "basis": "estimate: journeys once, every answer ok; inboxes at the clerks' pace; people who look again and tries after refusals come on top",
            "requests": whole(self.requests()),
            "journeys": whole(self.acts),
            "polls": whole(self.polls),
            "drain": whole(self.drain),
            "final_read": whole(self.final_read),
            "control": whole(self.control),
            "ledgers": whole(self.ledgers),
            "per_second_mean": tenth(self.mean()),
            "per_second_peak": tenth(self.peak),
            "final_read_seconds": tenth(self.final_seconds()),
        })
    }

    /// The estimate as people read it.
    pub(crate) fn tell(self, page: &mut Page) {
        let count = |number: f64| grouped(whole(number));
        let parts = format!(
            "about {}: {} for dossiers and visits, {} looks into inboxes, {} in the drain, {} in the final read, {} the run's own, {} of the peers' ledgers",
            count(self.requests()),
            count(self.acts),
            count(self.polls),
            count(self.drain),
            count(self.final_read),
            count(self.control),
            count(self.ledgers)
        );
        page.line("in all", &parts);
        page.line(
            "",
            &format!(
                "{} under load on average, {} in the peak second; dossiers are read back no faster, in about {:.0} s",
                rate(self.mean()),
                rate(self.peak),
                self.final_seconds().max(1.0)
            ),
        );
    }
}

/// Why a run of this plan against a portal of another would be refused, and what to do; `None` if its authorization allows it,
/// or there is none.
pub(crate) fn refusal(composed: &Composition) -> Option<String> {
    let Authorization { by, max_rate, .. } = composed.run.authorization.as_ref()?;
    let demand = Demand::of(composed);
    let peak = demand.played(&composed.timeline).peak;
    if peak <= *max_rate {
        return None;
    }
    let fits = |length: u64| {
        let timeline = composed.timeline_of(Duration::from_secs(length));
        demand.played(&timeline).peak <= *max_rate
    };
    let remedy = match shortest(composed.timeline.wall_end() / 1_000_000_000, fits) {
        Some(length) => format!("play it longer: --length \"{}\" would fit", duration_text(length)),
        None => "no length would fit: play a smaller part with --scale".to_owned(),
    };
    Some(format!(
        "the plan needs about {peak:.0} requests/s in its peak second, the authorization by {by} allows {max_rate}\n{remedy}"
    ))
}

/// The shortest length above this one that fits, to a hundredth, in seconds.
fn shortest(from: u64, fits: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut short, mut long) = (from.max(1), from.max(1) * 2);
    while !fits(long) {
        if long >= LONGEST {
            return None;
        }
        (short, long) = (long, (long * 2).min(LONGEST));
    }
    while long - short > (long / 100).max(1) {
        let middle = short.midpoint(long);
        if fits(middle) {
            long = middle;
        } else {
            short = middle;
        }
    }
    // A round number is easier to type, if it fits as well.
    let step = if long < 120 { 1 } else { 60 };
    let round = long.div_ceil(step) * step;
    Some(if fits(round) { round } else { long })
}

/// What is to be sent, whatever the length.
struct Demand<'a> {
    composed: &'a Composition,
    per_dossier: f64,
    per_visit: f64,
    final_read: f64,
    /// Clerks who look into inboxes: how many, and the simulated seconds from one look to the next.
    desks: Vec<(f64, f64)>,
    /// The run's own, but for the time.
    control: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
impl<'a> Demand<'a> {
    fn of(composed: &'a Composition) -> Self {
        let (scripts, casting, adapter) = (&composed.scripts, &composed.casting, &composed.adapter);
        let requests = |operation: Operation| adapter.exchanges(operation).len() as f64;
        let clerks = |role: Role| composed.staff.iter().filter(|staff| staff.role == role).count() as f64;
        let kinds = world::kinds(&composed.population);
        let dossiers: f64 = kinds.values().map(|count| *count as f64).sum();
        let mut acts = 0.0;
        let mut final_read = 0.0;
        let of = |journey: JourneyId, kind| -> f64 {
            scripts.least(journey, kind).iter().map(|(operation, count)| requests(*operation) * *count as f64).sum()
        };
        for (kind, count) in &kinds {
            let counts = crate::offered_load::of_dossier(*kind, scripts, casting);
            let each: f64 = counts.iter().map(|(operation, count)| requests(*operation) * *count as f64).sum();
            acts += each * *count as f64;
            let reads: f64 = casting.final_reads.iter().map(|journey| of(*journey, *kind)).sum();
            final_read += reads * *count as f64;
        }
        let visits = world::kinds_of(&composed.population, &composed.visits);
        let visited: f64 = casting
            .visit
            .map_or(0.0, |journey| visits.iter().map(|(kind, count)| of(journey, *kind) * *count as f64).sum());
        let desks = [(Role::Desk, casting.desk), (Role::PostDesk, casting.post_desk)];
        let desks = desks.iter().filter_map(|(role, journey)| Some((clerks(*role), (*journey)?)));
        let desks = desks.flat_map(|(count, journey)| {
            let polls = scripts.polls(journey).into_iter();
            polls.map(move |(operation, every)| (count * requests(operation), every.as_secs_f64().max(1e-3)))
        });
        let publications = composed.publications.len() as f64;
        let sign_in = if publications > 0.0 { requests(Operation::ClerkSignIn) } else { 0.0 };
        Self {
            composed,
            per_dossier: acts / dossiers.max(1.0),
            per_visit: visited / (composed.visits.len() as f64).max(1.0),
            final_read,
            desks: desks.collect(),
            control: 2.0 * requests(Operation::Catalogue) + publications * requests(Operation::Publish) + sign_in,
        }
    }

    /// What is sent if it is played so.
    fn played(&self, timeline: &Timeline) -> Estimate {
        let composed = self.composed;
        let wall_seconds = timeline.wall_end() as f64 / 1e9;
        let poll_every = composed.run.limits.poll_every.as_secs_f64();
        let clerks: f64 = self.desks.iter().map(|(count, _)| count).sum();
        let mut stretches = Stretches::of(timeline);
        for arrival in &composed.arrivals {
            stretches.add(timeline.wall(arrival.due), self.per_dossier);
        }
        for visit in &composed.visits {
            stretches.add(timeline.wall(visit.due), self.per_visit);
        }
        let acts = self.per_dossier * composed.arrivals.len() as f64 + self.per_visit * composed.visits.len() as f64;
        // Everybody signs in first; like those who look in when offices open, they do so at once, which a rate spreads.
        let mut polls = clerks;
        for segment in timeline.segments().iter().filter(|segment| segment.office) {
            let (from, until) = (segment.wall_start, segment.wall_end);
            let seconds = (until - from) as f64 / 1e9;
            for (count, every) in &self.desks {
                // Whose pause ended while offices were closed looks in when they open.
                let opening = count * (1.0 - (-closed_before(timeline, segment.start) / every).exp());
                let Gap { mean, variation } = Gap::of(every / segment.speed(), poll_every);
                // So many renewals there are on average after one at the beginning.
                let looks = opening * f64::midpoint(1.0, variation) + count * seconds / mean;
                stretches.spread(from, until, looks / seconds.max(1e-9));
                polls += looks;
            }
        }
        let telling = composed.adapter.exchanges(Operation::Clock).len() as f64;
        for segment in timeline.segments() {
            stretches.add(segment.wall_start, telling);
        }
        let peak = stretches.most();
        let mut estimate = Estimate {
            acts,
            polls,
            drain: clerks * LAST_LOOKS,
            final_read: self.final_read,
            control: self.control + telling * timeline.segments().len() as f64,
            ledgers: 0.0,
            wall_seconds,
            peak,
        };
        let seconds = wall_seconds + LAST_LOOKS * poll_every + estimate.final_seconds();
        estimate.ledgers = PEERS * seconds / LEDGER_EVERY;
        estimate
    }
}

/// The time from one look to the next on the wall.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// In seconds.
    mean: f64,
    /// Square of the coefficient of variation.
    variation: f64,
}

impl Gap {
    /// Where pauses are exponentially distributed about `pause` seconds, and none is shorter than `least`.
    ///
    /// With q = exp(-least / pause), the share of pauses that are longer than `least`: the mean is `least + q pause`, the mean
    /// square `least^2 + q (2 least pause + 2 pause^2)`.
    fn of(pause: f64, least: f64) -> Self {
        let longer = (-least / pause.max(f64::MIN_POSITIVE)).exp();
        let mean = least + longer * pause;
        let mean_square = least * least + longer * 2.0 * pause * (least + pause);
        Self { mean, variation: (mean_square / (mean * mean) - 1.0).max(0.0) }
    }
}

/// For how many simulated seconds offices were closed before they open at this instant.
fn closed_before(timeline: &Timeline, opening: model::SimTime) -> f64 {
    let before = timeline.segments().iter().rev().find(|segment| segment.end <= opening && !segment.office);
    before
        .filter(|segment| segment.end == opening)
        .map_or(0.0, |segment| segment.end.since(segment.start).as_secs_f64())
}

/// Requests by stretches of the wall clock: seconds, or more of a long run.
struct Stretches {
    requests: Vec<f64>,
    /// In nanoseconds.
    width: u64,
}

#[expect(clippy::cast_precision_loss, reason = "stretches are hours at the most")]
impl Stretches {
    fn of(timeline: &Timeline) -> Self {
        let seconds = timeline.wall_end() / 1_000_000_000 + 1;
        let width = seconds.div_ceil(STRETCHES) * 1_000_000_000;
        let count = usize::try_from(timeline.wall_end() / width).unwrap_or(0) + 1;
        Self { requests: vec![0.0; count], width }
    }

    fn add(&mut self, at: u64, requests: f64) {
        let stretch = usize::try_from(at / self.width).ok().and_then(|at| self.requests.get_mut(at));
        if let Some(stretch) = stretch {
            *stretch += requests;
        }
    }

    /// Adds so many a second from one instant to another.
    fn spread(&mut self, from: u64, until: u64, each_second: f64) {
        let mut at = from;
        while at < until {
            let next = until.min((at / self.width + 1) * self.width);
            self.add(at, each_second * (next - at) as f64 / 1e9);
            at = next;
        }
    }

    /// The most a second.
    fn most(&self) -> f64 {
        let most = self.requests.iter().fold(0.0_f64, |most, requests| most.max(*requests));
        most / (self.width as f64 / 1e9)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are positive and far below 2^53")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_no_closer_than_the_run_allows() {
        let at_the_floor = Gap::of(0.001, 0.25);
        assert!((at_the_floor.mean - 0.25).abs() < 1e-6 && at_the_floor.variation < 1e-6, "{at_the_floor:?}");
        let by_chance = Gap::of(60.0, 0.0);
        assert!((by_chance.mean - 60.0).abs() < 1e-6 && (by_chance.variation - 1.0).abs() < 1e-6, "{by_chance:?}");
        let between = Gap::of(0.25, 0.25);
        assert!((between.mean - 0.342).abs() < 0.001 && (0.3..0.35).contains(&between.variation), "{between:?}");
    }

    #[test]
    fn the_shortest_length_that_fits_is_found_and_is_round() {
        assert_eq!(shortest(30, |length| length >= 47), Some(47));
        assert_eq!(shortest(30, |length| length >= 1_000), Some(1_020));
        assert_eq!(shortest(30, |_| false), None);
    }
}
