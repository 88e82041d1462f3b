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
