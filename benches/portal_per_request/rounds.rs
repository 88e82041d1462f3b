//! The benchmark itself: rounds in which the portal and a constant answer take turns, then a steady load, then a portal
//! that was told to wait.

use std::io::Write;
use std::time::Duration;

use engine::RunClock;

use crate::client::{CONNECTIONS, Load, Pace, Part, Played};
use crate::process::{self, Places, System};
use crate::processor::{self, Trouble};
use crate::spread::Spread;

/// How often everything is repeated.
const ROUNDS: u32 = 3;

/// When the whole must be over, whatever is under way.
const DEADLINE: Duration = Duration::from_secs(88);

/// Dossiers walked from end to end in a round, of the portal and of the constant answer.
const WALKED: u32 = 6_000;

/// Dossiers of a round in which all take one step before any takes the next.
const STEPPED: u32 = 4_000;

/// How many dossiers memory is measured with, how many of them come at once at the end, and until when.
const KEPT: u32 = 100_000;
const FILLING: u32 = 5_000;
const FILLED_BY: Duration = Duration::from_secs(65);

/// Requests a second of the steady load, and how many dossiers it is about: six seconds.
const RATE: u32 = 20_000;
const STEADY: u32 = 10_900;

/// What the portal was told to wait, and the loads in which that is looked at: requests a second, dossiers.
const DELAY: Duration = Duration::from_millis(5);
const DELAYED: [(u32, u32); 2] = [(200, 36), (2_000, 360)];

/// A round counts as late, and is marked, when so many of a hundred requests were sent later than this.
const LATE: u32 = 1_000;

struct Bench {
    clock: RunClock,
    places: Places,
    /// What stands in for bank and post.
    peers: System,
    /// The dossiers so far, so that nobody comes twice.
    dossiers: u32,
}

/// Plays the benchmark and prints what it finds.
pub(crate) fn play() -> Result<(), Trouble> {
    let places = Places::find()?;
    let peers = System::start(places.client, &["constant"])?;
    let mut bench = Bench { clock: RunClock::start(), places, peers, dossiers: 0 };
    say(&format!("{}; {}", processor::machine()?, placed(places)))?;
    let portal = bench.portal(Duration::ZERO)?;
    let constant = System::start(places.target, &["constant"])?;
    // What is made once, such as the connections to the peers, is none of a dossier's.
    bench.client(&portal, Pace::Walk, 1_000)?;
    let (before, mut kept) = (resident_kib(&portal)?, ROUNDS * (WALKED + STEPPED + STEADY));
    let (mut walks, mut constants, mut by_step, mut steady) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    say(HEADING)?;
    for _ in 0..ROUNDS {
        walks.push(bench.told(&portal, "portal, walked", Pace::Walk, WALKED)?);
        constants.push(bench.told(&constant, "constant answer, walked", Pace::Walk, WALKED)?);
    }
    for _ in 0..ROUNDS {
        by_step.push(bench.told(&portal, "portal, step by step", Pace::StepByStep, STEPPED)?);
        steady.push(bench.told(&portal, "portal, steady", Pace::Steady(RATE), STEADY)?);
    }
    summary(&walks, &constants, &steady)?;
    steps(&by_step)?;
    while kept < KEPT && Duration::from_nanos(bench.clock.now()) < FILLED_BY {
        bench.client(&portal, Pace::Walk, FILLING)?;
        kept += FILLING;
    }
    let grown = resident_kib(&portal)?.saturating_sub(before);
    say(&format!(
        "memory: {:.0} bytes per dossier, over {kept} dossiers",
        1024.0 * f64::from(grown) / f64::from(kept)
    ))?;
    drop(portal);
    bench.delayed()?;
    say(&format!("{:.0} s in all", Duration::from_nanos(bench.clock.now()).as_secs_f64()))
}

impl Bench {
    fn portal(&self, delay: Duration) -> Result<System, Trouble> {
        let peers = format!("http://{}", self.peers.said);
        System::start(self.places.target, &["portal", &peers, &delay.as_micros().to_string()])
    }

    fn client(&mut self, system: &System, pace: Pace, dossiers: u32) -> Result<Played, Trouble> {
        let load = Load { address: system.said.clone(), process: system.id(), pace, first: self.dossiers, dossiers };
        self.dossiers += dossiers;
        let command = process::again(self.places.client, &["client", &serde_json::to_string(&load)?])?;
        let ended = process::run(command, &self.clock, DEADLINE)?;
        Ok(serde_json::from_str(&ended.said)?)
    }

    /// Plays one round and says how it went.
    fn told(&mut self, system: &System, name: &str, pace: Pace, dossiers: u32) -> Result<Played, Trouble> {
        let played = self.client(system, pace, dossiers)?;
        say(&line(name, &played))?;
        if played.wrong > 0 {
            say(&format!("  !! {} answers were wrong: this round is not to be trusted", played.wrong))?;
        }
        if matches!(pace, Pace::Steady(_)) && played.late.p99 > LATE {
            say("  !! one of a hundred requests was sent more than 1 ms late: the client had no processor")?;
        }
        Ok(played)
    }

    /// Looks at how exactly the portal keeps what it was told to wait.
    fn delayed(&mut self) -> Result<(), Trouble> {
        let portal = self.portal(DELAY)?;
        say(&format!(
            "told to take {} ms: what answers took beyond that, as the client saw it, in us",
            DELAY.as_millis()
        ))?;
        for (rate, dossiers) in DELAYED {
            let played = self.client(&portal, Pace::Steady(rate), dossiers)?;
            let stated = f64::from(u32::try_from(DELAY.as_micros())?);
            let beyond = |measured: u32| f64::from(measured) - stated;
            let served = played.served;
            say(&format!(
                "  at {rate:5} requests/s: least {:.0}, p50 {:.0}, p99 {:.0}, most {:.0}; {} wrong",
                beyond(served.least),
                beyond(served.p50),
                beyond(served.p99),
                beyond(served.most),
                played.wrong
            ))?;
        }
        Ok(())
    }
}

const HEADING: &str = concat!(
    "                                               CPU us    core    waited us                         sent late us\n",
    "                          requests requests/s  /request  used     p50     p99   p99.9    most      p50     p99",
);

fn line(name: &str, played: &Played) -> String {
    let Part { requests, wall, used, waited, .. } = &played.all;
    format!(
        "{name:<24}{requests:10}{:11.0}{:10.1}{:6.0}%{:8}{:8}{:8}{:8} {:8}{:8}",
        f64::from(*requests) / wall.as_secs_f64(),
        cost(&played.all),
        used.as_secs_f64() / wall.as_secs_f64() * 100.0,
        waited.p50,
        waited.p99,
        waited.p999,
        waited.most,
        played.late.p50,
        played.late.p99,
    )
}

fn summary(walks: &[Played], constants: &[Played], steady: &[Played]) -> Result<(), Trouble> {
    say(&format!("\nmedians of {ROUNDS} [least - most]"))?;
    let each = |rounds: &[Played]| Spread::of(rounds.iter().map(|played| cost(&played.all)));
    say(&format!("portal, walked: CPU us/request {}", each(walks)))?;
    say(&format!("constant answer: CPU us/request {}", each(constants)))?;
    let ratios = walks.iter().zip(constants).map(|(portal, constant)| cost(&portal.all) / cost(&constant.all));
    say(&format!("portal / constant answer, round by round: {:.2}", Spread::of(ratios)))?;
    let times = |what: fn(&Part) -> u32| Spread::of(steady.iter().map(|played| f64::from(what(&played.all)) / 1e3));
    say(&format!(
        "steady, {RATE} requests/s, ms since due: p50 {:.2}, p99 {:.2}, p99.9 {:.2}",
        times(|part| part.waited.p50),
        times(|part| part.waited.p99),
        times(|part| part.waited.p999)
    ))?;
    say(&format!("steady: CPU us/request {}", each(steady)))
}

/// Each step by itself.
fn steps(rounds: &[Played]) -> Result<(), Trouble> {
    say("step by step: CPU us/request of the portal")?;
    let names = rounds.first().into_iter().flat_map(|played| &played.steps).map(|part| &part.name);
    for (place, name) in names.enumerate() {
        let parts = rounds.iter().filter_map(|played| played.steps.get(place));
        say(&format!("  {name:<26}{}", Spread::of(parts.map(cost))))?;
    }
    Ok(())
}

/// Microseconds of processor time of the portal per request that it answered.
fn cost(part: &Part) -> f64 {
    part.used.as_secs_f64() * 1e6 / f64::from(part.requests.max(1))
}

/// The memory a system holds now, in KiB.
fn resident_kib(system: &System) -> Result<u32, Trouble> {
    let line = processor::status(&system.id().to_string(), "VmRSS:")?;
    line.split_whitespace().next().and_then(|number| number.parse().ok()).ok_or_else(|| "VmRSS is no number".into())
}

fn placed(places: Places) -> String {
    match places {
        Places { target: Some(target), client: Some(client) } => {
            format!(
                "portal on core {target}; client and its peers' stand-in on core {client}; {CONNECTIONS} connections"
            )
        }
        Places { .. } => format!("not pinned (two cores and taskset are needed), {CONNECTIONS} connections"),
    }
}

fn say(text: &str) -> Result<(), Trouble> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
