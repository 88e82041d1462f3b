//! What a request costs: processor time per request of vandan with everything on, beside wrk with a Lua script that
//! walks the same five steps, against the same light target, in the same run, in turns.
//!
//! `cargo bench --bench cpu_per_request`; see `benches/README.md` for how to read it. The program starts itself again
//! as the target and as the client, so that each is measured alone.

mod client;
#[path = "../measuring/process.rs"]
mod process;
#[path = "../measuring/processor.rs"]
mod processor;
mod rounds;
#[path = "../measuring/spread.rs"]
mod spread;
mod target;
mod watch;

use std::io::Write;
use std::process::ExitCode;

use processor::Trouble;

/// That of `vandan`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        ["target"] => target::serve(),
        ["client", port, load] => client::play(port, load),
        _ => rounds::play(),
    }
}
