//! `vandan`: from a published document to the verdict, in one command.
//!
//! Each verb is a file; [`exit`] is where all ends are listed.

mod args;
mod capacity;
mod compose;
mod connections;
mod console;
mod country;
mod cpu;
mod dry_run;
mod estimate;
mod exit;
mod fidelity;
mod interrupt;
mod judge;
mod load;
mod load_options;
mod mock_args;
mod mock_bank_args;
mod mock_country;
mod mock_lists;
mod mocks;
mod offered_load;
mod open_files;
mod people;
mod plan;
mod planned_rows;
mod problems;
mod progress;
mod provinces;
mod publications;
mod quick_look;
mod redacted;
mod results;
mod rules;
mod run;
mod run_facts;
mod run_file;
mod safety;
mod scenarios;
mod targets;
mod values;
mod verbs;
mod who;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use exit::{Exit, Failure};
use provinces::Form;
use verbs::{Cli, Verb};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match catch_unwind(AssertUnwindSafe(|| carry_out(cli.verb))) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            console::print_error(&failure.message);
            failure.exit.into()
        }
        Err(_panic) => {
            console::print_error("this is a bug of vandan's own: please report it with the lines above");
            Exit::OurBug.into()
        }
    }
}

fn carry_out(verb: Verb) -> Result<Exit, Failure> {
    match verb {
        Verb::Plan(args) if country::is_meant(&args.choice)? => country::plan(&args),
        Verb::Plan(args) => plan::plan(&args),
        Verb::Run(args) => run::run(&args),
        Verb::Capacity(args) => capacity::capacity(&args),
        Verb::Judge(args) => judge::judge(&args),
        Verb::Report(args) => judge::report(&args),
        Verb::Explain { rule, json, scenarios } => rules::explain(&rule, &scenarios, Form::of(json)),
        Verb::Rules { json, scenarios } => rules::list(&scenarios, Form::of(json)),
        Verb::Defects(args) => mock_lists::list_defects(&args),
        Verb::Variants(args) => Ok(mock_lists::list_variants(&args)),
        Verb::People(args) => people::people(&args),
        Verb::Who(args) => who::who(&args),
        Verb::Provinces { name: Some(name), json, scenarios } => provinces::show(&name, Form::of(json), &scenarios),
        Verb::Provinces { name: None, json, scenarios } => provinces::list(Form::of(json), &scenarios),
        Verb::Fidelity(args) => fidelity::fidelity(&args),
        Verb::Mock(args) => mocks::serve(&args.system),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "vandan", &mut script);
            console::print(&String::from_utf8_lossy(&script));
            Ok(Exit::Conforms)
        }
    }
}

/// Help and version are answers; everything else that cannot be read is a wrong configuration.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        console::print_error(&error.render().to_string());
        return Exit::InvalidConfiguration.into();
    }
    // Nothing can be done about a closed terminal.
    let _gone: std::io::Result<()> = error.print();
    Exit::Conforms.into()
}
