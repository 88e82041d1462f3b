//! What processes and threads have used, as Linux tells under `/proc`.

use std::time::Duration;

/// `/proc` counts processor time in ticks of a hundredth of a second, on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Why something could not be measured.
pub(crate) type Trouble = Box<dyn std::error::Error>;

/// Processor time, user and system together.
#[derive(Clone, Copy)]
pub(crate) struct Used {
    /// Of the process or thread itself.
    pub(crate) own: Duration,
    /// Of its children that have ended and were waited for.
    pub(crate) children: Duration,
}

/// What a process (`self`, or its number) has used.
pub(crate) fn used_by(process: &str) -> Result<Used, Trouble> {
    used(&format!("/proc/{process}/stat"))
}

/// What a process or thread has used, by the path of its `stat`.
pub(crate) fn used(path: &str) -> Result<Used, Trouble> {
    let stat = read(path)?;
    let missing = || missing("the processor times", path);
    // utime, stime, cutime and cstime are the fields 14 to 17; the second field, a name in brackets, may hold blanks.
    let (_, fields) = stat.rsplit_once(')').ok_or_else(missing)?;
    let ticks: Vec<u32> = fields.split_whitespace().skip(11).take(4).flat_map(str::parse).collect();
    let [user, system, children_user, children_system] = *ticks.as_slice() else { return Err(missing()) };
    Ok(Used { own: TICK * (user + system), children: TICK * (children_user + children_system) })
}

/// The most memory a process has held, in KiB.
pub(crate) fn peak_kib(process: &str) -> Result<u32, Trouble> {
    status(process, "VmHWM:")?
        .split_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| missing("VmHWM", process))
}

/// The processors this process may run on, in order.
pub(crate) fn allowed_cores() -> Result<Vec<u32>, Trouble> {
    let list = status("self", "Cpus_allowed_list:")?;
    let range = |part: &str| {
        let (from, through) = part.split_once('-').unwrap_or((part, part));
        Some(from.parse::<u32>().ok()?..=through.parse::<u32>().ok()?)
    };
    Ok(list.trim().split(',').filter_map(range).flatten().collect())
}

/// What the machine is and how busy, in a line.
pub(crate) fn machine() -> Result<String, Trouble> {
    let model = read("/proc/cpuinfo")?;
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let load = read("/proc/loadavg")?;
    let load = load.split_whitespace().next().unwrap_or("?");
    Ok(format!("{}, load average {load}", model.trim_start_matches(['\t', ':', ' '])))
}

/// One line of what `/proc` says about a process, without its name.
pub(crate) fn status(process: &str, name: &'static str) -> Result<String, Trouble> {
    let path = format!("/proc/{process}/status");
    let status = read(&path)?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.map(str::to_owned).ok_or_else(|| missing(name, &path))
}

fn read(path: &str) -> Result<String, Trouble> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("could not read {path}: {error} (this benchmark needs Linux)").into())
}

fn missing(what: &str, place: &str) -> Trouble {
    format!("could not find {what} in {place}").into()
}
