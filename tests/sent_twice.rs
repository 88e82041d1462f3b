//! A kept connection that is closed under a request that had been carried out: the request is sent once more, and what comes of
//! that is no fault of the portal.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Country, Desk, each, tiny};

/// One in so many requests that may be closed under is.
const CLOSED_EVERY: usize = 6;
/// Longer than any request or answer of the tiny run.
const LONGEST: usize = 1 << 17;

/// How often is looked whether a message is whole.
const MOST_LOOKS: u32 = 30_000;

/// How a kept connection ends under a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// As if the request had not been read: it is sent once more.
    Reset,
    /// In order: it may have been read, and is not sent once more.
    Closed,
}

/// What befalls the run.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    end: End,
    /// The requests it spares.
    spared: &'static [&'static str],
    /// How long is waited for those who could not go on.
    drain: &'static str,
}

const TROUBLES: [Trouble; 3] = [
    // Who is refused the second time goes on no further, and others wait for that dossier: without these, everything settles.
    Trouble { end: End::Reset, spared: &["/start HTTP", "/accept HTTP", "/inbox HTTP"], drain: "drain: 120 s" },
    Trouble { end: End::Reset, spared: &[], drain: "drain: 10 s" },
    Trouble { end: End::Closed, spared: &[], drain: "drain: 10 s" },
];

/// The length of the message at the beginning of these bytes, if it is whole.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    if text.contains("transfer-encoding: chunked") {
        return bytes.ends_with(b"\r\n0\r\n\r\n").then_some(bytes.len());
    }
    let body = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = head + body.map_or(0, |body| body.trim().parse().unwrap());
    (length <= bytes.len()).then_some(length)
}

/// Waits for a whole message and leaves it unread; `None` where the connection has ended.
fn message(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; LONGEST];
    for _part in 0..MOST_LOOKS {
        let read = stream.peek(&mut bytes).ok().filter(|read| *read > 0)?;
        if let Some(length) = length(&bytes[..read]) {
            bytes.truncate(length);
            return Some(bytes);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Forwards what comes on one connection, and ends it under some of the steps that were carried out.
fn forward(mut client: TcpStream, portal: &str, trouble: Trouble, steps: &AtomicUsize) -> Option<()> {
    let mut upstream = TcpStream::connect(portal).ok()?;
    for nth in 0.. {
        let mut request = message(&client)?;
        upstream.write_all(&request).ok()?;
        let mut answer = message(&upstream)?;
        upstream.read_exact(&mut answer).ok()?;
        let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next()?).into_owned();
        let is_step = nth > 0 && line.starts_with("POST ") && !trouble.spared.iter().any(|word| line.contains(word));
        if is_step && steps.fetch_add(1, Ordering::Relaxed) % CLOSED_EVERY == CLOSED_EVERY - 1 {
            // A system answers with a reset if something is unread when a program closes a connection.
            let unread = usize::from(trouble.end == End::Reset);
            let read = request.len() - unread;
            client.read_exact(&mut request[..read]).ok()?;
            return None;
        }
        client.read_exact(&mut request).ok()?;
        client.write_all(&answer).ok()?;
    }
    None
}

/// Starts the proxy before a portal; it lives as long as the tests.
fn before(portal: &str, trouble: Trouble) -> String {
    let portal = portal.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let steps = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let (portal, steps) = (portal.clone(), Arc::clone(&steps));
            std::thread::spawn(move || forward(client, &portal, trouble, &steps));
        }
    });
    format!("http://{address}")
}

#[test]
fn what_a_portal_did_twice_because_it_was_asked_twice_is_no_fault_of_it() {
    each(&TROUBLES, |trouble| {
        let desk = Desk::new();
        let run = std::fs::read_to_string(tiny()).unwrap();
        desk.put("twice.yaml", &run.replace("drain: 120 s", trouble.drain));
        let country = Country::start(&desk, &[]);
        let target = before(&country.portal, trouble);
        let addresses = ["--target", &target, "--bank", &country.bank, "--post", &country.post];
        let said = desk.vandan(&[&["run", "twice.yaml", "--scale", "1/12"], &addresses[..]].concat());
        let happened = desk.count(match trouble.end {
            End::Reset => "select count(*) from exchanges where operation <> 'inbox' and reason like 'resent%'",
            End::Closed => "select count(*) from exchanges where operation <> 'inbox' and fault = 'broken'",
        });
        let (failed, passed) = (desk.rules("fail"), desk.rules("pass"));
        if failed.is_empty() && passed.len() >= 5 && happened >= 10 {
            return Ok(());
        }
        Err(format!("{trouble:?}: {happened} befell, {failed:?} fail, {passed:?} pass\n{}", said.out))
    });
}
