//! Clerks: take from the inbox, move dossiers on, ask, collect, pack; the post counter; and who keeps the catalogue.

use http::Method;
use serde_json::{Value, json};

use super::board::Known;
use super::citizens::{UNITS, apply};
use super::person::{Deed, Person};
use super::town::Ask;

/// A step of a desk: its address, and what the log says of it.
type Step = (&'static str, &'static [&'static str]);

const ACCEPT: Step = ("accept", &["accepted"]);
const REFUSE: Step = ("refuse", &["refused"]);
const COLLECT: Step = ("collect", &["paid"]);
const START: Step = ("start", &["started"]);
const COMPLETE: Step = ("complete", &["completed"]);
const STOP: Step = ("stop", &["stopped"]);
const APPROVE: Step = ("approve-withdrawal", &["withdrawal_approved"]);
const RETAIN: Step = ("refuse-withdrawal", &["withdrawal_refused"]);
const HAND_OVER: Step = ("hand-over", &["handed_over"]);
const ASK_FOR_PAPERS: Step = ("request-supplement", &["supplement_requested"]);
const TAKE_PAPERS: Step = ("receive-supplement", &["supplement_received"]);
const EXPIRE: Step = ("expire-supplement", &["supplement_expired"]);
const APOLOGISE: Step = ("apologise", &["apologised"]);
const CONSULT: Step = ("consult", &["consulted"]);
const ANSWER: Step = ("answer-consultation", &["consultation_answered"]);
const TAX_NOTICE: Step = ("tax-notice", &["tax_noticed"]);
const TAX_RECEIPT: Step = ("tax-receipt", &["tax_paid"]);
const ON_THE_SPOT: Step = ("on-the-spot", &["accepted", "started", "completed", "handed_over"]);
const CORRECT: Step = ("open-correction", &["correction_opened"]);
const REISSUE: Step = ("issue-correction", &["correction_issued"]);

const ALL: [Step; 20] = [
    ACCEPT,
    REFUSE,
    COLLECT,
    START,
    COMPLETE,
    STOP,
    APPROVE,
    RETAIN,
    HAND_OVER,
    ASK_FOR_PAPERS,
    TAKE_PAPERS,
    EXPIRE,
    APOLOGISE,
    CONSULT,
    ANSWER,
    TAX_NOTICE,
    TAX_RECEIPT,
    ON_THE_SPOT,
    CORRECT,
    REISSUE,
];

/// What a sensible clerk does with a dossier in this state.
fn sensible(state: &str) -> &'static [Step] {
    match state {
        "SUBMITTED" => &[ACCEPT, ACCEPT, ACCEPT, ACCEPT, ACCEPT, COLLECT, ON_THE_SPOT],
        "ACCEPTED" => &[START, START, START, START, COLLECT, COLLECT, TAX_NOTICE, ASK_FOR_PAPERS],
        "IN_PROCESS" => &[COMPLETE, COMPLETE, COMPLETE, COMPLETE, COMPLETE, CONSULT, TAX_NOTICE],
        "AWAITING_SUPPLEMENT" => &[TAKE_PAPERS, EXPIRE, EXPIRE, EXPIRE],
        "AWAITING_PAYMENT" => &[TAX_RECEIPT],
        "WITHDRAWAL_REQUESTED" => &[APPROVE, RETAIN, RETAIN],
        "COMPLETED" => &[HAND_OVER, HAND_OVER, COLLECT, CORRECT, REISSUE],
        _ => &[CORRECT, REISSUE],
    }
}

/// A clerk of a desk who acts so many times.
pub(super) async fn clerk(mut person: Person<'_>, id: &str, unit: &str, steps: usize) {
    person.sign_in_clerk(id).await;
    for _ in 0..steps {
        match person.chance.below(40) {
            0..=2 => take(&mut person, "intake", unit).await,
            3 => apply(&mut person, "003099000001", "counter").await,
            4 => apply(&mut person, "003099000002", "post").await,
            5..=6 => pack(&mut person).await,
            7 => see_to_petitions(&mut person).await,
            8..=9 => answer(&mut person, id, unit).await,
            _ => move_on(&mut person, id, unit).await,
        }
    }
}

/// Takes from an inbox. It is never interrupted: what was taken and not read could not be told from what was lost.
async fn take(person: &mut Person<'_>, queue: &'static str, unit: &str) {
    let take = 1 + person.chance.below(4);
    let ask = Ask::post("/api/desk/inbox", json!({ "queue": queue, "take": take }));
    let Some(inbox) = person.ask(&ask).await.filter(super::town::Reply::is_done) else { return };
    let mut board = person.board.borrow_mut();
    for item in inbox.body["items"].as_array().unwrap() {
        let owner = item["citizen_number"].as_str().unwrap();
        board.learn(item, if unit.is_empty() { item["unit"].as_str().unwrap() } else { unit }, owner);
        board.taken.push((queue, item["code"].as_str().unwrap().to_owned()));
    }
}

/// A dossier, mostly one of the unit, mostly one of the latest.
fn some(person: &mut Person<'_>, unit: &str) -> Option<Known> {
    let board = person.board.borrow();
    let mut all: Vec<Known> = board.dossiers.clone();
    if !unit.is_empty() && !person.chance.one_in(8) {
        all.retain(|known| known.unit == unit);
    }
    let from = if person.chance.one_in(3) { 0 } else { all.len().saturating_sub(10) };
    person.chance.any(&all[from..])
}

async fn move_on(person: &mut Person<'_>, id: &str, unit: &str) {
    let Some(Known { code, .. }) = some(person, unit) else { return };
    let Some(seen) = person.get(format!("/api/desk/dossiers/{code}")).await.filter(super::town::Reply::is_done) else {
        return;
    };
    let state = seen.body["state"].as_str().unwrap_or_default().to_owned();
    let is_random = person.chance.one_in(5);
    let (step, events) = *person.chance.pick(if is_random { &ALL } else { sensible(&state) });
    let body = body(person, step, &seen.body, unit);
    if let Some(fee) = body["assessed_fee"].as_i64() {
        person.board.borrow_mut().assessed.entry(code.clone()).or_default().push(fee);
    }
    let meant_for = seen.tag.filter(|_| person.chance.one_in(2));
    let clerk = format!("clerk:{id}");
    let by = if step == EXPIRE.0 { "term" } else { clerk.as_str() };
    person.act("/api/desk", Deed { code: &code, step, body, events, by, meant_for }).await;
}

/// What goes with a step.
fn body(person: &mut Person<'_>, step: &str, seen: &Value, unit: &str) -> Value {
    let chance = &mut person.chance;
    match step {
        "accept" if chance.one_in(3) => {
            json!({ "assessed_fee": chance.pick(&[0, 50_000, 120_000, 5_000_000_000_i64]) })
        }
        "collect" => {
            let due = seen["payment"]["amount_due"].as_i64().unwrap_or_default();
            json!({ "amount": due + i64::from(chance.one_in(6)) })
        }
        "request-supplement" => json!({ "items": ["Bản sao căn cước"], "reason": "thiếu", "days": 1 }),
        "receive-supplement" => json!({ "note": "đã nhận" }),
        "apologise" => json!({ "reason": "chậm", "days": 2 }),
        "consult" => {
            let other = UNITS.iter().find(|other| **other != unit).unwrap();
            json!({ "agency": other, "question": "Ý kiến?", "days": 2 })
        }
        "answer-consultation" => json!({ "answer": "Đồng ý" }),
        "tax-notice" => {
            let number = person.mark();
            json!({ "number": number, "lines": [{ "kind": "registration_fee", "amount": 3_000_000_007_i64 }] })
        }
        "tax-receipt" => {
            let due = seen["obligation"]["payment"]["amount_due"].as_i64().unwrap_or_default();
            let number = person.mark();
            json!({ "number": number, "amount": due })
        }
        "start" | "complete" | "approve-withdrawal" | "hand-over" | "expire-supplement" | "on-the-spot"
        | "issue-correction" => Value::Null,
        _ => json!({ "reason": "lý do" }),
    }
}

/// Answers for the unit what some dossier was asked, in whatever state that is by now.
async fn answer(person: &mut Person<'_>, id: &str, unit: &str) {
    let asked: Vec<String> = {
        let board = person.board.borrow();
        let consulted = board.acts.iter().filter(|act| act.events == CONSULT.1 && !act.done.is_empty());
        consulted.map(|act| act.code.clone()).collect()
    };
    let Some(code) = person.chance.any(&asked) else { return move_on(person, id, unit).await };
    let (step, events) = ANSWER;
    let (body, by) = (json!({ "answer": "Đồng ý" }), format!("clerk:{id}"));
    person.act("/api/desk", Deed { code: &code, step, body, events, by: &by, meant_for: None }).await;
}

async fn pack(person: &mut Person<'_>) {
    let bag = { person.chance.any(&person.board.borrow().bags) };
    if let Some((number, codes)) = bag.filter(|_| person.chance.one_in(2)) {
        person.insist(Ask::post(format!("/api/desk/bags/{number}/dispatch"), Value::Null)).await;
        person.insist(Ask::post(format!("/api/desk/bags/{number}/receive"), json!({ "codes": codes }))).await;
        return;
    }
    let codes: Vec<String> = (0..3).filter_map(|_| some(person, "")).map(|known| known.code).collect();
    let ask = Ask::post("/api/desk/bags", json!({ "direction": "to_department", "codes": codes }));
    let fate = person.insist(ask).await;
    if let Some(told) = fate.done().first() {
        person.board.borrow_mut().bags.push((told.body["number"].as_u64().unwrap(), codes));
    }
}

async fn see_to_petitions(person: &mut Person<'_>) {
    let number = 1 + person.chance.below(6);
    let step = *person.chance.pick(&["refuse", "request-supplement", "answer", "publish"]);
    let body = json!({ "reason": "lý do", "text": "Trả lời", "answer": "Trả lời" });
    person.insist(Ask::post(format!("/api/desk/petitions/{number}/{step}"), body)).await;
}

/// The clerk at the counter of the post.
pub(super) async fn post_clerk(mut person: Person<'_>, steps: usize) {
    person.sign_in_clerk("post-1").await;
    for _ in 0..steps {
        if person.chance.one_in(6) {
            take(&mut person, "post", "").await;
            continue;
        }
        let page = person.get("/api/desk/dossiers?state=COMPLETED&size=500").await;
        let items = page.map(|page| page.body["items"].as_array().unwrap().clone()).unwrap_or_default();
        let posted: Vec<Value> = items.into_iter().filter(|item| item["return_method"] == "post").collect();
        let Some(code) = person.chance.any(&posted).map(|item| item["code"].as_str().unwrap().to_owned()) else {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            continue;
        };
        let events = &["parcel_ordered"];
        let deed =
            |code| Deed { code, step: "hand-to-post", body: Value::Null, events, by: "clerk:post-1", meant_for: None };
        person.act("/api/desk", deed(&code)).await;
    }
}

/// Who keeps the catalogue, and looks at the figures meanwhile.
pub(super) async fn registrar(mut person: Person<'_>, steps: usize) {
    person.sign_in_clerk("registrar-1").await;
    for _ in 0..steps {
        match person.chance.below(6) {
            0 | 1 => publish(&mut person).await,
            2 => publish_many(&mut person).await,
            3 | 4 => read_events(&mut person).await,
            _ => count(&mut person).await,
        }
    }
}

async fn publish(person: &mut Person<'_>) {
    let code = *person.chance.pick(&["1.000001", "1.000002", "1.000003"]);
    let path = format!("/api/procedures/{code}");
    let seen = person.get(path).await.and_then(|seen| seen.tag).filter(|_| person.chance.one_in(2));
    let fee = 8_000 + 1_000 * i64::try_from(person.chance.below(9)).unwrap();
    let ask = Ask::post(format!("/api/catalogue/procedures/{code}"), json!({ "fee": fee }));
    let fate = person.insist(Ask { method: Method::PUT, version: seen, ..ask }).await;
    note_publications(person, &fate.done().iter().map(|reply| reply.body.clone()).collect::<Vec<_>>(), fate.unknown);
    let is_meant = |version: u64| seen.is_none_or(|seen| version == seen + 1);
    if !fate.done().iter().filter_map(|reply| reply.version()).all(is_meant) {
        person.board.borrow_mut().shock(format!("a publication meant for {seen:?} came after another"));
    }
}

async fn publish_many(person: &mut Person<'_>) {
    let changes =
        json!({ "changes": [{ "code": "1.000001", "legal_days": 1 }, { "code": "1.000003", "legal_days": 2 }] });
    let fate = person.insist(Ask::post("/api/catalogue/changes", changes)).await;
    let done: Vec<Value> =
        fate.done().iter().flat_map(|reply| reply.body["items"].as_array().unwrap().clone()).collect();
    note_publications(person, &done, fate.unknown);
}

fn note_publications(person: &Person<'_>, offered: &[Value], unknown: usize) {
    let mut board = person.board.borrow_mut();
    board.unknown_publications += unknown;
    for one in offered {
        let version = (one["code"].as_str().unwrap().to_owned(), one["version"].as_u64().unwrap());
        if board.tariffs.insert(version, one["fee"].as_i64().unwrap()).is_some() {
            board.shock(format!("a version was published twice: {one}"));
        }
    }
}

async fn read_events(person: &mut Person<'_>) {
    let (after, take) = (person.board.borrow().events.len(), 1 + person.chance.below(40));
    let Some(read) = person.get(format!("/api/desk/events?after={after}&take={take}")).await else { return };
    person.board.borrow_mut().events.extend(read.body["items"].as_array().unwrap().iter().cloned());
}

/// At every instant the parts of the statistics are the whole.
async fn count(person: &mut Person<'_>) {
    let Some(counted) = person.get("/api/desk/statistics").await else { return };
    let sum = |of: &str| -> u64 { counted.body[of].as_object().unwrap().values().filter_map(Value::as_u64).sum() };
    let total = counted.body["total"].as_u64().unwrap();
    if sum("by_state") != total || sum("by_unit") != total {
        person.board.borrow_mut().shock(format!("the parts are not the whole: {}", counted.body));
    }
}
