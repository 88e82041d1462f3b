//! Several provinces, or a whole country, against one portal.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Desk, root, tiny};

/// A country of two provinces, quick enough for a debug build.
const COUNTRY: &str = r#"
country: two
title: Two provinces at once
administrative: two
template: vietnam-2025
procedures: common
calendar: vietnam
run: tiny
seed: 7
period: { from: 2025-07-01, until: 2025-08-19 }
volume: { dossiers: 2_000, basis: assumed, source: made up }
provinces:
  pinned:
    "11": { dossiers: 500, basis: stated, source: made up }
  others: { basis: assumed, source: made up, weights: { "79": 1 } }
"#;

const UNITS: &str = "11 tỉnh Điện Biên\n03127 xã Mường Phăng\n03128 phường Mường Thanh\n79 thành phố Hồ Chí Minh\n26740 phường Sài Gòn\n";

/// A folder with the country in it, and the tiny run as that of the country.
fn country() -> Desk {
    let desk = Desk::new();
    desk.put("scenarios/countries/two.yaml", COUNTRY);
    desk.put("scenarios/administrative/two.txt", UNITS);
    let template = include_str!("../scenarios/templates/vietnam-2025.yaml");
    desk.put("scenarios/templates/vietnam-2025.yaml", &template.replace("from: vietnam-2025", "from: two"));
    desk.put("scenarios/runs/tiny.yaml", &std::fs::read_to_string(tiny()).unwrap());
    desk
}

/// Two villages of sixty dossiers each, whose documents are of different years; the second has a catalogue of its own.
fn villages() -> Desk {
    let page = std::fs::read_to_string(root().join("docs/provinces.md")).unwrap();
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let catalogue = "catalogue:
  source: assumption
  count: 130
  editions:
    - { from: 2023-06-05, parts: [ { reach: full, count: 130, figure: HB-02, payable: all, postal: all } ] }
figures:
  - id: HB-02
    name: services
    value: 130
    unit: services
    period: { from: 2023-06-05, until: 2023-06-25 }
    scope: the commune
    precision: exact
    quote: cung cấp 130 dịch vụ công
    measured_by: with full as (select * from catalogue where service_level = 4) select count(*) from full where moment = 'before'
";
    let changes = [
        ("ha-an", "ha-bac"),
        ("Hà An", "Hà Bắc"),
        ("2021-03-01", "2023-06-05"),
        ("2021-03-21", "2023-06-25"),
        ("H99", "H98"),
        ("HA-01", "HB-01"),
        ("figures:\n", catalogue),
    ];
    let other = changes.iter().fold(example.to_owned(), |text, (from, to)| text.replace(from, to));
    let desk = Desk::new();
    desk.put("scenarios/provinces/ha-an.yaml", example);
    desk.put("scenarios/provinces/ha-bac.yaml", &other);
    let run = std::fs::read_to_string(tiny()).unwrap();
    desk.put("scenarios/runs/villages.yaml", &run.replace("province: dien-bien-2019", "provinces: [ha-an, ha-bac]"));
    desk
}

fn json(desk: &Desk, file: &str) -> Value {
    serde_json::from_str(&desk.latest(file)).unwrap()
}

#[test]
fn a_country_is_played_against_one_portal_and_conforms() {
    let desk = country();
    let said = desk.vandan(&["run", "two", "--scale", "1/10", "--length", "6 s"]);
    said.ends_with(0);
    let summary = json(&desk, "summary.json");
    assert_eq!(summary["run"]["province"], "two-11, two-79");
    let provinces = summary["provinces"].as_array().unwrap();
    let counts: Vec<_> =
        provinces.iter().map(|one| (one["name"].as_str().unwrap(), one["submitted"].as_u64())).collect();
    assert_eq!(counts, [("two-11", Some(50)), ("two-79", Some(150))]);
    let of_both: u64 = provinces.iter().map(|one| one["exchanges"].as_u64().unwrap()).sum();
    assert!(of_both > 0 && of_both <= summary["traffic"]["all"]["count"].as_u64().unwrap());
    let plan = json(&desk, "plan.json");
    assert_eq!((&plan["dossiers"], &plan["provinces"][1]["dossiers"]), (&200.into(), &150.into()));
    for column in ["citizen_number", "reference"] {
        assert_eq!(desk.count(&format!("select count(distinct {column}) from dossiers")), 200, "{column}");
    }
    assert_eq!(desk.count("select count(*) from dossiers where province = 'two-11' and unit like 'H11.%'"), 50);
    let verdicts = json(&desk, "verdicts.json");
    assert_eq!(verdicts["provinces"][0]["gates"][0]["claim"], "errors share < 2% @90%");
    assert!(desk.latest("report.html").contains("Các tỉnh"));
    assert!(said.out.contains("PROVINCES"), "{}", said.out);

    let history = Connection::open(desk.path().join("results/latest/history.sqlite")).unwrap();
    let ask = "select citizen_number from dossiers where province = 'two-79' limit 1";
    let number: String = history.query_row(ask, [], |row| row.get(0)).unwrap();
    let said = desk.vandan(&["who", &number, "--run", "two"]);
    said.ends_with(0);
    assert!(said.out.contains("of two-79 in two, seed 7"), "{}", said.out);
    let said = desk.vandan(&["people", "two", "--scale", "1/10"]);
    let line = said.ends_with(0).out.lines().find(|line| line.contains(&number)).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains("\"province\":\"two-79\"")), "the people of the run are written");
    let one = desk.vandan(&["plan", "dien-bien-2019", "--province", "two:11"]);
    assert!(one.out.contains("  dossiers     500\n"), "one of them goes on working: {}", one.out);
}

#[test]
fn documents_of_different_years_come_true_at_once_to_the_figure() {
    let desk = villages();
    let said = desk.vandan(&["run", "villages"]);
    said.ends_with(0);
    let summary = json(&desk, "summary.json");
    let figures = summary["figures"].as_array().unwrap();
    let found: Vec<_> = figures
        .iter()
        .map(|one| {
            (one["id"].as_str().unwrap(), one["generated"].as_f64().unwrap(), one["agreement"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, [("HA-01", 60.0, "exact"), ("HB-02", 130.0, "exact"), ("HB-01", 60.0, "exact")]);
    let on_clock = "select count(*) from dossiers where intended_at < '2021-03-01' or intended_at >= '2021-03-22'";
    assert_eq!(desk.count(on_clock), 0, "both are played on the days of the first");
    let own_codes = "select count(*) from dossiers where procedure like '%.H98' and province = 'ha-bac'";
    assert_eq!(desk.count(own_codes), 60);
    assert_eq!(desk.count("select count(distinct citizen_number) from dossiers"), 120, "one province, two documents");
    assert_eq!(json(&desk, "plan.json")["provinces"][1]["begins"], "2021-03-01");
}

#[test]
fn a_scale_is_of_the_sum_and_each_province_has_its_own_besides() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let provinces =
        "provinces:\n  - { name: dien-bien-2019, scale: 1/2 }\n  - { name: \"vietnam-2025:11\", scale: 1/10 }";
    desk.put("run.yaml", &text.replace("province: dien-bien-2019", provinces));
    let dossiers = |more: &[&str]| {
        let said = desk.vandan(&[&["plan", "run.yaml", "--json"], more].concat());
        said.ends_with(0);
        let plan: Value = serde_json::from_str(&said.out).unwrap();
        let parts: Vec<_> =
            plan["provinces"].as_array().unwrap().iter().map(|one| one["dossiers"].as_u64().unwrap()).collect();
        assert_eq!(plan["dossiers"].as_u64(), Some(parts.iter().sum()));
        parts
    };
    assert_eq!(dossiers(&[]), [1_541, 1_492]);
    assert_eq!(dossiers(&["--scale", "1/10"]), [154, 149]);
    let said = desk.vandan(&["plan", "run.yaml", "--rate", "20/s", "--duration", "10 s", "--json"]);
    let plan: Value = serde_json::from_str(&said.ends_with(0).out).unwrap();
    assert_eq!(plan["dossiers"], 200, "a rate is that of all provinces together");
}

#[test]
fn everything_wrong_with_provinces_is_told_at_once_with_its_place() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let wrong = |provinces: &str| {
        desk.put("run.yaml", &text.replace("province: dien-bien-2019", provinces));
        let said = desk.vandan(&["plan", "run.yaml"]);
        said.ends_with(104);
        said.err
    };
    let said = wrong("provinces:\n  - nowhere\n  - { name: \"vietnam-2025:99\", scale: 1/2 }\n  - tay-ninh-2021");
    for expected in
        ["run.yaml:5:5", "there is no `nowhere`", "run.yaml:6:13", "there is no province `99`", "2 problems"]
    {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    let said =
        wrong("provinces:\n  - dien-bien-2019\n  - { name: tay-ninh-2021, scale: many, size: 3 }\n  - dien-bien-2019");
    for expected in ["`many` is not a whole number", "size: unknown field"] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    let said = wrong("provinces: [dien-bien-2019, tay-ninh-2021, dien-bien-2019]");
    assert!(said.contains("`dien-bien-2019` is named twice"), "{said}");
    assert!(wrong("provinces: []").contains("no province is played"));
    assert!(wrong("province: dien-bien-2019\nprovinces: [tay-ninh-2021]").contains("leave one of"));
}

#[test]
fn the_whole_country_is_planned_by_province_and_in_sum() {
    let said = Desk::new().vandan(&["plan", "nationwide", "--json"]);
    let plan: Value = serde_json::from_str(&said.ends_with(0).out).unwrap();
    assert_eq!(plan["dossiers"], 21_500);
    let provinces = plan["provinces"].as_array().unwrap();
    assert_eq!(provinces.len(), 34);
    let names: BTreeSet<_> = provinces.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.len() == 34 && names.contains("vietnam-2025-11"));
    let peaks: Vec<_> = provinces.iter().map(|one| one["peak_day"]["dossiers"].as_u64().unwrap()).collect();
    assert!(plan["peak"]["day"]["dossiers"].as_u64() > peaks.into_iter().max(), "the peak is that of the sum");
}
