//! Judging what somebody else wrote: rules, tables and histories of any origin, and how much a verdict says it proves.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Desk, root, tiny};

/// Puts a folder of results with a hand-written history on the desk: one dossier, submitted, worked on and read back.
fn put_results(desk: &Desk, changes: &str) {
    let folder = desk.path().join("results/mine");
    std::fs::create_dir_all(&folder).unwrap();
    let history = Connection::open(folder.join("history.sqlite")).unwrap();
    history.pragma_update(None, "user_version", history::SCHEMA_VERSION).unwrap();
    history.execute_batch(history::SCHEMA).unwrap();
    history.execute_batch(include_str!("../src/verdict/tests/prelude.sql")).unwrap();
    history.execute_batch(&shipped("../tests/histories/EG-SUB-005/pass.sql")).unwrap();
    history.execute_batch(changes).unwrap();
}

/// A file below `scenarios/`.
fn shipped(path: &str) -> String {
    std::fs::read_to_string(root().join("scenarios").join(path)).unwrap()
}

fn verdicts(desk: &Desk) -> Value {
    serde_json::from_str(&std::fs::read_to_string(desk.path().join("results/mine/verdicts.json")).unwrap()).unwrap()
}

#[test]
fn a_shipped_rule_that_is_replaced_is_named_wherever_the_verdict_is_said() {
    let desk = Desk::new();
    put_results(&desk, "");
    let rule = shipped("rules/SUB/EG-SUB-005.sql");
    // The same file is no replacement.
    desk.put("scenarios/rules/SUB/EG-SUB-001.sql", &shipped("rules/SUB/EG-SUB-001.sql"));
    desk.put("scenarios/rules/SUB/EG-SUB-005.sql", &format!("{rule}-- mine\n"));
    let words = "EG-SUB-005 is replaced by scenarios/rules/SUB/EG-SUB-005.sql";
    let said = desk.vandan(&["judge", "results/mine"]);
    assert!(said.out.replace("\n  ", " ").contains(words), "{}", said.out);
    assert!(desk.vandan(&["rules"]).out.contains(words));
    let verdicts = verdicts(&desk);
    let replaced: Vec<_> = verdicts["sources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|source| source["replaces_shipped"] == true)
        .map(|source| (source["file"].as_str().unwrap(), source["sha256"].as_str().unwrap().len()))
        .collect();
    assert_eq!(replaced, [("scenarios/rules/SUB/EG-SUB-005.sql", 64)]);
    let page = std::fs::read_to_string(desk.path().join("results/mine/report.html")).unwrap();
    assert!(page.contains(words), "the page says it too");
}

#[test]
fn tables_of_ones_own_reach_no_other_file() {
    for mischief in [
        "attach 'stolen.db' as stolen; create table stolen.dossiers as select * from dossiers;",
        "vacuum into 'stolen.db';",
        "create table main.mine (x);",
        "pragma writable_schema = on;",
    ] {
        let desk = Desk::new();
        put_results(&desk, "");
        desk.put("scenarios/rules/derived.sql", &format!("{}\n{mischief}\n", shipped("rules/derived.sql")));
        for args in [&["rules"][..], &["explain", "EG-SUB-005"], &["judge", "results/mine"]] {
            let said = desk.vandan(args);
            said.ends_with(104);
            assert!(said.err.contains("scenarios/rules/derived.sql"), "{mischief}: {}", said.err);
            assert!(said.err.contains("nothing else is allowed"), "{mischief}: {}", said.err);
        }
        assert!(!desk.path().join("stolen.db").exists(), "{mischief}");
    }
}

#[test]
fn a_history_that_is_none_is_refused_with_its_reason() {
    for (changes, words) in [
        ("drop table signals; create view signals as select 1 as peer", "signals is a view, where a table is expected"),
        ("drop table observations", "it has no table observations"),
        ("insert into stalls values ('lane-0', 0.5, 2)", "from_ns is of type real"),
    ] {
        let desk = Desk::new();
        put_results(&desk, changes);
        let said = desk.vandan(&["judge", "results/mine"]);
        said.ends_with(112);
        assert!(said.err.contains(words), "{}", said.err);
    }
}

#[test]
#[cfg(unix)]
fn a_pipe_is_neither_a_history_nor_a_scenario() {
    let desk = Desk::new();
    let pipe = |path: &Path| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    pipe(&desk.path().join("results/mine/history.sqlite"));
    let said = desk.vandan(&["judge", "results/mine"]);
    said.ends_with(112);
    assert!(said.err.contains("it is not a file"), "{}", said.err);
    pipe(&desk.path().join("scenarios/rules/SUB/EG-SUB-900.sql"));
    let said = desk.vandan(&["rules"]);
    said.ends_with(104);
    assert!(said.err.contains("this is not a file"), "{}", said.err);
}

#[test]
fn less_than_a_run_requires_ends_with_112_and_its_reason() {
    let desk = Desk::new();
    put_results(&desk, "insert into run values ('require_areas', 'submission, refunds')");
    let said = desk.vandan(&["judge", "results/mine"]);
    said.ends_with(112);
    assert!(said.out.contains("not examined, though the run file requires it: refunds"), "{}", said.out);
    let verdicts = verdicts(&desk);
    assert_eq!(verdicts["overall"], "undecided");
    assert_eq!(verdicts["unmet"].as_array().unwrap().len(), 1);
}

#[test]
fn what_a_run_may_require_is_read_and_said() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    desk.put("good.yaml", &format!("{text}\nrequire: {{ rules: 14, areas: [submission, access control] }}\n"));
    desk.vandan(&["plan", "good.yaml", "--scale", "1/100"]).ends_with(0);
    desk.put("bad.yaml", &format!("{text}\nrequire: {{ rules: 0, areas: [submissions] }}\n"));
    let said = desk.vandan(&["plan", "bad.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("0 is not within 1 to 1000"), "{}", said.err);
    assert!(said.err.contains("`submissions` is no area of the rule catalogue"), "{}", said.err);
    assert!(said.err.contains("submission, access control, sessions"), "{}", said.err);
}
