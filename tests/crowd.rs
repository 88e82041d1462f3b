//! Ten thousand people who connect to the reference portal and say nothing: others are served, memory stays bounded,
//! and when they have gone everything is as before.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CROWD: usize = 10_000;
/// How many come at once: fewer than may wait before the door, so that none is turned away there by the system.
const WAVE: usize = 1_000;
/// What one connection may cost the portal while it idles, in bytes; see `mock_portal::Patience`.
const EACH: usize = 20_000;
/// What the portal is started with, as on most systems; it must raise that by itself.
const USUAL_LIMIT: usize = 1_024;

/// `vandan mock portal` in a process of its own, since each process may open only so many files.
struct Portal {
    process: Child,
    address: String,
}

impl Portal {
    fn start() -> Self {
        let program = env!("CARGO_BIN_EXE_vandan");
        let line = format!("ulimit -S -n {USUAL_LIMIT} && exec '{program}' mock portal");
        let started = Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut process = started.unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.split("http://").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn serves(&self) -> bool {
        let mut stream = self.connect();
        stream.write_all(b"GET /api/procedures HTTP/1.1\r\nhost: portal\r\nconnection: close\r\n\r\n").unwrap();
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
        for _ in 0..1_500 {
            if wanted(self.open_files()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Portal {
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

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn ten_thousand_idle_connections_disturb_nobody() {
    let (ours, most) = file_limits("self");
    if ours < CROWD + 200 {
        eprintln!("!! SKIPPED: {CROWD} connections need `ulimit -n {}`, and here it is {ours}", CROWD + 200);
        return;
    }
    let portal = Portal::start();
    assert_eq!(file_limits(&portal.process.id().to_string()).0, most, "the portal raises its own limit");
    let files = portal.open_files();
    assert!(portal.serves());
    let memory = portal.resident();

    let mut crowd: Vec<TcpStream> = Vec::new();
    while crowd.len() < CROWD {
        crowd.extend((0..WAVE).map(|_| portal.connect()));
        assert!(portal.settles(|open| open >= files + crowd.len()), "all are let in");
    }
    for stream in crowd.iter_mut().step_by(2) {
        stream.write_all(b"GET /api/procedures HTTP/1.1\r\nhost: por").unwrap();
    }
    assert!((0..100).all(|_| portal.serves()), "others are served meanwhile");
    let each = portal.resident().saturating_sub(memory) / CROWD;
    assert!(each < EACH, "{each} bytes for each connection");

    drop(crowd);
    assert!(portal.settles(|open| open <= files + 5), "none is left open");
    assert!(portal.serves());
}
