//! The example that each page opens with is carried out as a reader would.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::OnceLock;

use rusqlite::Connection;

use super::page::Page;
use crate::support::{Desk, Said, tiny};

/// How much of a run is played here, and how fast.
const LITTLE: [&str; 4] = ["--scale", "1/24", "--length", "4 s"];

/// The run that `docs/runs.md` opens with, played once for all pages that need a recording.
fn played() -> &'static (Desk, Said) {
    static PLAYED: OnceLock<(Desk, Said)> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let desk = Desk::new();
        desk.put("scenarios/runs/small.yaml", &Page::read("runs").example());
        let said = desk.vandan(&[["run", "small"].as_slice(), &LITTLE].concat());
        (desk, said)
    })
}

/// A desk with a copy of the recording in `results/copy`.
fn recorded() -> Desk {
    let desk = Desk::new();
    desk.put("results/copy/run.json", &played().0.latest("run.json"));
    let recording = played().0.path().join("results/latest/history.sqlite");
    std::fs::copy(recording, desk.path().join("results/copy/history.sqlite")).unwrap();
    desk
}

fn verdicts(desk: &Desk, folder: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(desk.path().join(folder).join("verdicts.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn runs() {
    let (desk, said) = played();
    said.ends_with(0);
    desk.vandan(&["plan", "small"]).ends_with(0);
    assert_eq!(desk.count("select count(*) from dossiers"), 128);
}

#[test]
fn adapters() {
    let desk = Desk::new();
    desk.put("scenarios/portals/mine.yaml", &Page::read("adapters").example());
    let said = desk.play_little(&["--portal", "mine"]);
    said.ends_with(0);
    assert_eq!(desk.count("select count(*) from adapter_problems"), 0);
    assert!(desk.rules("pass").len() >= 8, "{}", said.out);
}

#[test]
fn journeys() {
    let desk = Desk::new();
    desk.put("scenarios/journeys/citizen-online.yaml", &Page::read("journeys").example());
    desk.play_little(&[]).ends_with(0);
    let online = desk.count("select count(*) from dossiers where channel = 'online'");
    let tracked =
        "select count(distinct case_id) from exchanges where journey = 'citizen-online' and operation = 'track'";
    assert_eq!(desk.count(tracked), online);
}

#[test]
fn provinces() {
    let desk = Desk::new();
    desk.put("scenarios/provinces/ha-an.yaml", &Page::read("provinces").example());
    let said = desk.vandan(&["fidelity", "ha-an"]);
    said.ends_with(0);
    let said = desk.vandan(&["plan", &tiny(), "--province", "ha-an"]);
    said.ends_with(0);
    assert!(said.out.contains("dossiers     60"), "{}", said.out);
}

#[test]
fn rules() {
    let desk = recorded();
    desk.put("scenarios/rules/SUB/MY-SUB-900.sql", &Page::read("rules").example());
    desk.vandan(&["explain", "MY-SUB-900"]).ends_with(0);
    desk.vandan(&["judge", "results/copy"]).ends_with(0);
    let verdicts = verdicts(&desk, "results/copy");
    let rule = verdicts["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "MY-SUB-900").unwrap();
    assert_eq!(rule["verdict"], "pass");
}

#[test]
fn history() {
    let desk = recorded();
    let history = Connection::open(desk.path().join("results/copy/history.sqlite")).unwrap();
    let queries: Vec<_> = Page::read("history").blocks().into_iter().filter(|block| block.language == "sql").collect();
    assert!(queries.len() >= 3);
    for query in queries.iter().flat_map(|block| block.text.split_inclusive(";\n")) {
        let mut statement = history.prepare(query).unwrap_or_else(|error| panic!("{error}\n{query}"));
        let rows = statement.query_map([], |_| Ok(())).unwrap().count();
        assert!(rows > 0, "nothing comes of\n{query}");
    }
}

#[test]
fn gates() {
    let desk = recorded();
    let page = Page::read("gates");
    let example = page.example();
    let claims: BTreeSet<_> =
        example.lines().filter_map(|line| line.strip_prefix("  - ")).map(|line| code_of(line).to_owned()).collect();
    assert!(claims.len() >= 4);
    let history = Connection::open(desk.path().join("results/copy/history.sqlite")).unwrap();
    history.execute("delete from gates", []).unwrap();
    for (position, claim) in claims.iter().enumerate() {
        history.execute("insert into gates values (?1, ?2)", (position, claim)).unwrap();
    }
    drop(history);
    let said = desk.vandan(&["judge", "results/copy"]);
    assert!([0, 99, 112].contains(&said.code), "{}{}", said.out, said.err);
    let verdicts = verdicts(&desk, "results/copy");
    let judged: BTreeSet<_> =
        verdicts["gates"].as_array().unwrap().iter().map(|gate| gate["claim"].as_str().unwrap().to_owned()).collect();
    assert_eq!(judged, claims);
    for claim in page.tables().remove("Grammar").unwrap() {
        verdict::Gate::parse(&claim).unwrap();
    }
}

/// What stands before a comment.
fn code_of(line: &str) -> &str {
    line.split(" #").next().unwrap().trim()
}

/// Each command that starts a mock is started on free ports, answers, and is stopped.
#[test]
fn peers() {
    let example = Page::read("peers").example();
    let mut mocks = 0;
    for line in example.lines().map(code_of).filter(|line| line.starts_with("vandan mock")) {
        let args: Vec<_> = line.split_whitespace().skip(1).map(on_a_free_port).collect();
        let desk = Desk::new();
        let mut command = desk.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let mut mock = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(mock.stdout.take().unwrap()).read_line(&mut said).unwrap();
        mock.kill().unwrap();
        mock.wait().unwrap();
        assert!(said.contains("http://127.0.0.1:"), "{line}: {said}");
        mocks += 1;
    }
    assert!(mocks >= 3);
}

fn on_a_free_port(word: &str) -> String {
    if word.starts_with("127.0.0.1:") { "127.0.0.1:0".to_owned() } else { word.to_owned() }
}

#[test]
fn trust() {
    let desk = Desk::new();
    let line = Page::read("trust").example();
    // The run file of the tests has more patience with a busy machine.
    let line = code_of(&line).replace("dien-bien-2019", &tiny());
    let words: Vec<_> = line.split_whitespace().skip(1).collect();
    let said = desk.vandan(&words);
    assert_eq!(desk.rules("fail"), ["EG-SUB-001"], "{}", said.out);
}

#[test]
fn measurements() {
    let example = Page::read("measurements").example();
    let commands: Vec<_> = example.lines().map(code_of).filter(|line| line.starts_with("vandan plan")).collect();
    assert!(!commands.is_empty());
    for line in commands {
        let words: Vec<_> = line.split_whitespace().skip(1).collect();
        Desk::new().vandan(&words).ends_with(0);
    }
}
