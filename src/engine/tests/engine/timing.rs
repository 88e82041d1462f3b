//! What is due is computed; a person does one thing at a time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::words::{Channel, Role};
use model::{Applicants, Case, CaseId};

use super::play::{DAY, MINUTE, MS, People, Play, Played, Row};
use super::portal::{Portal, Then, polite, say};

/// Rounding of simulated time to its milliseconds, on the wall clock of these tests.
const ROUNDING: i64 = 100;

fn signed(nanoseconds: u64) -> i64 {
    i64::try_from(nanoseconds).unwrap()
}

/// A portal that needs so many milliseconds for every answer.
fn slow(milliseconds: u64) -> Portal {
    Portal::start(move |asked, stream| {
        std::thread::sleep(Duration::from_millis(milliseconds));
        say(stream, 200, &polite(asked))
    })
}

#[test]
fn a_frozen_portal_makes_people_wait_and_moves_no_due_instant() {
    // Everybody's answer waits behind a lock that the first holds for 300 ms.
    let frozen = Mutex::new(true);
    let portal = Portal::start(move |asked, stream| {
        let mut is_frozen = frozen.lock().unwrap();
        if std::mem::take(&mut *is_frozen) {
            std::thread::sleep(Duration::from_millis(300));
        }
        drop(is_frozen);
        say(stream, 200, &polite(asked))
    });
    let played = Play { length: 300, ..Play::of(&portal, 30, "- do: submit").every(10) }.run();
    let rows = played.of("submit");
    assert_eq!(rows.len(), 30);
    let thawed = rows.iter().filter_map(|row| row.sent).min().unwrap() + signed(300 * MS);
    for row in rows {
        assert_eq!(row.due, row.case.unwrap() * signed(10 * MS), "the plan's instant, to the nanosecond");
        assert!(row.done - row.due >= thawed - row.due, "nobody was answered before the thaw: {row:?}");
    }
}

#[test]
fn the_next_step_is_due_when_the_last_was_answered_and_the_planned_pause_is_over() {
    let portal = slow(15);
    let played =
        Play { length: 200, ..Play::of(&portal, 5, "- do: submit\n- wait: 20 min\n- do: track\n- do: track") }.run();
    for case in 0..5 {
        let rows: Vec<_> = played.rows.iter().filter(|row| row.case == Some(case)).collect();
        assert_eq!(rows.len(), 3);
        let pause = rows[1].due - rows[0].done;
        assert!((pause - signed(20 * MINUTE)).abs() <= ROUNDING, "{pause} ns");
        assert_eq!(rows[2].due, rows[1].done, "without a pause the next is due at once");
    }
}

#[test]
fn a_step_due_between_two_beats_of_a_lane_is_taken_on_time() {
    // Pauses far shorter than a lane's beat of 50 ms: a lane that wakes at its beats only is late by most of one in each of
    // these runs. A machine that is busy with others may disturb a run or two, but not all of so many.
    let steps = "- do: submit\n- repeat:\n    at_most: 40\n    until: closing\n    steps:\n      - wait: 7 min\n      - do: track";
    let median_lateness = || {
        let portal = Portal::polite();
        let play = Play { length: 400, ..Play::of(&portal, 1, steps) };
        let played = play.set(|settings| settings.poll_every = Duration::ZERO).run();
        let mut late: Vec<_> = played.of("track").iter().map(|row| row.sent.unwrap() - row.due).collect();
        late.sort_unstable();
        assert_eq!(late.len(), 40);
        late[20]
    };
    assert!((0..50).any(|_| median_lateness() < signed(20 * MS)), "half of them left later than 20 ms in every run");
}

#[test]
fn polls_of_one_journey_keep_the_pace_of_the_wall_in_the_load_and_in_the_drain() {
    let portal = Portal::polite();
    let asking = "- do: submit\n- repeat:\n    at_most: 5\n    until: closing\n    steps:\n      - wait: 1 min\n      - do: track";
    let play = Play { clerks: 2, length: 300, ..Play::of(&portal, 3, asking) };
    let play = play.with("desk", Role::Desk, DAY).with("casework", Role::Desk, "- end");
    let played = play.set(|settings| settings.poll_every = Duration::from_millis(50)).run();
    assert!(played.health().quiescent, "who waits at this pace still comes to an end");
    let poll_every = signed(50 * MS);
    for clerk in ["clerk:H0/0", "clerk:H0/1"] {
        let due: Vec<_> = played.of("inbox").iter().filter(|row| row.actor == clerk).map(|row| row.due).collect();
        assert!(due.len() >= 4, "{due:?}");
        assert!(due.windows(2).all(|pair| pair[1] - pair[0] >= poll_every), "{due:?}");
    }
    for case in 0..3 {
        let due: Vec<_> = played.of("track").iter().filter(|row| row.case == Some(case)).map(|row| row.due).collect();
        assert_eq!(due.len(), 5);
        assert!(due.windows(2).all(|pair| pair[1] - pair[0] >= poll_every), "{due:?}");
    }
}

#[test]
fn nobody_polls_for_one_dossier_for_the_whole_drain() {
    let portal = Portal::polite();
    let asking = "- do: submit\n- repeat:\n    at_most: 60000\n    until: { state: [returned] }\n    steps:\n      - wait: 1 min\n      - do: track";
    let played = Play::of(&portal, 2, asking).set(|settings| settings.drain = Duration::from_secs(4)).run();
    assert!(played.health().quiescent, "they gave up before the drain was over");
    assert_eq!(played.counted.dossiers.failed, 2);
    let of_the_drain = || played.of("track").into_iter().map(|row| row.due).filter(|due| *due >= signed(20 * MS));
    let (first, last) = (of_the_drain().min().unwrap(), of_the_drain().max().unwrap());
    // By when they were due: half of the drain, whatever the machine does meanwhile.
    assert!(last - first <= signed(2_000 * MS), "{} ms", (last - first) / signed(MS));
}

#[test]
fn a_clerk_does_one_thing_at_a_time_each_due_when_planned() {
    let steps = "- do: submit\n- wait: 3 min\n- do: track";
    let portal = slow(5);
    let play = Play { channel: Channel::Counter, clerks: 1, length: 300, ..Play::of(&portal, 12, "- do: track") };
    let played = play
        .every(2)
        .with("counter", Role::Desk, steps)
        .with("desk", Role::Desk, DAY)
        .with("casework", Role::Desk, "- end")
        .run();
    assert_eq!((played.counted.dossiers.started, played.counted.dossiers.completed), (12, 12));
    let mut rows: Vec<&Row> = played.rows.iter().filter(|row| row.case.is_some()).collect();
    assert!(rows.iter().all(|row| row.actor == "clerk:H0/0"));
    rows.sort_by_key(|row| row.sent);
    assert_eq!(rows.len(), 24);
    let mut all: Vec<&Row> = played.rows.iter().collect();
    all.sort_by_key(|row| row.sent);
    for pair in all.windows(2) {
        assert!(pair[0].done <= pair[1].sent.unwrap(), "two at once: {pair:#?}");
    }
    for row in rows {
        let due = planned(&played, row);
        assert!((row.due - due).abs() <= ROUNDING, "{row:#?}, planned for {due}");
    }
}

/// When the step was to be taken, whoever was busy then.
fn planned(played: &Played, row: &Row) -> i64 {
    if row.operation == "submit" {
        return row.case.unwrap() * signed(2 * MS);
    }
    let submit = played.of("submit").into_iter().find(|submit| submit.case == row.case).unwrap();
    submit.done + signed(3 * MINUTE)
}

#[test]
fn citizens_do_not_wait_for_one_another() {
    // Nobody is answered before eight have asked.
    let together = std::sync::Barrier::new(8);
    let portal = Portal::start(move |asked, stream| {
        together.wait();
        say(stream, 200, &polite(asked))
    });
    let played = Play::of(&portal, 8, "- do: submit").run();
    assert_eq!(played.counted.dossiers.completed, 8);
}

#[test]
fn more_than_the_connections_allowed_wait_for_one_and_their_waiting_counts() {
    let portal = slow(10);
    let played = Play::of(&portal, 6, "- do: submit")
        .set(|settings| settings.connections = vandan_engine::Connections::Pool(1))
        .run();
    let mut rows = played.of("submit");
    rows.sort_by_key(|row| row.sent);
    assert!(rows.iter().all(|row| row.due == 0));
    for pair in rows.windows(2) {
        assert!(pair[0].done <= pair[1].sent.unwrap(), "{pair:#?}");
    }
    assert!(rows[5].done >= signed(60 * MS), "the last waited for the five before");
}

#[test]
fn someone_who_follows_comes_when_the_pause_before_is_over() {
    let portal = Portal::polite();
    let played = Play { length: 100, ..Play::of(&portal, 1, "- do: submit\n- wait: 30 min\n- follow: after") }
        .with("after", Role::Citizen, "- do: track")
        .run();
    let pause = played.only("track").due - played.only("submit").done;
    assert!((pause - signed(30 * MINUTE)).abs() <= ROUNDING, "{pause} ns");
    assert_eq!(played.only("track").journey, "after");
}

#[test]
fn a_portal_that_can_be_told_the_time_is_told_it_once_a_stretch() {
    let portal = Portal::start(|asked, stream| if asked.path == "/clock" { say(stream, 204, "") } else { Then::Close });
    let played = Play::of(&portal, 0, "- do: submit").adapter(super::play::CLOCK).run();
    assert_eq!(played.only("clock").came_to(), ("ok", 204, "-"));
    let told = portal.asked();
    assert_eq!(told.len(), 1);
    assert!(told[0].body.starts_with(br#"{"now":"1970-01-01T07:"#), "the run begins at the epoch, in Vietnam");
}

/// Everybody, worked out slowly: the lane that asks who somebody is can do nothing else meanwhile.
struct Slowly(People);

impl Applicants for Slowly {
    fn count(&self) -> u32 {
        self.0.count()
    }

    fn case(&self, id: CaseId) -> Case {
        std::thread::sleep(Duration::from_millis(250));
        self.0.case(id)
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        self.0.recognise(mark)
    }
}

#[test]
fn a_lane_that_is_busy_with_itself_says_so_and_what_it_delays_is_its_own() {
    let portal = Portal::polite();
    let people = Slowly(People { channel: Channel::Online, units: vec![(CaseId(0), 0)], panics_at: None });
    let played = Play { length: 300, people: Some(Arc::new(people)), ..Play::of(&portal, 1, "- do: submit") }.run();
    let longest = played.stalls.iter().filter(|(thread, _)| thread == "lane-0").map(|(_, stall)| *stall).max();
    assert!(longest.is_some_and(|stall| stall > signed(100 * MS)), "{:?}", played.stalls);
    let row = played.only("submit");
    assert!(row.delay >= signed(250 * MS) && row.delay <= row.sent.unwrap() - row.due, "{row:?}");
}
