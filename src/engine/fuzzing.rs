//! What a fuzzer drives, and a test over the seeds of `fuzz/seeds`: not for anybody else.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};
use model::words::Fault;

use crate::content_coding::unpacked;
use crate::http1::AnswerReader;

/// The longest body, as it comes and unpacked, in bytes.
const LONGEST: usize = 64 << 10;

/// What was made of an answer: its status, headers and body. That it is none may be seen sooner or later: in a malformed head, or
/// only when the connection is closed.
type Read = Option<(u16, HeaderMap, Bytes)>;

/// Reads an answer of HTTP/1.1 and undoes its content codings.
///
/// The first byte says to which method it is the answer, and in pieces of how many bytes it comes; the rest is what comes on the
/// connection until that is closed.
///
/// # Panics
/// If it comes to something else in pieces than at once, or a limit is passed.
pub fn http_answer(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let method = if first & 1 == 0 { Method::GET } else { Method::HEAD };
    let piece = usize::from(first >> 1).max(1);
    let at_once = read(&method, bytes, bytes.len().max(1));
    assert_eq!(at_once, read(&method, bytes, piece), "in pieces of {piece}");
    let Some((_, headers, body)) = at_once else { return };
    assert!(body.len() <= LONGEST);
    match unpacked(&headers, &body, LONGEST) {
        Ok(None) => {}
        Ok(Some(unpacked)) => assert!(unpacked.len() <= LONGEST),
        Err(trouble) => {
            assert!(matches!(trouble.fault, Fault::Broken | Fault::TooLong | Fault::Unreadable));
            let reason = trouble.reason.as_deref().map_or(0, str::len);
            assert!((1..=1_000).contains(&reason), "{:?}", trouble.reason.unwrap_or(Cow::Borrowed("")));
        }
    }
}

/// What an answer comes to that comes in such pieces.
fn read(method: &Method, bytes: &[u8], piece: usize) -> Read {
    let mut reader = AnswerReader::new(method.clone());
    let (mut input, mut head) = (BytesMut::new(), None);
    let mut is_whole = false;
    for piece in bytes.chunks(piece) {
        input.extend_from_slice(piece);
        if head.is_none() {
            head = reader.read_head(&mut input).ok()?;
        }
        if head.is_some() && reader.read_body(&mut input, LONGEST).ok()? {
            is_whole = true;
            break;
        }
    }
    let is_whole = is_whole || reader.close();
    head.filter(|_| is_whole).map(|head| (head.status.as_u16(), head.headers, reader.body()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/http_answer");
        let seeds: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|seed| std::fs::read(seed.unwrap().path())).collect();
        assert!(seeds.len() >= 10, "{folder}");
        let (mut whole, mut coded) = (0, 0);
        for seed in seeds {
            let seed = seed.unwrap();
            http_answer(&seed);
            if let Some((_, headers, body)) = read(&Method::GET, &seed[1..], 7) {
                whole += 1;
                coded += u32::from(unpacked(&headers, &body, LONGEST).is_ok_and(|unpacked| unpacked.is_some()));
            }
        }
        assert!(whole >= 5 && coded >= 4, "the seeds lead behind the first door: {whole}, {coded}");
    }
}
