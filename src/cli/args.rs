//! Options of the verbs, as a user types them.

use std::path::PathBuf;

use clap::Args;

use crate::connections::Connections;
use crate::quick_look;
use crate::targets;
use crate::values::{duration, length, per_second, period, precision, scale};

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
    /// Run file, built-in run (e.g. dien-bien-2019), or country (e.g. vietnam-2025)
    #[arg(required_unless_present = "journey")]
    pub(crate) run: Option<String>,
    /// Everybody walks this journey, by --rate, --vus or the run file's `load` [default RUN: quick-look]
    #[arg(long, value_name = "NAME")]
    pub(crate) journey: Option<String>,
    /// One province, or COUNTRY:CODE such as vietnam-2025:11; of a country the CODE [default: from the run file]
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
    /// Whose connections: `per_person`, or a number for each thread, shared by all people [default: from the run file]
    #[arg(long, value_name = "WHOSE", value_parser = Connections::parse)]
    pub(crate) connections: Option<Connections>,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}

impl PlanArgs {
    /// The run that is meant.
    pub(crate) fn run(&self) -> &str {
        self.run.as_deref().unwrap_or(quick_look::RUN)
    }
}

/// A load of one rate, or of so many people at a time, instead of that of the run file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadArgs {
    /// Hand in dossiers at this rate, e.g. 50/s, 300/min or "2x peak" of the document [default: from the run file]
    #[arg(long, value_parser = world::ArrivalRate::parse)]
    pub(crate) rate: Option<world::ArrivalRate>,
    /// So many people at a time, each beginning the next journey when the last has ended (closed model)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) vus: Option<u32>,
    /// How long to hold --rate or --vus, e.g. 2m
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) duration: Option<std::time::Duration>,
    /// Time at --rate or --vus before gates count [default: 0 s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) warm_up: Option<std::time::Duration>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// Portal under test, e.g. https://HOST:PORT/PATH; repeatable, if it has several addresses, over which people are
    /// dealt out in turn [default: from the run file, or the bundled reference portal]
    #[arg(long, value_name = "URL", conflicts_with_all = ["defect", "variant", "noise"])]
    pub(crate) target: Vec<String>,
    /// Test bank that the portal under test uses; its ledger is collected
    #[arg(long, value_name = "URL")]
    pub(crate) bank: Option<String>,
    /// Test postal operator that the portal under test uses; its ledger is collected
    #[arg(long, value_name = "URL")]
    pub(crate) post: Option<String>,
    /// HTTP spoken with the portal: 1.1, 2 (over http by prior knowledge), or auto: over https the portal chooses
    /// [default: from the run file, or auto]
    #[arg(long, value_name = "VERSION", value_parser = targets::http)]
    pub(crate) http: Option<engine::HttpVersion>,
    /// Open connections from this address of this machine; repeatable, for more than 28,000 at a time [default: any]
    #[arg(long, value_name = "IP")]
    pub(crate) source_address: Vec<std::net::IpAddr>,
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
    /// What speaks HTTP/1.1 where there is no TLS: to compare
    #[arg(long, hide = true, value_enum, default_value_t)]
    pub(crate) http_client: HttpClient,
    /// Results directory
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) results: PathBuf,
    /// Print nothing: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunVerb {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print the requests that would be sent, how many and to whom; sends nothing
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) dry_run: bool,
    /// Print --dry-run as JSON
    #[arg(long, requires = "dry_run")]
    pub(crate) json: bool,
}

/// What speaks HTTP/1.1 where there is no TLS.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum HttpClient {
    #[default]
    Lean,
    Hyper,
}

impl From<HttpClient> for engine::HttpCodec {
    fn from(client: HttpClient) -> Self {
        match client {
            HttpClient::Lean => Self::Lean,
            HttpClient::Hyper => Self::Hyper,
        }
    }
}

/// How https is spoken.
#[derive(Clone, Debug, Args)]
pub(crate) struct TlsArgs {
    /// Trust these CA certificates (PEM) besides those of the system
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Client certificate (PEM, its chain after it) for servers that ask for one
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Private key of the client certificate (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,
    /// Accept any server certificate; the report says so
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// How the reference portal behaves.
#[derive(Clone, Debug, Args)]
pub(crate) struct PortalArgs {
    /// Enable a defect of the reference portal, e.g. skim; repeatable (see `vandan defects`)
    #[arg(long, value_name = "NAME")]
    pub(crate) defect: Vec<String>,
    /// Enable a permitted API variant of the reference portal, e.g. cursor-paging; repeatable (see `vandan variants`)
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// Inject an environment fault into the reference portal, e.g. clock-skew; repeatable (see `vandan variants`)
    #[arg(long, value_name = "NAME")]
    pub(crate) noise: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// First rate, in dossiers; it doubles until a gate is breached
    #[arg(long, value_name = "RATE", default_value = "5/s", value_parser = per_second)]
    pub(crate) from: f64,
    /// Highest rate
    #[arg(long, value_name = "RATE", default_value = "2000/s", value_parser = per_second)]
    pub(crate) to: f64,
    /// Length of a step; up to ten times as long at rates that offer the gates too few samples
    #[arg(long, value_name = "TIME", default_value = "30 s", value_parser = length)]
    pub(crate) step_duration: std::time::Duration,
    /// How much higher the next rate may be that does not hold
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = precision)]
    pub(crate) precision: f64,
    /// Most steps
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u8).range(1..=200))]
    pub(crate) steps: u8,
    /// Time after which no further step begins
    #[arg(long, value_name = "TIME", default_value = "2 h", value_parser = duration)]
    pub(crate) at_most: std::time::Duration,
    /// Print the answer as JSON
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) json: bool,
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
    /// Province, e.g. dien-bien-2019, or file; or a run of several (e.g. five-documents), or a country
    pub(crate) province: String,
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
    /// Search only this province [default: all, each in a run of its own]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) province: Option<String>,
    /// Search this run of several provinces, or country [default: all runs, if the number is in no province]
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "province")]
    pub(crate) run: Option<String>,
    /// Random seed [default: from each province's run]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Scale of the run, e.g. 1/20 or 3 [default: 1]
    #[arg(long, value_name = "PART", value_parser = scale)]
    pub(crate) scale: Option<world::Scale>,
    #[command(flatten)]
    pub(crate) scenarios: ScenarioArgs,
}
