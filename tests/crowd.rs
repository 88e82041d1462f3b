//! Ten thousand people who connect to one of the mocks and say nothing: others are served, memory stays bounded, and when
//! they have gone everything is as before.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CROWD: usize = 10_000;
/// How many come at once: fewer than may wait before the door, so that none is turned away there by the system.
const WAVE: usize = 1_000;
/// What one connection may cost while it idles, in bytes; see `mock_ground::Policy`.
const EACH: usize = 32_000;
/// What a mock is started with, as on most systems; it must raise that by itself.
const USUAL_LIMIT: usize = 1_024;

/// A mock in a process of its own, since each process may open only so many files.
struct System {
    process: Child,
    address: String,
}

impl System {
    fn start(name: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_vandan");
        let line = format!("ulimit -S -n {USUAL_LIMIT} && exec '{program}' mock {name}");
        let started = Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = started.unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream
    }

    fn serves(&self, path: &str) -> bool {
        let mut stream = self.connect();
        let request = format!("GET {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.starts_with("HTTP/1.1 200 ")
    }

    fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }

    /// Its resident memory in bytes; the second figure of `statm` counts pages of 4 kB.
    fn resident(&self) -> usize {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.process.id())).unwrap();
        statm.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
    }

    /// Waits until it has as many files open as are wanted, but not for ever.
    fn settles(&self, wanted: impl Fn(usize) -> bool) -> bool {
        for _ in 0..15_000 {
            if wanted(self.open_files()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // It does not outlive its test, whatever happens.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// How many files a process may have open, now and at the most.
fn file_limits(process: &str) -> (usize, usize) {
    let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let figures: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (figures[0], figures[1])
}

/// Ten thousand connect to the mock of this name, of which the path is read meanwhile.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn crowd_before(name: &str, path: &str) {
    let (ours, most) = file_limits("self");
    if ours < CROWD + 200 {
        eprintln!("!! SKIPPED: {CROWD} connections need `ulimit -n {}`, and here it is {ours}", CROWD + 200);
        return;
    }
    let system = System::start(name);
    assert_eq!(file_limits(&system.process.id().to_string()).0, most, "{name} raises its own limit");
    let files = system.open_files();
    assert!(system.serves(path));
    let memory = system.resident();

    let mut crowd: Vec<TcpStream> = Vec::new();
    while crowd.len() < CROWD {
        crowd.extend((0..WAVE).map(|_| system.connect()));
        assert!(system.settles(|open| open >= files + crowd.len()), "all are let in");
    }
    for stream in crowd.iter_mut().step_by(2) {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: mo").unwrap();
    }
    assert!((0..100).all(|_| system.serves(path)), "others are served meanwhile");
    let each = system.resident().saturating_sub(memory) / CROWD;
    assert!(each < EACH, "{each} bytes for each connection to {name}");

    drop(crowd);
    assert!(system.settles(|open| open <= files + 5), "none is left open");
    assert!(system.serves(path));
}

/// One after the other: this process may open only so many files, too.
#[test]
fn ten_thousand_idle_connections_disturb_nobody() {
    for (name, path) in [("portal", "/api/procedures"), ("bank", "/_ledger"), ("post", "/_ledger"), ("hub", "/_ledger")]
    {
        crowd_before(name, path);
    }
}
