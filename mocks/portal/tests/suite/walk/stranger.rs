//! Somebody whom nothing of it concerns, and who tries every door: with the token of a citizen, of nobody, of a guess.

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::super::payments::callback;
use super::person::Person;
use super::town::Ask;

/// The operations of the portal that name a dossier, a draft, a bag or a petition in their address.
fn doors() -> Vec<(Method, String)> {
    let document: Value = serde_json::from_str(mock_portal::openapi()).unwrap();
    let mut doors = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_public = path.starts_with("/api/look-up") || path.starts_with("/api/procedures");
        if path.starts_with("/api/") && path.contains('{') && !is_public {
            let methods = item.as_object().unwrap().keys().filter_map(|name| name.to_uppercase().parse().ok());
            doors.extend(methods.filter(is_known).map(|method: Method| (method, path.clone())));
        }
    }
    doors
}

fn is_known(method: &Method) -> bool {
    [Method::GET, Method::POST, Method::PUT, Method::DELETE].contains(method)
}

/// A stranger who acts so many times.
pub(super) async fn stranger(mut person: Person<'_>, steps: usize) {
    let doors = doors();
    assert!(doors.len() > 40, "{doors:?}");
    person.sign_in("003099000777").await;
    let own = person.token.clone();
    for _ in 0..steps {
        person.token = person.chance.pick(&[own.clone(), String::new(), "0".repeat(32)]).clone();
        let codes: Vec<String> = person.board.borrow().dossiers.iter().map(|known| known.code.clone()).collect();
        let code = person.chance.any(&codes).unwrap_or_else(|| "H99.01-210305-0001".to_owned());
        match person.chance.below(8) {
            0 => forge_payment(&mut person, &code).await,
            1 => forge_parcel(&mut person, &code).await,
            2 => forge_order(&mut person, &code).await,
            3 => look_up(&mut person, &code).await,
            _ => try_door(&mut person, &doors, &code).await,
        }
    }
}

async fn try_door(person: &mut Person<'_>, doors: &[(Method, String)], code: &str) {
    let (method, path) = person.chance.pick(doors).clone();
    let number = (1 + person.chance.below(4)).to_string();
    let path = path.replace("{code}", code).replace("{number}", &number).replace("{id}", &number);
    let bodies = [json!({ "reason": "r", "note": "n", "score": 5, "amount": 1 }), json!([]), Value::Null];
    let ask = Ask { method, body: person.chance.pick(&bodies).clone(), ..Ask::get(path) };
    if person.ask(&ask).await.is_some_and(|reply| reply.is_done()) {
        person.board.borrow_mut().shock(format!("a stranger may {} {}", ask.method, ask.path));
    }
}

/// What anybody may know of a dossier is not whose it is.
async fn look_up(person: &mut Person<'_>, code: &str) {
    let Some(told) = person.get(format!("/api/look-up/{code}")).await else { return };
    if told.is_done() && (told.body["code"] != *code || told.body.to_string().contains("0030990")) {
        person.board.borrow_mut().shock(format!("the look-up of {code} told {}", told.body));
    }
}

async fn forge_payment(person: &mut Person<'_>, code: &str) {
    let claim = callback(&format!("{code}-P1"), 120_000, "T0000000001", "a guess");
    let reply = person.ask(&Ask::post("/peers/bank/callback", claim)).await;
    if reply.is_some_and(|reply| reply.body["code"] != "97") {
        person.board.borrow_mut().shock(format!("a forged payment of {code} was believed"));
    }
}

async fn forge_parcel(person: &mut Person<'_>, code: &str) {
    let claim = json!({
        "waybill": "VP000000001VN", "order_number": code, "status": "delivered", "cod_collected": 120_000
    });
    if person.ask(&Ask::post("/peers/post/status", claim)).await.is_some_and(|reply| reply.status != 401) {
        person.board.borrow_mut().shock(format!("a forged delivery of {code} was believed"));
    }
}

/// Orders at the bank and the post in the portal's name.
async fn forge_order(person: &mut Person<'_>, code: &str) {
    let headers = [(CONTENT_TYPE.as_str(), "application/json"), ("access_token", "a guess")];
    let order = json!({
        "message_type": "INIT", "version": "1.0", "partner": "MOCK", "reference": format!("{code}-P1"), "amount": 1,
        "currency": "VND", "description": "d", "dossier": code, "time": "20210305080000",
        "callback_url": "http://127.0.0.1:9/", "return_url": "http://127.0.0.1:9/", "checksum": "0"
    });
    let parcel = json!({
        "customer_code": "MOCK-PORTAL", "order_number": code, "item": "result", "cod_amount": 1, "receiver_name": "n",
        "receiver_address": "a", "receiver_phone": "0", "status_url": "http://127.0.0.1:9/"
    });
    for (peer, order) in [(person.town.bank.url(), order), (person.town.post.url(), parcel)] {
        let url = format!("{peer}/orders");
        let reply = person.town.send(Method::POST, &url, &headers, order.to_string()).await;
        if !reply.is_some_and(|reply| (400..500).contains(&reply.status)) {
            person.board.borrow_mut().shock(format!("a forged order of {code} was taken by {url}"));
        }
    }
}
