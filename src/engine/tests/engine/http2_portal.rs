//! A portal that speaks HTTP/2 without TLS (prior knowledge); a [`Front`](super::tls_front::Front) puts TLS before it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// A request as it came in.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) head: http::request::Parts,
    pub(crate) body: Vec<u8>,
    /// Which connection it came on, and as which request there, both counted from 0.
    pub(crate) connection: usize,
    pub(crate) nth: usize,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }
}

/// What is done of a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(Response<String>),
    /// An answer, behind which the connection is closed in order.
    Last(Response<String>),
    Reset(Reason),
}

impl Reply {
    /// 200, with this body.
    pub(crate) fn say(body: &str) -> Self {
        Self::Answer(Response::new(body.to_owned()))
    }

    /// What a decent portal would answer.
    pub(crate) fn polite(asked: &Asked) -> Self {
        let last = asked.path().rsplit('/').next().unwrap_or_default();
        match last {
            "sign-in" => Self::say(r#"{"token":"t-1"}"#),
            last => Self::say(&format!(r#"{{"code":"{}"}}"#, last.replace('R', "D"))),
        }
    }
}

/// It ends with the test's process.
pub(crate) struct Http2Portal {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    reply: Box<dyn Fn(&Asked) -> Reply + Send + Sync>,
    connections: AtomicUsize,
    asked: Mutex<Vec<Asked>>,
}

impl Http2Portal {
    pub(crate) fn polite() -> Self {
        Self::start(Reply::polite)
    }

    pub(crate) fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Arc::new(Shared { reply: Box::new(reply), connections: AtomicUsize::new(0), asked: Mutex::default() });
        let portal = Self { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(listen(listener, shared));
        });
        portal
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections carried a request.
    pub(crate) fn connections(&self) -> usize {
        let asked = self.shared.asked.lock().unwrap();
        asked.iter().map(|asked| asked.connection).collect::<std::collections::BTreeSet<_>>().len()
    }

    /// What this makes of all requests so far, in order of their coming.
    pub(crate) fn asked<T>(&self, of: impl Fn(&Asked) -> T) -> Vec<T> {
        self.shared.asked.lock().unwrap().iter().map(of).collect()
    }
}

async fn listen(listener: std::net::TcpListener, shared: Arc<Shared>) {
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let connection = shared.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(serve(stream, connection, Arc::clone(&shared)));
    }
}

async fn serve(stream: TcpStream, connection: usize, shared: Arc<Shared>) {
    let Ok(mut frames) = h2::server::handshake(stream).await else { return };
    let (tell, mut told) = unbounded_channel();
    let mut nth = 0;
    loop {
        tokio::select! {
            accepted = frames.accept() => {
                let Some(Ok((request, respond))) = accepted else { return };
                tokio::spawn(answer(request, respond, (connection, nth), Arc::clone(&shared), tell.clone()));
                nth += 1;
            }
            Some(()) = told.recv() => frames.graceful_shutdown(),
        }
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    (connection, nth): (usize, usize),
    shared: Arc<Shared>,
    last: UnboundedSender<()>,
) {
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(Ok(piece)) = stream.data().await {
        stream.flow_control().release_capacity(piece.len()).unwrap();
        body.extend_from_slice(&piece);
    }
    let asked = Asked { head, body, connection, nth };
    let reply = (shared.reply)(&asked);
    shared.asked.lock().unwrap().push(asked);
    let (response, is_last) = match reply {
        Reply::Answer(response) => (response, false),
        Reply::Last(response) => (response, true),
        Reply::Reset(reason) => return respond.send_reset(reason),
    };
    let (head, body) = response.into_parts();
    // Whoever has gone need not be answered.
    if let Ok(mut stream) = respond.send_response(Response::from_parts(head, ()), false) {
        drop(stream.send_data(Bytes::from(body), true));
    }
    if is_last {
        last.send(()).unwrap_or_default();
    }
}
