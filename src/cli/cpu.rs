//! What the generator's own threads use of the processor, where the system tells (Linux).

/// Processor time of the lanes' threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LaneCpu {
    /// Seconds of processor time of all lanes together.
    pub(crate) seconds: f64,
}

/// The clock ticks in which `/proc` counts; fixed at 100 a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

impl LaneCpu {
    /// What the threads named `lane-N` have used so far; `None` where the system does not tell.
    pub(crate) fn measure() -> Option<Self> {
        let mut ticks = 0_u32;
        let mut lanes = 0;
        for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
            let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) else { continue };
            if let Some(used) = lane_ticks(&stat) {
                ticks += used;
                lanes += 1;
            }
        }
        (lanes > 0).then(|| Self { seconds: f64::from(ticks) / TICKS_PER_SECOND })
    }
}

/// User and system ticks of a lane's thread; `None` for other threads.
fn lane_ticks(stat: &str) -> Option<u32> {
    let (head, tail) = stat.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    if !name.starts_with("lane-") {
        return None;
    }
    // utime and stime are fields 14 and 15 of the line; the name is field 2.
    let mut fields = tail.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lanes_are_counted() {
        let stat = |name: &str| format!("77 ({name}) S 1 1 1 0 -1 4194368 9 0 0 0 120 30 0 0 20 0 5 0 99 0 0");
        assert_eq!(lane_ticks(&stat("lane-0")), Some(150));
        assert_eq!(lane_ticks(&stat("recorder")), None);
        assert_eq!(lane_ticks("nonsense"), None);
    }
}
