//! Portal, bank, post and hub in one process of their own, and raw bytes to them.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::Desk;

/// What `vandan mock` gives as the token of the post and as the secret of bank and hub.
pub(crate) const TOKEN: &str = "vandan-mock-token";
pub(crate) const SECRET: &str = "vandan-mock-secret";

/// How long an answer may take before a server counts as stuck.
const PATIENCE: Duration = Duration::from_secs(120);

/// The four of them. They do not outlive their test, whatever happens.
pub(crate) struct Neighbours {
    process: Child,
    /// Everything said to standard error so far.
    complaints: Arc<Mutex<String>>,
    /// `127.0.0.1:PORT` of portal, bank, post and hub.
    pub(crate) addresses: [String; 4],
    _desk: Desk,
}

/// An answer, or that there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// With this status; head and body as they came, of all answers.
    With(u16, String),
    /// The connection was closed without a word.
    Closed,
    /// Nothing came, and the connection stayed open.
    Nothing,
}

impl Answered {
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Answered::With(status, _) => Some(*status),
            Answered::Closed | Answered::Nothing => None,
        }
    }

    /// The body, read as JSON.
    pub(crate) fn json(&self) -> Value {
        let Answered::With(200..=299, text) = self else { panic!("{self:?}") };
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

impl Neighbours {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts them with further arguments.
    pub(crate) fn start_with(more: &[&str]) -> Self {
        let desk = Desk::new();
        let mut command = desk.command(&[&["mock", "country", "--test-hooks", "--bind", "127.0.0.1:0"], more].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let complaints = Arc::new(Mutex::new(String::new()));
        let (heard, mut errors) = (Arc::clone(&complaints), process.stderr.take().unwrap());
        thread::spawn(move || {
            let mut part = [0; 4_096];
            while let Ok(length @ 1..) = errors.read(&mut part) {
                heard.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..length]));
            }
        });
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        let address = |line: &String| {
            let url = line.split_whitespace().nth(1).unwrap();
            url.strip_prefix("http://").unwrap().to_owned()
        };
        let addresses: Vec<String> = said.iter().map(address).collect();
        Self { process, complaints, addresses: addresses.try_into().unwrap(), _desk: desk }
    }

    /// What was said to standard error.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.lock().unwrap().clone()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// The memory of the process that is in use, in MB.
    pub(crate) fn memory_mb(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1_024
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        // They have ended already, where all went wrong.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// How long an answer may take before the sender says that there is no more to come.
const PAUSE: Duration = Duration::from_millis(300);

/// Sends bytes, and reads what comes back; says that there is no more to come once nothing does.
pub(crate) fn send(address: &str, bytes: &[u8]) -> Answered {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PAUSE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // A server that has read enough may answer and close while there is more to send.
    drop(stream.write_all(bytes));
    match hear(&mut stream) {
        Answered::Nothing => {
            // It may have closed the connection meanwhile.
            drop(stream.shutdown(Shutdown::Write));
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            hear(&mut stream)
        }
        answered @ (Answered::With(..) | Answered::Closed) => answered,
    }
}

/// Reads to the end of the connection.
pub(crate) fn hear(stream: &mut TcpStream) -> Answered {
    let (mut heard, mut part) = (Vec::new(), [0; 16_384]);
    let is_open = loop {
        match stream.read(&mut part) {
            Ok(0) => break false,
            Ok(length) => heard.extend_from_slice(&part[..length]),
            Err(error) => break matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    };
    let text = String::from_utf8_lossy(&heard).into_owned();
    let status = text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
    match status {
        Some(status) => Answered::With(status, text),
        None if is_open => Answered::Nothing,
        None => Answered::Closed,
    }
}

/// A whole request with a body of its own length.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n{}content-length: {length}\r\n\r\n",
        lines.concat()
    );
    [head.as_bytes(), body].concat()
}

/// One exchange in JSON.
pub(crate) fn exchange(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answered {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [headers, &[("content-type", "application/json")]].concat();
    send(address, &request(method, path, &headers, body.as_bytes()))
}
