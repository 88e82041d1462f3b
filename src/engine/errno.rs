//! What the history calls an error of the system: by its errno, so that equal causes have equal words on every machine.

use std::borrow::Cow;
use std::io::Error;

/// `ECONNREFUSED: connection refused`; an error that is not known here by its number and the system's words.
pub(crate) fn named(error: &Error) -> Cow<'static, str> {
    match (known(error), error.raw_os_error()) {
        (Some(name), _) => Cow::Borrowed(name),
        (None, Some(number)) => Cow::Owned(format!("errno {number}: {error}")),
        (None, None) => Cow::Owned(error.kind().to_string()),
    }
}

/// A connection that the other side ended with a reset.
pub(crate) const RESET: &str = "ECONNRESET: connection reset";

#[cfg(unix)]
fn known(error: &Error) -> Option<&'static str> {
    use rustix::io::Errno;

    let names = [
        (Errno::CONNREFUSED, "ECONNREFUSED: connection refused"),
        (Errno::CONNRESET, RESET),
        (Errno::CONNABORTED, "ECONNABORTED: connection aborted"),
        (Errno::PIPE, "EPIPE: connection closed for writing"),
        (Errno::TIMEDOUT, "ETIMEDOUT: no answer to any packet"),
        (Errno::HOSTUNREACH, "EHOSTUNREACH: no route to the host"),
        (Errno::NETUNREACH, "ENETUNREACH: no route to the network"),
        (Errno::HOSTDOWN, "EHOSTDOWN: host is down"),
        (Errno::NETDOWN, "ENETDOWN: network is down"),
        (Errno::ACCESS, "EACCES: permission denied"),
        (Errno::PERM, "EPERM: operation not permitted"),
        (Errno::NOTCONN, "ENOTCONN: not connected"),
    ];
    let said = Errno::from_io_error(error)?;
    names.iter().find(|(errno, _)| *errno == said).map(|(_, name)| *name)
}

#[cfg(not(unix))]
fn known(_error: &Error) -> Option<&'static str> {
    None
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn an_error_is_called_by_its_errno_and_never_by_what_it_was_about() {
        assert_eq!(named(&Error::from(Errno::CONNREFUSED)), "ECONNREFUSED: connection refused");
        let strange = named(&Error::from(Errno::PROTO));
        assert!(strange.starts_with("errno ") && strange.contains(": "), "{strange}");
        assert_eq!(named(&Error::other("10.0.0.7:8080 said 17")), "other error");
    }
}
