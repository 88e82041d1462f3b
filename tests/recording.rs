//! What a run leaves behind: complete, repeatable, readable after a kill.

use std::time::{Duration, Instant};

use crate::support::{Desk, root, tiny};

#[test]
fn a_clean_run_conforms_and_accounts_for_every_dossier() {
    let desk = Desk::new();
    let said = desk.play(&[]);
    said.ends_with(0);
    assert!(said.out.contains("CONFORMS"), "{}", said.out);
    assert_eq!(desk.count("select count(*) from dossiers"), 256);
    assert_eq!(
        desk.count("select count(distinct case_id) from exchanges where operation = 'submit' and outcome = 'ok'"),
        256
    );
    assert_eq!(desk.count("select count(distinct case_id) from exchanges where operation = 'track' and phase = 'final_read' and outcome = 'ok'"), 256);
    assert_eq!(desk.count("select count(*) from exchanges where done_ns < due_ns or sent_ns < due_ns"), 0);
    for file in ["run.json", "plan.json", "verdicts.json", "summary.json", "junit.xml", "report.html"] {
        assert!(!desk.latest(file).is_empty(), "{file}");
    }
    assert!(desk.count("select count(*) from targets") > 10, "targets are recorded");
    assert_eq!(desk.count("select count(*) from targets where measured_by is not null"), 0, "a part answers none");
    assert!(desk.count("select count(*) from signals where peer = 'bank' and fault = 'forged'") > 0);
    assert!(desk.count("select count(*) from signals where peer = 'post' and kind = 'delivered'") > 0);

    let before = desk.latest("verdicts.json");
    desk.vandan(&["judge", "results/latest"]).ends_with(0);
    assert_eq!(desk.latest("verdicts.json"), before, "judging again gives the same bytes");
    desk.vandan(&["report", "results/latest", "--quiet"]).ends_with(0);
}

#[test]
fn the_plan_is_the_same_to_the_byte_with_one_lane_and_with_two() {
    let plans = ["1", "2"].map(|lanes| {
        let desk = Desk::new();
        // What a busy machine makes of the run is another matter.
        assert!([0, 112].contains(&desk.play(&["--lanes", lanes, "--quiet"]).code));
        desk.latest("plan.json")
    });
    assert_eq!(plans[0], plans[1]);
    let alone = Desk::new().vandan(&["plan", &tiny(), "--scale", "1/12", "--json"]);
    assert_eq!(alone.out.trim(), plans[0].trim(), "`vandan plan` says the same, the requests in all included");
}

#[test]
fn a_breached_gate_ends_with_99() {
    let desk = Desk::new();
    // Bursts of 503 come whatever the speed of this machine.
    let text = std::fs::read_to_string(tiny()).unwrap().replace("errors share < 2%", "errors share < 0.01%");
    desk.put("strict.yaml", &text);
    let said = desk.vandan(&["run", "strict.yaml", "--scale", "1/12", "--noise", "bursts"]);
    said.ends_with(99);
}

#[test]
fn a_killed_run_is_judged_on_what_was_recorded_and_ends_with_112() {
    let desk = Desk::new();
    let tiny = tiny();
    let mut child = desk.command(&["run", &tiny, "--scale", "1/12", "--length", "60 s", "--quiet"]).spawn().unwrap();
    let history = desk.path().join("results/latest/history.sqlite");
    wait_for_exchanges(&history, 300);
    child.kill().unwrap();
    child.wait().unwrap();
    let said = desk.vandan(&["judge", "results/latest"]);
    said.ends_with(112);
    assert!(said.out.contains("cut short"), "{}", said.out);
    assert!(desk.count("select count(*) from exchanges") >= 300);
}

/// Waits until a history holds so many exchanges; not for ever.
#[expect(clippy::disallowed_methods, reason = "a test waits for another process")]
pub(crate) fn wait_for_exchanges(history: &std::path::Path, least: i64) {
    let start = Instant::now();
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    while start.elapsed() < Duration::from_secs(300) {
        let count = rusqlite::Connection::open_with_flags(history, flags)
            .and_then(|history| history.query_row("select count(*) from exchanges", [], |row| row.get::<_, i64>(0)));
        if count.is_ok_and(|count| count >= least) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no {least} exchanges were recorded");
}

#[test]
fn the_embedded_scenarios_are_those_on_disk() {
    let desk = Desk::new();
    let embedded = desk.vandan(&["plan", "dien-bien-2019", "--json"]);
    let on_disk = desk.vandan(&[
        "plan",
        "dien-bien-2019",
        "--json",
        "--scenarios",
        &root().join("scenarios").display().to_string(),
    ]);
    assert_eq!(embedded.out, on_disk.out);
}
