//! Blocks of the pages that are written from the code, between `<!-- generated: NAME -->` and `<!-- end -->`.

use std::fmt::Write as _;

use mock_portal::Defect;
use model::Fact;
use rusqlite::Connection;

use super::PAGES;
use super::page::Page;
use super::words::{of_enum, tables};
use crate::defects::{breaks, shipped};
use crate::support::{Desk, root};

const WORDS: &str = include_str!("../../src/model/words.rs");
const RULE: &str = include_str!("../../src/verdict/rule.rs");
const DERIVED: &str = include_str!("../../scenarios/rules/derived.sql");
const FUNCTIONS: &str = include_str!("../../src/verdict/functions.rs");

#[test]
fn generated_blocks_are_up_to_date() {
    let is_update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut blocks = 0;
    for name in PAGES {
        let page = Page::read(name);
        let mut fresh = String::new();
        let mut parts = page.text.split("<!-- generated: ");
        fresh.push_str(parts.next().unwrap());
        for part in parts {
            let (block, rest) = part.split_once(" -->").unwrap();
            let (_, after) = rest.split_once("<!-- end -->").unwrap_or_else(|| panic!("{block} has no end"));
            write!(fresh, "<!-- generated: {block} -->\n{}\n\n<!-- end -->{after}", content(block).trim_end()).unwrap();
            blocks += 1;
        }
        if is_update {
            std::fs::write(root().join(&page.path), &fresh).unwrap();
        } else {
            let old: Vec<_> = page.text.lines().collect();
            let new: Vec<_> = fresh.lines().collect();
            let differing = old.iter().zip(&new).position(|(old, new)| old != new).unwrap_or(old.len());
            let message = "run `UPDATE_DOCS=1 cargo test -p vandan --test suite docs::`";
            assert!(old == new, "{}:{} is out of date: {message}\n{:?}", page.path, differing + 1, new.get(differing));
        }
    }
    assert!(blocks >= 10, "{blocks}");
}

#[test]
fn every_sql_function_is_documented() {
    let registered = FUNCTIONS.split("create_scalar_function(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let page = Page::read("rules");
    let section = page.text.split_once("## Functions").unwrap().1.split_once("\n## ").unwrap().0;
    for function in registered {
        assert!(section.contains(function), "docs/rules.md does not know the function {function}");
    }
}

#[test]
fn rules_read_only_facts_that_are_documented() {
    let folders = std::fs::read_dir(root().join("scenarios/rules")).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let rules = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let read: Vec<_> = rules.chain([DERIVED.to_owned()]).flat_map(|sql| facts_read(&sql)).collect();
    assert!(read.len() >= 15, "{read:?}");
    for name in read {
        // `'peer_restarted_' || peer` is how a name begins.
        let is_it = |known: &str| known == name || (name.ends_with('_') && known.starts_with(&name));
        assert!(Fact::ALL.iter().any(|fact| is_it(fact.name())), "a rule reads the fact `{name}`");
    }
}

/// The names in `from run where name = '...'` and `from run where name in (...)`.
fn facts_read(sql: &str) -> Vec<String> {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut names = Vec::new();
    for condition in sql.split("from run where name ").skip(1) {
        let quoted = condition.split('\'').skip(1).step_by(2);
        let listed = condition.strip_prefix("in (").map(|list| list.split(')').next().unwrap());
        let count = listed.map_or(1, |list| list.matches('\'').count() / 2);
        names.extend(quoted.take(count).map(str::to_owned));
    }
    names
}

fn content(block: &str) -> String {
    match block.split_once(' ') {
        Some(("words", name)) => words(WORDS, name),
        Some(("rule-words", name)) => words(RULE, name),
        Some(("help", system)) => help(system),
        _ => match block {
            "facts" => facts(),
            "history" => history(),
            "derived" => derived(),
            "functions" => functions(),
            "areas" => areas(),
            "samples" => samples(),
            "exit-codes" => exit_codes(),
            "defects" => defects(),
            other => panic!("nothing generates {other}"),
        },
    }
}

fn words(source: &str, name: &str) -> String {
    let mut table = "\n| word | meaning |\n|---|---|\n".to_owned();
    for word in of_enum(source, name) {
        writeln!(table, "| `{}` | {} |", word.text, cell(&word.meaning)).unwrap();
    }
    table
}

/// A text that does not end its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn facts() -> String {
    let mut table = "\n| name | value | meaning |\n|---|---|---|\n".to_owned();
    for fact in Fact::ALL {
        writeln!(table, "| `{}` | {} | {} |", fact.name(), fact.kind().as_str(), cell(fact.meaning())).unwrap();
    }
    table
}

fn history() -> String {
    let mut text = String::new();
    for table in tables(history::SCHEMA, "create table ") {
        write!(text, "\n### `{}`\n\n{}\n\n", table.name, wrapped(&table.meaning)).unwrap();
        text.push_str("| column | type | meaning |\n|---|---|---|\n");
        for column in &table.columns {
            writeln!(text, "| `{}` | {} | {} |", column.name, column.kind, cell(&column.meaning)).unwrap();
        }
    }
    text
}

fn derived() -> String {
    let mut text = String::new();
    let selected = selected_columns();
    for table in tables(DERIVED, "create temp table ") {
        let meaning = if table.meaning.is_empty() { "Used by the tables after it." } else { &table.meaning };
        write!(text, "\n### `{}`\n\n{}\n\n", table.name, wrapped(meaning)).unwrap();
        text.push_str("| column | type | meaning |\n|---|---|---|\n");
        for column in &table.columns {
            writeln!(text, "| `{}` | {} | {} |", column.name, column.kind, cell(&column.meaning)).unwrap();
        }
        for (_, column) in selected.iter().filter(|(name, _)| *name == table.name && table.columns.is_empty()) {
            writeln!(text, "| `{column}` | | |").unwrap();
        }
    }
    text
}

/// The columns of the derived tables that are made by a query, with the name of the table.
fn selected_columns() -> Vec<(String, String)> {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(history::SCHEMA).unwrap();
    let mut columns = Vec::new();
    for statement in DERIVED.split("\ncreate temp table ").skip(1) {
        let statement = statement.split_inclusive(";\n").next().unwrap();
        connection.execute_batch(&format!("create temp table {statement}")).unwrap();
        let name = statement.split([' ', '(']).next().unwrap();
        let mut query = connection.prepare("select name from pragma_table_info(?1)").unwrap();
        let names = query.query_map([name], |row| row.get(0)).unwrap();
        columns.extend(names.map(|column| (name.to_owned(), column.unwrap())));
    }
    columns
}

fn functions() -> String {
    let rows = FUNCTIONS.lines().filter_map(|line| line.strip_prefix("//! |"));
    let rows: Vec<_> = rows.map(|row| format!("|{row}")).collect();
    format!("\n{}\n", rows.join("\n"))
}

fn areas() -> String {
    let shipped = shipped();
    let mut table = "\n| area | Vietnamese | rules shipped |\n|---|---|---|\n".to_owned();
    for area in verdict::AREAS {
        let is_own = |rule: &&String| rule.split('-').nth(1).is_some_and(|code| area.codes.contains(&code));
        let rules: Vec<_> = shipped.iter().filter(is_own).map(String::as_str).collect();
        writeln!(table, "| `{}` | {} | {} |", area.name, area.name_vi, rules.join(", ")).unwrap();
    }
    table
}

fn samples() -> String {
    let confidences = ["@90%", "@95%", "@99%"];
    let mut table = format!("\n| claim | {} |\n|---|---|---|---|\n", confidences.join(" | "));
    for claim in [
        "all.response_time p50 < 1s",
        "all.response_time p95 < 1s",
        "all.response_time p99 < 1s",
        "all.response_time p99.9 < 1s",
        "errors share < 1%",
        "errors share < 0.1%",
    ] {
        let least = confidences.map(|confidence| {
            verdict::Gate::parse(&format!("{claim} {confidence}")).unwrap().least_samples().to_string()
        });
        writeln!(table, "| `{claim}` | {} |", least.join(" | ")).unwrap();
    }
    table
}

fn exit_codes() -> String {
    let said = Desk::new().vandan(&["--help"]);
    let lines = said.out.lines().skip_while(|line| *line != "Exit codes:").skip(1);
    let mut table = "\n| code | meaning |\n|---|---|\n".to_owned();
    for line in lines {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        writeln!(table, "| {code} | {meaning} |").unwrap();
    }
    table
}

fn help(system: &str) -> String {
    let said = Desk::new().vandan(&["mock", system, "--help"]);
    format!("\n```text\n{}\n```\n", said.out.trim_end())
}

/// The rules that are shipped; the defects, those that name such a rule, and those of them that the suite plays.
fn count_defects() -> (usize, [usize; 3]) {
    let shipped = shipped();
    let names_one = |defect: &&Defect| defect.breaks().iter().any(|rule| shipped.iter().any(|known| known == rule));
    let with_rule = Defect::ALL.iter().filter(names_one).count();
    let played = Defect::ALL.iter().filter(|defect| !breaks(**defect, &shipped).is_empty()).count();
    (shipped.len(), [Defect::ALL.len(), with_rule, played])
}

fn defects() -> String {
    let (rules, [all, with_rule, played]) = count_defects();
    format!(
        "\n{rules} rules are shipped, and each has a defect of the reference portal that it must catch. Of the {all} defects\n\
         {with_rule} name a shipped rule. The test suite plays {played} of these and checks that exactly the named rules fail; the\n\
         others need a longer run than the suite plays. {} defects wait for their rules.\n",
        all - with_rule
    )
}

#[test]
fn the_architecture_counts_the_defects_right() {
    let (_, [all, with_rule, played]) = count_defects();
    let text = Page::at("ARCHITECTURE.md").text;
    assert!(text.contains(&format!("of {all} defects, {with_rule} name a shipped rule")), "{all}, {with_rule}");
    assert!(text.contains(&format!("plays and catches {played} of them")), "{played}");
}

/// Lines of at most 120 characters.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > super::WIDTH {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
