//! `vandan mock portal --store FILE`: whatever ends it, what was answered is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Desk;

/// How many people write at once.
const WRITERS: usize = 8;
/// After so many answers the portal is killed.
const ENOUGH: usize = 400;

/// A portal that does not outlive its test.
struct Portal {
    child: Child,
    address: String,
}

impl Portal {
    /// Starts one and waits until it says where it is.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let address = address.to_owned();
        Self { child, address }
    }

    fn kept_in(desk: &Desk, store: &Path) -> Self {
        Self::start(&mut desk.command(&["mock", "portal", "--test-hooks", "--store", store.to_str().unwrap()]))
    }

    /// Ends it from one moment to the next (SIGKILL), and waits until it is gone.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        // It has ended already, where that was the point.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Somebody who sends requests.
struct Person {
    address: String,
    token: String,
}

impl Person {
    fn nobody(address: &str) -> Self {
        Self { address: address.to_owned(), token: String::new() }
    }

    fn citizen(address: &str, number: &str) -> Self {
        Self::signed_in(address, "/api/sessions", &json!({ "citizen_number": number, "otp": &number[6..] }))
    }

    fn clerk(address: &str) -> Self {
        Self::signed_in(address, "/api/desk/sessions", &json!({ "clerk": "desk-1", "password": "open" }))
    }

    fn signed_in(address: &str, path: &str, credentials: &Value) -> Self {
        let (_, opened) = Self::nobody(address).ask("POST", path, credentials).unwrap();
        Self { address: address.to_owned(), token: opened["token"].as_str().unwrap().to_owned() }
    }

    /// The status and the body of an answer; none if it did not come whole.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let (address, token, body) = (&self.address, &self.token, body.to_string());
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}");
        let length = body.len();
        write!(stream, "{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, &json!({})).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

fn application(number: &str, reference: &str) -> Value {
    json!({
        "procedure": "1.000002", "unit": "H99.01", "channel": "online", "client_reference": reference,
        "applicant": { "full_name": "Nguyễn Thị Hoa", "citizen_number": number },
        "form": { "subject": "Cấp mới" }, "return_method": "counter", "payment_method": "none"
    })
}

/// What somebody was answered before the portal was gone.
#[derive(Default)]
struct Answered {
    /// Codes by client reference.
    submitted: BTreeMap<String, String>,
    accepted: Vec<String>,
    /// The SHA-256 of what came with a code.
    attached: Vec<(String, Value)>,
    token: String,
}

/// Submits, accepts and attaches until nothing is answered any more.
fn write_on(address: &str, writer: usize, answers: &AtomicUsize) -> Answered {
    let number = format!("00309900000{writer}");
    let (citizen, clerk) = (Person::citizen(address, &number), Person::clerk(address));
    let mut answered = Answered { token: citizen.token.clone(), ..Answered::default() };
    for i in 0..10_000 {
        let reference = format!("{writer}-{i}");
        let Some((201, receipt)) = citizen.ask("POST", "/api/dossiers", &application(&number, &reference)) else {
            break;
        };
        let code = receipt["code"].as_str().unwrap().to_owned();
        answered.submitted.insert(reference, code.clone());
        let Some((200, _)) = clerk.ask("POST", &format!("/api/desk/dossiers/{code}/accept"), &json!({})) else { break };
        answered.accepted.push(code.clone());
        let file = json!({ "name": "a.txt", "content_base64": "S8OtbmggZ+G7rWk=" });
        let Some((201, told)) = citizen.ask("POST", &format!("/api/dossiers/{code}/attachments"), &file) else { break };
        answered.attached.push((code, told["sha256"].clone()));
        answers.fetch_add(3, Ordering::Relaxed);
    }
    answered
}

/// Lets everybody write, and kills the portal in the midst of it.
fn killed_while_writing(portal: &mut Portal) -> Vec<Answered> {
    let answers = AtomicUsize::new(0);
    let address = portal.address.clone();
    let (address, counted) = (&address, &answers);
    thread::scope(|scope| {
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write_on(address, writer, counted))).collect();
        for _ in 0..6_000 {
            if counted.load(Ordering::Relaxed) >= ENOUGH {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        portal.kill();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

#[test]
fn a_portal_that_is_killed_while_eight_people_write_has_kept_every_answer() {
    let desk = Desk::new();
    let store = desk.path().join("store.sqlite");
    let mut portal = Portal::kept_in(&desk, &store);
    let friday = json!({ "now": "2021-03-05T08:00:00+07:00", "speed": 0.0 });
    Person::nobody(&portal.address).ask("PUT", "/_test/clock", &friday).unwrap();
    let answered = killed_while_writing(&mut portal);
    let submitted: usize = answered.iter().map(|person| person.submitted.len()).sum();
    assert!(submitted >= ENOUGH / 3, "{submitted}");

    let again = Portal::kept_in(&desk, &store);
    let clerk = Person::clerk(&again.address);
    for (writer, person) in answered.iter().enumerate() {
        let number = format!("00309900000{writer}");
        let citizen = Person { address: again.address.clone(), token: person.token.clone() };
        for (reference, code) in &person.submitted {
            let full = citizen.get(&format!("/api/dossiers/{code}"));
            assert_eq!(
                (&full["client_reference"], &full["applicant"]["citizen_number"]),
                (&json!(reference), &json!(number))
            );
            // Whoever was not answered sends again; who was, is known.
            let known = citizen.ask("POST", "/api/dossiers", &application(&number, reference)).unwrap();
            assert_eq!((known.0, &known.1["code"]), (200, &json!(code)));
        }
        for code in &person.accepted {
            assert_eq!(clerk.get(&format!("/api/desk/dossiers/{code}"))["state"], "ACCEPTED", "{code}");
        }
        for (code, sha256) in &person.attached {
            let list = citizen.get(&format!("/api/dossiers/{code}/attachments"));
            assert_eq!(&list["items"][0]["sha256"], sha256, "{code}");
        }
    }
    nothing_is_half_done(&clerk);
}

/// Every dossier is whole, and lists, logs, numbers and counts agree.
fn nothing_is_half_done(clerk: &Person) {
    let state = clerk.get("/_test/state");
    let mut codes = BTreeSet::new();
    let mut entries = 0;
    for page in 1.. {
        let list = clerk.get(&format!("/api/desk/dossiers?size=100&page={page}"));
        let items = list["items"].as_array().unwrap();
        if items.is_empty() {
            break;
        }
        for item in items {
            let code = item["code"].as_str().unwrap().to_owned();
            let full = clerk.get(&format!("/api/desk/dossiers/{code}"));
            let progress = full["progress"].as_array().unwrap();
            assert_eq!(full["version"], progress.len(), "{code}");
            assert_eq!(full["state"], progress.last().unwrap()["state"], "{code}");
            assert_eq!(full["due_at"].is_null(), full["state"] == "SUBMITTED", "{code}");
            entries += progress.len();
            assert!(codes.insert(code));
        }
    }
    assert_eq!(state["dossiers"], codes.len());
    let by_state: u64 = state["by_state"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(by_state, codes.len() as u64);
    assert_eq!(codes, (1..=codes.len()).map(|number| format!("H99.01-210305-{number:04}")).collect());
    let mut events = 0;
    while let Some(last) = clerk.get(&format!("/api/desk/events?after={events}"))["items"].as_array().unwrap().last() {
        events = last["seq"].as_u64().unwrap();
    }
    assert_eq!(events, entries as u64);
}

#[test]
fn a_store_in_use_or_a_file_that_is_none_ends_with_104() {
    let desk = Desk::new();
    let store = desk.path().join("store.sqlite");
    let _first = Portal::kept_in(&desk, &store);
    let said = desk.vandan(&["mock", "portal", "--store", "store.sqlite"]);
    said.ends_with(104);
    assert!(said.err.contains("store.sqlite is the store of another portal that runs"), "{}", said.err);
    desk.put("notes.txt", "these are notes, many notes, and no store of anything at all");
    let said = desk.vandan(&["mock", "country", "--store", "notes.txt"]);
    said.ends_with(104);
    assert!(said.err.contains("notes.txt is not the store of a reference portal"), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn a_portal_whose_disk_is_full_refuses_everything_and_has_lost_nothing() {
    let desk = Desk::new();
    let store = desk.path().join("store.sqlite");
    // A disk that is full is played by a limit of 3 MB for every file.
    let script = "trap '' XFSZ; ulimit -f 6000; exec \"$@\"";
    let vandan = desk.command(&[]);
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .arg(vandan.get_program())
        .args(["mock", "portal", "--test-hooks", "--store"])
        .arg(&store);
    command.stderr(Stdio::piped());
    let mut portal = Portal::start(&mut command);
    let citizen = Person::citizen(&portal.address, "003099000001");
    let mut codes = Vec::new();
    let refusal = loop {
        let body = application("003099000001", &format!("c-{}", codes.len()));
        match citizen.ask("POST", "/api/dossiers", &body).unwrap() {
            (201, receipt) if codes.len() < 5_000 => codes.push(receipt["code"].as_str().unwrap().to_owned()),
            other => break other,
        }
    };
    assert_eq!((refusal.0, &refusal.1["error_code"]), (503, &json!("not_kept")));
    assert!(codes.len() > 20, "{}", codes.len());
    for (method, path) in [("GET", "/api/dossiers"), ("POST", "/api/drafts"), ("GET", "/_test/state")] {
        assert_eq!(citizen.ask(method, path, &json!({})).unwrap().0, 503, "{path}");
    }
    portal.kill();
    let mut said = String::new();
    portal.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("could not write the store") && said.contains("store.sqlite"), "{said}");

    let again = Portal::kept_in(&desk, &store);
    let citizen = Person { address: again.address.clone(), token: citizen.token };
    for code in &codes {
        citizen.get(&format!("/api/dossiers/{code}"));
    }
    assert_eq!(citizen.get("/api/dossiers?size=1")["total"], codes.len());
}
