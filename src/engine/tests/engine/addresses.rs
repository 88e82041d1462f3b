//! One portal at several addresses: people are dealt out over them, and each stays with one. Names and IPv6.

use std::collections::BTreeSet;

use model::words::Role;
use vandan_engine::Authority;

use super::play::Play;
use super::portal::{Portal, number, polite, say};

#[test]
fn people_are_dealt_out_over_all_addresses_and_each_stays_with_one() {
    let [first, second, third] = [(); 3].map(|()| Portal::polite());
    let mut play =
        Play { length: 100, ..Play::of(&first, 9, "- do: sign_in\n- do: submit\n- wait: 5 min\n- do: track") };
    play.also_at = vec![second.url(), third.url()];
    let played = play.run();
    assert_eq!(played.counted.dossiers.completed, 9);
    let asked = [&first, &second, &third].map(Portal::asked);
    assert_eq!(asked.iter().map(Vec::len).collect::<Vec<_>>(), [9, 9, 9]);
    let whose = asked.map(|asked| {
        let with_number = asked.iter().filter(|asked| !asked.path.ends_with("sign-in"));
        with_number.map(number).collect::<BTreeSet<_>>()
    });
    assert_eq!(whose.iter().map(BTreeSet::len).collect::<Vec<_>>(), [3, 3, 3], "{whose:?}");
    let requests: Vec<_> = played.health().requests.iter().map(|(_, requests)| *requests).collect();
    assert_eq!(requests, [9, 9, 9]);
}

#[test]
fn a_link_without_a_host_leads_back_to_the_address_that_showed_it() {
    let portal = || {
        Portal::start(|asked, stream| {
            let code = polite(asked);
            say(stream, 200, &code.replace('}', r#","payment_url":"/pay"}"#))
        })
    };
    let (first, second) = (portal(), portal());
    let mut play = Play::of(&first, 4, "- do: submit\n- do: open_payment_page");
    play.also_at = vec![second.url()];
    assert_eq!(play.run().counted.dossiers.completed, 4);
    assert_eq!([first.times("/pay"), second.times("/pay")], [2, 2]);
}

#[test]
fn dossiers_are_read_back_at_all_addresses() {
    let (first, second) = (Portal::polite(), Portal::polite());
    let mut play = Play { length: 1_000, ..Play::of(&first, 20, "- do: submit").every(50) };
    play.also_at = vec![second.url()];
    let played = play.with("final", Role::Citizen, "- do: track").run();
    assert!(played.health().read_back);
    assert_eq!([first.asked().len(), second.asked().len()], [20, 20]);
}

#[test]
fn a_portal_at_ipv6_is_spoken_to_by_its_number_and_as_localhost() {
    let Some(portal) = Portal::at_ipv6() else { return };
    for target in [portal.url(), portal.url().replace("[::1]", "localhost")] {
        let mut play = Play::of(&portal, 2, "- do: submit");
        play.target.clone_from(&target);
        let played = play.run();
        assert_eq!(played.counted.dossiers.completed, 2, "{target}");
    }
    assert!(portal.asked().iter().any(|asked| asked.head.contains(&portal.url().replace("http://", "host: "))));
}

#[test]
fn a_name_that_stands_for_nothing_is_said_before_anybody_comes() {
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.target = "http://portal.invalid:8080".to_owned();
    play.links = vec![Authority::parse(&play.target).unwrap()];
    let said = play.run().health.unwrap_err().to_string();
    assert!(said.starts_with("could not look up the host of http://portal.invalid:8080: "), "{said}");
}
