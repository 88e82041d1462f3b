//! Closed loop, one journey after the other for each user.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use goose::prelude::*;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

static PEOPLE: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let path = std::env::var("PEOPLE").expect("PEOPLE names people.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("people.json can be read")).expect("people.json is JSON")
});
static WRONG: AtomicU64 = AtomicU64::new(0);

async fn step(user: &mut GooseUser, state: &str, path: &str, body: Option<Value>) -> Result<Value, Box<TransactionError>> {
    let answer = match &body {
        Some(body) => user.post_json(path, body).await?,
        None => user.get(path).await?,
    };
    let shown: Value = match answer.response {
        Ok(response) => response.json().await.unwrap_or_default(),
        Err(_) => Value::Null,
    };
    if shown["state"] != state {
        WRONG.fetch_add(1, Ordering::Relaxed);
    }
    Ok(shown)
}

async fn journey(user: &mut GooseUser) -> TransactionResult {
    let who = PEOPLE.choose(&mut rand::rng()).expect("there are people");
    let submitted = step(user, "SUBMITTED", "/api/dossiers", Some(who["form"].clone())).await?;
    let dossier = format!("/api/dossiers/{}", submitted["code"].as_str().unwrap_or_default());
    let order = json!({ "channel": "online", "phone": who["phone"] });
    let ordered = step(user, "AWAITING_PAYMENT", &format!("{dossier}/payments"), Some(order)).await?;
    let number = who["citizen_number"].as_str().unwrap_or_default();
    let proof = json!({ "reference": ordered["reference"], "code": &number[number.len() - 6..] });
    step(user, "ACCEPTED", &format!("{dossier}/payments/confirmation"), Some(proof)).await?;
    let parcel = json!({ "to": who["name"], "address": who["address"], "phone": who["phone"] });
    step(user, "IN_PROCESS", &format!("{dossier}/postal-return"), Some(parcel)).await?;
    step(user, "COMPLETED", &dossier, None).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), GooseError> {
    let journeys = scenario!("five steps").register_transaction(transaction!(journey));
    GooseAttack::initialize()?.register_scenario(journeys).execute().await?;
    println!("wrong {}", WRONG.load(Ordering::Relaxed));
    Ok(())
}
