//! Where a portal or a peer is: scheme, host and port, as the URL standard (WHATWG) reads them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Position, Url};

/// How it is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme, host and port of a portal or a peer: what RFC 6454 calls an origin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    scheme: Scheme,
    host: Host<String>,
    port: u16,
}

/// A text that was to be an address is none, or none that is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read {url:?} as an address: {why} (write http://HOST:PORT or https://HOST:PORT)")]
pub struct AuthoritySyntax {
    /// The text.
    pub url: String,
    /// What is wrong with it.
    pub why: String,
}

/// A host that a run file names, with or without a port: `portal.example`, `127.0.0.1:8080`, `[::1]:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedHost {
    authority: Authority,
    is_port_named: bool,
}

impl Authority {
    /// Reads `http://host:port` or `https://host:port`, with or without a closing slash; without a port it is 80 or 443.
    ///
    /// # Errors
    /// [`AuthoritySyntax`]: no URL, another scheme than http and https, user information, a port that is empty or none, or a path.
    pub fn parse(url: &str) -> Result<Self, AuthoritySyntax> {
        let (authority, parsed) = read(url)?;
        if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(syntax(url, "an address has no path; paths stand in the adapter"));
        }
        Ok(authority)
    }

    /// Splits an absolute `https://host:port/path?query` into where it leads and what is asked for there; a fragment is
    /// left out, as it is never sent.
    ///
    /// # Errors
    /// [`AuthoritySyntax`], as [`Authority::parse`], but for the path.
    pub fn split(url: &str) -> Result<(Self, String), AuthoritySyntax> {
        let (authority, parsed) = read(url)?;
        let mut path = parsed.path().to_owned();
        if let Some(query) = parsed.query() {
            path.push('?');
            path.push_str(query);
        }
        Ok((authority, path))
    }

    /// The host as the standard writes it, without brackets.
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// Host and port, as a proxy is told.
    pub(crate) fn host_and_port(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// What the header `Host` says: host and port, without a port that the scheme implies.
    pub(crate) fn host_header(&self) -> String {
        if self.port == self.scheme.default_port() { self.host.to_string() } else { self.host_and_port() }
    }

    /// Whether it is spoken to by TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is this machine itself, said by number or as `localhost` (RFC 6761, section 6.3: names below it, too).
    pub fn is_loopback(&self) -> bool {
        match self.place() {
            Place::ThisMachine => true,
            Place::Address(address) => address.is_loopback(),
            Place::Name(_) => false,
        }
    }

    /// What the host stands for.
    pub(crate) fn place(&self) -> Place<'_> {
        match &self.host {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                let is_local = name == "localhost" || name.ends_with(".localhost");
                if is_local { Place::ThisMachine } else { Place::Name(name) }
            }
            Host::Ipv4(address) => Place::Address(IpAddr::V4(*address)),
            Host::Ipv6(address) => Place::Address(IpAddr::V6(*address).to_canonical()),
        }
    }

    /// Whether both are the same door, however they are written.
    pub(crate) fn is_same_door(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.port == other.port && self.place() == other.place()
    }

    /// Whether both are at the same host: what is promised to it holds for all its doors together.
    pub fn is_same_host(&self, other: &Self) -> bool {
        let is_here = |authority: &Self| match authority.place() {
            Place::ThisMachine => true,
            Place::Address(address) => address == Ipv4Addr::LOCALHOST || address == IpAddr::from(Ipv6Addr::LOCALHOST),
            Place::Name(_) => false,
        };
        self.place() == other.place() || (is_here(self) && is_here(other))
    }

    /// The addresses it stands for without asking anybody; `None` for a name that must be looked up.
    pub(crate) fn addresses(&self) -> Option<Vec<SocketAddr>> {
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        match self.place() {
            Place::ThisMachine => Some(here.map(|address| SocketAddr::new(address, self.port)).to_vec()),
            Place::Address(address) => Some(vec![SocketAddr::new(address, self.port)]),
            Place::Name(_) => None,
        }
    }
}

/// What a host stands for: two spellings of one place are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// `localhost`: this machine, by whichever of its loopback addresses somebody listens at.
    ThisMachine,
    /// An address; one of IPv4 written as IPv6 is one of IPv4.
    Address(IpAddr),
    /// A name to be looked up.
    Name(&'a str),
}

impl fmt::Display for Authority {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", self.scheme.as_str(), self.host_header())
    }
}

impl NamedHost {
    /// Reads `host` or `host:port`.
    ///
    /// # Errors
    /// [`AuthoritySyntax`], as [`Authority::parse`].
    pub fn parse(text: &str) -> Result<Self, AuthoritySyntax> {
        if text.contains('/') || text.contains('\\') {
            return Err(syntax(text, "a host stands alone, as portal.example or portal.example:8080"));
        }
        let authority = Authority::parse(&format!("http://{text}"))
            .map_err(|error| AuthoritySyntax { url: text.to_owned(), ..error })?;
        let is_port_named = text.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        Ok(Self { authority, is_port_named })
    }

    /// The host with its port, if one is named, by http and by https: whoever names a port consents to both.
    pub fn doors(&self) -> Option<[Authority; 2]> {
        let door = |scheme| Authority { scheme, ..self.authority.clone() };
        self.is_port_named.then(|| [Scheme::Http, Scheme::Https].map(door))
    }

    /// Whether an authority is at this host, and at its port if one is named.
    pub fn covers(&self, authority: &Authority) -> bool {
        self.authority.place() == authority.place() && (!self.is_port_named || self.authority.port == authority.port)
    }
}

impl fmt::Display for NamedHost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Authority { host, port, .. } = &self.authority;
        if self.is_port_named { write!(out, "{host}:{port}") } else { host.fmt(out) }
    }
}

pub(crate) fn syntax(url: &str, why: &str) -> AuthoritySyntax {
    AuthoritySyntax { url: url.to_owned(), why: why.to_owned() }
}

/// The most of a link that is said, in bytes.
const LONGEST_SAID: usize = 160;

/// A link that leads somewhere, but not to where HTTP is spoken: how it begins, and why it is not followed. `None`: it
/// is no URL, or one that may be followed.
pub(crate) fn not_followed(link: &str) -> Option<String> {
    let why = read(link).err()?.why;
    let parsed = Url::parse(link).ok()?;
    Some(format!("{}: {why}", model::cut(&parsed[..Position::BeforePath], LONGEST_SAID)))
}

/// Reads an absolute URL, and refuses what the standard would repair in silence where a slip of the pen must not send
/// people to another door.
pub(crate) fn read(url: &str) -> Result<(Authority, Url), AuthoritySyntax> {
    let refuse = |why: &str| Err(syntax(url, why));
    if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return refuse("blanks and control characters do not belong there");
    }
    let parsed = Url::parse(url).map_err(|error| syntax(url, &error.to_string()))?;
    let scheme = match parsed.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        scheme => return refuse(&format!("`{scheme}:` is not spoken, only http and https")),
    };
    let after_scheme = url.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let written = after_scheme.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    if written.contains('@') {
        return refuse("a name or password before `@` is not taken");
    }
    if written.ends_with(':') {
        return refuse("there is no port after `:`");
    }
    let port = parsed.port().unwrap_or(scheme.default_port());
    if port == 0 {
        return refuse("nobody listens at port 0");
    }
    let Some(host) = parsed.host().map(|host| host.to_owned()) else { return refuse("there is no host") };
    Ok((Authority { scheme, host, port }, parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(url: &str) -> String {
        Authority::parse(url).map_or_else(|error| error.why, |authority| authority.to_string())
    }

    #[test]
    fn an_address_means_what_the_standard_says() {
        for (url, meant) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("HTTP://LOCALHOST:8080/", "http://localhost:8080"),
            ("http://portal.example:80", "http://portal.example"),
            ("https://portal.example:443/", "https://portal.example"),
            ("https://portal.example:80", "https://portal.example:80"),
            ("http://Cổng.example:81", "http://xn--cng-qmz.example:81"),
            ("http://127.1:9", "http://127.0.0.1:9"),
            ("http://0x7f.1:9", "http://127.0.0.1:9"),
            ("http://2130706433:9", "http://127.0.0.1:9"),
            ("http://[::1]:9", "http://[::1]:9"),
        ] {
            assert_eq!(read_as(url), meant, "{url}");
        }
    }

    #[test]
    fn loopback_is_known_in_every_spelling() {
        let is_loopback = |url: &str| Authority::parse(url).unwrap().is_loopback();
        for url in [
            "http://127.0.0.1:8080",
            "http://127.9.9.9/",
            "http://localhost:1",
            "http://LOCALHOST:1",
            "http://localhost.:1",
            "http://portal.localhost:1",
            "http://[::1]:80",
            "http://[::ffff:127.0.0.1]:80",
            "http://127.1",
            "http://2130706433",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::ffff:10.0.0.1]",
            "http://portal.example:80",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://notlocalhost",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_nothing_is_guessed() {
        for (url, why) in [
            ("127.0.0.1:80", "relative URL without a base"),
            ("localhost:80", "`localhost:` is not spoken, only http and https"),
            ("ftp://127.0.0.1", "`ftp:` is not spoken, only http and https"),
            ("http://", "empty host"),
            ("http://a b", "blanks and control characters do not belong there"),
            ("http://127.0.0.1\n:80", "blanks and control characters do not belong there"),
            ("http://user@127.0.0.1", "a name or password before `@` is not taken"),
            ("http://@127.0.0.1", "a name or password before `@` is not taken"),
            ("http://127.0.0.1:99999", "invalid port number"),
            ("http://127.0.0.1:80a", "invalid port number"),
            ("http://127.0.0.1:0", "nobody listens at port 0"),
            ("http://127.0.0.1:", "there is no port after `:`"),
            ("http://127.0.0.1:/", "there is no port after `:`"),
            ("http://h/path", "an address has no path; paths stand in the adapter"),
            ("http://h/?query", "an address has no path; paths stand in the adapter"),
            ("http://h/#fragment", "an address has no path; paths stand in the adapter"),
        ] {
            assert_eq!(read_as(url), why, "{url}");
        }
    }

    #[test]
    fn an_absolute_address_is_split_at_its_path() {
        let split = |url: &str| {
            let (authority, path) = Authority::split(url).unwrap();
            (authority.to_string(), path)
        };
        let parts = |authority: &str, path: &str| (authority.to_owned(), path.to_owned());
        assert_eq!(split("http://127.0.0.1:81/pay/T1?x=1"), parts("http://127.0.0.1:81", "/pay/T1?x=1"));
        assert_eq!(split("http://127.0.0.1"), parts("http://127.0.0.1", "/"));
        assert_eq!(split("http://127.0.0.1?x=%20y"), parts("http://127.0.0.1", "/?x=%20y"));
        assert_eq!(split("http://10.0.0.1#@127.0.0.1/pay"), parts("http://10.0.0.1", "/"));
        assert_eq!(split("http://10.0.0.1\\@127.0.0.1/pay"), parts("http://10.0.0.1", "/@127.0.0.1/pay"));
        assert_eq!(split("https://127.0.0.1/pay"), parts("https://127.0.0.1", "/pay"));
    }

    #[test]
    fn a_named_host_covers_its_port_or_every_port() {
        let at = |url: &str| Authority::parse(url).unwrap();
        let host = NamedHost::parse("Portal.example").unwrap();
        assert!(host.covers(&at("http://portal.example:8080")) && host.covers(&at("http://portal.example.")));
        assert!(!host.covers(&at("http://other.example")));
        assert_eq!((host.doors(), host.to_string().as_str()), (None, "portal.example"));
        let door = NamedHost::parse("portal.example:80").unwrap();
        assert!(door.covers(&at("http://portal.example")) && !door.covers(&at("http://portal.example:81")));
        assert_eq!(door.doors(), Some([at("http://portal.example"), at("https://portal.example:80")]));
        assert_eq!(NamedHost::parse("[::1]").unwrap().doors(), None);
        for wrong in ["", "http://portal.example", "portal.example/", "portal.example:", "a b", "u@h", "h:99999"] {
            assert!(NamedHost::parse(wrong).is_err(), "{wrong}");
        }
    }
}
