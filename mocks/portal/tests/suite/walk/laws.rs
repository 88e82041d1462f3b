//! What has to be true at the end, whatever anybody did: acts, numbers, counts, events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::board::{Act, Board, Handed};
use super::ledgers::{Ledgers, log};
use super::{legal, money};

/// Every law that the ledgers break.
pub(super) fn broken(ledgers: &Ledgers, board: &Board) -> Vec<String> {
    let mut broken = board.shocks.clone();
    for full in ledgers.dossiers.values() {
        broken.extend(legal::breaches(full));
    }
    acts(ledgers, board, &mut broken);
    intake(ledgers, board, &mut broken);
    numbers(ledgers, &mut broken);
    counts(ledgers, board, &mut broken);
    periods(ledgers, &mut broken);
    events(ledgers, board, &mut broken);
    catalogue(ledgers, board, &mut broken);
    money::laws(ledgers, board, &mut broken);
    broken
}

/// Notes a law that does not hold.
pub(super) fn claim(broken: &mut Vec<String>, holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        broken.push(what());
    }
}

/// Every act that was acknowledged is in the log exactly once, at the place its answer told; what was refused is not.
fn acts(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let mut claimed: BTreeSet<(&str, usize)> = BTreeSet::new();
    let mut tried: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for act in &board.acts {
        let Some(full) = ledgers.dossiers.get(&act.code) else {
            claim(broken, act.done.is_empty(), || format!("done and not on record: {act:?}"));
            continue;
        };
        for event in act.events {
            let (done, unknown) = tried.entry((&act.code, event, &act.by)).or_default();
            (*done, *unknown) = (*done + act.done.len(), *unknown + act.unknown);
        }
        for version in &act.done {
            let place = place_of(act, *version, log(full));
            // What time has brought about is there for everybody who asks for it.
            let is_new = place.is_some_and(|place| act.by == "term" || claimed.insert((&act.code, place)));
            claim(broken, is_new, || format!("acknowledged and not in the log by itself: {act:?} in {full}"));
            let is_meant = act.meant_for.is_none_or(|meant| place.is_none_or(|place| place as u64 == meant));
            let is_in_time = act.by == "term" || is_meant;
            claim(broken, is_in_time, || format!("done to another version than it was meant for: {act:?} in {full}"));
        }
    }
    let mut logged: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for (code, full) in &ledgers.dossiers {
        for entry in log(full) {
            let (event, by) = (entry["event"].as_str().unwrap(), entry["actor"].as_str().unwrap());
            *logged.entry((code, event, by)).or_default() += 1;
        }
    }
    let acted: BTreeSet<&str> = board.acts.iter().flat_map(|act| act.events.iter().copied()).collect();
    for (key, times) in &logged {
        let (done, unknown) = tried.get(key).copied().unwrap_or_default();
        // What the bank does is told by its own ledger, and time needs nobody.
        let is_peers = !acted.contains(key.1) || ["bank", "term"].contains(&key.2);
        let is_right = is_peers || (done..=done + unknown).contains(times);
        claim(broken, is_right, || format!("{key:?} is logged {times} times, done {done}, unknown {unknown}"));
    }
}

/// The first of the places in the log where an act ended whose answer told this version.
fn place_of(act: &Act, version: u64, log: &[Value]) -> Option<usize> {
    let end = usize::try_from(version).unwrap().min(log.len());
    let is_there = |end: usize| {
        let start = end.checked_sub(act.events.len())?;
        let matches = log[start..end]
            .iter()
            .zip(act.events)
            .all(|(entry, event)| entry["event"] == *event && entry["actor"] == *act.by);
        matches.then_some(start)
    };
    // An acceptance may be followed by the demand for the fee; the post may be faster than the answer to its clerk.
    let slack = if act.events == ["parcel_ordered"] || act.by == "term" { log.len() } else { 1 };
    (end.saturating_sub(slack)..=end).rev().find_map(is_there)
}

/// What was handed in is on record as often as it was acknowledged.
fn intake(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let mut check = |handed: &Handed, found: usize| {
        let (least, most) = handed.bounds();
        claim(broken, (least..=most).contains(&found), || format!("on record {found} times: {handed:?}"));
    };
    let notes: Vec<&str> = ledgers.dossiers.values().filter_map(|full| full["form"]["note"].as_str()).collect();
    for handed in &board.submissions {
        check(handed, notes.iter().filter(|note| **note == handed.mark).count());
    }
    for handed in &board.petitions {
        check(handed, ledgers.petitions.iter().filter(|subject| **subject == handed.mark).count());
    }
    for handed in &board.attachments {
        check(handed, ledgers.attachments.iter().filter(|name| **name == format!("{}.pdf", handed.mark)).count());
    }
    for receipt in board.submissions.iter().flat_map(|handed| handed.new.iter().chain(&handed.again)) {
        let full = receipt["code"].as_str().and_then(|code| ledgers.dossiers.get(code));
        let is_kept = full.is_some_and(|full| full["submitted_at"] == receipt["submitted_at"]);
        claim(broken, is_kept, || format!("acknowledged and not on record: {receipt}"));
    }
    for handed in &board.submissions {
        let codes: BTreeSet<&str> =
            handed.new.iter().chain(&handed.again).filter_map(|receipt| receipt["code"].as_str()).collect();
        let is_one = codes.len() <= 1 || !handed.is_named;
        claim(broken, is_one, || format!("one submission has several numbers: {handed:?}"));
    }
}

/// The numbers of a unit and a day are 1, 2, 3 and so on, each once.
fn numbers(ledgers: &Ledgers, broken: &mut Vec<String>) {
    let mut by_day: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (code, full) in &ledgers.dossiers {
        let (day, number) = code.rsplit_once('-').unwrap();
        by_day.entry(day).or_default().push(number.parse().unwrap());
        let date: String = full["submitted_at"].as_str().unwrap()[2..10].replace('-', "");
        let is_named = day == format!("{}-{date}", full["unit"].as_str().unwrap()) && number.len() >= 4;
        claim(broken, is_named, || format!("{code} is not named after its unit and day: {full}"));
    }
    for (day, mut found) in by_day {
        found.sort_unstable();
        let is_dense = found.iter().copied().eq(1..=found.len() as u64);
        claim(broken, is_dense, || format!("the numbers of {day} are {found:?}"));
    }
    let all = ledgers.dossiers.len();
    claim(broken, ledgers.listed == all, || format!("{} lines lead to {all} dossiers", ledgers.listed));
}

/// Whatever the portal counts is what a recount finds.
fn counts(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let recount = |field: &str| {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for full in ledgers.dossiers.values() {
            *counts.entry(full[field].as_str().unwrap().to_owned()).or_default() += 1;
        }
        counts
    };
    let told = |counts: &Value| -> BTreeMap<String, u64> {
        let counts = counts.as_object().unwrap().iter();
        counts.map(|(word, count)| (word.clone(), count.as_u64().unwrap())).filter(|(_, count)| *count > 0).collect()
    };
    let statistics = &ledgers.statistics;
    for (told, found) in [
        (told(&statistics["by_state"]), recount("state")),
        (told(&ledgers.state["by_state"]), recount("state")),
        (told(&statistics["by_unit"]), recount("unit")),
    ] {
        claim(broken, told == found, || format!("counted {told:?}, found {found:?}"));
    }
    claim(broken, statistics["total"] == ledgers.dossiers.len(), || format!("counted {}", statistics["total"]));
    for queue in ["intake", "post"] {
        line(queue, ledgers, board, broken);
    }
}

/// Everybody in a line is handed out once, and once more for each parcel that came to nothing; the others wait.
fn line(queue: &str, ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let (mut least, mut most) = (0, 0);
    for (code, full) in &ledgers.dossiers {
        let taken = board.taken.iter().filter(|(from, taken)| *from == queue && taken == code).count();
        let in_vain = if queue == "post" { ledgers.waybills(code).1.len() } else { 0 };
        claim(broken, taken <= 1 + in_vain, || format!("handed out from {queue} {taken} times: {full}"));
        if waits(queue, full) {
            least += usize::from(taken == 0);
            most += usize::from(taken <= in_vain);
        }
    }
    let told = ledgers.state["waiting"][queue].as_u64().unwrap();
    let is_right = (least as u64..=most as u64).contains(&told);
    claim(broken, is_right, || format!("{told} wait in {queue}, and it should be {least} to {most}"));
}

fn waits(queue: &str, full: &Value) -> bool {
    if queue == "intake" {
        return full["state"] == "SUBMITTED";
    }
    let is_live = ["ORDERED", "IN_TRANSIT", "ATTEMPT_FAILED", "DELIVERED"];
    let parcel = full["parcel"]["state"].as_str().unwrap();
    full["state"] == "COMPLETED" && full["return_method"] == "post" && !is_live.contains(&parcel)
}

/// What an operations centre pulls is what the dossiers say.
fn periods(ledgers: &Ledgers, broken: &mut Vec<String>) {
    let sum = |fields: &[&str]| -> u64 {
        ledgers.periods.iter().flat_map(|row| fields.iter().filter_map(|field| row[*field].as_u64())).sum()
    };
    let count = |field: &str| ledgers.dossiers.values().filter(|full| !full[field].is_null()).count() as u64;
    for (fields, field) in [
        (&["received"][..], "submitted_at"),
        (&["accepted"], "accepted_at"),
        (&["early", "on_time", "late"], "completed_at"),
        (&["returned"], "returned_at"),
    ] {
        let (told, found) = (sum(fields), count(field));
        claim(broken, told == found, || format!("{fields:?} add up to {told}, and it should be {found}"));
    }
}

/// The events are all logs, in one order without gaps, and were so while they came.
fn events(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    let is_dense = ledgers.events.iter().zip(1..).all(|(event, number)| event["seq"] == number);
    claim(broken, is_dense, || "the events have gaps".to_owned());
    // What a term has brought about is dated by the term, whenever it is noticed.
    let acted = ledgers.events.iter().filter(|event| event["actor"] != "term").map(|event| event["at"].as_str());
    let is_ordered = acted.is_sorted();
    claim(broken, is_ordered, || "the events are out of order".to_owned());
    let mut by_code: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for event in &ledgers.events {
        by_code.entry(event["code"].as_str().unwrap()).or_default().push(event);
    }
    for (code, full) in &ledgers.dossiers {
        let told = by_code.remove(code.as_str()).unwrap_or_default();
        let is_same = |(entry, event): (&Value, &&Value)| {
            ["at", "event", "state", "actor"].iter().all(|field| entry[*field] == event[*field])
        };
        let agrees = told.len() == log(full).len() && log(full).iter().zip(&told).all(is_same);
        claim(broken, agrees, || format!("the events of {code} are {told:?}, its log is {full}"));
    }
    claim(broken, by_code.is_empty(), || format!("events of nothing: {by_code:?}"));
    let read: Vec<&Value> = board.events.iter().map(|event| &event["seq"]).collect();
    let is_prefix = board.events.iter().zip(&ledgers.events).all(|(read, now)| read == now);
    claim(broken, is_prefix, || format!("who followed the events read something else: {read:?}"));
}

/// Each procedure has as many versions as were published, and each dossier the fee of its version or an assessed one.
fn catalogue(ledgers: &Ledgers, board: &Board, broken: &mut Vec<String>) {
    for (code, version) in &ledgers.versions {
        let known = board.tariffs.keys().filter(|(procedure, _)| procedure == code).count() as u64;
        let most = known + board.unknown_publications as u64;
        let is_right = (known..=most).contains(version);
        claim(broken, is_right, || format!("{code} is at version {version}, {known} were acknowledged"));
    }
    for (code, full) in &ledgers.dossiers {
        let version = (full["procedure"].as_str().unwrap().to_owned(), full["procedure_version"].as_u64().unwrap());
        let fee = full["fee"].as_i64().unwrap();
        let is_assessed = board.assessed.get(code).is_some_and(|fees| fees.contains(&fee));
        let is_due = board.tariffs.get(&version).is_none_or(|tariff| *tariff == fee);
        claim(broken, is_assessed || is_due, || format!("nobody asked for this fee: {full}"));
    }
}
