//! What clients that are many or slow get from a server, what it does when it stops, and how peers are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::{Call, CallError, Caller, Policy, PoolError, Running, bind};

/// Long enough for a busy machine, short enough for a test.
const IDLE: Duration = Duration::from_secs(2);
/// A server that has not closed a connection by then never will.
const FOR_EVER: Duration = Duration::from_secs(300);
const ASK: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const ASK_ONCE: &str = "GET / HTTP/1.0\r\n\r\n";

fn server(policy: Policy) -> Running {
    server_of(policy, Router::new().route("/", get(async || "here")))
}

fn server_of(policy: Policy, routes: Router) -> Running {
    let bound = bind(([127, 0, 0, 1], 0).into()).unwrap();
    bound.run("ground", move |server| server.serve_routes(policy, routes)).unwrap()
}

async fn send(server: &Running, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Everything that comes until the server closes the connection, which it must.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset closes as well.
    drop(timeout(FOR_EVER, stream.read_to_end(&mut bytes)).await.expect("the server must close the connection"));
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_again_even_if_it_has_asked_already() {
    let server = server(Policy { connections: 2, ..Policy::USUAL });
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = send(&server, ASK).await;
        stream.read_exact(&mut [0; 9]).await.unwrap();
        held.push(stream);
    }
    for text in ["", ASK, &"x".repeat(10_000)] {
        let answer = until_closed(send(&server, text).await).await;
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1"), "{answer}");
    }
    held.clear();
    for _ in 0..3_000 {
        if until_closed(send(&server, ASK_ONCE).await).await.starts_with("HTTP/1.0 200 ") {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("permits that are free again must be given");
}

#[tokio::test]
async fn a_client_that_gets_no_answer_for_too_long_is_cut_off() {
    let server = server(Policy { idle: IDLE, ..Policy::USUAL });
    let silent = send(&server, "").await;
    let half_a_head = send(&server, "GET / HTTP/1.1\r\nho").await;
    let served_before = send(&server, ASK).await;
    assert_eq!(until_closed(silent).await, "");
    assert_eq!(until_closed(half_a_head).await, "");
    assert!(until_closed(served_before).await.ends_with("here"));
    assert!(until_closed(send(&server, ASK_ONCE).await).await.ends_with("here"));
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_does_not_keep_the_connection() {
    let server = server(Policy { idle: IDLE, ..Policy::USUAL });
    let mut stream = send(&server, "GET / HTTP/1.1\r\nx: ").await;
    let trickling = async {
        while stream.write_all(b"a").await.is_ok() {
            sleep(IDLE / 50).await;
        }
    };
    timeout(FOR_EVER, trickling).await.expect("the server must close the connection");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let long = get(async || "x".repeat(300_000));
    let server = server_of(Policy { idle: IDLE, ..Policy::USUAL }, Router::new().route("/", long));
    let mut stream = send(&server, "").await;
    // 100 times 300 kB are more than the buffers between two processes hold.
    let asking = async { while stream.write_all(ASK.repeat(100).as_bytes()).await.is_ok() {} };
    timeout(FOR_EVER, asking).await.expect("the server must close the connection");
}

#[tokio::test]
async fn a_connection_in_use_is_kept() {
    let server = server(Policy { idle: IDLE, ..Policy::USUAL });
    let mut stream = send(&server, "").await;
    for _ in 0..10 {
        stream.write_all(ASK.as_bytes()).await.unwrap();
        let mut answer = [0; 4_096];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
        sleep(IDLE / 4).await;
    }
}

#[tokio::test]
async fn an_exchange_under_way_is_finished_when_the_server_stops_and_no_other_is_begun() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_begun, may_go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = get(async move || {
        has_begun.notify_one();
        may_go_on.notified().await;
        "late"
    });
    let server = server_of(Policy::USUAL, Router::new().route("/", slow));
    let address = server.address();
    let idle = send(&server, "").await;
    let under_way = send(&server, ASK).await;
    begun.notified().await;
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    assert_eq!(until_closed(idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());
    go_on.notify_one();
    assert!(until_closed(under_way).await.ends_with("late"));
    stopping.await.unwrap();
}

/// A peer that answers with the status in its path, and how many connections it has had.
fn peer() -> (Running, Arc<AtomicUsize>) {
    let answer = post(async |Path(status): Path<u16>| StatusCode::from_u16(status).unwrap());
    let service = TowerToHyperService::new(Router::new().route("/{status}", answer));
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let service_for = move |_: &mut crate::Connection| {
        counted.fetch_add(1, Ordering::Relaxed);
        service.clone()
    };
    let bound = bind(([127, 0, 0, 1], 0).into()).unwrap();
    (bound.run("peer", move |server| server.serve(Policy::USUAL, service_for)).unwrap(), connections)
}

#[tokio::test]
async fn a_decision_is_asked_for_once_and_a_failure_three_times_over_one_connection() {
    let ((peer, connections), caller) = (peer(), Caller::new(8));
    for (status, expected) in [(200, 1), (409, 1), (500, 3), (503, 3)] {
        let (url, mut tries) = (format!("{}/{status}", peer.url()), 0);
        let outcome = caller.until_decided(&Call::post(&url, "{}".into()), |_| tries += 1).await;
        assert_eq!((outcome.unwrap().status.as_u16(), tries), (status, expected));
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_peer_that_does_not_answer_as_agreed_has_given_no_answer() {
    let (server, caller) = (server(Policy::USUAL), Caller::new(8));
    let url = server.url();
    let too_long = caller.once(&Call { longest: 3, ..Call::get(&url) }).await;
    assert!(matches!(too_long, Err(CallError::Exchange { source: PoolError::TooLong, .. })), "{too_long:?}");
    let secure = caller.once(&Call::get("https://127.0.0.1/")).await;
    assert!(matches!(secure, Err(CallError::Exchange { source: PoolError::Address, .. })), "{secure:?}");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let silence = caller.once(&Call { timeout: Duration::from_millis(50), ..Call::get(&url) }).await;
    assert!(matches!(silence, Err(CallError::Timeout { .. })), "{silence:?}");
}
