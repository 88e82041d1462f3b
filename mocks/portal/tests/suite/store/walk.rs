//! Two portals do the same at random: one is never ended, the other again and again. They answer the same, word for
//! word.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use mock_portal::Defect;
use serde_json::{Value, json};

use super::super::scene::{events, permit_with};
use super::world::{End, World, notice};

/// How long a walk is.
const STEPS: u32 = 300;
/// The other portal is ended about once in so many steps.
const EVERY: usize = 9;

/// The chance of a walk (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn draw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.draw(choices.len())].clone()
    }
}

/// Who does something.
#[derive(Debug, Clone, Copy)]
enum Whose {
    Hoa,
    Lan,
    Desk,
    OtherDesk,
    PostClerk,
    Registrar,
    Nobody,
}

/// One step of a walk, the same in both worlds.
#[derive(Debug, Clone)]
enum Step {
    Send {
        whose: Whose,
        method: Method,
        path: String,
        key: Option<String>,
        body: Value,
    },
    /// Pays or cancels what was ordered, if something was.
    Decide {
        code: String,
        action: &'static str,
    },
    Clock(String),
}

/// What the steps are drawn from.
struct Plan {
    chance: Chance,
    codes: Vec<String>,
    /// The states they were last said to be in.
    states: BTreeMap<String, String>,
    submitted: u32,
    minutes: u32,
}

const DESK_STEPS: [(&str, &str); 20] = [
    ("accept", "{}"),
    ("accept", "{}"),
    ("accept", r#"{"assessed_fee": 50000}"#),
    ("start", "{}"),
    ("start", "{}"),
    ("complete", "{}"),
    ("complete", "{}"),
    ("hand-over", "{}"),
    ("refuse", r#"{"reason": "r"}"#),
    ("stop", r#"{"reason": "r"}"#),
    ("collect", r#"{"amount": 120000}"#),
    ("request-supplement", r#"{"reason": "r", "items": ["x"], "days": 2}"#),
    ("expire-supplement", "{}"),
    ("approve-withdrawal", "{}"),
    ("refuse-withdrawal", r#"{"reason": "r"}"#),
    ("consult", r#"{"agency": "H99.02", "question": "q", "days": 3}"#),
    ("apologise", r#"{"reason": "r", "days": 3}"#),
    ("on-the-spot", "{}"),
    ("open-correction", r#"{"reason": "r"}"#),
    ("issue-correction", "{}"),
];

impl Plan {
    fn new(seed: u64) -> Self {
        Self { chance: Chance(seed), codes: Vec::new(), states: BTreeMap::new(), submitted: 0, minutes: 0 }
    }

    fn send(whose: Whose, method: Method, path: impl Into<String>, body: Value) -> Step {
        Step::Send { whose, method, path: path.into(), key: None, body }
    }

    fn post(whose: Whose, path: impl Into<String>, body: Value) -> Step {
        Self::send(whose, Method::POST, path, body)
    }

    fn submission(&mut self) -> Value {
        self.submitted += 1;
        // Now and then the same reference again.
        let reference = self.submitted - u32::from(self.chance.draw(8) == 0 && self.submitted > 1);
        let (by, paid) = self.chance.of(&[
            ("counter", "none"),
            ("counter", "online"),
            ("counter", "counter"),
            ("post", "cod"),
            ("post", "none"),
            ("electronic", "online"),
        ]);
        let changes = json!({
            "procedure": self.chance.of(&["1.000001", "1.000002", "1.000003"]),
            "return_method": by, "return_address": "Tổ 3", "payment_method": paid,
        });
        permit_with(&format!("w-{reference}"), &changes)
    }

    fn next(&mut self) -> Step {
        if self.codes.is_empty() {
            return Self::post(Whose::Hoa, "/api/dossiers", self.submission());
        }
        let code = self.some_code();
        if self.chance.draw(4) == 0 {
            return self.onward(&code);
        }
        match self.chance.draw(22) {
            0 => Self::post(Whose::Hoa, "/api/dossiers", self.submission()),
            2 => {
                let (key, body) = (Some(format!("k-{}", self.chance.draw(6))), self.submission());
                Step::Send { whose: Whose::Hoa, method: Method::POST, path: "/api/dossiers".into(), key, body }
            }
            1 | 3..=10 => {
                let (step, body) = self.chance.of(&DESK_STEPS);
                let path = format!("/api/desk/dossiers/{code}/{step}");
                Self::post(Whose::Desk, path, serde_json::from_str(body).unwrap())
            }
            11 => self.of_money(&code),
            12 | 13 => Self::post(Whose::PostClerk, format!("/api/desk/dossiers/{code}/hand-to-post"), json!({})),
            14 => self.of_lines(),
            15 | 16 => self.of_applicant(&code),
            17 => self.of_bags(&code),
            18 => self.of_petitions(),
            19 => self.of_drafts(),
            20 => {
                let change = json!({ "legal_days": self.chance.draw(9), "fee": 1_000 * self.chance.draw(90) });
                Self::send(Whose::Registrar, Method::PUT, "/api/catalogue/procedures/1.000002", change)
            }
            _ => {
                self.minutes += 60 * u32::try_from(self.chance.draw(40)).unwrap();
                let (day, hour) = (5 + self.minutes / 1_440, self.minutes / 60 % 24);
                Step::Clock(format!("2021-03-{:02}T{hour:02}:00", day.min(31)))
            }
        }
    }

    /// What leads on from the state of a dossier.
    fn onward(&mut self, code: &str) -> Step {
        let at_desk =
            |step: &str, body: Value| Self::post(Whose::Desk, format!("/api/desk/dossiers/{code}/{step}"), body);
        match self.states.get(code).map_or("", String::as_str) {
            "SUBMITTED" => at_desk("accept", json!({})),
            "ACCEPTED" => at_desk("start", json!({})),
            "IN_PROCESS" => at_desk("complete", json!({})),
            "AWAITING_SUPPLEMENT" => at_desk("receive-supplement", json!({})),
            "AWAITING_PAYMENT" => at_desk("tax-receipt", json!({ "number": "R", "amount": 3_000_000_000_i64 })),
            "WITHDRAWAL_REQUESTED" => at_desk("refuse-withdrawal", json!({ "reason": "r" })),
            _ if self.chance.draw(2) == 0 => at_desk("hand-over", json!({})),
            _ => Self::post(Whose::PostClerk, format!("/api/desk/dossiers/{code}/hand-to-post"), json!({})),
        }
    }

    /// A dossier, mostly one of the latest four, so that some come far.
    fn some_code(&mut self) -> String {
        let latest = if self.chance.draw(4) == 0 { self.codes.len() } else { self.codes.len().min(4) };
        self.codes[self.codes.len() - 1 - self.chance.draw(latest)].clone()
    }

    fn of_money(&mut self, code: &str) -> Step {
        let order = |kind: &str| Self::post(Whose::Hoa, format!("/api/dossiers/{code}/{kind}"), json!({}));
        match self.chance.draw(6) {
            0 => order("payments"),
            1 => order("tax-payments"),
            2 => Self::post(Whose::Desk, format!("/api/desk/dossiers/{code}/tax-notice"), notice()),
            3 => {
                let receipt = json!({ "number": "R", "amount": 3_000_000_000_i64 });
                Self::post(Whose::Desk, format!("/api/desk/dossiers/{code}/tax-receipt"), receipt)
            }
            4 => Step::Decide { code: code.to_owned(), action: "pay" },
            _ => Step::Decide { code: code.to_owned(), action: "cancel" },
        }
    }

    fn of_lines(&mut self) -> Step {
        let take = 1 + self.chance.draw(3);
        let (whose, queue) =
            self.chance.of(&[(Whose::Desk, "intake"), (Whose::OtherDesk, "intake"), (Whose::PostClerk, "post")]);
        Self::post(whose, "/api/desk/inbox", json!({ "queue": queue, "take": take }))
    }

    fn of_applicant(&mut self, code: &str) -> Step {
        let mine = |step: &str, body: Value| Self::post(Whose::Hoa, format!("/api/dossiers/{code}/{step}"), body);
        match self.chance.draw(6) {
            0 => mine("withdrawal", json!({ "reason": "r" })),
            1 => mine("supplement", json!({ "note": "đây" })),
            2 => mine("rating", json!({ "score": 1 + self.chance.draw(5) })),
            3 => {
                let content = STANDARD.encode(format!("file {}", self.chance.draw(1_000)));
                mine("attachments", json!({ "name": "a.txt", "content_base64": content }))
            }
            4 => {
                let path = format!("/api/desk/dossiers/{code}/answer-consultation");
                Self::post(Whose::OtherDesk, path, json!({ "answer": "a" }))
            }
            _ => {
                let otp = self.chance.of(&["000001", "000002"]);
                Self::post(Whose::Nobody, "/api/sessions", json!({ "citizen_number": "003099000001", "otp": otp }))
            }
        }
    }

    fn of_bags(&mut self, code: &str) -> Step {
        let number = 1 + self.chance.draw(4);
        match self.chance.draw(3) {
            0 => {
                let bag = json!({ "direction": "to_centre", "codes": [code] });
                Self::post(Whose::Desk, "/api/desk/bags", bag)
            }
            1 => Self::post(Whose::Desk, format!("/api/desk/bags/{number}/dispatch"), json!({})),
            _ => Self::post(Whose::Desk, format!("/api/desk/bags/{number}/receive"), json!({ "codes": [code] })),
        }
    }

    fn of_petitions(&mut self) -> Step {
        let number = 1 + self.chance.draw(5);
        let at_desk =
            |act: &str| Self::post(Whose::Desk, format!("/api/desk/petitions/{number}/{act}"), json!({ "reply": "t" }));
        match self.chance.draw(6) {
            0 | 1 => Self::post(Whose::Lan, "/api/petitions", json!({ "subject": "s", "text": "t" })),
            2 => at_desk("answer"),
            3 => at_desk("request-supplement"),
            4 => at_desk("publish"),
            _ => Self::post(Whose::Lan, format!("/api/petitions/{number}/supplement"), json!({ "text": "t" })),
        }
    }

    fn of_drafts(&mut self) -> Step {
        let path = format!("/api/drafts/{}", 1 + self.chance.draw(5));
        match self.chance.draw(5) {
            0 => Self::post(Whose::Hoa, "/api/drafts", self.submission()),
            1 => Self::post(Whose::Lan, "/api/drafts", json!({ "lan": 1 })),
            2 => Self::send(Whose::Hoa, Method::PUT, path, self.submission()),
            3 => Self::send(Whose::Hoa, Method::DELETE, path, json!({})),
            _ => Self::post(Whose::Hoa, format!("{path}/submission"), json!({})),
        }
    }
}

impl World {
    /// Takes one step, and waits until bank and post have nothing more to tell; returns what was answered.
    async fn take(&self, step: &Step) -> String {
        let scene = &self.scene;
        let told = match step {
            Step::Send { whose, method, path, key, body } => {
                let bearer = format!("Bearer {}", self.token(*whose));
                let mut headers =
                    vec![(AUTHORIZATION.as_str(), bearer.as_str()), (CONTENT_TYPE.as_str(), "application/json")];
                headers.extend(key.as_ref().map(|key| ("idempotency-key", key.as_str())));
                let url = format!("{}{path}", scene.portal.url());
                let mut answer = scene.send(method.clone(), &url, &headers, body.to_string()).await;
                if let Some(token) = answer.body.get_mut("token") {
                    *token = json!(token.as_str().map(str::len));
                }
                // The post may report before the order is answered, or after.
                if let Some(fields) = answer.body.as_object_mut().filter(|_| path.ends_with("hand-to-post")) {
                    fields.remove("version");
                }
                let replayed = answer.headers.contains_key("idempotent-replayed");
                format!("{} {replayed} {}", answer.status, answer.body)
            }
            Step::Decide { code, action } => {
                let order = scene.post(&self.hoa, &format!("/api/dossiers/{code}/payments"), json!({})).await;
                if let Some(url) = order.body["payment_url"].as_str() {
                    scene.send(Method::GET, url, &[], String::new()).await;
                    let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
                    scene.send(Method::POST, url, &headers, format!("action={action}")).await;
                }
                order.body.to_string()
            }
            Step::Clock(now) => {
                scene.at(now).await;
                String::new()
            }
        };
        scene.bank_signals().await;
        scene.post_signals().await;
        self.plain(told.as_bytes())
    }

    fn token(&self, whose: Whose) -> &str {
        match whose {
            Whose::Hoa => &self.hoa,
            Whose::Lan => &self.lan,
            Whose::Desk => &self.scene.desk,
            Whose::OtherDesk => &self.other_desk,
            Whose::PostClerk => &self.scene.post_clerk,
            Whose::Registrar => &self.registrar,
            Whose::Nobody => "",
        }
    }
}

/// Walks, and returns what has happened to dossiers on the way.
async fn walk(seed: u64, defects: &[Defect]) -> BTreeSet<String> {
    let (steady, mut mortal) = (World::new(false, defects).await, World::new(true, defects).await);
    let (mut plan, mut fate) = (Plan::new(seed), Chance(!seed));
    for number in 1..=STEPS {
        let step = plan.next();
        let (told, again) = (steady.take(&step).await, mortal.take(&step).await);
        assert_eq!(told, again, "seed {seed}, step {number}: {step:?}");
        let answer = told.split_once('{').map(|(_, rest)| format!("{{{rest}")).unwrap_or_default();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        // Procedures have codes as well.
        if let Some(code) = answer["code"].as_str().filter(|code| code.starts_with("H99.")) {
            let state = answer["state"].as_str().unwrap_or_default().to_owned();
            if plan.states.insert(code.to_owned(), state).is_none() {
                plan.codes.push(code.to_owned());
            }
        }
        match fate.draw(EVERY) {
            0 if fate.draw(2) == 0 => mortal.restart(End::Killed),
            0 => mortal.restart(End::Stopped),
            _ => {}
        }
    }
    mortal.restart(End::Killed);
    let (told, again) = (steady.look().await, mortal.look().await);
    for ((path, told), (_, again)) in told.iter().zip(&again) {
        assert_eq!(told, again, "seed {seed}: {path}");
    }
    let mut happened = BTreeSet::new();
    for code in &plan.codes {
        happened.extend(events(&steady.scene.full(code).await));
    }
    happened
}

#[tokio::test]
async fn whoever_is_ended_again_and_again_answers_like_one_that_never_is() {
    let mut seen = BTreeSet::new();
    for seed in [1, 2, 3] {
        seen.extend(walk(seed, &[]).await);
    }
    assert!(seen.len() >= 22, "the walks lead nowhere: {seen:?}");
}

/// Defects that strike now and then count their occasions, and those go on.
#[tokio::test]
async fn what_goes_wrong_goes_wrong_as_if_nothing_had_ended() {
    let defects = [
        Defect::RetryDup,
        Defect::DoubleInsert,
        Defect::RmwCounter,
        Defect::DoubleClaim,
        Defect::DeadQueue,
        Defect::AckBeforeCommit,
        Defect::Skim,
        Defect::Drift,
        Defect::RewriteHist,
        Defect::CatalogueLostUpdate,
        Defect::CatalogueMovesDeadlines,
    ];
    walk(4, &defects).await;
}
