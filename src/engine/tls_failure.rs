//! Why TLS could not be spoken, in words, and what can be done about it.

use std::io::ErrorKind;
use std::time::{Duration, UNIX_EPOCH};

use model::words::Fault;
use tokio_rustls::rustls::pki_types::UnixTime;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

use crate::errno::named;
use crate::own_limits::Trouble;
use crate::wire::is_reset;

/// The most that is said of what a server shows, in bytes.
const LONGEST_SAID: usize = 160;

/// Why TLS could not be spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TlsFailure {
    /// For the history: equal causes have equal words.
    pub(crate) reason: String,
    /// For whoever starts a run.
    pub(crate) remedy: &'static str,
}

impl From<TlsFailure> for Trouble {
    fn from(failure: TlsFailure) -> Self {
        Self { fault: Fault::Tls, reason: Some(failure.reason.into()) }
    }
}

const TRUST: &str = "name the CA that issued it with `--ca FILE`, or check nothing with `--insecure`";
const UNCHECKED: &str = "let it be replaced, or check nothing with `--insecure`";
const OTHER_HTTP: &str = "let it choose with `--http auto`";
const NO_TLS: &str = "is the port right? does it speak plain HTTP? then write http://";

impl TlsFailure {
    fn new(reason: impl Into<String>, remedy: &'static str) -> Self {
        Self { reason: reason.into(), remedy }
    }

    /// Nothing was said in time.
    pub(crate) fn silence() -> Self {
        Self::new("no answer to the handshake", NO_TLS)
    }

    /// A server that has chosen no HTTP/2 where nothing else was offered.
    pub(crate) fn no_http2() -> Self {
        Self::new("it does not speak HTTP/2", OTHER_HTTP)
    }

    /// A host that no certificate can be for.
    pub(crate) fn no_name(host: &str) -> Self {
        Self::new(format!("no certificate can be for `{}`", model::cut(host, LONGEST_SAID)), "write another host")
    }

    /// What an error means, of a server that wants a certificate that it was not shown, or does not.
    pub(crate) fn of(error: &std::io::Error, wants_certificate: bool) -> Self {
        if let Some(error) = of_tls(error) {
            spoken(error, wants_certificate)
        } else if error.kind() == ErrorKind::UnexpectedEof {
            Self::new("the connection was closed in the handshake", NO_TLS)
        } else if is_reset(error) {
            Self::new("the connection was reset in the handshake", NO_TLS)
        } else {
            Self::new(named(error), "is the port right?")
        }
    }
}

/// What TLS says of an error, if it is one of TLS.
pub(crate) fn of_tls(error: &std::io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// Whether a certificate was refused only because it says to be one of a CA.
pub(crate) fn is_of_a_ca(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else { return false };
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls adds errors; each has words of its own")]
fn spoken(error: &Error, wants_certificate: bool) -> TlsFailure {
    match error {
        Error::InvalidCertificate(_) if is_of_a_ca(error) => {
            TlsFailure::new("unknown issuer: self-signed certificate", TRUST)
        }
        Error::InvalidCertificate(error) => certificate(error),
        Error::AlertReceived(AlertDescription::ProtocolVersion) | Error::PeerIncompatible(_) => {
            TlsFailure::new(format!("no common version: {error}"), "vandan speaks TLS 1.2 and 1.3")
        }
        Error::AlertReceived(AlertDescription::NoApplicationProtocol) => {
            TlsFailure::new("it does not speak the HTTP that is asked for", OTHER_HTTP)
        }
        Error::AlertReceived(alert) => {
            let remedy = if wants_certificate {
                "it asks for a client certificate: name one with `--client-cert FILE --client-key FILE`"
            } else {
                "what the alert means is in the server's log"
            };
            TlsFailure::new(format!("alert received: {}", words(&format!("{alert:?}"))), remedy)
        }
        Error::InvalidMessage(_) => TlsFailure::new("what answered does not speak TLS", NO_TLS),
        error => TlsFailure::new(model::cut(&error.to_string(), LONGEST_SAID).to_string(), "is the port right?"),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls adds errors; each has words of its own")]
fn certificate(error: &CertificateError) -> TlsFailure {
    match error {
        CertificateError::ExpiredContext { not_after, .. } => {
            TlsFailure::new(format!("certificate expired on {}", date(*not_after)), UNCHECKED)
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            let reason = format!("certificate is not valid before {}", date(*not_before));
            TlsFailure::new(reason, "is the clock of this machine right? otherwise check nothing with `--insecure`")
        }
        CertificateError::UnknownIssuer => TlsFailure::new("unknown issuer", TRUST),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            let names = if names.is_empty() { "no host at all".to_owned() } else { names.join(", ") };
            let expected = expected.to_str();
            let reason = format!("name mismatch: the certificate is for {names}, not for {expected}");
            TlsFailure::new(
                model::cut(&reason, LONGEST_SAID).to_string(),
                "write the host as the certificate does, or check nothing with `--insecure`",
            )
        }
        error => {
            TlsFailure::new(format!("certificate refused: {}", model::cut(&error.to_string(), LONGEST_SAID)), UNCHECKED)
        }
    }
}

/// `DnsName("portal.example")` as `portal.example`.
fn bare(name: &str) -> &str {
    name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')').trim_matches('"'))
}

/// A day, as in `06 Nov 1994`.
fn date(instant: UnixTime) -> String {
    let instant = UNIX_EPOCH + Duration::from_secs(instant.as_secs().min(LAST_INSTANT));
    httpdate::fmt_http_date(instant).get(5..16).unwrap_or_default().to_owned()
}

/// The last second of the year 9999, beyond which dates have no form.
const LAST_INSTANT: u64 = 253_402_300_799;

/// `BadCertificate` as `bad certificate`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && words.ends_with(|last: char| last.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio_rustls::rustls::{OtherError, PeerIncompatible};

    use super::*;

    fn said(error: Error, wants_certificate: bool) -> (String, &'static str) {
        let TlsFailure { reason, remedy } = TlsFailure::of(&std::io::Error::other(error), wants_certificate);
        (reason, remedy)
    }

    fn of(error: CertificateError) -> (String, &'static str) {
        said(Error::InvalidCertificate(error), false)
    }

    #[test]
    fn a_certificate_that_will_not_do_is_said_with_its_remedy() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let expired = of(CertificateError::ExpiredContext { time: at(9), not_after: at(784_111_777) });
        assert_eq!(expired, ("certificate expired on 06 Nov 1994".to_owned(), UNCHECKED));
        let far = of(CertificateError::ExpiredContext { time: at(9), not_after: at(u64::MAX) });
        assert_eq!(far.0, "certificate expired on 31 Dec 9999");
        assert_eq!(of(CertificateError::UnknownIssuer), ("unknown issuer".to_owned(), TRUST));
        let other = OtherError(Arc::new(webpki::Error::CaUsedAsEndEntity));
        assert_eq!(of(CertificateError::Other(other)), ("unknown issuer: self-signed certificate".to_owned(), TRUST));
        let presented = vec!["DnsName(\"a.example\")".to_owned(), "IpAddress(10.0.0.1)".to_owned()];
        let expected = "b.example".try_into().unwrap();
        let (reason, _) = of(CertificateError::NotValidForNameContext { expected, presented });
        assert_eq!(reason, "name mismatch: the certificate is for a.example, 10.0.0.1, not for b.example");
    }

    #[test]
    fn an_alert_is_named_and_one_that_wants_a_certificate_says_how() {
        let alert = Error::AlertReceived(AlertDescription::CertificateRequired);
        let (reason, remedy) = said(alert.clone(), true);
        assert_eq!(reason, "alert received: certificate required");
        assert!(remedy.contains("--client-cert FILE --client-key FILE"), "{remedy}");
        assert!(said(alert, false).1.contains("server's log"));
    }

    #[test]
    fn servers_of_old_versions_and_of_none_are_told_apart() {
        let old = PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig;
        assert!(said(Error::PeerIncompatible(old), false).0.starts_with("no common version: "));
        let closed = std::io::Error::from(ErrorKind::UnexpectedEof);
        assert_eq!(TlsFailure::of(&closed, false).reason, "the connection was closed in the handshake");
    }
}
