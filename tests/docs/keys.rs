//! Tables of keys: an unknown field is put into every map of an example that has them all, and what the reader then says it
//! knows there is compared with the tables of the page.

use std::collections::{BTreeMap, BTreeSet};

use super::page::Page;
use crate::support::{Desk, each, root, tiny};

/// The known keys of each kind of map, by the heading that describes it.
type Known = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_keys_of_a_run_file_are_those_of_its_reader() {
    let heading = |path: &str, _: &[String]| match simple(path).as_str() {
        "load[].constant" | "load[].spike" | "load[].soak" => "load[].warm_up".to_owned(),
        path => path.to_owned(),
    };
    let known = probe("run.yaml", &["plan", "whole.yaml"], "whole.yaml", heading);
    compare("runs", &known);
}

#[test]
fn the_keys_of_an_adapter_are_those_of_its_reader() {
    let heading = |path: &str, _: &[String]| {
        let mut parts: Vec<_> = path.split('.').collect();
        if parts.first() == Some(&"operations") && parts.len() > 1 {
            parts[1] = "NAME";
        }
        simple(&parts.join("."))
    };
    let tiny = tiny();
    let args = ["plan", tiny.as_str(), "--portal", "whole"];
    compare("adapters", &probe("portal.yaml", &args, "scenarios/portals/whole.yaml", heading));
}

#[test]
fn the_keys_of_a_journey_are_those_of_its_reader() {
    let heading = |path: &str, known: &[String]| match path.rsplit_once('.').map_or(path, |(_, last)| last) {
        "" => "Top level".to_owned(),
        "by_chance[0]" => "by_chance[]".to_owned(),
        step if step.starts_with("steps[") || step.ends_with(']') => known[0].clone(),
        // The values of a fact are a table of their own.
        "choose" if known[0] == "by" => "choose: by".to_owned(),
        "choose" => "choose: by_chance".to_owned(),
        inner => format!("{inner}:"),
    };
    let tiny = tiny();
    let file = "scenarios/journeys/citizen-online.yaml";
    let mut known = probe("journey.yaml", &["plan", tiny.as_str()], file, heading);
    let choice = known.get_mut("choose: by").unwrap();
    choice.retain(|key| !["counter", "post", "online"].contains(&key.as_str()));
    choice.insert("VALUE".to_owned());
    compare("journeys", &known);
}

#[test]
fn the_facts_of_a_choice_have_the_values_of_its_reader() {
    let desk = Desk::new();
    let page = Page::read("journeys");
    let rows = page.text.lines().skip_while(|line| *line != "### Facts").filter(|line| line.starts_with("| `"));
    let rows: BTreeMap<String, BTreeSet<String>> = rows
        .map(|row| {
            let words: Vec<_> = row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            (words[0].clone(), words[1..].iter().cloned().collect())
        })
        .collect();
    let plan = |by: &str, more: &str| {
        let text =
            format!("journey: citizen-online\ntitle: t\nrole: citizen\nsteps:\n  - choose:\n      by: {by}\n{more}");
        desk.put("scenarios/journeys/citizen-online.yaml", &text);
        let said = desk.vandan(&["plan", &tiny()]);
        said.ends_with(104);
        listed(&said.out, "known here: ")
            .or_else(|| listed(&said.err, "known here: "))
            .unwrap_or_else(|| listed(&said.err, "one of: ").unwrap_or_else(|| panic!("{}\n{}", said.out, said.err)))
    };
    let facts: BTreeSet<_> = plan("zzz", "").into_iter().collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), facts);
    for (fact, values) in &rows {
        let mut known: BTreeSet<_> = plan(fact, "      zzz: 1\n").into_iter().collect();
        known.retain(|key| key != "by" && key != "otherwise");
        assert_eq!(values, &known, "the values of {fact}");
    }
}

#[test]
fn the_keys_of_a_province_are_those_of_its_reader() {
    let heading = |path: &str, _: &[String]| {
        let path = simple(path);
        match path.as_str() {
            "arrivals.counter" | "arrivals.post" | "arrivals.online" => "arrivals.CHANNEL".to_owned(),
            "dossiers.parts.counter" => "dossiers".to_owned(),
            "figures[].period" => "period".to_owned(),
            "figures[].base" => "figures[].planned".to_owned(),
            "figures[].base.services" => "figures[].planned.services".to_owned(),
            "amounts[].sum" => "post_counters".to_owned(),
            _ => path,
        }
    };
    let tiny = tiny();
    let args = ["plan", tiny.as_str(), "--province", "whole"];
    compare("provinces", &probe("province.yaml", &args, "scenarios/provinces/whole.yaml", heading));
}

#[test]
fn the_front_matter_of_a_rule_has_the_keys_of_its_reader() {
    let desk = Desk::new();
    let mut known = Known::new();
    let rule = include_str!("../data/newcomer/MY-SUB-900.sql");
    for (map, broken) in [
        ("Front matter", rule.replace("-- rev: 1", "-- rev: 1\n-- zzz: 1")),
        ("basis[]", rule.replace("{source:", "{zzz: 1, source:")),
    ] {
        desk.put("scenarios/rules/SUB/MY-SUB-900.sql", &broken);
        let said = desk.vandan(&["rules"]);
        said.ends_with(104);
        known.insert(map.to_owned(), listed(&said.err, "known here: ").unwrap().into_iter().collect());
    }
    compare("rules", &known);
}

#[test]
fn the_references_of_an_adapter_are_those_of_its_reader() {
    let source = include_str!("../../src/portal/value.rs");
    let listed = source.split_once("const SOURCES").unwrap().1.split_once("];").unwrap().0;
    let known = listed.split("(\"").skip(1).map(|entry| entry.split('"').next().unwrap().to_owned()).collect();
    compare("adapters", &Known::from([("References".to_owned(), known)]));
}

/// `limits`, `visits.spikes[]`, `Top level`.
fn simple(path: &str) -> String {
    let mut simple = String::new();
    for part in path.split_inclusive(']') {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        simple.push_str(name);
        if !index.is_empty() {
            simple.push_str("[]");
        }
    }
    if simple.is_empty() { "Top level".to_owned() } else { simple }
}

/// Checks that the tables of a page name exactly these keys below these headings.
fn compare(page: &str, known: &Known) {
    let tables = Page::read(page).tables();
    let mut wrong = Vec::new();
    for (heading, keys) in known {
        let told: BTreeSet<_> = tables.get(heading).into_iter().flatten().cloned().collect();
        if told != *keys {
            let missing: Vec<_> = keys.difference(&told).collect();
            let surplus: Vec<_> = told.difference(keys).collect();
            wrong.push(format!("`{heading}`: not in the table {missing:?}; not in the code {surplus:?}"));
        }
    }
    assert!(wrong.is_empty(), "docs/{page}.md\n{}", wrong.join("\n"));
}

/// What the reader of a file says that it knows, in every map of an example in `tests/data/docs`.
fn probe(example: &str, args: &[&str], file: &str, heading: impl Fn(&str, &[String]) -> String) -> Known {
    let text = std::fs::read_to_string(root().join("tests/data/docs").join(example)).unwrap();
    let broken = with_an_unknown_field(&text);
    let answers = std::sync::Mutex::new(Vec::new());
    each(&broken.iter().map(String::as_str).collect::<Vec<_>>(), |text| {
        let desk = Desk::new();
        desk.put(file, text);
        let said = desk.vandan(args);
        if let Some(answer) = unknown_field(&said.err) {
            answers.lock().unwrap().push(answer);
        }
        Ok(())
    });
    let mut known = Known::new();
    for (path, keys) in answers.into_inner().unwrap() {
        known.entry(heading(&path, &keys)).or_default().extend(keys);
    }
    assert!(known.len() >= 5, "{known:?}");
    known
}

/// The map that holds the unknown field, and the fields known there; none where keys are the author's choice.
fn unknown_field(said: &str) -> Option<(String, Vec<String>)> {
    let (before, after) = said.split_once("zzz: unknown field")?;
    let path = before.rsplit_once("error: ")?.1.trim_end_matches('.');
    Some((path.to_owned(), listed(after, "known here: ")?))
}

/// The words of the list behind a mark.
fn listed(said: &str, mark: &str) -> Option<Vec<String>> {
    let list = said.split_once(mark)?.1.lines().next()?;
    Some(list.trim_end_matches(')').split(", ").map(str::to_owned).collect())
}

/// The text with a field `zzz` in one of its maps, for each of them.
fn with_an_unknown_field(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let lines: Vec<_> = text.lines().collect();
    let with = |at: usize, replaced: usize, new: &[String]| {
        let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        all.splice(at..at + replaced, new.iter().cloned());
        all.join("\n") + "\n"
    };
    let depth = |line: &str| line.len() - line.trim_start().len();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        for (brace, _) in line.match_indices('{').filter(|(brace, _)| !line[..*brace].ends_with('$')) {
            let (before, after) = line.split_at(brace + 1);
            // A brace inside quotes is text.
            if before.matches('"').count().is_multiple_of(2) {
                broken.push(with(at, 1, &[format!("{before} zzz: 1,{after}")]));
            }
        }
        let indent = " ".repeat(depth(line));
        if let Some(rest) = line.trim_start().strip_prefix("- ").filter(|rest| starts_with_a_key(rest)) {
            broken.push(with(at, 1, &[format!("{indent}- zzz: 1"), format!("{indent}  {rest}")]));
        }
        let is_first = lines[..at].iter().all(|line| line.starts_with('#'));
        let opens = at > 0 && lines[at - 1].ends_with(':') && depth(line) > depth(lines[at - 1]);
        if (is_first || opens) && !line.trim_start().starts_with('-') {
            broken.push(with(at, 0, &[format!("{indent}zzz: 1")]));
        }
    }
    broken
}

fn starts_with_a_key(text: &str) -> bool {
    let key = text.split(':').next().unwrap_or_default();
    text.contains(':') && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
