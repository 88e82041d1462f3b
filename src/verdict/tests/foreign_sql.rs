//! Rules that would not end, on a small budget: each gets its own verdict, and the others are judged.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use rusqlite::Connection;
use vandan_verdict::{Budget, JudgeError, RuleSet, Session, Verdict};

const SMALL: Budget = Budget { steps: 3_000_000, steps_per_page: 0, ..Budget::DEFAULT };

fn rule(id: &str, query: &str) -> (String, String) {
    let text = format!(
        "-- ---\n-- id: {id}\n-- rev: 1\n-- title: T\n-- title_vi: T\n-- level: MUST\n-- maturity: draft\n-- oracle: history\n\
         -- basis: [{{source: s, text: t, verified: false}}]\n-- why: because\n-- reasons: [vacuous]\n-- kills: [portal:none]\n\
         -- expected: it\n-- observed: not it\n-- ---\n{query}\n"
    );
    (format!("rules/SUB/{id}.sql"), text)
}

fn history_at(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "user_version", history::SCHEMA_VERSION).unwrap();
    connection.execute_batch(history::SCHEMA).unwrap();
}

fn verdicts(derived: &str, rules: &[(&str, &str)]) -> Result<Vec<(Verdict, String)>, JudgeError> {
    verdicts_within(SMALL, derived, rules)
}

fn verdicts_within(
    budget: Budget,
    derived: &str,
    rules: &[(&str, &str)],
) -> Result<Vec<(Verdict, String)>, JudgeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    history_at(&path);
    let files = rules.iter().map(|(id, query)| rule(id, query));
    let rules = RuleSet::load(files.chain([("rules/derived.sql".to_owned(), derived.to_owned())])).unwrap();
    let judgement = Session::open_within(&path, &rules, budget)?.judge(&rules)?;
    Ok(judgement.rules.into_iter().map(|rule| (rule.verdict, rule.reason)).collect())
}

const ENDLESS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n)
    select i as subject, 1 as ok, null as case_id, null as exchange_id from n";
const LARGE: &str =
    "select length(printf('%.*c', 2000000000, 'x')) as subject, 1 as ok, null as case_id, null as exchange_id";
const GOOD: &str = "select 'it' as subject, 1 as ok, null as case_id, null as exchange_id";

#[test]
fn a_rule_without_end_is_an_error_and_the_others_are_judged() {
    let verdicts =
        verdicts("select 1", &[("EG-SUB-901", ENDLESS), ("EG-SUB-902", LARGE), ("EG-SUB-903", GOOD)]).unwrap();
    assert_eq!(verdicts[0].0, Verdict::Error);
    assert!(verdicts[0].1.starts_with("budget: it was stopped because it took too many steps"), "{}", verdicts[0].1);
    assert_eq!((verdicts[1].0, verdicts[1].1.as_str()), (Verdict::Error, "budget: a value is longer than 64 KiB"));
    assert_eq!(verdicts[2].0, Verdict::Pass);
}

/// Two long texts that are nearly the same, as often as there are numbers below 100,000.
fn over_long_texts(expression: &str) -> String {
    format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000),
              long(a, b) as materialized (select printf('%.*c', 40000, 'a'), printf('%.*c', 20000, 'a') || 'b')
         select count(*) as subject, 1 as ok, null as case_id, null as exchange_id from n, long where {expression}"
    )
}

#[test]
fn what_looks_through_long_texts_is_counted_by_their_length() {
    // Few steps of SQLite's, but each would take long.
    for expression in [
        "instr(a || i, b || i)",
        "length(replace(a || i, b || i, ''))",
        "a || i like '%a%a%a%a%a%b'",
        "substr(a, 1, 4000) || i regexp '(a|aa)*b$'",
    ] {
        let budget = Budget { steps: 300_000, ..SMALL };
        let verdicts = verdicts_within(budget, "select 1", &[("EG-SUB-901", &over_long_texts(expression))]).unwrap();
        assert_eq!(verdicts[0].0, Verdict::Error, "{expression}");
        assert!(verdicts[0].1.contains("budget: it was stopped because it took too many steps"), "{}", verdicts[0].1);
    }
}

#[test]
fn a_list_of_subjects_without_end_ends_at_so_many_rows() {
    let budget = Budget { steps_per_page: 0, rows: 1000, rows_per_page: 0, ..Budget::DEFAULT };
    let verdicts = verdicts_within(budget, "select 1", &[("EG-SUB-901", ENDLESS), ("EG-SUB-903", GOOD)]).unwrap();
    assert_eq!(
        (verdicts[0].0, verdicts[0].1.as_str()),
        (Verdict::Error, "budget: it gives more than 1000 rows (is a join unbounded?)")
    );
    assert_eq!(verdicts[1].0, Verdict::Pass);
}

#[test]
fn what_no_step_counts_is_ended_by_time() {
    let none = std::time::Duration::ZERO;
    let budget = Budget { steps: i64::MAX, time: none, time_per_page: none, ..SMALL };
    let counted = ENDLESS.replace("i as subject", "max(i) as subject");
    let verdicts = verdicts_within(budget, "select 1", &[("EG-SUB-901", &counted)]).unwrap();
    assert_eq!(verdicts[0].0, Verdict::Error);
    assert!(verdicts[0].1.starts_with("budget: time: it was stopped because it took too long"), "{}", verdicts[0].1);
}

#[test]
fn a_function_that_no_rule_needs_is_refused_by_its_name() {
    for (name, call) in [("glob", "'a' glob 'a*'"), ("zeroblob", "length(zeroblob(9))"), ("date", "date('now')")] {
        let files = [
            rule("EG-SUB-901", &GOOD.replace("1 as ok", &format!("{call} as ok"))),
            ("rules/derived.sql".to_owned(), "select 1".to_owned()),
        ];
        let text = RuleSet::load(files).unwrap_err().to_string();
        assert!(text.contains(&format!("not authorized to use function: {name}")), "{text}");
    }
}

#[test]
fn a_rule_cannot_choose_at_random() {
    let files = [
        rule("EG-SUB-901", &GOOD.replace("1 as ok", "random() % 2 = 0 as ok")),
        ("rules/derived.sql".to_owned(), "select 1".to_owned()),
    ];
    let text = RuleSet::load(files).unwrap_err().to_string();
    assert!(text.contains("not authorized to use function: random"), "{text}");
}

#[test]
fn tables_without_end_end_the_judging_with_their_file() {
    // On an empty history it ends at once.
    let derived = "create temp table many as with recursive n(i) as (select 1 from run union all select i + 1 from n) select * from n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    history_at(&path);
    Connection::open(&path).unwrap().execute("insert into run values ('finished', 'yes')", []).unwrap();
    let rules = RuleSet::load([("rules/derived.sql".to_owned(), derived.to_owned())]).unwrap();
    let text = Session::open_within(&path, &rules, SMALL).err().unwrap().to_string();
    assert!(text.contains("rules/derived.sql") && text.contains("budget: it was stopped"), "{text}");
}

#[test]
fn a_value_too_long_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    history_at(&path);
    let huge = "insert into run values ('finished', 'yes'), ('seed', zeroblob(3000000))";
    Connection::open(&path).unwrap().execute(huge, []).unwrap();
    let derived = "create temp table facts as select name, value || '' as value from run";
    let rules = RuleSet::load([("rules/derived.sql".to_owned(), derived.to_owned())]).unwrap();
    let text = Session::open_within(&path, &rules, SMALL).err().unwrap().to_string();
    assert!(text.contains("history.sqlite: in a row of run, value is 3000000 bytes long, 64 KiB may be"), "{text}");
    assert!(!text.contains("derived.sql"), "{text}");
    // Where only a rule, or we ourselves, would read it.
    let rules = RuleSet::load([("rules/derived.sql".to_owned(), "select 1".to_owned())]).unwrap();
    let text =
        Session::open_within(&path, &rules, SMALL).and_then(|session| session.judge(&rules)).err().unwrap().to_string();
    assert!(text.contains("history.sqlite: in a row of run, value is 3000000 bytes long"), "{text}");
}
