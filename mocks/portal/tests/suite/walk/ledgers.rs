//! All ledgers at the end of a walk, as they are told over HTTP once nobody does anything more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::town::{Ask, TOKEN, Town};

/// Under which the post knows the portal.
const CUSTOMER: &str = "MOCK-PORTAL";

/// Everything that is on record anywhere.
pub(super) struct Ledgers {
    /// Every dossier in full, by code.
    pub(super) dossiers: BTreeMap<String, Value>,
    /// How many lines the list of all dossiers has.
    pub(super) listed: usize,
    /// The attachments' names, of all dossiers.
    pub(super) attachments: Vec<String>,
    /// The petitions' subjects.
    pub(super) petitions: Vec<String>,
    pub(super) events: Vec<Value>,
    pub(super) statistics: Value,
    pub(super) periods: Vec<Value>,
    pub(super) state: Value,
    /// The version of each procedure.
    pub(super) versions: BTreeMap<String, u64>,
    pub(super) bank: Vec<Value>,
    pub(super) bank_account: Value,
    pub(super) post: Vec<Value>,
    /// The post's account of the portal before and after everything was remitted.
    pub(super) post_accounts: [Value; 2],
    /// What was remitted.
    pub(super) remittances: Vec<Value>,
}

impl Ledgers {
    /// Waits until all is quiet, and reads everything.
    pub(super) async fn read(town: &Town) -> Self {
        town.stop_the_clock().await;
        // Requests whose senders hung up may still be on their way in.
        tokio::time::sleep(Duration::from_millis(15)).await;
        town.settled(&town.post.url()).await;
        let (bank, post) = (town.settled(&town.bank.url()).await, town.settled(&town.post.url()).await);
        let reader = Reader { town, token: desk(town).await };
        let lines = reader.pages("/api/desk/dossiers?size=7").await;
        let (mut dossiers, mut attachments) = (BTreeMap::new(), Vec::new());
        for line in &lines {
            let code = line["code"].as_str().unwrap();
            let full = reader.get(&format!("/api/desk/dossiers/{code}")).await;
            let files = reader.get(&format!("/api/dossiers/{code}/attachments")).await;
            attachments.extend(texts(&files["items"], "name"));
            dossiers.insert(code.to_owned(), full);
        }
        let procedures = reader.get("/api/procedures").await;
        let version = |one: &Value| (one["code"].as_str().unwrap().to_owned(), one["version"].as_u64().unwrap());
        let account = format!("{}/reconciliation?customer_code={CUSTOMER}&limit=5000", town.post.url());
        let before = reader.peer(Method::GET, &account).await;
        let remitted = reader.peer(Method::POST, &format!("{}/remittances", town.post.url())).await;
        Self {
            listed: lines.len(),
            dossiers,
            attachments,
            petitions: texts(&json!(reader.pages("/api/desk/petitions?size=60").await), "subject"),
            events: reader.events().await,
            statistics: reader.get("/api/desk/statistics").await,
            periods: reader.get("/api/desk/statistics/periods").await["items"].as_array().unwrap().clone(),
            state: reader.get("/_test/state").await,
            versions: procedures["items"].as_array().unwrap().iter().map(version).collect(),
            bank,
            bank_account: reader.peer(Method::GET, &format!("{}/reconciliation", town.bank.url())).await,
            post,
            post_accounts: [before, reader.peer(Method::GET, &account).await],
            remittances: remitted["remittances"].as_array().unwrap().clone(),
        }
    }
}

impl Ledgers {
    /// The waybills under which the post has taken the result of a dossier, and which of them came to nothing.
    pub(super) fn waybills(&self, code: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let is_order =
            |signal: &&Value| signal["dossier"] == code && signal["kind"] == "order" && signal["status"] == 200;
        let ordered: BTreeSet<&str> =
            self.post.iter().filter(is_order).filter_map(|order| order["reference"].as_str()).collect();
        let is_end = |signal: &&Value| {
            ["lost", "returned_to_agency", "cancelled"].contains(&signal["state"].as_str().unwrap_or_default())
        };
        let ended: BTreeSet<&str> =
            self.post.iter().filter(is_end).filter_map(|signal| signal["reference"].as_str()).collect();
        let in_vain = ordered.intersection(&ended).copied().collect();
        (ordered, in_vain)
    }
}

/// The log of a dossier in full.
pub(super) fn log(full: &Value) -> &Vec<Value> {
    full["progress"].as_array().unwrap()
}

/// How often the log says that.
pub(super) fn times(full: &Value, event: &str) -> usize {
    log(full).iter().filter(|entry| entry["event"] == event).count()
}

async fn desk(town: &Town) -> String {
    let credentials = json!({ "clerk": "desk-1", "password": "open" });
    let opened = town.ask("", &Ask::post("/api/desk/sessions", credentials)).await.unwrap();
    opened.body["token"].as_str().unwrap().to_owned()
}

fn texts(items: &Value, field: &str) -> Vec<String> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item[field].as_str().map(str::to_owned)).collect()
}

struct Reader<'town> {
    town: &'town Town,
    token: String,
}

impl Reader<'_> {
    async fn get(&self, path: &str) -> Value {
        let reply = self.town.ask(&self.token, &Ask::get(path)).await.unwrap();
        assert!(reply.is_done(), "{path}: {reply:?}");
        reply.body
    }

    async fn peer(&self, method: Method, url: &str) -> Value {
        let reply = self.town.send(method, url, &[("access_token", TOKEN)], String::new()).await.unwrap();
        assert!(reply.is_done(), "{url}: {reply:?}");
        reply.body
    }

    /// A whole list, page by page.
    async fn pages(&self, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for page in 1..100 {
            let told = self.get(&format!("{path}&page={page}")).await;
            let items = told["items"].as_array().unwrap();
            all.extend(items.iter().cloned());
            if items.is_empty() || all.len() as u64 >= told["total"].as_u64().unwrap() {
                break;
            }
        }
        all
    }

    /// All events, by a cursor with a step of its own.
    async fn events(&self) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), 0);
        for _ in 0..1_000 {
            let told = self.get(&format!("/api/desk/events?after={after}&take=170")).await;
            all.extend(told["items"].as_array().unwrap().iter().cloned());
            after = told["next"].as_u64().unwrap();
            if told["is_more"] == false {
                break;
            }
        }
        all
    }
}
