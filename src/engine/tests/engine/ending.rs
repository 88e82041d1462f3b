//! Every run ends, and reads back every dossier it knows of before it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use model::words::{Channel, Role};

use super::play::{CLOCK, DAY, Play};
use super::portal::{Portal, hold, number, polite, say};

#[test]
fn every_dossier_that_has_a_number_is_read_back_by_every_journey() {
    // One submission in four is refused: there is nothing to read back.
    let portal = Portal::start(|asked, stream| {
        if asked.path.starts_with("/submit") && number(asked).is_multiple_of(4) {
            say(stream, 409, "{}")
        } else {
            say(stream, 200, &polite(asked))
        }
    });
    let played = Play { clerks: 2, ..Play::of(&portal, 100, "- do: submit") }
        .with("final", Role::Citizen, "- do: sign_in\n- do: track\n- do: look_up")
        .with("final-desk", Role::Desk, "- do: clerk_view")
        .with("desk", Role::Desk, DAY)
        .with("casework", Role::Desk, "- end")
        .run();
    assert!(played.health().read_back);
    for operation in ["track", "look_up", "clerk_view"] {
        let rows = played.of(operation);
        assert!(rows.iter().all(|row| row.phase == "final_read" && row.outcome == "ok"));
        let mut cases: Vec<_> = rows.iter().map(|row| row.case.unwrap()).collect();
        cases.sort_unstable();
        assert_eq!(cases, (0..100).filter(|case| case % 4 != 0).collect::<Vec<_>>(), "{operation}");
    }
    assert!(played.of("clerk_view").iter().all(|row| row.actor.starts_with("clerk:H0/")));
}

#[test]
fn a_dossier_seen_only_in_an_inbox_is_read_back_too() {
    // The answers to submissions are lost, the dossiers are not: each lies in the inbox once.
    let taken = AtomicUsize::new(0);
    let portal = Portal::start(move |asked, stream| {
        if asked.path.starts_with("/submit") {
            return say(stream, 504, "");
        }
        if !asked.path.ends_with("/inbox") {
            return say(stream, 200, &polite(asked));
        }
        match taken.fetch_add(1, Ordering::SeqCst) {
            i @ 0..3 => say(stream, 200, &format!(r#"{{"items":[{{"code":"D-{i}","reference":"R-{i}"}}]}}"#)),
            _ => say(stream, 200, r#"{"items":[]}"#),
        }
    });
    let play = Play { clerks: 1, length: 60, ..Play::of(&portal, 3, "- do: submit") };
    let played = play
        .with("desk", Role::Desk, DAY)
        .with("casework", Role::Desk, "- do: accept")
        .with("final-desk", Role::Desk, "- do: clerk_view")
        .run();
    assert_eq!(played.counted.dossiers.failed, 3);
    assert_eq!((played.of("accept").len(), played.of("clerk_view").len()), (3, 3));
    assert!(played.health().quiescent && played.health().read_back);
}

#[test]
fn a_final_read_that_takes_too_long_is_said_not_to_be_made() {
    let portal =
        Portal::start(
            |asked, stream| {
                if asked.path.starts_with("/track") { hold(stream) } else { say(stream, 200, &polite(asked)) }
            },
        );
    let played = Play::of(&portal, 3, "- do: submit")
        .with("final", Role::Citizen, "- do: track")
        .set(|settings| settings.final_read = Duration::from_millis(200))
        .run();
    assert!(!played.health().read_back);
    assert_eq!(played.of("track").len(), 3, "what was asked is recorded, answered or not");
}

/// Plays 50 people who come over ten minutes, against a portal that answers as told; the run is stopped when the
/// portal is asked for the last time before it does as `then` says.
fn stopped(stop_at: usize, frozen: bool) -> super::play::Played {
    let stop = Arc::new(AtomicBool::new(false));
    let (stopping, count) = (Arc::clone(&stop), AtomicUsize::new(0));
    let portal = Portal::start(move |asked, stream| {
        let is_late = count.fetch_add(1, Ordering::SeqCst) >= stop_at;
        stopping.fetch_or(is_late, Ordering::SeqCst);
        if is_late && frozen { hold(stream) } else { say(stream, 200, &polite(asked)) }
    });
    let play = Play { stop, length: 600_000, ..Play::of(&portal, 50, "- do: submit").every(5) };
    play.with("final", Role::Citizen, "- do: track").set(|settings| settings.timeout = Duration::from_secs(600)).run()
}

#[test]
fn a_run_that_is_stopped_reads_back_and_ends() {
    let played = stopped(10, false);
    assert!(played.health().aborted && played.health().read_back);
    let submitted = played.of("submit").len();
    assert!((11..50).contains(&submitted), "no more arrivals after the stop: {submitted}");
    assert_eq!(played.of("track").len(), submitted);
}

#[test]
fn a_run_against_a_frozen_portal_ends_within_seconds_of_being_stopped() {
    let played = stopped(10, true);
    assert!(played.health().aborted && !played.health().read_back && !played.health().quiescent);
}

#[test]
fn a_run_can_be_stopped_while_it_drains() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    let portal = Portal::start(move |asked, stream| {
        if asked.path.starts_with("/track") {
            stopping.store(true, Ordering::SeqCst);
            return hold(stream);
        }
        say(stream, 200, &polite(asked))
    });
    let play = Play { stop, ..Play::of(&portal, 2, "- do: submit\n- wait: 60 min\n- do: track") };
    let played = play
        .set(|settings| {
            settings.timeout = Duration::from_secs(600);
            settings.drain = Duration::from_secs(600);
        })
        .run();
    assert!(played.health().aborted);
}

#[test]
fn a_portal_that_hangs_when_told_the_time_delays_nobody_for_long() {
    let portal = Portal::start(
        |asked, stream| {
            if asked.path == "/clock" { hold(stream) } else { say(stream, 200, &polite(asked)) }
        },
    );
    let play = Play::of(&portal, 2, "- do: submit").adapter(CLOCK);
    let played = play.set(|settings| settings.timeout = Duration::from_secs(600)).run();
    assert_eq!(played.counted.dossiers.completed, 2);
    assert_eq!(played.only("clock").came_to(), ("error", 0, "timed_out"));
}

#[test]
fn a_run_to_which_nobody_comes_ends_by_itself() {
    let portal = Portal::polite();
    let played = Play::of(&portal, 0, "- do: submit").run();
    assert!(played.health().quiescent && played.health().read_back);
    let portal = Portal::polite();
    let mut without_lanes = Play::of(&portal, 0, "- do: submit");
    without_lanes.lanes = 0;
    assert!(without_lanes.run().health().read_back);
}

#[test]
fn a_clerk_who_cannot_sign_in_does_not_keep_the_run_open_for_ever() {
    let portal = Portal::start(|asked, stream| {
        if asked.path.starts_with("/desk") { say(stream, 401, "{}") } else { say(stream, 200, &polite(asked)) }
    });
    let play = Play { clerks: 1, channel: Channel::Online, ..Play::of(&portal, 1, "- do: submit") };
    let played = play
        .with("desk", Role::Desk, "- do: clerk_sign_in\n- do: inbox")
        .set(|settings| settings.drain = Duration::from_secs(2))
        .run();
    assert!(!played.health().quiescent, "what lies in the inbox nobody knows");
    assert!(played.health().read_back);
}

#[test]
fn nobody_changes_a_dossier_while_it_is_read_back() {
    // Everybody acts again and again, longer than the drain; reading back takes its time, too.
    let portal = Portal::start(|asked, stream| {
        if asked.path.starts_with("/track") {
            std::thread::sleep(Duration::from_millis(50));
        }
        say(stream, 200, &polite(asked))
    });
    let steps = "- do: submit\n- repeat:\n    at_most: 60000\n    until: closing\n    steps:\n      - wait: 1 min\n      - do: accept";
    let play = Play { clerks: 2, ..Play::of(&portal, 6, &steps.replace("closing", "{ state: [returned] }")) };
    let played = play
        .with("desk", Role::Desk, DAY)
        .with("casework", Role::Desk, "- end")
        .with("final", Role::Citizen, "- do: track\n- do: track\n- do: track\n- do: track")
        .set(|settings| {
            settings.drain = Duration::from_millis(500);
            settings.connections = vandan_engine::Connections::Pool(3);
        })
        .run();
    assert!(played.health().read_back && !played.health().quiescent);
    let reads = played.of("track");
    assert_eq!(reads.len(), 24);
    assert!(reads.iter().all(|row| row.phase == "final_read"));
    let begun = reads.iter().map(|row| row.due).min().unwrap();
    let others: Vec<_> = played.rows.iter().filter(|row| row.operation != "track").collect();
    assert!(others.iter().all(|row| row.phase != "final_read"), "{others:#?}");
    // What was in flight when reading back began is older than that.
    let later = others.iter().filter(|row| row.sent.is_some_and(|sent| sent > begun));
    assert_eq!(later.count(), 0, "sent after reading back had begun, at {begun}");
    let counted = played.counted.dossiers;
    assert_eq!((counted.started, counted.completed, counted.failed, counted.unfinished()), (6, 0, 0, 6));
}
