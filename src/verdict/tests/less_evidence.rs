//! Less evidence never accuses: the hand-written histories with tables emptied, columns made null and records taken away at random.
//! No rule crashes on them, and none that did not fail on the whole history fails on what is left of it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use vandan_verdict::{RuleSet, Verdict, judge};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|kind| kind == "sql") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn rules() -> RuleSet {
    let folder = root().join("scenarios/rules");
    let texts = files(&folder).into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()));
    RuleSet::load(texts).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A history that says, as every recorded one does, how many exchanges, observations, log lines and signals it has.
const COUNTED: &str = "
    insert or replace into run select 'recorded_exchanges', max(exchange_id) from exchanges;
    insert or replace into run select 'recorded_observations', count(*) from observations;
    insert or replace into run select 'recorded_progress', count(*) from progress;
    insert or replace into run select 'peer_signals_' || peer, max(sequence) from signals group by peer;";

/// The rules that fail on a history after these changes. A rule that crashes, or tables that cannot be derived, end the test.
fn failing(rules: &RuleSet, inserts: &str, changes: &str, place: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("pragma synchronous = off; pragma journal_mode = off").unwrap();
    connection.pragma_update(None, "user_version", history::SCHEMA_VERSION).unwrap();
    connection.execute_batch(history::SCHEMA).unwrap();
    connection.execute_batch(include_str!("prelude.sql")).unwrap();
    connection.execute_batch(&format!("begin; {inserts}; {COUNTED}; {changes}; commit")).unwrap();
    connection.close().unwrap();
    let judgement = judge(&path, rules).unwrap_or_else(|error| panic!("{place}: {changes}: {error}"));
    let crashed: Vec<_> = judgement.rules.iter().filter(|rule| rule.verdict == Verdict::Error).collect();
    assert!(crashed.is_empty(), "{place}: {changes}: {crashed:#?}");
    let failed = judgement.rules.iter().filter(|rule| matches!(rule.verdict, Verdict::Fail | Verdict::Warn));
    failed.map(|rule| rule.id.clone()).collect()
}

/// The hand-written histories with their places, those of this beginning of their names only.
fn histories(kinds: &[&str]) -> Vec<(String, String)> {
    let named = |path: &PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        kinds.iter().any(|kind| stem.starts_with(kind))
    };
    let all = files(&root().join("tests/histories"));
    all.into_iter().filter(named).map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

/// Tables whose rows are evidence: without some of them nothing may look worse.
const EVIDENCE: [&str; 5] = ["exchanges", "observations", "progress", "signals", "run"];

#[test]
fn an_empty_table_neither_crashes_a_rule_nor_accuses() {
    let rules = rules();
    let others = ["dossiers", "services", "publications", "calendar", "capabilities"];
    for (place, inserts) in histories(&["pass", "inconclusive", "undecided", "not-applicable"]) {
        for table in EVIDENCE {
            let failed = failing(&rules, &inserts, &format!("delete from {table}"), &place);
            assert!(failed.is_empty(), "{place}: without {table}, {failed:?} fail");
        }
        for table in others {
            failing(&rules, &inserts, &format!("delete from {table}"), &place);
        }
    }
}

#[test]
fn a_null_in_any_column_crashes_no_rule() {
    let rules = rules();
    let columns = {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(history::SCHEMA).unwrap();
        connection.execute_batch(include_str!("prelude.sql")).unwrap();
        let mut statement = connection
            .prepare(
                "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c
                 where m.type = 'table' and not c.\"notnull\" and not c.pk",
            )
            .unwrap();
        let columns = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        columns.collect::<Result<Vec<_>, _>>().unwrap()
    };
    assert!(columns.len() > 50, "{columns:?}");
    // Histories that together hold something in every table.
    for id in ["EG-PAY-009", "EG-STM-001", "VN-PST-003", "VN-CAT-002"] {
        let place = format!("{id}/pass.sql");
        let inserts = fs::read_to_string(root().join("tests/histories").join(&place)).unwrap();
        for column in &columns {
            let (table, name) = column.split_once('.').unwrap();
            failing(&rules, &inserts, &format!("update {table} set {name} = null"), &place);
        }
    }
}

/// A deletion of about one row in seven of every table of evidence, always the same for a seed. What the history says of its own
/// length stays: a recording that was cut says so by it.
fn cut(seed: u64) -> String {
    let of = |(place, table): (usize, &&str)| {
        let keep = if *table == "run" {
            "name not like 'peer_signals_%' and name not like 'recorded!_%' escape '!' and"
        } else {
            ""
        };
        let row = match *table {
            "signals" => "sequence * 31 + unicode(peer)",
            "run" => "unicode(substr(name, 3)) * 7 + length(name)",
            "exchanges" => "exchange_id",
            _ => "exchange_id * 13 + position",
        };
        let salt = (seed * 5 + place as u64) * 40_503;
        format!("delete from {table} where {keep} (({row} + 1) * 7919 + {salt}) * 2654435761 / 65536 % 7 = 0")
    };
    EVIDENCE.iter().enumerate().map(of).collect::<Vec<_>>().join("; ")
}

#[test]
fn taking_records_away_makes_no_rule_fail_that_did_not() {
    let rules = rules();
    for (place, inserts) in histories(&["pass", "inconclusive", "undecided"]) {
        for seed in 0..4 {
            let failed = failing(&rules, &inserts, &cut(seed), &place);
            assert!(failed.is_empty(), "{place}: after {}, {failed:?} fail", cut(seed));
        }
    }
}
