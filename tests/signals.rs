//! What a run does when it is told to end, or is suspended.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::recording::wait_for_exchanges;
use crate::support::{Country, Desk, Said, tiny};

/// Sends a signal to a process of ours.
fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().unwrap();
    assert!(sent.success(), "{name}");
}

/// A run of a minute that is under way, with further arguments.
fn under_way(desk: &Desk, more: &[&str]) -> Child {
    let tiny = tiny();
    let mut args = vec!["run", tiny.as_str(), "--scale", "1/12", "--length", "60 s"];
    args.extend(more);
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_exchanges(&desk.path().join("results/latest/history.sqlite"), 100);
    child
}

/// Waits for an end, but not for ever.
fn ended(child: &mut Child) -> ExitStatus {
    for _ in 0..15_000 {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(child.kill());
    panic!("it does not end");
}

#[test]
fn a_run_that_is_told_to_end_is_finished_judged_and_ends_with_105() {
    for name in ["INT", "TERM", "HUP"] {
        let desk = Desk::new();
        let child = under_way(&desk, &[]);
        signal(name, child.id());
        let said = Said::from(child.wait_with_output().unwrap());
        said.ends_with(105);
        assert!(said.err.contains("ending"), "{name}: {}", said.err);
        assert!(said.out.contains("ABORTED"), "{name}: {}", said.out);
        let report = desk.latest("report.html");
        assert!(report.contains("</html>") && report.contains("stopped by its user"), "{name}");
        // The recording is closed, whole and says how it ended.
        assert!(!desk.path().join("results/latest/history.sqlite-wal").exists(), "{name}");
        assert_eq!(desk.count("select count(*) from pragma_integrity_check where integrity_check = 'ok'"), 1);
        assert_eq!(desk.count("select count(*) from run where name in ('aborted', 'finished') and value = 'yes'"), 2);
        desk.vandan(&["judge", "results/latest", "--quiet"]).ends_with(105);
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once() {
    for (first, second) in [("INT", "INT"), ("TERM", "HUP")] {
        let (desk, home) = (Desk::new(), Desk::new());
        let country = Country::start(&home, &[]);
        let addresses = [country.portal.as_str(), country.bank.as_str(), country.post.as_str()];
        let [target, bank, post] = addresses;
        let mut child = under_way(&desk, &["--target", target, "--bank", bank, "--post", post]);
        // Nobody answers any more: to finish what is under way would take a while.
        signal("STOP", country.id());
        signal(first, child.id());
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("ending")), "{first}");
        signal(second, child.id());
        assert_eq!(ended(&mut child).code(), Some(105), "{first} {second}");
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!said.contains("ABORTED"), "nothing was judged: {said}");
        assert!(!desk.path().join("results/latest/report.html").exists());
        // What was recorded by then can still be judged.
        desk.vandan(&["judge", "results/latest", "--quiet"]).ends_with(112);
    }
}

#[test]
fn a_run_that_was_suspended_is_invalid_and_says_for_how_long() {
    let desk = Desk::new();
    // The tiny run bears a minute's delay, for busy machines.
    let text = std::fs::read_to_string(tiny()).unwrap();
    desk.put("strict.yaml", &text.replace("  scheduling_delay: 60 s\n", "  scheduling_delay: 500 ms\n"));
    let args = ["run", "strict.yaml", "--scale", "1/12", "--length", "10 s"];
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for_exchanges(&desk.path().join("results/latest/history.sqlite"), 20);
    signal("STOP", child.id());
    std::thread::sleep(Duration::from_secs(2));
    signal("CONT", child.id());
    let said = Said::from(child.wait_with_output().unwrap());
    said.ends_with(112);
    let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("INVALID") && out.contains("vandan itself stood still from"), "{}", said.out);
    assert!(desk.count("select count(*) from stalls where until_ns - from_ns > 1000000000") > 0);
}
