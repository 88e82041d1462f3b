//! The limits of this machine: an error that says that *we* have run out of something is never the portal's.

use std::borrow::Cow;
use std::io::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use model::words::Fault;

use crate::errno::named;

/// Why a connection could not be opened.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) fault: Fault,
    /// The fault in detail.
    pub(crate) reason: Option<Cow<'static, str>>,
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self { fault, reason: None }
    }
}

impl Trouble {
    /// This fault, for this reason: what comes before a colon is the same for equal causes.
    pub(crate) fn because(fault: Fault, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { fault, reason: Some(reason.into()) }
    }

    /// Why no connection could be opened to an address.
    pub(crate) fn connecting(error: &Error, address: SocketAddr) -> Self {
        match limit(error) {
            // The same error says that this machine has no address from which that one could be reached.
            Some(NO_PORT) if !has_a_way_to(address) => {
                Self::because(Fault::Connect, "EADDRNOTAVAIL: no way there from this machine")
            }
            Some(limit) => Self::because(Fault::LocalLimit, limit),
            None => Self::because(Fault::Connect, named(error)),
        }
    }

    /// Why a name has no address. The system's resolver does not always say that it could open no file or socket: then we
    /// try to open one.
    pub(crate) fn resolving(error: &Error) -> Self {
        let tried = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).err().as_ref().and_then(limit);
        match limit(error).or_else(tried) {
            Some(limit) => Self::because(Fault::LocalLimit, limit),
            None => Self::because(Fault::Dns, error.to_string()),
        }
    }
}

const NO_PORT: &str = "EADDRNOTAVAIL: no local port is free";

/// Which limit of this machine an error names, if it names one.
#[cfg(unix)]
fn limit(error: &Error) -> Option<&'static str> {
    use rustix::io::Errno;

    let limits = [
        (Errno::MFILE, "EMFILE: too many open files"),
        (Errno::NFILE, "ENFILE: too many open files in the whole system"),
        (Errno::ADDRNOTAVAIL, NO_PORT),
        // Of the ports that we choose ourselves.
        (Errno::ADDRINUSE, NO_PORT),
        (Errno::NOBUFS, "ENOBUFS: no buffer space"),
        (Errno::NOMEM, "ENOMEM: out of memory"),
        (Errno::AGAIN, "EAGAIN: no more local ports or sockets for now"),
    ];
    let said = Errno::from_io_error(error)?;
    limits.iter().find(|(errno, _)| *errno == said).map(|(_, text)| *text)
}

#[cfg(not(unix))]
fn limit(_error: &Error) -> Option<&'static str> {
    None
}

/// Whether this machine has an address from which another can be reached. Asking sends nothing.
fn has_a_way_to(address: SocketAddr) -> bool {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0)),
    };
    socket.and_then(|socket| socket.connect(address)).is_ok()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    fn fault(errno: Errno, address: &str) -> (Fault, String) {
        let trouble = Trouble::connecting(&Error::from(errno), address.parse().unwrap());
        (trouble.fault, trouble.reason.map(String::from).unwrap_or_default())
    }

    #[test]
    fn what_this_machine_has_run_out_of_is_named() {
        for (errno, name) in [
            (Errno::MFILE, "EMFILE: too many open files"),
            (Errno::NFILE, "ENFILE: "),
            (Errno::ADDRNOTAVAIL, "EADDRNOTAVAIL: "),
            (Errno::NOBUFS, "ENOBUFS: "),
            (Errno::NOMEM, "ENOMEM: "),
            (Errno::AGAIN, "EAGAIN: "),
        ] {
            let (fault, reason) = fault(errno, "127.0.0.1:1");
            assert!(fault == Fault::LocalLimit && reason.starts_with(name), "{fault:?} {reason}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_reached_from_here_is_no_limit() {
        let (fault, _) = fault(Errno::CONNREFUSED, "127.0.0.1:1");
        assert_eq!(fault, Fault::Connect);
        // Nobody may broadcast without having asked to.
        assert!(has_a_way_to("127.0.0.1:1".parse().unwrap()) && !has_a_way_to("255.255.255.255:1".parse().unwrap()));
    }

    #[test]
    fn a_name_without_an_address_is_no_limit() {
        let error = Error::other("failed to lookup address information");
        assert_eq!(Trouble::resolving(&error).fault, Fault::Dns);
        assert_eq!(Trouble::resolving(&Error::from(Errno::MFILE)).fault, Fault::LocalLimit);
    }
}
