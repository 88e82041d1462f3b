//! The systems, each a process of its own that ends when its standard input closes: the reference portal, and a constant
//! answer that shows what HTTP alone costs and stands in for the portal's peers.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::serve::ListenerExt;
use mock_portal::{Behaviour, Catalogue};

use crate::processor::Trouble;

/// What portal and peers share; no secret, it lives as long as the benchmark.
pub(crate) const SECRET: &str = "bench-secret";
pub(crate) const TOKEN: &str = "bench-token";
pub(crate) const PARTNER: &str = "BENCH";

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The reference portal with its sample catalogue; the first line of standard output is its address.
pub(crate) fn portal(peers: &str, delay_us: u64) -> Result<(), Trouble> {
    let config = mock_portal::Config {
        bind: ANY_PORT,
        bank_url: peers.to_owned(),
        bank_secret: SECRET.to_owned(),
        bank_partner: PARTNER.to_owned(),
        post_url: peers.to_owned(),
        post_token: TOKEN.to_owned(),
        hub: None,
        catalogue: Catalogue::sample(),
        defects: Vec::new(),
        test_hooks: true,
    };
    let conduct = Behaviour { delay: Duration::from_micros(delay_us), ..Behaviour::ordinary() };
    let portal = mock_portal::start_with(config, conduct)?;
    serve_until_alone(&portal.address().to_string())
}

/// Answers every request with the same text, as long as the answers of the portal are in the middle. In it the client
/// finds whatever it looks for, and the portal what it expects of bank and post.
const ANSWER: &str = concat!(
    r#"{"code":"H99.01-261126-0001","state":"IN_PROCESS","version":5,"token":"00000000000000000000000000000000","#,
    r#""reference":"H99.01-261126-0001-P1","waybill":"EE000000001VN","amount":120000,"currency":"VND","#,
    r#""error_code":"0","status":"100","payment_url":"http://127.0.0.1:9/pay/T00000001","#,
    r#""submitted_at":"2026-11-26T07:30:00.000+07:00","accepted_at":"2026-11-26T08:10:00.000+07:00","#,
    r#""due_at":"2026-12-03T08:10:00.000+07:00","completed_at":null,"fee":120000,"payment_state":"PAID"}"#,
);

/// What HTTP alone costs: axum as it comes, one thread, one route, a constant answer. Another one stands in for bank and
/// post, which answer at once so.
pub(crate) fn constant() -> Result<(), Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        let listener = std::net::TcpListener::bind(ANY_PORT)?;
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener)?
    };
    let address = listener.local_addr()?;
    let answer = async |_body: Bytes| ([(CONTENT_TYPE, "application/json")], ANSWER);
    let routes = Router::new().fallback(answer);
    // Without it answers are only slower.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    std::thread::spawn(move || {
        runtime.block_on(async {
            // It never ends by itself; the process does.
            let _ended: std::io::Result<()> = axum::serve(listener, routes).await;
        });
    });
    serve_until_alone(&address.to_string())
}

/// Says where the system is, and returns when standard input closes: the benchmark has ended, or was killed.
fn serve_until_alone(address: &str) -> Result<(), Trouble> {
    writeln!(std::io::stdout(), "{address}")?;
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest)?;
    Ok(())
}
