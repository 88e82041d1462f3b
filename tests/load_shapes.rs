//! Load at declared rates instead of the document's days.

use serde_json::Value;

use crate::support::{Desk, tiny};

/// A desk with the tiny run, whose length is replaced by these phases.
fn desk(load: &str) -> Desk {
    let desk = Desk::new();
    desk.put("shaped.yaml", &(std::fs::read_to_string(tiny()).unwrap().replace("  length: 8 s\n", "") + "\n" + load));
    desk
}

#[test]
fn dossiers_come_in_at_the_rate_and_gates_do_not_count_the_warm_up() {
    let desk = desk("load:\n  - warm_up: { for: 2 s, rate: 10/s }\n  - ramp: { for: 4 s, from: 10/s, to: 30/s }\n");
    let said = desk.vandan(&["run", "shaped.yaml"]);
    said.ends_with(0);
    assert!(said.out.contains("planned 100 = started 100 + dropped 0"), "{}", said.out);
    let submitted = "select count(*) from exchanges where operation = 'submit' and attempt = 1 and";
    let of_second = |second: u32| {
        desk.count(&format!("{submitted} due_ns >= {second} * 1000000000 and due_ns < ({second} + 1) * 1000000000"))
    };
    // Whoever signs in first submits a little later; so do clerks, for those who come to the counter.
    let by_phase = |phase: &str| desk.count(&format!("{submitted} phase = '{phase}'"));
    assert_eq!(by_phase("warm_up") + by_phase("load") + by_phase("drain"), 100);
    assert!((15..=20).contains(&by_phase("warm_up")), "{}", by_phase("warm_up"));
    assert!(of_second(5) > of_second(0), "{} and {}", of_second(5), of_second(0));
    let warm_up: i64 = desk.count("select count(*) from exchanges where phase = 'warm_up'");
    assert!(said.out.contains(&format!(" under load, {warm_up} in the warm-up, ")), "{}", said.out);
    let samples: i64 = desk.count("select count(*) from exchanges where phase = 'load' and traffic_class = 'user'");
    let summary: Value = serde_json::from_str(&desk.latest("verdicts.json")).unwrap();
    assert_eq!(summary["gates"][0]["samples"], Value::from(samples));
    let fact = |name: &str| desk.count(&format!("select cast(value as integer) from run where name = '{name}'"));
    assert_eq!((fact("warm_up_ends_ns"), fact("load_ends_ns")), (2_000_000_000, 6_000_000_000));
}

#[test]
fn a_rate_on_the_command_line_plans_so_many_dossiers() {
    let plan = |args: &[&str]| {
        let tiny = tiny();
        let said = Desk::new().vandan(&[&["plan", tiny.as_str(), "--json"], args].concat());
        said.ends_with(0);
        serde_json::from_str::<Value>(&said.out).unwrap()
    };
    let planned = plan(&["--rate", "50/s", "--duration", "20 s", "--warm-up", "4 s"]);
    assert_eq!((&planned["dossiers"], &planned["wall_seconds"]), (&Value::from(1_200), &Value::from(24.0)));
    let peak = planned["peak"]["second"]["dossiers"].as_u64().unwrap();
    assert!((50..=53).contains(&peak), "{peak}");
    // 3,082 dossiers, of which the busiest hour has a few dozen.
    let peak = plan(&[])["peak"]["hour"]["dossiers"].as_u64().unwrap();
    let planned = plan(&["--rate", "60x peak", "--duration", "1 min"]);
    assert_eq!(planned["dossiers"].as_u64(), Some(peak));
}

#[test]
fn a_load_that_contradicts_itself_is_refused() {
    let desk = desk("load:\n  - constant: { for: 2 s, rate: 10/s }\n");
    let scaled = desk.vandan(&["plan", "shaped.yaml", "--scale", "1/2"]);
    scaled.ends_with(104);
    assert!(scaled.err.contains("the run has a load shape"), "{}", scaled.err);
    let both = std::fs::read_to_string(tiny()).unwrap() + "\nload:\n  - constant: { for: 2 s, rate: 10/s }\n";
    desk.put("both.yaml", &both);
    let said = desk.vandan(&["plan", "both.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("`load` says how long the run lasts"), "{}", said.err);
    let nobody = desk.vandan(&["plan", &tiny(), "--rate", "1/h", "--duration", "1 s"]);
    nobody.ends_with(104);
    assert!(nobody.err.contains("the load shape hands in not one dossier"), "{}", nobody.err);
}
