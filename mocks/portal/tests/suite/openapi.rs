//! The document the portal publishes is true, whatever variants are on: every operation, called with success and
//! refused, answers as it says.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, LINK, LOCATION};
use http::{Method, StatusCode};
use mock_portal::{Behaviour, Variant};
use serde_json::{Value, json};

use super::nation::{CITIZEN, Nation, stands};
use super::scene::{Answer, SECRET, code, permit, permit_with, posted};
use super::schema::Validator;

/// A scene in which every answer is held against the document.
pub(crate) struct Walk {
    scene: Nation,
    document: Value,
    /// The ids of the operations that have succeeded.
    done: Mutex<BTreeSet<String>>,
    hoa: String,
    /// The names of the variants that are on, for whoever reads what is wrong.
    under: String,
}

impl Walk {
    async fn new() -> Self {
        Self::under(&[]).await
    }

    pub(crate) async fn under(variants: &[Variant]) -> Self {
        let behaviour = Behaviour { variants: variants.to_vec(), ..Behaviour::ordinary() };
        let scene = Nation::behaving(behaviour).await;
        let document = scene.get("", "/openapi.json").await.ok();
        assert_eq!(document, serde_json::from_str::<Value>(&mock_portal::openapi_under(variants)).unwrap());
        let hoa = scene.hoa().await;
        let names: Vec<&str> = variants.iter().map(|variant| variant.name()).collect();
        Self { scene, document, done: Mutex::default(), hoa, under: names.join(", ") }
    }

    /// Every operation: its method, its path, and what is said about it.
    fn operations(&self) -> impl Iterator<Item = (Method, &str, &Value)> {
        self.document["paths"].as_object().unwrap().iter().flat_map(|(path, by_method)| {
            let method = |name: &str| Method::from_bytes(name.to_uppercase().as_bytes()).unwrap();
            by_method.as_object().unwrap().iter().map(move |(name, said)| (method(name), path.as_str(), said))
        })
    }

    fn find(&self, id: &str) -> (Method, &str, &Value) {
        let mut all = self.operations();
        all.find(|(_, _, said)| said["operationId"] == id).unwrap_or_else(|| panic!("there is no operation {id}"))
    }

    /// Holds an answer against what the document says about its operation.
    fn check(&self, said: &Value, answer: &Answer) {
        let id = &format!("{} under [{}]", said["operationId"].as_str().unwrap(), self.under);
        let mut response = &said["responses"][answer.status.as_str()];
        if let Some(reference) = response["$ref"].as_str() {
            response = self.document.pointer(&reference[1..]).unwrap();
        }
        assert!(response.is_object(), "{id} does not say that it may answer {}: {}", answer.status, answer.body);
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            assert!(header["required"] == false || answer.headers.contains_key(name), "{id} has no {name}");
        }
        // A header that is told for some answers is not there in others.
        for name in [ETAG, LOCATION, LINK] {
            let is_told =
                response["headers"].as_object().is_some_and(|all| all.keys().any(|told| name == told.as_str()));
            assert!(is_told || !answer.headers.contains_key(&name), "{id} does not say that it has {name}");
        }
        if response["content"].is_null() {
            assert_eq!((answer.content_type.as_str(), &answer.body), ("", &Value::Null), "{id}");
            return;
        }
        let content = &response["content"][&answer.content_type];
        assert!(content.is_object(), "{id} does not say that it may answer {}", answer.content_type);
        if !content["schema"].is_null() {
            let wrong = Validator(&self.document).check(&content["schema"], &answer.body, id);
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }

    /// Calls an operation; what fills its path is given in order, a query with its question mark.
    async fn call(&self, id: &str, header: (&str, &str), place: &str, body: Value) -> Answer {
        let (method, path, said) = self.find(id);
        let (filling, query) = place.split_once('?').map_or((place, ""), |(filling, query)| (filling, query));
        let mut path = path.to_owned();
        for filler in filling.split_whitespace() {
            let (before, rest) = path.split_once('{').unwrap();
            path = format!("{before}{filler}{}", rest.split_once('}').unwrap().1);
        }
        let url = format!("{}{path}?{query}", self.scene.portal.url());
        let headers = [header, (CONTENT_TYPE.as_str(), "application/json")];
        let answer = self.scene.send(method, &url, &headers, body.to_string()).await;
        self.check(said, &answer);
        answer
    }

    /// Calls an operation that has to succeed.
    async fn ok(&self, id: &str, token: &str, place: &str, body: Value) -> Value {
        let bearer = format!("Bearer {token}");
        self.succeeded(id, self.call(id, (AUTHORIZATION.as_str(), &bearer), place, body).await)
    }

    fn succeeded(&self, id: &str, answer: Answer) -> Value {
        let is_fine = answer.status.is_success() || answer.status.is_redirection();
        assert!(is_fine, "{id} under [{}]: {answer:?}", self.under);
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
        answer.body
    }

    async fn mine(&self, id: &str, place: &str, body: Value) -> Value {
        self.ok(id, &self.hoa, place, body).await
    }

    async fn desk(&self, id: &str, place: &str, body: Value) -> Value {
        self.ok(id, &self.scene.desk, place, body).await
    }

    /// Lets the desk take steps that need no more than a reason.
    async fn steps(&self, code: &str, ids: &[&str]) {
        for id in ids {
            self.desk(id, code, json!({ "reason": "r" })).await;
        }
    }

    async fn submit(&self, body: Value) -> String {
        code(&self.mine("submitDossier", "", body).await)
    }

    async fn people(&self) {
        let number = "003099000001";
        let password = json!({ "citizen_number": number, "password": PASSWORD });
        self.ok("sendCode", "", "", password).await;
        let otp = json!({ "citizen_number": number, "otp": &number[6..] });
        let token = self.ok("signIn", "", "", otp).await["token"].as_str().unwrap().to_owned();
        self.ok("signOut", &token, "", json!({})).await;
        let clerk = json!({ "clerk": "desk-1", "password": "open" });
        let token = self.ok("signInClerk", "", "", clerk).await["token"].as_str().unwrap().to_owned();
        self.ok("signOutClerk", &token, "", json!({})).await;
        self.ok("readDocument", "", "", json!({})).await;
    }

    async fn catalogue(&self) {
        let registrar = self.scene.clerk("registrar-1").await;
        self.ok("listProcedures", "", "", json!({})).await;
        self.ok("listProcedures", "", "?page=1&size=2", json!({})).await;
        self.ok("readProcedure", "", "1.000003", json!({})).await;
        self.ok("publishProcedure", &registrar, "1.000003", json!({ "legal_days": 4 })).await;
        let changes = json!({ "changes": [{ "code": "1.000003", "legal_days": 3 }] });
        self.ok("publishChanges", &registrar, "", changes).await;
    }

    async fn drafts(&self) {
        self.mine("beginDraft", "", permit("draft")).await;
        self.mine("listDrafts", "", json!({})).await;
        self.mine("readDraft", "1", json!({})).await;
        self.mine("saveDraft", "1", permit("draft")).await;
        self.mine("submitDraft", "1", json!({})).await;
        self.mine("beginDraft", "", json!({})).await;
        self.mine("discardDraft", "2", json!({})).await;
    }

    /// From receipt to return at the counter, with everything that may come between.
    async fn counter(&self) {
        let counter = json!({ "channel": "counter", "payment_method": "counter" });
        let dossier = code(&self.desk("submitAtDesk", "", permit_with("counter", &counter)).await);
        self.desk("takeFromInbox", "", json!({ "queue": "intake" })).await;
        self.desk("collectFee", &dossier, json!({ "amount": 120_000 })).await;
        self.desk("acceptDossier", &dossier, json!({})).await;
        let bag = json!({ "direction": "to_department", "codes": [dossier] });
        self.desk("packBag", "", bag.clone()).await;
        self.desk("readBag", "1", json!({})).await;
        self.desk("dispatchBag", "1", json!({})).await;
        self.desk("receiveBag", "1", bag).await;
        self.desk("startDossier", &dossier, json!({})).await;
        let papers = json!({ "reason": "Thiếu giấy tờ", "items": ["Bản sao căn cước"], "days": 5 });
        self.desk("requestSupplement", &dossier, papers.clone()).await;
        self.mine("bringSupplement", &dossier, json!({ "note": "đã nộp" })).await;
        self.desk("requestSupplement", &dossier, papers).await;
        self.desk("receiveSupplement", &dossier, json!({})).await;
        self.desk("apologise", &dossier, json!({ "reason": "chờ xác minh", "days": 2 })).await;
        self.desk("consultAgency", &dossier, json!({ "agency": "H99.02", "question": "?", "days": 2 })).await;
        let partner = self.scene.clerk("desk-2").await;
        self.ok("answerConsultation", &partner, &dossier, json!({ "answer": "Có" })).await;
        let notice = json!({ "number": "TB-1", "lines": [{ "kind": "registration_fee", "amount": 5_000 }] });
        self.desk("noteTaxNotice", &dossier, notice.clone()).await;
        self.desk("noteTaxReceipt", &dossier, json!({ "number": "BL-7", "amount": 5_000 })).await;
        self.desk("noteTaxNotice", &dossier, notice).await;
        let order = self.mine("payTax", &dossier, json!({})).await;
        let url = order["payment_url"].as_str().unwrap();
        self.scene.send(Method::GET, url, &[], String::new()).await;
        self.scene.decide(url, "pay").await;
        self.scene.bank_signals().await;
        self.steps(&dossier, &["completeDossier", "openCorrection", "issueCorrection", "handOverResult"]).await;
        let result = self.mine("readResult", &dossier, json!({})).await;
        self.ok("verifyResult", "", "", result).await;
        self.mine("rateDossier", &dossier, json!({ "score": 5, "comment": "Tốt" })).await;
        self.reading(&dossier).await;
    }

    async fn reading(&self, dossier: &str) {
        let file = json!({ "name": "Đơn.pdf", "content_base64": "JVBERi0xLjc=" });
        self.mine("attachFile", dossier, file).await;
        self.mine("listAttachments", dossier, json!({})).await;
        self.mine("downloadAttachment", &format!("{dossier} 1"), json!({})).await;
        let full = self.mine("readDossier", dossier, json!({})).await;
        for part in ["supplement", "obligation", "apology", "consultation", "bag", "result", "rating", "sync"] {
            assert!(full[part].is_object(), "{part} is told, so that it is held against the document");
        }
        self.desk("readDossierAtDesk", dossier, json!({})).await;
        self.ok("lookUpDossier", "", dossier, json!({})).await;
        self.mine("readHistory", dossier, json!({})).await;
        self.desk("readHistoryAtDesk", dossier, json!({})).await;
        self.mine("listOwnDossiers", "?state=RETURNED", json!({})).await;
        self.desk("listDossiers", "?name=hoa&from=2021-03-01", json!({})).await;
        self.desk("listEvents", "?after=1&take=5", json!({})).await;
        self.desk("countDossiers", "", json!({})).await;
        self.desk("countByPeriod", "?by=month", json!({})).await;
    }

    /// The ways in which a case ends otherwise.
    async fn other_ends(&self) {
        let refused = self.submit(permit("refused")).await;
        self.steps(&refused, &["refuseDossier"]).await;
        let stopped = self.submit(permit("stopped")).await;
        self.steps(&stopped, &["acceptDossier", "startDossier", "stopDossier"]).await;
        let withdrawn = self.submit(permit("withdrawn")).await;
        for id in ["refuseWithdrawal", "approveWithdrawal"] {
            self.mine("withdrawDossier", &withdrawn, json!({ "reason": "r" })).await;
            self.steps(&withdrawn, &[id]).await;
        }
        let spot = self.submit(permit("spot")).await;
        self.steps(&spot, &["doOnTheSpot"]).await;
        let expired = self.submit(permit("expired")).await;
        self.desk("requestSupplement", &expired, json!({ "reason": "r", "items": ["x"], "days": 1 })).await;
        self.scene.at("2021-06-01T08:00").await;
        self.steps(&expired, &["expireSupplement"]).await;
    }

    async fn peers(&self) {
        let online = self.submit(permit_with("online", &json!({ "payment_method": "online" }))).await;
        self.mine("payFee", &online, json!({})).await;
        self.mine("payFee", &online, json!({})).await;
        self.ok("returnPayer", "", &format!("?reference={online}-P1&code=00"), json!({})).await;
        let text =
            ["message_type", "code", "partner", "reference", "currency", "transaction", "bank", "time", "checksum"];
        let mut callback: Value = text.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
        callback["amount"] = json!(1);
        assert_eq!(self.ok("reportPayment", "", "", callback).await, json!({ "code": "97" }));
        let parcel = self.submit(posted("post")).await;
        self.steps(&parcel, &["acceptDossier", "startDossier", "completeDossier"]).await;
        let waybill = self.ok("handToPost", &self.scene.post_clerk, &parcel, json!({})).await["waybill"].clone();
        let report = json!({ "waybill": waybill, "order_number": parcel, "status": "in_transit" });
        let answer = self.call("reportParcel", ("access_token", "t0ken"), "", report).await;
        self.succeeded("reportParcel", answer);
        let unknown = json!({ "waybill": "x", "order_number": "x", "status": "in_transit" });
        let answer = self.call("reportParcel", ("access_token", "t0ken"), "", unknown).await;
        assert_eq!((answer.status, &answer.body), (StatusCode::NOT_FOUND, &json!({ "code": "01" })));
        self.deliveries().await;
        self.treasury().await;
    }

    /// A parcel that is called off and ordered anew, and papers that are fetched.
    async fn deliveries(&self) {
        let post = ("access_token", "t0ken");
        let parcel = self.submit(posted("parcel")).await;
        self.steps(&parcel, &["acceptDossier", "startDossier", "completeDossier"]).await;
        self.ok("handToPost", &self.scene.post_clerk, &parcel, json!({})).await;
        self.ok("cancelParcel", &self.scene.post_clerk, &parcel, json!({})).await;
        let waybill = self.ok("handToPost", &self.scene.post_clerk, &parcel, json!({})).await["waybill"].clone();
        for report in [json!({ "status": "attempt_failed", "attempt": 2 }), json!({ "status": "delivered" })] {
            let mut report = report;
            (report["waybill"], report["order_number"]) = (waybill.clone(), json!(parcel));
            self.call("reportParcel", post, "", report).await.ok();
        }
        let told = self.mine("readDossier", &parcel, json!({})).await["parcel"].clone();
        assert_eq!((&told["failed_attempts"], &told["discrepancy"]), (&json!(2), &json!(0)), "{told}");
        let papers = self.submit(permit("papers")).await;
        let pickup = json!({ "documents": 3, "address": "Bản Phủ" });
        self.mine("requestPickup", &papers, pickup.clone()).await;
        self.mine("cancelPickup", &papers, json!({})).await;
        let waybill = self.mine("requestPickup", &papers, pickup).await["waybill"].clone();
        let report = json!({ "waybill": waybill, "order_number": papers, "status": "collected" });
        let answer = self.call("reportPickup", post, "", report).await;
        self.succeeded("reportPickup", answer);
        let unknown = json!({ "waybill": "x", "order_number": "x", "status": "collected" });
        assert_eq!(self.call("reportPickup", post, "", unknown).await.status, StatusCode::NOT_FOUND);
        let pickup = self.mine("readDossier", &papers, json!({})).await["pickup"].clone();
        assert_eq!(upper(&pickup["state"]), "COLLECTED");
    }

    /// Money that is not due, goes back, or is looked for in the books of the peers.
    async fn treasury(&self) {
        let free = self.submit(permit_with("free", &json!({ "payment_method": "counter" }))).await;
        self.desk("exemptFromFee", &free, json!({ "reason": "hộ nghèo" })).await;
        let paid = self.submit(permit_with("paid", &json!({ "payment_method": "online" }))).await;
        let order = self.mine("payFee", &paid, json!({})).await;
        self.scene.decide(order["payment_url"].as_str().unwrap(), "cancel").await;
        self.scene.bank_signals().await;
        self.scene.pay(&paid).await;
        self.steps(&paid, &["refuseDossier"]).await;
        self.desk("refundPayment", &paid, json!({})).await;
        let payment = self.mine("readDossier", &paid, json!({})).await["payment"].clone();
        assert_eq!(upper(&payment["state"]), "REFUNDED");
        assert_eq!(upper(&payment["past_orders"][0]["end"]), "CANCELLED");
        assert!(payment["receipt"].is_string());
        self.desk("reconcileBank", "", json!({ "day": "2021-03-05" })).await;
        self.ok("reconcilePost", &self.scene.post_clerk, "", json!({})).await;
    }

    /// Refusals that need more than a wrong address or body.
    async fn refusals(&self) {
        let desk = format!("Bearer {}", self.scene.desk);
        let hoa = format!("Bearer {}", self.hoa);
        let (desk, hoa) = (("authorization", desk.as_str()), ("authorization", hoa.as_str()));
        let body = permit("again");
        let code = self.submit(body.clone()).await;
        let wrong = permit_with("wrong", &json!({ "unit": "nowhere" }));
        let other = format!("Bearer {}", self.scene.citizen("003099000002").await);
        let other = ("authorization", other.as_str());
        let answers = [
            self.call("submitDossier", hoa, "", body).await,
            self.call("submitDossier", hoa, "", wrong).await,
            self.call("completeDossier", desk, &code, json!({})).await,
            self.call("readDossier", other, &code, json!({})).await,
            self.call("listAttachments", other, &code, json!({})).await,
            self.call("listOwnDossiers", hoa, "?size=1", json!({})).await,
            self.call("listOwnDossiers", hoa, "?page=0", json!({})).await,
            self.call("listOwnDossiers", hoa, "?cursor=nonsense&offset=1&limit=2", json!({})).await,
            self.call("listOwnDossiers", ("x-nobody", ""), "?cursor=nonsense", json!({})).await,
            self.call("listProcedures", hoa, "?offset=2&limit=2", json!({})).await,
            self.call("listPublishedPetitions", hoa, "?offset=7&limit=0", json!({})).await,
        ];
        let is_success = |answer: &Answer| answer.status.is_success();
        assert!(is_success(&answers[0]) && !answers[1..5].iter().any(is_success) && is_success(&answers[5]));
        assert!(!is_success(&answers[6]) && answers[8].status == StatusCode::UNAUTHORIZED);
    }

    /// Calls every operation so that it succeeds.
    pub(crate) async fn succeed(&self) {
        self.people().await;
        self.catalogue().await;
        self.drafts().await;
        self.counter().await;
        self.petitions().await;
        self.peers().await;
        self.national().await;
        self.refusals().await;
        self.other_ends().await;
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let all = self.operations().map(|(_, _, said)| said["operationId"].as_str().unwrap().to_owned()).collect();
        assert_eq!(done, all);
    }

    /// Calls every operation in everybody's name with these bodies, which are wrong; gives the statuses that were seen.
    pub(crate) async fn refuse(&self, clerks: &[&str], bodies: &[&str]) -> BTreeSet<u16> {
        let url = self.scene.portal.url();
        let mut seen = BTreeSet::new();
        let mut people = Vec::new();
        for (method, path, said) in self.operations() {
            let full = format!("{url}{}", nowhere(path));
            // Signing out ends a session.
            if people.is_empty() || path.ends_with("/sessions") {
                people = vec![String::new(), self.scene.hoa().await];
                for clerk in clerks {
                    people.push(self.scene.clerk(clerk).await);
                }
            }
            let mut statuses = Vec::new();
            for token in &people {
                let bearer = format!("Bearer {token}");
                for body in bodies {
                    let headers = [(AUTHORIZATION.as_str(), bearer.as_str())];
                    let answer = self.scene.send(method.clone(), &full, &headers, (*body).into()).await;
                    self.check(said, &answer);
                    seen.insert(answer.status.as_u16());
                    statuses.push(answer.status);
                }
            }
            if path.ends_with("/sessions") {
                people.clear();
            }
            // Who may call it is in the document and asked for at the door: both ways round.
            let is_said = |status: &str| !said["responses"][status].is_null();
            let is_open = said["security"] == json!([]);
            let nobodys = &statuses[..bodies.len()];
            assert!(is_open || nobodys.iter().all(|status| *status == StatusCode::UNAUTHORIZED), "{path} is open");
            assert_eq!(is_said("403"), statuses.contains(&StatusCode::FORBIDDEN), "{path}: {statuses:?}");
        }
        seen
    }

    /// What the link to the national portal adds.
    async fn national(&self) {
        let (nation, code) = (&self.scene, self.submit(permit("national")).await);
        self.steps(&code, &["acceptDossier"]).await;
        stands(nation, &code, "ACKED").await;
        nation.end_there(&code).await;
        self.steps(&code, &["startDossier"]).await;
        stands(nation, &code, "CONFLICT").await;
        self.steps(&code, &["completeDossier", "resyncDossier"]).await;
        let packet = json!({
            "MaHoSo": "H99.01-210305-9000001", "MaTTHC": "1.000003", "KenhThucHien": "2", "ChuHoSo": "Hoa",
            "TrangThaiHoSo": "1", "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": CITIZEN }],
        });
        let pushed = json!({ "service": "DongBoHoSoMC", "isUpdating": "False", "data": [packet, 7] });
        let answer = self.call("pushDossiers", ("access_token", SECRET), "", pushed).await;
        assert_eq!(self.succeeded("pushDossiers", answer)["error_code"], 6);
        let question = self.call("beginSignOn", ("accept", "*/*"), "", json!({})).await;
        let address = question.headers["location"].to_str().unwrap().to_owned();
        self.succeeded("beginSignOn", question);
        let back = nation.signed_on(&address).await;
        self.ok("finishSignOn", "", &format!("?{}", back.split_once('?').unwrap().1), json!({})).await;
    }

    async fn petitions(&self) {
        for _ in 0..2 {
            self.mine("writePetition", "", json!({ "subject": "Chậm", "text": "…" })).await;
        }
        self.mine("listOwnPetitions", "", json!({})).await;
        self.mine("readPetition", "1", json!({})).await;
        self.desk("listPetitions", "?page=1&size=1", json!({})).await;
        self.desk("askAboutPetition", "1", json!({ "reply": "?" })).await;
        self.mine("supplementPetition", "1", json!({ "text": "!" })).await;
        self.desk("answerPetition", "1", json!({ "reply": "Đã xử lý" })).await;
        self.desk("publishPetition", "1", json!({})).await;
        self.desk("refusePetition", "2", json!({ "reply": "r" })).await;
        self.ok("listPublishedPetitions", "", "", json!({})).await;
    }
}

/// A word for a state in capital letters, however the portal writes it.
fn upper(word: &Value) -> String {
    word.as_str().unwrap_or_default().to_uppercase()
}

/// The password of the citizen 003099000001, as anybody may compute it.
const PASSWORD: &str = "mk-000001";

/// The path of an operation, filled with what is not there.
fn nowhere(path: &str) -> String {
    path.replace("{id}", "999").replace("{number}", "999").replace("{code}", "none")
}

#[tokio::test]
async fn every_operation_succeeds_as_it_says() {
    Walk::new().await.succeed().await;
}

#[tokio::test]
async fn every_operation_refuses_as_it_says() {
    let bodies = ["{", "[]", "{\"reason\":1,\"queue\":7}", "{}"];
    let seen = Walk::new().await.refuse(&["desk-1", "post-1", "registrar-1"], &bodies).await;
    assert!(seen.is_superset(&BTreeSet::from([200, 400, 401, 403, 404, 422])), "{seen:?}");
}

#[tokio::test]
async fn a_method_that_is_not_in_the_document_is_not_there() {
    let walk = Walk::new().await;
    for (path, said) in walk.document["paths"].as_object().unwrap() {
        let url = format!("{}{}", walk.scene.portal.url(), nowhere(path));
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let is_said = said.get(method.as_str().to_lowercase()).is_some();
            let answer = walk.scene.send(method.clone(), &url, &[], "{}".into()).await;
            assert_eq!(answer.status != StatusCode::METHOD_NOT_ALLOWED, is_said, "{method} {path}");
        }
    }
}
