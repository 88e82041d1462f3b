//! The business of a case: from its submission to the return of the result, with all that may come between.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::super::scene::{Answer, Scene, permit};
use super::{Act, Cycle, drive};

/// The application is for a permit that costs nothing in advance and is handed over at the counter.
pub(crate) struct Business {
    scene: Scene,
    partner: String,
    /// How many dossiers there were.
    dossiers: AtomicUsize,
    /// How many months have gone by.
    months: AtomicUsize,
}

/// What was done to get into a situation.
const WAYS: &[(&str, &[&str])] = &[
    ("submitted", &[]),
    ("accepted", &["accept"]),
    ("apologised", &["accept", "apologise"]),
    ("rejected", &["refuse"]),
    ("in process", &["accept", "start"]),
    ("consulted", &["accept", "start", "consult"]),
    ("papers at once", &["request-supplement"]),
    ("papers", &["accept", "request-supplement"]),
    ("lapsed at once", &["request-supplement", "term"]),
    ("lapsed", &["accept", "request-supplement", "term"]),
    ("taxed", &["accept", "start", "tax-notice"]),
    ("leaving", &["accept", "withdrawal"]),
    ("stopped", &["accept", "stop"]),
    ("completed", &["accept", "start", "complete"]),
    ("correcting", &["accept", "start", "complete", "open-correction"]),
    ("returned", &["accept", "start", "complete", "hand-over"]),
    ("rated", &["accept", "start", "complete", "hand-over", "rating"]),
];

const ILLEGAL: &[(&str, &[&str])] = &[("409 illegal_transition", &["*"])];

impl Cycle for Business {
    const SITUATIONS: &'static [(&'static str, &'static str)] = &[
        ("submitted", "SUBMITTED"),
        ("accepted", "ACCEPTED"),
        ("apologised", "ACCEPTED"),
        ("rejected", "REJECTED"),
        ("in process", "IN_PROCESS"),
        ("consulted", "IN_PROCESS"),
        ("papers at once", "AWAITING_SUPPLEMENT"),
        ("papers", "AWAITING_SUPPLEMENT"),
        ("lapsed at once", "REJECTED"),
        ("lapsed", "STOPPED"),
        ("taxed", "AWAITING_PAYMENT"),
        ("leaving", "WITHDRAWAL_REQUESTED"),
        ("stopped", "STOPPED"),
        ("completed", "COMPLETED"),
        ("correcting", "COMPLETED"),
        ("returned", "RETURNED"),
        ("rated", "RETURNED"),
    ];

    const ACTS: &'static [Act] = &[
        Act { name: "accept", done: &[("submitted", "ACCEPTED", &["accepted"])], kept: ILLEGAL },
        Act { name: "refuse", done: &[("submitted", "REJECTED", &["refused"])], kept: ILLEGAL },
        Act {
            name: "start",
            done: &[("accepted", "IN_PROCESS", &["started"]), ("apologised", "IN_PROCESS", &["started"])],
            kept: ILLEGAL,
        },
        // Whoever was asked has to answer first.
        Act { name: "complete", done: &[("in process", "COMPLETED", &["completed"])], kept: ILLEGAL },
        Act {
            name: "stop",
            done: &[
                ("accepted", "STOPPED", &["stopped"]),
                ("apologised", "STOPPED", &["stopped"]),
                ("in process", "STOPPED", &["stopped"]),
                ("consulted", "STOPPED", &["stopped"]),
            ],
            kept: ILLEGAL,
        },
        Act {
            name: "request-supplement",
            done: &[
                ("submitted", "AWAITING_SUPPLEMENT", &["supplement_requested"]),
                ("accepted", "AWAITING_SUPPLEMENT", &["supplement_requested"]),
                ("apologised", "AWAITING_SUPPLEMENT", &["supplement_requested"]),
                ("in process", "AWAITING_SUPPLEMENT", &["supplement_requested"]),
                ("consulted", "AWAITING_SUPPLEMENT", &["supplement_requested"]),
            ],
            kept: ILLEGAL,
        },
        // Papers lead back to where the case stood, whoever takes them in.
        Act {
            name: "receive-supplement",
            done: &[
                ("papers at once", "SUBMITTED", &["supplement_received"]),
                ("papers", "ACCEPTED", &["supplement_received"]),
            ],
            kept: ILLEGAL,
        },
        Act {
            name: "supplement",
            done: &[
                ("papers at once", "SUBMITTED", &["supplement_received"]),
                ("papers", "ACCEPTED", &["supplement_received"]),
            ],
            kept: ILLEGAL,
        },
        // Time alone ends what waits for papers; a desk that looks after it finds it done.
        Act {
            name: "term",
            done: &[
                ("papers at once", "REJECTED", &["supplement_expired"]),
                ("papers", "STOPPED", &["supplement_expired"]),
            ],
            kept: &[("-", &["*"])],
        },
        Act {
            name: "expire-supplement",
            done: &[],
            kept: &[("200", &["lapsed at once", "lapsed"]), ("409 illegal_transition", &["*"])],
        },
        Act {
            name: "withdrawal",
            done: &[
                ("submitted", "WITHDRAWAL_REQUESTED", &["withdrawal_requested"]),
                ("accepted", "WITHDRAWAL_REQUESTED", &["withdrawal_requested"]),
                ("apologised", "WITHDRAWAL_REQUESTED", &["withdrawal_requested"]),
                ("in process", "WITHDRAWAL_REQUESTED", &["withdrawal_requested"]),
                ("consulted", "WITHDRAWAL_REQUESTED", &["withdrawal_requested"]),
            ],
            kept: ILLEGAL,
        },
        Act { name: "approve-withdrawal", done: &[("leaving", "STOPPED", &["withdrawal_approved"])], kept: ILLEGAL },
        Act { name: "refuse-withdrawal", done: &[("leaving", "ACCEPTED", &["withdrawal_refused"])], kept: ILLEGAL },
        // Once.
        Act {
            name: "apologise",
            done: &[
                ("accepted", "ACCEPTED", &["apologised"]),
                ("in process", "IN_PROCESS", &["apologised"]),
                ("consulted", "IN_PROCESS", &["apologised"]),
            ],
            kept: ILLEGAL,
        },
        Act { name: "consult", done: &[("in process", "IN_PROCESS", &["consulted"])], kept: ILLEGAL },
        Act {
            name: "answer-consultation",
            done: &[("consulted", "IN_PROCESS", &["consultation_answered"])],
            kept: ILLEGAL,
        },
        Act {
            name: "tax-notice",
            done: &[
                ("accepted", "AWAITING_PAYMENT", &["tax_noticed"]),
                ("apologised", "AWAITING_PAYMENT", &["tax_noticed"]),
                ("in process", "AWAITING_PAYMENT", &["tax_noticed"]),
                ("consulted", "AWAITING_PAYMENT", &["tax_noticed"]),
            ],
            kept: ILLEGAL,
        },
        Act { name: "tax-receipt", done: &[("taxed", "IN_PROCESS", &["tax_paid"])], kept: ILLEGAL },
        Act {
            name: "on-the-spot",
            done: &[("submitted", "RETURNED", &["accepted", "started", "completed", "handed_over"])],
            kept: ILLEGAL,
        },
        Act {
            name: "hand-over",
            done: &[("completed", "RETURNED", &["handed_over"]), ("correcting", "RETURNED", &["handed_over"])],
            kept: ILLEGAL,
        },
        // Its result goes another way.
        Act { name: "hand-to-post", done: &[], kept: ILLEGAL },
        Act { name: "cancel-parcel", done: &[], kept: ILLEGAL },
        Act {
            name: "open-correction",
            done: &[
                ("completed", "COMPLETED", &["correction_opened"]),
                ("returned", "RETURNED", &["correction_opened"]),
                ("rated", "RETURNED", &["correction_opened"]),
            ],
            kept: ILLEGAL,
        },
        Act { name: "issue-correction", done: &[("correcting", "COMPLETED", &["correction_issued"])], kept: ILLEGAL },
        Act {
            name: "rating",
            done: &[
                ("rejected", "REJECTED", &["rated"]),
                ("lapsed at once", "REJECTED", &["rated"]),
                ("lapsed", "STOPPED", &["rated"]),
                ("stopped", "STOPPED", &["rated"]),
                ("completed", "COMPLETED", &["rated"]),
                ("correcting", "COMPLETED", &["rated"]),
                ("returned", "RETURNED", &["rated"]),
            ],
            kept: ILLEGAL,
        },
    ];

    fn scene(&self) -> &Scene {
        &self.scene
    }

    async fn enter(&self, situation: &str) -> String {
        let number = self.dossiers.fetch_add(1, Ordering::Relaxed);
        let code = self.scene.submit(permit(&format!("c-{number}"))).await;
        let (_, way) = WAYS.iter().find(|(name, _)| *name == situation).unwrap();
        for act in *way {
            if let Some(answer) = self.act(act, &code).await {
                answer.ok();
            }
        }
        code
    }

    async fn act(&self, name: &str, code: &str) -> Option<Answer> {
        let body = json!({
            "reason": "r", "items": ["x"], "number": "1", "lines": [{ "kind": "x", "amount": 1 }], "amount": 1,
            "agency": "H99.02", "question": "?", "answer": "!", "days": 2, "score": 5
        });
        let at_desk = format!("/api/desk/dossiers/{code}/{name}");
        Some(match name {
            "term" => {
                let month = self.months.fetch_add(1, Ordering::Relaxed) + 5;
                let at = format!("{}-{:02}-01T08:00", 2021 + month / 12, month % 12 + 1);
                self.scene.at(&at).await;
                return None;
            }
            "withdrawal" | "supplement" | "rating" => self.scene.mine(code, name, body).await,
            "answer-consultation" => self.scene.post(&self.partner, &at_desk, body).await,
            "hand-to-post" | "cancel-parcel" => self.scene.post(&self.scene.post_clerk, &at_desk, body).await,
            _ => self.scene.post(&self.scene.desk, &at_desk, body).await,
        })
    }

    fn state(full: &Value) -> &Value {
        &full["state"]
    }
}

#[tokio::test]
async fn every_act_of_a_case_is_tried_in_every_situation() {
    let scene = Scene::new(&[]).await;
    let partner = scene.clerk("desk-2").await;
    let business = Business { scene, partner, dossiers: AtomicUsize::new(0), months: AtomicUsize::new(0) };
    drive(&business).await;
}

#[tokio::test]
async fn a_term_ends_at_its_end_however_fast_the_clock_runs() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    scene.step(&code, "request-supplement", json!({ "reason": "r", "items": ["x"], "days": 1 })).await.ok();
    // A day of the clock is a tenth of a millisecond: it is never read near the end of the term.
    let end = "2021-06-01T08:00:00+07:00";
    scene.set_clock(json!({ "now": "2021-03-08T16:59:59+07:00", "speed": 864e6, "until": end })).await;
    let listed = scene.get(&scene.desk, "/api/desk/dossiers?state=REJECTED").await.ok();
    assert_eq!(listed["items"][0]["code"], json!(code), "nobody has asked for the dossier itself");
    let full = scene.full(&code).await;
    let expired = full["progress"].as_array().unwrap().last().unwrap();
    let at = "2021-03-08T17:00:00.000+07:00";
    assert_eq!((&expired["event"], &expired["at"]), (&json!("supplement_expired"), &json!(at)));
    assert_eq!((&expired["actor"], &full["supplement"]["expired_at"]), (&json!("term"), &json!(at)));
    let counted = scene.get("", "/_test/state").await.ok()["by_state"].clone();
    assert_eq!((&counted["REJECTED"], &counted["AWAITING_SUPPLEMENT"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn the_term_of_an_earlier_request_does_not_end_a_later_one() {
    let scene = Scene::new(&[]).await;
    let code = scene.submit(permit("c-1")).await;
    let papers = |days: u8| json!({ "reason": "r", "items": ["x"], "days": days });
    scene.step(&code, "request-supplement", papers(1)).await.ok();
    scene.steps(&code, &["receive-supplement"]).await;
    scene.step(&code, "request-supplement", papers(5)).await.ok();
    scene.at("2021-03-09T08:00").await;
    assert_eq!(scene.full(&code).await["state"], "AWAITING_SUPPLEMENT");
    // In its last moment a term still runs.
    scene.at("2021-03-12T17:00").await;
    assert_eq!(scene.full(&code).await["state"], "AWAITING_SUPPLEMENT");
    scene.at("2021-03-12T17:01").await;
    assert_eq!(scene.full(&code).await["state"], "REJECTED");
}
