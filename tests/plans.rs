//! What `vandan plan` tells of runs and countries.

use crate::support::{Desk, tiny};

/// A country of two provinces, quick enough for a debug build.
const COUNTRY: &str = r#"
country: two
title: Two provinces
administrative: two
template: vietnam-2025
procedures: common
calendar: vietnam
run: dien-bien-2019
seed: 7
period: { from: 2025-07-01, until: 2025-08-19 }
volume: { dossiers: 2_000, basis: assumed, source: made up }
provinces:
  pinned:
    "11": { dossiers: 500, basis: stated, source: made up }
  others: { basis: assumed, source: made up, weights: { "79": 1 } }
"#;

const UNITS: &str = "11 tỉnh Điện Biên\n03127 xã Mường Phăng\n03128 phường Mường Thanh\n79 thành phố Hồ Chí Minh\n26740 phường Sài Gòn\n";

/// A folder with the country in it.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("scenarios/countries/two.yaml", COUNTRY);
    desk.put("scenarios/administrative/two.txt", UNITS);
    let template = include_str!("../scenarios/templates/vietnam-2025.yaml");
    desk.put("scenarios/templates/vietnam-2025.yaml", &template.replace("from: vietnam-2025", "from: two"));
    desk
}

#[test]
fn a_plan_tells_requests_samples_and_what_to_be_warned_of() {
    let desk = Desk::new();
    let said = desk.vandan(&["plan", "tay-ninh-2021"]);
    said.ends_with(0);
    for expected in ["323 dossiers on average, 184 working days", "nothing planned counts TN21-14", "for each dossier"]
    {
        assert!(said.out.contains(expected), "{expected} in\n{}", said.out);
    }
    let offered = |line: &str| line.contains("look_up.response_time p95 < 2.5s  ") && line.ends_with(" 58,935");
    assert!(said.out.lines().any(offered), "{}", said.out);
}

#[test]
fn a_gate_that_no_journey_or_too_few_samples_can_decide_is_warned_of() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let gates = "gates:\n  - clerk_view.response_time p95 < 1s\n  - submit.response_time p99.9 < 1s\n";
    desk.put("short.yaml", &text.replace("gates:\n", gates).replace("  desk: desk\n", ""));
    let said = desk.vandan(&["plan", "short.yaml", "--scale", "1/10"]);
    said.ends_with(0);
    let words = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "! `clerk_view.response_time p95 < 1s` can never be decided: no journey of this run always does `clerk_view`",
        "! `submit.response_time p99.9 < 1s` can hardly be decided: it needs 4603 samples even if none violates it, the plan offers 308",
    ] {
        assert!(words.contains(expected), "{expected} in\n{}", said.out);
    }
}

#[test]
fn a_plan_fits_a_narrow_terminal() {
    let desk = desk();
    for name in ["tay-ninh-2021", "two"] {
        let said = desk.command(&["plan", name]).env("COLUMNS", "60").output().unwrap();
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(text.contains("GATES") && text.lines().all(|line| line.chars().count() <= 60), "{text}");
    }
}

#[test]
fn the_json_of_a_plan_has_its_sections_and_is_the_same_for_any_number_of_threads() {
    let desk = Desk::new();
    let plan = |threads: &str| desk.vandan(&["plan", "dien-bien-2019", "--json", "--threads", threads]).out;
    let text = plan("1");
    assert!(text == plan("2") && text == plan("7"));
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(plan["schema"], "vandan-plan/2");
    assert_eq!(plan["dossiers"], 3_082);
    assert_eq!(plan["offered"]["operations"]["submit"], 3_082);
    assert_eq!(plan["gates"][0]["samples_needed"], 90);
    assert_eq!(plan["gates"][0]["samples_offered"], 3_082);
    assert_eq!(plan["warnings"].as_array().unwrap().len(), 0);
}

#[test]
fn a_country_is_planned_from_files_on_disk() {
    let desk = desk();
    let said = desk.vandan(&["plan", "two"]);
    said.ends_with(0);
    for expected in ["2,000 in 2 provinces", "11 Điện Biên", "500   stated", "79 TP Hồ Chí Minh", "1,500  assumed"]
    {
        assert!(said.out.contains(expected), "{expected} in\n{}", said.out);
    }
    let json = |more: &[&str]| {
        let said = desk.vandan(&[&["plan", "two", "--json"], more].concat());
        said.ends_with(0);
        said.out
    };
    assert!(["2", "7"].iter().all(|threads| json(&["--threads", threads]) == json(&["--threads", "1"])));
    let year: serde_json::Value = serde_json::from_str(&json(&["--period", "2025-07-01..2026-06-30"])).unwrap();
    let days = year["working_days"].as_u64().unwrap();
    assert!(year["dossiers"].as_u64().unwrap().abs_diff(2_000 * days / 36) <= 2, "{days}");
    assert_eq!(year["provinces"][0]["basis"], "derived");
    let one: serde_json::Value = serde_json::from_str(&json(&["--province", "11"])).unwrap();
    assert_eq!(one["dossiers"], 500);
}

#[test]
fn a_province_of_a_country_can_be_played() {
    let said = desk().vandan(&["plan", "dien-bien-2019", "--province", "two:11"]);
    said.ends_with(0);
    assert!(said.out.contains("Điện Biên, 2025-07-01 to 2025-08-19"), "{}", said.out);
    assert!(said.out.contains("  dossiers     500\n"), "{}", said.out);
}

#[test]
fn everything_wrong_with_a_country_is_told_with_its_place() {
    let desk = desk();
    desk.put("scenarios/countries/two.yaml", &COUNTRY.replace("\"79\": 1", "\"78\": 1").replace("seed: 7", "seed: no"));
    let said = desk.vandan(&["plan", "two"]);
    said.ends_with(104);
    for expected in ["countries/two.yaml:9:7", "`no` is not a whole number", "two has no province `78`", "2 problems"] {
        assert!(said.err.contains(expected), "{expected} in\n{}", said.err);
    }
    let said = desk.vandan(&["plan", "vietnam-2025", "--period", "2026-01-01..2027-12-31"]);
    said.ends_with(104);
    assert!(said.err.contains("longer than a year"), "{}", said.err);
    let said = desk.vandan(&["plan", "vietnam-2025", "--province", "99"]);
    said.ends_with(104);
    assert!(said.err.contains("there is no province `99`") && said.err.contains("11 Điện Biên"), "{}", said.err);
    let said = desk.vandan(&["plan", "dien-bien-2019", "--period", "2026-01-01..2026-01-02"]);
    said.ends_with(104);
    assert!(said.err.contains("countries take it"), "{}", said.err);
    let said = desk.vandan(&["plan", "atlantis"]);
    said.ends_with(104);
    assert!(said.err.contains("countries, which can be planned: two, vietnam-2019, vietnam-2025"), "{}", said.err);
}
