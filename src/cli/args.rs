//! What a user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::exit::Exit;

/// A synthetic populace that uses an e-government portal before the real one does.
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
    /// Show what a run would do, without sending anything
    Plan {
        #[command(flatten)]
        choice: PlanArgs,
        /// Print plan.json instead of a summary
        #[arg(long)]
        json: bool,
    },
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
pub(crate) struct PlanArgs {
    /// A run file, or the name of a built-in run (dien-bien-2019, tay-ninh-2021)
    pub(crate) run: String,
    /// Play another province than the run file names
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) province: Option<String>,
    /// Speak as this adapter says
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) portal: Option<String>,
    /// Where all chance comes from; the run file's if not given
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Play only this part of the dossiers, as 1/20
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
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// Collect the ledger of a bank that the portal under test uses
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) bank: Option<String>,
    /// Collect the ledger of a post that the portal under test uses
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) post: Option<String>,
    /// Let the reference portal misbehave; may be given several times (`vandan mock portal --list`)
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    pub(crate) defect: Vec<String>,
    /// Threads that drive the portal; one per two cores if not given
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) lanes: Option<u8>,
    /// Where results are written
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) results: PathBuf,
    /// No progress, no summary: only the exit code and the files
    #[arg(long, short)]
    pub(crate) quiet: bool,
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
pub(crate) struct MockArgs {
    /// Which system
    pub(crate) name: Mock,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) bind: std::net::SocketAddr,
    /// portal: misbehave; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) defect: Vec<String>,
    /// portal: list the defects and the rules they break
    #[arg(long)]
    pub(crate) list: bool,
    /// portal: offer what this run's province has
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) run: Option<String>,
    /// portal: where the bank is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9101")]
    pub(crate) bank: String,
    /// portal: where the post is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9102")]
    pub(crate) post: String,
    #[command(flatten)]
    pub(crate) payments: crate::mock_bank_args::BankArgs,
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
}

pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_no_number| format!("`{text}` is not a number"))?;
    model::Share::new(number).map(model::Share::value).map_err(|error| error.to_string())
}

/// A run lasts a second at least.
fn length(text: &str) -> Result<std::time::Duration, String> {
    let length = crate::run_file::duration(text)?;
    if length.as_secs() > 0 { Ok(length) } else { Err(format!("`{text}` is too short: a run lasts a second at least")) }
}

/// Reads `1/20`, or `1`.
fn scale(text: &str) -> Result<world::Scale, String> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let number = |text: &str| {
        text.trim().parse::<u32>().map_err(|_no_number| format!("`{text}` is not a whole number; write a part as 1/20"))
    };
    world::Scale::new(number(numerator)?, number(denominator)?).map_err(|error| error.to_string())
}
