//! What ARCHITECTURE.md promises a newcomer: a rule, a province, a journey and an adapter are each added by writing one
//! data file, without touching Rust. Each test does what a newcomer would do, in an empty folder.

use crate::support::{Desk, root};

#[test]
fn a_rule_is_added_by_writing_one_file() {
    let desk = Desk::new();
    desk.put("scenarios/rules/SUB/MY-SUB-900.sql", include_str!("data/newcomer/MY-SUB-900.sql"));
    let said = desk.play(&[]);
    said.ends_with(0);
    assert!(desk.rules("pass").contains(&"MY-SUB-900".to_owned()), "{}", said.out);
    let said = desk.vandan(&["explain", "MY-SUB-900"]);
    said.ends_with(0);
    assert!(said.out.contains("số hồ sơ"), "{}", said.out);
}

#[test]
fn a_province_is_added_by_writing_one_file() {
    let desk = Desk::new();
    desk.put("scenarios/provinces/ha-an.yaml", include_str!("data/newcomer/ha-an.yaml"));
    let tiny = root().join("tests/data/tiny.yaml").display().to_string();
    let said = desk.vandan(&["run", &tiny, "--province", "ha-an"]);
    said.ends_with(0);
    assert_eq!(desk.count("select count(*) from dossiers where province = 'ha-an'"), 120);
    assert!(said.out.contains("1 of 1 figure exact"), "{}", said.out);
}

#[test]
fn a_journey_is_added_by_writing_one_file() {
    let desk = Desk::new();
    // The file has the name of a built-in one, and wins: these citizens look at their dossier five times.
    desk.put("scenarios/journeys/citizen-online.yaml", include_str!("data/newcomer/citizen-online.yaml"));
    desk.play(&[]).ends_with(0);
    let online = desk.count("select count(*) from dossiers where channel = 'online'");
    let looks = desk.count("select count(*) from exchanges where journey = 'citizen-online' and operation = 'track'");
    assert_eq!(looks, 5 * online);
}

#[test]
fn an_adapter_is_added_by_writing_one_file() {
    let desk = Desk::new();
    // The reference portal, spoken to with fewer words than its own adapter uses: no look-up, no post.
    let adapter = include_str!("data/newcomer/short.yaml");
    assert!(adapter.lines().count() < 130, "an adapter is short");
    desk.put("scenarios/portals/short.yaml", adapter);
    let said = desk.play(&["--portal", "short"]);
    said.ends_with(0);
    assert_eq!(desk.count("select count(*) from exchanges where operation in ('look_up', 'post_inbox')"), 0);
    assert!(said.err.contains("portal short"), "{}", said.err);
}
