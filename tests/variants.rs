//! No rule fails under a legal variant of the reference portal, nor under noise: what may be otherwise is no defect,
//! and what nobody did wrong is nobody's fault.

use mock_portal::{Noise, Variant};

use crate::support::{Desk, Said, each, root};

/// The adapter for a portal with other words, where the reference adapter does not know them.
fn adapter(variant: Variant) -> Option<String> {
    let usual = std::fs::read_to_string(root().join("scenarios/portals/reference.yaml")).unwrap();
    let (before, words) = usual.split_once("states:").unwrap();
    let (words, after) = words.split_once("failure:").unwrap();
    let (words, dates) =
        (format!("{before}states:{}failure:{after}", words.to_lowercase()), usual.replace("[0-9]{6}-", "[0-9]{8}-"));
    assert!(words != usual && dates != usual);
    let adapters = [(Variant::LowerCaseStates, words), (Variant::EightDigitDate, dates)];
    adapters.into_iter().find(|(other, _)| *other == variant).map(|(_, adapter)| adapter)
}

#[test]
fn no_variant_is_taken_for_a_defect() {
    each(Variant::ALL, |variant| {
        let desk = Desk::new();
        let mut more = vec!["--variant", variant.name()];
        if let Some(adapter) = adapter(variant) {
            desk.put("portal.yaml", &adapter);
            more.extend(["--portal", "portal.yaml"]);
        }
        let said = desk.play_little(&more);
        let (failed, passed) = (desk.rules("fail"), desk.rules("pass"));
        let unread = desk.count("select count(*) from exchanges where outcome = 'error'");
        // In a run as small a rule or two may find nothing to examine.
        if [0, 112].contains(&said.code) && failed.is_empty() && passed.len() >= 13 && unread == 0 {
            return Ok(());
        }
        let name = variant.name();
        Err(format!("{name}: exit {}, {unread} unread, {failed:?} fail, {passed:?} pass\n{}", said.code, said.out))
    });
}

#[test]
fn no_noise_is_taken_for_a_defect() {
    each(&Noise::ALL, |noise| {
        let desk = Desk::new();
        let said = desk.play(&["--noise", noise.name()]);
        let (failed, passed) = (desk.rules("fail"), desk.rules("pass"));
        // A gate may be breached, a rule may find too little to decide.
        if [0, 99, 112].contains(&said.code) && failed.is_empty() && passed.len() >= 5 {
            return Ok(());
        }
        Err(format!("{}: exit {}, {failed:?} fail, {passed:?} pass\n{}", noise.name(), said.code, said.out))
    });
}

#[test]
fn many_variants_and_noise_go_together() {
    let desk = Desk::new();
    let variants =
        ["submit-202", "utc-times", "seven-digits", "plain-refusal", "escaped-json", "chunked", "absent-nulls"];
    let mut more: Vec<&str> = variants.iter().flat_map(|variant| ["--variant", variant]).collect();
    // With this seed the clock is behind; with the usual one it is ahead.
    more.extend(["--noise", "latency", "--noise", "clock-skew", "--seed", "7"]);
    let said = desk.play_little(&more);
    assert!([0, 112].contains(&said.code) && desk.rules("fail").is_empty(), "{}", said.out);
    let facts = desk.latest("run.json");
    assert!(facts.contains("submit-202, utc-times") && facts.contains("latency, clock-skew"), "{facts}");
    assert!(
        desk.count("select count(*) from observations where dossier_code glob '*-[0-9][0-9][0-9][0-9][0-9][0-9][0-9]'")
            > 0
    );
    assert!(desk.count("select count(*) from exchanges where status = 202") > 0);
}

#[test]
fn the_lists_fit_into_eighty_columns_and_the_pages_in_docs_are_theirs() {
    let desk = Desk::new();
    for (list, page) in [("defects", "docs/defects.md"), ("variants", "docs/variants.md")] {
        let said = desk.vandan(&[list, "--markdown"]);
        let kept = std::fs::read_to_string(root().join(page)).unwrap();
        assert!(said.ends_with(0).out == kept, "{page} differs: vandan {list} --markdown > {page}");
        let said = desk.command(&[list]).env("COLUMNS", "80").output().unwrap();
        let said = Said::from(said);
        for line in said.ends_with(0).out.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    desk.vandan(&["mock", "portal", "--variant", "nonsense"]).ends_with(104);
    desk.vandan(&["run", "dien-bien-2019", "--noise", "nonsense"]).ends_with(104);
}
