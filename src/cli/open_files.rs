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
    /// Addresses to which each person, or each of a pool, may hold a connection: the portal, and the bank's payment pages.
    pub(crate) addresses: usize,
    /// Whether the portal and its peers are played in this process, so that both ends of each connection are ours.
    pub(crate) is_inside: bool,
}

impl Need {
    /// Files of one of each lane.
    fn each(self) -> usize {
        let ends = if self.is_inside { 2 } else { 1 };
        self.lanes.saturating_mul(self.addresses).saturating_mul(ends)
    }

    /// So many of each lane are within the limit; `None`: any number.
    pub(crate) fn affordable(self) -> Option<usize> {
        self.within(limit()?)
    }

    fn within(self, limit: u64) -> Option<usize> {
        usize::try_from(limit.saturating_sub(BESIDES) / (self.each().max(1) as u64)).ok()
    }

    /// What to say if so many of each lane may need more files than this process may have, with the remedy.
    pub(crate) fn lack(self, connections: usize) -> Option<String> {
        self.lacks(connections, limit())
    }

    fn lacks(self, connections: usize, limit: Option<u64>) -> Option<String> {
        let Need { lanes, addresses, is_inside } = self;
        let both = if is_inside { " x both ends" } else { "" };
        let files = files(self, connections as u64);
        let allowed = limit.filter(|limit| *limit < files)?;
        Some(format!(
            "this run may need {files} open files (lanes {lanes} x connections {connections} x addresses {addresses}{both}, and {BESIDES} besides), \
             and this system allows {allowed}\nraise the limit (`ulimit -n {files}`), or lower --connections"
        ))
    }
}

/// Files that may be open if each lane has so many connections.
pub(crate) fn files(need: Need, connections: u64) -> u64 {
    connections.saturating_mul(need.each() as u64).saturating_add(BESIDES)
}

/// How many files this process may have open once it has asked for all; `None`: as many as it likes, or nobody knows.
fn limit() -> Option<u64> {
    #[cfg(unix)]
    {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_too_low_is_said_with_what_is_needed() {
        let need = Need { lanes: 2, addresses: 2, is_inside: false };
        assert_eq!((need.lacks(64, None), need.lacks(64, Some(320))), (None, None));
        let said = need.lacks(64, Some(319)).unwrap();
        assert!(
            said.contains("need 320 open files (lanes 2 x connections 64 x addresses 2, and 64 besides)"),
            "{said}"
        );
        assert!(said.contains("allows 319") && said.contains("ulimit -n 320") && said.contains("--connections"));
        let inside = Need { is_inside: true, ..need };
        assert!(inside.lacks(64, Some(575)).is_some(), "both ends are ours");
        assert_eq!([need.within(320), inside.within(575), need.within(10)], [Some(64), Some(63), Some(0)]);
    }
}
