//! `--journey`: a look at a portal without a run file.

use crate::support::Desk;

/// A desk whose quick look is as patient as a busy machine needs it.
fn desk() -> Desk {
    let mut run = include_str!("../scenarios/runs/quick-look.yaml").to_owned();
    for (shipped, patient) in [
        ("  - all.response_time p95 < 2.5s\n", ""),
        ("errors share < 1%", "errors share < 2% @90%"),
        ("  timeout: 10 s\n", "  timeout: 60 s\n  settle: 0 s\n  scheduling_delay: 60 s\n"),
        ("drain: 20 s", "drain: 120 s"),
        ("final_read: 60 s", "final_read: 120 s"),
    ] {
        assert!(run.contains(shipped), "{shipped}");
        run = run.replace(shipped, patient);
    }
    let desk = Desk::new();
    desk.put("scenarios/runs/quick-look.yaml", &run);
    desk
}

#[test]
fn everybody_walks_one_journey_without_a_run_file() {
    let desk = desk();
    let said = desk.vandan(&["run", "--journey", "citizen-online", "--rate", "40/s", "--duration", "2 s"]);
    // Eighty dossiers decide the rules; whether they decide a gate is chance.
    assert!([0, 112].contains(&said.code), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("planned 80 = started 80 + dropped 0"), "{}", said.out);
    assert_eq!(desk.count("select count(*) from dossiers where channel = 'online'"), 80);
    assert_eq!(desk.count("select count(*) from exchanges where operation = 'submit' and outcome = 'ok'"), 80);
    assert!(desk.count("select count(*) from exchanges where operation = 'accept' and outcome = 'ok'") > 0);
    let headline = "A quick look: everybody walks citizen-online, volumes are those of the load and follow no document";
    assert!(said.err.split_whitespace().collect::<Vec<_>>().join(" ").contains(headline), "{}", said.err);
    assert!(desk.latest("report.html").contains(headline));
    assert_eq!(desk.count("select count(*) from figures"), 0);
    let compared = "select count(*) from targets where measured_by is not null";
    assert_eq!(desk.count(compared), 0);
}

#[test]
fn a_journey_of_the_counter_is_walked_by_clerks() {
    let said =
        Desk::new().vandan(&["plan", "--journey", "counter-intake", "--rate", "2x peak", "--duration", "1m", "--json"]);
    said.ends_with(0);
    let plan: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(plan["totals"]["channel"]["counter"], plan["dossiers"]);
    assert!(plan["dossiers"].as_u64().unwrap() > 0, "{}", said.out);
}

#[test]
fn who_hands_nothing_in_needs_no_clerks() {
    let desk = desk();
    desk.vandan(&["run", "--journey", "visit", "--rate", "100/s", "--duration", "2 s"]).ends_with(0);
    assert_eq!(desk.count("select count(*) from exchanges where operation = 'sign_in' and outcome = 'ok'"), 200);
    assert_eq!(desk.count("select count(*) from exchanges where operation in ('submit', 'clerk_sign_in')"), 0);
}

#[test]
fn in_a_closed_model_the_next_journey_begins_when_the_last_has_ended() {
    let desk = desk();
    let said = desk.vandan(&["run", "--journey", "visit", "--vus", "3", "--duration", "1 s", "--warm-up", "1 s"]);
    // How many come, and whether they decide a gate, is up to this machine.
    assert!([0, 112].contains(&said.code), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("Closed model: each of 3 people") && said.out.contains("(coordinated"), "{}", said.out);
    assert!(desk.latest("report.html").contains("Closed model: each of 3 people began"));
    let fact = |name: &str| desk.count(&format!("select cast(value as integer) from run where name = '{name}'"));
    assert_eq!(
        (fact("closed_people"), fact("warm_up_ends_ns"), fact("load_ends_ns")),
        (3, 1_000_000_000, 2_000_000_000)
    );
    assert!(fact("planned") > 3, "{}", said.out);
    assert_eq!((fact("planned"), fact("dropped")), (fact("started"), 0));
    assert_eq!(desk.count("select count(*) from dossiers"), fact("started"));
    // Of three who come at a time, the fourth comes no sooner than one of them has gone.
    let overlapping = "select max(n) from (select (select count(*) from exchanges b where b.operation = 'sign_in'
        and b.due_ns <= a.due_ns and b.done_ns > a.due_ns) n from exchanges a where a.operation = 'sign_in' limit 500)";
    assert_eq!(desk.count(overlapping), 3);
    let compared = "select count(*) from targets where measured_by is not null";
    assert_eq!(desk.count(compared), 0);
}

#[test]
fn clerks_decide_what_people_of_a_closed_model_hand_in() {
    let desk = Desk::new();
    let said = desk.vandan(&["run", &crate::support::tiny(), "--vus", "20", "--duration", "4 s"]);
    said.ends_with(0);
    assert!(desk.count("select count(*) from exchanges where operation = 'accept' and outcome = 'ok'") > 0);
    assert!(desk.count("select count(*) from figures where not_reproducible like '%the model is closed'") > 0);
    assert_eq!(desk.count("select count(*) from figures where measured_by is not null"), 0);
}

#[test]
fn every_wrong_option_is_told_at_once() {
    for (args, complaints) in [
        (
            &["run", "--journey", "citizen-onlin", "--duration", "2m", "--warm-up", "1 s", "--length", "9 s"][..],
            &[
                "there is no journey `citizen-onlin`",
                "did you mean `citizen-online`?",
                "nothing says how many come --duration",
                "add --rate",
                "it is a time at --rate --warm-up",
                "dossiers are handed in and how fast --length",
                "4 problems; nothing was done",
            ][..],
        ),
        (&["run", "--journey", "desk", "--rate", "5/s", "--duration", "2m"], &["`desk` is walked by a desk"]),
        (&["plan", "dien-bien-2019", "--journey", "visit"], &["--journey", "add --rate and --duration"]),
        (&["plan", "vietnam-2025", "--rate", "5/s", "--duration", "2m"], &["a country comes as its file says"]),
        (
            &["run", "--journey", "visit", "--rate", "5/s", "--vus", "3", "--scale", "2"],
            &[
                "it is another load than --rate --vus",
                "nothing says for how long --vus",
                "nothing says for how long --rate",
                "--scale",
                "4 problems",
            ],
        ),
        (&["run"], &["<RUN>"]),
    ] {
        let said = Desk::new().vandan(args);
        said.ends_with(104);
        let words = said.err.split_whitespace().filter(|word| !["-->", "|", "="].contains(word));
        let text = words.collect::<Vec<_>>().join(" ");
        for complaint in complaints {
            assert!(text.contains(complaint), "{complaint}\n{text}");
        }
    }
}
