//! What vandan itself did wrong, on hand-written histories: it is never the portal's fault, and hides none of the portal's.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rusqlite::Connection;
use vandan_verdict::{GateAnswer, Judgement, Overall, RuleSet, judge};

/// Judges a history that holds nothing but these inserts, by one rule: no dossier 13 exists.
fn judged(inserts: &str) -> Judgement {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("pragma synchronous = off").unwrap();
    connection.pragma_update(None, "user_version", history::SCHEMA_VERSION).unwrap();
    connection.execute_batch(history::SCHEMA).unwrap();
    let facts =
        "insert into run values ('finished', 'yes'), ('quiescent', 'yes'), ('scheduling_delay_limit_ns', '50000000'),
                     ('load_ends_ns', '30000000000');";
    connection.execute_batch(&format!("begin; {facts} {inserts}; commit")).unwrap_or_else(|error| panic!("{error}"));
    connection.close().unwrap();
    let rule = "-- ---\n-- id: EG-SUB-901\n-- rev: 1\n-- title: T\n-- title_vi: T\n-- level: MUST\n-- maturity: draft\n\
                -- oracle: history\n-- basis: [{source: s, text: t, verified: false}]\n-- why: because\n-- reasons: [vacuous]\n\
                -- kills: [portal:none]\n-- expected: it\n-- observed: not it\n-- ---\n\
                select exchange_id as subject, case_id is not 13 as ok, case_id, exchange_id from exchanges";
    let files = [("rules/SUB/EG-SUB-901.sql", rule), ("rules/derived.sql", "select 1")];
    let rules = RuleSet::load(files.map(|(file, text)| (file.to_owned(), text.to_owned()))).unwrap();
    judge(&path, &rules).unwrap()
}

/// So many exchanges of a class, due 10 ms apart from an instant on.
struct Many {
    class: &'static str,
    operation: &'static str,
    count: u32,
    from_ms: i64,
    waited_ms: i64,
    delay_ms: i64,
    outcome: &'static str,
    status: &'static str,
    fault: &'static str,
}

const GOOD: Many = Many {
    class: "user",
    operation: "submit",
    count: 1_000,
    from_ms: 0,
    waited_ms: 20,
    delay_ms: 0,
    outcome: "ok",
    status: "200",
    fault: "null",
};

impl Many {
    fn sql(&self) -> String {
        let Self { class, operation, count, from_ms, waited_ms, delay_ms, outcome, status, fault } = self;
        format!(
            "insert into exchanges (case_id, actor, session, journey, operation, attempt, phase, lane, due_ns, sent_ns, done_ns,
                 outcome, status, fault, bytes_sent, bytes_received, reused, traffic_class, delay_ns)
             with recursive n(i) as (select 0 union all select i + 1 from n where i < {count} - 1)
             select 7, 'citizen', 1, 'x', '{operation}', 1, 'load', 0, ({from_ms} + i * 10) * 1000000,
                    iif({fault} in ('local_limit', 'forbidden', 'unwritable', 'connect'), null, ({from_ms} + i * 10 + {delay_ms}) * 1000000),
                    ({from_ms} + i * 10 + {waited_ms}) * 1000000,
                    '{outcome}', {status}, {fault}, 1, 1, 1, '{class}', {delay_ms} * 1000000 from n;"
        )
    }
}

fn gates(claims: &[&str]) -> String {
    let inserts = claims.iter().enumerate().map(|(i, claim)| format!("insert into gates values ({i}, '{claim}');"));
    inserts.collect::<Vec<_>>().concat()
}

#[test]
fn a_pause_of_our_own_is_no_breach_of_the_portals() {
    // 500 requests were due while vandan stood still for 5 s, and left up to 5 s late.
    let paused: String = (0..50)
        .map(|i| {
            Many { count: 10, from_ms: 3_100 + i * 100, waited_ms: 5_020 - i * 100, delay_ms: 5_000 - i * 100, ..GOOD }
                .sql()
        })
        .collect();
    let stall = "insert into stalls values ('lane-0', 3100000000, 8100000000);";
    let judgement = judged(
        &(GOOD.sql()
            + &paused
            + stall
            + &gates(&["submit.response_time p95 < 2.5s", "submit.service_time p95 < 2.5s"])),
    );
    assert_eq!(judgement.overall, Overall::Invalid);
    let [waited, served] = judgement.gates.as_slice() else { panic!("{:?}", judgement.gates) };
    assert_eq!(waited.verdict, GateAnswer::Undecided);
    assert_eq!(
        waited.reason,
        "scheduling_delay: 260 of 1500 samples left up to 5 s late because vandan itself stood still from 3.1 s to 8.1 s"
    );
    assert_eq!(served.verdict, GateAnswer::Pass, "{}", served.reason);
    let causes: Vec<_> = judgement.validity.causes().iter().map(|cause| cause.text.as_str()).collect();
    assert!(causes[0].starts_with("vandan itself stood still from 3.1 s to 8.1 s: "), "{causes:?}");
}

#[test]
fn a_few_late_ones_of_many_change_no_verdict() {
    let late = Many { count: 3, waited_ms: 4_000, delay_ms: 3_990, ..GOOD };
    let claim = gates(&["submit.response_time p95 < 2.5s"]);
    let judgement = judged(&(Many { count: 9_997, ..GOOD }.sql() + &late.sql() + &claim));
    assert_eq!((judgement.gates[0].verdict, judgement.overall), (GateAnswer::Pass, Overall::Conforms));
    assert_eq!((judgement.gates[0].tainted, judgement.gates[0].violations), (3, 3));
    // And a slow portal stays slow.
    let slow = Many { count: 9_997, waited_ms: 3_000, ..GOOD };
    let judgement = judged(&(slow.sql() + &late.sql() + &claim));
    assert_eq!((judgement.gates[0].verdict, judgement.overall), (GateAnswer::Fail, Overall::GateBreached));
}

#[test]
fn what_was_read_back_stands_in_a_run_that_was_late() {
    let late = Many { waited_ms: 4_000, delay_ms: 3_990, ..GOOD };
    let judgement = judged(&(late.sql() + "update exchanges set case_id = 13 where exchange_id = 9;"));
    assert!(!judgement.validity.causes().is_empty());
    assert_eq!(judgement.overall, Overall::RuleFailed);
}

#[test]
fn polls_do_not_hide_lost_submissions() {
    let lost = Many { count: 50, outcome: "error", status: "null", fault: "'timed_out'", ..GOOD }.sql();
    let polls = Many { class: "poll", operation: "inbox", count: 100_000, from_ms: 0, ..GOOD };
    let claims = [
        "errors share < 0.1%",
        "submit.errors share < 0.1%",
        "polls.errors share < 0.1%",
        "all.response_time p99 < 10s",
    ];
    let judgement = judged(&(Many { count: 950, ..GOOD }.sql() + &lost + &polls.sql() + &gates(&claims)));
    let told: Vec<_> = judgement.gates.iter().map(|gate| (gate.verdict, gate.samples)).collect();
    assert_eq!(
        told,
        [(GateAnswer::Fail, 1_000), (GateAnswer::Fail, 1_000), (GateAnswer::Pass, 100_000), (GateAnswer::Fail, 1_000)]
    );
    assert_eq!(judgement.gates[3].observed, "p99 unanswered");
    assert_eq!(judgement.overall, Overall::GateBreached);
}

#[test]
fn a_refusal_is_no_fast_sample() {
    let refused = Many { outcome: "refused", status: "422", waited_ms: 1, ..GOOD };
    let slow = Many { count: 40, waited_ms: 3_000, ..GOOD };
    let judgement =
        judged(&(refused.sql() + &slow.sql() + &gates(&["submit.response_time p95 < 2.5s", "errors share < 1%"])));
    assert_eq!(judgement.gates[0].verdict, GateAnswer::Fail);
    assert!(judgement.gates[0].reason.ends_with("; 1000 refusals are left out"), "{}", judgement.gates[0].reason);
    assert_eq!((judgement.gates[1].verdict, judgement.gates[1].samples), (GateAnswer::Pass, 1_040));
}

#[test]
fn neither_our_limits_nor_our_adapter_breach_a_gate() {
    for (fault, status, words) in [
        ("'local_limit'", "null", "because this machine, not the portal, had reached a limit"),
        ("'unreadable'", "201", "the adapter did not understand 200 of 1200 answers to people"),
    ] {
        let ours = Many { count: 200, outcome: "error", status, fault, ..GOOD }.sql();
        let claims = gates(&["errors share < 0.5%", "submit.response_time p95 < 2.5s"]);
        let judgement = judged(&(GOOD.sql() + &ours + &claims));
        for gate in &judgement.gates {
            assert_eq!((gate.verdict, gate.samples), (GateAnswer::Pass, 1_000), "{fault}: {}", gate.reason);
        }
        let causes: Vec<_> = judgement.validity.causes().iter().map(|cause| cause.text.as_str()).collect();
        assert!(causes.len() == 1 && causes[0].contains(words), "{causes:?}");
        assert_eq!(judgement.overall, Overall::Invalid);
    }
}

#[test]
fn a_portal_that_takes_no_connection_is_blamed_though_nothing_was_sent() {
    let closed = Many { outcome: "error", status: "null", fault: "'connect'", ..GOOD };
    let judgement = judged(&(closed.sql() + &gates(&["errors share < 1%"])));
    assert_eq!(judgement.overall, Overall::GateBreached);
}

#[test]
fn the_page_of_a_server_that_erred_is_the_portals_error() {
    let erred = Many { count: 100, outcome: "error", status: "502", fault: "'unreadable'", ..GOOD };
    let judgement = judged(&(GOOD.sql() + &erred.sql() + &gates(&["errors share < 1%"])));
    assert_eq!((judgement.overall, judgement.gates[0].violations), (Overall::GateBreached, 100));
    assert_eq!(judgement.validity.causes(), []);
}

#[test]
fn lost_records_leave_nothing_standing() {
    let lost =
        "insert into run values ('recorder_lost', '3'); update exchanges set case_id = 13 where exchange_id = 9;";
    assert_eq!(judged(&(GOOD.sql() + lost)).overall, Overall::Invalid);
}
