//! The reader of answers against hyper, and what it does beyond it.

use std::collections::VecDeque;
use std::io::Error;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::Builder;

use super::*;

const LONGEST: usize = 5_000;

/// Status, headers and body; nothing if it is no answer, or one that is too long.
type Told = Option<Answer>;
type Answer = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

fn told(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Answer {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    (status.as_u16(), headers, body.to_vec())
}

/// What our reader makes of an answer that comes in pieces, after which the connection is closed.
fn ours(method: &Method, pieces: &[Vec<u8>]) -> Told {
    let mut reader = AnswerReader::new(method.clone());
    let (mut input, mut head) = (BytesMut::new(), None);
    for piece in pieces {
        input.extend_from_slice(piece);
        if head.is_none() {
            head = reader.read_head(&mut input).ok()?;
        }
        if head.is_some() && reader.read_body(&mut input, LONGEST).ok()? {
            break;
        }
    }
    let head = head.filter(|_| reader.close())?;
    Some(told(head.status, &head.headers, &reader.body()))
}

/// A connection on which these pieces come once a request was written, and then its end.
struct Scripted {
    pieces: VecDeque<Vec<u8>>,
    is_asked: bool,
    reader: Option<Waker>,
}

impl hyper::rt::Read for Scripted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<Result<(), Error>> {
        if !self.is_asked {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if let Some(mut piece) = self.pieces.pop_front() {
            let rest = piece.split_off(piece.len().min(buffer.remaining()));
            buffer.put_slice(&piece);
            if !rest.is_empty() {
                self.pieces.push_front(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl hyper::rt::Write for Scripted {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        self.is_asked = true;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }
}

/// What hyper makes of it.
async fn hypers(method: &Method, pieces: &[Vec<u8>]) -> Told {
    let wire = Scripted { pieces: pieces.to_vec().into(), is_asked: false, reader: None };
    let handshake = Builder::new().max_buf_size(LONGEST_HEAD).handshake::<_, Empty<Bytes>>(wire);
    let (mut sender, connection) = handshake.await.unwrap();
    let exchange = async move {
        let request = Request::builder().method(method).uri("/").body(Empty::new()).unwrap();
        let (head, mut body) = sender.send_request(request).await.ok()?.into_parts();
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            whole.extend_from_slice(&frame.ok()?.into_data().unwrap_or_default());
            if whole.len() > LONGEST {
                return None;
            }
        }
        Some(told(head.status, &head.headers, &whole))
    };
    tokio::join!(exchange, connection).0
}

/// Chance, the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn byte(&mut self) -> u8 {
        self.below(256).to_le_bytes()[0]
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// An answer as portals give it, or nearly.
fn answer(chance: &mut Chance) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..chance.below(8).saturating_sub(5) {
        text += chance.one(&["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]);
    }
    let version = chance.one(&["1.1", "1.1", "1.1", "1.1", "1.0"]);
    let status =
        chance.one(&["200 OK", "200", "201 Created", "204 No Content", "205 Reset", "304 Not", "404 x", "500 Oh"]);
    text.extend(["HTTP/", version, " ", status, "\r\n"]);
    let mut body = vec![b'x'; chance.below(4) * chance.below(400)];
    body.fill_with(|| chance.byte());
    let length = body.len();
    let framing = chance.below(8);
    let mut headers = vec![chance.one(&["Server: a", "X-Y:", "Date:  now \t", "X: \u{e9}", "A: 1\r\nA: 2"]).to_owned()];
    match framing {
        0..=2 => headers.push(format!("Content-Length: {length}")),
        3 => headers.push(format!("Content-Length: {length}\r\ncontent-length: {length}, {length}")),
        4..=6 => {
            headers.push(chance.one(&["Transfer-Encoding: chunked", "transfer-encoding: gzip, Chunked"]).to_owned());
        }
        _ => {}
    }
    for strange in [
        "Connection: close",
        "Connection: Keep-Alive, x",
        "Content-Length: 7",
        "Content-Length: +7",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, gzip",
        "Folded: a\r\n b",
        "No colon",
        "Space : a",
    ] {
        if chance.below(16) == 0 {
            headers.push(strange.to_owned());
        }
    }
    let end = chance.one(&["\r\n", "\r\n", "\r\n", "\n"]);
    for _ in 0..headers.len() {
        let header = headers.swap_remove(chance.below(headers.len()));
        text += &(header + end);
    }
    text += end;
    let mut bytes = text.into_bytes();
    if (4..=6).contains(&framing) {
        let mut rest = body.as_slice();
        while !rest.is_empty() {
            let (piece, others) = rest.split_at((1 + chance.below(300)).min(rest.len()));
            let extension = chance.one(&["", "", "", ";a=b", " ", "\t;x", "; \"q\""]);
            bytes.extend(format!("{:x}{extension}\r\n", piece.len()).into_bytes());
            bytes.extend_from_slice(piece);
            bytes.extend(b"\r\n");
            rest = others;
        }
        bytes.extend(
            chance
                .one(&["0\r\n\r\n", "00;e\r\n\r\n", "0\r\nTrailer: a\r\nB: c\r\n\r\n", "0\r\nbad trailer\r\n\r\n"])
                .bytes(),
        );
    } else {
        bytes.extend(body);
    }
    bytes
}

/// The same with something wrong in it.
fn mutated(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    for _ in 0..=chance.below(2) {
        // Mostly in the head and the first chunk, where it tells.
        let reach = 20 + chance.below(400);
        let at = chance.below(bytes.len().min(reach));
        match chance.below(5) {
            0 => bytes[at] = chance.byte(),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, *chance.one(&[&b'\r', &b'\n', &b' ', &b':', &0, &b'0', &b',', &b';', &0xff])),
            3 => bytes.truncate(at + 1),
            _ => {
                let until = (at + chance.below(30)).min(bytes.len());
                let again = bytes[at..until].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

fn split(bytes: &[u8], chance: &mut Chance) -> Vec<Vec<u8>> {
    let longest = [1, 2, 7, 100, 10_000][chance.below(5)];
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, others) = rest.split_at((1 + chance.below(longest)).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = others;
    }
    pieces
}

#[test]
fn thousands_of_answers_are_read_as_hyper_reads_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut chance = Chance(7);
    let (mut read, mut refused) = (0, 0);
    for round in 0..12_000 {
        let mut bytes = answer(&mut chance);
        if round % 3 > 0 {
            bytes = mutated(bytes, &mut chance);
        }
        let method = if chance.below(12) == 0 { Method::HEAD } else { Method::POST };
        let pieces = split(&bytes, &mut chance);
        let (ours, hypers) = (ours(&method, &pieces), runtime.block_on(hypers(&method, &pieces)));
        if hypers.is_some() {
            read += 1;
        } else {
            refused += 1;
        }
        assert_eq!(ours, hypers, "{round}: {method} {}", bytes.escape_ascii());
    }
    assert!(read > 3_000 && refused > 1_000, "{read} read, {refused} refused");
}

/// What becomes of an answer that comes at once, on a connection that stays open.
fn read(text: &str) -> Result<bool, Fault> {
    let (mut reader, mut input) = (AnswerReader::new(Method::GET), BytesMut::from(text));
    Ok(reader.read_head(&mut input)?.is_some() && reader.read_body(&mut input, LONGEST)?)
}

#[test]
fn what_never_ends_is_bounded() {
    let head = "HTTP/1.1 200 OK\r\n";
    assert_eq!(read(&"HTTP/1.1 102 Processing\r\n\r\n".repeat(101)), Err(Fault::Broken));
    assert_eq!(read(&format!("{head}X: {}", "x".repeat(70_000))), Err(Fault::Broken));
    assert_eq!(read(&format!("{head}{}\r\n", "X: x\r\n".repeat(101))), Err(Fault::Broken));
    assert_eq!(read(&format!("{head}Content-Length: 5001\r\n\r\n")), Err(Fault::TooLong));
    assert_eq!(read(&format!("{head}\r\n{}", "x".repeat(5_001))), Err(Fault::TooLong));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    assert_eq!(read(&format!("{chunked}{}", "1\r\nx\r\n".repeat(5_001))), Err(Fault::TooLong));
    assert_eq!(read(&format!("{chunked}1;{}", "x".repeat(20_000))), Err(Fault::Broken));
    assert_eq!(
        read(&format!("{chunked}{}", format!("1;{}\r\nx\r\n", "x".repeat(100)).repeat(200))),
        Err(Fault::Broken)
    );
    assert_eq!(read(&format!("{chunked}0\r\n{}", "X: x\r\n".repeat(4_000))), Err(Fault::Broken));
    assert_eq!(read(&format!("{chunked}fffffffffffffffff\r\n")), Err(Fault::Broken));
    assert_eq!(read(&format!("{chunked}5\r\nab")), Ok(false));
}

#[test]
fn a_connection_is_kept_as_the_head_says_and_what_comes_after_the_answer_is_left() {
    let kept = |text: &str| {
        let (mut reader, mut input) = (AnswerReader::new(Method::GET), BytesMut::from(text));
        let head = reader.read_head(&mut input).unwrap().unwrap();
        assert_eq!(reader.read_body(&mut input, LONGEST), Ok(true));
        (head.is_kept, input.len())
    };
    assert_eq!(kept("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP"), (true, 4));
    assert_eq!(kept("HTTP/1.1 204 No\r\nConnection: x, Close\r\n\r\n"), (false, 0));
    assert_eq!(kept("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), (false, 0));
    assert_eq!(kept("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"), (true, 0));
}
