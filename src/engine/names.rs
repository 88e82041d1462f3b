//! Names and what they stand for. A name is looked up again while a run lasts, and all its addresses are used in turn.
//!
//! A name that comes to stand for an address of another kind than when it was looked up first is not followed there: whoever
//! consented to load at a public address did not consent for a private one (DNS rebinding).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use model::words::Fault;
use tokio::net::lookup_host;

use crate::authority::Authority;
use crate::own_limits::Trouble;

/// For how long an answer of the system's resolver, which tells no time to live, is good; in nanoseconds.
pub(crate) const LOOK_UP_EVERY: u64 = 30_000_000_000;

/// What names stand for. Lanes share it; it is locked for no longer than a look.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<(String, u16), Known>>);

#[derive(Debug)]
struct Known {
    addresses: Vec<SocketAddr>,
    /// The kinds of the addresses that were found first.
    kinds: Vec<Kind>,
    /// When it was looked up last, or somebody began to. Nanoseconds since the run began.
    looked_up: u64,
    /// Which address is next.
    next: usize,
}

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    ThisMachine,
    Private,
    Public,
}

impl Kind {
    fn of(address: IpAddr) -> Self {
        let is_private = match address.to_canonical() {
            IpAddr::V4(address) => address.is_private() || address.is_link_local() || address.octets()[0] == 0,
            IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
        };
        if address.to_canonical().is_loopback() || address.is_unspecified() {
            Self::ThisMachine
        } else if is_private {
            Self::Private
        } else {
            Self::Public
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::ThisMachine => "this machine",
            Self::Private => "a private address",
            Self::Public => "a public address",
        }
    }
}

impl Names {
    /// The addresses of a door, the next in turn first.
    ///
    /// # Errors
    /// A [`Trouble`]: the name has none, or only such as it may not lead to.
    pub(crate) async fn addresses(&self, door: &Authority, now: u64) -> Result<Vec<SocketAddr>, Trouble> {
        if let Some(known) = self.known(door, now) {
            return Ok(known);
        }
        match lookup_host((door.host(), door.port())).await {
            Ok(found) => self.learn(door, found.collect(), now),
            Err(error) => {
                self.forget(door);
                Err(Trouble::resolving(&error))
            }
        }
    }

    /// What is known and was looked up lately. Where it was not, one person looks again, and others go on with it meanwhile.
    fn known(&self, door: &Authority, now: u64) -> Option<Vec<SocketAddr>> {
        let mut names = self.lock();
        let known = names.get_mut(&key(door))?;
        if now >= known.looked_up + LOOK_UP_EVERY {
            known.looked_up = now;
            return None;
        }
        Some(known.in_turn())
    }

    /// Takes in what a name stands for now.
    fn learn(&self, door: &Authority, found: Vec<SocketAddr>, now: u64) -> Result<Vec<SocketAddr>, Trouble> {
        let mut names = self.lock();
        let known = names.entry(key(door)).or_insert_with(|| {
            let kinds = found.iter().map(|address| Kind::of(address.ip())).collect();
            Known { addresses: Vec::new(), kinds, looked_up: now, next: 0 }
        });
        let (may, strange): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| known.kinds.contains(&Kind::of(address.ip())));
        known.looked_up = now;
        known.addresses = may;
        match strange.first().filter(|_| known.addresses.is_empty()) {
            None => Ok(known.in_turn()),
            Some(strange) => {
                let (host, address) = (door.host(), strange.ip());
                let reason =
                    format!("{host} now stands for {address}, {}, and did not before", Kind::of(address).words());
                Err(Trouble { fault: Fault::Forbidden, reason: Some(reason.into()) })
            }
        }
    }

    /// The next person looks it up again.
    fn forget(&self, door: &Authority) {
        if let Some(known) = self.lock().get_mut(&key(door)) {
            known.looked_up = 0;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, u16), Known>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Known {
    fn in_turn(&mut self) -> Vec<SocketAddr> {
        let mut addresses = self.addresses.clone();
        if !addresses.is_empty() {
            let next = self.next % addresses.len();
            addresses.rotate_left(next);
        }
        self.next = self.next.wrapping_add(1);
        addresses
    }
}

fn key(door: &Authority) -> (String, u16) {
    (door.host(), door.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portal() -> Authority {
        Authority::parse("http://portal.example:81").unwrap()
    }

    fn learn(names: &Names, addresses: &[&str], now: u64) -> Result<Vec<String>, Trouble> {
        let found = addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 81)).collect();
        let known = names.learn(&portal(), found, now)?;
        Ok(known.iter().map(|address| address.ip().to_string()).collect())
    }

    #[test]
    fn all_addresses_take_their_turn_until_the_name_is_looked_up_again() {
        let names = Names::default();
        assert_eq!(learn(&names, &["192.0.2.1", "192.0.2.2"], 5).unwrap(), ["192.0.2.1", "192.0.2.2"]);
        let first = |now| names.known(&portal(), now).map(|known| known[0].ip().to_string());
        assert_eq!([6, 7].map(first), [Some("192.0.2.2".to_owned()), Some("192.0.2.1".to_owned())]);
        let later = 5 + LOOK_UP_EVERY;
        assert_eq!([later - 1, later].map(|now| first(now).is_some()), [true, false]);
        assert!(first(later + 1).is_some(), "one looks again, and the others do not wait for it");
        assert_eq!(learn(&names, &["192.0.2.3"], later + 2).unwrap(), ["192.0.2.3"], "it has moved");
    }

    #[test]
    fn a_name_that_begins_to_lead_elsewhere_is_not_followed() {
        for (first, later, what) in [
            ("192.0.2.1", "10.0.0.1", "a private address"),
            ("192.0.2.1", "169.254.169.254", "a private address"),
            ("192.0.2.1", "127.0.0.1", "this machine"),
            ("192.0.2.1", "::ffff:127.0.0.1", "this machine"),
            ("10.0.0.1", "192.0.2.1", "a public address"),
            ("127.0.0.1", "fe80::1", "a private address"),
        ] {
            let names = Names::default();
            learn(&names, &[first], 0).unwrap();
            let Trouble { fault, reason } = learn(&names, &[later], 1).unwrap_err();
            assert!(fault == Fault::Forbidden && reason.is_some_and(|reason| reason.contains(what)), "{first} {later}");
            assert_eq!(learn(&names, &[later, first], 2).unwrap(), [first], "what it may lead to is used");
        }
    }

    #[test]
    fn who_could_not_look_it_up_leaves_it_to_the_next() {
        let names = Names::default();
        learn(&names, &["192.0.2.1"], 0).unwrap();
        assert!(names.known(&portal(), LOOK_UP_EVERY).is_none());
        names.forget(&portal());
        assert!(names.known(&portal(), LOOK_UP_EVERY + 1).is_none());
    }
}
