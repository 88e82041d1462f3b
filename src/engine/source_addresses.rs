//! The addresses of this machine from which connections are opened. Each has ports of its own: with several, more
//! connections to one address can be open than one has ports for.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::net::{TcpSocket, TcpStream};

/// Ports of an address that are tried for one connection. Those of connections that were closed rest for a minute.
const TRIES: u32 = 500;

/// The ports of a system that says nothing of them (RFC 6335).
const PORTS: RangeInclusive<u16> = 49_152..=65_535;

/// From where connections are opened; without any, the system chooses.
#[derive(Debug, Default)]
pub struct SourceAddresses {
    sources: Vec<Source>,
    /// Which one is next: lanes share it.
    next: AtomicU32,
}

/// Why connections cannot be opened from an address.
#[derive(Debug, thiserror::Error)]
#[error("use the source address {address}: {source} (is it one of this machine's?)")]
pub struct SourceAddressError {
    address: IpAddr,
    source: Error,
}

#[derive(Debug)]
struct Source {
    address: IpAddr,
    ports: RangeInclusive<u16>,
    /// Counts the ports that were tried.
    next: AtomicU32,
}

impl SourceAddresses {
    /// These, in turn.
    ///
    /// # Errors
    /// [`SourceAddressError`]: one is not of this machine.
    pub fn new(addresses: &[IpAddr]) -> Result<Self, SourceAddressError> {
        let ports = system_ports().unwrap_or(PORTS);
        let source = |address: &IpAddr| match UdpSocket::bind((*address, 0)) {
            Ok(_free) => Ok(Source::new(*address, ports.clone())),
            Err(source) => Err(SourceAddressError { address: *address, source }),
        };
        Ok(Self { sources: addresses.iter().map(source).collect::<Result<_, _>>()?, next: AtomicU32::new(0) })
    }

    /// Opens a connection from the next of them that has a port for it.
    pub(crate) async fn connect(&self, to: SocketAddr) -> Result<TcpStream, Error> {
        if self.sources.is_empty() {
            return TcpStream::connect(to).await;
        }
        let mut failed = Error::other("no source address is of the kind of the portal's (IPv4, IPv6)");
        let of_its_kind: Vec<_> =
            self.sources.iter().filter(|source| source.address.is_ipv4() == to.is_ipv4()).collect();
        let first = self.next.fetch_add(1, Ordering::Relaxed) as usize;
        for source in of_its_kind.iter().cycle().skip(first % of_its_kind.len().max(1)).take(of_its_kind.len()) {
            match source.connect(to).await {
                Err(error) if has_no_port(&error) => failed = error,
                done => return done,
            }
        }
        Err(failed)
    }
}

impl Source {
    /// Two runs, one after the other, begin with different ports.
    fn new(address: IpAddr, ports: RangeInclusive<u16>) -> Self {
        Self { address, ports, next: AtomicU32::new(std::process::id().wrapping_mul(7_919)) }
    }

    /// The system, asked for any port, gives none that another connection has, whoever that leads to. A port that is asked for
    /// by its number only must not have one to the same address.
    async fn connect(&self, to: SocketAddr) -> Result<TcpStream, Error> {
        let count = u32::from(self.ports.end() - self.ports.start()) + 1;
        let mut failed = Error::from(ErrorKind::AddrNotAvailable);
        for _ in 0..TRIES.min(count) {
            let offset = self.next.fetch_add(1, Ordering::Relaxed) % count;
            let port = self.ports.start() + u16::try_from(offset).unwrap_or_default();
            let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            socket.set_reuseaddr(true)?;
            let tried = match socket.bind((self.address, port).into()) {
                Ok(()) => socket.connect(to).await,
                Err(error) => Err(error),
            };
            match tried {
                Err(error) if has_no_port(&error) => failed = error,
                done => return done,
            }
        }
        Err(failed)
    }
}

fn has_no_port(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::AddrNotAvailable)
}

/// The ports from which this system opens connections.
fn system_ports() -> Option<RangeInclusive<u16>> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ends = range.split_whitespace().map(str::parse);
    match (ends.next()?, ends.next()?) {
        (Ok(first), Ok(last)) if first <= last => Some(first..=last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::TcpListener;

    use super::*;
    use crate::own_limits::Trouble;

    #[test]
    fn an_address_of_another_machine_is_refused() {
        let said = SourceAddresses::new(&[Ipv4Addr::LOCALHOST.into(), Ipv4Addr::new(192, 0, 2, 1).into()]);
        assert!(said.unwrap_err().to_string().starts_with("use the source address 192.0.2.1: "));
    }

    #[test]
    fn addresses_take_turns_and_one_without_a_port_passes_it_on() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let [few, more] = [(2, 61_500..=61_500), (3, 61_500..=61_501)];
            let of =
                |(last, ports): (u8, RangeInclusive<u16>)| Source::new(Ipv4Addr::new(127, 0, 0, last).into(), ports);
            let sources = SourceAddresses { sources: vec![of(few), of(more)], next: AtomicU32::new(0) };
            let mut open = Vec::new();
            for _ in 0..3 {
                open.push(sources.connect(to).await.unwrap());
            }
            let from: Vec<_> = open.iter().map(|stream| stream.local_addr().unwrap().ip().to_string()).collect();
            assert_eq!(from, ["127.0.0.2", "127.0.0.3", "127.0.0.3"]);
            let trouble = Trouble::connecting(&sources.connect(to).await.unwrap_err(), to);
            assert!(trouble.reason.is_some_and(|reason| reason.starts_with("EADDRNOTAVAIL: ")));
            let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sources.connect(other.local_addr().unwrap()).await.expect("a port serves for each address there is");
        });
    }
}
