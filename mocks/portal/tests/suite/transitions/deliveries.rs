//! The way out: the parcel with the result, from the order to the door or back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use mock_post::{Behaviour, Fault, Faults};
use serde_json::{Value, json};

use super::super::scene::{Answer, Scene, events, posted};
use super::{Act, Cycle, drive};

/// 120,000 VND are to be collected on delivery. The post is slow, so that only the test reports.
pub(crate) struct Deliveries {
    scene: Scene,
    dossiers: AtomicUsize,
}

/// What is done, from the completion of the case on, to get into a situation.
const WAYS: &[(&str, &[&str])] = &[
    ("completed", &[]),
    ("ordered", &["hand-to-post"]),
    ("under way", &["hand-to-post", "in_transit"]),
    ("tried", &["hand-to-post", "in_transit", "attempt 1"]),
    ("delivered", &["hand-to-post", "delivered"]),
    ("paid short", &["hand-to-post", "delivered short"]),
    ("back", &["hand-to-post", "attempt 1", "returned_to_agency"]),
    ("back and paid", &["hand-to-post", "attempt 1", "returned_to_agency", "collect"]),
    ("lost", &["hand-to-post", "lost"]),
    ("called off", &["hand-to-post", "cancel-parcel"]),
    ("ordered anew", &["hand-to-post", "lost", "hand-to-post"]),
    ("handed over", &["hand-to-post", "returned_to_agency", "collect", "hand-over"]),
];

/// What is reported of a parcel that was never ordered, and of one that has come to an end.
const OLD_NEWS: &[(&str, &[&str])] = &[("404 01", &["completed"]), ("200 02", &["*"])];
const ILLEGAL: &[(&str, &[&str])] = &[("409 illegal_transition", &["*"])];

impl Cycle for Deliveries {
    const SITUATIONS: &'static [(&'static str, &'static str)] = &[
        ("completed", "NONE"),
        ("ordered", "ORDERED"),
        ("under way", "IN_TRANSIT"),
        ("tried", "ATTEMPT_FAILED"),
        ("delivered", "DELIVERED"),
        ("paid short", "DELIVERED"),
        ("back", "RETURNED_TO_AGENCY"),
        ("back and paid", "RETURNED_TO_AGENCY"),
        ("lost", "LOST"),
        ("called off", "CANCELLED"),
        ("ordered anew", "ORDERED"),
        ("handed over", "RETURNED_TO_AGENCY"),
    ];

    const ACTS: &'static [Act] = &[
        // One live waybill at most; anew where the one before came to nothing.
        Act {
            name: "hand-to-post",
            done: &[
                ("completed", "ORDERED", &["parcel_ordered"]),
                ("back", "ORDERED", &["parcel_ordered"]),
                ("back and paid", "ORDERED", &["parcel_ordered"]),
                ("lost", "ORDERED", &["parcel_ordered"]),
                ("called off", "ORDERED", &["parcel_ordered"]),
            ],
            kept: ILLEGAL,
        },
        Act {
            name: "cancel-parcel",
            done: &[
                ("ordered", "CANCELLED", &["parcel_cancelled"]),
                ("ordered anew", "CANCELLED", &["parcel_cancelled"]),
            ],
            kept: ILLEGAL,
        },
        Act {
            name: "in_transit",
            done: &[
                ("ordered", "IN_TRANSIT", &["parcel_in_transit"]),
                ("ordered anew", "IN_TRANSIT", &["parcel_in_transit"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "attempt 1",
            done: &[
                ("ordered", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
                ("under way", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
                ("ordered anew", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "attempt 2",
            done: &[
                ("ordered", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
                ("under way", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
                ("tried", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
                ("ordered anew", "ATTEMPT_FAILED", &["parcel_attempt_failed"]),
            ],
            kept: OLD_NEWS,
        },
        // The right amount after a wrong one settles the difference.
        Act {
            name: "delivered",
            done: &[
                ("ordered", "DELIVERED", &["collected", "parcel_delivered"]),
                ("under way", "DELIVERED", &["collected", "parcel_delivered"]),
                ("tried", "DELIVERED", &["collected", "parcel_delivered"]),
                ("ordered anew", "DELIVERED", &["collected", "parcel_delivered"]),
                ("paid short", "DELIVERED", &["collected"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "delivered short",
            done: &[
                ("ordered", "DELIVERED", &["collection_disputed", "parcel_delivered"]),
                ("under way", "DELIVERED", &["collection_disputed", "parcel_delivered"]),
                ("tried", "DELIVERED", &["collection_disputed", "parcel_delivered"]),
                ("ordered anew", "DELIVERED", &["collection_disputed", "parcel_delivered"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "returned_to_agency",
            done: &[
                ("ordered", "RETURNED_TO_AGENCY", &["parcel_returned"]),
                ("under way", "RETURNED_TO_AGENCY", &["parcel_returned"]),
                ("tried", "RETURNED_TO_AGENCY", &["parcel_returned"]),
                ("ordered anew", "RETURNED_TO_AGENCY", &["parcel_returned"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "lost",
            done: &[
                ("ordered", "LOST", &["parcel_lost"]),
                ("under way", "LOST", &["parcel_lost"]),
                ("tried", "LOST", &["parcel_lost"]),
                ("ordered anew", "LOST", &["parcel_lost"]),
            ],
            kept: OLD_NEWS,
        },
        // What was picked up cannot be called off any more.
        Act {
            name: "cancelled",
            done: &[
                ("ordered", "CANCELLED", &["parcel_cancelled"]),
                ("ordered anew", "CANCELLED", &["parcel_cancelled"]),
            ],
            kept: OLD_NEWS,
        },
        // A report on the waybill before, or on one that nobody has given out.
        Act { name: "old waybill", done: &[], kept: &[("200 02", &["ordered anew"]), ("404 01", &["*"])] },
        Act { name: "other waybill", done: &[], kept: &[("404 01", &["*"])] },
        // At the counter only what has come back, and when it is paid for.
        Act {
            name: "hand-over",
            done: &[("back and paid", "RETURNED_TO_AGENCY", &["handed_over"])],
            kept: &[("409 payment_required", &["back"]), ("409 illegal_transition", &["*"])],
        },
        Act {
            name: "collect",
            done: &[("back", "RETURNED_TO_AGENCY", &["paid"])],
            kept: &[
                ("409 already_paid", &["delivered", "back and paid", "handed over"]),
                ("409 nothing_to_pay", &["*"]),
            ],
        },
    ];

    fn scene(&self) -> &Scene {
        &self.scene
    }

    async fn enter(&self, situation: &str) -> String {
        let number = self.dossiers.fetch_add(1, Ordering::Relaxed);
        let code = self.scene.submit(posted(&format!("c-{number}"))).await;
        self.scene.steps(&code, &["accept", "start", "complete"]).await;
        let (_, way) = WAYS.iter().find(|(name, _)| *name == situation).unwrap();
        for act in *way {
            self.act(act, &code).await.unwrap().ok();
        }
        code
    }

    async fn act(&self, name: &str, code: &str) -> Option<Answer> {
        let parcel = self.scene.full(code).await["parcel"].clone();
        let report =
            |waybill: &Value, status: &str| json!({ "waybill": waybill, "order_number": code, "status": status });
        let none = json!("VP0VN");
        let current =
            |status: &str| report(if parcel["waybill"].is_null() { &none } else { &parcel["waybill"] }, status);
        let mut delivered = current("delivered");
        let mut tried = current("attempt_failed");
        Some(match name {
            "hand-to-post" => {
                if parcel["state"] == "LOST" || parcel["state"] == "RETURNED_TO_AGENCY" {
                    // The post has lost or returned nothing: it carries anew what was called off there.
                    self.scene.ask_post(&format!("/orders/{code}/cancel")).await;
                }
                self.scene.hand_to_post(code).await
            }
            "cancel-parcel" => {
                let path = format!("/api/desk/dossiers/{code}/cancel-parcel");
                self.scene.post(&self.scene.post_clerk, &path, json!({})).await
            }
            "hand-over" => self.scene.step(code, "hand-over", json!({})).await,
            "collect" => self.scene.step(code, "collect", json!({ "amount": 120_000 })).await,
            "attempt 1" | "attempt 2" => {
                tried["attempt"] = json!(if name == "attempt 1" { 1 } else { 2 });
                self.scene.report_parcel(tried).await
            }
            "delivered" | "delivered short" => {
                delivered["cod_collected"] = json!(if name == "delivered" { 120_000 } else { 119_999 });
                self.scene.report_parcel(delivered).await
            }
            "old waybill" => {
                let old = parcel["earlier"].get(0).unwrap_or(&none);
                self.scene.report_parcel(report(old, "delivered")).await
            }
            "other waybill" => self.scene.report_parcel(report(&none, "delivered")).await,
            status => self.scene.report_parcel(current(status)).await,
        })
    }

    fn state(full: &Value) -> &Value {
        &full["parcel"]["state"]
    }

    /// A result has been returned where it was delivered or handed over, and nowhere else.
    fn check(&self, full: &Value) {
        let is_out = full["parcel"]["state"] == "DELIVERED" || events(full).contains(&"handed_over".to_owned());
        assert_eq!(full["state"] == "RETURNED", is_out, "{full}");
        assert_eq!(full["returned_at"].is_string(), is_out, "{full}");
        let is_booked = ["COLLECTED", "PAID"].contains(&full["payment"]["state"].as_str().unwrap());
        assert_eq!(full["payment"]["amount_paid"], json!(if is_booked { 120_000 } else { 0 }), "{full}");
    }
}

#[tokio::test]
async fn every_report_on_a_parcel_is_made_in_every_situation() {
    let scene = Scene::with_slow_post(&[]).await;
    drive(&Deliveries { scene, dossiers: AtomicUsize::new(0) }).await;
}

#[tokio::test]
async fn waybills_that_came_to_nothing_stay_on_record() {
    let deliveries = Deliveries { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) };
    let code = deliveries.enter("ordered anew").await;
    let full = deliveries.scene.full(&code).await;
    let parcel = json!({ "waybill": "VP000000002VN", "state": "ORDERED", "earlier": ["VP000000001VN"] });
    assert_eq!(full["parcel"], parcel);
    let reasons: Vec<_> = full["progress"].as_array().unwrap().iter().map(|entry| entry["reason"].clone()).collect();
    assert_eq!(reasons[4..], [Value::Null, json!("VP000000001VN"), json!("instead of VP000000001VN")]);
}

#[tokio::test]
async fn a_result_that_comes_back_waits_for_the_post_again() {
    let deliveries = Deliveries { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) };
    let scene = &deliveries.scene;
    let code = deliveries.enter("completed").await;
    let waiting = async || {
        let inbox = scene.post(&scene.post_clerk, "/api/desk/inbox", json!({ "queue": "post" })).await.ok();
        inbox["items"].as_array().unwrap().iter().map(|item| item["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(waiting().await, [json!(code)]);
    for act in ["hand-to-post", "attempt 1", "returned_to_agency"] {
        assert_eq!(waiting().await, [Value::Null; 0]);
        deliveries.act(act, &code).await.unwrap().ok();
    }
    assert_eq!(waiting().await, [json!(code)]);
}

#[tokio::test]
async fn another_amount_is_noted_and_not_booked() {
    let deliveries = Deliveries { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) };
    let code = deliveries.enter("ordered").await;
    let answer = deliveries.act("delivered short", &code).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &json!({ "code": "04" })));
    let full = deliveries.scene.full(&code).await;
    assert_eq!(full["parcel"]["discrepancy"], 119_999);
    assert_eq!((&full["payment"]["state"], &full["payment"]["amount_paid"]), (&json!("COD_REQUESTED"), &json!(0)));
    deliveries.act("delivered", &code).await.unwrap().ok();
    let full = deliveries.scene.full(&code).await;
    assert_eq!((&full["payment"]["state"], full["parcel"].get("discrepancy")), (&json!("COLLECTED"), None));
}

#[tokio::test]
async fn a_parcel_that_the_post_still_has_is_taken_up_again() {
    let deliveries = Deliveries { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) };
    let code = deliveries.enter("lost").await;
    // The post knows nothing of a loss, and gives the waybill that it gave before.
    deliveries.scene.hand_to_post(&code).await.ok();
    let parcel = deliveries.scene.full(&code).await["parcel"].clone();
    assert_eq!(parcel, json!({ "waybill": "VP000000001VN", "state": "ORDERED" }));
    deliveries.act("delivered", &code).await.unwrap().ok();
    assert_eq!(deliveries.scene.full(&code).await["parcel"]["state"], "DELIVERED");
}

#[tokio::test]
async fn what_the_post_has_called_off_already_is_called_off() {
    let deliveries = Deliveries { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) };
    let code = deliveries.enter("ordered").await;
    deliveries.scene.ask_post(&format!("/orders/{code}/cancel")).await.ok();
    deliveries.act("cancel-parcel", &code).await.unwrap().ok();
    assert_eq!(deliveries.scene.full(&code).await["parcel"]["state"], "CANCELLED");
}

#[tokio::test]
async fn what_the_post_has_picked_up_is_not_called_off() {
    // The first report is held back, so that the portal does not know.
    let behaviour = Behaviour { faults: Faults::none().with(Fault::OutOfOrder, 1.0), ..Behaviour::ordinary() };
    let scene = Scene::with_post_taking(Duration::from_secs(2), &[], behaviour).await;
    let deliveries = Deliveries { scene, dossiers: AtomicUsize::new(0) };
    let code = deliveries.enter("ordered").await;
    let before = deliveries.scene.full(&code).await;
    let url = format!("{}/orders/{code}", deliveries.scene.post.url());
    for _ in 0..100_000 {
        if deliveries.scene.send(Method::GET, &url, &[], String::new()).await.ok()["status"] != "ordered" {
            break;
        }
    }
    deliveries.act("cancel-parcel", &code).await.unwrap().refused(409, "illegal_transition");
    assert_eq!(deliveries.scene.full(&code).await, before);
}

#[tokio::test]
async fn what_the_post_itself_reports_is_understood() {
    // What befalls the parcel, where it ends, what the log says last, and what the last report is answered.
    let ends = [
        (Fault::FailedAttempt, "DELIVERED", "parcel_delivered", "00"),
        (Fault::Returned, "RETURNED_TO_AGENCY", "parcel_returned", "00"),
        (Fault::Lost, "LOST", "parcel_lost", "00"),
        (Fault::WrongCod, "DELIVERED", "parcel_delivered", "04"),
        (Fault::OutOfOrder, "DELIVERED", "parcel_delivered", "02"),
    ];
    for (fault, state, event, answered) in ends {
        let behaviour = Behaviour { faults: Faults::none().with(fault, 1.0), ..Behaviour::ordinary() };
        let deliveries = Deliveries { scene: Scene::with_post(&[], behaviour).await, dossiers: AtomicUsize::new(0) };
        let code = deliveries.enter("completed").await;
        deliveries.act("hand-to-post", &code).await.unwrap().ok();
        let signals = deliveries.scene.post_signals().await;
        let full = deliveries.scene.full(&code).await;
        assert_eq!((&full["parcel"]["state"], events(&full).last().unwrap().as_str()), (&json!(state), event));
        deliveries.check(&full);
        let reports = signals.iter().filter(|signal| signal["kind"] == "report");
        let mut replies: Vec<_> = reports.map(|signal| signal["detail"].as_str().unwrap()).collect();
        assert_eq!(replies.pop(), Some(answered), "{fault:?}");
        assert!(replies.iter().all(|reply| *reply == "00"), "{fault:?} {replies:?}");
        assert_eq!(full["parcel"]["failed_attempts"] == 3, fault == Fault::Returned);
    }
}
