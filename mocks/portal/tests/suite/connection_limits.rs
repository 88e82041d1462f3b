//! Clients that are slow, silent, greedy or many: refused or cut off in time, while others are served.

use std::net::SocketAddr;
use std::time::Duration;

use mock_portal::{Behaviour, Catalogue, Config, Policy, Running};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Long enough for a busy machine, short enough for a test.
const IDLE: Duration = Duration::from_secs(2);
const BODY: Duration = Duration::from_millis(300);
/// A portal that has not closed a connection by then never will.
const FOR_EVER: Duration = Duration::from_secs(300);

fn portal(connections: Policy) -> Running {
    behaving(Behaviour { connections, ..Behaviour::ordinary() })
}

fn behaving(behaviour: Behaviour) -> Running {
    let config = Config {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        bank_url: String::new(),
        bank_secret: String::new(),
        bank_partner: String::new(),
        post_url: String::new(),
        post_token: String::new(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: Vec::new(),
        test_hooks: true,
    };
    mock_portal::start_with(config, behaviour).unwrap()
}

async fn send(portal: &Running, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(portal.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Everything that comes until the portal closes the connection, which it must.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset closes as well.
    drop(timeout(FOR_EVER, stream.read_to_end(&mut bytes)).await.expect("the portal must close the connection"));
    String::from_utf8(bytes).unwrap()
}

async fn assert_serves(portal: &Running) {
    let text = "GET /api/procedures HTTP/1.1\r\nhost: portal\r\nconnection: close\r\n\r\n";
    let answer = until_closed(send(portal, text).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn who_gets_no_answer_for_too_long_is_cut_off() {
    let portal = portal(Policy { idle: IDLE, ..Policy::USUAL });
    let silent = send(&portal, "").await;
    let half_a_head = send(&portal, "GET /api/procedures HTTP/1.1\r\nho").await;
    let served_before = send(&portal, "GET /api/procedures HTTP/1.1\r\nhost: portal\r\n\r\n").await;
    assert_serves(&portal).await;
    assert_eq!(until_closed(silent).await, "");
    assert_eq!(until_closed(half_a_head).await, "");
    assert!(until_closed(served_before).await.starts_with("HTTP/1.1 200 "));
    assert_serves(&portal).await;
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_does_not_keep_the_connection() {
    let portal = portal(Policy { idle: IDLE, ..Policy::USUAL });
    let mut stream = send(&portal, "GET / HTTP/1.1\r\nx: ").await;
    let trickling = async {
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(IDLE / 50).await;
        }
    };
    timeout(FOR_EVER, trickling).await.expect("the portal must close the connection");
    assert_serves(&portal).await;
}

#[tokio::test]
async fn who_does_not_read_is_cut_off() {
    let portal = portal(Policy { idle: IDLE, ..Policy::USUAL });
    let mut stream = send(&portal, "").await;
    let ask = "GET /openapi.json HTTP/1.1\r\nhost: portal\r\n\r\n".repeat(100);
    // 100 times 300 kB are more than the buffers between two processes hold.
    let asking = async { while stream.write_all(ask.as_bytes()).await.is_ok() {} };
    timeout(FOR_EVER, asking).await.expect("the portal must close the connection");
    assert_serves(&portal).await;
}

#[tokio::test]
async fn a_connection_in_use_is_kept() {
    let portal = portal(Policy { idle: IDLE, ..Policy::USUAL });
    let mut stream = send(&portal, "").await;
    for _ in 0..10 {
        stream.write_all(b"GET /_test/clock HTTP/1.1\r\nhost: portal\r\n\r\n").await.unwrap();
        let mut answer = [0; 4_096];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
        tokio::time::sleep(IDLE / 4).await;
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_with_408() {
    let portal = behaving(Behaviour { body_timeout: BODY, ..Behaviour::ordinary() });
    let head = "POST /api/sessions HTTP/1.1\r\nhost: portal\r\ncontent-length: 100\r\n\r\n";
    for begun in ["", "{\"citizen_number\":"] {
        let answer = until_closed(send(&portal, &format!("{head}{begun}")).await).await;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"error_code\":\"too_slow\""), "{answer}");
    }
    assert_serves(&portal).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_or_is_too_long_ends_its_connection_only() {
    let portal = portal(Policy::USUAL);
    let head =
        |length: u64| format!("POST /api/sessions HTTP/1.1\r\nhost: portal\r\ncontent-length: {length}\r\n\r\n{{");
    drop(send(&portal, &head(100)).await);
    let answer = until_closed(send(&portal, &head(1 << 40)).await).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let endless = format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(80 * 1024));
    let answer = until_closed(send(&portal, &endless).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(), "{answer}");
    assert_serves(&portal).await;
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let portal = portal(Policy { connections: 3, ..Policy::USUAL });
    let ask = "GET /api/procedures HTTP/1.1\r\nhost: portal\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = send(&portal, ask).await;
        let mut first = [0; 9];
        stream.read_exact(&mut first).await.unwrap();
        held.push(stream);
    }
    let answer = until_closed(send(&portal, "").await).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1"), "{answer}");
    held.clear();
    for _ in 0..3_000 {
        if until_closed(send(&portal, "GET / HTTP/1.0\r\n\r\n").await).await.starts_with("HTTP/1.0 200 ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("permits that are free again must be given");
}
