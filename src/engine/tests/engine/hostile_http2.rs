//! Nothing that is sent as HTTP/2 may crash, hang or bloat the engine, or be taken for an answer it is not. Frames are made
//! by hand, so that they can be wrong.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use vandan_engine::HttpVersion;

use super::play::Play;
use super::portal::{Portal, Then, hold, pour, write};

/// Kinds of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// Flags.
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// `:status: 200`, as HPACK has it.
const OK_HEAD: &[u8] = &[0x88];

const BODY: &[u8] = br#"{"code":"D-0"}"#;

const LONGEST: usize = 1 << 18;

/// A way to answer a request on this stream, and what the history must say of it.
struct Misbehaviour {
    name: &'static str,
    answer: Answer,
    came_to: (&'static str, i64, &'static str),
    reason: Option<&'static str>,
}

const OK: (&str, i64, &str) = ("ok", 200, "-");
const BROKEN: (&str, i64, &str) = ("error", 0, "broken");
const BROKEN_BODY: (&str, i64, &str) = ("error", 200, "broken");
const TOO_LONG: (&str, i64, &str) = ("error", 200, "too_long");
const TIMED_OUT: (&str, i64, &str) = ("error", 0, "timed_out");
const PROTOCOL_ERROR: Option<&str> = Some("no HTTP/2: PROTOCOL_ERROR");
const CALM: Option<&str> = Some("no HTTP/2: ENHANCE_YOUR_CALM");

#[rustfmt::skip]
const MISBEHAVIOURS: &[Misbehaviour] = &[
    Misbehaviour { name: "a polite answer", answer: polite, came_to: OK, reason: None },
    Misbehaviour { name: "as many headers as may be", answer: |stream, id| many_headers(stream, id, 99), came_to: OK, reason: None },
    Misbehaviour { name: "one header more", answer: |stream, id| many_headers(stream, id, 101), came_to: BROKEN, reason: Some("an answer of more than 100 headers") },
    Misbehaviour { name: "a head of 200 KiB", answer: long_head, came_to: BROKEN, reason: CALM },
    Misbehaviour { name: "a head that unpacks to megabytes", answer: bomb, came_to: BROKEN, reason: CALM },
    Misbehaviour { name: "RST_STREAM in place of an answer", answer: reset, came_to: BROKEN, reason: Some("RST_STREAM: CANCEL") },
    Misbehaviour { name: "RST_STREAM with a code that is none", answer: strange_reset, came_to: BROKEN, reason: Some("RST_STREAM: Reason(ff)") },
    Misbehaviour { name: "RST_STREAM in the middle", answer: reset_within, came_to: BROKEN_BODY, reason: Some("RST_STREAM: INTERNAL_ERROR") },
    Misbehaviour { name: "GOAWAY that counts the request, and the end", answer: |stream, id| go_away(stream, id, 11), came_to: BROKEN, reason: Some("GOAWAY: ENHANCE_YOUR_CALM") },
    Misbehaviour { name: "GOAWAY that does not count it", answer: |stream, _| go_away(stream, 0, 0), came_to: BROKEN, reason: Some("GOAWAY: NO_ERROR") },
    Misbehaviour { name: "GOAWAY in the middle, and the end", answer: go_away_within, came_to: BROKEN_BODY, reason: Some("GOAWAY: INTERNAL_ERROR") },
    Misbehaviour { name: "the end in the middle", answer: |stream, id| { half(stream, id); Then::Close }, came_to: BROKEN_BODY, reason: Some("closed within the answer") },
    Misbehaviour { name: "less than the length says", answer: short, came_to: BROKEN_BODY, reason: PROTOCOL_ERROR },
    Misbehaviour { name: "a head on the stream of the connection", answer: |stream, _| send(stream, HEADERS, END_HEADERS, 0, OK_HEAD), came_to: BROKEN, reason: PROTOCOL_ERROR },
    Misbehaviour { name: "a body without a head", answer: |stream, id| send(stream, DATA, END_STREAM, id, BODY), came_to: BROKEN, reason: PROTOCOL_ERROR },
    Misbehaviour { name: "a head without a status", answer: |stream, id| send(stream, HEADERS, END_HEADERS | END_STREAM, id, &[]), came_to: BROKEN, reason: PROTOCOL_ERROR },
    Misbehaviour { name: "a push that nobody wants", answer: |stream, id| send(stream, PUSH_PROMISE, END_HEADERS, id, &[0, 0, 0, 2, 0x82]), came_to: BROKEN, reason: PROTOCOL_ERROR },
    Misbehaviour { name: "a frame longer than may be", answer: |stream, id| send(stream, DATA, END_STREAM, id, &[b' '; 20_000]), came_to: BROKEN, reason: Some("no HTTP/2: FRAME_SIZE_ERROR") },
    Misbehaviour { name: "HPACK that is none", answer: |stream, id| send(stream, HEADERS, END_HEADERS, id, &[0xff; 8]), came_to: BROKEN, reason: Some("no HTTP/2: PROTOCOL_ERROR") },
    Misbehaviour { name: "HTTP/1.1", answer: |stream, _| write(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n"), came_to: BROKEN, reason: Some("no HTTP/2: FRAME_SIZE_ERROR") },
];

/// Ways that leave no time for anything else.
#[rustfmt::skip]
const FLOODS: &[Misbehaviour] = &[
    Misbehaviour { name: "CONTINUATION without end", answer: continuations, came_to: BROKEN, reason: CALM },
    Misbehaviour { name: "empty CONTINUATION without end", answer: empty_continuations, came_to: BROKEN, reason: CALM },
    Misbehaviour { name: "a flood of informational answers", answer: informational, came_to: BROKEN, reason: Some("more than 100 informational answers") },
    Misbehaviour { name: "an endless body", answer: endless_body, came_to: TOO_LONG, reason: Some("longer than the limit, as it came") },
    Misbehaviour { name: "no answer", answer: |stream, _| hold(stream), came_to: TIMED_OUT, reason: Some("no answer") },
    Misbehaviour { name: "a body that never comes", answer: no_body, came_to: ("error", 200, "timed_out"), reason: Some("answer not whole") },
    Misbehaviour { name: "PING without end", answer: pings, came_to: TIMED_OUT, reason: Some("no answer") },
    Misbehaviour { name: "SETTINGS without end", answer: settings, came_to: TIMED_OUT, reason: Some("no answer") },
];

/// Ways to answer what was not read.
#[rustfmt::skip]
const HASTE: &[Misbehaviour] = &[
    Misbehaviour { name: "a whole answer", answer: polite, came_to: OK, reason: None },
    Misbehaviour { name: "half an answer", answer: |stream, id| { half(stream, id); Then::Close }, came_to: BROKEN_BODY, reason: Some("ECONNRESET: connection reset") },
    Misbehaviour { name: "GOAWAY", answer: |stream, id| go_away(stream, id, 11), came_to: BROKEN, reason: Some("GOAWAY: ENHANCE_YOUR_CALM") },
    Misbehaviour { name: "nothing", answer: |_, _| Then::Close, came_to: BROKEN, reason: Some("ECONNRESET: connection reset") },
];

fn frame(kind: u8, flags: u8, id: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&id.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

fn send(stream: &mut TcpStream, kind: u8, flags: u8, id: u32, payload: &[u8]) -> Then {
    write(stream, &frame(kind, flags, id, payload))
}

/// A header as HPACK has it, without making it known for later.
fn header(name: &str, value: &str) -> Vec<u8> {
    let mut header = vec![0];
    for text in [name, value] {
        assert!(text.len() < 127, "longer ones have another form");
        header.push(u8::try_from(text.len()).unwrap());
        header.extend_from_slice(text.as_bytes());
    }
    header
}

/// In one piece: what has not left when a connection is reset never does.
fn polite(stream: &mut TcpStream, id: u32) -> Then {
    write(stream, &[frame(HEADERS, END_HEADERS, id, OK_HEAD), frame(DATA, END_STREAM, id, BODY)].concat())
}

fn half(stream: &mut TcpStream, id: u32) {
    write(stream, &[frame(HEADERS, END_HEADERS, id, OK_HEAD), frame(DATA, 0, id, &BODY[..7])].concat());
}

fn many_headers(stream: &mut TcpStream, id: u32, count: usize) -> Then {
    let mut head = OK_HEAD.to_vec();
    head.extend((0..count).flat_map(|number| header(&format!("x-{number}"), "1")));
    send(stream, HEADERS, END_HEADERS, id, &head);
    send(stream, DATA, END_STREAM, id, BODY)
}

/// In so many frames, the last of which ends it.
fn long_head(stream: &mut TcpStream, id: u32) -> Then {
    let piece: Vec<u8> = (0..100).flat_map(|_| header("x-more", &"and more ".repeat(11))).collect();
    send(stream, HEADERS, 0, id, OK_HEAD);
    for last in (0..20).map(|number| number == 19) {
        send(stream, CONTINUATION, if last { END_HEADERS } else { 0 }, id, &piece);
    }
    hold(stream)
}

/// A header of a hundred bytes that is made known, and named ten thousand times.
fn bomb(stream: &mut TcpStream, id: u32) -> Then {
    let mut head = OK_HEAD.to_vec();
    let mut known = header("x-bomb", &"b".repeat(100));
    known[0] = 0x40;
    head.extend(known);
    head.extend([0xbe; 10_000]);
    send(stream, HEADERS, END_HEADERS | END_STREAM, id, &head);
    hold(stream)
}

fn reset(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, RST_STREAM, 0, id, &8_u32.to_be_bytes())
}

fn strange_reset(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, RST_STREAM, 0, id, &255_u32.to_be_bytes())
}

fn reset_within(stream: &mut TcpStream, id: u32) -> Then {
    half(stream, id);
    send(stream, RST_STREAM, 0, id, &2_u32.to_be_bytes())
}

fn go_away(stream: &mut TcpStream, last: u32, code: u32) -> Then {
    let payload = [last.to_be_bytes(), code.to_be_bytes(), *b"why\n"].concat();
    send(stream, GOAWAY, 0, 0, &payload);
    Then::Close
}

fn go_away_within(stream: &mut TcpStream, id: u32) -> Then {
    half(stream, id);
    go_away(stream, id, 2)
}

fn short(stream: &mut TcpStream, id: u32) -> Then {
    let head = [OK_HEAD, &header("content-length", "99")].concat();
    send(stream, HEADERS, END_HEADERS, id, &head);
    send(stream, DATA, END_STREAM, id, BODY)
}

fn continuations(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, HEADERS, 0, id, OK_HEAD);
    pour(stream, &frame(CONTINUATION, 0, id, &header("x-more", "and more")));
    Then::Close
}

fn empty_continuations(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, HEADERS, 0, id, OK_HEAD);
    pour(stream, &frame(CONTINUATION, 0, id, &[]));
    Then::Close
}

fn informational(stream: &mut TcpStream, id: u32) -> Then {
    // `:status: 103`.
    pour(stream, &frame(HEADERS, END_HEADERS, id, &[0x08, 3, b'1', b'0', b'3']));
    Then::Close
}

/// How many bytes of the endless body were taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

fn endless_body(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, HEADERS, END_HEADERS, id, OK_HEAD);
    TAKEN.store(pour(stream, &frame(DATA, 0, id, &[b' '; 16_384])), Ordering::SeqCst);
    Then::Close
}

fn no_body(stream: &mut TcpStream, id: u32) -> Then {
    send(stream, HEADERS, END_HEADERS, id, OK_HEAD);
    hold(stream)
}

fn pings(stream: &mut TcpStream, _id: u32) -> Then {
    answering(stream, &frame(PING, 0, 0, b"are you?"))
}

fn settings(stream: &mut TcpStream, _id: u32) -> Then {
    answering(stream, &frame(SETTINGS, 0, 0, &[]))
}

/// Pours frames that are answered, and reads the answers, so that neither side stops.
fn answering(stream: &mut TcpStream, frame: &[u8]) -> Then {
    let mut reading = stream.try_clone().unwrap();
    let answers = std::thread::spawn(move || hold(&mut reading));
    pour(stream, frame);
    drop(stream.shutdown(Shutdown::Both));
    answers.join().unwrap()
}

/// Answers a request on this stream.
type Answer = fn(&mut TcpStream, u32) -> Then;

/// Begins to speak.
fn greet(stream: &mut TcpStream) -> Option<()> {
    stream.read_exact(&mut [0; 24]).ok()?;
    (send(stream, SETTINGS, 0, 0, &[]) == Then::Keep).then_some(())
}

/// Reads a frame; gives back its kind, its flags and its stream.
fn read_frame(stream: &mut TcpStream) -> Option<(u8, u8, u32)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let [a, b, c, kind, flags, id @ ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    stream.read_exact(&mut payload).ok()?;
    Some((kind, flags, u32::from_be_bytes(id)))
}

/// Reads frames, and has each request, which ends its stream, answered. Whatever comes is read, or closing would be a reset.
fn serve(stream: &mut TcpStream, answer: Answer) {
    let mut then = greet(stream).map_or(Then::Close, |()| Then::Keep);
    while then == Then::Keep {
        then = match read_frame(stream) {
            None => return,
            Some((SETTINGS, flags, _)) if flags & ACK == 0 => send(stream, SETTINGS, ACK, 0, &[]),
            Some((HEADERS | DATA, flags, id)) if flags & END_STREAM != 0 => answer(stream, id),
            Some(_) => Then::Keep,
        };
    }
    if stream.shutdown(Shutdown::Write).is_ok() {
        hold(stream);
    }
}

/// Has a request answered whose body is not read, and closes the connection, which resets it.
fn serve_in_haste(stream: &mut TcpStream, answer: Answer) {
    let mut frame = greet(stream).and_then(|()| read_frame(stream));
    while let Some((kind, _, id)) = frame {
        if kind == HEADERS {
            answer(stream, id);
            return;
        }
        frame = read_frame(stream);
    }
}

/// Lets each answer one submission; nothing may follow from it but what is expected.
#[track_caller]
fn play(misbehaviours: &'static [Misbehaviour], serve: fn(&mut TcpStream, Answer)) {
    let mut wrong = Vec::new();
    for Misbehaviour { name, answer, came_to, reason } in misbehaviours {
        let portal = Portal::raw(move |stream, _| serve(stream, *answer));
        let timeout = Duration::from_secs(if came_to.2 == "timed_out" { 2 } else { 120 });
        let mut play = Play::of(&portal, 1, "- do: submit\n  error: continue").set(|settings| {
            settings.timeout = timeout;
            settings.longest_answer = LONGEST;
        });
        play.http = HttpVersion::Http2;
        let played = play.run();
        let row = played.only("submit");
        if (row.came_to(), row.reason.as_deref()) != (*came_to, *reason) {
            wrong.push(format!("{name}: {:?} {:?}", row.came_to(), row.reason));
        }
        assert!(row.sent.is_some() && !row.reused, "{name}");
        assert!(row.bytes_received <= i64::try_from(LONGEST).unwrap(), "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_misbehaviour_is_recorded_as_what_it_is() {
    play(MISBEHAVIOURS, serve);
}

#[test]
fn what_was_said_before_a_reset_is_heard() {
    play(HASTE, serve_in_haste);
}

#[test]
fn no_flood_is_endured_for_longer_than_the_time_out_or_beyond_the_limit() {
    play(FLOODS, serve);
    // Beyond the limit only what the two sockets hold is taken.
    assert!(TAKEN.load(Ordering::SeqCst) < LONGEST + (16 << 20), "{TAKEN:?} bytes of an endless body were taken");
}

#[test]
fn what_a_server_says_it_did_not_count_when_it_went_is_sent_once_more_whatever_it_is() {
    let portal = Portal::raw(|stream, _| {
        serve(stream, |stream, id| match id {
            1 => {
                send(stream, HEADERS, END_HEADERS, id, OK_HEAD);
                send(stream, DATA, END_STREAM, id, br#"{"token":"t-1","code":"D-0"}"#)
            }
            // It has counted the first only.
            _ => go_away(stream, 1, 0),
        });
    });
    let mut play = Play::of(&portal, 1, "- do: sign_in\n- do: submit");
    play.http = HttpVersion::Http2;
    let played = play.run();
    let row = played.only("submit");
    let resent = "resent: the kept connection was closed";
    assert_eq!((row.came_to(), row.reused, row.reason.as_deref()), (OK, false, Some(resent)), "{:#?}", played.rows);
}

#[test]
fn what_may_have_been_read_is_not_sent_twice() {
    // The second request on a connection is read and counted, and then the connection ends.
    let portal = Portal::raw(|stream, _| {
        serve(stream, |stream, id| if id == 1 { polite(stream, id) } else { go_away(stream, id, 0) });
    });
    let mut play = Play::of(&portal, 1, "- do: submit\n- do: track\n  error: continue");
    play.http = HttpVersion::Http2;
    let played = play.run();
    let row = played.only("track");
    assert_eq!((row.came_to(), row.reused), (BROKEN, true), "{:#?}", played.rows);
}

#[test]
fn a_server_that_says_nothing_at_all_is_waited_for_no_longer_than_the_time_out() {
    let portal = Portal::raw(|stream, _| {
        hold(stream);
    });
    let mut play = Play::of(&portal, 1, "- do: submit\n  error: continue")
        .set(|settings| settings.timeout = Duration::from_millis(300));
    play.http = HttpVersion::Http2;
    assert_eq!(play.run().only("submit").came_to(), TIMED_OUT);
}
