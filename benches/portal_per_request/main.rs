//! What the reference portal costs and how true its times are: processor time per request it answers on the journey of
//! a dossier, latency at a steady rate, memory per dossier, and how exactly it keeps a delay it was told to.
//!
//! `cargo bench --bench portal_per_request`; see `benches/README.md` for how to read it. The program starts itself again
//! as each of the systems and as the client, so that each is measured alone.

mod client;
mod journey;
#[path = "../measuring/process.rs"]
mod process;
#[path = "../measuring/processor.rs"]
mod processor;
mod rounds;
mod schedule;
#[path = "../measuring/spread.rs"]
mod spread;
mod stage;
mod systems;
mod wire;

use std::io::Write;
use std::process::ExitCode;

use processor::Trouble;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match part(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            // Nobody is left to be told if standard error is gone.
            let _gone: std::io::Result<()> = writeln!(std::io::stderr(), "{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn part(arguments: &[&str]) -> Result<(), Trouble> {
    match arguments {
        ["portal", peers, delay_us] => systems::portal(peers, delay_us.parse()?),
        ["constant"] => systems::constant(),
        ["client", load] => client::play(load),
        _ => rounds::play(),
    }
}
