//! What processes and threads have used, as Linux tells under `/proc`.

use std::path::Path;
use std::time::Duration;

/// `/proc` counts processor time in ticks of a hundredth of a second, on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcError {
    #[error("could not read {0}: {1} (this benchmark needs Linux)")]
    Read(String, std::io::Error),
    #[error("could not find {0} in {1}")]
    Missing(&'static str, String),
}

/// Processor time, user and system together.
#[derive(Clone, Copy)]
pub(crate) struct Used {
    /// Of the process or thread itself.
    pub(crate) own: Duration,
    /// Of its children that have ended and were waited for.
    pub(crate) children: Duration,
}

/// What a process (`self`, or its number) has used.
pub(crate) fn used_by(process: &str) -> Result<Used, ProcError> {
    used(&format!("/proc/{process}/stat"))
}

/// What the thread of this process with this name has used; `None` if there is none (any more).
pub(crate) fn used_by_thread(name: &str) -> Option<Duration> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let thread = threads.flatten().map(|thread| thread.path()).find(|thread| is_named(thread, name))?;
    used(&thread.join("stat").display().to_string()).ok().map(|used| used.own)
}

fn is_named(thread: &Path, name: &str) -> bool {
    std::fs::read_to_string(thread.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
}

fn used(path: &str) -> Result<Used, ProcError> {
    let stat = read(path)?;
    let missing = || ProcError::Missing("the processor times", path.to_owned());
    // utime, stime, cutime and cstime are the fields 14 to 17; the second field, a name in brackets, may hold blanks.
    let (_, fields) = stat.rsplit_once(')').ok_or_else(missing)?;
    let ticks: Vec<u32> = fields.split_whitespace().skip(11).take(4).flat_map(str::parse).collect();
    let [user, system, children_user, children_system] = *ticks.as_slice() else { return Err(missing()) };
    Ok(Used { own: TICK * (user + system), children: TICK * (children_user + children_system) })
}

/// The most memory a process has held, in KiB.
pub(crate) fn peak_kib(process: &str) -> Result<u32, ProcError> {
    status(process, "VmHWM:")?
        .split_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| ProcError::Missing("VmHWM", process.to_owned()))
}

/// The processors this process may run on, in order.
pub(crate) fn allowed_cores() -> Result<Vec<u32>, ProcError> {
    let list = status("self", "Cpus_allowed_list:")?;
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse::<u32>().ok()?..=last.parse::<u32>().ok()?)
    };
    Ok(list.trim().split(',').filter_map(range).flatten().collect())
}

/// What the machine is and how busy, in a line.
pub(crate) fn machine() -> Result<String, ProcError> {
    let model = read("/proc/cpuinfo")?;
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let load = read("/proc/loadavg")?;
    let load = load.split_whitespace().next().unwrap_or("?");
    Ok(format!("{}, load average {load}", model.trim_start_matches(['\t', ':', ' '])))
}

fn status(process: &str, name: &'static str) -> Result<String, ProcError> {
    let path = format!("/proc/{process}/status");
    let status = read(&path)?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.map(str::to_owned).ok_or(ProcError::Missing(name, path))
}

fn read(path: &str) -> Result<String, ProcError> {
    std::fs::read_to_string(path).map_err(|error| ProcError::Read(path.to_owned(), error))
}
