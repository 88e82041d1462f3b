//! The verbs that a user may type.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::args::{
    CapacityArgs, FidelityArgs, JudgeArgs, ListArgs, PeopleArgs, PlanVerb, RunVerb, ScenarioArgs, WhoArgs,
};
use crate::exit::Exit;
use crate::mock_args::MockArgs;

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
    Run(RunVerb),
    /// Find the highest rate at which all gates hold: how many dossiers a day a portal takes
    Capacity(CapacityArgs),
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
    /// Look up which synthetic person a number or reference belongs to; 104 if to nobody
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
    Mock(MockArgs),
    /// Print a shell completion script
    Completions {
        /// Shell
        shell: Shell,
    },
}
