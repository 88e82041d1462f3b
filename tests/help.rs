//! What `--help` and the lists print, word by word: a change of any of it is seen in review.

use crate::support::Desk;

macro_rules! assert_snapshot {
    ($name:expr, $text:expr) => {
        insta::with_settings!({
            snapshot_path => "snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, { insta::assert_snapshot!($name, $text) })
    };
}

const VERBS: [&[&str]; 21] = [
    &[],
    &["plan"],
    &["run"],
    &["capacity"],
    &["judge"],
    &["report"],
    &["explain"],
    &["rules"],
    &["people"],
    &["who"],
    &["provinces"],
    &["fidelity"],
    &["defects"],
    &["variants"],
    &["mock"],
    &["mock", "portal"],
    &["mock", "bank"],
    &["mock", "post"],
    &["mock", "hub"],
    &["mock", "country"],
    &["completions"],
];

#[test]
fn every_help_is_as_it_was_read() {
    let desk = Desk::new();
    let mut text = Vec::new();
    for verb in VERBS {
        let said = desk.vandan(&[verb, &["--help"]].concat());
        said.ends_with(0);
        let too_wide = said.out.lines().find(|line| line.chars().count() > 100);
        assert_eq!(too_wide, None, "{verb:?}");
        text.push(format!("$ vandan {}\n{}\n", [verb, &["--help"]].concat().join(" "), said.out));
    }
    assert_snapshot!("help", text.concat());
}

#[test]
fn the_help_knows_every_verb() {
    let said = Desk::new().vandan(&["help"]);
    let of_commands =
        said.out.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let verbs: Vec<_> = of_commands.filter_map(|line| line.split_whitespace().next()).collect();
    let known: Vec<_> = VERBS.iter().filter_map(|verb| verb.first().copied()).collect();
    assert!(verbs.len() > 10 && verbs.iter().all(|verb| *verb == "help" || known.contains(verb)), "{verbs:?}");
}

#[test]
fn every_list_is_as_it_was_read() {
    let desk = Desk::new();
    for list in ["rules", "provinces", "defects", "variants"] {
        assert_snapshot!(format!("list_{list}"), desk.vandan(&[list]).ends_with(0).out);
    }
}

#[test]
fn every_list_and_every_rule_is_json_too() {
    let desk = Desk::new();
    let json =
        |args: &[&str]| -> serde_json::Value { serde_json::from_str(&desk.vandan(args).ends_with(0).out).unwrap() };
    let rules = json(&["rules", "--json"]);
    let first = &rules.as_array().unwrap()[0];
    assert_eq!(json(&["explain", first["id"].as_str().unwrap(), "--json"]), *first);
    let lines = desk.vandan(&["rules"]).out.lines().take_while(|line| !line.is_empty()).count();
    assert_eq!(rules.as_array().unwrap().len(), lines);
    let skim = json(&["defects", "--json"]).as_array().unwrap().iter().find(|defect| defect["name"] == "skim").cloned();
    assert_eq!(skim.unwrap()["must_break"][0]["id"], "EG-PAY-009");
    assert!(
        json(&["variants", "--json"])["noise"].as_array().unwrap().iter().any(|noise| noise["name"] == "clock-skew")
    );
}

#[test]
fn an_option_of_another_mock_is_an_error() {
    let desk = Desk::new();
    for line in [
        ["bank", "--limit", "3"],
        ["post", "--store", "x.sqlite"],
        ["hub", "--delay", "5 ms"],
        ["portal", "--push", "x"],
    ] {
        let said = desk.vandan(&[&["mock"], &line[..]].concat());
        assert!(said.ends_with(104).err.contains(&format!("unexpected argument '{}' found", line[1])), "{}", said.err);
    }
}
