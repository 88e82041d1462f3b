//! `vandan run --dry-run` shows what would be sent, sends nothing, and refuses what `run` refuses.

use std::net::TcpListener;

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::support::{Desk, Said, tiny};

#[test]
fn requests_are_shown_and_nobody_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let desk = Desk::new();
    let tiny = tiny();
    let args = ["run", tiny.as_str(), "--scale", "1/24", "--target", &url, "--bank", &url, "--dry-run"];
    let said: Said = desk.command(&args).env("COLUMNS", "80").output().unwrap().into();
    said.ends_with(0);
    for expected in [
        "submit      citizen\n\n  POST /api/dossiers HTTP/1.1\n",
        "  authorization: Bearer ${session.token}\n",
        "  GET /api/dossiers/${dossier.code} HTTP/1.1\n",
        "  POST ${dossier.payment_url} HTTP/1.1\n  host: (of the link)\n",
        "  x-vandan-run: tiny-20",
        "  traceparent: 00-",
        "clock       the run\n",
        "    \"otp\": \"[redacted]\"\n",
        "\nhand_to_post  post clerk\n",
        ": allowed: this machine\n",
        "any other: refused, also where a redirect leads there\n",
        "nothing was sent",
    ] {
        assert!(said.out.contains(expected), "{expected} in\n{}", said.out);
    }
    assert!(!said.out.contains("open-sesame"), "{}", said.out);
    assert!(said.out.lines().all(|line| line.width() <= 80), "{}", said.out);
    listener.set_nonblocking(true).unwrap();
    let came = listener.accept().map_err(|error| error.kind());
    assert_eq!(came.unwrap_err(), std::io::ErrorKind::WouldBlock, "nobody has connected");
    assert!(!desk.path().join("results").exists());

    let said = desk.vandan(&[&args[..], &["--json"]].concat());
    said.ends_with(0);
    let shown: Value = serde_json::from_str(&said.out).unwrap();
    let submit = |sender| {
        let operations = shown["operations"].as_array().unwrap();
        let is_it = |line: &&Value| line["sender"] == sender && line["operation"] == "submit";
        operations.iter().find(is_it).map_or(0, |line| line["count"].as_u64().unwrap())
    };
    let planned: Value = serde_json::from_str(&desk.vandan(&["plan", &tiny, "--scale", "1/24", "--json"]).out).unwrap();
    assert_eq!(planned["dossiers"], submit("citizen") + submit("clerk"));
    assert_eq!(shown["hosts"][0]["address"], url);
}

#[test]
fn what_a_run_refuses_a_dry_run_refuses() {
    let desk = Desk::new();
    let tiny = tiny();
    for (more, code) in [
        (["--target", "http://portal.example"], 113),
        (["--portal", "nowhere"], 104),
        (["--defect", "nothing-of-the-kind"], 104),
    ] {
        let said = desk.vandan(&[&["run", tiny.as_str(), "--scale", "1/24", "--dry-run"], &more[..]].concat());
        said.ends_with(code);
        assert!(said.out.is_empty() && !said.err.is_empty(), "{}", said.out);
    }
    assert!(!desk.path().join("results").exists());
}
