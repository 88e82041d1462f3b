//! How many files, and so connections, this process may have open.

/// Raises the limit to what the system lets this user have: the usual 1,024 are too few where
/// 10,000 connections may idle. Where it cannot be raised it stays as it is.
pub(crate) fn allow_all() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Nofile);
        // A system that refuses has its reasons; connections beyond the limit wait then until others end.
        let _refused = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
}

/// Files, sockets and event queues beside the connections, with room to spare.
const BESIDES: u64 = 64;

/// What a run may have open at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) lanes: usize,
    /// Connections of a lane.
    pub(crate) connections: usize,
    /// Addresses that each may hold one to: the portal, and the bank's payment pages.
    pub(crate) addresses: usize,
    /// Whether the portal and its peers are played in this process, so that both ends of each connection are ours.
    pub(crate) is_inside: bool,
}

impl Need {
    fn files(self) -> u64 {
        let ends = if self.is_inside { 2 } else { 1 };
        let sockets = self.lanes.saturating_mul(self.connections).saturating_mul(self.addresses).saturating_mul(ends);
        (sockets as u64).saturating_add(BESIDES)
    }

    /// What to say if a run may need more than this many, with the remedy.
    fn lack(self, limit: Option<u64>) -> Option<String> {
        let Need { lanes, connections, addresses, is_inside } = self;
        let both = if is_inside { " x both ends" } else { "" };
        let files = self.files();
        let allowed = limit.filter(|limit| *limit < files)?;
        Some(format!(
            "this run may need {files} open files (lanes {lanes} x connections {connections} x addresses {addresses}{both}, and {BESIDES} besides), \
             and this system allows {allowed}\nraise the limit (`ulimit -n {files}`), or lower `limits.connections` in the run file"
        ))
    }
}

/// What to say if a run may need more open files than this process may have.
pub(crate) fn lack(need: Need) -> Option<String> {
    need.lack(limit())
}

/// How many files this process may have open; `None`: as many as it likes, or nobody knows.
fn limit() -> Option<u64> {
    #[cfg(unix)]
    {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).current
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_too_low_is_said_with_what_is_needed() {
        let need = Need { lanes: 2, connections: 64, addresses: 2, is_inside: false };
        assert_eq!((need.lack(None), need.lack(Some(320))), (None, None));
        let said = need.lack(Some(319)).unwrap();
        assert!(
            said.contains("need 320 open files (lanes 2 x connections 64 x addresses 2, and 64 besides)"),
            "{said}"
        );
        assert!(said.contains("allows 319") && said.contains("ulimit -n 320") && said.contains("limits.connections"));
        assert!(Need { is_inside: true, ..need }.lack(Some(575)).is_some(), "both ends are ours");
    }
}
