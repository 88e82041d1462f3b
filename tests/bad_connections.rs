//! Connections that say what no client says: wrong lengths, wrong heads, wrong addresses, other protocols.

/// What an input may lead to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    /// It is refused, or the connection closed.
    Refused,
    /// It may be taken as well: it is strange and not wrong.
    Anything,
}

/// What is sent, what may become of it, and its bytes.
pub(crate) type Connection = (&'static str, May, Vec<u8>);

/// A second request in the body of the first, for whoever takes the wrong one of two lengths.
const SMUGGLED: &str = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: mock\r\n\r\n";

/// All of them; those with a body go to this path.
pub(crate) fn connections(path: &str) -> Vec<Connection> {
    [lengths(path), chunks(path), heads(path), addresses(), protocols()].concat()
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let line = format!("POST {path} HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\n");
    format!("{line}{headers}\r\n{body}").into_bytes()
}

/// A request of this line.
fn line(line: &str) -> Vec<u8> {
    format!("{line}\r\nhost: mock\r\nconnection: close\r\n\r\n").into_bytes()
}

fn get(path: &str) -> Vec<u8> {
    line(&format!("GET {path} HTTP/1.1"))
}

/// Bodies whose length is said wrongly, twice, or not at all.
fn lengths(path: &str) -> Vec<Connection> {
    let post = |headers: &str, body: &str| post(path, headers, body);
    vec![
        ("a body that breaks off", May::Refused, post("content-length: 1000\r\n", "{\"a\":")),
        ("a body that never begins", May::Refused, post("content-length: 1000\r\n", "")),
        ("a length of 2^64", May::Refused, post("content-length: 18446744073709551616\r\n", "{}")),
        ("a length of 2^63", May::Refused, post("content-length: 9223372036854775808\r\n", "{}")),
        ("a negative length", May::Refused, post("content-length: -1\r\n", "{}")),
        ("a length with a sign", May::Refused, post("content-length: +2\r\n", "{}")),
        ("a length in words", May::Refused, post("content-length: two\r\n", "{}")),
        ("two lengths", May::Refused, post("content-length: 2\r\ncontent-length: 30\r\n", "{}")),
        ("a list of lengths", May::Refused, post("content-length: 2, 30\r\n", "{}")),
        ("a length and chunks", May::Refused, post("content-length: 4\r\ntransfer-encoding: chunked\r\n", SMUGGLED)),
        ("chunks and a length", May::Refused, post("transfer-encoding: chunked\r\ncontent-length: 4\r\n", SMUGGLED)),
        // Chunked is the last coding, so that the length is clear (RFC 9112, 6.3).
        ("chunks twice", May::Anything, post("transfer-encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        ("chunks in disguise", May::Refused, post("transfer-encoding: xchunked\r\ncontent-length: 4\r\n", SMUGGLED)),
        ("chunks before identity", May::Refused, post("transfer-encoding: chunked, identity\r\n", SMUGGLED)),
        (
            "a space before the colon",
            May::Refused,
            post("transfer-encoding : chunked\r\ncontent-length: 4\r\n", SMUGGLED),
        ),
    ]
}

/// Bodies in chunks that are none.
fn chunks(path: &str) -> Vec<Connection> {
    let chunked = |body: &str| post(path, "transfer-encoding: chunked\r\nconnection: close\r\n", body);
    vec![
        ("no chunk size", May::Refused, chunked("\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size in words", May::Refused, chunked("two\r\n{}\r\n0\r\n\r\n")),
        ("a chunk size of 2^64", May::Refused, chunked("10000000000000000\r\n{}\r\n0\r\n\r\n")),
        ("a negative chunk", May::Refused, chunked("-2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk longer than it says", May::Refused, chunked("2\r\n{}{}\r\n0\r\n\r\n")),
        ("chunks without an end", May::Refused, chunked("2\r\n{}\r\n")),
        (
            "an endless chunk extension",
            May::Refused,
            chunked(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(1 << 20))),
        ),
        ("a trailer of 1 MB", May::Refused, chunked(&format!("2\r\n[]\r\n0\r\nx: {}\r\n\r\n", "a".repeat(1 << 20)))),
    ]
}

/// Heads that are too large, or no heads.
fn heads(path: &str) -> Vec<Connection> {
    let post = |headers: &str, body: &str| post(path, headers, body);
    let many = "x-a: b\r\n".repeat(10_000);
    let strange =
        b"GET / HTTP/1.1\r\nhost: mock\r\nconnection: close\r\nauthorization: Bearer \xff\xfe\r\nif-match: \xff\r\n\
        idempotency-key: \xff\r\naccept-language: \xff\r\n\r\n";
    vec![
        (
            "a header of 100 kB",
            May::Anything,
            post(&format!("x: {}\r\ncontent-length: 0\r\n", "a".repeat(100_000)), ""),
        ),
        ("a header of 2 MB", May::Refused, post(&format!("x: {}\r\n", "a".repeat(2 << 20)), "")),
        ("10,000 headers", May::Refused, post(&many, "")),
        ("a folded header", May::Refused, post("x: a\r\n b: c\r\ncontent-length: 0\r\n", "")),
        ("a header without a colon", May::Refused, post("x\r\n", "")),
        ("a header without a name", May::Refused, post(": x\r\n", "")),
        ("a bare CR in a value", May::Refused, post("x: a\rb: c\r\ncontent-length: 0\r\n", "")),
        ("a NUL in a value", May::Refused, post("x: a\0b\r\ncontent-length: 0\r\n", "")),
        ("a NUL in a name", May::Refused, post("x\0y: a\r\ncontent-length: 0\r\n", "")),
        ("bytes in a value", May::Anything, strange.to_vec()),
        ("an expectation nobody knows", May::Anything, post("expect: miracles\r\ncontent-length: 2\r\n", "[]")),
        (
            "a body that is not packed as it says",
            May::Refused,
            post("content-encoding: gzip\r\ncontent-length: 2\r\n", "xx"),
        ),
        ("a range of a page", May::Anything, line("GET / HTTP/1.1\r\nrange: bytes=9999999999-")),
    ]
}

/// Addresses that lead nowhere.
fn addresses() -> Vec<Connection> {
    vec![
        (
            "bytes in a path",
            May::Refused,
            b"GET /\xff\xfe HTTP/1.1\r\nhost: mock\r\nconnection: close\r\n\r\n".to_vec(),
        ),
        ("escaped bytes in a path", May::Refused, get("/api/look-up/%ff%fe")),
        ("bytes in a query", May::Anything, get("/?lang=%ff%fe&state=%00")),
        ("a NUL in a path", May::Refused, get("/nowhere%00")),
        ("a bare NUL in a path", May::Refused, get("/\0")),
        ("steps up a path", May::Refused, get("/../../../../etc/passwd")),
        ("escaped steps up a path", May::Refused, get("/..%2f..%2fetc%2fpasswd")),
        ("a path of 100 kB", May::Refused, get(&format!("/{}", "a".repeat(100_000)))),
        ("a query of 60 kB", May::Anything, get(&format!("/?lang={}", "%C3%A9".repeat(10_000)))),
        ("an escape in a value", May::Anything, get("/?lang=en%0d%0aset-cookie:%20a=b")),
    ]
}

/// Other versions, other methods, other protocols, and noise.
fn protocols() -> Vec<Connection> {
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".iter().copied();
    let upgrade = "GET / HTTP/1.1\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__";
    vec![
        ("no host", May::Anything, b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_vec()),
        ("HTTP/0.9", May::Refused, b"GET /\r\n".to_vec()),
        ("HTTP/1.2", May::Refused, line("GET / HTTP/1.2")),
        ("HTTP/9.9", May::Refused, line("GET / HTTP/9.9")),
        ("no version", May::Refused, line("GET /")),
        ("an unknown method", May::Refused, line("STEAL / HTTP/1.1")),
        ("a method in small letters", May::Refused, line("get / HTTP/1.1")),
        ("a method of 100 kB", May::Refused, line(&format!("{} / HTTP/1.1", "A".repeat(100_000)))),
        ("CONNECT", May::Refused, line("CONNECT example.invalid:443 HTTP/1.1")),
        ("TRACE", May::Refused, line("TRACE / HTTP/1.1")),
        ("an asterisk", May::Refused, line("OPTIONS * HTTP/1.1")),
        ("another's address", May::Anything, line("GET http://example.invalid/ HTTP/1.1")),
        ("lines without CR", May::Anything, b"GET / HTTP/1.1\nhost: mock\nconnection: close\n\n".to_vec()),
        ("empty lines first", May::Anything, [b"\r\n\r\n".as_slice(), &get("/")].concat()),
        ("nothing at all", May::Refused, Vec::new()),
        ("half a line", May::Refused, b"POST /or".to_vec()),
        ("half a head", May::Refused, b"POST /orders HTTP/1.1\r\nhost: mo".to_vec()),
        ("a greeting of TLS", May::Refused, hello.chain((0..=255).cycle().take(512)).collect()),
        ("the preface of HTTP/2", May::Refused, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        ("an upgrade to HTTP/2", May::Anything, line(upgrade)),
        ("garbage", May::Refused, (0..=255).cycle().take(4_096).collect()),
        ("a megabyte of one letter", May::Refused, vec![b'A'; 1 << 20]),
    ]
}
