//! Who gets nothing tries again after ever longer pauses, and not for ever; what was not sent is no traffic.

use std::time::Duration;

use model::words::{Channel, Role};

use super::play::{CLOCK, DAY, MS, Play, Row};
use super::portal::{Portal, Then, hold, polite, say, write};

/// A clerk's day without an end to it, as the shipped journeys have it.
const STUBBORN: &str = "- repeat:\n    at_most: 20\n    until: ok\n    steps:\n      - do: clerk_sign_in\n        refused: continue\n        error: continue\n- repeat:\n    at_most: 60000\n    until: closing\n    steps:\n      - wait: 1 min\n      - do: look_up\n        refused: continue\n        error: continue";

fn pauses(rows: &[&Row]) -> Vec<i64> {
    rows.windows(2).map(|pair| pair[1].due - pair[0].done).collect()
}

fn ms(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds * MS).unwrap()
}

#[test]
fn who_cannot_sign_in_pauses_longer_each_time() {
    let portal = Portal::start(|asked, stream| {
        if asked.path.starts_with("/desk") { say(stream, 500, "{}") } else { say(stream, 200, &polite(asked)) }
    });
    let play = Play { clerks: 1, channel: Channel::Online, ..Play::of(&portal, 1, "- do: submit") };
    let played = play.with("desk", Role::Desk, STUBBORN).set(|settings| settings.drain = Duration::from_secs(2)).run();
    let rows = played.of("clerk_sign_in");
    let expected: Vec<_> = [100, 200, 400, 800, 1_600].iter().map(|pause| ms(*pause)).collect();
    let pauses = pauses(&rows);
    assert!(pauses.len() >= 3 && expected.starts_with(&pauses), "{pauses:?}");
}

#[test]
fn what_cannot_be_written_is_tried_three_times_recorded_once_and_counted_as_no_traffic() {
    // Nothing tells the clerk a dossier's number: no look can be written.
    let portal = Portal::polite();
    let play = Play { clerks: 1, length: 400, ..Play::of(&portal, 1, "- do: submit") };
    let played = play.with("desk", Role::Desk, STUBBORN).set(|settings| settings.drain = Duration::from_secs(1)).run();
    let row = played.only("look_up");
    assert_eq!((row.came_to(), row.sent), (("error", 0, "unwritable"), None));
    let counted = played.counted;
    assert_eq!((counted.errors, counted.in_flight), (0, 0), "{counted:?}");
    assert_eq!(counted.ok, 2, "a submission and a sign-in");
}

#[test]
fn a_portal_that_is_gone_is_knocked_at_with_pauses() {
    let portal = Portal::controlled(|control, asked, stream| {
        if asked.path.starts_with("/submit") {
            control.shut();
        }
        let body = polite(asked);
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        write(stream, format!("{head}{body}").as_bytes());
        Then::Close
    });
    let steps = "- do: submit\n- repeat:\n    at_most: 60000\n    until: ok\n    steps:\n      - do: track\n        refused: continue\n        error: continue";
    let played = Play::of(&portal, 1, steps).set(|settings| settings.drain = Duration::from_secs(1)).run();
    let rows = played.of("track");
    assert!(rows.iter().all(|row| row.came_to() == ("error", 0, "connect")));
    assert!((1..=5).contains(&rows.len()), "{} knocks in a second", rows.len());
    assert!(rows.iter().all(|row| row.reason.as_deref().is_some_and(|reason| reason.contains("refused"))));
}

#[test]
fn an_answer_ends_the_pauses() {
    let portal = Portal::start(|asked, stream| match (asked.path.starts_with("/track"), asked.nth % 3) {
        (true, 2) => Then::Close,
        _ => say(stream, 200, &polite(asked)),
    });
    let play = Play { clerks: 1, length: 300, ..Play::of(&portal, 30, "- do: submit\n- do: track\n  error: continue") };
    let played = play.every(5).with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- end").run();
    assert_eq!(played.counted.dossiers.completed, 30);
    assert!(played.health().quiescent);
}

/// Plays a run of an hour against what listens there, which [`Play::run`] would take for one that hangs; gives back why it
/// was stopped.
fn stopped(portal: &Portal, people: u32, steps: &str) -> Option<String> {
    let play = Play { length: 3_600_000, ..Play::of(portal, people, steps) };
    play.every(20).run().health().stopped_because.clone()
}

#[test]
fn what_is_no_http_server_is_given_up_within_seconds_and_named() {
    let portal = Portal::raw(|stream, _| {
        write(stream, b"SSH-2.0-OpenSSH_9.2p1\r\n");
    });
    let why = stopped(&portal, 60, "- do: sign_in\n- do: submit");
    let why = why.unwrap();
    assert!(why.contains("does not speak HTTP") && why.contains(&portal.url()), "{why}");
}

#[test]
fn a_portal_where_nobody_can_sign_in_is_given_up_and_the_last_answer_named() {
    let portal = Portal::start(|_, stream| say(stream, 404, "{}"));
    let why = stopped(&portal, 60, "- do: sign_in\n- do: submit");
    let why = why.unwrap();
    assert!(why.contains("nobody could sign in") && why.contains("HTTP 404") && why.contains("`test`"), "{why}");
}

#[test]
fn what_accepts_connections_and_answers_nothing_is_given_up_and_named() {
    let portal = Portal::raw(|stream, _| {
        hold(stream);
    });
    let why = stopped(&portal, 60, "- do: sign_in\n- do: submit").unwrap();
    assert!(why.contains("accepts connections but answered none of ") && why.contains(&portal.url()), "{why}");
    assert!(why.contains("still starting"), "{why}");
}

#[test]
fn an_answer_that_never_comes_to_its_status_is_none() {
    let portal = Portal::raw(|stream, _| {
        for byte in b"HTTP/1.1 200 OK".iter().cycle() {
            std::thread::sleep(Duration::from_millis(400));
            if write(stream, &[*byte]) == Then::Close {
                return;
            }
        }
    });
    let why = stopped(&portal, 60, "- do: sign_in\n- do: submit").unwrap();
    assert!(why.contains("answered none of "), "{why}");
}

#[test]
fn few_who_get_their_first_answer_late_but_in_time_are_served() {
    // Everybody is answered after more than half of the time that an answer may take, and later than others are given up.
    let portal = Portal::start(|asked, stream| {
        std::thread::sleep(Duration::from_secs(4));
        say(stream, 200, &polite(asked))
    });
    let play = Play { length: 6_000, ..Play::of(&portal, 10, "- do: submit") };
    let played = play.set(|settings| settings.timeout = Duration::from_secs(7)).run();
    assert_eq!(played.health().stopped_because, None);
}

#[test]
fn who_was_due_while_the_portal_was_told_the_time_waited_for_the_portal_not_for_us() {
    let portal = Portal::start(|asked, stream| {
        if asked.path == "/clock" {
            std::thread::sleep(Duration::from_millis(1_500));
        }
        say(stream, 200, &polite(asked))
    });
    let play = Play { length: 2_000, ..Play::of(&portal, 10, "- do: submit").every(100) }.adapter(CLOCK);
    let played = play.run();
    let first = *played.of("submit").iter().min_by_key(|row| row.due).unwrap();
    assert!(first.sent.unwrap() - first.due >= ms(1_500), "{first:?}");
    assert!(first.delay <= first.sent.unwrap() - first.due - ms(1_400), "{first:?}");
}

#[test]
fn what_cannot_be_written_because_an_answer_never_came_is_no_misreading() {
    // Nobody answers sign-ins or submissions, so no token and no number is known.
    let portal = Portal::start(|asked, stream| {
        let is_read = asked.path.starts_with("/submit") || asked.path.ends_with("/sign-in");
        if is_read { Then::Close } else { say(stream, 200, &polite(asked)) }
    });
    let steps = "- do: sign_in\n  error: continue\n- do: inbox\n  error: continue\n- do: submit\n  error: continue\n- do: track\n  error: continue";
    let played = Play::of(&portal, 1, steps).run();
    assert_eq!(played.problems, [""; 0]);
    for (operation, lacking) in [("inbox", "session.token"), ("track", "dossier.code")] {
        let row = played.only(operation);
        assert_eq!((row.came_to(), row.sent), (("error", 0, "unwritable"), None));
        assert_eq!(row.reason, Some(format!("{lacking} is not known: an earlier answer never came")));
    }
}

/// A journey that asks again and again for what the portal does not allow.
const ASKING: &str = "- do: submit\n- repeat:\n    at_most: 60000\n    until: ok\n    steps:\n      - wait: 1 min\n      - do: pay\n        refused: continue\n        error: continue";

/// A portal that never lets anybody pay.
fn refusing() -> Portal {
    Portal::start(|asked, stream| {
        if asked.path.starts_with("/pay") { say(stream, 409, "{}") } else { say(stream, 200, &polite(asked)) }
    })
}

#[test]
fn who_tries_again_what_is_not_possible_yet_polls_at_the_pace_of_polls() {
    let portal = refusing();
    let play = Play { length: 1_500, ..Play::of(&portal, 4, ASKING) };
    let played = play
        .set(|settings| {
            settings.poll_every = Duration::from_millis(100);
            settings.drain = Duration::from_secs(4);
        })
        .run();
    for case in 0..4 {
        let mut rows: Vec<_> = played.of("pay").into_iter().filter(|row| row.case == Some(case)).collect();
        rows.sort_by_key(|row| row.due);
        let gaps: Vec<_> = rows.windows(2).map(|pair| pair[1].due - pair[0].due).collect();
        assert!(gaps.len() >= 4 && gaps.iter().all(|gap| *gap >= ms(100)), "{gaps:?}");
        assert_eq!(rows[0].class, "user", "the first attempt is an act");
        assert!(rows[1..].iter().all(|row| row.class == "poll"), "{rows:#?}");
        // After the end of the plan each pause is longer than the one before: 100 ms, 200 ms, ...
        let late: Vec<_> =
            gaps.iter().zip(&rows[1..]).filter(|(_, row)| row.due >= ms(1_500)).map(|(gap, _)| *gap).collect();
        assert!(late.len() <= 6, "half of the drain is 2 s: {late:?}");
        assert!(late.windows(2).skip(1).all(|pair| pair[1] >= pair[0]), "{late:?}");
    }
    assert!(played.health().quiescent, "they gave up before the drain was over");
}
