//! Response times count from the plan, for everybody: computed here anew from the planned instants and the pauses of the
//! journeys, and compared with what the history says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::words::{Channel, Role};
use model::{Applicants, Case, CaseId};

use super::play::{DAY, MINUTE, MS, People, Play, Played, Row};
use super::portal::{Asked, Portal, number, polite, say};

/// Length of the load, in milliseconds of the wall clock.
const LENGTH: u64 = 900;
/// Rounding of simulated time to its milliseconds, on the wall clock of these tests.
const ROUNDING: i64 = 100;
/// After the end of simulated time people look again after this long.
const LOOK_AGAIN: i64 = 20_000_000;
const CASES: u32 = 90;
/// A person comes every so many milliseconds.
const EVERY: u64 = 8;

const POST: &str = "  post_inbox: { request: POST /post/inbox, items: { at: $.items, read: { dossier_code: $.code, reference: $.reference } } }\n  hand_to_post: { request: \"POST /post/take/${dossier.code}\", session: no }\n";
const POST_DAY: &str = "- do: clerk_sign_in\n- repeat:\n    at_most: 60000\n    until: closing\n    steps:\n      - wait: 7 min\n      - do: post_inbox\n      - each: posting";

/// Everybody in turn comes online, to the counter, and by post.
struct Mixed(People);

const CHANNELS: [Channel; 3] = [Channel::Online, Channel::Counter, Channel::Post];

impl Applicants for Mixed {
    fn count(&self) -> u32 {
        self.0.count()
    }

    fn case(&self, id: CaseId) -> Case {
        Case { channel: CHANNELS[id.0 as usize % 3], ..self.0.case(id) }
    }

    fn recognise(&self, mark: &str) -> Option<CaseId> {
        self.0.recognise(mark)
    }
}

/// What lies in an inbox, and what each look into it showed.
#[derive(Default)]
struct Tray {
    waiting: Vec<usize>,
    shown: Vec<Vec<usize>>,
}

impl Tray {
    fn look(&mut self) -> String {
        let taken = std::mem::take(&mut self.waiting);
        let items: Vec<_> =
            taken.iter().map(|case| format!(r#"{{"code":"D-{case}","reference":"R-{case}"}}"#)).collect();
        self.shown.push(taken);
        format!(r#"{{"items":[{}]}}"#, items.join(","))
    }
}

/// A portal that works through dossiers, and stands still as a whole for 400 ms when the 12th is submitted.
fn stalling() -> (Portal, Arc<[Mutex<Tray>; 2]>) {
    let trays: Arc<[Mutex<Tray>; 2]> = Arc::default();
    let (seen, submitted) = (Arc::clone(&trays), Mutex::new(0));
    let portal = Portal::start(move |asked: &Asked, stream| {
        // Everybody waits for this lock while the portal stands still.
        let mut submitted = submitted.lock().unwrap();
        if asked.path.starts_with("/submit") {
            *submitted += 1;
            seen[0].lock().unwrap().waiting.push(number(asked));
            if *submitted == 12 {
                std::thread::sleep(Duration::from_millis(400));
            }
        }
        drop(submitted);
        if asked.path.starts_with("/desk/accept") {
            seen[1].lock().unwrap().waiting.push(number(asked));
        }
        match asked.path.as_str() {
            "/desk/inbox" => say(stream, 200, &seen[0].lock().unwrap().look()),
            "/post/inbox" => say(stream, 200, &seen[1].lock().unwrap().look()),
            _ => say(stream, 200, &polite(asked)),
        }
    });
    (portal, trays)
}

fn play() -> (Played, [Vec<Vec<usize>>; 2]) {
    let (portal, trays) = stalling();
    let units = (0..CASES).map(|case| (CaseId(case), 0)).collect();
    let people = Mixed(People { channel: Channel::Online, units, panics_at: None });
    let play = Play {
        clerks: 1,
        post_clerks: 1,
        length: LENGTH,
        people: Some(Arc::new(people)),
        ..Play::of(&portal, CASES, "- do: sign_in\n- wait: 20 min\n- do: submit")
    };
    let played = play
        .every(EVERY)
        .adapter(POST)
        .set(|settings| settings.poll_every = Duration::ZERO)
        .with("counter", Role::Desk, "- do: submit")
        .with("post", Role::Desk, "- do: submit")
        .with("desk", Role::Desk, DAY)
        .with("casework", Role::Desk, "- do: accept\n- wait: 10 min\n- do: clerk_view")
        .with("post-desk", Role::PostDesk, POST_DAY)
        .with("posting", Role::PostDesk, "- do: hand_to_post")
        .run();
    let shown = [0, 1].map(|tray| trays[tray].lock().unwrap().shown.clone());
    (played, shown)
}

/// When a step is due that follows an end after a pause of the journey.
fn after(end: i64, pause_minutes: u64) -> i64 {
    let (length, pause) = (signed(LENGTH * MS), signed(pause_minutes * MINUTE));
    match pause {
        0 => end,
        _ if end >= length => end + LOOK_AGAIN,
        _ => (end + pause).min(length),
    }
}

fn signed(nanoseconds: u64) -> i64 {
    i64::try_from(nanoseconds).unwrap()
}

/// The rows of one operation in the order in which they were sent.
fn in_order<'a>(played: &'a Played, operation: &str) -> Vec<&'a Row> {
    let mut rows = played.of(operation);
    rows.sort_by_key(|row| row.sent);
    rows
}

/// When every exchange was due, from nothing but the plan, the pauses, and when the step before was over.
fn planned(played: &Played, shown: &[Vec<Vec<usize>>; 2]) -> Vec<(Row, i64)> {
    let ends = |operation: &str| -> BTreeMap<i64, i64> {
        played.of(operation).iter().filter_map(|row| Some((row.case?, row.done))).collect()
    };
    let (signed_in, accepted) = (ends("sign_in"), ends("accept"));
    // Which look showed a dossier: the n-th look of the one clerk is the n-th that the portal answered.
    let looks = ["inbox", "post_inbox"].map(|operation| in_order(played, operation));
    let mut seen: [BTreeMap<i64, i64>; 2] = Default::default();
    for tray in 0..2 {
        for (look, cases) in looks[tray].iter().zip(&shown[tray]) {
            seen[tray].extend(cases.iter().map(|case| (i64::try_from(*case).unwrap(), look.done)));
        }
    }
    let days = in_order(played, "clerk_sign_in");
    let day = |actor: &str| days.iter().find(|row| row.actor == actor).unwrap();
    let before = |tray: usize, row: &Row| {
        let place = looks[tray].iter().position(|look| look.sent == row.sent).unwrap();
        place.checked_sub(1).map_or(day(&row.actor).done, |place| looks[tray][place].done)
    };
    let due = |row: &Row| match (row.operation.as_str(), row.case) {
        ("clerk_sign_in", _) => 0,
        ("inbox", _) => after(before(0, row), 5),
        ("post_inbox", _) => after(before(1, row), 7),
        ("submit", Some(case)) if case % 3 == 0 => after(signed_in[&case], 20),
        ("sign_in" | "submit", Some(case)) => case * signed(EVERY * MS),
        ("accept", Some(case)) => seen[0][&case],
        ("clerk_view", Some(case)) => after(accepted[&case], 10),
        ("hand_to_post", Some(case)) => seen[1][&case],
        other => panic!("nobody planned {other:?}"),
    };
    played.rows.iter().map(|row| (row.clone(), due(row))).collect()
}

#[test]
fn everybody_s_response_time_counts_from_the_plan() {
    let (played, shown) = play();
    assert_eq!(played.counted.dossiers.completed, u64::from(CASES));
    let rows = planned(&played, &shown);
    for operation in ["sign_in", "submit", "accept", "clerk_view", "hand_to_post", "inbox", "post_inbox"] {
        assert!(rows.iter().filter(|(row, _)| row.operation == operation).count() > 5, "{operation}");
    }
    for (row, due) in &rows {
        assert!((row.due - due).abs() <= ROUNDING, "planned for {due}: {row:?}");
        assert!(row.sent.unwrap() >= due - ROUNDING, "before its time: {row:?}");
        assert_eq!(row.class == "poll", row.operation.ends_with("inbox"), "{row:?}");
    }
}

#[test]
fn a_busy_clerk_is_the_applicant_s_wait_and_no_delay_of_ours() {
    let (played, _) = play();
    let mut at_the_counter: Vec<_> = played.rows.iter().filter(|row| row.actor == "clerk:H0/0").collect();
    at_the_counter.sort_by_key(|row| row.sent);
    let stalled = at_the_counter.iter().max_by_key(|row| row.done - row.sent.unwrap()).unwrap();
    assert!(stalled.done - stalled.sent.unwrap() >= signed(300 * MS), "{stalled:?}");
    let came_meanwhile =
        |row: &&&Row| row.operation == "submit" && row.due > stalled.sent.unwrap() && row.due < stalled.done;
    let queued: Vec<_> = at_the_counter.iter().filter(came_meanwhile).collect();
    assert!(queued.len() > 5, "{} people came while the portal stood still", queued.len());
    for row in queued {
        assert!(row.done - row.due >= stalled.done - row.due, "nobody was served before the clerk was free: {row:?}");
    }
    // Our own delay begins when the clerk could have begun.
    for pair in at_the_counter.windows(2) {
        let possible = pair[1].due.max(pair[0].done);
        assert!(pair[1].sent.unwrap() >= pair[0].done, "two at once: {pair:#?}");
        assert!(pair[1].delay <= pair[1].sent.unwrap() - possible, "{pair:#?}");
    }
}

#[test]
fn the_queue_at_a_counter_is_the_one_that_a_simulation_computes() {
    let (played, _) = play();
    let mut rows: Vec<_> = played.rows.iter().filter(|row| row.actor == "clerk:H0/0").collect();
    rows.sort_by_key(|row| row.sent);
    assert!(rows.is_sorted_by_key(|row| row.due), "what was due first is done first");
    // Lindley's recursion for one server: who comes next waits for what is left of the work before.
    let (mut wait, mut before): (i64, Option<(i64, i64)>) = (0, None);
    let mut free_at = 0;
    for row in rows {
        let service = row.done - row.due.max(free_at);
        if let Some((due, service)) = before {
            wait = (wait + service - (row.due - due)).max(0);
        }
        assert_eq!(row.done - row.due, wait + service, "{row:?}");
        assert!(row.delay <= service, "our delay is no part of the queue: {row:?}");
        (before, free_at) = (Some((row.due, service)), row.done);
    }
}
