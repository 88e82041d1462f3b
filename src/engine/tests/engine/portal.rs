//! A portal made by hand out of a listening socket, so that it can do everything a portal must not do.
//!
//! Every connection has a thread of its own. What a test wants is a function from what was asked to what is written.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    /// The request line and the headers, as they came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Which connection it came on, and as which request there, both counted from 0.
    pub(crate) connection: usize,
    pub(crate) nth: usize,
}

/// Whether a connection serves on after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Keep,
    Close,
}

/// A listening portal; it stops listening when it is dropped.
pub(crate) struct Portal {
    control: Arc<Control>,
}

pub(crate) struct Control {
    address: SocketAddr,
    is_shut: AtomicBool,
    connections: AtomicUsize,
    asked: Mutex<Vec<Asked>>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Portal {
    /// Answers requests by this function.
    pub(crate) fn start(answer: impl Fn(&Asked, &mut TcpStream) -> Then + Send + Sync + 'static) -> Self {
        Self::controlled(move |_, asked, stream| answer(asked, stream))
    }

    /// Answers requests by this function, which may also shut the portal.
    pub(crate) fn controlled(
        answer: impl Fn(&Control, &Asked, &mut TcpStream) -> Then + Send + Sync + 'static,
    ) -> Self {
        Self::listen(serving(answer))
    }

    /// Leaves every connection to this function.
    pub(crate) fn raw(connect: impl Fn(&mut TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::listen(move |_, stream, connection| connect(stream, connection))
    }

    /// Answers everything as it ought to.
    pub(crate) fn polite() -> Self {
        Self::start(|asked, stream| say(stream, 200, &polite(asked)))
    }

    /// The same at the loopback address of IPv6, if this machine has one.
    pub(crate) fn at_ipv6() -> Option<Self> {
        let listener = TcpListener::bind("[::1]:0").ok()?;
        Some(Self::listen_at(listener, serving(|_, asked, stream| say(stream, 200, &polite(asked)))))
    }

    /// A polite one at another address of this machine.
    pub(crate) fn at(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        Self::listen_at(listener, serving(|_, asked, stream| say(stream, 200, &polite(asked))))
    }

    fn listen(serve: impl Fn(&Control, &mut TcpStream, usize) + Send + Sync + 'static) -> Self {
        Self::listen_at(TcpListener::bind("127.0.0.1:0").unwrap(), serve)
    }

    fn listen_at(
        listener: TcpListener,
        serve: impl Fn(&Control, &mut TcpStream, usize) + Send + Sync + 'static,
    ) -> Self {
        let control = Arc::new(Control {
            address: listener.local_addr().unwrap(),
            is_shut: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            asked: Mutex::default(),
            listening: Mutex::default(),
        });
        let portal = Self { control: Arc::clone(&control) };
        let serve = Arc::new(serve);
        let listening = std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                if control.is_shut.load(Ordering::SeqCst) {
                    return;
                }
                let connection = control.connections.fetch_add(1, Ordering::SeqCst);
                let (serve, control) = (Arc::clone(&serve), Arc::clone(&control));
                std::thread::spawn(move || serve(&control, &mut stream, connection));
            }
        });
        *portal.control.listening.lock().unwrap() = Some(listening);
        portal
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.control.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.control.address
    }

    /// All requests so far, in order of their coming.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.control.asked.lock().unwrap().clone()
    }

    /// How often a path was asked for.
    pub(crate) fn times(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.path == path).count()
    }

    pub(crate) fn connections(&self) -> usize {
        self.control.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.control.shut();
    }
}

impl Control {
    /// Stops listening: whoever connects from now on is refused.
    pub(crate) fn shut(&self) {
        self.is_shut.store(true, Ordering::SeqCst);
        let listening = self.listening.lock().unwrap().take();
        if let Some(listening) = listening {
            // Whoever connects wakes the listening thread, which then sees that it is over.
            drop(TcpStream::connect(self.address));
            listening.join().unwrap();
        }
    }
}

/// Serves a connection with the answers of this function.
fn serving(
    answer: impl Fn(&Control, &Asked, &mut TcpStream) -> Then + Send + Sync + 'static,
) -> impl Fn(&Control, &mut TcpStream, usize) + Send + Sync + 'static {
    move |control, stream, connection| {
        let Ok(reading) = stream.try_clone() else { return };
        let mut reader = BufReader::new(reading);
        let mut nth = 0;
        while let Some(mut asked) = read_request(&mut reader) {
            (asked.connection, asked.nth) = (connection, nth);
            nth += 1;
            control.asked.lock().unwrap().push(asked.clone());
            if answer(control, &asked, stream) == Then::Close {
                return;
            }
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Asked { path, head, body, connection: 0, nth: 0 })
}

/// Writes an answer as it ought to be.
pub(crate) fn say(stream: &mut TcpStream, status: u16, body: &str) -> Then {
    write(stream, format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes())
}

/// Writes these bytes.
pub(crate) fn write(stream: &mut TcpStream, bytes: &[u8]) -> Then {
    if stream.write_all(bytes).is_ok() { Then::Keep } else { Then::Close }
}

/// Writes these bytes again and again until nobody takes them; says how many were taken.
pub(crate) fn pour(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    let mut poured = 0;
    while let Ok(taken @ 1..) = stream.write(bytes) {
        poured += taken;
    }
    poured
}

/// Says nothing until the other side goes.
pub(crate) fn hold(stream: &mut TcpStream) -> Then {
    let mut rest = [0; 1_024];
    while let Ok(1..) = stream.read(&mut rest) {}
    Then::Close
}

/// The last part of a path: a reference or a code.
pub(crate) fn last(asked: &Asked) -> &str {
    asked.path.rsplit('/').next().unwrap_or_default()
}

/// The number of the case that a reference (`R-7`) or a code (`D-7`) names.
pub(crate) fn number(asked: &Asked) -> usize {
    last(asked).get(2..).and_then(|digits| digits.parse().ok()).unwrap_or(usize::MAX)
}

/// What a decent portal would answer.
pub(crate) fn polite(asked: &Asked) -> String {
    if asked.path.ends_with("/sign-in") {
        r#"{"token":"t-1"}"#.to_owned()
    } else if asked.path.ends_with("/inbox") {
        r#"{"items":[]}"#.to_owned()
    } else {
        format!(r#"{{"code":"{}"}}"#, last(asked).replace('R', "D"))
    }
}
