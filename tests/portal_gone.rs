//! A portal that dies in the middle of a run: said once, blamed for what was sent, and for nothing that was not.

use std::process::Stdio;

use crate::recording::wait_for_exchanges;
use crate::support::{Country, Desk, Said, root, tiny};

#[test]
fn a_run_whose_portal_dies_ends_early_breaches_its_gates_and_says_why() {
    let (desk, home) = (Desk::new(), Desk::new());
    let text = std::fs::read_to_string(tiny()).unwrap().replace("\nlimits:\n", "\nlimits:\n  outage: 2 s\n");
    desk.put("mortal.yaml", &text);
    let country = Country::start(&home, &[]);
    let mut args = vec!["run", "mortal.yaml", "--scale", "1/12", "--length", "60 s"];
    args.extend(["--target", &country.portal, "--bank", &country.bank, "--post", &country.post]);
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_exchanges(&desk.path().join("results/latest/history.sqlite"), 200);
    drop(country);
    let said = Said::from(child.wait_with_output().unwrap());
    said.ends_with(99);
    let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("nothing but errors came from http://127.0.0.1:"), "{}", said.out);
    assert!(out.contains("the last with no connection; ") && out.contains(" dropped"), "{}", said.out);
    assert!(out.contains("ERRORS ") && out.contains(" ECONNREFUSED "), "{}", said.out);
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{}", said.out);
    assert!(desk.latest("report.html").contains("ECONNREFUSED"));
    // Who was not let in is accounted for, and no wait of theirs is in any figure.
    assert_eq!(
        desk.count(
            "select (select value from run where name = 'planned') - (select value from run where name = 'started')
                    - (select value from run where name = 'dropped')"
        ),
        0
    );
    let summary: serde_json::Value = serde_json::from_str(&desk.latest("summary.json")).unwrap();
    let submit = summary["traffic"]["operations"].as_array().unwrap().iter().find(|row| row["operation"] == "submit");
    assert!(submit.unwrap()["dropped"].as_u64().unwrap_or(0) == 0, "{submit:?}");
    let reasons = summary["errors"]["reasons"].as_array().unwrap();
    let refused = reasons.iter().find(|row| row["reason"] == "ECONNREFUSED").unwrap();
    assert_eq!((refused["blame"].as_str(), refused["kind"].as_str()), (Some("portal"), Some("connect")));
    let count = "select count(*) from exchanges where fault = 'connect' and reason like 'ECONNREFUSED%'";
    assert!(refused["count"].as_i64() >= Some(20) && desk.count(count) <= refused["count"].as_i64().unwrap());
    desk.vandan(&["judge", "results/latest", "--quiet"]).ends_with(99);
}

#[test]
fn the_breaker_is_not_switched_off_before_somebody_else_s_portal() {
    let desk = Desk::new();
    let whole = std::fs::read_to_string(root().join("tests/data/docs/run.yaml")).unwrap();
    desk.put("off.yaml", &whole.replace("  outage: 30 s\n", "  outage: off\n"));
    let said = desk.vandan(&["plan", "off.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("`outage` is off, and the portal is not on this machine"), "{}", said.err);
    let text = std::fs::read_to_string(tiny()).unwrap();
    for (outage, code) in [("off", 0), ("45 s", 0), ("1 ms", 104), ("never", 104)] {
        desk.put("own.yaml", &text.replace("\nlimits:\n", &format!("\nlimits:\n  outage: {outage}\n")));
        desk.vandan(&["plan", "own.yaml"]).ends_with(code);
    }
}
