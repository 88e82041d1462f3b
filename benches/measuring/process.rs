//! Child processes: pinned where that is possible, bounded in time, measured when they have ended.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use engine::RunClock;

use crate::processor::{self, Trouble};

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// On which cores the two sides run; `None`: they are not pinned.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub(crate) target: Option<u32>,
    pub(crate) client: Option<u32>,
}

impl Places {
    /// A core each, if there are two and `taskset` can pin.
    pub(crate) fn find() -> Result<Self, Trouble> {
        let cores = processor::allowed_cores()?;
        Ok(match cores.as_slice() {
            [target, client, ..] if is_installed("taskset") => Self { target: Some(*target), client: Some(*client) },
            _ => Self { target: None, client: None },
        })
    }
}

/// Whether a program can be started.
pub(crate) fn is_installed(program: &str) -> bool {
    Command::new(program).arg("-V").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A command, on a core of its own where one is given.
pub(crate) fn pinned(core: Option<u32>, program: &str) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string(), program]);
    command
}

/// This program again, in one of its other parts.
pub(crate) fn again(core: Option<u32>, arguments: &[&str]) -> Result<Command, Trouble> {
    let this = std::env::current_exe()?;
    let this = this.to_str().ok_or("could not start myself: the path of this program is no text")?;
    let mut command = pinned(core, this);
    command.args(arguments);
    Ok(command)
}

/// What a child said and used.
#[allow(dead_code, reason = "not every benchmark asks for everything")]
pub(crate) struct Ended {
    pub(crate) said: String,
    pub(crate) used: Duration,
    pub(crate) peak_kib: u32,
}

/// Runs a child to its end, or kills it at the deadline (an instant of `clock`).
pub(crate) fn run(mut command: Command, clock: &RunClock, deadline: Duration) -> Result<Ended, Trouble> {
    let before = processor::used_by("self")?.children;
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
    let mut peak_kib = 0;
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        if Duration::from_nanos(clock.now()) > deadline {
            return Err(format!("could not finish in time: {command:?}").into());
        }
        // Between the look and the reading it may have ended: the last peak stands.
        peak_kib = processor::peak_kib(&child.0.id().to_string()).unwrap_or(peak_kib);
        std::thread::sleep(LOOK);
    };
    let mut said = String::new();
    if let Some(mut out) = child.0.stdout.take() {
        out.read_to_string(&mut said)?;
    }
    if !status.success() {
        return Err(format!("could not run {command:?}: {status}\n{said}").into());
    }
    Ok(Ended { said, used: processor::used_by("self")?.children.saturating_sub(before), peak_kib })
}

/// A child that does not outlive us.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended already: then there is nothing to kill.
        let _ended: std::io::Result<()> = self.0.kill();
        let _waited: std::io::Result<std::process::ExitStatus> = self.0.wait();
    }
}

/// A system that is measured: this program again, in another part, until it is dropped.
pub(crate) struct System {
    process: Killed,
    /// The first line it has said, by which it tells where it is.
    pub(crate) said: String,
}

impl System {
    pub(crate) fn start(core: Option<u32>, arguments: &[&str]) -> Result<Self, Trouble> {
        let mut process = Killed(again(core, arguments)?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
        let mut said = String::new();
        let out = process.0.stdout.take().ok_or("could not hear the system")?;
        BufReader::new(out).read_line(&mut said)?;
        Ok(Self { process, said: said.trim().to_owned() })
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }
}
