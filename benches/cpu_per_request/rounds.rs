//! The benchmark itself: a calibration, then rounds in which vandan and wrk take turns, then the medians.

use std::io::Write;
use std::time::Duration;

use engine::RunClock;

use crate::client::{CONNECTIONS, Load, Played};
use crate::process::{self, Places};
use crate::processor::{self, Trouble};
use crate::spread::Spread;
use crate::target::Target;

/// How often everything is repeated.
const ROUNDS: usize = 3;

/// When the whole must be over, whatever is under way.
const DEADLINE: Duration = Duration::from_secs(85);

/// Journeys that come all at once to find out what is possible.
const CALIBRATION: u32 = 5_000;

/// Journeys of a run in which all connections are busy.
const SATURATED: u32 = 40_000;

/// How many of them come at once: eight for each connection, so that nearly all connections are busy nearly always,
/// and few enough that the people waiting still fit into the processor's caches.
const WAVE: u32 = 512;

/// Journeys of a run in which people come one by one.
const STEADY: u32 = 20_000;

/// Share of what was found possible at which waves come: the rest is slack, so that one is over before the next.
const WAVE_SHARE: f64 = 0.8;

/// Share of what was found possible at which they come: below saturation, where a due instant means something.
const STEADY_SHARE: f64 = 0.5;

/// Seconds that wrk runs.
const WRK_SECONDS: u32 = 5;

const STEPS: u32 = 5;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/five_steps.lua");

/// A turn of any client.
struct Turn {
    requests: u32,
    wall: Duration,
    process: Duration,
    peak_kib: u32,
    /// Share of its core that the target used meanwhile.
    target_share: f64,
}

struct Bench {
    clock: RunClock,
    places: Places,
    target: Target,
}

/// Plays the benchmark and prints what it finds.
pub(crate) fn play() -> Result<(), Trouble> {
    let places = Places::find()?;
    let bench = Bench { clock: RunClock::start(), places, target: Target::start(places.target)? };
    say(&format!("{}; {}", processor::machine()?, placed(places)))?;
    let has_wrk = process::is_installed("wrk");
    if !has_wrk {
        say("wrk is not installed (Debian: apt-get install wrk): the comparison is left out")?;
    }
    let (mut full, mut open, mut wrk) = (Vec::new(), Vec::new(), Vec::new());
    say(HEADING)?;
    for _ in 0..ROUNDS {
        let possible = bench.calibrate()?;
        let gap = |wave: u32, share: f64| Duration::from_secs_f64(f64::from(wave) / (possible * share));
        let saturated = Load { journeys: SATURATED, wave: WAVE, gap: gap(WAVE, WAVE_SHARE), connections: CONNECTIONS };
        let steady = Load { journeys: STEADY, wave: 1, gap: gap(1, STEADY_SHARE), connections: CONNECTIONS };
        full.push(bench.told_vandan("vandan, waves", saturated)?);
        if has_wrk {
            let turn = bench.wrk()?;
            say(&line("wrk + Lua, closed loop", &turn, None))?;
            wrk.push(turn);
        }
        open.push(bench.told_vandan("vandan, one by one", steady)?);
    }
    summary(&full, &open, &wrk)?;
    say(&format!("{:.0} s in all", Duration::from_nanos(bench.clock.now()).as_secs_f64()))
}

impl Bench {
    /// How many journeys a second are possible now: the machine may be shared, so that this is asked every round.
    fn calibrate(&self) -> Result<f64, Trouble> {
        let all_at_once =
            Load { journeys: CALIBRATION, wave: CALIBRATION, gap: Duration::ZERO, connections: CONNECTIONS };
        let (_, played) = self.vandan(all_at_once)?;
        say(&format!(
            "calibration: {:.0} requests/s; form {:.0} bytes, dossier {:.0} bytes, {:.0} bytes of history a request",
            rate(played.requests, played.wall),
            played.submit_bytes,
            played.track_bytes,
            per(played.history_bytes, played.requests),
        ))?;
        Ok(rate(played.requests, played.wall) / f64::from(STEPS))
    }

    fn told_vandan(&self, name: &str, load: Load) -> Result<(Turn, Played), Trouble> {
        let (turn, played) = self.vandan(load)?;
        say(&line(name, &turn, Some(&played)))?;
        if played.wrong > 0 || played.recognised != load.journeys || turn.requests != load.journeys * STEPS {
            say(&format!(
                "  !! {} wrong, {} of {} dossiers recognised, target counted {} of {}: this turn is not to be trusted",
                played.wrong,
                played.recognised,
                load.journeys,
                turn.requests,
                load.journeys * STEPS
            ))?;
        }
        Ok((turn, played))
    }

    fn vandan(&self, load: Load) -> Result<(Turn, Played), Trouble> {
        let (count, used) = (self.target.count()?, self.target.used()?);
        let load = serde_json::to_string(&load)?;
        let command = process::again(self.places.client, &["client", &self.target.port, &load])?;
        let ended = process::run(command, &self.clock, DEADLINE)?;
        let played: Played = serde_json::from_str(&ended.said)?;
        let turn = Turn {
            requests: self.target.count()? - count,
            wall: played.wall,
            process: played.process,
            peak_kib: played.peak_kib,
            target_share: self.target.used()?.saturating_sub(used).as_secs_f64() / played.wall.as_secs_f64(),
        };
        Ok((turn, played))
    }

    fn wrk(&self) -> Result<Turn, Trouble> {
        let (count, used) = (self.target.count()?, self.target.used()?);
        let mut command = process::pinned(self.places.client, "wrk");
        command.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{WRK_SECONDS}s"), "-s", SCRIPT]);
        command.arg(format!("http://127.0.0.1:{}", self.target.port));
        let ended = process::run(command, &self.clock, DEADLINE)?;
        if !ended.said.contains(", wrong 0") || ended.said.contains("Socket errors") {
            say(&format!("  !! wrk was answered wrongly: this turn is not to be trusted\n{}", ended.said))?;
        }
        let wall = Duration::from_secs(WRK_SECONDS.into());
        Ok(Turn {
            requests: self.target.count()? - count,
            wall,
            process: ended.used,
            peak_kib: ended.peak_kib,
            target_share: self.target.used()?.saturating_sub(used).as_secs_f64() / wall.as_secs_f64(),
        })
    }
}

const HEADING: &str = concat!(
    "                                             CPU us/request             lag us       submit late us   peak target\n",
    "                       requests  requests/s  process   lane  recorder   p50    p99     p50     p99    MiB   core",
);

fn line(name: &str, turn: &Turn, played: Option<&Played>) -> String {
    let own = match played {
        Some(played) => format!(
            "{:7.1}{:10.1}  {:5.0}{:7.0}{:8.0}{:8.0}",
            micros(played.lane, turn.requests),
            micros(played.recorder, turn.requests),
            micros(played.scheduling_delay_p50, 1),
            micros(played.scheduling_delay_p99, 1),
            micros(played.late_p50, 1),
            micros(played.late_p99, 1),
        ),
        None => format!("{:>7}{:>10}  {:>5}{:>7}{:>8}{:>8}", "", "", "", "", "", ""),
    };
    format!(
        "{name:<22}{:9}{:12.0}{:9.1}{own}{:7.1}{:7.0}%",
        turn.requests,
        rate(turn.requests, turn.wall),
        micros(turn.process, turn.requests),
        f64::from(turn.peak_kib) / 1024.0,
        turn.target_share * 100.0,
    )
}

fn summary(full: &[(Turn, Played)], open: &[(Turn, Played)], wrk: &[Turn]) -> Result<(), Trouble> {
    say(&format!("\nmedians of {ROUNDS} [least - most]"))?;
    for (name, turns) in [("waves", full), ("one by one, half the load", open)] {
        let each = |what: fn(&Played) -> Duration| {
            Spread::of(turns.iter().map(|(turn, played)| micros(what(played), turn.requests)))
        };
        say(&format!("vandan, {name}: CPU us/request {}", each(|played| played.process)))?;
        say(&format!("    lane {}, recorder {}", each(|played| played.lane), each(|played| played.recorder)))?;
        let once = |what: fn(&Played) -> Duration| Spread::of(turns.iter().map(|(_, played)| micros(what(played), 1)));
        say(&format!(
            "    lag us p50 {}, p99 {}",
            once(|played| played.scheduling_delay_p50),
            once(|played| played.scheduling_delay_p99)
        ))?;
        let late = "    submits sent after due us";
        say(&format!("{late} p50 {}, p99 {}", once(|played| played.late_p50), once(|played| played.late_p99)))?;
        let peak = Spread::of(turns.iter().map(|(turn, _)| f64::from(turn.peak_kib) / 1024.0));
        let set_up = Spread::of(turns.iter().map(|(_, played)| played.set_up.as_secs_f64() * 1e3));
        say(&format!("    peak memory MiB {peak}; before the run (population, plan) CPU ms {set_up:.0}"))?;
    }
    if wrk.is_empty() {
        return Ok(());
    }
    let cost = |turn: &Turn| micros(turn.process, turn.requests);
    say(&format!("wrk + Lua, closed loop: CPU us/request {}", Spread::of(wrk.iter().map(cost))))?;
    let ratios = full.iter().zip(wrk).map(|((vandan, _), wrk)| cost(vandan) / cost(wrk));
    say(&format!("vandan in waves / (wrk + Lua), round by round: {:.2}", Spread::of(ratios)))
}

fn placed(places: Places) -> String {
    match places {
        Places { target: Some(target), client: Some(client) } => {
            format!("client on core {client}, target on core {target}, {CONNECTIONS} connections")
        }
        Places { .. } => format!("not pinned (two cores and taskset are needed), {CONNECTIONS} connections"),
    }
}

fn micros(time: Duration, requests: u32) -> f64 {
    time.as_secs_f64() * 1e6 / f64::from(requests.max(1))
}

fn rate(requests: u32, wall: Duration) -> f64 {
    f64::from(requests) / wall.as_secs_f64()
}

fn per(bytes: u64, requests: u32) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / f64::from(requests.max(1))
}

fn say(text: &str) -> Result<(), Trouble> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
