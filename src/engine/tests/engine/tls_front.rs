//! TLS in front of a [`Portal`], with certificates made for the test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::{WantsServerCert, WebPkiClientVerifier};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ConfigBuilder, HandshakeKind, RootCertStore, ServerConfig, SupportedProtocolVersion};
use vandan_engine::{Tls, TlsOptions};

use super::portal::Portal;

/// A CA of its own, and files that a user would have.
pub(crate) struct Authorities {
    folder: TempDir,
    ca: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(crate) struct Identity {
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyPair,
}

impl Authorities {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let ca = params.self_signed(&key).unwrap();
        Self { folder: TempDir::new().unwrap(), ca, issuer: Issuer::new(params, key) }
    }

    /// A certificate of this CA.
    pub(crate) fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity { certificate: params.signed_by(&key, &self.issuer).unwrap(), key }
    }

    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// The CA as a user names it.
    pub(crate) fn ca(&self) -> PathBuf {
        self.file("ca.pem", &self.ca.pem())
    }

    /// A certificate and its key as a user names them.
    pub(crate) fn client(&self, identity: &Identity) -> (PathBuf, PathBuf) {
        let key = self.file("client.key", &identity.key.serialize_pem());
        (self.file("client.pem", &identity.certificate.pem()), key)
    }

    /// Trusts this CA.
    pub(crate) fn trusted(&self) -> Tls {
        Tls::load(&TlsOptions { ca: Some(self.ca()), ..TlsOptions::default() }).unwrap()
    }
}

/// What a certificate for this machine says.
pub(crate) fn here() -> CertificateParams {
    CertificateParams::new(["localhost", "127.0.0.1"].map(String::from)).unwrap()
}

/// What one says that has expired.
pub(crate) fn expired() -> CertificateParams {
    let mut params = here();
    (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 2, 29));
    params
}

/// A certificate that vouches for itself; as of a CA, as `openssl req -x509` writes it, or not.
pub(crate) fn self_signed(is_ca: IsCa) -> Identity {
    let mut params = here();
    params.is_ca = is_ca;
    let key = KeyPair::generate().unwrap();
    Identity { certificate: params.self_signed(&key).unwrap(), key }
}

/// What a server demands.
pub(crate) enum Demand<'a> {
    Nothing,
    /// A client certificate of this CA.
    Client(&'a Authorities),
}

/// A listener that speaks TLS and hands what comes to a portal. It ends with the test's process.
pub(crate) struct Front {
    address: SocketAddr,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
}

pub(crate) const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];
pub(crate) const OLD: &[&SupportedProtocolVersion] = &[&TLS12];

impl Front {
    pub(crate) fn of(portal: &Portal, identity: &Identity) -> Self {
        Self::demanding(portal, identity, BOTH, &Demand::Nothing)
    }

    pub(crate) fn demanding(
        portal: &Portal,
        identity: &Identity,
        versions: &[&'static SupportedProtocolVersion],
        demand: &Demand<'_>,
    ) -> Self {
        let provider = Arc::new(ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
        let builder = match demand {
            Demand::Nothing => builder.with_no_client_auth(),
            Demand::Client(of) => {
                let mut roots = RootCertStore::empty();
                roots.add(of.ca.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        Self::start(builder, identity, portal.address(), &[])
    }

    /// In front of whatever is there, and speaks the first of these protocols that it is offered.
    pub(crate) fn choosing(behind: SocketAddr, identity: &Identity, protocols: &[&[u8]]) -> Self {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        Self::start(builder.with_protocol_versions(BOTH).unwrap().with_no_client_auth(), identity, behind, protocols)
    }

    fn start(
        builder: ConfigBuilder<ServerConfig, WantsServerCert>,
        identity: &Identity,
        behind: SocketAddr,
        protocols: &[&[u8]],
    ) -> Self {
        let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
        let mut config = builder.with_single_cert(vec![identity.certificate.der().clone()], key).unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let front = Self { address: listener.local_addr().unwrap(), handshakes: Arc::default() };
        let handshakes = Arc::clone(&front.handshakes);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, TlsAcceptor::from(Arc::new(config)), behind, handshakes));
        });
        front
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How each connection so far began.
    pub(crate) fn handshakes(&self) -> Vec<HandshakeKind> {
        self.handshakes.lock().unwrap().clone()
    }
}

async fn serve(
    listener: std::net::TcpListener,
    acceptor: TlsAcceptor,
    behind: SocketAddr,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
) {
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, handshakes) = (acceptor.clone(), Arc::clone(&handshakes));
        tokio::spawn(async move {
            let Ok(mut front) = acceptor.accept(stream).await else { return };
            handshakes.lock().unwrap().extend(front.get_ref().1.handshake_kind());
            let Ok(mut back) = TcpStream::connect(behind).await else { return };
            // How it ends is the test's affair.
            drop(tokio::io::copy_bidirectional(&mut front, &mut back).await);
        });
    }
}
