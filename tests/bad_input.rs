//! Input of every bad kind to portal, bank, post and hub, over bare connections: a clear refusal or a closed connection,
//! never a failure of the server, never a panic, bounded memory, and everybody else is served meanwhile.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bad_connections::{May, connections};
use crate::neighbours::{Answered, Neighbours, SECRET, TOKEN, exchange, hear, request, send};

/// How much the memory of all four may grow, in MB: their limits for one body are between 1 and 8 MB, and what the
/// allocator keeps is not given back at once.
const MOST_GROWTH_MB: usize = 96;

/// A place that takes a body.
struct Door {
    address: String,
    path: &'static str,
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    /// A field of the body that is a number, and one that is a text.
    number: &'static str,
    text: &'static str,
}

impl Door {
    fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn send(&self, more: &[(&str, &str)], body: &[u8]) -> Answered {
        let headers = [self.headers(), more.to_vec()].concat();
        send(&self.address, &request(self.method, self.path, &headers, body))
    }
}

/// Whether this is what may become of an input.
fn fits(answered: &Answered, may: May) -> bool {
    match answered {
        Answered::Closed => true,
        Answered::Nothing => false,
        Answered::With(400..=499 | 501 | 505, _) => true,
        Answered::With(status, _) => may == May::Anything && *status < 500,
    }
}

/// The doors of all four, with everything that opens them.
fn doors(neighbours: &Neighbours) -> Vec<Door> {
    let [portal, bank, post, hub] = neighbours.addresses.clone();
    let citizen = json!({ "citizen_number": "003099000001", "otp": "000001" });
    let session = exchange(&portal, "POST", "/api/sessions", &[], &citizen).json();
    let bearer = format!("Bearer {}", session["token"].as_str().unwrap());
    let door = |address: &String, path, (number, text)| Door {
        address: address.clone(),
        path,
        method: "POST",
        headers: Vec::new(),
        number,
        text,
    };
    let citizens =
        |path, fields| Door { headers: vec![("authorization", bearer.clone())], ..door(&portal, path, fields) };
    let posts = |path, fields| Door { headers: vec![("access_token", TOKEN.to_owned())], ..door(&post, path, fields) };
    vec![
        door(&portal, "/api/sessions", ("expires", "citizen_number")),
        citizens("/api/dossiers", ("fee", "procedure")),
        citizens("/api/petitions", ("number", "subject")),
        Door {
            headers: vec![("authorization", bearer.clone()), ("idempotency-key", "k-1".to_owned())],
            ..door(&portal, "/api/dossiers", ("fee", "unit"))
        },
        door(&portal, "/peers/bank/callback", ("amount", "reference")),
        Door {
            headers: vec![("access_token", TOKEN.to_owned())],
            ..door(&portal, "/peers/post/status", ("cod_collected", "waybill"))
        },
        Door { method: "PUT", ..door(&portal, "/_test/delay", ("delay_us", "x")) },
        door(&bank, "/orders", ("amount", "reference")),
        door(&bank, "/refunds", ("amount", "reference")),
        posts("/orders", ("cod_amount", "order_number")),
        posts("/pickups", ("documents", "order_number")),
        posts("/manifests", ("count", "from")),
        posts("/remittances/CK0000001/reconcile", ("amount", "customer_code")),
        door(&post, "/counters/tickets", ("number", "order_number")),
        door(&hub, "/auth", ("expires", "username")),
        door(&hub, "/exchange", ("isUpdating", "service")),
        door(&hub, "/messages", ("since", "recipient")),
        door(&hub, "/citizen/dossiers", ("number", "MaTTHC")),
    ]
}

/// Bodies that are no JSON, or no JSON that anybody means.
fn bodies(door: &Door) -> Vec<(&'static str, May, Vec<u8>)> {
    let (number, text) = (door.number, door.text);
    let depth = 100_000;
    let with = |body: String| body.into_bytes();
    vec![
        ("nothing", May::Refused, Vec::new()),
        ("half an object", May::Refused, with(format!("{{\"{text}\": \"a"))),
        ("an open object", May::Refused, with("{".to_owned())),
        ("a lone bracket", May::Refused, with("]".to_owned())),
        ("a list", May::Refused, with("[]".to_owned())),
        ("a number", May::Refused, with("1".to_owned())),
        ("two objects", May::Refused, with("{}{}".to_owned())),
        ("deep lists", May::Refused, with("[".repeat(depth))),
        ("deep closed lists", May::Refused, with(format!("{}{}", "[".repeat(depth), "]".repeat(depth)))),
        ("deep objects", May::Refused, with("{\"a\":".repeat(depth))),
        ("depth in a field", May::Refused, with(format!("{{\"{text}\":{}{}}}", "[".repeat(depth), "]".repeat(depth)))),
        ("invalid UTF-8", May::Refused, [b"{\"", text.as_bytes(), b"\":\"\xff\xfe\xc3\x28\"}"].concat()),
        ("overlong UTF-8", May::Refused, [b"{\"", text.as_bytes(), b"\":\"\xc0\xaf\"}"].concat()),
        ("a bare NUL", May::Refused, [b"{\"", text.as_bytes(), b"\":\"a\0b\"}"].concat()),
        ("NULs", May::Refused, vec![0; 1_000]),
        ("an escaped NUL", May::Anything, with(format!("{{\"{text}\":\"a\\u0000b\"}}"))),
        ("a lone surrogate", May::Refused, with(format!("{{\"{text}\":\"\\ud800\"}}"))),
        ("surrogates in disorder", May::Refused, with(format!("{{\"{text}\":\"\\udc00\\ud800\"}}"))),
        ("1e400", May::Refused, with(format!("{{\"{number}\":1e400}}"))),
        ("-1e400", May::Refused, with(format!("{{\"{number}\":-1e400}}"))),
        ("2^63", May::Anything, with(format!("{{\"{number}\":9223372036854775808}}"))),
        ("-2^63 - 1", May::Anything, with(format!("{{\"{number}\":-9223372036854775809}}"))),
        ("2^64", May::Anything, with(format!("{{\"{number}\":18446744073709551616}}"))),
        ("10,000 digits", May::Refused, with(format!("{{\"{number}\":{}}}", "9".repeat(10_000)))),
        ("NaN", May::Refused, with(format!("{{\"{number}\":NaN}}"))),
        ("a text for a number", May::Anything, with(format!("{{\"{number}\":\"1\"}}"))),
        ("a list for a text", May::Anything, with(format!("{{\"{text}\":[1]}}"))),
        ("one key twice", May::Anything, with(format!("{{\"{text}\":\"a\",\"{text}\":\"b\"}}"))),
        ("100,000 keys", May::Anything, with(format!("{{{}\"z\":1}}", "\"a\":1,".repeat(100_000)))),
        ("a byte order mark", May::Refused, [b"\xef\xbb\xbf".as_slice(), b"{}"].concat()),
        ("UTF-16", May::Refused, b"{\0\"\0a\0\"\0:\x001\0}\0".to_vec()),
        ("9 MB of spaces", May::Refused, vec![b' '; 9 << 20]),
        ("9 MB of text", May::Refused, [b"{\"a\":\"".as_slice(), &vec![b'x'; 9 << 20], b"\"}"].concat()),
    ]
}

/// Bodies that are not of the type they should be.
const TYPES: [&str; 8] = [
    "",
    "text/plain",
    "text/html",
    "application/jsonx",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/json; charset=utf-16",
    "\u{1}",
];

/// Whether a server still does its ordinary work.
fn serves(address: &str) -> bool {
    let answered = send(address, &request("GET", "/?lang=vi", &[], b""));
    matches!(&answered, Answered::With(200, text) if text.contains("<html lang=\"vi\""))
}

/// Whether what was asked for has got into the head of the answer.
fn has_cookie(text: &str) -> bool {
    text.split_once("\r\n\r\n").is_some_and(|(head, _)| head.contains("set-cookie"))
}

fn check(found: &mut Vec<String>, name: &str, door: &str, answered: &Answered, may: May) {
    if !fits(answered, may) {
        let told: String = format!("{answered:?}").chars().take(200).collect();
        found.push(format!("{name} to {door}: {told}"));
    }
}

#[test]
fn whatever_comes_in_the_mocks_refuse_it_and_go_on() {
    let mut neighbours = Neighbours::start();
    let doors = doors(&neighbours);
    let mut found = Vec::new();
    assert!(neighbours.addresses.iter().all(|address| serves(address)));
    let before = neighbours.memory_mb();
    for door in &doors {
        let place = format!("{} {}", door.address, door.path);
        for (name, may, body) in bodies(door) {
            let answered = door.send(&[("content-type", "application/json")], &body);
            check(&mut found, name, &place, &answered, may);
            // Only what nobody could read to its end may be left without a word.
            if answered == Answered::Closed && body.len() < 1 << 20 {
                found.push(format!("{name} to {place}: no answer"));
            }
        }
        for content_type in TYPES {
            let answered = door.send(&[("content-type", content_type)], b"{}");
            check(&mut found, &format!("{{}} as {content_type:?}"), &place, &answered, May::Refused);
        }
        assert!(serves(&door.address), "after {place}: {found:#?}");
    }
    for (address, path) in neighbours.addresses.iter().zip(["/api/sessions", "/orders", "/orders", "/auth"]) {
        for (name, may, bytes) in connections(path) {
            let answered = send(address, &bytes);
            check(&mut found, name, &format!("{address}{path}"), &answered, may);
            if let Answered::With(_, text) = &answered
                && (text.matches("HTTP/1.1 ").count() > 1 || has_cookie(text))
            {
                found.push(format!("{name} to {address}: answered more than was asked: {text}"));
            }
        }
        assert!(serves(address), "{found:#?}");
    }
    let grown = neighbours.memory_mb().saturating_sub(before);
    assert!(grown < MOST_GROWTH_MB, "{grown} MB more than {before} MB");
    assert!(neighbours.is_alive());
    assert!(!neighbours.complaints().contains("panicked"), "{}", neighbours.complaints());
    assert!(found.is_empty(), "{} unfit answers: {found:#?}", found.len());
}

#[test]
fn huge_bodies_at_once_take_no_more_than_their_limits() {
    let mut neighbours = Neighbours::start();
    let before = neighbours.memory_mb();
    let doors = doors(&neighbours);
    let huge = [b"{\"a\":\"".as_slice(), &vec![b'x'; 24 << 20], b"\"}"].concat();
    thread::scope(|scope| {
        for door in &doors {
            let huge = &huge;
            scope.spawn(move || {
                let answered = door.send(&[("content-type", "application/json")], huge);
                assert!(fits(&answered, May::Refused), "{}: {answered:?}", door.path);
            });
        }
    });
    let grown = neighbours.memory_mb().saturating_sub(before);
    assert!(grown < MOST_GROWTH_MB, "{grown} MB more");
    assert!(neighbours.addresses.iter().all(|address| serves(address)) && neighbours.is_alive());
    assert!(!neighbours.complaints().contains("panicked"), "{}", neighbours.complaints());
}

/// Sends the head of a request, and of its body a byte at a time until it is enough; says whether somebody still listened.
fn dribble(address: &str, path: &str, enough: &AtomicBool) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    while !enough.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(500));
        // A server may have lost its patience.
        if stream.write_all(b"{").is_err() {
            return false;
        }
    }
    true
}

#[test]
fn slow_senders_hold_nobody_else_up() {
    let mut neighbours = Neighbours::start();
    let paths = ["/api/sessions", "/orders", "/orders", "/auth"];
    let enough = &AtomicBool::new(false);
    thread::scope(|scope| {
        let mut dribbling = Vec::new();
        for (address, path) in neighbours.addresses.iter().zip(paths) {
            dribbling.extend((0..25).map(|_| scope.spawn(move || dribble(address, path, enough))));
        }
        thread::sleep(Duration::from_millis(500));
        let served = neighbours.addresses.iter().cycle().take(40).filter(|address| serves(address)).count();
        enough.store(true, Ordering::Relaxed);
        let heard = dribbling.into_iter().filter_map(|one| one.join().ok()).filter(|heard| *heard).count();
        assert!(served == 40 && heard > 0, "{served} of 40 were served while {heard} slow senders were still heard");
    });
    assert!(neighbours.is_alive() && !neighbours.complaints().contains("panicked"));
}

#[test]
fn whoever_waits_to_be_asked_for_the_body_is_asked() {
    let neighbours = Neighbours::start();
    let body = json!({ "username": "portal", "password": SECRET }).to_string();
    let sign_in = json!({ "citizen_number": "003099000001", "otp": "000001" }).to_string();
    for (place, path, body, status) in [(0, "/api/sessions", sign_in, 201), (3, "/auth", body, 200)] {
        let mut stream = TcpStream::connect(&neighbours.addresses[place]).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: mock\r\nconnection: close\r\ncontent-type: application/json\r\n\
             expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut asked = [0; 25];
        std::io::Read::read_exact(&mut stream, &mut asked).unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(body.as_bytes()).unwrap();
        assert_eq!(hear(&mut stream).status(), Some(status));
    }
}

#[test]
fn an_answer_to_strange_letters_says_nothing_of_the_inside() {
    let neighbours = Neighbours::start();
    for door in doors(&neighbours) {
        let answered = door.send(&[("content-type", "application/json")], b"{\"a\": \xff}");
        let Answered::With(_, text) = answered else { panic!("{answered:?}") };
        let told: Vec<&str> =
            ["src/", ".rs:", "RUST_BACKTRACE", "thread '"].into_iter().filter(|word| text.contains(word)).collect();
        assert!(told.is_empty(), "{}: {text}", door.path);
        let body: Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap_or_default();
        assert!(body.is_object(), "a refusal is told in JSON: {} {text}", door.path);
    }
}
