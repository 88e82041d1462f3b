//! Where the portal is: the run file says it, and the command line instead of it.

use crate::support::{Desk, tiny};

/// The tiny run with these lines.
fn file(desk: &Desk, lines: &str) {
    let text = std::fs::read_to_string(tiny()).unwrap();
    desk.put("mine.yaml", &format!("{text}\n{lines}\n"));
}

#[test]
fn a_run_file_names_its_targets_and_the_command_line_names_others() {
    let desk = Desk::new();
    file(&desk, "target: [\"http://127.0.0.1:9\", \"https://127.0.0.1:10/dvc\"]\nhttp: 1.1");
    let plan = desk.vandan(&["plan", "mine.yaml"]);
    plan.ends_with(0);
    assert!(plan.out.contains("http://127.0.0.1:9, https://127.0.0.1:10/dvc, HTTP/1.1 only"), "{}", plan.out);
    let plan: serde_json::Value = serde_json::from_str(&desk.vandan(&["plan", "mine.yaml", "--json"]).out).unwrap();
    assert_eq!(plan["targets"], serde_json::json!(["http://127.0.0.1:9", "https://127.0.0.1:10/dvc"]));
    assert_eq!(plan["http"], "1.1");
    let run = ["run", "mine.yaml", "--portal", "reference", "--dry-run", "--json"];
    let hosts = |more: &[&str]| {
        let said = desk.vandan(&[&run[..], more].concat());
        said.ends_with(0);
        let said: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let hosts = said["hosts"].as_array().unwrap().iter().filter(|host| host["what"] == "portal");
        hosts.map(|host| host["address"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(hosts(&[]), ["http://127.0.0.1:9", "https://127.0.0.1:10"]);
    assert_eq!(hosts(&["--target", "http://127.0.0.1:11"]), ["http://127.0.0.1:11"]);
    // Nobody is there: the run asks for it, and not for the bundled portal.
    let said = desk.vandan(&["run", "mine.yaml", "--portal", "reference", "--bank", "http://127.0.0.1:9"]);
    said.ends_with(112);
    assert!(said.err.contains("could not reach the portal at http://127.0.0.1:9"), "{}", said.err);
}

#[test]
fn targets_of_a_run_file_need_the_consent_that_those_of_the_command_line_need() {
    let desk = Desk::new();
    file(&desk, "target: [\"http://127.0.0.1:9\", \"http://portal.example\"]");
    let said = desk.vandan(&["run", "mine.yaml", "--portal", "reference"]);
    said.ends_with(113);
    assert!(said.err.contains("portal.example is not this machine"), "{}", said.err);
}

#[test]
fn an_address_that_is_none_and_an_option_without_meaning_are_named() {
    let desk = Desk::new();
    for (lines, words) in [
        ("target: portal.example", "`portal.example` is no address"),
        ("target: [\"http://127.0.0.1:9\", \"ftp://127.0.0.1\"]", "`ftp://127.0.0.1` is no address"),
        ("target: []", "no address is named"),
        ("http: 3", "`3` is no version of HTTP (write auto, 1.1 or 2)"),
    ] {
        file(&desk, lines);
        let said = desk.vandan(&["plan", "mine.yaml"]);
        said.ends_with(104);
        assert!(said.err.contains(words), "{lines}: {}", said.err);
    }
    let tiny = tiny();
    for option in [&["--http", "2"][..], &["--insecure"], &["--bank", "http://127.0.0.1:9"], &["--ca", "none.pem"]] {
        let said = desk.vandan(&[&["run", &tiny][..], option].concat());
        said.ends_with(104);
        let words = format!("could not take {}: no --target names a portal that it is for", option[0]);
        assert!(said.err.contains(&words), "{}", said.err);
    }
    file(&desk, "target: http://127.0.0.1:9");
    let said = desk.vandan(&["run", "mine.yaml", "--portal", "reference", "--defect", "skim"]);
    said.ends_with(104);
    assert!(said.err.contains("could not take --defect: it is for the bundled portal"), "{}", said.err);
}

#[test]
fn what_is_authorized_is_held_against_the_share_of_each_host() {
    let desk = Desk::new();
    // The lowest of these rates that is not refused.
    let enough = |targets: &str| {
        let rates = std::iter::successors(Some(20.0_f64), |rate| Some((rate * 1.25).round())).take(20);
        let fits = |rate: &f64| {
            let consent = format!("{{ by: the owner, host: 127.0.0.1, until: 2099-01-01, max_rate: {rate} }}");
            file(&desk, &format!("target: [{targets}]\nauthorization: {consent}"));
            let plan = desk.vandan(&["plan", "mine.yaml", "--scale", "1/100", "--json"]);
            plan.ends_with(0);
            !plan.out.contains("`vandan run --target` would be refused")
        };
        rates.into_iter().find(fits).unwrap()
    };
    let one = enough("\"http://127.0.0.1:9\"");
    let same = enough("\"http://127.0.0.1:9\", \"http://localhost:10\"");
    let two = enough("\"http://127.0.0.1:9\", \"http://127.0.0.2:9\"");
    assert!((one - same).abs() < f64::EPSILON && two < one, "one {one}, two doors of one host {same}, two hosts {two}");
    // The host that is asked for more than it allows is named.
    let consent = "{ by: the owner, host: 127.0.0.1, until: 2099-01-01, max_rate: 20 }";
    file(&desk, &format!("target: [\"http://127.0.0.1:9\", \"http://127.0.0.2:9\"]\nauthorization: {consent}"));
    let said = desk.vandan(&["run", "mine.yaml", "--scale", "1/100", "--portal", "reference"]);
    said.ends_with(113);
    assert!(said.err.contains(" requests/s of http://127.0.0.1:9 in its peak second"), "{}", said.err);
}
