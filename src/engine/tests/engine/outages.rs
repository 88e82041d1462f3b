//! A portal that goes away in the middle of a run: nobody new is let in until it is back, and the run ends if it does not.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use vandan_engine::RunClock;

use super::play::{Play, Played};
use super::portal::{Portal, Then, polite, say};

/// A portal that works for so many requests, then answers 503 for so long.
fn down_after(requests: usize, down: Duration) -> Portal {
    let (count, fell) = (AtomicUsize::new(0), OnceLock::new());
    Portal::start(move |asked, stream| {
        let is_up = count.fetch_add(1, Ordering::SeqCst) < requests
            || fell.get_or_init(RunClock::start).now() >= model::nanoseconds(down);
        if is_up { say(stream, 200, &polite(asked)) } else { say(stream, 503, "{}") }
    })
}

fn play(portal: &Portal, people: u32, outage: Option<Duration>) -> Played {
    let play = Play { length: u64::from(people) * 10, ..Play::of(portal, people, "- do: submit").every(10) };
    play.with("final", model::words::Role::Citizen, "- do: track").set(|settings| settings.outage = outage).run()
}

#[test]
fn a_portal_that_dies_in_the_middle_ends_the_run_and_is_blamed_for_what_was_sent() {
    let count = AtomicUsize::new(0);
    let portal = Portal::controlled(move |control, asked, stream| {
        if count.fetch_add(1, Ordering::SeqCst) < 200 {
            return say(stream, 200, &polite(asked));
        }
        control.shut();
        Then::Close
    });
    let played = play(&portal, 6_000, Some(Duration::from_millis(300)));
    let health = played.health();
    let gone = health.portal_gone.as_deref().unwrap();
    assert!(gone.contains("nothing but errors came from http://127.0.0.1:"), "{gone}");
    assert!(gone.ends_with("the last with no connection") && health.stopped_because.is_none(), "{gone}");
    let dossiers = played.counted.dossiers;
    assert!(dossiers.started + dossiers.dropped < 6_000, "it ended early: {dossiers:?}");
    let [outage] = health.outages.as_slice() else { panic!("{:?}", health.outages) };
    assert!(outage.until.is_none() && outage.dossiers == dossiers.dropped && outage.dossiers > 0, "{outage:?}");
    // Everybody who was let in is recorded, whatever came of it, and nobody who was not.
    let rows = played.of("submit");
    assert_eq!(rows.len() as u64, dossiers.started);
    assert_eq!(rows.iter().filter(|row| row.outcome == "ok").count(), 200);
    assert!(rows.len() >= 225, "twenty to open it, five to end it");
    assert!(played.of("track").is_empty() && !health.read_back && !health.quiescent);
}

#[test]
fn a_portal_that_comes_back_is_asked_again_by_everybody() {
    let portal = down_after(100, Duration::from_secs(3));
    let played = play(&portal, 900, Some(Duration::from_secs(2)));
    let health = played.health();
    let dossiers = played.counted.dossiers;
    let [outage] = health.outages.as_slice() else { panic!("{:?}", health.outages) };
    assert!(outage.until.is_some() && health.portal_gone.is_none(), "{outage:?}");
    assert!(outage.dossiers > 0 && outage.dossiers == dossiers.dropped, "{outage:?} {dossiers:?}");
    assert_eq!(dossiers.started + dossiers.dropped, 900);
    let until = i64::try_from(outage.until.unwrap()).unwrap();
    let rows = played.of("submit");
    assert!(rows.iter().filter(|row| row.due > until).all(|row| row.outcome == "ok"));
    assert!(rows.iter().any(|row| row.due > until), "people come again");
    assert!(health.read_back && health.quiescent);
    assert_eq!(played.of("track").len(), rows.iter().filter(|row| row.outcome == "ok").count());
}

#[test]
fn a_short_outage_changes_nothing_and_neither_does_a_long_one_where_it_is_off() {
    for outage in [Some(Duration::from_secs(60)), None] {
        let portal = down_after(50, Duration::from_secs(1));
        let played = play(&portal, 300, outage);
        assert_eq!((played.counted.dossiers.started, played.counted.dossiers.dropped), (300, 0));
        assert!(played.health().outages.is_empty() && played.health().portal_gone.is_none());
    }
}
