//! The same people again: a second run of the same seed against a portal that was not reset.

use crate::neighbours::Neighbours;
use crate::support::{Desk, Said, root, tiny};

/// Plays a little of the tiny run against these four.
fn play(desk: &Desk, neighbours: &Neighbours, run: &str, more: &[&str]) -> Said {
    let [portal, bank, post, _] = neighbours.addresses.clone().map(|address| format!("http://{address}"));
    let mut args = vec!["run", run, "--scale", "1/12", "--length", "8 s"];
    args.extend(["--target", &portal, "--bank", &bank, "--post", &post]);
    args.extend(more);
    desk.vandan(&args)
}

fn neighbours() -> Neighbours {
    Neighbours::start_with(&["--run", "dien-bien-2019"])
}

/// A fact of the latest run.
fn fact(desk: &Desk, name: &str) -> String {
    let run: serde_json::Value = serde_json::from_str(&desk.latest("run.json")).unwrap();
    run[name].as_str().unwrap_or_else(|| panic!("no {name} in {run}")).to_owned()
}

/// The reference adapter without a word of references, as a file in the desk.
fn without_references(desk: &Desk) {
    let text = std::fs::read_to_string(root().join("scenarios/portals/reference.yaml")).unwrap();
    let text = text.replace(", reference: $.client_reference", "").replace("note: \"${case.reference}\"", "note: \"\"");
    let lines: Vec<_> = text.lines().filter(|line| !line.contains("client_reference")).collect();
    let text = lines.join("\n");
    assert!(!text.contains("case.reference") && !text.contains("reference: $.client"), "{text}");
    desk.put("plain.yaml", &text);
}

#[test]
fn a_second_run_of_the_same_seed_conforms_and_sends_the_same_plan_under_other_references() {
    let (desk, neighbours) = (Desk::new(), neighbours());
    let mut salts = Vec::new();
    let mut plans = Vec::new();
    for _ in 0..2 {
        play(&desk, &neighbours, &tiny(), &[]).ends_with(0);
        let of_this_run = format!("select count(*) from dossiers where reference glob 'VD-????{}-*'", "?".repeat(5));
        assert_eq!(desk.count(&of_this_run), desk.count("select count(*) from dossiers"));
        salts.push(fact(&desk, "salt"));
        plans.push(desk.latest("plan.json"));
    }
    assert_ne!(salts[0], salts[1]);
    assert_eq!(plans[0], plans[1], "the plan knows no salt");
}

#[test]
fn without_references_dossiers_that_wait_at_the_desks_already_are_found_before_anything_is_loaded() {
    let (desk, neighbours) = (Desk::new(), neighbours());
    without_references(&desk);
    // Nobody works at the desks: everything that is handed in goes on waiting there.
    let text = std::fs::read_to_string(tiny()).unwrap();
    let idle: Vec<_> = text.lines().filter(|line| !line.contains("desk: ")).collect();
    desk.put("idle.yaml", &idle.join("\n").replace("run: tiny", "run: idle").replace("drain: ", "drain: 2 s #"));
    play(&desk, &neighbours, "idle.yaml", &["--portal", "plain.yaml"]);
    assert!(desk.count("select count(*) from exchanges where operation = 'submit' and outcome = 'ok'") > 50);

    let again = play(&desk, &neighbours, &tiny(), &["--portal", "plain.yaml"]);
    again.ends_with(112);
    let said = "the portal already holds dossiers of this population (";
    assert!(again.err.contains(said) && again.err.contains("in the inbox of H18."), "{}", again.err);
    assert!(again.err.contains("reset it, or run with another --seed"), "{}", again.err);
    let loaded = "select count(*) from exchanges where traffic_class <> 'control'";
    assert_eq!(desk.count(loaded), 0, "nothing was loaded");

    play(&desk, &neighbours, &tiny(), &["--portal", "plain.yaml", "--seed", "7"]).ends_with(0);
}
