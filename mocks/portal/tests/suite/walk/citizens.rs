//! Citizens: apply, pay, follow, withdraw, bring papers, complain. And the bank's customer, who may be anybody.

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::person::{Deed, Person};
use super::town::{Ask, COUNTER_ONLY};

const PROCEDURES: [&str; 3] = ["1.000001", "1.000002", "1.000003"];
pub(super) const UNITS: [&str; 2] = ["H99.01", "H99.02"];

/// An application, its every choice by chance; without a reference where `reference` is empty.
pub(super) fn application(person: &mut Person<'_>, number: &str, channel: &str, mark: &str) -> (Value, bool) {
    let chance = &mut person.chance;
    let is_posted = chance.below(5) < 2;
    let paid: &[&str] = match (channel, is_posted) {
        ("online", true) => &["online", "cod", "cod", "none"],
        ("online", false) => &["online", "online", "online", "counter", "none"],
        (_, true) => &["cod", "counter"],
        _ => &["counter", "counter", "none"],
    };
    let returned = if is_posted { "post" } else { *chance.pick(&["counter", "electronic"]) };
    let is_named = chance.one_in(2);
    let mut body = json!({
        "procedure": chance.pick(&PROCEDURES), "unit": chance.pick(&UNITS), "channel": channel,
        "client_reference": is_named.then_some(mark),
        "applicant": {
            "full_name": "Nguyễn Thị Thanh Hoa", "citizen_number": number, "phone": "0000000001",
            "email": "hoa@example.invalid", "address": "Tổ 3"
        },
        "form": { "subject": "Cấp mới", "note": mark },
        "return_method": returned, "return_address": is_posted.then_some("Tổ 3"), "payment_method": chance.pick(paid)
    });
    if chance.one_in(6) {
        body["fee"] = json!(1);
    }
    if chance.one_in(8) {
        body["procedure"] = json!(chance.pick(&["9.999999", COUNTER_ONLY]));
    }
    (body, is_named)
}

/// Hands an application in and makes it known.
pub(super) async fn apply(person: &mut Person<'_>, number: &str, channel: &str) {
    let mark = person.mark();
    let (body, is_named) = application(person, number, channel, &mark);
    let unit = body["unit"].as_str().unwrap().to_owned();
    let path = if channel == "online" { "/api/dossiers" } else { "/api/desk/dossiers" };
    let ask = Ask::post(path, body);
    let mut handed = person.hand_in(mark.clone(), is_named, ask.clone()).await;
    if is_named && person.chance.one_in(3) {
        let more = person.hand_in(mark, true, ask).await;
        handed.new.extend(more.new);
        handed.again.extend(more.again);
        handed.unknown += more.unknown;
    }
    let mut board = person.board.borrow_mut();
    for receipt in handed.new.iter().chain(&handed.again) {
        board.learn(receipt, &unit, number);
    }
    board.submissions.push(handed);
}

/// A citizen who acts so many times.
pub(super) async fn citizen(mut person: Person<'_>, number: &str, steps: usize) {
    person.sign_in(number).await;
    for _ in 0..steps {
        let own = owned(&mut person, number);
        match (person.chance.below(24), own) {
            (0..=2, _) | (_, None) => apply(&mut person, number, "online").await,
            (3, _) => hand_in_draft(&mut person, number).await,
            (4..=9, Some(code)) => pay(&mut person, &code, "payments").await,
            (10..=13, Some(code)) => pay(&mut person, &code, "tax-payments").await,
            (14..=18, Some(code)) => step(&mut person, &code).await,
            (19, Some(code)) => attach(&mut person, &code).await,
            (20, _) => complain(&mut person).await,
            (21, Some(code)) => read(&mut person, &code).await,
            (22, _) => list(&mut person, number).await,
            _ => pry(&mut person, number).await,
        }
    }
}

/// One of this citizen's dossiers.
fn owned(person: &mut Person<'_>, number: &str) -> Option<String> {
    let board = person.board.borrow();
    let own: Vec<String> =
        board.dossiers.iter().filter(|known| known.owner == number).map(|known| known.code.clone()).collect();
    // Mostly one of the latest, on which something is still to happen.
    let latest = own.len().saturating_sub(6);
    let from = if person.chance.one_in(3) { 0 } else { latest };
    person.chance.any(&own[from..])
}

async fn pay(person: &mut Person<'_>, code: &str, what: &str) {
    let fate = person.insist(Ask::post(format!("/api/dossiers/{code}/{what}"), Value::Null)).await;
    let mut board = person.board.borrow_mut();
    for reply in fate.replies.iter().filter(|reply| reply.is_done()) {
        let url = reply.body["payment_url"].as_str().unwrap().to_owned();
        if !board.payment_urls.contains(&url) {
            board.payment_urls.push(url);
        }
    }
}

async fn step(person: &mut Person<'_>, code: &str) {
    let seen = person.get(format!("/api/dossiers/{code}")).await;
    let state = seen.as_ref().map(|seen| seen.body["state"].as_str().unwrap_or_default().to_owned());
    let sensible = match state.as_deref() {
        Some("AWAITING_SUPPLEMENT") => 1,
        Some("REJECTED" | "STOPPED" | "COMPLETED" | "RETURNED") => 2,
        _ => 0,
    };
    let choice = if person.chance.one_in(4) { person.chance.below(3) } else { sensible };
    // A withdrawal ends the walk of a dossier, so that it is to be rare.
    if choice == 0 && !person.chance.one_in(8) {
        return;
    }
    let (step, body, events): (_, _, &[&str]) = match choice {
        0 => ("withdrawal", json!({ "reason": "đổi ý" }), &["withdrawal_requested"]),
        1 => ("supplement", json!({ "note": "đã nộp" }), &["supplement_received"]),
        _ => ("rating", json!({ "score": 1 + person.chance.below(5) }), &["rated"]),
    };
    let meant_for = seen.and_then(|seen| seen.tag).filter(|_| person.chance.one_in(2));
    person.act("/api", Deed { code, step, body, events, by: "applicant", meant_for }).await;
}

async fn hand_in_draft(person: &mut Person<'_>, number: &str) {
    let mark = person.mark();
    let (body, is_named) = application(person, number, "online", &mark);
    let unit = body["unit"].as_str().unwrap().to_owned();
    let Some(draft) = person.ask(&Ask::post("/api/drafts", body)).await else { return };
    let Some(id) = draft.body["id"].as_u64() else { return };
    let path = format!("/api/drafts/{id}/submission");
    let mut handed = person.hand_in(mark, is_named, Ask::post(path, Value::Null)).await;
    // A draft that was handed in is gone, which names the submission as well as any key.
    handed.is_named = true;
    let mut board = person.board.borrow_mut();
    for receipt in handed.new.iter().chain(&handed.again) {
        board.learn(receipt, &unit, number);
    }
    board.submissions.push(handed);
}

async fn attach(person: &mut Person<'_>, code: &str) {
    let mark = person.mark();
    let file =
        json!({ "name": format!("{mark}.pdf"), "content_type": "application/pdf", "content_base64": "JVBERi0xLjQK" });
    let handed = person.hand_in(mark, false, Ask::post(format!("/api/dossiers/{code}/attachments"), file)).await;
    person.board.borrow_mut().attachments.push(handed);
}

async fn complain(person: &mut Person<'_>) {
    let mark = person.mark();
    let petition = json!({ "subject": mark, "text": "Chờ lâu" });
    let handed = person.hand_in(mark, false, Ask::post("/api/petitions", petition)).await;
    person.board.borrow_mut().petitions.push(handed);
}

async fn read(person: &mut Person<'_>, code: &str) {
    let Some(seen) = person.get(format!("/api/dossiers/{code}")).await else { return };
    if seen.body["code"] != *code {
        person.board.borrow_mut().shock(format!("whoever asked for {code} was shown {}", seen.body));
    }
    person.get(format!("/api/dossiers/{code}/history")).await;
    person.get(format!("/api/dossiers/{code}/result")).await;
}

async fn list(person: &mut Person<'_>, number: &str) {
    let Some(page) = person.get("/api/dossiers?size=500").await else { return };
    let is_own = |item: &Value| item["citizen_number"] == *number;
    if !page.body["items"].as_array().unwrap().iter().all(is_own) {
        person.board.borrow_mut().shock(format!("{number} was shown others' dossiers: {}", page.body));
    }
}

/// Tries what is not this citizen's.
async fn pry(person: &mut Person<'_>, number: &str) {
    let others: Vec<String> = {
        let board = person.board.borrow();
        board.dossiers.iter().filter(|known| known.owner != number).map(|known| known.code.clone()).collect()
    };
    let Some(code) = person.chance.any(&others) else { return };
    let path = format!("/api/dossiers/{code}");
    let asks = [
        Ask::get(path.clone()),
        Ask::post(format!("{path}/withdrawal"), json!({ "reason": "r" })),
        Ask::post(format!("{path}/payments"), Value::Null),
        Ask::post(format!("/api/desk/dossiers/{code}/accept"), json!({})),
    ];
    let ask = person.chance.pick(&asks).clone();
    if person.ask(&ask).await.is_some_and(|reply| reply.is_done()) {
        person.board.borrow_mut().shock(format!("{number} may {ask:?}"));
    }
}

/// The bank's customer: pays or declines what anybody is to pay, and clicks twice.
pub(super) async fn payer(mut person: Person<'_>, steps: usize) {
    for _ in 0..steps {
        let urls = person.board.borrow().payment_urls.clone();
        let latest = urls.len().saturating_sub(5);
        let from = if person.chance.one_in(4) { 0 } else { latest };
        let Some(url) = person.chance.any(&urls[from..]) else {
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
            continue;
        };
        if person.chance.one_in(2) {
            person.town.send(Method::GET, &url, &[], String::new()).await;
        }
        let action = if person.chance.one_in(4) { "action=cancel" } else { "action=pay" };
        let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        let click = || person.town.send(Method::POST, &url, &headers, action.to_owned());
        if person.chance.one_in(3) {
            tokio::join!(click(), click());
        } else {
            click().await;
        }
    }
}
