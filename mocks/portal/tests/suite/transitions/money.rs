//! The money of a case: asked for, ordered, paid or not, given back, found in the books of bank and post.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use serde_json::{Value, json};

use super::super::payments::reported;
use super::super::scene::{Answer, SECRET, Scene, permit_with, posted};
use super::{Act, Cycle, drive};

/// The fee is 120,000 VND. Bank and post are the real ones; reports on orders are made up where they never make them.
pub(crate) struct Money {
    scene: Scene,
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
    fn new(scene: Scene) -> Self {
        Self { scene, dossiers: AtomicUsize::new(0), months: AtomicUsize::new(0) }
    }

    async fn tell(&self, callback: Value) -> Answer {
        self.scene.post("", "/peers/bank/callback", callback).await
    }

    /// Pays an order at the bank, whatever the portal thinks of it.
    async fn pay(&self, reference: &str) {
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
    async fn day_of_the_bank(&self) -> String {
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

    async fn reconciled(&self, with: &str) -> Value {
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

#[tokio::test]
async fn a_debt_is_ordered_in_vain_no_more_than_it_is_remembered() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("required").await;
    for i in 1..=32 {
        money.act("order", &code).await.unwrap().ok();
        let report = reported(&format!("{code}-P{i}"), ("24", 120_000), "T", SECRET);
        assert_eq!(money.tell(report).await.ok(), json!({ "code": "00" }));
    }
    money.act("order", &code).await.unwrap().refused(409, "full");
}

#[tokio::test]
async fn what_was_paid_too_much_goes_back_before_the_fee_and_each_once() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("overpaid").await;
    money.pay(&format!("{code}-P2")).await;
    money.scene.steps(&code, &["refuse"]).await;
    for reference in [format!("{code}-P1"), format!("{code}-P2")] {
        let back = money.act("refund", &code).await.unwrap().ok();
        assert_eq!((&back["reference"], &back["amount"]), (&json!(reference), &json!(120_000)));
    }
    money.act("refund", &code).await.unwrap().refused(409, "nothing_to_refund");
    let signals = money.scene.bank_signals().await;
    let refunded: i64 = signals
        .iter()
        .filter(|signal| signal["kind"] == "refunded")
        .map(|signal| signal["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(refunded, 240_000);
    // Two captures and two refunds: the books of both agree.
    let report = money.reconciled("bank").await;
    assert_eq!((&report["matched"], &report["different"], &report["theirs"]), (&json!(4), &json!(0), &json!(0)));
}

#[tokio::test]
async fn two_refunds_at_once_move_money_once() {
    let money = Money::new(Scene::new(&[]).await);
    let code = money.enter("paid in vain").await;
    let (one, other) = tokio::join!(money.act("refund", &code), money.act("refund", &code));
    let answers = [one.unwrap(), other.unwrap()];
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1, "{answers:?}");
    let signals = money.scene.bank_signals().await;
    assert_eq!(signals.iter().filter(|signal| signal["kind"] == "refunded").count(), 1);
}

#[tokio::test]
async fn the_books_of_the_bank_are_compared_to_the_dong() {
    let money = Money::new(Scene::new(&[]).await);
    let paid = money.enter("paid").await;
    // The portal never hears of this one: the bank has it, and is not believed by halves.
    let lost = money.enter("pending").await;
    let order = json!({ "on": ["skim"] });
    money.scene.put("", "/_test/defects", order).await.ok();
    let skimmed = money.enter("required").await;
    for _ in 0..4 {
        money.enter("paid in cash").await;
    }
    money.act("order", &skimmed).await.unwrap().ok();
    money.pay(&format!("{skimmed}-P1")).await;
    money.scene.put("", "/_test/defects", json!({ "on": [] })).await.ok();
    let report = money.reconciled("bank").await;
    let difference = json!([{ "reference": format!("{skimmed}-P1"), "theirs": 120_000, "ours": 119_000 }]);
    assert_eq!((&report["differences"], &report["difference"]), (&difference, &json!(1_000)));
    assert_eq!((&report["matched"], &report["theirs"], &report["ours"]), (&json!(1), &json!(240_000), &json!(239_000)));
    assert_eq!(money.scene.full(&paid).await["payment"]["state"], "RECONCILED");
    assert_eq!(money.scene.full(&skimmed).await["payment"]["state"], "PAID");
    // A payment that the portal has booked on that day, and the bank has not.
    let day = money.day_of_the_bank().await;
    let time = format!("{}120000", day.replace('-', ""));
    let forged = super::super::payments::sealed(&format!("{lost}-P1"), ("00", 120_000), ("T-forged", &time), SECRET);
    assert_eq!(money.tell(forged).await.ok(), json!({ "code": "00" }));
    let report = money.reconciled("bank").await;
    let missing = json!({ "reference": format!("{lost}-P1"), "theirs": null, "ours": 120_000 });
    assert_eq!((&report["differences"][1], &report["difference"]), (&missing, &json!(-119_000)));
    money.scene.post(&money.scene.desk, "/api/desk/reconciliations/bank", json!({})).await.refused(422, "validation");
}

#[tokio::test]
async fn the_books_of_the_post_are_compared_to_the_dong() {
    let money = Money::new(Scene::new(&[]).await);
    let right = money.enter("collected").await;
    let report = money.reconciled("post").await;
    assert_eq!((&report["matched"], &report["different"], &report["theirs"]), (&json!(1), &json!(0), &json!(120_000)));
    assert_eq!(money.scene.full(&right).await["payment"]["state"], "RECONCILED");
    let disputed = money.enter("remitted").await;
    let report = money.reconciled("post").await;
    assert_eq!((&report["matched"], &report["different"], &report["difference"]), (&json!(2), &json!(1), &json!(7)));
    assert_eq!((&report["differences"][0]["theirs"], &report["differences"][0]["ours"]), (&json!(7), &Value::Null));
    assert_eq!(money.scene.full(&disputed).await["payment"]["state"], "REMITTED");
    let signals = money.scene.post_signals().await;
    let agreed: Vec<_> = signals
        .iter()
        .filter(|signal| signal["kind"] == "reconcile")
        .map(|signal| (&signal["state"], &signal["amount"]))
        .collect();
    assert_eq!(agreed[..2], [(&json!("reconciled"), &json!(120_000)), (&json!("disputed"), &json!(120_000))]);
}

#[tokio::test]
async fn peers_that_are_gone_leave_the_money_where_it_was() {
    let mut money = Money::new(Scene::new(&[]).await);
    let code = money.enter("paid in vain").await;
    let day = money.day_of_the_bank().await;
    let before = money.scene.full(&code).await;
    money.scene.lose_peers();
    money.act("refund", &code).await.unwrap().refused(502, "peer_unavailable");
    let scene = &money.scene;
    let reconciled = scene.post(&scene.desk, "/api/desk/reconciliations/bank", json!({ "day": day })).await;
    reconciled.refused(502, "peer_unavailable");
    let reconciled = scene.post(&scene.post_clerk, "/api/desk/reconciliations/post", json!({})).await;
    reconciled.refused(502, "peer_unavailable");
    assert_eq!(scene.full(&code).await, before);
}
