//! Who may be spoken to, and how fast: the portal, its peers, and the doors a run file lists; nothing else, on this machine
//! or beyond. Asked before every connection and before every request.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::authority::Authority;
use crate::clock::RunClock;
use crate::http_version::{HttpVersion, Spoken};
use crate::identity::Identity;
use crate::names::Names;
use crate::proxy::Proxies;
use crate::source_addresses::SourceAddresses;
use crate::throttle::{HeldBy, Hold, Limit, Throttle, punctual_rate};

/// The doors that may be knocked at, each a host with its port and scheme, and how fast.
#[derive(Debug, Default)]
pub struct Guard {
    doors: Vec<Door>,
    hosts: Vec<Host>,
    /// What each host was promised, if anything.
    rate: Option<f64>,
    proxies: Proxies,
    /// What proxies are told of who asks.
    user_agent: String,
    sources: SourceAddresses,
    names: Names,
}

#[derive(Debug)]
struct Door {
    authority: Authority,
    /// Index of its host.
    host: usize,
    /// Limited after the load.
    requests: Throttle,
    busiest: BusiestSecond,
    /// Which HTTP is to be spoken, and which was.
    http: HttpVersion,
    spoken: Spoken,
}

/// What all doors of a host share.
#[derive(Debug, Default)]
struct Host {
    requests: Throttle,
    /// Connections are counted for themselves: each carries at least one request, or was refused.
    connections: Throttle,
}

impl Guard {
    /// These doors, and no other; as fast as can be.
    pub fn of(doors: impl IntoIterator<Item = Authority>) -> Self {
        let mut guard = Self::default();
        for authority in doors {
            if guard.doors.iter().any(|door| door.authority.is_same_door(&authority)) {
                continue;
            }
            let host = guard.doors.iter().find(|door| door.authority.is_same_host(&authority)).map(|door| door.host);
            let host = host.unwrap_or_else(|| {
                guard.hosts.push(Host::default());
                guard.hosts.len() - 1
            });
            guard.doors.push(Door {
                authority,
                host,
                requests: Throttle::default(),
                busiest: BusiestSecond::default(),
                http: HttpVersion::default(),
                spoken: Spoken::default(),
            });
        }
        guard
    }

    /// The same, and what is not on this machine is asked through these proxies, which are told who asks.
    #[must_use]
    pub fn through(mut self, proxies: Proxies, identity: &Identity) -> Self {
        identity.user_agent().clone_into(&mut self.user_agent);
        self.proxies = proxies;
        self
    }

    /// The same, and this HTTP is spoken with these doors.
    #[must_use]
    pub fn speaking<'a>(mut self, http: HttpVersion, with: impl IntoIterator<Item = &'a Authority>) -> Self {
        for authority in with {
            for door in self.doors.iter_mut().filter(|door| door.authority.is_same_door(authority)) {
                door.http = http;
            }
        }
        self
    }

    /// The same, and connections are opened from these addresses.
    #[must_use]
    pub fn bound_to(mut self, sources: SourceAddresses) -> Self {
        self.sources = sources;
        self
    }

    /// What names stand for.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// From where connections are opened.
    pub(crate) fn sources(&self) -> &SourceAddresses {
        &self.sources
    }

    /// The proxy through which a door is asked; `None`: directly.
    pub(crate) fn proxy(&self, authority: &Authority) -> Option<&Authority> {
        self.proxies.through(authority)
    }

    /// What proxies are told of who asks.
    pub(crate) fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// Which HTTP is to be spoken with a door.
    pub(crate) fn http(&self, authority: &Authority) -> HttpVersion {
        self.door(authority).map_or_else(HttpVersion::default, |door| door.http)
    }

    /// A connection to a door was opened.
    pub(crate) fn note_spoken(&self, authority: &Authority, is_2: bool) {
        if let Some(door) = self.door(authority) {
            door.spoken.note(is_2);
        }
    }

    /// The versions of HTTP that were spoken with these doors, separated by `, `.
    pub(crate) fn spoken<'a>(&self, with: impl Iterator<Item = &'a Authority>) -> String {
        Spoken::to_text(with.filter_map(|authority| self.door(authority)).map(|door| &door.spoken))
    }

    /// The same, and each host gets at most so many requests, and so many connections, in every second. Below 1 it is one in
    /// several seconds.
    #[must_use]
    pub fn at_most(mut self, rate: f64) -> Self {
        self.rate = Some(rate);
        for host in &self.hosts {
            host.requests.limit(Limit::per_second(rate));
            host.connections.limit(Limit::per_second(rate));
        }
        self
    }

    /// The time, in nanoseconds, between the beginnings of two who would otherwise begin together; 0 where nothing is limited.
    /// So spread, they take half of what leaves on time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are positive; beyond, the cast saturates"
    )]
    pub(crate) fn gap(&self) -> u64 {
        self.rate.map_or(0, |rate| (2e9 / punctual_rate(rate, 0.0)) as u64)
    }

    /// Whether this door may be knocked at. `localhost` is what it stands for: whoever names one of its addresses has
    /// named it, and the other way round.
    pub fn allows(&self, authority: &Authority) -> bool {
        self.door(authority).is_some()
    }

    /// Whether a connection may be opened to this address, found for an authority; a proxy finds it itself.
    ///
    /// A host that is allowed by its name may stand for any address. One that is not may stand for those that are allowed by
    /// number.
    pub(crate) fn allows_address(&self, authority: &Authority, address: SocketAddr) -> bool {
        self.door(authority).is_some_and(|door| door.authority.is_same_door(authority))
            || self.doors.iter().any(|door| door.stands_for(authority, address))
    }

    /// Waits until one more request may be sent to this door, and says when that is: now.
    pub(crate) async fn admit(&self, authority: &Authority, clock: &RunClock, hold: &Hold) -> u64 {
        let Some(door) = self.door(authority) else { return clock.now() };
        hold.name(HeldBy::Pace);
        door.requests.admit(clock, hold).await;
        hold.name(HeldBy::Rate);
        // Last, so that nothing lies between what a host was promised and the sending.
        let now = match self.hosts.get(door.host) {
            Some(host) => host.requests.admit(clock, hold).await,
            None => clock.now(),
        };
        door.busiest.count(now);
        now
    }

    /// Waits until one more connection to this door may be opened.
    pub(crate) async fn admit_connection(&self, authority: &Authority, clock: &RunClock, hold: &Hold) {
        if let Some(host) = self.door(authority).and_then(|door| self.hosts.get(door.host)) {
            hold.name(HeldBy::Rate);
            host.connections.admit(clock, hold).await;
        }
    }

    /// How many requests a door got.
    pub(crate) fn requests(&self, authority: &Authority) -> u64 {
        self.door(authority).map_or(0, |door| door.busiest.all.load(Ordering::Relaxed))
    }

    /// How many requests a door got in its busiest second, counted from the start of the run.
    pub(crate) fn busiest_second(&self, authority: &Authority) -> u64 {
        self.door(authority).map_or(0, |door| door.busiest.most())
    }

    /// Lets a door have at most so many requests a second from now on.
    #[expect(clippy::cast_precision_loss, reason = "a rate is far below 2^53")]
    pub(crate) fn pace(&self, authority: &Authority, rate: u64) {
        if let Some(door) = self.door(authority) {
            door.requests.limit(Limit::per_second(rate as f64));
        }
    }

    /// For how long requests to this door waited for its pace, in nanoseconds.
    pub(crate) fn paced(&self, authority: &Authority, now: u64) -> u64 {
        self.door(authority).map_or(0, |door| door.requests.waited(now))
    }

    fn door(&self, authority: &Authority) -> Option<&Door> {
        let by_name = self.doors.iter().find(|door| door.authority.is_same_door(authority));
        by_name.or_else(|| {
            let addresses = authority.addresses()?;
            self.doors.iter().find(|door| addresses.iter().any(|address| door.stands_for(authority, *address)))
        })
    }
}

impl Door {
    /// Whether its host is this address, or `localhost`, which has it, and is spoken to in the same way.
    fn stands_for(&self, authority: &Authority, address: SocketAddr) -> bool {
        self.authority.is_https() == authority.is_https()
            && self.authority.addresses().is_some_and(|addresses| addresses.contains(&address))
    }
}

/// Counts sends by second, and keeps the most. Lanes share it; one that counts for a second that is over already is counted
/// in the one that runs.
#[derive(Debug, Default)]
struct BusiestSecond {
    /// The second that runs, and below it its count.
    running: AtomicU64,
    most: AtomicU64,
    all: AtomicU64,
}

impl BusiestSecond {
    const COUNT: u64 = u32::MAX as u64;

    fn count(&self, now: u64) {
        self.all.fetch_add(1, Ordering::Relaxed);
        let second = now / 1_000_000_000;
        let next = |running: u64| {
            let is_same = running >> 32 >= second;
            Some(if is_same { running + 1 } else { (second << 32) + 1 })
        };
        let before = self.running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or(0);
        let count = next(before).unwrap_or(0) & Self::COUNT;
        self.most.fetch_max(count, Ordering::Relaxed);
    }

    fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Authority {
        Authority::parse(url).unwrap()
    }

    #[test]
    fn nothing_is_allowed_that_is_not_named() {
        let guard = Guard::of([at("http://127.0.0.1:8080"), at("http://portal.example")]);
        for url in [
            "http://127.0.0.1:8080",
            "http://localhost:8080",
            "http://LOCALHOST.:8080",
            "http://[::ffff:127.0.0.1]:8080",
            "http://127.1:8080",
            "http://portal.example:80",
            "http://PORTAL.example.",
        ] {
            assert!(guard.allows(&at(url)), "{url}");
        }
        for url in [
            "http://127.0.0.1:8081",
            "http://127.0.0.2:8080",
            "http://[::1]:8080",
            "http://localhost:80",
            "http://portal.example:8080",
            "http://other.example",
            "http://10.0.0.1",
            "https://127.0.0.1:8080",
            "https://localhost:8080",
            "https://portal.example:80",
        ] {
            assert!(!guard.allows(&at(url)), "{url}");
        }
        assert!(!Guard::default().allows(&at("http://127.0.0.1")));
    }

    #[test]
    fn a_name_leads_to_no_address_that_is_not_allowed() {
        let guard = Guard::of([at("http://127.0.0.1:8080"), at("http://portal.example")]);
        let may = |url: &str, address: &str| guard.allows_address(&at(url), address.parse().unwrap());
        assert!(may("http://portal.example", "192.0.2.7:80"), "its owner has named it");
        assert!(may("http://localhost:8080", "127.0.0.1:8080"));
        assert!(!may("http://localhost:8080", "[::1]:8080"), "another door of the same name");
        assert!(!may("http://other.example", "192.0.2.7:80"));
        assert!(!may("http://other.example", "127.0.0.1:80"));
    }

    #[test]
    fn localhost_is_both_of_its_addresses() {
        let guard = Guard::of([at("http://localhost:8080")]);
        for url in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://portal.localhost:8080"] {
            assert!(guard.allows(&at(url)), "{url}");
        }
        assert!(!guard.allows(&at("http://127.0.0.2:8080")));
    }

    #[test]
    fn doors_of_one_host_share_its_rate() {
        let guard =
            Guard::of(["http://127.0.0.1:1", "http://[::1]:2", "http://localhost:3", "http://127.0.0.2:4"].map(at));
        assert_eq!(guard.doors.iter().map(|door| door.host).collect::<Vec<_>>(), [0, 0, 0, 1]);
        let guard = Guard::of(["http://portal.example", "http://portal.example:81", "http://bank.example"].map(at));
        assert_eq!(guard.doors.iter().map(|door| door.host).collect::<Vec<_>>(), [0, 0, 1]);
    }

    #[test]
    fn the_busiest_second_is_kept() {
        let busiest = BusiestSecond::default();
        for now in [0, 5, 1_000_000_000, 1_999_999_999, 1_500_000_000, 7_000_000_000] {
            busiest.count(now);
        }
        assert_eq!((busiest.most(), busiest.all.load(Ordering::Relaxed)), (3, 6));
    }
}
