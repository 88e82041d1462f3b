//! People who only look: planned, played, and counted apart from the dossiers.

use serde_json::Value;

use crate::support::{Desk, tiny};

const VISITS: &str =
    "visits: { per_dossier: 3, journey: visit, spikes: [ { at: 2019-09-25T09:00, minutes: 30, factor: 100 } ] }\n";

/// A desk with the tiny run, visits added.
fn desk(visits: &str) -> Desk {
    let desk = Desk::new();
    desk.put("visited.yaml", &(std::fs::read_to_string(tiny()).unwrap() + "\n" + visits));
    desk
}

#[test]
fn visits_are_played_and_change_neither_dossiers_nor_results() {
    let desk = desk(VISITS);
    let said = desk.vandan(&["run", "visited.yaml", "--scale", "1/12"]);
    said.ends_with(0);
    assert!(said.out.contains("planned 256 = started 256 + dropped 0"), "{}", said.out);
    assert!(said.out.contains("planned 768 = started 768 + dropped 0"), "{}", said.out);
    let visits = "select count(*) from exchanges where journey = 'visit' and operation = ";
    assert_eq!(desk.count(&format!("{visits} 'sign_in'")), 768);
    assert!(desk.count(&format!("{visits} 'track'")) > 0, "some dossiers have come in by then");
    assert_eq!(desk.count("select count(*) from dossiers"), 256);
    let fact = |name: &str| desk.count(&format!("select cast(value as integer) from run where name = '{name}'"));
    assert_eq!((fact("planned"), fact("visits_planned"), fact("visits_started")), (256, 768, 768));
}

#[test]
fn a_plan_tells_of_visits_in_its_digest_too() {
    let desk = desk(VISITS);
    let plan = |run: &str| -> Value {
        serde_json::from_str(&desk.vandan(&["plan", run, "--scale", "1/12", "--json"]).out).unwrap()
    };
    let (without, with) = (plan(&tiny()), plan("visited.yaml"));
    assert_eq!((&with["visits"]["count"], &with["dossiers"]), (&Value::from(768), &Value::from(256)));
    assert!(without.get("visits").is_none());
    assert_ne!(without["digest"], with["digest"]);
    assert_eq!(without["peak"], with["peak"], "peaks of dossiers stay theirs");
    let said = desk.vandan(&["plan", "announcement"]);
    said.ends_with(0);
    assert!(said.out.contains("24,656 by visitors"), "{}", said.out);
    assert!(said.out.contains("the run's second 9, beside"), "{}", said.out);
}

#[test]
fn visits_that_cannot_be_are_refused_with_their_place() {
    let wrong =
        "visits: { per_dossier: 3, journey: desk, spikes: [ { at: 2021-03-01T09:00, minutes: 30, factor: 100 } ] }\n";
    let said = desk(wrong).vandan(&["plan", "visited.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("visits.journey: the journey `desk` is walked by a desk"), "{}", said.err);
    let late = wrong.replace("journey: desk", "journey: visit");
    let said = desk(&late).vandan(&["plan", "visited.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("the spike of 2021-03-01T09:00 does not lie within the period"), "{}", said.err);
    assert!(said.err.contains("its days are 2019-09-18 to 2019-10-09"), "{}", said.err);
}
