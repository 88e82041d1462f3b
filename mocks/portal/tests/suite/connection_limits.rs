//! Clients that are slow, greedy or many: refused in time, while others are served. `mocks/ground` has tests of its own.

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
    let portal = behaving(Behaviour::ordinary());
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
async fn its_policy_is_the_one_it_was_given() {
    let policy = Policy { connections: 1, idle: IDLE };
    let portal = behaving(Behaviour { connections: policy, ..Behaviour::ordinary() });
    let first = send(&portal, "GET /api/procedures HTTP/1.1\r\nhost: portal\r\n\r\n").await;
    let second = until_closed(send(&portal, "").await).await;
    assert!(second.starts_with("HTTP/1.1 503 ") && second.contains("retry-after: 1"), "{second}");
    assert!(until_closed(first).await.starts_with("HTTP/1.1 200 "), "closed once it has idled");
}
