//! Everybody has connections of their own: kept between requests, closed for others where too many would be open, and
//! closed when they leave.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::words::Role;
use vandan_engine::{Connections, OwnConnections};

use super::play::{DAY, MS, Play};
use super::portal::{Portal, number, polite, say};

/// Longer than any of these runs.
const FOR_EVER: Duration = Duration::from_secs(600);

fn own(most: usize, keep_alive: Duration) -> Connections {
    Connections::Own(OwnConnections { most, keep_alive })
}

#[test]
fn each_person_keeps_one_connection_and_shares_it_with_nobody() {
    let portal = Portal::polite();
    let steps = "- do: submit\n- do: track\n- wait: 3 min\n- do: track";
    let play = Play { clerks: 1, length: 100, ..Play::of(&portal, 20, steps) };
    let play = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- end");
    let played = play.set(|settings| settings.connections = own(1_000, FOR_EVER)).run();
    assert_eq!(played.counted.dossiers.completed, 20);
    let mut whose: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for asked in portal.asked() {
        // What bears no reference is the clerk's.
        whose.entry(asked.connection).or_default().insert(number(&asked));
    }
    assert_eq!(whose.len(), 21, "{whose:?}");
    assert!(whose.values().all(|people| people.len() == 1), "{whose:?}");
    assert_eq!(played.rows.iter().filter(|row| !row.reused).count(), 21);
}

#[test]
fn whoever_leaves_closes_their_connection() {
    // The second is answered once the first has gone.
    let gone = AtomicUsize::new(0);
    let portal = Portal::raw(move |stream, connection| {
        let mut request = [0; 4_096];
        while let Ok(length @ 1..) = stream.read(&mut request) {
            let is_second = request[..length].starts_with(b"POST /submit/R-1 ");
            let waited = (0..1_000).find(|_| {
                let may_go_on = !is_second || gone.load(Ordering::SeqCst) > 0;
                std::thread::sleep(Duration::from_millis(if may_go_on { 0 } else { 10 }));
                may_go_on
            });
            let status = if waited.is_some() { 200 } else { 500 };
            drop(write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 12\r\n\r\n{{\"code\":\"D\"}}"));
        }
        // The first is of the run itself, which looks whether anybody is there.
        gone.fetch_add(usize::from(connection > 0), Ordering::SeqCst);
    });
    let play = Play { length: 100, ..Play::of(&portal, 2, "- do: submit").every(50) };
    let played = play.set(|settings| settings.connections = own(1_000, FOR_EVER)).run();
    assert_eq!(played.of("submit").iter().map(|row| row.status).collect::<Vec<_>>(), [Some(200), Some(200)]);
}

#[test]
fn for_one_too_many_the_connection_that_rests_longest_is_closed() {
    let portal = Portal::polite();
    let steps = "- do: submit\n- wait: 100 min\n- do: track";
    let reused = |most| {
        let play = Play { length: 300, ..Play::of(&portal, 3, steps) };
        let played = play.set(|settings| settings.connections = own(most, FOR_EVER)).run();
        assert_eq!(played.counted.dossiers.completed, 3);
        let mut tracked = played.of("track");
        tracked.sort_by_key(|row| row.sent);
        tracked.iter().map(|row| row.reused).collect::<Vec<_>>()
    };
    assert_eq!(reused(3), [true, true, true]);
    // Each takes the place of the one who comes next.
    assert_eq!(reused(2), [false, false, false]);
}

#[test]
fn waiting_for_room_for_ones_own_connection_is_our_delay() {
    let portal = Portal::start(|asked, stream| {
        std::thread::sleep(Duration::from_millis(10));
        say(stream, 200, &polite(asked))
    });
    let played = Play::of(&portal, 2, "- do: submit").set(|settings| settings.connections = own(1, FOR_EVER)).run();
    let latest = played.rows.iter().map(|row| row.delay).max().unwrap();
    assert!(latest >= i64::try_from(10 * MS).unwrap(), "{latest} ns");
}

#[test]
fn a_connection_that_is_not_used_is_closed_in_time() {
    let portal = Portal::polite();
    let reused = |keep_alive| {
        let steps = "- do: submit\n- wait: 200 min\n- do: track";
        let play = Play { length: 300, ..Play::of(&portal, 1, steps) };
        let played = play.set(|settings| settings.connections = own(1_000, keep_alive)).run();
        played.only("track").reused
    };
    assert!(reused(FOR_EVER));
    assert!(!reused(Duration::from_millis(100)));
}

#[test]
fn dossiers_are_read_back_on_a_few_connections() {
    let portal = Portal::polite();
    let play = Play::of(&portal, 200, "- do: submit").with("final", Role::Citizen, "- do: track");
    let played = play.set(|settings| settings.connections = own(1_000, FOR_EVER)).run();
    assert_eq!(played.of("track").len(), 200);
    let asked = portal.asked();
    let of = |path: &str| {
        let on = asked.iter().filter(|asked| asked.path.starts_with(path)).map(|asked| asked.connection);
        on.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(of("/submit"), 200);
    assert!(of("/track") <= 48, "as many as are read back at a time");
}

#[test]
fn connections_are_opened_from_the_source_addresses_in_turn() {
    let seen = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let counted = Arc::clone(&seen);
    let portal = Portal::start(move |asked, stream| {
        let from = stream.peer_addr().unwrap().ip().to_string();
        *counted.lock().unwrap().entry(from).or_default() += 1;
        say(stream, 200, &polite(asked))
    });
    let mut play = Play::of(&portal, 6, "- do: submit");
    play.sources = vec!["127.0.0.2".parse().unwrap(), "127.0.0.3".parse().unwrap()];
    let played = play.set(|settings| settings.connections = own(1_000, FOR_EVER)).run();
    assert_eq!(played.counted.dossiers.completed, 6);
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen, BTreeMap::from([("127.0.0.2".to_owned(), 3), ("127.0.0.3".to_owned(), 3)]));
}
