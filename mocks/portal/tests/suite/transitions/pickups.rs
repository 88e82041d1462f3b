//! The way in: papers of an online dossier that the post fetches from the applicant.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::super::scene::{Answer, Scene, code, permit, permit_with};
use super::{Act, Cycle, drive};

/// The post is slow, so that only the test reports.
pub(crate) struct Pickups {
    scene: Scene,
    dossiers: AtomicUsize,
}

const WAYS: &[(&str, &[&str])] = &[
    ("none", &[]),
    ("requested", &["request"]),
    ("collected", &["request", "collected"]),
    ("arrived", &["request", "at_agency"]),
    ("called off", &["request", "call off"]),
    ("lost", &["request", "lost"]),
    ("requested anew", &["request", "call off", "request"]),
    ("refused", &["refuse"]),
];

const OLD_NEWS: &[(&str, &[&str])] = &[("404 01", &["none", "refused"]), ("200 02", &["*"])];

impl Cycle for Pickups {
    const SITUATIONS: &'static [(&'static str, &'static str)] = &[
        ("none", ""),
        ("requested", "PICKUP_REQUESTED"),
        ("collected", "COLLECTED"),
        ("arrived", "AT_AGENCY"),
        ("called off", "CANCELLED"),
        ("lost", "LOST"),
        ("requested anew", "PICKUP_REQUESTED"),
        ("refused", ""),
    ];

    const ACTS: &'static [Act] = &[
        Act {
            name: "request",
            done: &[
                ("none", "PICKUP_REQUESTED", &["pickup_requested"]),
                ("called off", "PICKUP_REQUESTED", &["pickup_requested"]),
                ("lost", "PICKUP_REQUESTED", &["pickup_requested"]),
            ],
            kept: &[("409 illegal_transition", &["*"])],
        },
        Act {
            name: "call off",
            done: &[
                ("requested", "CANCELLED", &["pickup_cancelled"]),
                ("requested anew", "CANCELLED", &["pickup_cancelled"]),
            ],
            kept: &[("409 illegal_transition", &["*"])],
        },
        Act {
            name: "collected",
            done: &[
                ("requested", "COLLECTED", &["papers_collected"]),
                ("requested anew", "COLLECTED", &["papers_collected"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "at_agency",
            done: &[
                ("requested", "AT_AGENCY", &["papers_at_agency"]),
                ("collected", "AT_AGENCY", &["papers_at_agency"]),
                ("requested anew", "AT_AGENCY", &["papers_at_agency"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "lost",
            done: &[
                ("requested", "LOST", &["papers_lost"]),
                ("collected", "LOST", &["papers_lost"]),
                ("requested anew", "LOST", &["papers_lost"]),
            ],
            kept: OLD_NEWS,
        },
        Act {
            name: "cancelled",
            done: &[
                ("requested", "CANCELLED", &["pickup_cancelled"]),
                ("requested anew", "CANCELLED", &["pickup_cancelled"]),
            ],
            kept: OLD_NEWS,
        },
        Act { name: "other waybill", done: &[], kept: &[("404 01", &["*"])] },
        Act { name: "flown", done: &[], kept: &[("422 validation", &["*"])] },
    ];

    fn scene(&self) -> &Scene {
        &self.scene
    }

    async fn enter(&self, situation: &str) -> String {
        let number = self.dossiers.fetch_add(1, Ordering::Relaxed);
        let code = self.scene.submit(permit(&format!("c-{number}"))).await;
        let (_, way) = WAYS.iter().find(|(name, _)| *name == situation).unwrap();
        for act in *way {
            self.act(act, &code).await.unwrap().ok();
        }
        code
    }

    async fn act(&self, name: &str, code: &str) -> Option<Answer> {
        let pickup = self.scene.full(code).await["pickup"].clone();
        let mut report = json!({ "waybill": pickup["waybill"], "order_number": code, "status": name });
        Some(match name {
            "request" => {
                if pickup["state"] == "LOST" {
                    // The post has lost nothing: it fetches anew what was called off there.
                    self.scene.ask_post(&format!("/pickups/{code}/cancel")).await.ok();
                }
                self.scene.mine(code, "pickup", json!({ "documents": 2 })).await
            }
            "call off" => self.scene.mine(code, "pickup/cancellation", json!({})).await,
            "refuse" => self.scene.step(code, "refuse", json!({ "reason": "r" })).await,
            "other waybill" => {
                report = json!({ "waybill": "VP0VN", "order_number": code, "status": "collected" });
                self.scene.report_pickup(report).await
            }
            _ => {
                if report["waybill"].is_null() {
                    report["waybill"] = json!("VP0VN");
                }
                self.scene.report_pickup(report).await
            }
        })
    }

    fn state(full: &Value) -> &Value {
        const NONE: &Value = &Value::String(String::new());
        full["pickup"].get("state").unwrap_or(NONE)
    }
}

#[tokio::test]
async fn every_report_on_papers_is_made_in_every_situation() {
    drive(&Pickups { scene: Scene::with_slow_post(&[]).await, dossiers: AtomicUsize::new(0) }).await;
}

#[tokio::test]
async fn papers_are_fetched_by_the_post_to_the_end() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let pickup = scene.mine(&code, "pickup", json!({ "documents": 2 })).await;
    assert_eq!((pickup.status.as_u16(), &pickup.body["address"]), (201, &json!("Tổ 3")));
    let signals = scene.post_signals().await;
    assert!(signals.iter().all(|signal| signal["direction"] != "out" || signal["detail"] == "00"), "{signals:?}");
    let full = scene.full(&code).await;
    assert_eq!((&full["pickup"]["state"], &full["state"]), (&json!("AT_AGENCY"), &json!("SUBMITTED")));
    assert_eq!(full["parcel"]["state"], "NONE", "the result goes its own way");
}

#[tokio::test]
async fn two_wishes_at_once_fetch_papers_once() {
    let scene = Scene::with_slow_post(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let wish = || scene.mine(&code, "pickup", json!({ "documents": 2 }));
    let (one, other) = tokio::join!(wish(), wish());
    assert_eq!([&one, &other].iter().filter(|answer| answer.status.is_success()).count(), 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn only_papers_of_online_dossiers_are_fetched_and_only_from_somewhere() {
    let mut scene = Scene::with_slow_post(&[]).await;
    let counter = permit_with("c-1", &json!({ "channel": "counter" }));
    let at_counter = code(&scene.post(&scene.desk, "/api/desk/dossiers", counter).await.ok());
    scene.mine(&at_counter, "pickup", json!({ "documents": 1 })).await.refused(409, "illegal_transition");
    let online = scene.submit(permit("c-2")).await;
    for wrong in [json!({}), json!({ "documents": 1_001 }), json!({ "documents": 1, "address": " " })] {
        scene.mine(&online, "pickup", wrong).await.refused(422, "validation");
    }
    scene.mine(&online, "pickup", json!({ "documents": 1 })).await.ok();
    scene.mine(&online, "pickup/cancellation", json!({})).await.ok();
    let before = scene.full(&online).await;
    scene.lose_peers();
    scene.mine(&online, "pickup", json!({ "documents": 1 })).await.refused(502, "peer_unavailable");
    assert_eq!(scene.full(&online).await, before, "an order that the post did not take leaves nothing behind");
}
