//! The money of a case: asked for, ordered, paid or not, given back, found in the books of bank and post.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use serde_json::{Value, json};

use super::super::payments::reported;
use super::super::scene::{Answer, SECRET, Scene, permit_with, posted};
use super::{Act, Cycle, drive};

/// The fee is 120,000 VND. Bank and post are the real ones; reports on orders are made up where they never make them.
pub(crate) struct Money {
    pub(super) scene: Scene,
    dossiers: AtomicUsize,
    /// How many months have gone by.
    months: AtomicUsize,
}

/// How orders end without money, and what leads there.
pub(crate) const ENDS: &[(&str, &str)] = &[("CANCELLED", "cancelled"), ("FAILED", "failed"), ("EXPIRED", "term")];

/// How the fee is to be paid, and what is done to get into a situation.
const WAYS: &[(&str, &str, &[&str])] = &[
    ("free", "none", &[]),
    ("required", "online", &[]),
    ("at the counter", "counter", &[]),
    ("pending", "online", &["order"]),
    ("called off", "online", &["order", "cancelled"]),
    ("failed", "online", &["order", "failed"]),
    ("expired", "online", &["order", "term"]),
    ("ordered anew", "online", &["order", "cancelled", "order"]),
    ("overpaid", "online", &["order", "cancelled", "order", "pay the first"]),
    ("paid", "online", &["order", "pay the first"]),
    ("paid in cash", "counter", &["collect"]),
    ("paid in vain", "online", &["order", "pay the first", "refuse"]),
    ("cash in vain", "counter", &["collect", "refuse"]),
    ("reconciled", "online", &["order", "pay the first", "refuse", "reconcile bank"]),
    ("refunded", "online", &["order", "pay the first", "refuse", "refund"]),
    ("exempt", "counter", &["exempt"]),
    ("on delivery", "cod", &["accept"]),
    ("collected", "cod", &["accept", "start", "complete", "deliver"]),
    ("remitted", "cod", &["accept", "start", "complete", "deliver", "remit too much"]),
    ("reconciled with the post", "cod", &["accept", "start", "complete", "deliver", "reconcile post"]),
];

/// Where an order is or was.
const OF_NO_ORDER: &[&str] = &[
    "free",
    "required",
    "at the counter",
    "paid in cash",
    "cash in vain",
    "exempt",
    "on delivery",
    "collected",
    "remitted",
    "reconciled with the post",
];
/// Where the fee is paid and was not given back.
const PAID: &[&str] = &[
    "paid",
    "paid in cash",
    "paid in vain",
    "cash in vain",
    "reconciled",
    "collected",
    "remitted",
    "reconciled with the post",
];

impl Cycle for Money {
    const SITUATIONS: &'static [(&'static str, &'static str)] = &[
        ("free", "NONE"),
        ("required", "REQUIRED"),
        ("at the counter", "REQUIRED"),
        ("pending", "PENDING"),
        ("called off", "REQUIRED"),
        ("failed", "REQUIRED"),
        ("expired", "REQUIRED"),
        ("ordered anew", "PENDING"),
        ("overpaid", "PENDING"),
        ("paid", "PAID"),
        ("paid in cash", "PAID"),
        ("paid in vain", "PAID"),
        ("cash in vain", "PAID"),
        ("reconciled", "RECONCILED"),
        ("refunded", "REFUNDED"),
        ("exempt", "EXEMPT"),
        ("on delivery", "COD_REQUESTED"),
        ("collected", "COLLECTED"),
        ("remitted", "REMITTED"),
        ("reconciled with the post", "RECONCILED"),
    ];

    const ACTS: &'static [Act] = &[
        // An order that is placed is shown again.
        Act {
            name: "order",
            done: &[
                ("required", "PENDING", &["payment_ordered"]),
                ("called off", "PENDING", &["payment_ordered"]),
                ("failed", "PENDING", &["payment_ordered"]),
                ("expired", "PENDING", &["payment_ordered"]),
            ],
            kept: &[
                ("200", &["pending", "ordered anew", "overpaid"]),
                ("409 already_paid", PAID),
                ("409 nothing_to_pay", &["*"]),
            ],
        },
        // Money that comes late pays the debt that still stands, or is kept to be given back.
        Act {
            name: "captured",
            done: &[
                ("pending", "PAID", &["paid"]),
                ("called off", "PAID", &["paid"]),
                ("failed", "PAID", &["paid"]),
                ("expired", "PAID", &["paid"]),
                ("ordered anew", "PENDING", &["overpaid"]),
            ],
            kept: &[("200 01", OF_NO_ORDER), ("200 02", &["*"])],
        },
        Act { name: "captured less", done: &[], kept: &[("200 01", OF_NO_ORDER), ("200 04", &["*"])] },
        Act {
            name: "cancelled",
            done: &[("pending", "REQUIRED", &["payment_cancelled"])],
            kept: &[("200 01", OF_NO_ORDER), ("200 02", &["*"])],
        },
        Act {
            name: "failed",
            done: &[("pending", "REQUIRED", &["payment_failed"])],
            kept: &[("200 01", OF_NO_ORDER), ("200 02", &["*"])],
        },
        Act {
            name: "expired",
            done: &[("pending", "REQUIRED", &["payment_expired"])],
            kept: &[("200 01", OF_NO_ORDER), ("200 02", &["*"])],
        },
        // Not decided yet: there is nothing to note.
        Act {
            name: "undecided",
            done: &[],
            kept: &[("200 01", OF_NO_ORDER), ("200 00", &["pending"]), ("200 02", &["*"])],
        },
        Act {
            name: "term",
            done: &[
                ("pending", "REQUIRED", &["payment_expired"]),
                ("ordered anew", "REQUIRED", &["payment_expired"]),
                ("overpaid", "REQUIRED", &["payment_expired"]),
            ],
            kept: &[("-", &["*"])],
        },
        Act {
            name: "collect",
            done: &[("at the counter", "PAID", &["paid"])],
            kept: &[("409 already_paid", PAID), ("409 nothing_to_pay", &["*"])],
        },
        Act {
            name: "exempt",
            done: &[
                ("required", "EXEMPT", &["fee_exempted"]),
                ("at the counter", "EXEMPT", &["fee_exempted"]),
                ("called off", "EXEMPT", &["fee_exempted"]),
                ("failed", "EXEMPT", &["fee_exempted"]),
                ("expired", "EXEMPT", &["fee_exempted"]),
                ("on delivery", "EXEMPT", &["fee_exempted"]),
            ],
            kept: &[
                ("409 already_paid", PAID),
                ("409 payment_in_progress", &["pending", "ordered anew", "overpaid"]),
                ("409 nothing_to_pay", &["*"]),
            ],
        },
        // Whoever need not pay need not pay another fee.
        Act {
            name: "assess",
            done: &[
                ("free", "NONE", &["accepted"]),
                ("required", "REQUIRED", &["accepted"]),
                ("at the counter", "REQUIRED", &["accepted"]),
                ("called off", "REQUIRED", &["accepted"]),
                ("failed", "REQUIRED", &["accepted"]),
                ("expired", "REQUIRED", &["accepted"]),
                ("exempt", "EXEMPT", &["accepted"]),
            ],
            kept: &[
                ("409 payment_in_progress", &["pending", "ordered anew", "overpaid", "paid", "paid in cash"]),
                ("409 illegal_transition", &["*"]),
            ],
        },
        // What was paid in vain goes back once, and so does what was paid too much.
        Act {
            name: "refund",
            done: &[
                ("paid in vain", "REFUNDED", &["refunded"]),
                ("cash in vain", "REFUNDED", &["refunded"]),
                ("reconciled", "REFUNDED", &["refunded"]),
                ("overpaid", "PENDING", &["refunded"]),
            ],
            kept: &[
                (
                    "409 illegal_transition",
                    &["paid", "paid in cash", "collected", "remitted", "reconciled with the post"],
                ),
                ("409 nothing_to_refund", &["*"]),
            ],
        },
        Act {
            name: "reconcile bank",
            done: &[("paid", "RECONCILED", &["reconciled"]), ("paid in vain", "RECONCILED", &["reconciled"])],
            kept: &[("200", &["*"])],
        },
        // A remittance that does not agree stays as it is.
        Act {
            name: "reconcile post",
            done: &[("collected", "RECONCILED", &["remitted", "reconciled"])],
            kept: &[("200", &["*"])],
        },
        Act { name: "remit too much", done: &[("collected", "REMITTED", &["remitted"])], kept: &[("200", &["*"])] },
        // The post brings the result and takes the fee.
        Act {
            name: "finish",
            done: &[(
                "on delivery",
                "COLLECTED",
                &["started", "completed", "parcel_ordered", "parcel_in_transit", "collected", "parcel_delivered"],
            )],
            kept: &[("409 illegal_transition", &["*"])],
        },
    ];

    fn scene(&self) -> &Scene {
        &self.scene
    }

    async fn enter(&self, situation: &str) -> String {
        let number = self.dossiers.fetch_add(1, Ordering::Relaxed);
        let (_, method, way) = WAYS.iter().find(|(name, ..)| *name == situation).unwrap();
        let body = match *method {
            "cod" => posted(&format!("c-{number}")),
            _ => permit_with(&format!("c-{number}"), &json!({ "payment_method": method })),
        };
        let code = self.scene.submit(body).await;
        for act in *way {
            if let Some(answer) = self.act(act, &code).await {
                answer.ok();
            }
        }
        code
    }

    async fn act(&self, name: &str, code: &str) -> Option<Answer> {
        let (scene, first) = (&self.scene, format!("{code}-P1"));
        let told = |outcome: &str, amount: i64| reported(&first, (outcome, amount), "T-late", SECRET);
        Some(match name {
            "order" => scene.mine(code, "payments", json!({})).await,
            "captured" => self.tell(told("00", 120_000)).await,
            "captured less" => self.tell(told("00", 119_999)).await,
            "cancelled" => self.tell(told("24", 120_000)).await,
            "failed" => self.tell(told("51", 120_000)).await,
            "expired" => self.tell(told("11", 120_000)).await,
            "undecided" => self.tell(told("99", 120_000)).await,
            "pay the first" => {
                self.pay(&first).await;
                return None;
            }
            "term" => {
                let month = self.months.fetch_add(1, Ordering::Relaxed) + 5;
                scene.at(&format!("{}-{:02}-01T08:00", 2021 + month / 12, month % 12 + 1)).await;
                return None;
            }
            "collect" => scene.step(code, "collect", json!({ "amount": 120_000 })).await,
            "exempt" => scene.step(code, "exempt", json!({ "reason": "hộ nghèo" })).await,
            "assess" => scene.step(code, "accept", json!({ "assessed_fee": 5_000 })).await,
            "reconcile bank" => {
                let day = json!({ "day": self.day_of_the_bank().await });
                scene.post(&scene.desk, "/api/desk/reconciliations/bank", day).await
            }
            "reconcile post" => {
                scene.end_of_the_posts_day().await;
                scene.post(&scene.post_clerk, "/api/desk/reconciliations/post", json!({})).await
            }
            "remit too much" => {
                self.stranger_pays(code).await;
                scene.end_of_the_posts_day().await;
                scene.post(&scene.post_clerk, "/api/desk/reconciliations/post", json!({})).await
            }
            "deliver" => {
                let answer = scene.hand_to_post(code).await;
                scene.post_signals().await;
                answer
            }
            "finish" => {
                let started = scene.step(code, "start", json!({})).await;
                if !started.status.is_success() || scene.full(code).await["return_method"] != "post" {
                    return Some(started);
                }
                scene.steps(code, &["complete"]).await;
                let answer = scene.hand_to_post(code).await;
                scene.post_signals().await;
                answer
            }
            step => scene.step(code, step, json!({ "reason": "r" })).await,
        })
    }

    fn state(full: &Value) -> &Value {
        &full["payment"]["state"]
    }

    /// Whatever was paid was paid to the dong, and has one receipt with a number.
    fn check(&self, full: &Value) {
        let payment = &full["payment"];
        let is_paid =
            ["PAID", "COLLECTED", "REMITTED", "RECONCILED", "REFUNDED"].contains(&payment["state"].as_str().unwrap());
        let amount = if is_paid { 120_000 } else { 0 };
        assert_eq!((&payment["amount_paid"], payment["receipt_count"] == 1), (&json!(amount), is_paid), "{payment}");
        assert_eq!(payment.get("receipt").is_some(), is_paid, "{payment}");
    }
}

impl Money {
    pub(super) fn new(scene: Scene) -> Self {
        Self { scene, dossiers: AtomicUsize::new(0), months: AtomicUsize::new(0) }
    }

    pub(super) async fn tell(&self, callback: Value) -> Answer {
        self.scene.post("", "/peers/bank/callback", callback).await
    }

    /// Pays an order at the bank, whatever the portal thinks of it.
    pub(super) async fn pay(&self, reference: &str) {
        let signals = self.scene.bank_signals().await;
        let order = signals.iter().find(|signal| signal["kind"] == "order" && signal["reference"] == reference);
        assert!(order.is_some(), "{reference} was never ordered");
        let url = format!("{}/orders/{reference}", self.scene.bank.url());
        let transaction = self.scene.send(Method::GET, &url, &[], String::new()).await.ok()["transaction"].clone();
        let page = format!("{}/pay/{}", self.scene.bank.url(), transaction.as_str().unwrap());
        self.scene.decide(&page, "pay").await;
        self.scene.bank_signals().await;
    }

    /// The latest day on which the bank has moved money.
    pub(super) async fn day_of_the_bank(&self) -> String {
        let url = format!("{}/reconciliation", self.scene.bank.url());
        let report = self.scene.send(Method::GET, &url, &[], String::new()).await.ok();
        let last = report["days"].as_array().unwrap().last().map_or("2021-03-05", |day| day["day"].as_str().unwrap());
        last.to_owned()
    }

    /// Lets the post collect 7 VND in the name of the portal, which has ordered nothing.
    async fn stranger_pays(&self, code: &str) {
        let order = json!({
            "customer_code": "MOCK-PORTAL", "order_number": format!("{code}-stranger"), "item": "result", "cod_amount": 7,
            "receiver_name": "x", "receiver_address": "x", "receiver_phone": "x",
            "status_url": format!("{}/peers/post/status", self.scene.portal.url()),
        });
        self.scene.order_at_post(order).await.ok();
        self.scene.post_signals().await;
    }

    pub(super) async fn reconciled(&self, with: &str) -> Value {
        self.act(&format!("reconcile {with}"), "").await.unwrap().ok()
    }
}

#[tokio::test]
async fn every_act_of_money_is_tried_in_every_situation() {
    drive(&Money::new(Scene::new(&[]).await)).await;
}

#[tokio::test]
async fn each_end_of_an_order_stays_on_record() {
    let money = Money::new(Scene::new(&[]).await);
    for (end, act) in ENDS {
        let code = money.enter("pending").await;
        if let Some(answer) = money.act(act, &code).await {
            assert_eq!(answer.ok(), json!({ "code": "00" }));
        }
        let payment = money.scene.full(&code).await["payment"].clone();
        let past = &payment["past_orders"][0];
        assert_eq!((&past["end"], &past["reference"]), (&json!(end), &json!(format!("{code}-P1"))));
        assert_eq!((&past["amount"], payment.get("pay_by")), (&json!(120_000), None));
    }
}

#[tokio::test]
async fn an_order_expires_in_the_moment_it_was_payable_until() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("pending").await;
    // Five working days after Friday 5/3/2021.
    let pay_by = "2021-03-12T17:00:00.000+07:00";
    assert_eq!(money.scene.full(&code).await["payment"]["pay_by"], pay_by);
    money.act("term", &code).await;
    let full = money.scene.full(&code).await;
    let last = full["progress"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["event"], &last["at"], &last["actor"]),
        (&json!("payment_expired"), &json!(pay_by), &json!("term"))
    );
}
