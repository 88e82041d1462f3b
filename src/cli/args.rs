//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::exit::Exit;

/// A synthetic population that uses an e-government portal before the real one does.
#[derive(Debug, Parser)]
#[command(name = "vandan", version, after_help = exit_codes(), max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

fn exit_codes() -> String {
    let lines = Exit::TABLE.iter().map(|(_, code, meaning)| format!("  {code:>3}  {meaning}\n"));
    format!("Exit codes:\n{}", lines.collect::<String>())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show what a run or a whole country would do, without sending anything
    Plan(PlanVerb),
    /// Play a run against a portal, record it, judge it, report it
    Run(RunArgs),
    /// Judge a recorded run again
    Judge(JudgeArgs),
    /// Write the reports of a recorded run again
    Report(JudgeArgs),
    /// Explain a rule: what it demands, why, and how it decides
    Explain {
        /// Id of the rule, such as EG-SUB-001
        rule: String,
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// List the rules
    Rules {
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// Write the people of a profile and their dossiers to a file
    People(PeopleArgs),
    /// Say whose citizen number, tax code or reference this is
    Who(WhoArgs),
    /// List the provinces, or show what the document of one says, sentence by sentence
    Provinces {
        /// A province, such as dien-bien-2019, or a file; all of them if not given
        name: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// Generate everybody, count them, and lay the counts beside what the document says
    Fidelity(FidelityArgs),
    /// Start one of the systems that come along, for use by hand
    Mock(MockArgs),
    /// Print a script that completes vandan's commands in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ScenarioArgs {
    /// Folder whose files win over the built-in ones
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub(crate) scenarios: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanVerb {
    #[command(flatten)]
    pub(crate) choice: PlanArgs,
    /// Print plan.json instead of a summary
    #[arg(long)]
    pub(crate) json: bool,
    /// Of a country: other days, such as 2025-07-01..2026-06-30; volumes follow the working days
    #[arg(long, value_name = "FROM..UNTIL", value_parser = period)]
    pub(crate) period: Option<world::Period>,
    /// Threads that reckon; the plan is the same with any number
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    /// A run file, or the name of a built-in run (dien-bien-2019, tay-ninh-2021); to plan, a country, too (vietnam-2025)
    pub(crate) run: String,
    /// Play another province than the run file names; one of a country is written vietnam-2025:11
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) province: Option<String>,
    /// Speak as this adapter says
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) portal: Option<String>,
    /// Where all chance comes from; the run file's if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Play only this part of the dossiers, as 1/20, or more of them, as 3
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    /// Play in this time instead, as "10 s"
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) length: Option<std::time::Duration>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// Drive this portal (http://HOST:PORT) instead of the reference portal that comes along
    #[arg(long, value_name = "URL", conflicts_with_all = ["defect", "variant", "noise"])]
    pub(crate) target: Option<String>,
    /// Collect the ledger of a bank that the portal under test uses
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) bank: Option<String>,
    /// Collect the ledger of a post that the portal under test uses
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) post: Option<String>,
    #[command(flatten)]
    pub(crate) portal: PortalArgs,
    /// Threads that drive the portal; one per two cores if not given
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) lanes: Option<u8>,
    /// Send the references of the run with this salt again (`salt` in its run.json); each run has its own if not given
    #[arg(long, value_name = "N")]
    pub(crate) salt: Option<u64>,
    /// Where results are written
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) results: PathBuf,
    /// No progress, no summary: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How the reference portal behaves.
#[derive(Debug, Args)]
pub(crate) struct PortalArgs {
    /// Let the reference portal misbehave, as skim; may be given several times (`vandan mock defects`)
    #[arg(long, value_name = "NAME")]
    pub(crate) defect: Vec<String>,
    /// Let it do otherwise what may be done otherwise, as cursor-paging; may be given several times (`vandan mock
    /// variants`)
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// Let noise befall it, as clock-skew; may be given several times (`vandan mock variants`)
    #[arg(long, value_name = "PROFILE")]
    pub(crate) noise: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct FidelityArgs {
    /// A province, such as dien-bien-2019, or a file
    pub(crate) province: String,
    /// Where all chance comes from; that of the profile's run if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Generate only this part of the dossiers, as 1/20; then nothing is judged
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// A results folder, such as results/latest
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
    /// No summary: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PeopleArgs {
    /// A province file, or the name of a built-in profile (dien-bien-2019, tay-ninh-2021)
    pub(crate) profile: String,
    /// How many people; all if not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// Where to: FILE.csv, FILE.ndjson or FILE.sqlite; lines of JSON on the terminal if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Where all chance comes from; that of the profile's run if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Play this many times the dossiers, as 1/20 or 3
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    /// Names that portals stumble over, in per cent of the people, as `nfd=5,long_names=2`
    #[arg(long, value_name = "KIND=PERCENT,...", value_parser = world::EdgeCaseShares::parse)]
    pub(crate) hard: Option<world::EdgeCaseShares>,
    /// Write the clerks instead
    #[arg(long, conflicts_with_all = ["count", "scale", "hard", "attachments"])]
    pub(crate) clerks: bool,
    /// Write what the people attach to their dossiers into this folder, too
    #[arg(long, value_name = "DIR", requires = "count")]
    pub(crate) attachments: Option<PathBuf>,
    /// All attachments of a media type have the same bytes
    #[arg(long, requires = "attachments")]
    pub(crate) same_bytes: bool,
    /// Threads that compute; one per core if not given. They change nothing but the time
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) threads: Option<u8>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// A citizen number, a tax code or a reference such as VD-3FA2-000017K
    pub(crate) number: String,
    /// Look in this profile only
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<String>,
    /// The seed of the people; that of each profile's run if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How much of the profile was played, as 1/20 or 3
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct MockArgs {
    /// Which system
    pub(crate) name: Mock,
    /// Where to listen; of a country, the portal does, and bank, post and hub at the next three ports
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) bind: std::net::SocketAddr,
    #[command(flatten)]
    pub(crate) portal: PortalArgs,
    /// portal, country: let each answer of the portal take this long at the least, as "5 ms"
    #[arg(long, value_name = "TIME", value_parser = delay)]
    pub(crate) delay: Option<std::time::Duration>,
    /// portal, country: let the portal answer a client that sends more requests in a second than this with 429
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// portal, country: let the portal keep everything it knows in this SQLite file (3 kB a dossier), begun if it is not there,
    /// so that it loses nothing when it starts again; give it the same --bind then, since bank and post know its address.
    /// They and the hub keep nothing: let them run on. Without it all is in memory, and gone when it ends
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// portal, hub, country: open /_test, where whoever reaches them sets the clock, switches defects, variants, noise and
    /// outages, and empties the books. `vandan run --target` needs it for the clock of the reference portal
    #[arg(long)]
    pub(crate) test_hooks: bool,
    /// portal: print its OpenAPI document, as it is under each --variant that is given
    #[arg(long)]
    pub(crate) openapi: bool,
    /// defects, variants: as a page of Markdown
    #[arg(long)]
    pub(crate) markdown: bool,
    /// portal, hub, country: offer what this run's province has
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) run: Option<String>,
    /// portal: where the bank is (a country wires its own, and its post and hub)
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9101")]
    pub(crate) bank: String,
    /// portal: where the post is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9102")]
    pub(crate) post: String,
    /// portal: where the national portal is; it is told of every dossier, hands dossiers down and signs citizens on
    #[arg(long, value_name = "URL")]
    pub(crate) hub: Option<String>,
    #[command(flatten)]
    pub(crate) payments: crate::mock_bank_args::BankArgs,
    /// bank, post: let a share of the payments or parcels go wrong, as lost=0.1; may be given several times. For a
    /// country with the peer's name before it, as bank:lost=0.1 or post:lost=0.1
    #[arg(long, value_name = "NAME=SHARE")]
    pub(crate) fault: Vec<String>,
    /// post, country: remit what was collected this often, as "1 min"; else when POST /remittances asks
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) remit_every: Option<std::time::Duration>,
    /// hub, country: be out of order from a time on for a time, as "unavailable@10 s+30 s" (or timeout, or reset);
    /// may be given several times
    #[arg(long, value_name = "MODE@FROM+LENGTH", value_parser = crate::mock_country::outage)]
    pub(crate) outage: Vec<mock_hub::Outage>,
    /// hub, country: push dossiers that citizens entered at the hub to this address; a country has them pushed to its
    /// portal
    #[arg(long, value_name = "URL")]
    pub(crate) push: Option<String>,
    /// Where its chance comes from
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mock {
    /// The reference portal
    Portal,
    /// The payment platform
    Bank,
    /// The postal operator
    Post,
    /// The national portal
    Hub,
    /// All four, wired to each other
    Country,
    /// No system: list what the reference portal can do wrong, and the rules it breaks so
    Defects,
    /// No system: list what the reference portal can do otherwise, and the noise that can befall it
    Variants,
}

pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_no_number| format!("`{text}` is not a number"))?;
    model::Share::new(number).map(model::Share::value).map_err(|error| error.to_string())
}

/// Seconds that a run lasts at the most: a year. A plan counts every one of them.
const LONGEST: u64 = 366 * 86_400;

/// A run lasts a second at least, and a year at most.
pub(crate) fn length(text: &str) -> Result<std::time::Duration, String> {
    let length = crate::run_file::duration(text)?;
    match length.as_secs() {
        0 => Err(format!("`{text}` is too short: a run lasts a second at least")),
        1..=LONGEST => Ok(length),
        _ => Err(format!("`{text}` is too long: a run lasts a year at most")),
    }
}

/// A delay is a minute at most.
fn delay(text: &str) -> Result<std::time::Duration, String> {
    let delay = crate::run_file::duration(text)?;
    if delay.as_secs() < 60 { Ok(delay) } else { Err(format!("`{text}` is too long: a minute at most")) }
}

/// Reads `2025-07-01..2026-06-30`.
fn period(text: &str) -> Result<world::Period, String> {
    let days = text.split_once("..").and_then(|(from, until)| Some((from.parse().ok()?, until.parse().ok()?)));
    let (from, until) = days.ok_or_else(|| format!("`{text}` are no days; write them as 2025-07-01..2026-06-30"))?;
    if from <= until { Ok(world::Period { from, until }) } else { Err(format!("`{text}` ends before it begins")) }
}

/// Reads `1/20`, or `3`.
fn scale(text: &str) -> Result<world::Scale, String> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let number = |text: &str| {
        text.trim().parse::<u32>().map_err(|_no_number| format!("`{text}` is not a whole number; write a part as 1/20"))
    };
    world::Scale::new(number(numerator)?, number(denominator)?).map_err(|error| error.to_string())
}
