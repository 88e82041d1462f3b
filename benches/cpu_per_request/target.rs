//! The light target: a process that answers the five steps over HTTP/1.1 and remembers only what it must echo.
//!
//! It is deliberately no portal: one thread, keep-alive, no validation, so that the client and not the target is what
//! the benchmark measures. It counts its answers and tells the count at `/count`.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use crate::process::System;
use crate::processor::{self, Trouble};

/// The target's process.
pub(crate) struct Target {
    system: System,
    pub(crate) port: String,
}

impl Target {
    pub(crate) fn start(core: Option<u32>) -> Result<Self, Trouble> {
        let system = System::start(core, &["target"])?;
        Ok(Self { port: system.said.clone(), system })
    }

    /// How many requests it has answered.
    pub(crate) fn count(&self) -> Result<u32, Trouble> {
        let mut stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port.parse()?))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /count HTTP/1.1\r\nHost: target\r\n\r\n")?;
        let mut answer = [0; 512];
        let length = stream.read(&mut answer)?;
        let answer = std::str::from_utf8(answer.get(..length).unwrap_or_default())?;
        let (_, count) = answer.split_once("\r\n\r\n").ok_or("could not read the target's count")?;
        Ok(count.trim().parse()?)
    }

    pub(crate) fn used(&self) -> Result<Duration, Trouble> {
        Ok(processor::used_by(&self.system.id().to_string())?.own)
    }
}

/// Serves until standard input closes; the first line of standard output is the port.
pub(crate) fn serve() -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
        let office = Rc::new(RefCell::new(Office::default()));
        let accepting = async {
            while let Ok((stream, _)) = listener.accept().await {
                let office = Rc::clone(&office);
                tokio::task::spawn_local(async move {
                    // A client that leaves in the middle is no concern of a light target.
                    let _left: std::io::Result<()> = converse(&stream, &office).await;
                });
            }
        };
        tokio::select! { () = accepting => {}, _ = parent_is_gone() => {} }
        Ok(())
    })
}

/// Resolves when standard input closes: the benchmark has ended, or was killed.
fn parent_is_gone() -> oneshot::Receiver<()> {
    let (gone, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        let _broken: std::io::Result<usize> = std::io::stdin().read_to_end(&mut rest);
        drop(gone);
    });
    told
}

/// Answers requests until the client closes.
async fn converse(stream: &TcpStream, office: &RefCell<Office>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut incoming, mut answers) = (Vec::with_capacity(8 << 10), String::new());
    let mut piece = [0_u8; 4 << 10];
    loop {
        match stream.try_read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => incoming.extend_from_slice(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                stream.readable().await?;
                continue;
            }
            Err(error) => return Err(error),
        }
        let mut taken = 0;
        while let Some(request) = Request::first(incoming.get(taken..).unwrap_or_default()) {
            taken += request.length;
            office.borrow_mut().answer(&request, &mut answers);
        }
        incoming.drain(..taken);
        send(stream, answers.as_bytes()).await?;
        answers.clear();
    }
}

async fn send(stream: &TcpStream, mut answers: &[u8]) -> std::io::Result<()> {
    while !answers.is_empty() {
        match stream.try_write(answers) {
            Ok(written) => answers = answers.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One whole request.
struct Request<'a> {
    is_post: bool,
    path: &'a str,
    body: &'a str,
    /// Bytes of head and body.
    length: usize,
}

impl<'a> Request<'a> {
    /// The first request of what has come so far; `None` until it is whole.
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let head_length = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(bytes.get(..head_length)?).ok()?;
        let (first, headers) = head.split_once("\r\n")?;
        let body_length = headers.lines().find_map(content_length).unwrap_or(0);
        let length = head_length + body_length;
        let body = std::str::from_utf8(bytes.get(head_length..length)?).ok()?;
        let mut words = first.split(' ');
        Some(Self { is_post: words.next()? == "POST", path: words.next()?, body, length })
    }
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
}

/// What the target remembers.
#[derive(Default)]
struct Office {
    answered: u64,
    /// Reference and citizen number by number of the dossier.
    dossiers: Vec<(Box<str>, Box<str>)>,
}

impl Office {
    fn answer(&mut self, request: &Request<'_>, out: &mut String) {
        if request.path == "/count" {
            return write_answer("200 OK", &self.answered.to_string(), out);
        }
        self.answered += 1;
        let path: Vec<_> = request.path.split('/').skip(1).collect();
        match (request.is_post, path.as_slice()) {
            (true, ["api", "dossiers"]) => self.submit(request.body, out),
            (true, ["api", "dossiers", code, "payments"]) => {
                let rest =
                    format!(r#""reference":"P{code}","amount":50000,"currency":"VND","payment_state":"PENDING""#);
                self.step("201 Created", code, "AWAITING_PAYMENT", &rest, out);
            }
            (true, ["api", "dossiers", code, "payments", "confirmation"]) => {
                let rest = format!(r#""transaction":"T{code}","payment_state":"PAID""#);
                self.step("200 OK", code, "ACCEPTED", &rest, out);
            }
            (true, ["api", "dossiers", code, "postal-return"]) => {
                let rest = format!(r#""waybill":"E{code}","parcel_state":"ORDERED""#);
                self.step("200 OK", code, "IN_PROCESS", &rest, out);
            }
            (false, ["api", "dossiers", code]) => self.show(code, out),
            (_, _) => write_answer("404 Not Found", r#"{"error_code":"unknown_path"}"#, out),
        }
    }

    fn submit(&mut self, form: &str, out: &mut String) {
        let value = |key: &str| -> Box<str> {
            let value = form.split_once(key).and_then(|(_, rest)| rest.split_once('"'));
            value.map_or_else(Box::default, |(value, _)| value.into())
        };
        self.dossiers.push((value(r#""client_reference":""#), value(r#""citizen_number":""#)));
        let code = format!("H53-210301-{:07}", self.dossiers.len() - 1);
        let rest = r#""submitted_at":"2021-03-01T07:30:00.000+07:00","fee":50000,"version":1"#;
        self.step("201 Created", &code, "SUBMITTED", rest, out);
    }

    fn step(&self, status: &str, code: &str, state: &str, rest: &str, out: &mut String) {
        match self.dossier(code) {
            Some((reference, _)) => {
                let body = format!(r#"{{"code":"{code}","state":"{state}","client_reference":"{reference}",{rest}}}"#);
                write_answer(status, &body, out);
            }
            None => write_answer("404 Not Found", r#"{"error_code":"unknown_dossier"}"#, out),
        }
    }

    fn show(&self, code: &str, out: &mut String) {
        let owner = self.dossier(code).map(|(_, owner)| owner.as_ref()).unwrap_or_default();
        let rest = format!(
            concat!(
                r#""submitted_at":"2021-03-01T07:30:00.000+07:00","accepted_at":"2021-03-01T08:10:00.000+07:00","#,
                r#""due_at":"2021-03-15T08:10:00.000+07:00","completed_at":"2021-03-12T15:45:00.000+07:00","#,
                r#""fee":50000,"version":5,"applicant":{{"citizen_number":"{owner}"}},"#,
                r#""payment":{{"state":"PAID","reference":"P{code}","transaction":"T{code}","amount_paid":50000,"#,
                r#""receipt_count":1}},"parcel":{{"waybill":"E{code}","state":"IN_TRANSIT"}}"#,
            ),
            owner = owner,
            code = code,
        );
        self.step("200 OK", code, "COMPLETED", &rest, out);
    }

    fn dossier(&self, code: &str) -> Option<&(Box<str>, Box<str>)> {
        let (_, number) = code.rsplit_once('-')?;
        self.dossiers.get(number.parse::<usize>().ok()?)
    }
}

fn write_answer(status: &str, body: &str, out: &mut String) {
    let length = body.len();
    // Writing into a text cannot fail.
    let _never: std::fmt::Result =
        write!(out, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
}
