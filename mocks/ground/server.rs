//! A server: one thread, one current-thread runtime, one listener.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{self, Runtime};
use tokio::sync::watch;

/// How many connections may wait to be accepted, so that a burst loses no packets.
const BACKLOG: u32 = 4_096;

/// An address that is bound, on which no client is served yet.
#[derive(Debug)]
pub struct Bound {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes an address to listen on; port 0 is any free one.
///
/// # Errors
/// When the address cannot be bound or the runtime cannot be made.
pub fn bind(address: SocketAddr) -> io::Result<Bound> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?
    };
    let address = listener.local_addr()?;
    Ok(Bound { runtime, listener, address })
}

impl Bound {
    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts a thread that runs `work` to its end, which is when [`Server::serve`] returns. Tasks that are still there
    /// end then, and what `work` returns is dropped after them.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub fn run<F: Future>(self, name: &str, work: impl FnOnce(Server) -> F + Send + 'static) -> io::Result<Running> {
        let Self { runtime, listener, address } = self;
        let (stop, stopped) = watch::channel(false);
        let server = Server { listener, stop: Stop(stopped) };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let left = runtime.block_on(work(server));
            runtime.shutdown_background();
            drop(left);
        })?;
        Ok(Running { address, stop, thread: Some(thread) })
    }
}

/// A server in its own runtime, before it serves.
#[derive(Debug)]
pub struct Server {
    pub(crate) listener: TcpListener,
    pub(crate) stop: Stop,
}

impl Server {
    /// Tells a task of the server when to end.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }
}

/// Says when a server is to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Resolves when the server is to stop.
    pub async fn asked(mut self) {
        // An error means that the sender is gone, which asks for the same.
        drop(self.0.wait_for(|asked| *asked).await);
    }
}

/// A server that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    /// Says that it is time to stop; dropping it says so too.
    stop: watch::Sender<bool>,
    /// `None` once the thread was joined.
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no new connections, lets open ones finish for at most a second, and ends.
    pub fn stop(self) {
        drop(self);
    }

    /// Blocks until the server ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the server was already reported on its own thread, and there is no one to report it to here.
            drop(thread.join());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.join();
    }
}
