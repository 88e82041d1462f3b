//! Every life cycle of a dossier, act by act: in every situation each act is either allowed, with what it leads to and
//! what the log says, or refused, and then nothing changes. The tables are complete, and the last test sees to it that
//! no event and no state can be added without them.

mod accounts;
mod bags;
mod business;
mod deliveries;
mod money;
mod pickups;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::scene::{Answer, Scene, events, permit, posted};

/// Something that is done, or that happens.
pub(crate) struct Act {
    pub(crate) name: &'static str,
    /// Where it is allowed: the situation, the state it leads to, and the events that it leaves in the log.
    pub(crate) done: &'static [(&'static str, &'static str, &'static [&'static str])],
    /// Where it changes nothing: what is answered, and the situations; `*` stands for all that are not named.
    pub(crate) kept: &'static [(&'static str, &'static [&'static str])],
}

/// One life cycle, and how a test gets about in it.
pub(crate) trait Cycle {
    /// The situations: a name and the state it is in.
    const SITUATIONS: &'static [(&'static str, &'static str)];
    const ACTS: &'static [Act];

    fn scene(&self) -> &Scene;

    /// Brings a new dossier into a situation; returns its code.
    async fn enter(&self, situation: &str) -> String;

    /// Does something; `None` where it happens by itself and nobody is answered.
    async fn act(&self, name: &str, code: &str) -> Option<Answer>;

    /// The state of this cycle in a full view.
    fn state(full: &Value) -> &Value;

    /// What must be true in every situation.
    fn check(&self, _full: &Value) {}
}

/// Tries every act in every situation.
pub(crate) async fn drive<C: Cycle>(cycle: &C) {
    for act in C::ACTS {
        for (situation, state) in C::SITUATIONS {
            let here = format!("{} when {situation}", act.name);
            let code = cycle.enter(situation).await;
            let before = cycle.scene().full(&code).await;
            assert_eq!(C::state(&before), state, "{here}");
            let answer = cycle.act(act.name, &code).await.map_or_else(|| "-".to_owned(), |answer| said(&answer));
            let after = cycle.scene().full(&code).await;
            cycle.check(&after);
            let done = act.done.iter().find(|(from, ..)| from == situation);
            let Some((_, to, logged)) = done else {
                assert_eq!(answer, expected(act, situation), "{here}");
                assert_eq!(after, before, "{here}");
                continue;
            };
            assert!(answer.starts_with('2') || answer == "-", "{here}: {answer}");
            assert_eq!(C::state(&after), to, "{here}");
            let (old, new) = (events(&before), events(&after));
            assert_eq!(new[old.len()..], **logged, "{here}");
            assert_eq!(new[..old.len()], old, "{here}");
            let version = |full: &Value| full["version"].as_u64().unwrap();
            assert_eq!(version(&after), version(&before) + logged.len() as u64, "{here}");
        }
    }
}

/// What an act is answered where it changes nothing.
fn expected(act: &Act, situation: &str) -> &'static str {
    let named = act.kept.iter().find(|(_, situations)| situations.contains(&situation));
    let other = act.kept.iter().find(|(_, situations)| situations.contains(&"*"));
    named.or(other).map_or("not in the table", |(answer, _)| answer)
}

/// An answer in short: its status, and the word or code it bears.
fn said(answer: &Answer) -> String {
    let word = answer.body["error_code"].as_str().or(answer.body["code"].as_str().filter(|code| code.len() == 2));
    format!("{} {}", answer.status.as_u16(), word.unwrap_or_default()).trim_end().to_owned()
}

/// What the tables name: events, and states.
fn named<C: Cycle>() -> (BTreeSet<String>, BTreeSet<String>) {
    for act in C::ACTS {
        for (situation, ..) in act.done {
            assert!(C::SITUATIONS.iter().any(|(name, _)| name == situation), "{}: {situation}", act.name);
        }
        for situation in act.kept.iter().flat_map(|(_, situations)| *situations).filter(|name| **name != "*") {
            assert!(C::SITUATIONS.iter().any(|(name, _)| name == situation), "{}: {situation}", act.name);
            assert!(act.done.iter().all(|(done, ..)| done != situation), "{}: {situation} twice", act.name);
        }
    }
    let events = C::ACTS.iter().flat_map(|act| act.done).flat_map(|(_, _, events)| *events);
    let states = C::SITUATIONS.iter().map(|(_, state)| *state).filter(|state| !state.is_empty());
    (events.map(|event| (*event).to_owned()).collect(), states.map(str::to_owned).collect())
}

/// The words that the published document allows for something.
fn words(of: &str) -> BTreeSet<String> {
    fn collect(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                found.extend(members.get("const").and_then(Value::as_str).map(str::to_owned));
                let all = members.get("enum").and_then(Value::as_array).into_iter().flatten();
                found.extend(all.filter_map(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document: Value = serde_json::from_str(mock_portal::openapi()).unwrap();
    let mut found = BTreeSet::new();
    collect(&document["components"]["schemas"][of], &mut found);
    assert!(!found.is_empty(), "the document has no {of}");
    found
}

#[test]
fn no_event_and_no_state_is_missing_in_the_tables() {
    let (mut events, states) = named::<business::Business>();
    assert_eq!(states, words("State"));
    let (of_money, mut states) = named::<money::Money>();
    // A case rests while a tax is awaited; its payment is as any other.
    assert_eq!(states, words("PaymentState"));
    states = money::ENDS.iter().map(|(end, _)| (*end).to_owned()).collect();
    assert_eq!(states, words("OrderEnd"));
    let (of_parcels, states) = named::<deliveries::Deliveries>();
    assert_eq!(states, words("ParcelState"));
    let (of_papers, mut states) = named::<pickups::Pickups>();
    // Seen only while the post is being asked; two wishes at once meet it.
    states.insert("ORDERING".to_owned());
    assert_eq!(states, words("PickupState"));
    let (of_bags, states) = named::<bags::Bags>();
    assert_eq!(states, words("BagState"));
    events.extend([of_money, of_parcels, of_papers, of_bags].into_iter().flatten());
    // What a submission leaves in the log is not done to a dossier; every situation begins with it.
    events.extend(["submitted", "payment_required"].map(str::to_owned));
    assert_eq!(events, words("Event"));
}

#[tokio::test]
async fn a_submission_is_the_first_event_and_a_fee_in_advance_the_second() {
    let scene = Scene::new(&[]).await;
    for (method, logged) in [("none", &["submitted"][..]), ("online", &["submitted", "payment_required"])] {
        let code = scene.submit(super::scene::permit_with(method, &json!({ "payment_method": method }))).await;
        assert_eq!(events(&scene.full(&code).await), logged);
    }
}

#[tokio::test]
async fn a_step_needs_what_it_needs() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.step(&code, "refuse", json!({})).await.refused(422, "validation");
    scene.step(&code, "accept", json!({ "assessed_fee": -1 })).await.refused(422, "validation");
    scene.step(&code, "accept", json!({ "assessed_fee": "much" })).await.refused(422, "validation");
    scene.step("H99.01-210305-9999", "accept", json!({})).await.refused(404, "not_found");
    assert_eq!(scene.full(&code).await["version"], 1);
}

#[tokio::test]
async fn a_result_goes_out_the_way_that_was_asked_for() {
    let scene = Scene::new(&[]).await;
    let by_post = scene.submit(posted("c-1")).await;
    let at_counter = scene.submit(permit("c-2")).await;
    for code in [&by_post, &at_counter] {
        scene.hand_to_post(code).await.refused(409, "illegal_transition");
        scene.steps(code, &["accept", "start", "complete"]).await;
    }
    scene.step(&by_post, "hand-over", json!({})).await.refused(409, "illegal_transition");
    scene.hand_to_post(&at_counter).await.refused(409, "illegal_transition");
    scene.hand_to_post(&by_post).await.ok();
    scene.hand_to_post(&by_post).await.refused(409, "illegal_transition");
    assert_eq!(scene.post_signals().await.iter().filter(|signal| signal["kind"] == "order").count(), 1);
}

#[tokio::test]
async fn two_clerks_at_once_send_one_parcel() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(posted("c-1")).await;
    scene.steps(&code, &["accept", "start", "complete"]).await;
    let (one, other) = tokio::join!(scene.hand_to_post(&code), scene.hand_to_post(&code));
    assert_eq!([&one, &other].iter().filter(|answer| answer.status.is_success()).count(), 1, "{one:?} {other:?}");
    let orders = scene.post_signals().await;
    assert_eq!(orders.iter().filter(|signal| signal["kind"] == "order").count(), 1);
}

#[tokio::test]
async fn an_assessed_fee_replaces_the_tariff() {
    let scene = Scene::new(&[]).await;
    let charged = |payment: &Value| (payment["state"].clone(), payment["amount_due"].clone());
    let code = scene.submit(posted("c-1")).await;
    scene.step(&code, "accept", json!({ "assessed_fee": 3_214_286 })).await.ok();
    let full = scene.full(&code).await;
    assert_eq!(full["fee"], 3_214_286);
    assert_eq!(charged(&full["payment"]), (json!("COD_REQUESTED"), json!(3_214_286)));

    let mut free = permit("c-2");
    free["procedure"] = json!("1.000003");
    free["payment_method"] = json!("counter");
    let code = scene.submit(free).await;
    assert_eq!(charged(&scene.full(&code).await["payment"]), (json!("NONE"), json!(0)));
    scene.step(&code, "accept", json!({ "assessed_fee": 5_000 })).await.ok();
    let full = scene.full(&code).await;
    assert_eq!(charged(&full["payment"]), (json!("REQUIRED"), json!(5_000)));
    assert_eq!(full["progress"][2]["event"], "payment_required");
}
