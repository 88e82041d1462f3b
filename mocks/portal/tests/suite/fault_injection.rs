//! Noise as its clients meet it, and clients who behave badly.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use http::{Method, StatusCode};
use mock_bank::Faults;
use mock_portal::{Behaviour, Noise};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::scene::{Scene, permit_with};
use super::variants::{Asker, portal};

fn noisy(noise: Noise) -> Behaviour {
    Behaviour { noise: vec![noise], seed: 7, ..Behaviour::ordinary() }
}

/// How each of many requests in a row went.
async fn outcomes(noise: Noise, count: usize) -> Vec<Result<u16, String>> {
    let portal = portal(noisy(noise));
    let asker = Asker::of(&portal);
    let mut outcomes = Vec::new();
    for _ in 0..count {
        let answer = asker.try_ask(Method::GET, "/api/procedures", &[], &Value::Null).await;
        let is_told_when = |raw: &super::variants::Raw| raw.headers.contains_key("retry-after");
        assert!(answer.as_ref().map_or(true, |raw| (raw.status == 503) == is_told_when(raw)));
        outcomes.push(answer.map(|raw| raw.status.as_u16()));
    }
    outcomes
}

#[tokio::test]
async fn bursts_refuse_and_are_the_same_again() {
    let first = outcomes(Noise::Bursts, 1_100).await;
    let refused = first.iter().filter(|outcome| **outcome == Ok(503)).count();
    assert!((20..=60).contains(&refused), "{refused}");
    assert!(first.iter().all(|outcome| matches!(outcome, Ok(200 | 503))));
    assert_eq!(first, outcomes(Noise::Bursts, 1_100).await);
}

#[tokio::test]
async fn resets_break_connections_and_nothing_else() {
    let outcomes = outcomes(Noise::Resets, 900).await;
    let broken: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert!((1..=20).contains(&broken.len()), "{broken:?}");
    assert!(broken.iter().all(|error| error.contains("reset") || error.contains("closed")), "{broken:?}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(200) | Err(_))));
}

#[tokio::test]
async fn a_callback_that_is_dropped_comes_again_and_the_fee_is_paid() {
    let scene = Scene::behaving(&[], Faults { duplicate: 0.0, forged: 0.0 }, noisy(Noise::DroppedCallbacks)).await;
    for i in 1..=12 {
        let online = json!({ "payment_method": "online" });
        let code = scene.submit(permit_with(&format!("c-{i}"), &online)).await;
        scene.pay(&code).await;
        assert_eq!(scene.full(&code).await["payment"]["state"], "PAID");
    }
    let signals = scene.bank_signals().await;
    let callbacks: Vec<_> = signals.iter().filter(|signal| signal["kind"] == "callback").collect();
    let dropped = callbacks.iter().filter(|signal| signal["status"] == 503).count();
    assert!(dropped > 0 && callbacks.len() == 12 + dropped, "{dropped} of {}", callbacks.len());
}

#[tokio::test]
async fn delay_and_limit_act_from_the_start() {
    let portal = portal(Behaviour { delay: Duration::from_millis(20), limit: Some(3), ..Behaviour::ordinary() });
    let asker = Asker::of(&portal);
    let began = Instant::now();
    let (mut requests, mut refused) = (0, 0);
    // Sooner or later there are more than three in a second, on whatever machine.
    while refused < 2 && requests < 2_000 {
        let answer = asker.try_ask(Method::GET, "/api/procedures", &[], &Value::Null).await.unwrap();
        refused += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        requests += 1;
    }
    assert!(began.elapsed() >= Duration::from_millis(20) * requests);
    assert_eq!(refused, 2);
}

/// A connection that does not wait for ever.
fn connected(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    stream
}

/// Sends some bytes and no more; returns the status line of what comes back, if anything does.
fn told(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connected(address);
    // The portal may have heard enough before the end, and closed.
    drop(stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write)));
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "neither answered nor closed");
    }
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn idle_slow_and_broken_clients_harm_nobody() {
    let portal = portal(Behaviour::ordinary());
    let mut idle = Vec::new();
    for i in 0..2_000 {
        let mut stream = connected(portal.address());
        if i % 2 == 0 {
            // Half of them have begun a request, and let the portal wait for its body.
            stream.write_all(b"POST /api/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{\"cit").unwrap();
        }
        idle.push(stream);
    }
    let long_header = format!("GET /api/procedures HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let nested = "[".repeat(100_000);
    let nested = format!("POST /api/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{nested}", nested.len());
    let broken: [&[u8]; 7] = [
        b"POST /api/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{\"citizen",
        b"POST /api/sessions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n\xff\xfe\xfd",
        b"POST /api/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        long_header.as_bytes(),
        nested.as_bytes(),
    ];
    for bytes in broken {
        let line = told(portal.address(), bytes);
        assert!(line.is_empty() || line.starts_with("HTTP/1.1 4"), "{line}");
    }
    let asker = Asker::of(&portal);
    let answer = asker.try_ask(Method::GET, "/api/procedures", &[], &Value::Null).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    // One that has begun goes on, slowly, and is answered like anybody.
    let slow = idle.get_mut(0).unwrap();
    for byte in format!("{:45}", "izen_number\":\"1\",\"otp\":\"2\"}").bytes() {
        slow.write_all(&[byte]).unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut line = [0; 12];
    slow.read_exact(&mut line).unwrap();
    assert!(line.starts_with(b"HTTP/1.1 4"), "{line:?}");
}
