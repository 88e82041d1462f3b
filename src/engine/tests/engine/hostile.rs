//! Nothing a portal answers may crash, hang or bloat the engine, or be taken for an answer it is not.

use std::io::Read;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::play::{MS, Play};
use super::portal::{Portal, Then, hold, number, polite, pour, say, write};

/// A way to answer a submission, and what the history must say of it.
struct Misbehaviour {
    name: &'static str,
    answer: fn(&mut TcpStream) -> Then,
    came_to: (&'static str, i64, &'static str),
}

const LONGEST: usize = 1 << 18;

/// What the history says of what was sent once more.
const RESENT: &str = "resent: the kept connection was closed";

/// An answer of these bytes, after which the connection closes.
macro_rules! bytes {
    ($name:literal, $bytes:expr, $came_to:expr) => {
        Misbehaviour {
            name: $name,
            answer: |stream| {
                write(stream, $bytes);
                Then::Close
            },
            came_to: $came_to,
        }
    };
}

const OK: (&str, i64, &str) = ("ok", 200, "-");
const BROKEN: (&str, i64, &str) = ("error", 0, "broken");
const BROKEN_BODY: (&str, i64, &str) = ("error", 200, "broken");
const UNREADABLE: (&str, i64, &str) = ("error", 200, "unreadable");

#[rustfmt::skip]
const MISBEHAVIOURS: &[Misbehaviour] = &[
    // What is understood, however odd.
    bytes!("a polite answer", b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", OK),
    bytes!("chunks", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"code\"\r\n7;x=y\r\n:\"D-1\"}\r\n0\r\nX-Trailer: 1\r\n\r\n", OK),
    bytes!("HTTP/1.0 that ends with the connection", b"HTTP/1.0 200 OK\r\n\r\n{\"code\":\"D-1\"}", OK),
    bytes!("100 Continue before the answer", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", OK),
    bytes!("hints before the answer", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", OK),
    bytes!("bytes in a header that are no text", b"HTTP/1.1 200 OK\r\nx-a: \xff\xfe\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", OK),
    bytes!("more than the length says", b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}HTTP/1.1 500 Surprise\r\n\r\n", OK),
    // What is declined.
    bytes!("404", b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", ("refused", 404, "-")),
    bytes!("429", b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", ("refused", 429, "-")),
    bytes!("a redirect", b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n", ("refused", 302, "-")),
    bytes!("a switch of protocols nobody asked for", b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", ("refused", 101, "-")),
    // What leaves unknown what happened.
    bytes!("500", b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n", ("error", 500, "-")),
    bytes!("502 of a gateway", b"HTTP/1.1 502 X\r\ncontent-length: 6\r\n\r\n<html>", ("error", 502, "-")),
    bytes!("503 with a polite body", b"HTTP/1.1 503 X\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", ("error", 503, "-")),
    bytes!("nothing at all", b"", BROKEN),
    bytes!("garbage", b"\x16\x03\x01 this is no HTTP at all\r\n\r\n", BROKEN),
    bytes!("half a head", b"HTTP/1.1 200 OK\r\ncontent-le", BROKEN),
    bytes!("a length that is no number", b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}", BROKEN),
    bytes!("a negative length", b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}", BROKEN),
    bytes!("two lengths", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ", BROKEN),
    bytes!("less than the length says", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"code\":\"D-1\"}", BROKEN_BODY),
    bytes!("a chunk longer than memory", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", BROKEN_BODY),
    bytes!("a chunk without a size", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n{}\r\n0\r\n\r\n", BROKEN_BODY),
    bytes!("chunks without an end", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", BROKEN_BODY),
    bytes!("an empty body", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", UNREADABLE),
    bytes!("a page where JSON is wanted", b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", UNREADABLE),
    bytes!("another JSON", b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull", UNREADABLE),
    bytes!("text that is no UTF-8", b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"code\":\"\xc3\x28D-1\"}", UNREADABLE),
    bytes!("a body packed without being asked", b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 18\r\n\r\n\x8b\x06\x80{\"code\":\"D-1\"}\x03", OK),
    bytes!("no body, said to be packed", b"HTTP/1.1 404 Not Found\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n", ("refused", 404, "-")),
    bytes!("half of a packed body", b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x08\x00", BROKEN_BODY),
    bytes!("a coding that is not known", b"HTTP/1.1 200 OK\r\ncontent-encoding: compress\r\ncontent-length: 14\r\n\r\n{\"code\":\"D-1\"}", UNREADABLE),
    bytes!("a bomb", b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 14\r\n\r\n\x5b\xff\xff\x87\x5f\x02\x24\x1e\x0b\x04\x72\xef\x0f\x00", ("error", 200, "too_long")),
    Misbehaviour { name: "JSON of a hundred thousand brackets", answer: deep, came_to: UNREADABLE },
    Misbehaviour { name: "as many cookies as a head holds", answer: cookies, came_to: OK },
    Misbehaviour { name: "ten thousand cookies", answer: flood_of_cookies, came_to: BROKEN },
    Misbehaviour { name: "more than may be read", answer: too_long, came_to: ("error", 200, "too_long") },
];

/// Ways that leave no time for anything else: each is played alone.
const FLOODS: &[Misbehaviour] = &[
    Misbehaviour { name: "endless headers", answer: endless_headers, came_to: BROKEN },
    Misbehaviour { name: "one endless header", answer: endless_header, came_to: BROKEN },
    Misbehaviour { name: "an endless body", answer: endless_body, came_to: ("error", 200, "too_long") },
    Misbehaviour { name: "endless chunks", answer: endless_chunks, came_to: ("error", 200, "too_long") },
    Misbehaviour { name: "no answer", answer: hold, came_to: ("error", 0, "timed_out") },
    Misbehaviour { name: "a body that never comes", answer: no_body, came_to: ("error", 200, "timed_out") },
    Misbehaviour { name: "a flood of 100 Continue", answer: continues, came_to: ("error", 0, "broken") },
    Misbehaviour { name: "an answer byte by byte, for ever", answer: trickle, came_to: ("error", 200, "timed_out") },
];

fn deep(stream: &mut TcpStream) -> Then {
    say(stream, 200, &format!("{{\"code\":{}", "[".repeat(100_000)))
}

fn cookies(stream: &mut TcpStream) -> Then {
    let cookies = format!("set-cookie: c={:x<500}\r\n", "").repeat(90);
    write(stream, format!("HTTP/1.1 200 OK\r\n{cookies}content-length: 14\r\n\r\n{{\"code\":\"D-1\"}}").as_bytes())
}

fn flood_of_cookies(stream: &mut TcpStream) -> Then {
    let cookies = "set-cookie: c=1\r\n".repeat(10_000);
    write(stream, format!("HTTP/1.1 200 OK\r\n{cookies}content-length: 14\r\n\r\n{{\"code\":\"D-1\"}}").as_bytes());
    Then::Close
}

fn endless_headers(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\n");
    pour(stream, b"x-more: and more\r\n");
    Then::Close
}

fn endless_header(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\nx-long: ");
    pour(stream, &[b'x'; 4_096]);
    Then::Close
}

fn too_long(stream: &mut TcpStream) -> Then {
    say(stream, 200, &" ".repeat(LONGEST + 1))
}

/// How many bytes of the endless body were taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

fn endless_body(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\n\r\n");
    TAKEN.store(pour(stream, &vec![b' '; 65_536]), Ordering::SeqCst);
    Then::Close
}

fn endless_chunks(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    pour(stream, format!("40\r\n{:64}\r\n", "").repeat(100).as_bytes());
    Then::Close
}

fn no_body(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n");
    hold(stream)
}

fn continues(stream: &mut TcpStream) -> Then {
    pour(stream, b"HTTP/1.1 100 Continue\r\n\r\n");
    Then::Close
}

fn trickle(stream: &mut TcpStream) -> Then {
    write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
    while write(stream, b" ") == Then::Keep {
        std::thread::sleep(Duration::from_millis(5));
    }
    Then::Close
}

/// Lets each of these answer one submission; nothing may follow from it but what is expected.
#[track_caller]
fn play(misbehaviours: &'static [Misbehaviour]) {
    let portal = Portal::start(|asked, stream| (misbehaviours[number(asked)].answer)(stream));
    let count = u32::try_from(misbehaviours.len()).unwrap();
    // Only what is waited for in vain runs into the time-out; everything else has all the time that a busy machine needs.
    let in_vain = misbehaviours.iter().any(|misbehaviour| misbehaviour.came_to.2 == "timed_out");
    let timeout = Duration::from_secs(if in_vain { 3 } else { 120 });
    let played = Play::of(&portal, count, "- do: submit")
        .set(|settings| {
            settings.timeout = timeout;
            settings.longest_answer = LONGEST;
        })
        .run();
    let mut rows = played.of("submit");
    rows.sort_by_key(|row| row.case);
    assert_eq!(rows.len(), misbehaviours.len(), "each was asked once and recorded once");
    for (misbehaviour, row) in misbehaviours.iter().zip(&rows) {
        assert_eq!(row.came_to(), misbehaviour.came_to, "{}", misbehaviour.name);
        assert!(row.sent.is_some(), "{}", misbehaviour.name);
        assert!(row.bytes_received <= i64::try_from(LONGEST).unwrap(), "{}", misbehaviour.name);
    }
    assert_eq!(portal.times("/elsewhere"), 0, "redirects are not followed");
    assert_eq!(played.counted.dossiers.started, played.counted.dossiers.completed + played.counted.dossiers.failed);
}

#[test]
fn every_misbehaviour_is_recorded_as_what_it_is() {
    play(MISBEHAVIOURS);
}

#[test]
fn what_was_packed_is_counted_as_it_came_and_unpacked_and_what_cannot_be_is_said() {
    let portal = Portal::start(|asked, stream| {
        let (coding, body): (_, &[u8]) = match number(asked) {
            0 => ("br", b"\x8b\x06\x80{\"code\":\"D-1\"}\x03"),
            1 => ("identity", br#"{"code":"D-1"}"#),
            2 => ("compress", br#"{"code":"D-1"}"#),
            _ => ("gzip", br#"{"code":"D-1"}"#),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n");
        write(stream, head.as_bytes());
        write(stream, body)
    });
    let mut played = Play::of(&portal, 4, "- do: submit").run();
    played.rows.sort_by_key(|row| row.case);
    let told: Vec<_> =
        played.rows.iter().map(|row| (row.bytes_received, row.bytes_decoded, row.reason.as_deref())).collect();
    let unknown = "content coding compress: not known (gzip, deflate, br and zstd are)";
    assert_eq!(
        told,
        [
            (18, Some(14), None),
            (14, None, None),
            (14, None, Some(unknown)),
            (14, None, Some("content coding gzip: invalid gzip header"))
        ]
    );
    assert_eq!(played.problems, [format!("submit unreadable_body - {unknown} 1")]);
}

#[test]
fn no_flood_is_endured_for_longer_than_the_time_out_or_beyond_the_limit() {
    for flood in FLOODS.chunks(1) {
        play(flood);
    }
    // Beyond the limit only what the two sockets hold is taken.
    assert!(TAKEN.load(Ordering::SeqCst) < LONGEST + (16 << 20), "{TAKEN:?} bytes of an endless body were taken");
}

#[test]
fn a_connection_reset_after_the_request_leaves_unknown_what_happened() {
    // Closing with unread bytes makes the kernel reset the connection. The first connection is the engine's greeting.
    let portal = Portal::raw(|stream, _| {
        let mut first = [0];
        stream.read_exact(&mut first).unwrap_or_default();
    });
    let played = Play::of(&portal, 1, "- do: submit\n  error: continue").run();
    let row = played.only("submit");
    assert_eq!(row.came_to(), BROKEN);
    assert!(row.sent.is_some());
}

#[test]
fn a_portal_that_goes_away_is_told_from_one_that_breaks_off() {
    // Every code is looked up after the first answer, when nobody listens any more.
    let portal = Portal::controlled(|control, asked, stream| {
        control.shut();
        let body = polite(asked);
        let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        write(stream, format!("{head}{body}").as_bytes());
        Then::Close
    });
    let steps = "- do: submit\n- do: track\n  error: continue\n- do: track\n  error: continue";
    let played = Play::of(&portal, 1, steps).run();
    assert_eq!(played.only("submit").came_to(), OK);
    for row in played.of("track") {
        assert_eq!(row.came_to(), ("error", 0, "connect"));
        assert_eq!(row.sent, None, "certainly not done");
    }
    assert_eq!(played.of("track").len(), 2);
}

#[test]
fn a_time_out_is_reckoned_from_the_beginning_of_the_exchange() {
    let portal = Portal::start(|_, stream| hold(stream));
    let played =
        Play::of(&portal, 3, "- do: submit").set(|settings| settings.timeout = Duration::from_millis(150)).run();
    for row in played.of("submit") {
        assert_eq!(row.came_to(), ("error", 0, "timed_out"));
        assert!(row.done - row.due >= i64::try_from(150 * MS).unwrap());
    }
}

#[test]
fn a_kept_connection_that_closed_in_the_meantime_is_replaced_and_nothing_is_sent_twice() {
    // Each connection is closed behind its first answer, without a word.
    let portal = Portal::start(|asked, stream| {
        say(stream, 200, &polite(asked));
        Then::Close
    });
    let steps = "- do: submit\n- wait: 250 min\n- do: track\n- wait: 250 min\n- do: track";
    // One person: a second might be given the connection between the answer and its end.
    let played = Play { length: 2_800, ..Play::of(&portal, 1, steps) }.run();
    assert!(played.rows.iter().all(|row| row.outcome == "ok" && !row.reused), "{:#?}", played.rows);
    assert_eq!(portal.asked().len(), 3);
}

#[test]
fn a_request_that_may_have_been_read_is_not_sent_again() {
    // The second request of a connection is read and not answered. A submission may have been done.
    let portal =
        Portal::start(|asked, stream| if asked.nth == 0 { say(stream, 200, &polite(asked)) } else { Then::Close });
    let played = Play::of(&portal, 1, "- do: sign_in\n- do: submit\n  error: continue").run();
    let row = played.only("submit");
    assert_eq!((row.came_to(), row.reused, row.reason.as_deref()), (BROKEN, true, Some("closed before an answer")));
    assert_eq!(portal.times("/submit/R-0"), 1);
}

#[test]
fn a_look_that_a_kept_connection_ended_under_is_sent_once_more_and_no_more() {
    // The second request of a connection is read and not answered; of the last person no look is ever answered.
    let portal = Portal::start(|asked, stream| {
        let is_last = asked.path.starts_with("/track") && number(asked) == 1;
        if asked.nth == 0 && !is_last { say(stream, 200, &polite(asked)) } else { Then::Close }
    });
    let played = Play::of(&portal, 2, "- do: submit\n- do: track\n  error: continue").run();
    let rows = played.of("track");
    let of = |case| *rows.iter().find(|row| row.case == Some(case)).unwrap();
    assert_eq!((of(0).came_to(), of(0).reused, of(0).reason.as_deref()), (OK, false, Some(RESENT)));
    assert!(of(0).sent.unwrap() >= of(0).due && of(0).done > of(0).sent.unwrap());
    assert_eq!(
        (of(1).came_to(), of(1).reason.as_deref()),
        (BROKEN, Some(format!("{RESENT}; closed before an answer").as_str()))
    );
    assert_eq!((portal.times("/track/D-0"), portal.times("/track/D-1")), (2, 2));
}

#[test]
fn what_a_kept_connection_reset_unread_is_sent_once_more_whatever_it_is() {
    // The first request is answered; what comes next on that connection is never read, and so reset.
    let portal = Portal::raw(|stream, connection| {
        let mut head = [0; 4_096];
        // The first connection is the engine's greeting.
        let Ok(1..) = stream.read(&mut head) else { return };
        let token = br#"{"token":"t-1","code":"D-0"}"#;
        write(stream, format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", token.len()).as_bytes());
        write(stream, token);
        if connection == 1 {
            // Waits until the next request lies there, and leaves it unread.
            let mut first = [0];
            while !matches!(stream.peek(&mut first), Ok(1) | Err(_)) {}
        } else {
            hold(stream);
        }
    });
    let played = Play::of(&portal, 1, "- do: sign_in\n- do: submit").run();
    let row = played.only("submit");
    assert_eq!((row.came_to(), row.reused, row.reason.as_deref()), (OK, false, Some(RESENT)), "{:#?}", played.rows);
}

#[test]
fn a_fresh_connection_that_is_closed_unread_is_the_portal_s_fault() {
    let portal = Portal::raw(|stream, _| {
        let mut first = [0];
        stream.peek(&mut first).unwrap_or_default();
    });
    let played = Play::of(&portal, 1, "- do: submit\n  error: continue").run();
    let row = played.only("submit");
    assert_eq!(
        (row.came_to(), row.reused, row.reason.as_deref()),
        (BROKEN, false, Some("ECONNRESET: connection reset"))
    );
}

#[test]
fn answers_never_change_places_on_a_kept_connection() {
    // Behind the first answer stands a second that nobody asked for.
    let stray = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&stray);
    let portal = Portal::start(move |asked, stream| {
        let body = polite(asked);
        let more = if count.fetch_add(1, Ordering::SeqCst) == 0 {
            "HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"code\":\"XXX\"}"
        } else {
            ""
        };
        write(stream, format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}{more}", body.len()).as_bytes())
    });
    let played = Play::of(&portal, 1, "- do: submit\n- do: track\n- do: track").run();
    assert!(played.rows.iter().all(|row| row.outcome == "ok"));
    assert_eq!(portal.times("/track/XXX"), 0, "the stray answer was taken for an answer");
    assert_eq!(portal.times("/track/D-0"), 2);
}
