//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::exit::Exit;

/// Drive an e-government portal with a synthetic population, record every exchange, judge the recording
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
    /// Show what a run, or a whole country, would do; sends nothing
    Plan(PlanVerb),
    /// Run a plan against a portal, then judge and report the recording
    Run(RunArgs),
    /// Judge a recorded run again, with the current rules
    Judge(JudgeArgs),
    /// Write the reports of a recorded run again; exits 0 whatever the verdict
    Report(JudgeArgs),
    /// Explain a rule: requirement, basis, query
    Explain {
        /// Rule ID, e.g. EG-SUB-001
        rule: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// List the rules
    Rules {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// Write the synthetic people of a province, and their dossiers, to a file
    People(PeopleArgs),
    /// Look up which synthetic person a number or reference belongs to
    Who(WhoArgs),
    /// List the modelled provinces, or show every published figure of one
    Provinces {
        /// Province name, e.g. dien-bien-2019, or file [default: list all]
        name: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        scenarios: ScenarioArgs,
    },
    /// Compare generated counts with the published figures
    Fidelity(FidelityArgs),
    /// List the defects that the reference portal can be given
    Defects(ListArgs),
    /// List the permitted API variants and the environment faults of the reference portal
    Variants(ListArgs),
    /// Start a bundled mock system
    Mock(crate::mock_args::MockArgs),
    /// Print a shell completion script
    Completions {
        /// Shell
        shell: Shell,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ScenarioArgs {
    /// Directory whose files override the built-in scenarios
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub(crate) scenarios: PathBuf,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanVerb {
    #[command(flatten)]
    pub(crate) choice: PlanArgs,
    /// Print the plan as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Override the period (countries only), e.g. 2025-07-01..2026-06-30; volumes scale with working days
    #[arg(long, value_name = "FROM..UNTIL", value_parser = period)]
    pub(crate) period: Option<world::Period>,
    /// Worker threads; the plan does not depend on it [default: one per core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArgs {
    /// Run file, or built-in run (e.g. dien-bien-2019); `plan` also takes a country (e.g. vietnam-2025)
    pub(crate) run: String,
    /// Province, or COUNTRY:CODE such as vietnam-2025:11 [default: from the run file]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) province: Option<String>,
    /// Adapter: how operations map to this portal's API [default: from the run file]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) portal: Option<String>,
    /// Random seed [default: from the run file]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Scale the number of dossiers, e.g. 1/20 or 3 [default: 1]
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    /// Length of the load phase, e.g. "10 s" [default: from the run file]
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) length: Option<std::time::Duration>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// Portal under test, e.g. https://HOST:PORT/PATH [default: the bundled reference portal]
    #[arg(long, value_name = "URL", conflicts_with_all = ["defect", "variant", "noise"])]
    pub(crate) target: Option<String>,
    /// Test bank that the portal under test uses; its ledger is collected
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) bank: Option<String>,
    /// Test postal operator that the portal under test uses; its ledger is collected
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) post: Option<String>,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
    #[command(flatten)]
    pub(crate) portal: PortalArgs,
    /// Load generator threads [default: one per two cores]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) lanes: Option<u8>,
    /// Repeat the references of the run with this salt (`salt` in its run.json) [default: new]
    #[arg(long, value_name = "N")]
    pub(crate) salt: Option<u64>,
    /// Results directory
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) results: PathBuf,
    /// Print nothing: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// How https is spoken.
#[derive(Debug, Args)]
pub(crate) struct TlsArgs {
    /// Trust these CA certificates (PEM) besides those of the system
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(crate) ca: Option<PathBuf>,
    /// Client certificate (PEM, its chain after it) for servers that ask for one
    #[arg(long, value_name = "FILE", requires_all = ["target", "client_key"])]
    pub(crate) client_cert: Option<PathBuf>,
    /// Private key of the client certificate (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,
    /// Accept any server certificate; the report says so
    #[arg(long, requires = "target")]
    pub(crate) insecure: bool,
}

/// How the reference portal behaves.
#[derive(Debug, Args)]
pub(crate) struct PortalArgs {
    /// Enable a defect of the reference portal, e.g. skim; repeatable (see `vandan defects`)
    #[arg(long, value_name = "NAME")]
    pub(crate) defect: Vec<String>,
    /// Enable a permitted API variant of the reference portal, e.g. cursor-paging; repeatable (see `vandan variants`)
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// Inject an environment fault into the reference portal, e.g. clock-skew; repeatable (see `vandan variants`)
    #[arg(long, value_name = "PROFILE")]
    pub(crate) noise: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Print the page of docs/
    #[arg(long)]
    pub(crate) markdown: bool,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FidelityArgs {
    /// Province name, e.g. dien-bien-2019, or file
    pub(crate) province: String,
    /// Random seed [default: from the province's run]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Scale the number of dossiers, e.g. 1/20; figures are then not judged [default: 1]
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
    /// Results directory, e.g. results/latest
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
    /// Print nothing: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PeopleArgs {
    /// Province name, e.g. dien-bien-2019, or file
    pub(crate) profile: String,
    /// Number of people [default: all]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// Output file: .csv, .ndjson or .sqlite [default: NDJSON on stdout]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Random seed [default: from the province's run]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Scale the number of dossiers, e.g. 1/20 or 3 [default: 1]
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    /// Percentage of people with edge-case names, e.g. nfd=5
    #[arg(long, value_name = "KIND=PERCENT,...", value_parser = world::EdgeCaseShares::parse)]
    pub(crate) edge_cases: Option<world::EdgeCaseShares>,
    /// Write the clerks instead of the applicants
    #[arg(long, conflicts_with_all = ["count", "scale", "edge_cases", "attachments"])]
    pub(crate) clerks: bool,
    /// Also write the attachments of the dossiers into this directory
    #[arg(long, value_name = "DIR", requires = "count")]
    pub(crate) attachments: Option<PathBuf>,
    /// Use one file per media type for all attachments
    #[arg(long, requires = "attachments")]
    pub(crate) same_bytes: bool,
    /// Worker threads; the output does not depend on it [default: one per core]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) threads: Option<u8>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// Citizen number, tax code, or reference such as VD-3FA2-000017K
    pub(crate) number: String,
    /// Search only this province [default: all]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<String>,
    /// Random seed [default: from each province's run]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Scale of the run, e.g. 1/20 or 3 [default: 1]
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
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
pub(crate) fn delay(text: &str) -> Result<std::time::Duration, String> {
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
