//! What a run is going to send, in all its phases: what `plan` tells, and what `run` holds against an authorization.
//!
//! An estimate. Journeys are walked once in thought, every answer being ok: a dossier comes in with two requests in its
//! second, and what its applicant and the clerks do for it follows evenly within a simulated day; clerks look into their inboxes at the pace of their journey, no
//! sooner than `poll_every`. People who look at a dossier again and again, and tries after refusals, come on top.

use std::time::Duration;

use engine::{BaseUrl, Peer};
use journey::JourneyId;
use model::words::{Operation, Role};
use model::{Seed, Timeline, fitting};
use rand::RngExt as _;
use rand_distr::Exp1;
use report::{Page, text};
use serde_json::{Value, json};

use crate::compose::Composition;
use crate::offered_load::rate;
use crate::run_file::Authorization;
use crate::values::duration_text;

/// How often the ledger of a peer is read.
const LEDGER_EVERY: f64 = 0.2;

/// Bank and post.
const PEERS: u8 = 2;

/// Requests with which a dossier comes in: signing in, and submitting.
const INTAKE: f64 = 2.0;

/// The simulated time within which the others for it follow, evenly.
const AFTERWARDS: Duration = Duration::from_secs(86_400);

/// How often a clerk looks in after the load: until everybody has found nothing, and once more at closing.
const LAST_LOOKS: f64 = 2.0;
/// The shortest pause between two of them that is reckoned with, in seconds.
const SHORTEST_PAUSE: f64 = 0.05;

/// So many clerks are followed in thought, and stand for all.
const SAMPLES: u32 = 16;

/// The shortest time from one look to the next, in nanoseconds: none takes no time at all.
const SHORTEST_GAP: u64 = 1_000_000;

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
        Demand::of(composed).played(&composed.timeline, &HostShare::whole())
    }

    /// All requests to the portal, and those to the peers' ledgers.
    pub(crate) fn requests(&self) -> f64 {
        self.to_portal() + self.ledgers
    }

    fn to_portal(self) -> f64 {
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
        let count = |number: f64| text::count(whole(number));
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

/// What one host gets of a run.
pub(crate) struct HostShare {
    /// Its first address.
    at: String,
    /// Of the people, who are dealt out over all addresses in turn.
    part: f64,
    /// Whether it is told the time and asked for the catalogue.
    is_first: bool,
    /// Peers whose ledgers are read there.
    peers: u8,
}

impl HostShare {
    /// The only one.
    fn whole() -> Self {
        Self { at: String::new(), part: 1.0, is_first: true, peers: 0 }
    }

    /// Requests of ledgers a second.
    fn ledgers(&self) -> f64 {
        f64::from(self.peers) / LEDGER_EVERY
    }
}

/// The hosts of a portal at these addresses, each of which an authorization limits for itself; one, wherever it is, without any.
#[expect(clippy::cast_precision_loss, reason = "addresses are few")]
pub(crate) fn hosts(targets: &[BaseUrl], peers: &[Peer]) -> Vec<HostShare> {
    let mut hosts: Vec<(&BaseUrl, usize)> = Vec::new();
    for target in targets {
        match hosts.iter_mut().find(|(known, _)| known.authority().is_same_host(target.authority())) {
            Some((_, count)) => *count += 1,
            None => hosts.push((target, 1)),
        }
    }
    let share = |(at, (target, count)): (usize, (&BaseUrl, usize))| {
        let beside = peers.iter().filter(|peer| peer.base.authority().is_same_host(target.authority())).count();
        let part = count as f64 / targets.len() as f64;
        HostShare { at: target.to_string(), part, is_first: at == 0, peers: fitting(beside, "a run has two peers") }
    };
    if hosts.is_empty() { vec![HostShare::whole()] } else { hosts.into_iter().enumerate().map(share).collect() }
}

/// The same, with both peers at every host: wherever they are, it is no more.
pub(crate) fn with_peers(hosts: Vec<HostShare>) -> Vec<HostShare> {
    hosts.into_iter().map(|host| HostShare { peers: PEERS, ..host }).collect()
}

/// Why a run of this plan against a portal at these hosts would be refused, and what to do; `None` if its authorization allows
/// it, or there is none. What is allowed is allowed of each host.
///
/// The limit is not the rate itself: the limiter keeps a part of it back, and what comes unevenly must find it free.
pub(crate) fn refusal(composed: &Composition, hosts: &[HostShare]) -> Option<String> {
    let Authorization { by, max_rate, .. } = composed.run.authorization.as_ref()?;
    let demand = Demand::of(composed);
    let limit = |host: &HostShare| engine::punctual_rate(*max_rate, host.ledgers());
    let exceeds = |timeline: &Timeline, host: &HostShare| demand.played(timeline, host).peak > limit(host);
    let host = hosts.iter().find(|host| exceeds(&composed.timeline, host))?;
    let peak = demand.played(&composed.timeline, host).peak;
    let fits = |length: u64| {
        let timeline = composed.timeline_of(Duration::from_secs(length));
        !hosts.iter().any(|host| exceeds(&timeline, host))
    };
    let remedy = match composed.run.load {
        Some(_) => "lower the rates of the load shape".to_owned(),
        None => match shortest(composed.timeline.wall_end() / 1_000_000_000, fits) {
            Some(length) => format!("play it longer: --length \"{}\" would fit", duration_text(length)),
            None => "no length would fit: play a smaller part with --scale".to_owned(),
        },
    };
    let whose = if hosts.len() > 1 { format!(" of {}", host.at) } else { String::new() };
    let beside = match host.peers {
        0 => String::new(),
        _ => format!(" besides {:.0} of ledgers at the same host", host.ledgers()),
    };
    Some(format!(
        "the plan needs about {peak:.0} requests/s{whose} in its peak second{beside}, the authorization by {by} allows \
         {max_rate}, of which {:.0} leave on time however unevenly they come\n{remedy}",
        limit(host)
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
        let (scripts, assignment, adapter) = (&composed.scripts, &composed.assignment, &composed.adapter);
        let requests = |operation: Operation| adapter.exchanges(operation).len() as f64;
        let clerks = |role: Role| composed.staff.iter().filter(|staff| staff.role == role).count() as f64;
        let kinds = composed.people.kinds();
        let dossiers: f64 = kinds.values().map(|count| *count as f64).sum();
        let mut acts = 0.0;
        let mut final_read = 0.0;
        let of = |journey: JourneyId, kind| -> f64 {
            scripts.least(journey, kind).iter().map(|(operation, count)| requests(*operation) * *count as f64).sum()
        };
        for (kind, count) in &kinds {
            let counts = crate::offered_load::of_dossier(*kind, scripts, assignment);
            let each: f64 = counts.iter().map(|(operation, count)| requests(*operation) * *count as f64).sum();
            acts += each * *count as f64;
            let reads: f64 = assignment.final_reads.iter().map(|journey| of(*journey, *kind)).sum();
            final_read += reads * *count as f64;
        }
        let visits = composed.people.kinds_of(&composed.visits);
        let visited: f64 = assignment
            .visit
            .map_or(0.0, |journey| visits.iter().map(|(kind, count)| of(journey, *kind) * *count as f64).sum());
        let desks = [(Role::Desk, assignment.desk), (Role::PostDesk, assignment.post_desk)];
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

    /// What is sent if it is played so; its peak, to this host.
    fn played(&self, timeline: &Timeline, host: &HostShare) -> Estimate {
        let composed = self.composed;
        let wall_seconds = timeline.wall_end() as f64 / 1e9;
        let poll_every = composed.run.limits.poll_every.as_secs_f64();
        let settle = composed.run.limits.settle.as_secs_f64();
        let clerks: f64 = self.desks.iter().map(|(count, _)| count).sum();
        let mut stretches = Stretches::of(timeline);
        let intake = INTAKE.min(self.per_dossier);
        for arrival in &composed.arrivals {
            let (from, until) = (timeline.wall(arrival.due), timeline.wall(arrival.due + AFTERWARDS));
            stretches.add(from, host.part * intake);
            stretches.share(from, until, host.part * (self.per_dossier - intake));
        }
        for visit in &composed.visits {
            stretches.add(timeline.wall(visit.due), host.part * self.per_visit);
        }
        let acts = self.per_dossier * composed.arrivals.len() as f64 + self.per_visit * composed.visits.len() as f64;
        // Everybody signs in first, before the day's work.
        let mut polls = clerks;
        for (count, every) in &self.desks {
            for number in 0..SAMPLES {
                let each = count / f64::from(SAMPLES);
                let tell = |from, until| stretches.share(from, until, host.part * each);
                polls += each * look_in(timeline, number, *every, poll_every, tell);
            }
        }
        let own = if host.is_first { 1.0 } else { 0.0 };
        let publishing = composed.adapter.exchanges(Operation::Publish).len() as f64;
        for publication in &composed.publications {
            stretches.add(publication.due, own * publishing);
        }
        let telling = composed.adapter.exchanges(Operation::Clock).len() as f64;
        for segment in timeline.segments() {
            stretches.add(segment.wall_start, own * telling);
        }
        let peak = stretches.most();
        let mut estimate = Estimate {
            acts,
            polls,
            drain: clerks * (LAST_LOOKS + settle / poll_every.max(SHORTEST_PAUSE)),
            final_read: self.final_read,
            control: self.control + telling * timeline.segments().len() as f64,
            ledgers: 0.0,
            wall_seconds,
            peak,
        };
        let seconds = wall_seconds + LAST_LOOKS * poll_every + settle + estimate.final_seconds();
        estimate.ledgers = f64::from(PEERS) * seconds / LEDGER_EVERY;
        estimate
    }
}

/// Lets one clerk look into the inbox through the whole load, as the engine does if answers take no time: pauses are
/// exponentially distributed about `every` simulated seconds and end in office hours, and no look is sooner than `least` wall
/// seconds after the last. Tells of each look from when it was waited for, and gives back how many there are.
fn look_in(timeline: &Timeline, number: u32, every: f64, least: f64, mut tell: impl FnMut(u64, u64)) -> f64 {
    let least = nanoseconds(least).max(SHORTEST_GAP);
    // The same for every run: an estimate is a function of the plan alone.
    let chance = Seed(0).stream("estimate");
    let (mut at, mut looks) = (0, 0.0);
    for draw in 0..u32::MAX {
        let pause = every * chance.rng(u64::from(number), draw).sample::<f64, _>(Exp1).min(10.0);
        let moment = timeline.sim(at) + Duration::from_secs_f64(pause);
        // The few looks after the last office hours are left out.
        let Some(moment) = timeline.next_office(moment) else { break };
        let due = timeline.wall(moment).max(at + least);
        if due >= timeline.wall_end() {
            break;
        }
        tell(at, due);
        (at, looks) = (due, looks + 1.0);
    }
    looks
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
        let count = fitting::<_, usize>(timeline.wall_end() / width, "stretches are few") + 1;
        Self { requests: vec![0.0; count], width }
    }

    fn add(&mut self, at: u64, requests: f64) {
        let stretch = usize::try_from(at / self.width).ok().and_then(|at| self.requests.get_mut(at));
        if let Some(stretch) = stretch {
            *stretch += requests;
        }
    }

    /// Adds so many, evenly from one instant to another.
    fn share(&mut self, from: u64, until: u64, requests: f64) {
        if until <= from {
            return self.add(from, requests);
        }
        let mut at = from;
        while at < until {
            let next = until.min((at / self.width + 1) * self.width);
            self.add(at, requests * (next - at) as f64 / (until - from) as f64);
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

fn nanoseconds(seconds: f64) -> u64 {
    whole(seconds * 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten simulated days of 24 hours, offices open for the first eight of each, in so many seconds.
    fn days(seconds: u64) -> Timeline {
        let hours = |hours: i64| model::SimTime(hours * 3_600_000);
        let day = |day: i64| {
            let start = day * 24;
            [(hours(start), hours(start + 8), true, 1.0), (hours(start + 8), hours(start + 24), false, 0.1)]
        };
        Timeline::new((0..10).flat_map(day), Duration::from_secs(seconds))
    }

    /// Looks of a clerk on average, and the shortest time from one to the next, in milliseconds.
    fn looks(seconds: u64, every: f64, least: f64) -> (f64, u64) {
        let mut shortest = u64::MAX;
        let all = (0..SAMPLES).map(|number| {
            look_in(&days(seconds), number, every, least, |from, until| {
                shortest = shortest.min((until - from) / 1_000_000);
            })
        });
        (all.sum::<f64>() / f64::from(SAMPLES), shortest)
    }

    #[test]
    fn clerks_look_in_at_their_pace_in_office_hours_but_no_sooner_than_allowed() {
        // Eighty hours at one look an hour, and one when offices open.
        let (count, _) = looks(1_000, 3_600.0, 0.25);
        assert!((80.0..95.0).contains(&count), "{count}");
        // The days pass in ten seconds: four looks a second at the most, whatever the pause.
        let (count, shortest) = looks(10, 60.0, 0.25);
        assert!((30.0..40.0).contains(&count) && shortest >= 250, "{count}, {shortest} ms");
        let (count, _) = looks(1, 0.0, 0.0);
        assert!(count <= 1_000.0, "it ends: {count}");
    }

    #[test]
    fn the_shortest_length_that_fits_is_found_and_is_round() {
        assert_eq!(shortest(30, |length| length >= 47), Some(47));
        assert_eq!(shortest(30, |length| length >= 1_000), Some(1_020));
        assert_eq!(shortest(30, |_| false), None);
    }
}
