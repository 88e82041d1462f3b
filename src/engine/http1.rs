//! Answers of HTTP/1.1 out of bytes as they come (RFC 9112): no socket, no clock, no task.
//!
//! What is an answer and where it ends is decided as hyper decides it, which a test holds against thousands of answers, whole,
//! broken and cut anywhere. Beyond it, informational answers are bounded.

use std::mem::MaybeUninit;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use httparse::ParserConfig;
use model::words::Fault;

/// The longest head, in bytes.
const LONGEST_HEAD: usize = 64 << 10;
/// The most headers.
pub(crate) const MOST_HEADERS: usize = 100;
/// The most informational answers (1xx) before the answer itself.
pub(crate) const MOST_INTERIM: u8 = 100;
/// The most bytes of extensions that the chunks of a body may have together, and the most of its trailers.
const LONGEST_EXTENSIONS: usize = 16 << 10;

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Whether the connection may serve again, as far as the head says.
    pub(crate) is_kept: bool,
}

/// Reads one answer.
#[derive(Debug)]
pub(crate) struct AnswerReader {
    /// Of the request.
    method: Method,
    awaits: Awaits,
    /// Bytes of the input that hold no end of a head.
    searched: usize,
    interim: u8,
    extensions: usize,
    body: BytesMut,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    Head,
    /// So many bytes of the body.
    Bytes(u64),
    /// The line with the length of a chunk.
    ChunkSize,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The line end after a chunk.
    ChunkEnd,
    Trailers,
    /// The body, until the connection is closed.
    Close,
    Nothing,
}

impl AnswerReader {
    /// For the answer to a request by this method.
    pub(crate) fn new(method: Method) -> Self {
        Self { method, awaits: Awaits::Head, searched: 0, interim: 0, extensions: 0, body: BytesMut::new() }
    }

    /// Reads the head; nothing if more of it must come first. What was understood is taken from the input.
    ///
    /// # Errors
    /// [`Fault::Broken`] if it is no head.
    pub(crate) fn read_head(&mut self, input: &mut BytesMut) -> Result<Option<Head>, Fault> {
        while let Some((length, head)) = self.parse_head(input)? {
            input.advance(length);
            self.searched = 0;
            if let Some(head) = head {
                return Ok(Some(head));
            }
            self.interim += 1;
            if self.interim > MOST_INTERIM {
                return Err(Fault::Broken);
            }
        }
        self.searched = input.len();
        if input.len() < LONGEST_HEAD { Ok(None) } else { Err(Fault::Broken) }
    }

    /// Reads on in the body behind the head, `longest` bytes at the most, and says whether it is whole. What is left of the
    /// input then belongs to no request.
    ///
    /// # Errors
    /// [`Fault::Broken`] if it is no body, [`Fault::TooLong`] if it is too long.
    pub(crate) fn read_body(&mut self, input: &mut BytesMut, longest: usize) -> Result<bool, Fault> {
        loop {
            let next = match self.awaits {
                Awaits::Head | Awaits::Nothing => return Ok(true),
                Awaits::Bytes(left) if left > (longest - self.body.len()) as u64 => return Err(Fault::TooLong),
                Awaits::Bytes(left) => self.read_bytes(input, left, longest)?.map(|left| match left {
                    0 => Awaits::Nothing,
                    left => Awaits::Bytes(left),
                }),
                Awaits::ChunkSize => self.read_chunk_size(input)?,
                Awaits::Chunk(left) => self.read_bytes(input, left, longest)?.map(|left| match left {
                    0 => Awaits::ChunkEnd,
                    left => Awaits::Chunk(left),
                }),
                Awaits::ChunkEnd => read_chunk_end(input)?,
                Awaits::Trailers => read_trailers(input)?,
                Awaits::Close => self.read_bytes(input, u64::MAX, longest)?.map(|_endless| Awaits::Close),
            };
            match next {
                Some(next) => self.awaits = next,
                None => return Ok(false),
            }
        }
    }

    /// The connection was closed: says whether the answer is whole by that.
    pub(crate) fn close(&mut self) -> bool {
        if self.awaits == Awaits::Close {
            self.awaits = Awaits::Nothing;
        }
        self.awaits == Awaits::Nothing
    }

    /// The body, as far as it was read.
    pub(crate) fn body(self) -> Bytes {
        self.body.freeze()
    }

    /// The length of the head that is there, and the head, unless it is of an informational answer.
    fn parse_head(&mut self, input: &BytesMut) -> Result<Option<(usize, Option<Head>)>, Fault> {
        if !has_empty_line(input, self.searched) {
            return Ok(None);
        }
        let mut room = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut parsed = httparse::Response::new(&mut []);
        let status = ParserConfig::default().parse_response_with_uninit_headers(&mut parsed, input, &mut room);
        let Ok(status) = status else { return Err(Fault::Broken) };
        let httparse::Status::Complete(length) = status else { return Ok(None) };
        if length > LONGEST_HEAD {
            return Err(Fault::Broken);
        }
        let is_1_1 = parsed.version == Some(1);
        let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(Fault::Broken)?;
        let mut headers = HeaderMap::with_capacity(parsed.headers.len());
        for header in parsed.headers.iter() {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_name| Fault::Broken)?;
            let value = HeaderValue::from_bytes(header.value).map_err(|_value| Fault::Broken)?;
            headers.append(name, value);
        }
        if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Some((length, None)));
        }
        self.awaits = self.body_of(status, is_1_1, &headers)?;
        let is_kept =
            is_kept(is_1_1, &headers) && self.awaits != Awaits::Close && status != StatusCode::SWITCHING_PROTOCOLS;
        Ok(Some((length, Some(Head { status, headers, is_kept }))))
    }

    /// How the body is framed (RFC 9112, section 6.3).
    fn body_of(&self, status: StatusCode, is_1_1: bool, headers: &HeaderMap) -> Result<Awaits, Fault> {
        let has_none =
            matches!(status, StatusCode::SWITCHING_PROTOCOLS | StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if has_none || self.method == Method::HEAD {
            return Ok(Awaits::Nothing);
        }
        if let Some(coding) = headers.get_all(TRANSFER_ENCODING).iter().next_back() {
            return match (is_1_1, tokens(coding).next_back()) {
                (false, _) => Err(Fault::Broken),
                (true, Some(last)) if last.eq_ignore_ascii_case("chunked") => Ok(Awaits::ChunkSize),
                (true, _) => Ok(Awaits::Close),
            };
        }
        match content_length(headers)? {
            None => Ok(Awaits::Close),
            Some(0) => Ok(Awaits::Nothing),
            Some(length) => Ok(Awaits::Bytes(length)),
        }
    }

    /// Takes up to so many bytes into the body; gives back how many are left, nothing if none came.
    fn read_bytes(&mut self, input: &mut BytesMut, left: u64, longest: usize) -> Result<Option<u64>, Fault> {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        if taken == 0 {
            return Ok(None);
        }
        if self.body.len() + taken > longest {
            return Err(Fault::TooLong);
        }
        if self.body.is_empty() {
            self.body = input.split_to(taken);
        } else {
            self.body.extend_from_slice(&input.split_to(taken));
        }
        Ok(Some(left - taken as u64))
    }

    fn read_chunk_size(&mut self, input: &mut BytesMut) -> Result<Option<Awaits>, Fault> {
        let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
            return if input.len() < LONGEST_EXTENSIONS { Ok(None) } else { Err(Fault::Broken) };
        };
        let line = input.split_to(end + 1);
        let line = line.strip_suffix(b"\r\n").ok_or(Fault::Broken)?;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (digits, rest) = line.split_at(digits);
        let size = std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let extension = rest.trim_ascii_start();
        self.extensions += extension.len();
        let is_sound = rest.iter().all(|byte| *byte != b'\r')
            && rest.iter().take(rest.len() - extension.len()).all(|byte| matches!(byte, b' ' | b'\t'))
            && extension.first().is_none_or(|first| *first == b';');
        if !is_sound || self.extensions > LONGEST_EXTENSIONS {
            return Err(Fault::Broken);
        }
        match size {
            None => Err(Fault::Broken),
            Some(0) => Ok(Some(Awaits::Trailers)),
            Some(size) => Ok(Some(Awaits::Chunk(size))),
        }
    }
}

fn read_chunk_end(input: &mut BytesMut) -> Result<Option<Awaits>, Fault> {
    let come = input.get(..input.len().min(2)).unwrap_or_default();
    if !b"\r\n".starts_with(come) {
        return Err(Fault::Broken);
    }
    if come.len() < 2 {
        return Ok(None);
    }
    input.advance(2);
    Ok(Some(Awaits::ChunkSize))
}

/// Trailers are read past; what they say is not used. Each ends in CRLF, and an empty line ends them.
fn read_trailers(input: &mut BytesMut) -> Result<Option<Awaits>, Fault> {
    let (mut lines, mut from) = (0, 0);
    while let Some(length) = input.iter().skip(from).position(|byte| *byte == b'\r') {
        match input.get(from + length + 1) {
            None => break,
            Some(b'\n') => {}
            Some(_) => return Err(Fault::Broken),
        }
        from += length + 2;
        if length == 0 {
            let mut room = vec![httparse::EMPTY_HEADER; lines];
            let trailers = input.split_to(from);
            let is_sound = lines == 0
                || lines <= MOST_HEADERS
                    && matches!(httparse::parse_headers(&trailers, &mut room), Ok(httparse::Status::Complete(_)));
            return if is_sound { Ok(Some(Awaits::Nothing)) } else { Err(Fault::Broken) };
        }
        lines += 1;
    }
    if input.len() < LONGEST_EXTENSIONS { Ok(None) } else { Err(Fault::Broken) }
}

/// Whether an empty line ends in these bytes, behind those that were searched before.
fn has_empty_line(input: &[u8], searched: usize) -> bool {
    let fresh = input.get(searched.saturating_sub(2)..).unwrap_or_default();
    let mut ends = memchr::memchr_iter(b'\n', fresh).filter_map(|end| fresh.get(end + 1..));
    ends.any(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
}

/// The comma-separated words of a header.
fn tokens(value: &HeaderValue) -> impl DoubleEndedIterator<Item = &str> {
    value.to_str().unwrap_or_default().split(',').map(str::trim)
}

fn is_kept(is_1_1: bool, headers: &HeaderMap) -> bool {
    let says =
        |word: &str| headers.get_all(CONNECTION).iter().flat_map(tokens).any(|token| token.eq_ignore_ascii_case(word));
    !says("close") && (is_1_1 || says("keep-alive"))
}

/// The length that all Content-Length headers agree on.
fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Fault> {
    let mut agreed = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        for digits in value.to_str().map_err(|_text| Fault::Broken)?.split(',').map(str::trim) {
            let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            let length = is_number.then(|| digits.parse::<u64>().ok()).flatten().ok_or(Fault::Broken)?;
            if *agreed.get_or_insert(length) != length {
                return Err(Fault::Broken);
            }
        }
    }
    Ok(agreed)
}

#[cfg(test)]
#[path = "http1_tests.rs"]
mod tests;
