//! What a store costs: processor time of the portal and of the thread that writes, for each change, without and with a
//! store, for people who come one by one and for 64 at once. Linux only: the times are those of `/proc`.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it takes the time and says it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mock_portal::{Behaviour, Catalogue, Config, Running};

/// Each dossier: submitted, accepted, started, completed, handed over; then it is read.
const STEPS: [&str; 4] = ["accept", "start", "complete", "hand-over"];
const CHANGES: usize = STEPS.len() + 1;

fn main() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    for (people, dossiers) in [(1, 1_000), (64, 50)] {
        play(people, dossiers, None)?;
        let path = folder.path().join(format!("{people}.sqlite"));
        play(people, dossiers, Some(&path))?;
        let size = std::fs::metadata(&path)?.len();
        println!("  {} bytes on disk for each dossier", size / (people * dossiers) as u64);
    }
    Ok(())
}

fn play(people: usize, dossiers: usize, store: Option<&Path>) -> std::io::Result<()> {
    let portal = start(store)?;
    let address = portal.address();
    let (portal_before, writer_before, began) = (time("mock-portal"), time("mock-portal-sto"), Instant::now());
    thread::scope(|scope| {
        for person in 0..people {
            scope.spawn(move || live(address, person, dossiers));
        }
    });
    let changes = u32::try_from(people * dossiers * CHANGES).unwrap_or(u32::MAX);
    let with = if store.is_some() { "with a store" } else { "without" };
    println!(
        "{people} at once, {with}: {:?} for each change; processor: portal {:?}, writer {:?}",
        began.elapsed() / changes,
        time("mock-portal").saturating_sub(portal_before) / changes,
        time("mock-portal-sto").saturating_sub(writer_before) / changes,
    );
    portal.stop();
    Ok(())
}

fn start(store: Option<&Path>) -> std::io::Result<Running> {
    let nowhere = "http://127.0.0.1:1".to_owned();
    let config = Config {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        bank_url: nowhere.clone(),
        bank_secret: String::new(),
        bank_partner: String::new(),
        post_url: nowhere,
        post_token: String::new(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: Vec::new(),
        test_hooks: false,
    };
    mock_portal::start_with(config, Behaviour { store: store.map(Path::to_owned), ..Behaviour::ordinary() })
}

/// Processor time so far of the threads of this name, which Linux cuts after 15 letters.
fn time(name: &str) -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread = |task: std::fs::DirEntry| {
        let read = |file| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let ns = read("schedstat").split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or_default();
        if read("comm").trim() == name { Duration::from_nanos(ns) } else { Duration::ZERO }
    };
    tasks.map(of_thread).sum()
}

/// Lets one person and a clerk see so many dossiers through, on one connection.
fn live(address: SocketAddr, person: usize, dossiers: usize) {
    let mut connection = Connection(BufReader::new(TcpStream::connect(address).expect("the portal listens")));
    let number = format!("{:012}", 3_099_000_000_u64 + person as u64);
    let credentials = format!(r#"{{"citizen_number":"{number}","otp":"{}"}}"#, &number[6..]);
    let token = field(&connection.ask("POST", "/api/sessions", "", &credentials), "token");
    let credentials = r#"{"clerk":"desk-1","password":"open"}"#;
    let clerk = field(&connection.ask("POST", "/api/desk/sessions", "", credentials), "token");
    for i in 0..dossiers {
        let body = format!(
            r#"{{"procedure":"1.000002","unit":"H99.01","channel":"online","client_reference":"{person}-{i}",
            "applicant":{{"full_name":"Nguyễn Thị Thanh Hoa","citizen_number":"{number}","phone":"0000000001",
            "address":"Số 174, Xã Noong Hẹt, huyện Điện Biên, tỉnh Điện Biên"}},
            "form":{{"subject":"Cấp mới","note":"VD-4C93-000106D"}},"return_method":"counter","payment_method":"none"}}"#
        );
        let code = field(&connection.ask("POST", "/api/dossiers", &token, &body), "code");
        for step in STEPS {
            connection.ask("POST", &format!("/api/desk/dossiers/{code}/{step}"), &clerk, "{}");
        }
        connection.ask("GET", &format!("/api/dossiers/{code}"), &token, "");
    }
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Sends a request that has to succeed; returns the body of its answer.
    fn ask(&mut self, method: &str, path: &str, token: &str, body: &str) -> String {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: portal\r\nauthorization: Bearer {token}");
        let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.get_mut().write_all(request.as_bytes()).expect("the portal reads");
        let (mut length, mut line, mut status) = (0, String::new(), String::new());
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).expect("the portal answers");
            if status.is_empty() {
                status.clone_from(&line);
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().expect("a length is a number");
            }
        }
        assert!(status.contains(" 20"), "{status}");
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).expect("the answer is whole");
        String::from_utf8(answer).expect("JSON is UTF-8")
    }
}

/// The text of a field in some JSON.
fn field(body: &str, name: &str) -> String {
    let after = body.split(&format!("\"{name}\":\"")).nth(1).expect("the field is there");
    after.split('"').next().unwrap_or_default().to_owned()
}
