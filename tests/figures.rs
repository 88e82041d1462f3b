//! The published figures: all of them stand in the provinces, and what is generated is what they say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::support::{Desk, root};

/// One figure as `data/figures.csv` has it.
struct Published {
    id: &'static str,
    document: &'static str,
    value: f64,
    rest: [&'static str; 4],
}

fn published() -> Vec<Published> {
    let lines = include_str!("data/figures.csv").lines().skip(1);
    let row = |line: &'static str| {
        let fields: [&str; 7] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let [id, document, value, unit, precision, from, until] = fields;
        Published { id, document, value: value.parse().unwrap(), rest: [unit, precision, from, until] }
    };
    lines.map(row).collect()
}

/// The names of all provinces that ship.
fn provinces() -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join("scenarios/provinces")).unwrap();
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn shown(province: &str) -> Value {
    let said = Desk::new().vandan(&["provinces", province, "--json"]);
    said.ends_with(0);
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn every_published_figure_stands_in_the_province_of_its_document() {
    let published = published();
    assert_eq!(published.len(), 83);
    let provinces: Vec<_> = provinces().iter().map(|province| shown(province)).collect();
    let mut found: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    for province in &provinces {
        let document = province["document"]["file"].as_str().unwrap();
        for figure in province["figures"].as_array().unwrap() {
            let id = figure["id"].as_str().unwrap();
            assert!(found.insert(id, (document, figure)).is_none(), "{id} stands in two provinces");
        }
    }
    for expected in &published {
        let id = expected.id;
        let (document, figure) = found.remove(id).unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(document, expected.document, "{id}");
        assert!((figure["value"].as_f64().unwrap() - expected.value).abs() < 1e-9, "{id}: {figure}");
        let rest = ["unit", "precision", "from", "until"].map(|name| figure[name].as_str().unwrap());
        assert_eq!(rest, expected.rest, "{id}");
        assert!(!figure["quote"].as_str().unwrap().is_empty(), "{id}");
    }
    assert!(found.is_empty(), "figures that no document states: {:?}", found.keys());
}

#[test]
fn what_is_generated_is_what_every_document_says() {
    for province in provinces() {
        let said = Desk::new().vandan(&["fidelity", &province, "--json"]);
        said.ends_with(0);
        let found: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(found["holds"], true, "{province}");
        let verdicts: BTreeSet<_> =
            found["figures"].as_array().unwrap().iter().map(|figure| figure["verdict"].as_str().unwrap()).collect();
        assert!(verdicts.contains("exact") || verdicts.contains("within_precision"), "{province}: {verdicts:?}");
        assert!(!verdicts.contains("differs"), "{province}");
    }
}

#[test]
fn the_table_of_vinh_phuc_shows_both_counts_and_both_sums() {
    let desk = Desk::new();
    let said = desk.vandan(&["fidelity", "vinh-phuc-2021"]);
    said.ends_with(0);
    for expected in ["2,582", "1,400", "671,873,000", "4,512,364,700", "772 dịch vụ công mức độ 3 và 4"] {
        assert!(said.out.contains(expected), "{expected} in\n{}", said.out);
    }
}

#[test]
fn a_part_of_the_people_is_counted_and_not_judged() {
    let said = Desk::new().vandan(&["fidelity", "dien-bien-2019", "--scale", "1/10", "--json"]);
    said.ends_with(0);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(found["dossiers"], 308);
    assert_eq!(found["figures"][0]["generated"], 308.0);
    assert_eq!(found["figures"][0]["verdict"], "not_judged");
}

#[test]
fn provinces_are_listed_and_an_unknown_one_is_refused_naming_the_known() {
    let desk = Desk::new();
    let said = desk.vandan(&["provinces"]);
    said.ends_with(0);
    assert!(said.out.contains("tay-ninh-2021") && said.out.contains("59,457 dossiers"), "{}", said.out);
    let said = desk.vandan(&["fidelity", "atlantis"]);
    said.ends_with(104);
    assert!(said.err.contains("dien-bien-2019"), "{}", said.err);
}

#[test]
fn a_province_is_shown_with_its_sentences_contradictions_and_assumptions() {
    let said = Desk::new().vandan(&["provinces", "dien-bien-2019"]);
    said.ends_with(0);
    for expected in
        ["đã tiếp nhận 3.082 hồ sơ", "CONTRADICTIONS", "1,611", "resolved: ", "ASSUMPTIONS", "would change: "]
    {
        assert!(said.out.contains(expected), "{expected} in\n{}", said.out);
    }
}

#[test]
fn targets_that_are_wrong_are_refused_all_at_once() {
    let desk = Desk::new();
    let text = include_str!("../scenarios/targets/dien-bien-2019.yaml")
        .replace("at_least: 0.70", "at_least: 70")
        .replace("id: services-level-4\n", "id: services-level-3\n")
        .replace("part: { channel: online }", "part: { channel: phone }");
    desk.put("scenarios/targets/dien-bien-2019.yaml", &text);
    let said = desk.vandan(&["fidelity", "dien-bien-2019"]);
    said.ends_with(104);
    for expected in
        ["a target lies between 0 and 1", "services-level-3 stands twice", "`phone` is no channel", "3 problems"]
    {
        assert!(said.err.contains(expected), "{expected} in\n{}", said.err);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (columns, args) in [
        ("60", ["fidelity", "vinh-phuc-2021"]),
        ("80", ["fidelity", "dien-bien-2019"]),
        ("60", ["provinces", "tay-ninh-2021"]),
    ] {
        let out = Desk::new().command(&args).env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(text.lines().count() > 50, "{text}");
        for line in text.lines() {
            assert!(line.width() <= columns.parse().unwrap(), "{args:?} at {columns}: {line}");
        }
    }
}
