//! `vandan capacity`: searching the breakpoint of a portal that is known to break at 50 requests a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::support::Desk;

/// At how many requests a second the portal breaks.
const LIMIT: usize = 50;
/// How long a step of the search lasts, in seconds.
const STEP: usize = 2;

const SEARCH: [&str; 5] = ["capacity", "--journey", "knock", "--portal", "narrow.yaml"];

/// A portal whose citizens can sign in, and nothing else.
const ADAPTER: &str = r#"
portal: narrow
title: A portal that breaks at a known rate
dossier_code: '^X[0-9]+$'
time: "2021-03-01T07:30:00+07:00"
states: { submitted: SUBMITTED }
payment_states: { none: NONE }
parcel_states: { none: NONE }
failure: { code: $.error_code }
session_headers:
  Authorization: "Bearer ${session.token}"
operations:
  sign_in:
    request: POST /sessions
    json: { citizen_number: "${applicant.citizen_number}" }
    keep: { token: $.token }
"#;

/// How often it has answered each run, and how long each answer takes. What is beyond its limit it answers by 503. It counts by run
/// and reads no clock: that it breaks does not depend on how busy the machine is.
#[derive(Clone, Default)]
struct Portal {
    answered: Arc<Mutex<HashMap<String, usize>>>,
    takes: Duration,
}

async fn sign_in(State(portal): State<Portal>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    tokio::time::sleep(portal.takes).await;
    let run = headers["x-vandan-run"].to_str().unwrap().to_owned();
    let mut answered = portal.answered.lock().unwrap();
    let of_run = answered.entry(run).or_default();
    *of_run += 1;
    if *of_run <= LIMIT * STEP { Ok(Json(json!({ "token": "x" }))) } else { Err(StatusCode::SERVICE_UNAVAILABLE) }
}

/// Starts it on a free loopback port; it lives as long as the tests.
fn start(takes: Duration) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap().to_string()).unwrap();
            let routes =
                Router::new().route("/sessions", post(sign_in)).with_state(Portal { takes, ..Portal::default() });
            axum::serve(listener, routes).await.unwrap();
        });
    });
    format!("http://{}", told.recv().unwrap())
}

/// A desk with the adapter, and the quick look with these gates.
fn desk(gates: &str) -> Desk {
    let desk = Desk::new();
    desk.put("narrow.yaml", ADAPTER);
    let journey = "journey: knock\ntitle: A citizen signs in\nrole: citizen\nsteps:\n  - do: sign_in\n";
    desk.put("scenarios/journeys/knock.yaml", journey);
    let run = include_str!("../scenarios/runs/quick-look.yaml");
    let (before, after) = run.split_once("gates:\n").unwrap();
    let (_, after) = after.split_once("\n\n").unwrap();
    let after = after.replace("  timeout: 10 s", "  timeout: 10 s\n  settle: 0 s\n  scheduling_delay: 60 s");
    desk.put("scenarios/runs/quick-look.yaml", &format!("{before}gates: [{gates}]\n\n{after}"));
    desk
}

#[test]
fn the_breakpoint_of_a_portal_is_bracketed_and_every_step_can_be_looked_into() {
    let desk = desk("sign_in.errors share < 5% @90%");
    let target = start(Duration::ZERO);
    let search =
        ["--from", "20/s", "--to", "320/s", "--step-duration", &format!("{STEP} s"), "--precision", "25", "--json"];
    let said = desk.vandan(&[&SEARCH[..], &["--target", &target], &search].concat());
    said.ends_with(0);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let limit = f64::from(u32::try_from(LIMIT).unwrap());
    let (low, high) = (number(&found["answer"]["rate_per_s"]), number(&found["answer"]["above_per_s"]));
    assert_eq!(found["answer"]["is"], "confirmed");
    assert!(low <= limit * 1.06 && high <= low * 1.25 + 0.1, "{low} {high}");
    let steps = found["steps"].as_array().unwrap();
    for step in steps {
        // Beyond the limit at least the twentieth part of the requests is refused.
        let (rate, standing) = (number(&step["rate_per_s"]), step["standing"].as_str().unwrap());
        assert!(rate < limit * 1.06 || standing == "exceeded", "{step:#}");
        assert!(standing != "exceeded" || step["reasons"][0].as_str().unwrap().contains("is breached"), "{step:#}");
        let folder = format!("results/latest/{}", step["folder"].as_str().unwrap());
        assert!(desk.path().join(&folder).join("history.sqlite").exists(), "{folder}");
    }
    let of = |purpose: &str| steps.iter().filter(|step| step["purpose"] == purpose).collect::<Vec<_>>();
    let confirmed = of("confirmation").into_iter().filter(|step| number(&step["rate_per_s"]).total_cmp(&low).is_eq());
    assert!(confirmed.map(|step| &step["standing"]).eq(["holds"; 3].iter()), "{found:#}");
    assert_eq!(of("recovery").len(), 1);
    let day = number(&found["per_day"]["office_hours"]) * 3_600.0 * low;
    assert!((number(&found["per_day"]["evenly"]) - day).abs() <= 1.0, "{found:#}");
    assert!(number(&found["per_day"]["as_documented"]) < day);
    let grounds = found["grounds"].to_string();
    assert!(grounds.contains("was not reset between steps"), "{grounds}");
    assert!(desk.latest("capacity.html").contains("dossiers a second"));
    assert_eq!(serde_json::from_str::<Value>(&desk.latest("capacity.json")).unwrap(), found);
}

#[test]
fn a_limit_of_ours_ends_the_search_and_is_named() {
    let desk = desk("sign_in.errors share < 5% @90%");
    let run = std::fs::read_to_string(desk.path().join("scenarios/runs/quick-look.yaml")).unwrap();
    desk.put("scenarios/runs/quick-look.yaml", &run.replace("under_way: 20000", "under_way: 1"));
    // Four come while one is being answered.
    let target = start(Duration::from_millis(200));
    let said = desk.vandan(&[&SEARCH[..], &["--target", &target, "--from", "20/s", "--step-duration", "2 s"]].concat());
    said.ends_with(112);
    let words = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("At 20/s this machine's generator is the limit"), "{words}");
    assert!(words.contains("arrivals were dropped"), "{words}");
}

#[test]
fn what_cannot_be_searched_is_told_at_once() {
    let desk = desk("submit.errors share < 5%");
    let wrong = ["--rate", "5/s", "--duration", "2m", "--scale", "2", "--salt", "7", "--from", "9/s", "--to", "5/s"];
    let said = desk.vandan(&[&["capacity", "quick-look"][..], &wrong].concat());
    said.ends_with(104);
    for complaint in
        ["give --from and --to", "give --step-duration", "references of its own", "raise --to", "5 problems"]
    {
        assert!(said.err.contains(complaint), "{complaint}\n{}", said.err);
    }
    let never = desk.vandan(&SEARCH);
    never.ends_with(104);
    assert!(never.err.contains("`submit.errors share < 5%` can never be decided"), "{}", never.err);
}
