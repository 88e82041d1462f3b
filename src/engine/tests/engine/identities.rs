//! Nobody gets lost: planned = started + dropped, started = completed + failed + unfinished.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use model::words::{Channel, Role};
use vandan_engine::ArrivalCounts;

use super::play::{DAY, Play};
use super::portal::{Portal, hold, number, polite, say};

#[test]
fn everybody_planned_is_completed_failed_or_unfinished() {
    // One in three is refused, one in three never answered, the others are served.
    let portal = Portal::start(|asked, stream| match number(asked) % 3 {
        0 => say(stream, 200, &polite(asked)),
        1 => say(stream, 409, "{}"),
        _ => hold(stream),
    });
    let played = Play::of(&portal, 30, "- do: submit")
        .set(|settings| {
            settings.drain = Duration::from_secs(3);
            settings.final_read = Duration::from_millis(50);
        })
        .run();
    let counted = played.counted;
    assert_eq!((counted.dossiers.started, counted.dossiers.dropped), (30, 0));
    assert_eq!((counted.dossiers.completed, counted.dossiers.failed), (10, 10));
    assert_eq!(counted.dossiers.unfinished(), 10, "unfinished");
    assert!(!played.health().quiescent);
}

#[test]
fn who_comes_when_too_many_are_under_way_is_dropped_and_counted() {
    let portal = Portal::start(|_, stream| hold(stream));
    let played = Play::of(&portal, 10, "- do: submit")
        .set(|settings| {
            settings.under_way = 3;
            settings.timeout = Duration::from_millis(200);
        })
        .run();
    assert_eq!((played.counted.dossiers.started, played.counted.dossiers.dropped), (3, 7));
    assert_eq!(played.of("submit").len(), 3, "who was dropped sent nothing");
    assert_eq!(played.counted.dossiers.failed, 3);
}

#[test]
fn who_comes_by_a_channel_that_nobody_serves_is_dropped_and_counted() {
    let portal = Portal::polite();
    let play = Play { channel: Channel::Post, ..Play::of(&portal, 5, "- do: submit") };
    let played = play.run();
    assert_eq!((played.counted.dossiers.started, played.counted.dossiers.dropped), (0, 5));
}

/// Who only looks: signs in, and tracks the dossier whose number is known.
const VISIT: &str = "- do: sign_in\n- choose:\n    by: number\n    known: [ { do: track } ]";

#[test]
fn visits_are_played_and_counted_apart() {
    let portal = Portal::polite();
    let play = Play::of(&portal, 10, "- do: submit").with("visit", Role::Citizen, VISIT).visited_after(500);
    let played = play.run();
    let all_ten = ArrivalCounts { started: 10, dropped: 0, completed: 10, failed: 0 };
    assert_eq!((played.counted.dossiers, played.counted.visits), (all_ten, all_ten));
    let of_visits = |operation: &str| {
        let rows = played.of(operation).into_iter().filter(|row| row.journey == "visit");
        rows.count()
    };
    assert_eq!((of_visits("sign_in"), of_visits("track"), of_visits("submit")), (10, 10, 0));
    assert_eq!(played.of("submit").len(), 10);
}

#[test]
fn a_visitor_whose_dossier_has_no_number_yet_only_signs_in() {
    let portal = Portal::polite();
    let play = Play::of(&portal, 5, "- wait: 15 min\n- do: submit").with("visit", Role::Citizen, VISIT);
    let played = play.visited_after(1).run();
    assert_eq!((played.counted.visits.completed, played.of("sign_in").len(), played.of("track").len()), (5, 5, 0));
}

#[test]
fn visits_that_fail_or_find_no_room_are_not_counted_as_dossiers() {
    // Whoever signs in is refused.
    let portal = Portal::start(|asked, stream| match asked.path.as_str() {
        "/sign-in" => say(stream, 409, "{}"),
        _ => say(stream, 200, &polite(asked)),
    });
    let played = Play::of(&portal, 4, "- do: submit").with("visit", Role::Citizen, VISIT).visited_after(5).run();
    assert_eq!(played.counted.visits, ArrivalCounts { started: 4, dropped: 0, completed: 0, failed: 4 });
    assert_eq!((played.counted.dossiers.completed, played.counted.dossiers.failed), (4, 0));
    let no_journey = Play::of(&portal, 4, "- do: submit").visited_after(5).run();
    assert_eq!(no_journey.counted.visits, ArrivalCounts { dropped: 4, ..ArrivalCounts::default() });
    assert_eq!(no_journey.counted.dossiers.dropped, 0);
}

#[test]
fn exchanges_under_way_when_the_run_ends_are_recorded_as_never_answered() {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let portal = Portal::start(move |asked, stream| {
        if number(asked) < 4 {
            return say(stream, 200, &polite(asked));
        }
        stopped.store(true, Ordering::SeqCst);
        hold(stream)
    });
    // Two connections: four people are cut off while they wait for one.
    let play = Play { stop, ..Play::of(&portal, 10, "- do: submit") };
    let played = play
        .set(|settings| {
            settings.connections = vandan_engine::Connections::Pool(2);
            settings.timeout = Duration::from_secs(600);
            settings.drain = Duration::from_secs(3);
        })
        .run();
    let cut_off: Vec<_> = played.rows.iter().filter(|row| row.fault.as_deref() == Some("timed_out")).collect();
    assert_eq!(cut_off.len(), 6, "{:#?}", played.rows);
    assert_eq!(cut_off.iter().filter(|row| row.sent.is_some()).count(), 2);
    assert_eq!(played.counted.in_flight, 0);
    let counted = played.counted;
    assert_eq!(counted.dossiers.unfinished(), 6, "the run ended before they did");
}

#[test]
fn whoever_looks_at_several_dossiers_goes_on_even_if_there_is_nothing_to_do_about_them() {
    let inbox = r#"{"items":[{"code":"D-0","reference":"R-0"},{"code":"D-1","reference":"R-1"}]}"#;
    let portal = Portal::start(move |asked, stream| {
        say(stream, 200, &if asked.path.ends_with("inbox") { inbox.to_owned() } else { polite(asked) })
    });
    // A journey over as soon as it begins must not send its person away.
    let steps = "- do: sign_in\n- do: submit\n- do: inbox\n- each: nothing\n- wait: 1 min\n- do: track";
    let played = Play::of(&portal, 20, steps).with("nothing", Role::Citizen, "- end").run();
    assert_eq!((played.counted.dossiers.started, played.counted.dossiers.completed), (20, 20));
    assert_eq!(played.of("track").len(), 20);
}

#[test]
fn the_recorder_loses_nothing_under_a_burst() {
    let portal = Portal::polite();
    let played = Play::of(&portal, 1_500, "- do: submit\n- do: track").run();
    assert_eq!(played.lost, 0);
    assert_eq!(played.rows.len(), 3_000);
    assert_eq!(portal.asked().len(), 3_000, "each was sent once");
    assert!(played.rows.iter().all(|row| row.outcome == "ok"));
    assert!(portal.connections() <= 64 + 1, "connections are kept alive");
}

/// An inbox that shows these items the first three times, and nothing later.
fn at_first(items: &'static str) -> Portal {
    let looks = AtomicUsize::new(0);
    Portal::start(move |asked, stream| {
        let is_shown = asked.path.ends_with("/inbox") && looks.fetch_add(1, Ordering::SeqCst) < 3;
        say(stream, 200, &if is_shown { format!(r#"{{"items":[{items}]}}"#) } else { polite(asked) })
    })
}

#[test]
fn a_dossier_of_somebody_who_has_not_come_yet_is_nobodys_and_is_told() {
    let portal = at_first(r#"{"code":"D-old","reference":"R-1"}"#);
    // The second person comes when the inbox has long been looked into three times.
    let play = Play { clerks: 1, length: 2_000, ..Play::of(&portal, 2, "- do: submit").every(1_900) };
    let played = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- do: accept").run();
    let strangers = &played.health().strangers;
    assert_eq!((strangers.count, strangers.first.as_str()), (3, "D-old"));
    assert_eq!(played.of("accept").len(), 0, "no clerk of this run works on it");
    assert_eq!(played.observed, ["submit 0", "submit 1"], "and it is nobody's in the history");
}

#[test]
fn a_submission_that_is_answered_with_a_finished_dossier_did_not_cause_it() {
    let portal =
        Portal::start(|asked, stream| say(stream, 200, &format!(r#"{{"code":"D","state":"done {}"}}"#, number(asked))));
    let mut play = Play::of(&portal, 3, "- do: submit");
    play.adapter = play.adapter.replace(
        "read: { dossier_code: $.code, payment_url?: $.payment_url }",
        "read: { dossier_code: $.code, state: $.state }",
    );
    play.adapter = play.adapter.replace(
        "session_headers",
        "states: { submitted: done 0, returned: done 1, completed: done 2 }\nsession_headers",
    );
    assert_eq!(play.run().health().strangers.count, 2);
}

#[test]
fn a_portal_that_holds_dossiers_of_the_same_people_is_told_before_anybody_comes() {
    let portal =
        at_first(r#"{"code":"D-7","owner":"R-1"},{"code":"D-8","owner":"R-0"},{"code":"D-9","owner":"somebody"}"#);
    let mut play = Play { clerks: 2, units: 3, ..Play::of(&portal, 2, "- do: submit") };
    play.adapter = play.adapter.replace("reference: $.reference } }", "owner_number: $.owner } }");
    let played = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- do: accept").run();
    let said = played.health.as_ref().unwrap_err().to_string();
    assert!(
        said.contains("the portal already holds dossiers of this population (2 in the inbox of H0, such as D-7)"),
        "{said}"
    );
    assert!(said.ends_with("reset it, or run with another --seed"), "{said}");
    assert!(played.rows.iter().all(|row| row.actor == "preflight" || row.actor == "registrar"), "{:#?}", played.rows);
    assert_eq!((played.of("submit").len(), played.of("inbox").len()), (0, 1));
}

#[test]
fn before_the_load_one_clerk_of_each_unit_looks_once_where_references_are_not_shown() {
    let portal = Portal::polite();
    let mut play = Play { clerks: 2, units: 30, ..Play::of(&portal, 1, "- do: submit") };
    play.adapter = play.adapter.replace("reference: $.reference } }", "owner_number: $.owner } }");
    let played = play.run();
    assert_eq!(played.counted.dossiers.completed, 1);
    let looks = played.rows.iter().filter(|row| row.actor == "preflight");
    assert_eq!(looks.count(), 2 * 24, "so many units at the most, two requests each");
    let shown = Play { clerks: 2, units: 30, ..Play::of(&portal, 1, "- do: submit") }.run();
    assert!(shown.rows.iter().all(|row| row.actor != "preflight"), "references tell runs apart");
}
