//! Which HTTP is spoken with a portal, and which was.

use std::sync::atomic::{AtomicU8, Ordering};

/// Which HTTP is spoken with a portal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// With TLS the server chooses, and is offered HTTP/2 first; without, HTTP/1.1.
    #[default]
    Auto,
    /// HTTP/1.1 and no other.
    Http1,
    /// HTTP/2 and no other; without TLS the server is taken to speak it (prior knowledge, RFC 9113, section 3.3).
    Http2,
}

/// The names of HTTP/2 and HTTP/1.1 in ALPN, the better first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

impl HttpVersion {
    /// As a run file or an option says it.
    pub const NAMES: [(&'static str, Self); 3] = [("auto", Self::Auto), ("1.1", Self::Http1), ("2", Self::Http2)];

    /// What a server is offered by TLS.
    pub(crate) fn offered(self) -> Vec<Vec<u8>> {
        let offered = match self {
            Self::Auto => &ALPN[..],
            Self::Http1 => &ALPN[1..],
            Self::Http2 => &ALPN[..1],
        };
        offered.iter().map(|name| name.to_vec()).collect()
    }

    /// Whether HTTP/2 is spoken with a server that has chosen this by TLS, or nothing.
    pub(crate) fn is_2(self, chosen: Option<&[u8]>) -> bool {
        self != Self::Http1 && chosen == Some(ALPN[0])
    }
}

impl std::fmt::Display for HttpVersion {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::NAMES.iter().find(|(_, version)| version == self).map_or("", |(name, _)| name);
        out.pad(name)
    }
}

/// The versions that were spoken. Lanes share it.
#[derive(Debug, Default)]
pub(crate) struct Spoken(AtomicU8);

impl Spoken {
    const NAMES: [(u8, &'static str); 2] = [(1, "1.1"), (2, "2")];

    /// A connection was opened by which this one is spoken.
    pub(crate) fn note(&self, is_2: bool) {
        self.0.fetch_or(if is_2 { 2 } else { 1 }, Ordering::Relaxed);
    }

    /// All of them, separated by `, `; empty if there were none.
    pub(crate) fn to_text<'a>(spoken: impl Iterator<Item = &'a Self>) -> String {
        let all = spoken.fold(0, |all, spoken| all | spoken.0.load(Ordering::Relaxed));
        let names: Vec<_> = Self::NAMES.iter().filter(|(bit, _)| all & bit != 0).map(|(_, name)| *name).collect();
        names.join(", ")
    }
}
