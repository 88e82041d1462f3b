//! Every rule on tiny hand-written histories: `tests/histories/<RULE>/<kind>.sql` holds inserts into an empty history and says
//! in its first comment what they tell and what the rule must make of it:
//!
//! ```sql
//! -- The name of dossier 7 was cut.
//! -- expect: fail, broken 1, case 7
//! -- observed: track shows Nguyễn Thị
//! ```
//!
//! A history that breaks its rule also states the sentence in which a witness says so.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use vandan_verdict::{Judgement, Overall, RuleSet, RuleVerdict, Verdict, judge};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every `.sql` file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false if path.extension().is_some_and(|kind| kind == "sql") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

fn rule_files() -> Vec<(String, String)> {
    let folder = root().join("scenarios/rules");
    let shown = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
    files(&folder).iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())).collect()
}

fn rules() -> RuleSet {
    RuleSet::load(rule_files()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Judges a history that holds nothing but these inserts.
fn judge_inserts(rules: &RuleSet, inserts: &str) -> Judgement {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("pragma synchronous = off").unwrap();
    connection.pragma_update(None, "user_version", history::SCHEMA_VERSION).unwrap();
    connection.execute_batch(history::SCHEMA).unwrap();
    connection.execute_batch(include_str!("prelude.sql")).unwrap();
    connection.execute_batch(&format!("begin; {inserts}; commit")).unwrap_or_else(|error| panic!("{error}"));
    connection.close().unwrap();
    judge(&path, rules).unwrap()
}

fn verdict<'a>(judgement: &'a Judgement, id: &str) -> &'a RuleVerdict {
    judgement.rules.iter().find(|verdict| verdict.id == id).unwrap_or_else(|| panic!("there is no rule {id}"))
}

/// Checks one clause of an `expect` line.
fn assert_clause(clause: &str, verdict: &RuleVerdict, place: &str) {
    let words: Vec<_> = clause.split_whitespace().collect();
    let seen = match words[..] {
        ["broken", _] => format!("broken {}", verdict.broken),
        ["examined", _] => format!("examined {}", verdict.examined),
        ["undecided", _] => format!("undecided {}", verdict.undecided),
        ["case", case] => {
            let cases: Vec<_> = verdict.witnesses.iter().filter_map(|witness| witness.case_id).collect();
            let is_there = cases.iter().any(|other| other.to_string() == case);
            if is_there { clause.to_owned() } else { format!("cases {cases:?}") }
        }
        ["because", doubt] if verdict.reason.starts_with(&format!("{doubt}: ")) => clause.to_owned(),
        ["because", _] => verdict.reason.clone(),
        [_] => verdict.verdict.to_string(),
        _ => panic!("{place}: `{clause}` is no clause of an expectation"),
    };
    assert_eq!(seen, clause, "{place}: {verdict:#?}");
}

#[test]
fn every_rule_judges_its_histories_as_they_say() {
    let rules = rules();
    for path in files(&root().join("tests/histories")) {
        let place = path.display().to_string();
        let id = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let expectation = text
            .lines()
            .find_map(|line| line.strip_prefix("-- expect: "))
            .unwrap_or_else(|| panic!("{place}: there is no line `-- expect: `"));
        assert!(!text.starts_with("-- expect"), "{place}: the story is missing");
        let judgement = judge_inserts(&rules, &text);
        expectation.split(", ").for_each(|clause| assert_clause(clause, verdict(&judgement, id), &place));
        let told: Vec<_> = verdict(&judgement, id).witnesses.iter().map(|witness| witness.observed.as_str()).collect();
        let promised = text.lines().find_map(|line| line.strip_prefix("-- observed: "));
        assert!(told.is_empty() || promised.is_some_and(|promised| told.contains(&promised)), "{place}: {told:?}");
        for other in judgement.rules.iter().filter(|other| other.id != id) {
            let is_silent = !matches!(other.verdict, Verdict::Fail | Verdict::Warn | Verdict::Error);
            assert!(is_silent, "{place}: breaks another rule too: {other:#?}");
        }
    }
}

#[test]
fn every_rule_has_histories_that_pass_fail_and_leave_it_open() {
    let folder = root().join("tests/histories");
    for rule in rules().rules() {
        let kinds: BTreeSet<_> = files(&folder.join(&rule.id))
            .iter()
            .map(|path| path.file_stem().unwrap().to_str().unwrap().split('-').next().unwrap().to_owned())
            .collect();
        for kind in ["pass", "fail", "inconclusive"] {
            assert!(kinds.contains(kind), "{}: there is no history {kind}.sql", rule.id);
        }
    }
}

#[test]
fn silence_is_no_pass_for_any_rule() {
    let all = "insert or replace into run values ('dossier_code_pattern', '.*');
               insert or ignore into capabilities values ('submit'), ('track'), ('look_up'), ('progress'), ('accept'), ('start'), ('pay'),
                   ('hand_to_post'), ('peer:bank'), ('peer:post'), ('dossier_code_pattern'), ('shows:accepted_at'),
                   ('shows:due_at'), ('shows:dossier_code'), ('shows:service_level'), ('shows:payable'), ('catalogue'), ('publish'),
                   ('publications'), ('shows:amount_paid'), ('shows:receipts'), ('shows:payment_state'), ('inbox'), ('planned:post_return'),
                   ('planned:online_payment'), ('planned:payment_before'), ('planned:payment')";
    for (inserts, overall) in
        [("delete from run; delete from capabilities", Overall::Invalid), (all, Overall::Undecided)]
    {
        let judgement = judge_inserts(&rules(), inserts);
        for verdict in &judgement.rules {
            let is_open = matches!(verdict.verdict, Verdict::Inconclusive | Verdict::NotApplicable);
            assert!(is_open, "{}: {} ({})", verdict.id, verdict.verdict, verdict.reason);
            let is_left_out = verdict.verdict == Verdict::NotApplicable && verdict.reason.starts_with("nothing seen");
            let is_open = verdict.verdict == Verdict::Inconclusive || is_left_out;
            assert!(inserts != all || is_open, "{}: {}", verdict.id, verdict.reason);
        }
        assert_eq!(judgement.overall, overall);
    }
}

#[test]
fn a_rule_that_crashes_is_an_error_and_the_others_are_judged() {
    let crash = fs::read_to_string(root().join("scenarios/rules/OAS/EG-OAS-002.sql"))
        .unwrap()
        .replace("EG-OAS-002", "EG-OAS-009")
        .replace("count(*) as subjects", "abs(-9223372036854775807 - count(*)) as subjects");
    let files = rule_files().into_iter().chain([("OAS/EG-OAS-009.sql".to_owned(), crash)]);
    let story = fs::read_to_string(root().join("tests/histories/EG-OAS-002/pass.sql")).unwrap();
    let judgement = judge_inserts(&RuleSet::load(files).unwrap(), &story);
    assert_eq!(verdict(&judgement, "EG-OAS-009").verdict, Verdict::Error);
    assert_eq!(verdict(&judgement, "EG-OAS-002").verdict, Verdict::Pass);
}

#[test]
fn a_history_is_judged_twice_to_the_same_bytes() {
    let story = fs::read_to_string(root().join("tests/histories/EG-SUB-001/fail.sql")).unwrap();
    let first = judge_inserts(&rules(), &story).to_json();
    assert_eq!(first, judge_inserts(&rules(), &story).to_json());
    assert!(first.starts_with("{\n  \"schema\": \"vandan-verdicts/2\",\n  \"run\": {"), "{first}");
}

#[test]
fn every_rule_can_be_explained_and_names_a_defect_that_breaks_it() {
    for rule in rules().rules() {
        assert!(!rule.kills.is_empty(), "{}", rule.id);
        let lines = vandan_verdict::explain(rule);
        for part in [&rule.why, &rule.kills[0], &rule.basis[0].text] {
            assert!(lines.iter().any(|(_, text)| text.contains(part.as_str())), "{lines:?}");
        }
    }
}

#[test]
fn claims_are_decided_on_the_load_phase() {
    let exchanges = "insert into gates values (1, 'track.response_time p95 < 10ms @99%'), (2, 'errors share < 5%'), (3, 'pay.service_time p50 < 1s'),
                         (4, 'track.response_time p95 > 1s');
                     with recursive n(i) as (select 1 union all select i + 1 from n where i < 91)
                     insert into exchanges
                     select i, 7, 'citizen', 1, 'x', 'track', 1, iif(i = 91, 'drain', 'load'), 0, i, i, i,
                            i + iif(i = 91, 20000000, 3000000), 'ok', 200, null, 1, 1, null, 1, 'user', 0, 0, null, null from n";
    let judgement = judge_inserts(&rules(), exchanges);
    let told: Vec<_> = judgement
        .gates
        .iter()
        .map(|gate| format!("{}: {} of {}, {}", gate.verdict, gate.violations, gate.samples, gate.observed))
        .collect();
    assert_eq!(
        told,
        ["pass: 0 of 90, p95 3 ms", "pass: 0 of 90, errors 0 %", "undecided: 0 of 0, ", "undecided: 0 of 0, "]
    );
    assert_eq!(judgement.gates[2].reason, "no sample");
    let reason = "`track.response_time p95 > 1s` is no claim: `>` bounds from below";
    assert!(judgement.gates[3].reason.starts_with(reason), "{}", judgement.gates[3].reason);
}
