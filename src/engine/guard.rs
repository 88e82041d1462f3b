//! Which hosts may be spoken to: loopback, and what an authorization names. Asked before every connection.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// Host and port of a portal or a peer, spoken to over plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    host: String,
    port: u16,
}

/// A text that was to be the address of a portal is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {0:?} as an address: write http://HOST:PORT without a path (https comes later)")]
pub struct AuthoritySyntax(pub String);

impl Authority {
    /// Reads `http://host:port`, with or without a closing slash.
    ///
    /// # Errors
    /// [`AuthoritySyntax`].
    pub fn parse(url: &str) -> Result<Self, AuthoritySyntax> {
        let problem = || AuthoritySyntax(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(problem)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let parsed: http::uri::Authority = rest.parse().map_err(|_invalid| problem())?;
        if rest.contains('@') || parsed.host().is_empty() {
            return Err(problem());
        }
        Ok(Self { host: parsed.host().to_owned(), port: parsed.port_u16().unwrap_or(80) })
    }

    /// Splits an absolute `http://host:port/path?query` into the host and what follows it.
    ///
    /// # Errors
    /// [`AuthoritySyntax`].
    pub fn split(url: &str) -> Result<(Self, &str), AuthoritySyntax> {
        let rest = url.strip_prefix("http://").ok_or_else(|| AuthoritySyntax(url.to_owned()))?;
        let cut = "http://".len() + rest.find('/').unwrap_or(rest.len());
        let (authority, path) = url.split_at(cut);
        Ok((Self::parse(authority)?, if path.is_empty() { "/" } else { path }))
    }

    /// The host as written, without brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine itself, said by number or as `localhost`.
    pub fn is_loopback(&self) -> bool {
        self.host() == "localhost" || self.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.host, self.port)
    }
}

/// Who may be spoken to.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    authorized: Vec<String>,
}

impl Guard {
    /// Loopback, and these hosts, which the owner of the portal has allowed in writing.
    pub fn with_authorized(hosts: Vec<String>) -> Self {
        Self { authorized: hosts }
    }

    /// Whether this host may be spoken to.
    pub fn allows(&self, authority: &Authority) -> bool {
        authority.is_loopback() || self.authorized.iter().any(|host| host == authority.host())
    }

    /// Whether a connection may be opened to this address, found for an allowed host: a name that is not authorised must
    /// not lead elsewhere.
    pub(crate) fn allows_address(&self, authority: &Authority, address: SocketAddr) -> bool {
        address.ip().is_loopback() || self.authorized.iter().any(|host| host == authority.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_allowed_by_default() {
        let guard = Guard::default();
        for url in ["http://127.0.0.1:8080", "http://127.9.9.9/", "http://localhost:1", "http://[::1]:80"] {
            assert!(guard.allows(&Authority::parse(url).unwrap()), "{url}");
        }
        for url in
            ["http://10.0.0.1", "http://portal.example:80", "http://localhost.example", "http://127.0.0.1.example"]
        {
            assert!(!guard.allows(&Authority::parse(url).unwrap()), "{url}");
        }
    }

    #[test]
    fn an_authorized_host_is_allowed_and_no_other() {
        let guard = Guard::with_authorized(vec!["portal.example".into()]);
        assert!(guard.allows(&Authority::parse("http://portal.example:8080").unwrap()));
        assert!(!guard.allows(&Authority::parse("http://other.example").unwrap()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in
            ["127.0.0.1:80", "https://127.0.0.1", "http://", "http://a b", "http://user@127.0.0.1", "http://h/path"]
        {
            assert!(Authority::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_absolute_address_is_split_at_its_path() {
        let (authority, path) = Authority::split("http://127.0.0.1:81/pay/T1?x=1").unwrap();
        assert_eq!((authority.to_string().as_str(), path), ("127.0.0.1:81", "/pay/T1?x=1"));
        assert_eq!(Authority::split("http://127.0.0.1").unwrap().1, "/");
    }
}
