//! TLS for https: whom to trust, and who we are.
//!
//! All people of a run share what is trusted. Each person, or connection slot that people share, has a TLS session
//! of its own, as a browser has: its first connection to a portal takes a whole handshake, later ones resume.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::{ClientConfig, ResolvesClientCert, Resumption};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{RootCertStore, SignatureScheme};

use crate::authority::Authority;
use crate::http_version::HttpVersion;
use crate::tls_failure::TlsFailure;
use crate::tls_trust::{Anybody, Listed};

/// TLS sessions that one of them keeps, for each of four portals and peers as many as a server may offer.
const SESSIONS: usize = 4 * 8;

/// What a user says of TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Certificates (PEM) that are trusted besides those of the system.
    pub ca: Option<PathBuf>,
    /// The certificate (PEM, the chain after it) and the key (PEM) that a server is shown that asks for one.
    pub client: Option<(PathBuf, PathBuf)>,
    /// Whether any certificate will do.
    pub insecure: bool,
}

/// Why a file that TLS needs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("read {}: {source}", file.display())]
    Unread {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It holds no certificate.
    #[error(
        "find a certificate in {}: PEM begins with `-----BEGIN CERTIFICATE-----` (convert DER with `openssl x509 -inform der`)",
        .0.display()
    )]
    NoCertificate(PathBuf),
    /// It holds no key.
    #[error(
        "find a private key in {}: PEM begins with `-----BEGIN PRIVATE KEY-----` (decrypt or convert it with `openssl pkey`)",
        .0.display()
    )]
    NoKey(PathBuf),
    /// What it holds is damaged, or of a kind that is not known.
    #[error("use {}: {why} (is the file whole?)", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Certificate and key do not belong together.
    #[error("use {} with {}: {why} (do they belong together?)", key.display(), certificate.display())]
    Unmatched {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// Whom the people of a run trust, and who they are. By default nobody is trusted.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ClientConfig>,
    shown: Arc<Shown>,
}

/// The TLS sessions of one person or connection slot.
pub(crate) struct TlsSessions {
    connector: TlsConnector,
    shown: Arc<Shown>,
}

impl Default for Tls {
    fn default() -> Self {
        Self::new(RootCertStore::empty(), Vec::new(), None, false)
    }
}

impl Tls {
    /// Reads what a user has named, and what the system trusts.
    ///
    /// # Errors
    /// [`TlsFileError`]: a file cannot be read, is no PEM, or holds what does not fit.
    pub fn load(options: &TlsOptions) -> Result<Self, TlsFileError> {
        let mut roots = RootCertStore::empty();
        // A system without roots trusts nobody: then whoever is met is of an unknown issuer.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let own = options.ca.as_deref().map(certificates).transpose()?.unwrap_or_default();
        for certificate in &own {
            let added = roots.add(certificate.clone());
            added.map_err(|error| damaged(options.ca.as_deref().unwrap_or(Path::new("")), &error))?;
        }
        let client = options.client.as_ref().map(|(certificate, key)| certified(certificate, key)).transpose()?;
        Ok(Self::new(roots, own, client.map(Arc::new), options.insecure))
    }

    fn new(
        roots: RootCertStore,
        own: Vec<CertificateDer<'static>>,
        client: Option<Arc<CertifiedKey>>,
        insecure: bool,
    ) -> Self {
        let shown = Arc::new(Shown { client, was_asked: AtomicBool::new(false) });
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap_or_else(|error| unreachable!("ring knows both versions of TLS: {error}"));
        let builder = if insecure {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody::of(provider())))
        } else {
            match Listed::of(roots.clone(), own, provider()) {
                Some(listed) => builder.dangerous().with_custom_certificate_verifier(Arc::new(listed)),
                None => builder.with_root_certificates(roots),
            }
        };
        let config = builder.with_client_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesClientCert>);
        Self { config: Arc::new(config), shown }
    }

    /// For somebody who has met nobody yet.
    pub(crate) fn sessions(&self) -> TlsSessions {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        TlsSessions { connector: TlsConnector::from(Arc::new(config)), shown: Arc::clone(&self.shown) }
    }
}

impl TlsSessions {
    /// Speaks TLS over an open connection, with whoever proves to be this host, and says whether HTTP/2 is spoken over it.
    pub(crate) async fn begin(
        &self,
        authority: &Authority,
        stream: TcpStream,
        http: HttpVersion,
    ) -> Result<(TlsStream<TcpStream>, bool), TlsFailure> {
        let host = authority.host();
        let name = host.strip_suffix('.').unwrap_or(&host).to_owned();
        let name = ServerName::try_from(name).map_err(|_no_name| TlsFailure::no_name(&host))?;
        let begun = self.connector.with_alpn(http.offered()).connect(name, stream).await;
        let stream = begun.map_err(|error| self.failure(&error))?;
        let is_2 = http.is_2(stream.get_ref().1.alpn_protocol());
        if http == HttpVersion::Http2 && !is_2 { Err(TlsFailure::no_http2()) } else { Ok((stream, is_2)) }
    }

    /// What an error of a connection means.
    pub(crate) fn failure(&self, error: &std::io::Error) -> TlsFailure {
        let wants_certificate = self.was_asked() && self.shown.client.is_none();
        TlsFailure::of(error, wants_certificate)
    }

    /// Whether any server has asked who we are. In TLS 1.3 it says what it thinks of the answer after the handshake.
    pub(crate) fn was_asked(&self) -> bool {
        self.shown.was_asked.load(Ordering::Relaxed)
    }
}

/// What a server is shown that asks who we are.
#[derive(Debug)]
struct Shown {
    client: Option<Arc<CertifiedKey>>,
    was_asked: AtomicBool,
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.client.clone()
    }

    fn has_certs(&self) -> bool {
        self.client.is_some()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(file: &Path) -> Result<Vec<u8>, TlsFileError> {
    std::fs::read(file).map_err(|source| TlsFileError::Unread { file: file.to_owned(), source })
}

fn damaged(file: &Path, why: &dyn std::fmt::Display) -> TlsFileError {
    TlsFileError::Damaged { file: file.to_owned(), why: why.to_string() }
}

/// All certificates of a file; one at least.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let text = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(TlsFileError::NoCertificate(file.to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(damaged(file, &error)),
    }
}

fn certified(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsFileError> {
    let chain = certificates(certificate)?;
    let private = match PrivateKeyDer::from_pem_slice(&read(key)?) {
        Ok(private) => private,
        Err(pem::Error::NoItemsFound) => return Err(TlsFileError::NoKey(key.to_owned())),
        Err(error) => return Err(damaged(key, &error)),
    };
    CertifiedKey::from_der(chain, private, &provider()).map_err(|error| TlsFileError::Unmatched {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey as Made, generate_simple_self_signed};
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_file_that_will_not_do_is_named_with_the_remedy() {
        let folder = TempDir::new().unwrap();
        let put = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file
        };
        let [made, other] = [(); 2].map(|()| generate_simple_self_signed(vec!["portal.example".to_owned()]).unwrap());
        let Made { cert, signing_key } = made;
        let good = put("good.pem", &cert.pem());
        let key = put("good.key", &signing_key.serialize_pem());
        let pem = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let encrypted = put("encrypted.key", &pem("ENCRYPTED PRIVATE KEY"));
        let strange = put("strange.pem", &pem("CERTIFICATE"));
        let foreign = put("foreign.key", &other.signing_key.serialize_pem());
        let said = |ca: Option<&PathBuf>, client: Option<(&PathBuf, &PathBuf)>| {
            let client = client.map(|(certificate, key)| (certificate.clone(), key.clone()));
            let loaded = Tls::load(&TlsOptions { ca: ca.cloned(), client, insecure: false });
            loaded.err().map_or_else(String::new, |error| error.to_string())
        };
        assert_eq!(said(Some(&good), Some((&good, &key))), "");
        for (said, name, why) in [
            (said(Some(&key), None), "good.key", "find a certificate in "),
            (said(Some(&strange), None), "strange.pem", "is the file whole?"),
            (said(Some(&folder.path().join("none.pem")), None), "none.pem", "read "),
            (said(None, Some((&good, &good))), "good.pem", "find a private key in "),
            (said(None, Some((&good, &encrypted))), "encrypted.key", "`openssl pkey`"),
            (said(None, Some((&good, &foreign))), "foreign.key", "do they belong together?"),
        ] {
            assert!(said.contains(name) && said.contains(why), "{said}");
        }
    }
}
