//! What a user types, and how the program ends: the exit codes, bad input, safety.

use crate::support::{Desk, Said, tiny};

#[test]
fn a_plan_is_shown_without_sending_anything() {
    let desk = Desk::new();
    let said = desk.vandan(&["plan", "tay-ninh-2021"]);
    said.ends_with(0);
    assert!(said.out.contains("59,457"), "{}", said.out);
    assert!(said.out.contains("33,046 counter + 16,819 post + 9,592 online"), "{}", said.out);
    assert!(!desk.path().join("results").exists());
}

#[test]
fn an_unknown_run_ends_with_104_and_names_the_known() {
    let said = Desk::new().vandan(&["run", "atlantis"]);
    said.ends_with(104);
    assert!(
        said.err.contains("one of: announcement, dien-bien-2019, ") && said.err.contains("tay-ninh-2021"),
        "{}",
        said.err
    );
}

#[test]
fn a_wrong_option_ends_with_104() {
    Desk::new().vandan(&["run", "dien-bien-2019", "--no-such-thing"]).ends_with(104);
}

#[test]
fn help_and_version_end_with_0_and_help_lists_the_exit_codes() {
    let desk = Desk::new();
    desk.vandan(&["--version"]).ends_with(0);
    let said = desk.vandan(&["--help"]);
    said.ends_with(0);
    for code in ["0", "99", "104", "105", "107", "111", "112", "113"] {
        assert!(said.out.contains(&format!("  {code:>3}  ")), "{code} in {}", said.out);
    }
}

#[test]
fn a_run_file_with_many_mistakes_shows_all_of_them_with_their_lines() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let text = text
        .replace("length: 8 s", "length: soon")
        .replace("- errors share < 2% @90%", "- submit.response_time p95 faster than light")
        .replace("  desk: desk\n", "  desk: desk\n  cook: chef\n")
        .replace("seed: 2019", "seed: -4");
    desk.put("mistakes.yaml", &text);
    let said = desk.vandan(&["run", "mistakes.yaml"]);
    said.ends_with(104);
    for expected in [
        "time.length",
        "`soon`",
        "gates[0]",
        "faster than light",
        "journeys.cook: unknown field",
        "seed: -4",
        "--> mistakes.yaml:",
        "problems; nothing was done",
    ] {
        assert!(said.err.contains(expected), "{expected} in\n{}", said.err);
    }
    assert!(!desk.path().join("results").exists());
}

#[test]
fn a_province_whose_parts_do_not_add_up_is_refused_naming_the_figures() {
    let desk = Desk::new();
    let province = include_str!("../scenarios/provinces/tay-ninh-2021.yaml");
    assert!(province.contains("9_592") || province.contains("9592"));
    let wrong = province.replacen("value: 9592", "value: 9593", 1).replacen("value: 9_592", "value: 9_593", 1);
    desk.put("wrong.yaml", &wrong);
    let said = desk.vandan(&["run", "tay-ninh-2021", "--province", "wrong.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("TN21-04"), "{}", said.err);
    assert!(said.err.contains("wrong.yaml:"), "{}", said.err);
}

#[test]
fn an_adapter_with_an_unknown_reference_is_refused_with_its_place() {
    let desk = Desk::new();
    let adapter = include_str!("../scenarios/portals/reference.yaml").replace("${applicant.phone}", "${applicant.fax}");
    desk.put("wrong.yaml", &adapter);
    let said = desk.vandan(&["plan", "dien-bien-2019", "--portal", "wrong.yaml"]);
    said.ends_with(104);
    assert!(said.err.contains("`applicant.fax` is not known"), "{}", said.err);
    assert!(said.err.contains("operations.submit.json.applicant.phone"), "{}", said.err);
}

#[test]
fn a_rule_that_asks_for_an_unknown_column_is_refused_with_its_place() {
    let desk = Desk::new();
    let rule = include_str!("../scenarios/rules/COD/EG-COD-008.sql").replace("owner_name", "owner_nickname");
    desk.put("scenarios/rules/COD/EG-COD-008.sql", &rule);
    let said = desk.vandan(&["rules"]);
    said.ends_with(104);
    assert!(said.err.contains("owner_nickname"), "{}", said.err);
    assert!(said.err.contains("EG-COD-008.sql"), "{}", said.err);
}

#[test]
fn a_target_beyond_this_machine_is_refused_with_113() {
    let said = Desk::new().vandan(&["run", &tiny(), "--target", "http://192.0.2.1:80", "--portal", "reference"]);
    said.ends_with(113);
    assert!(said.err.contains("authorization"), "{}", said.err);
}

#[test]
fn an_authorization_that_has_run_out_is_refused_with_113() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let consent = "authorization: { by: the owner, host: portal.example, until: 2020-01-01, max_rate: 100000 }\n";
    desk.put("consent.yaml", &format!("{text}\n{consent}"));
    let said = desk.vandan(&["run", "consent.yaml", "--target", "http://portal.example", "--portal", "reference"]);
    said.ends_with(113);
    assert!(said.err.contains("2020-01-01"), "{}", said.err);
}

#[test]
fn a_portal_that_is_not_there_ends_with_112_and_says_so() {
    // A port that was free a moment ago and that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = format!("http://127.0.0.1:{port}");
    let said = Desk::new().vandan(&["run", &tiny(), "--target", &target, "--portal", "reference"]);
    said.ends_with(112);
    assert!(said.err.contains("could not reach the portal"), "{}", said.err);
}

#[test]
fn a_results_folder_that_cannot_be_written_ends_with_112() {
    let desk = Desk::new();
    desk.put("in-the-way", "a file");
    let said = desk.play(&["--results", "in-the-way"]);
    said.ends_with(112);
    assert!(said.err.contains("in-the-way"), "{}", said.err);
}

#[test]
fn rules_are_listed_and_explained() {
    let desk = Desk::new();
    let said = desk.vandan(&["rules"]);
    said.ends_with(0);
    assert!(said.out.contains("EG-PAY-009"), "{}", said.out);
    let said = desk.vandan(&["explain", "EG-PAY-009"]);
    said.ends_with(0);
    assert!(said.out.contains("select"), "{}", said.out);
    desk.vandan(&["explain", "EG-XXX-999"]).ends_with(104);
}

#[test]
fn completions_are_written_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let said = Desk::new().vandan(&["completions", shell]);
        said.ends_with(0);
        assert!(said.out.contains("vandan"));
    }
}

#[test]
fn every_defect_is_listed_with_its_rules() {
    let said = Desk::new().vandan(&["defects"]);
    said.ends_with(0);
    assert!(said.out.contains("sig-ignored        EG-PAY-003"), "{}", said.out);
}

#[test]
fn a_file_that_tls_cannot_use_is_said_with_the_remedy_before_anything_is_sent() {
    let desk = Desk::new();
    desk.put("plain.txt", "no certificate");
    let target = ["run", &tiny(), "--target", "https://127.0.0.1:1", "--portal", "reference"];
    for (options, why) in [
        (&["--ca", "missing.pem"][..], "could not read missing.pem: "),
        (
            &["--ca", "plain.txt"],
            "could not find a certificate in plain.txt: PEM begins with `-----BEGIN CERTIFICATE-----`",
        ),
        (&["--client-cert", "plain.txt", "--client-key", "plain.txt"], "could not find a certificate in plain.txt"),
    ] {
        let said = desk.vandan(&[&target[..], options].concat());
        said.ends_with(104);
        assert!(said.err.contains(why), "{}", said.err);
        assert!(!desk.path().join("results").exists());
    }
}

#[test]
fn a_proxy_beyond_this_machine_that_nobody_listed_is_refused_with_113() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let consent = "authorization: { by: the owner, host: portal.example, until: 2099-01-01, max_rate: 100000 }\n";
    desk.put("consent.yaml", &format!("{text}\n{consent}"));
    let run = ["run", "consent.yaml", "--target", "https://portal.example", "--portal", "reference"];
    let said: Said = desk.command(&run).env("https_proxy", "proxy.example:3128").output().unwrap().into();
    said.ends_with(113);
    assert!(said.err.contains("http://proxy.example:3128") && said.err.contains("no_proxy"), "{}", said.err);
    assert!(!desk.path().join("results").exists());
}

#[test]
fn a_target_whose_port_is_none_is_refused_before_anything_is_sent() {
    for (target, why) in [
        ("http://127.0.0.1:99999", "invalid port number"),
        ("http://127.0.0.1:", "there is no port after `:`"),
        ("http://user@127.0.0.1:80", "a name or password before `@`"),
        ("ftp://127.0.0.1:80", "`ftp:` is not spoken, only http and https"),
        ("http://127.0.0.1:80/portal?x=1", "it stands in the adapter"),
    ] {
        let desk = Desk::new();
        let said = desk.vandan(&["run", &tiny(), "--target", target, "--portal", "reference"]);
        said.ends_with(104);
        assert!(said.err.contains(why), "{target}: {}", said.err);
        assert!(!desk.path().join("results").exists());
    }
}

#[test]
fn doors_that_a_run_file_lists_wrongly_are_refused_with_their_place() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    for (lines, why) in [
        ("links: [127.0.0.1]", "`127.0.0.1` has no port (write 127.0.0.1:443)"),
        ("links: [pay.example:80]", "`pay.example:80`: it is not this machine"),
        ("links: [127.0.0.1:99999]", "invalid port number"),
        (
            "authorization: { by: x, host: 'http://portal.example', until: 2099-01-01, max_rate: 1 }",
            "a host stands alone",
        ),
        (
            "authorization: { by: x, host: portal.example, also: [pay.example], until: 2099-01-01, max_rate: 1 }",
            "has no port",
        ),
    ] {
        desk.put("wrong.yaml", &format!("{text}\n{lines}\n"));
        let said = desk.vandan(&["plan", "wrong.yaml"]);
        said.ends_with(104);
        assert!(said.err.contains(why) && said.err.contains("--> wrong.yaml:"), "{lines}: {}", said.err);
    }
}

#[test]
fn everything_wrong_with_a_run_file_is_said_at_once_with_place_and_remedy() {
    let desk = Desk::new();
    let mut text = std::fs::read_to_string(tiny()).unwrap();
    let mistakes = [
        ("province: ", "province: dien-bien-2018", "did you mean `dien-bien-2019`?"),
        ("procedures: ", "procedures: comon", "did you mean `common`?"),
        ("calendar: ", "calendar: vietnm", "did you mean `vietnam`?"),
        ("portal: ", "portal: referenc", "did you mean `reference`?"),
        ("  online: ", "  online: citizen-onlin", "did you mean `citizen-online`?"),
        ("  counter: ", "  counter: post-desk", "is walked by a post_desk"),
        ("title: ", "titel: x", "did you mean `title`?"),
    ];
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    for (start, wrong, _) in mistakes {
        let line = lines.iter_mut().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start}"));
        wrong.clone_into(line);
    }
    text = lines.join("\n").replacen("gates:\n", "gates:\n  - submit.response_time p95 <= 2.5s\n", 1) + "\n";
    desk.put("wrong.yaml", &text);
    let said = desk.vandan(&["plan", "wrong.yaml"]);
    said.ends_with(104);
    for (_, wrong, told) in mistakes {
        let line = text.lines().position(|line| line == wrong).unwrap() + 1;
        let told =
            said.err.lines().any(|problem| problem.contains(&format!("wrong.yaml:{line}:")) && problem.contains(told));
        assert!(told, "{wrong} in\n{}", said.err);
    }
    assert!(said.err.contains("did you mean `submit.response_time p95 < 2.5s`?"), "{}", said.err);
}

#[test]
fn a_figure_or_target_whose_query_cannot_be_asked_is_refused_at_its_place_before_anything_is_sent() {
    let desk = Desk::new();
    let province = include_str!("../scenarios/provinces/dien-bien-2019.yaml");
    desk.put("scenarios/provinces/dien-bien-2019.yaml", &province.replace(" from results", " from resluts"));
    let targets = include_str!("../scenarios/targets/dien-bien-2019.yaml");
    desk.put("scenarios/targets/dien-bien-2019.yaml", &targets.replace(" from results", " from rezults"));
    let said = desk.vandan(&["plan", "dien-bien-2019"]);
    said.ends_with(104);
    for (folder, table) in [("provinces", "resluts"), ("targets", "rezults")] {
        let place = format!("scenarios/{folder}/dien-bien-2019.yaml:");
        let told = said
            .err
            .lines()
            .any(|problem| problem.contains(&format!("no such table: {table}")) && problem.contains(&place));
        assert!(told, "{table} in\n{}", said.err);
    }
}

#[test]
fn a_plan_that_needs_more_than_the_authorized_rate_is_refused_by_run_and_told_by_plan() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    let consent = "authorization: { by: the owner, host: 127.0.0.1, until: 2099-01-01, max_rate: 60 }\n";
    desk.put("consent.yaml", &format!("{text}\n{consent}"));
    let target = ["--target", "http://127.0.0.1:9", "--portal", "reference"];
    let run = desk.vandan(&[&["run", "consent.yaml", "--scale", "1/100"][..], &target].concat());
    run.ends_with(113);
    let plan = desk.vandan(&["plan", "consent.yaml", "--scale", "1/100", "--json"]);
    plan.ends_with(0);
    let plan: serde_json::Value = serde_json::from_str(&plan.out).unwrap();
    let warnings: Vec<_> = plan["warnings"].as_array().unwrap().iter().filter_map(|text| text.as_str()).collect();
    let reason = run.err.trim().trim_start_matches("refused: ");
    let told = |warning: &&str| warning.replace("; ", " ").ends_with(&reason.replace("; ", " "));
    assert!(warnings.iter().any(told), "{reason:?} in {warnings:#?}");
    let length = reason.split('"').nth(1).unwrap();
    let plan = desk.vandan(&["plan", "consent.yaml", "--scale", "1/100", "--json", "--length", length]);
    assert!(!plan.out.contains("would be refused"), "the length that is named fits: {}", plan.out);
    // Nobody is there: it gets as far as that.
    desk.vandan(&[&["run", "consent.yaml", "--scale", "1/100", "--length", length][..], &target].concat())
        .ends_with(112);
}
