//! The other ledgers are collected to their end, and nobody waits for a peer that does not answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::words::PeerName;

use super::play::{CLOCK, Play, peer};
use super::portal::{Asked, Portal, hold, polite, say};

/// A page of a ledger of so many signals, at most `page` at once.
fn page(asked: &Asked, count: usize, page: usize, settled: bool) -> String {
    let after: usize = asked.path.split(['=', '&']).nth(1).unwrap().parse().unwrap();
    let until = (after + page).min(count);
    let signals: Vec<_> = (after + 1..=until)
        .map(|seq| {
            format!("{{\"seq\":{seq},\"at_unix_ns\":1,\"direction\":\"in\",\"kind\":\"order\",\"reference\":\"x\",\"dossier\":null,\"amount\":5,\"state\":\"new\",\"fault\":null,\"status\":null,\"detail\":\"{:200}\"}}", "")
        })
        .collect();
    format!("{{\"peer\":\"bank\",\"next\":{until},\"settled\":{settled},\"signals\":[{}]}}", signals.join(","))
}

#[test]
fn a_ledger_is_collected_to_its_end_even_in_small_pages() {
    // Pages of 700, though the engine asks for more: a peer may have its own limit.
    let bank = Portal::start(|asked, stream| say(stream, 200, &page(asked, 12_345, 700, true)));
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert_eq!(played.signals.len(), 12_345);
    assert!(played.health().peers_settled && played.health().quiescent);
}

#[test]
fn a_page_of_a_ledger_may_be_longer_than_an_answer_of_the_portal() {
    let bank = Portal::start(|asked, stream| say(stream, 200, &page(asked, 4_000, 5_000, true)));
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit").set(|settings| settings.longest_answer = 10_000);
    play.peers = vec![peer(PeerName::Bank, &bank)];
    assert_eq!(play.run().signals.len(), 4_000);
}

#[test]
fn dossiers_are_read_back_only_when_every_peer_has_settled() {
    // The bank still has something pending the first five times it is asked.
    let asked_before = AtomicUsize::new(0);
    let bank = Portal::start(move |asked, stream| {
        let settled = asked_before.fetch_add(1, Ordering::SeqCst) >= 5;
        say(stream, 200, &page(asked, 3, 100, settled))
    });
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 3, "- do: submit").with("final", model::words::Role::Citizen, "- do: track");
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert!(played.health().quiescent && played.health().peers_settled && played.health().read_back);
    assert!(bank.asked().len() > 5, "the drain waited for the bank");
    assert_eq!(played.of("track").len(), 3);
    assert_eq!(played.signals.len(), 3);
}

#[test]
fn a_peer_that_was_settled_before_the_last_payment_is_asked_again() {
    let bank = Portal::start(|asked, stream| say(stream, 200, &page(asked, 0, 100, true)));
    let portal = Portal::polite();
    let mut play =
        Play::of(&portal, 1, "- do: submit\n- wait: 50 min\n- do: track").set(|settings| settings.under_way = 9);
    play.length = 60;
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert!(played.health().quiescent);
    // At the beginning, after the last exchange, and once more at the end.
    assert!(bank.asked().len() >= 3, "{}", bank.asked().len());
}

#[test]
fn a_silent_peer_delays_neither_the_clock_nor_the_end() {
    let bank = Portal::start(|_, stream| hold(stream));
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 2, "- do: submit").adapter(CLOCK).set(|settings| {
        settings.timeout = Duration::from_secs(600);
        settings.drain = Duration::from_secs(3);
    });
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert!(!played.health().peers_settled && !played.health().quiescent);
    assert_eq!(played.counted.dossiers.completed, 2);
    assert_eq!(played.only("clock").outcome, "ok");
}

#[test]
fn a_peer_that_answers_nonsense_is_asked_again_and_not_believed() {
    let answers = AtomicUsize::new(0);
    let bank = Portal::start(move |asked, stream| match answers.fetch_add(1, Ordering::SeqCst) {
        0 => say(stream, 500, ""),
        1 => say(stream, 200, "<html>"),
        2 => say(stream, 200, "{\"settled\":true}"),
        _ => say(stream, 200, &page(asked, 4, 2, true)),
    });
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert_eq!(played.signals.len(), 4);
    assert!(played.health().peers_settled);
}

#[test]
fn a_peer_that_is_started_again_is_read_from_its_beginning_and_said_to_be_another() {
    // Three signals of the first life, then a second life with two.
    let answers = AtomicUsize::new(0);
    let post = Portal::start(move |asked, stream| {
        let (life, count) = if answers.fetch_add(1, Ordering::SeqCst) < 2 { ("one", 3) } else { ("two", 2) };
        say(stream, 200, &page(asked, count, 100, true).replacen('{', &format!("{{\"epoch\":\"{life}\","), 1))
    });
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.peers = vec![peer(PeerName::Post, &post)];
    let played = play.run();
    assert_eq!(played.signals, ["post/1", "post/1", "post/2", "post/2", "post/3"]);
    assert_eq!(played.fact("peer_restarted_post").as_deref(), Some("1"));
    assert_eq!(played.fact("peer_signals_post").as_deref(), Some("2"));
}

#[test]
fn a_peer_that_is_another_each_time_is_not_asked_for_ever() {
    let answers = AtomicUsize::new(0);
    let post = Portal::start(move |asked, stream| {
        let life = answers.fetch_add(1, Ordering::SeqCst);
        say(stream, 200, &page(asked, 3, 100, true).replacen('{', &format!("{{\"epoch\":\"{life}\","), 1))
    });
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit").set(|settings| settings.drain = Duration::from_millis(500));
    play.peers = vec![peer(PeerName::Post, &post)];
    let played = play.run();
    assert!(!played.health().quiescent && post.asked().len() < 40, "{}", post.asked().len());
}

#[test]
fn what_is_no_ledger_is_said_to_be_the_peers_fault() {
    let bank = Portal::start(|_, stream| say(stream, 200, "<html>"));
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit").set(|settings| settings.drain = Duration::from_millis(300));
    play.peers = vec![peer(PeerName::Bank, &bank)];
    let played = play.run();
    assert!(!played.health().peers_settled);
    assert!(played.fact("peer_unreadable_bank").is_some_and(|count| count != "0"));
    assert_eq!(played.fact("peer_unanswered_bank").as_deref(), Some("0"));
}

#[test]
fn peers_are_left_in_peace_between_two_collections() {
    // A portal that cannot be told the time must not make the coordinator run in circles.
    let bank = Portal::start(|asked, stream| say(stream, 200, &page(asked, 0, 1, true)));
    let portal = Portal::polite();
    let mut play = Play::of(&portal, 1, "- do: submit");
    play.length = 1_000;
    play.peers = vec![peer(PeerName::Bank, &bank)];
    play.run();
    let times = bank.asked().len();
    assert!((4..=12).contains(&times), "a ledger read every 200 ms was asked for {times} times in about a second");
}

#[test]
fn a_refused_clock_does_not_end_the_run() {
    let portal =
        Portal::start(
            |asked, stream| {
                if asked.path == "/clock" { say(stream, 403, "{}") } else { say(stream, 200, &polite(asked)) }
            },
        );
    let played = Play::of(&portal, 1, "- do: submit").adapter(CLOCK).run();
    assert_eq!(played.only("clock").came_to(), ("refused", 403, "-"));
    assert_eq!(played.counted.dossiers.completed, 1);
}
