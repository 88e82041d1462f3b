//! Telephone numbers and network addresses that reach nobody.

use model::{Permutation, Seed, Stream};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use super::text::{push_digits, push_hexadecimal, push_number};

/// Telephone numbers and network addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contacts {
    phones: Permutation,
    networks: Stream,
}

/// The prefix of every telephone number: no Vietnamese number has a 0 after the country code.
pub(crate) const PHONE: &str = "+840";

/// Numbers that differ in the last six digits.
const PHONES: u64 = 1_000_000;

/// IPv4 networks for documentation.
///
/// # Source
/// RFC 5737.
const NETWORKS: [&str; 3] = ["192.0.2.", "198.51.100.", "203.0.113."];

/// The IPv6 network for documentation.
///
/// # Source
/// RFC 3849.
pub(crate) const NETWORK_6: &str = "2001:db8:";

/// Percentage of people with an IPv4 address; assumption.
const VERSION_4: u32 = 60;

impl Contacts {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { phones: Permutation::new(seed.stream("phone"), PHONES), networks: seed.stream("network address") }
    }

    /// Appends `+84000` and six digits; from the second million people on `+84001`, and so on. The first hundred
    /// million people have a number of their own.
    #[inline]
    pub(crate) fn push_phone(&self, person: u64, out: &mut String) {
        out.push_str(PHONE);
        push_digits::<2>(person / PHONES, out);
        push_digits::<6>(self.phones.forward(person % PHONES), out);
    }

    /// Appends an address of a network for documentation. Many people share an IPv4 address, as
    /// behind a real gateway; an IPv6 address belongs to one person.
    #[inline]
    pub(crate) fn push_network_address(&self, person: u64, out: &mut String) {
        let mut rng = self.networks.rng(person, 0);
        if rng.random_ratio(VERSION_4, 100) {
            out.push_str(NETWORKS.choose(&mut rng).unwrap_or(&""));
            push_number(rng.random_range(1..=254), out);
        } else {
            out.push_str(NETWORK_6);
            push_hexadecimal(person / 0xffff, out);
            out.push(':');
            // Never 0, so that this is the shortest spelling of the address.
            push_hexadecimal(1 + person % 0xffff, out);
            out.push_str("::1");
        }
    }
}

/// Whether an address is of a network for documentation.
pub(crate) fn is_for_documentation(address: &str) -> bool {
    let in_4 =
        NETWORKS.iter().any(|network| address.strip_prefix(network).is_some_and(|host| host.parse::<u8>().is_ok()));
    in_4 || (address.starts_with(NETWORK_6) && address.parse::<std::net::Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::IpAddr;

    use super::*;

    fn written(push: impl Fn(&Contacts, &mut String)) -> String {
        let mut text = String::new();
        push(&Contacts::new(Seed(1)), &mut text);
        text
    }

    #[test]
    fn phones_are_unassigned_and_each_persons_own() {
        let mut seen = HashSet::new();
        for person in (0..2_000).chain(1_000_000..1_002_000) {
            let phone = written(|contacts, text| contacts.push_phone(person, text));
            assert!(
                phone.starts_with(if person < PHONES { "+84000" } else { "+84001" }) && phone.len() == 12,
                "{phone}"
            );
            assert!(seen.insert(phone));
        }
    }

    #[test]
    fn network_addresses_are_for_documentation_and_written_in_the_shortest_way() {
        for person in (0..2_000).chain([0xfffe, 0xffff, 0x1_0000, 3 * 0xffff]) {
            let text = written(|contacts, text| contacts.push_network_address(person, text));
            assert!(is_for_documentation(&text), "{text}");
            assert_eq!(text.parse::<IpAddr>().unwrap().to_string(), text);
        }
        for real in ["192.0.3.1", "10.0.0.1", "2001:db9::1", "192.0.2.256", ""] {
            assert!(!is_for_documentation(real), "{real}");
        }
    }
}
