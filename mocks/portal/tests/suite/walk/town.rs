//! The three mocks, wired together with faults on, and what goes over the wire to the portal.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use mock_bank::{Fault as BankFault, Profile, Setup, Shares};
use mock_portal::{Catalogue, Clerk, Defect, Role, ServiceLevel};
use mock_post::{Fault as PostFault, Faults};
use serde_json::{Value, json};

use super::super::scene::{PARTNER, SECRET};

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// What the portal and the post know each other by.
pub(super) const TOKEN: &str = "t0ken";
/// A Monday, so that a working day is over within a walk.
const MONDAY: &str = "2021-03-08T08:00:00+07:00";
/// Days pass while people act: seven in a second.
const SPEED: f64 = 600_000.0;
/// How wide the races of defects are.
const WINDOW_MS: u64 = 4;

/// Three running mocks and a client.
pub(super) struct Town {
    pub(super) portal: mock_portal::Running,
    pub(super) bank: mock_bank::Running,
    pub(super) post: mock_post::Running,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What somebody asks of the portal.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Value,
    /// The `Idempotency-Key`.
    pub(super) key: Option<String>,
    /// The version that `If-Match` names.
    pub(super) version: Option<u64>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: Value::Null, key: None, version: None }
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body, key: None, version: None }
    }

    fn headers(&self, token: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![(CONTENT_TYPE.as_str(), "application/json".to_owned())];
        if !token.is_empty() {
            headers.push((AUTHORIZATION.as_str(), format!("Bearer {token}")));
        }
        headers.extend(self.key.clone().map(|key| ("idempotency-key", key)));
        headers.extend(self.version.map(|version| ("if-match", format!("\"v{version}\""))));
        headers
    }

    fn content(&self) -> String {
        if self.body.is_null() { String::new() } else { self.body.to_string() }
    }
}

/// What the portal answered.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Whether it says that it is the answer to the same request before.
    pub(super) is_replay: bool,
    /// The version in `ETag`.
    pub(super) tag: Option<u64>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The version the answer tells, or that of its tag.
    pub(super) fn version(&self) -> Option<u64> {
        self.body["version"].as_u64().or(self.tag)
    }
}

impl Town {
    /// Starts the mocks; `seed` decides which payments and parcels meet with a fault.
    pub(super) async fn new(seed: u64, defects: &[Defect]) -> Self {
        let (bank, post) = (start_bank(seed), start_post(seed));
        let config = mock_portal::Config {
            bind: LOOPBACK,
            bank_url: bank.url(),
            bank_secret: SECRET.into(),
            bank_partner: PARTNER.into(),
            post_url: post.url(),
            post_token: TOKEN.into(),
            hub: None,
            catalogue: catalogue(),
            defects: defects.to_vec(),
            test_hooks: true,
        };
        let portal = mock_portal::start(config).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let town = Self { portal, bank, post, client };
        let names: Vec<&str> = defects.iter().map(|defect| defect.name()).collect();
        town.set("/_test/clock", json!({ "now": MONDAY, "speed": SPEED })).await;
        town.set("/_test/defects", json!({ "on": names, "window_ms": WINDOW_MS })).await;
        town
    }

    /// Stops the clock, so that no term ends any more.
    pub(super) async fn stop_the_clock(&self) {
        self.set("/_test/clock", json!({ "now": MONDAY, "speed": 0.0 })).await;
    }

    async fn set(&self, path: &str, body: Value) {
        let ask = Ask { method: Method::PUT, ..Ask::post(path, body) };
        assert!(self.ask("", &ask).await.is_some_and(|reply| reply.is_done()), "{path}");
    }

    /// One exchange with the portal; nothing where the connection broke.
    pub(super) async fn ask(&self, token: &str, ask: &Ask) -> Option<Reply> {
        let url = format!("{}{}", self.portal.url(), ask.path);
        let headers = ask.headers(token);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send(ask.method.clone(), &url, &headers, ask.content()).await
    }

    /// One exchange with whomever.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Option<Reply> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(Full::new(Bytes::from(body))).unwrap()).await.ok()?;
        let status = answer.status().as_u16();
        let is_replay = answer.headers().contains_key("idempotent-replayed");
        let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok()?.trim_matches(['"', 'v']).parse().ok());
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some(Reply { status, is_replay, tag, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }

    /// Asks and hangs up unless the answer is there in time.
    pub(super) async fn ask_and_hang_up(&self, token: &str, ask: &Ask, limit: Duration) -> Option<Reply> {
        tokio::time::timeout(limit, self.ask(token, ask)).await.ok().flatten()
    }

    /// Sends the head and half of the body, and hangs up.
    pub(super) fn ask_by_half(&self, token: &str, ask: &Ask) {
        let content = ask.content();
        let headers: String = ask
            .headers(token)
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), ": ".into(), value, "\r\n".into()])
            .collect();
        let line = format!("{} {} HTTP/1.1\r\nhost: portal\r\n", ask.method, ask.path);
        let request = format!("{line}{headers}content-length: {}\r\n\r\n", content.len() + 1);
        let mut stream = TcpStream::connect(self.portal.address()).unwrap();
        stream.write_all(&[request.as_bytes(), content.as_bytes()].concat()).unwrap();
    }

    /// What a peer has on record, once it has nothing more to do.
    pub(super) async fn settled(&self, peer: &str) -> Vec<Value> {
        for _ in 0..60_000 {
            let url = format!("{peer}/_ledger?limit=5000");
            let ledger = self.send(Method::GET, &url, &[], String::new()).await.unwrap().body;
            if ledger["settled"] == true {
                let signals = ledger["signals"].as_array().unwrap().clone();
                assert!(signals.len() < 5_000, "a walk is to be shorter than one page of a ledger");
                return signals;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{peer} did not settle");
    }
}

fn start_bank(seed: u64) -> mock_bank::Running {
    let shares = Shares::default()
        .with(BankFault::Delayed, 0.1)
        .with(BankFault::Duplicate, 0.2)
        .with(BankFault::ConcurrentDuplicate, 0.4)
        .with(BankFault::OutOfOrder, 0.15)
        .with(BankFault::WrongAmount, 0.15)
        .with(BankFault::WrongMerchant, 0.1)
        .with(BankFault::Forged, 0.1)
        .with(BankFault::Pending, 0.1);
    // In every fifth town orders can be paid for a second, and some money comes when they are over.
    let is_short = seed % 5 == 4;
    let shares = if is_short { shares.with(BankFault::Late, 0.2) } else { shares };
    let setup = Setup {
        bind: LOOPBACK,
        profile: Profile::Plain,
        secret: SECRET.into(),
        seed,
        shares,
        callback_delay: Duration::ZERO,
        callback_url: None,
        return_url: None,
        lifetime: if is_short { Duration::from_secs(1) } else { Setup::LIFETIME },
        fault_delay: Duration::from_millis(15),
    };
    mock_bank::start(setup).unwrap()
}

fn start_post(seed: u64) -> mock_post::Running {
    let faults = Faults::none()
        .with(PostFault::Lost, 0.05)
        .with(PostFault::Delayed, 0.1)
        .with(PostFault::FailedAttempt, 0.15)
        .with(PostFault::Returned, 0.05)
        .with(PostFault::WrongCod, 0.2)
        .with(PostFault::DuplicateReport, 0.2)
        .with(PostFault::OutOfOrder, 0.2);
    let transit = Duration::ZERO..=Duration::from_millis(6);
    let config = mock_post::Config { bind: LOOPBACK, token: TOKEN.into(), seed, transit };
    mock_post::start_with(config, mock_post::Behaviour { faults, ..mock_post::Behaviour::ordinary() }).unwrap()
}

/// A procedure that is offered at the counter alone, and neither paid online nor returned by post.
pub(super) const COUNTER_ONLY: &str = "1.000004";

/// The sample, with a cashier in the first unit and a procedure for the counter.
fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::sample();
    let mut counter_only = catalogue.procedures[2].clone();
    counter_only.code = COUNTER_ONLY.into();
    (counter_only.service_level, counter_only.payable, counter_only.postal) = (ServiceLevel::Two, false, false);
    catalogue.procedures.push(counter_only);
    let cashier =
        Clerk { id: "cashier-1".into(), unit: Some("H99.01".into()), role: Role::Desk, password: "open".into() };
    catalogue.clerks.push(cashier);
    catalogue
}
