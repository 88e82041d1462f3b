//! People outside a run: files of them, whose a number is, who is kept out.

use std::collections::BTreeSet;

use crate::support::{Desk, tiny};

/// The lines of a file that `vandan people` wrote.
fn lines(desk: &Desk, arguments: &[&str], file: &str) -> Vec<String> {
    let arguments: Vec<_> = ["people", "dien-bien-2019", "--out", file].iter().chain(arguments).copied().collect();
    desk.vandan(&arguments).ends_with(0);
    let text = std::fs::read_to_string(desk.path().join(file)).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn people_are_written_in_three_forms_and_are_the_same_in_each() {
    let desk = Desk::new();
    let csv = lines(&desk, &["--count", "50"], "people.csv");
    let ndjson = lines(&desk, &["--count", "50"], "people.ndjson");
    desk.vandan(&["people", "dien-bien-2019", "--count", "50", "--out", "people.sqlite"]).ends_with(0);
    let table = rusqlite::Connection::open(desk.path().join("people.sqlite")).unwrap();
    let mut query = table.prepare("select citizen_number, fee from people order by case_id").unwrap();
    let stored: Vec<(String, i64)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!((csv.len(), ndjson.len(), stored.len()), (51, 50, 50));
    assert!(csv[0].starts_with("person,case_id,kind,full_name,sex,birth_date,citizen_number,"), "{}", csv[0]);
    for ((line, row), (number, fee)) in ndjson.iter().zip(&csv[1..]).zip(stored) {
        let person: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((person["citizen_number"].as_str(), person["fee"].as_i64()), (Some(number.as_str()), Some(fee)));
        assert!(row.contains(&number) && row.contains(person["full_name"].as_str().unwrap()), "{row}");
    }
    let left: Vec<_> = std::fs::read_dir(desk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let desk = Desk::new();
    let one = lines(&desk, &["--threads", "1"], "one.csv");
    assert_eq!(one.len(), 3_083);
    assert_eq!(lines(&desk, &["--threads", "2"], "two.csv"), one);
    assert_eq!(lines(&desk, &["--threads", "7"], "seven.csv"), one);
}

#[test]
fn a_smaller_scale_writes_some_of_the_same_people() {
    let desk = Desk::new();
    // Without the number of the case, which is the place in the run.
    let people = |arguments: &[&str], file: &str| -> BTreeSet<String> {
        let without_case = |line: &String| {
            let (person, rest) = line.split_once(',').unwrap();
            format!("{person},{}", rest.split_once(',').unwrap().1)
        };
        lines(&desk, arguments, file).iter().map(without_case).collect()
    };
    let (whole, part) = (people(&[], "whole.csv"), people(&["--scale", "1/9"], "part.csv"));
    assert_eq!(part.len(), 342 + 1);
    assert!(part.is_subset(&whole));
}

#[test]
fn without_a_file_people_are_lines_of_json() {
    let said = Desk::new().vandan(&["people", "tay-ninh-2021", "--count", "2", "--seed", "7"]);
    said.ends_with(0);
    assert_eq!(said.out.lines().count(), 2);
    assert!(said.out.lines().all(|line| line.contains("\"citizen_number\":\"072")), "{}", said.out);
}

#[test]
fn what_cannot_be_written_is_refused_with_104_and_the_remedy() {
    let desk = Desk::new();
    for (arguments, expected) in [
        (["--count", "9999"], "--scale 4"),
        (["--out", "people.xlsx"], ".csv, .ndjson or .sqlite"),
        (["--edge-cases", "emoji=5"], "known: nfd, long_names"),
        (["--scale", "99999"], "tell 120000000 people apart"),
        (["--scale", "0"], "above 0"),
    ] {
        let arguments: Vec<_> = ["people", "dien-bien-2019"].iter().chain(&arguments).copied().collect();
        let said = desk.vandan(&arguments);
        said.ends_with(104);
        assert!(said.err.contains(expected), "{expected} in {}", said.err);
    }
    assert_eq!(std::fs::read_dir(desk.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn hard_names_are_in_what_is_written() {
    let desk = Desk::new();
    let hard = ["--count", "300", "--edge-cases", "nfd=20,long_names=10,d_confusion=20"];
    let text = lines(&desk, &hard, "hard.csv").join("\n");
    for sign in ['\u{302}', '\u{d0}', 'Đ'] {
        assert!(text.contains(sign), "{sign:?}");
    }
}

#[test]
fn clerks_have_roles_and_what_they_get_done() {
    let desk = Desk::new();
    let clerks = lines(&desk, &["--clerks"], "clerks.csv");
    assert_eq!(clerks[0], "account,full_name,role,title,unit,unit_name,dossiers_per_day");
    for role in ["counter clerk", "case officer", "approver", "signer", "post clerk"] {
        assert!(clerks.iter().any(|line| line.contains(&format!(",{role},"))), "{role}");
    }
}

#[test]
fn attachments_are_written_with_a_list_of_their_hashes() {
    let desk = Desk::new();
    lines(&desk, &["--count", "4", "--attachments", "papers"], "people.csv");
    let folder = desk.path().join("papers");
    let list = std::fs::read_to_string(folder.join("attachments.csv")).unwrap();
    assert!(list.lines().count() > 4, "{list}");
    for line in list.lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let bytes = std::fs::read(folder.join(fields[2])).unwrap();
        assert_eq!(bytes.len().to_string(), fields[4]);
        let head: &[u8] = if fields[3] == "application/pdf" { b"%PDF-1.4" } else { b"\xff\xd8\xff" };
        assert!(bytes.starts_with(head) && fields[5].len() == 64, "{line}");
    }
}

#[test]
fn who_tells_everything_about_somebody_and_says_who_is_nobody() {
    let desk = Desk::new();
    let people = desk.vandan(&["people", "tay-ninh-2021", "--count", "1000"]);
    let people: Vec<serde_json::Value> = people.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let organisation = people.iter().find(|person| person["kind"] == "organisation").unwrap();
    for field in ["citizen_number", "reference", "tax_code"] {
        let said = desk.vandan(&["who", organisation[field].as_str().unwrap()]);
        said.ends_with(0);
        for told in ["organisation", "full_name", "tax_code", "reference", "address", "procedure_name", "unit_name"] {
            let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(out.contains(organisation[told].as_str().unwrap()), "{told} in {out}");
        }
    }
    let number = organisation["citizen_number"].as_str().unwrap();
    let said = desk.vandan(&["who", number, "--province", "dien-bien-2019"]);
    said.ends_with(104);
    assert!(said.err.contains("is nobody's") && said.err.contains("dien-bien-2019 (seed 2019"), "{}", said.err);
    assert!(desk.vandan(&["who", number, "--seed", "3"]).err.contains("is nobody's"));
}

#[test]
fn realistic_people_do_not_leave_this_machine_without_consent() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    desk.put("realistic.yaml", &format!("{text}\nidentity: realistic\nedge_cases: {{ nfd: 5 }}\n"));
    let said = desk.vandan(&["run", "realistic.yaml", "--target", "http://192.0.2.1:80", "--portal", "reference"]);
    said.ends_with(113);
    assert!(said.err.contains("identity: realistic") && said.err.contains("authorization"), "{}", said.err);
    desk.vandan(&["plan", "realistic.yaml"]).ends_with(0);
}

#[test]
fn edge_cases_that_are_none_are_refused_with_their_place() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(tiny()).unwrap();
    desk.put("wrong.yaml", &format!("{text}\nidentity: real\nedge_cases: {{ nfd: 500, emoji: 1 }}\n"));
    let said = desk.vandan(&["plan", "wrong.yaml"]);
    said.ends_with(104);
    for expected in ["edge_cases.nfd: 500 is out of bounds", "edge_cases.emoji", "identity", "impossible, realistic"] {
        assert!(said.err.contains(expected), "{expected} in {}", said.err);
    }
}

#[test]
fn the_people_of_a_countrys_province_are_written_like_those_of_any_other() {
    let desk = Desk::new();
    let said = desk.vandan(&["people", "vietnam-2025:08", "--count", "3"]);
    said.ends_with(0);
    let lines: Vec<_> = said.out.lines().collect();
    assert!(lines.len() == 3 && lines.iter().all(|line| line.contains("tỉnh Tuyên Quang")), "{}", said.out);
    desk.vandan(&["people", "vietnam-2025:99", "--count", "3"]).ends_with(104);
}
