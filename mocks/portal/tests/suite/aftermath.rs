//! What follows the usual life of a dossier, seen as in [`super::probe`]: parcels that do not arrive, money that goes
//! back or is passed on. The post loses and misjudges everything here, and reports slowly unless it is asked to hurry.

use http::Method;
use mock_portal::Defect;
use mock_post::{Behaviour, Fault, Faults};
use serde_json::{Value, json};

use super::payments::callback;
use super::scene::{SECRET, Scene, permit, permit_with, posted};

/// Everything that shows what a defect does to parcels and to money that was paid.
pub(crate) async fn seen(defects: &[Defect]) -> Vec<String> {
    let mut seen = Vec::new();
    seen.extend(parcels(defects).await);
    seen.extend(refunds(defects).await);
    seen.extend(lateness(defects).await);
    seen.extend(remittances(defects).await);
    seen
}

/// A parcel that is tried in vain and another that is lost.
async fn parcels(defects: &[Defect]) -> Vec<String> {
    let scene = Scene::with_slow_post(defects).await;
    let mut seen = Vec::new();
    for (i, status) in ["attempt_failed", "lost"].into_iter().enumerate() {
        let code = scene.submit(posted(&format!("a-{i}"))).await;
        for step in ["accept", "start", "start", "complete"] {
            scene.step(&code, step, json!({})).await;
        }
        let waybill = scene.hand_to_post(&code).await.body["waybill"].clone();
        let again = scene.hand_to_post(&code).await;
        seen.push(format!("{} {}", again.status, again.body["waybill"]));
        let report = json!({ "waybill": waybill, "order_number": code, "status": status });
        seen.push(scene.report_parcel(report).await.body.to_string());
        let full = scene.get(&scene.desk, &format!("/api/desk/dossiers/{code}")).await.body;
        seen.push(format!("{} {} {}", full["state"], full["parcel"], full["payment"]["state"]));
    }
    seen
}

/// A fee that goes back because the case was refused, and is asked for again.
async fn refunds(defects: &[Defect]) -> Vec<String> {
    let scene = Scene::new(defects).await;
    let mut seen = Vec::new();
    let hoa = scene.hoa().await;
    let code = scene.submit(permit_with("r-1", &json!({ "payment_method": "online" }))).await;
    let order = scene.post(&hoa, &format!("/api/dossiers/{code}/payments"), json!({})).await.body;
    let Some(url) = order["payment_url"].as_str() else { return vec![order.to_string()] };
    scene.send(Method::GET, url, &[], String::new()).await;
    scene.decide(url, "pay").await;
    scene.bank_signals().await;
    scene.step(&code, "refuse", json!({ "reason": "r" })).await;
    for _ in 0..2 {
        let answer = scene.step(&code, "refund", json!({})).await;
        seen.push(answer.status.to_string());
    }
    let asked = scene.bank_signals().await.iter().filter(|signal| signal["kind"] == "refund").count();
    seen.push(asked.to_string());
    seen
}

/// Papers that never come, and money that comes when its order has expired.
async fn lateness(defects: &[Defect]) -> Vec<String> {
    let scene = Scene::new(defects).await;
    let (hoa, waiting) = (scene.hoa().await, scene.submit(permit("l-1")).await);
    let paid = scene.submit(permit_with("l-2", &json!({ "payment_method": "online" }))).await;
    scene.step(&waiting, "request-supplement", json!({ "reason": "r", "items": ["x"] })).await;
    scene.post(&hoa, &format!("/api/dossiers/{paid}/payments"), json!({})).await;
    scene.at("2021-06-01T08:00").await;
    let late = callback(&format!("{paid}-P1"), 120_000, "T-late", SECRET);
    let mut seen = vec![scene.post("", "/peers/bank/callback", late).await.body.to_string()];
    for code in [&waiting, &paid] {
        let full = scene.get(&scene.desk, &format!("/api/desk/dossiers/{code}")).await.body;
        seen.push(format!("{} {}", full["state"], full["payment"]["state"]));
    }
    seen
}

/// Money that a receiver has paid wrongly, passed on and reconciled.
async fn remittances(defects: &[Defect]) -> Vec<String> {
    let behaviour = Behaviour { faults: Faults::none().with(Fault::WrongCod, 1.0), ..Behaviour::ordinary() };
    let scene = Scene::with_post(defects, behaviour).await;
    let code = scene.submit(posted("m-1")).await;
    for step in ["accept", "start", "start", "complete"] {
        scene.step(&code, step, json!({})).await;
    }
    scene.hand_to_post(&code).await;
    scene.post_signals().await;
    scene.end_of_the_posts_day().await;
    let report: Value = scene.post(&scene.post_clerk, "/api/desk/reconciliations/post", json!({})).await.body;
    vec![report.to_string()]
}
