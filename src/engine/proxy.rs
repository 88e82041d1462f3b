//! Proxies between us and a portal, chosen from the environment as curl chooses them. Nothing on this machine is asked
//! through one.

use std::net::IpAddr;

use model::words::Fault;
use tokio::net::TcpStream;

use crate::authority::{Authority, AuthoritySyntax, syntax};
use crate::errno::named;
use crate::own_limits::Trouble;

/// The port of a proxy that is named without one, as in curl.
const DEFAULT_PORT: u16 = 1080;

/// The longest answer to `CONNECT` that is read, in bytes.
const LONGEST_ANSWER: usize = 16 << 10;

/// Which hosts are asked through which proxy.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Authority>,
    https: Option<Authority>,
    direct: Vec<Direct>,
}

/// Who is asked directly.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Direct {
    Everybody,
    /// A host, and those below it.
    Domain(String),
    /// The addresses whose first so many bits are these.
    Network(IpAddr, u32),
}

impl Proxies {
    /// Reads the variables that curl reads: `http_proxy` (never in capitals, which a server may be made to set), `https_proxy`,
    /// `all_proxy` and `no_proxy`, the latter three also in capitals.
    ///
    /// # Errors
    /// [`AuthoritySyntax`]: a proxy that is no address, wants a name and password, or is spoken to otherwise than by HTTP.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, AuthoritySyntax> {
        let first = |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
        let proxy = |names: &[&str]| first(names).map(|value| address(&value)).transpose();
        let direct = first(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
        Ok(Self {
            http: proxy(&["http_proxy", "all_proxy", "ALL_PROXY"])?,
            https: proxy(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            direct: direct.split([',', ' ']).filter(|entry| !entry.is_empty()).map(Direct::parse).collect(),
        })
    }

    /// The proxy through which this door is asked; `None`: directly.
    pub fn through(&self, authority: &Authority) -> Option<&Authority> {
        let proxy = if authority.is_https() { self.https.as_ref() } else { self.http.as_ref() }?;
        let host = authority.host();
        let is_direct = authority.is_loopback() || self.direct.iter().any(|direct| direct.covers(&host));
        (!is_direct).then_some(proxy)
    }
}

fn address(value: &str) -> Result<Authority, AuthoritySyntax> {
    let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    if url.contains('@') {
        return Err(syntax("a proxy's address", "a proxy that wants a name and password is not supported"));
    }
    let proxy = Authority::parse(&url)?;
    if proxy.is_https() {
        return Err(syntax(value, "a proxy is spoken to by plain HTTP"));
    }
    let has_port = url
        .trim_end_matches('/')
        .rsplit(']')
        .next()
        .is_some_and(|rest| rest.trim_start_matches("http://").contains(':'));
    if has_port { Ok(proxy) } else { Authority::parse(&format!("{}:{DEFAULT_PORT}", url.trim_end_matches('/'))) }
}

impl Direct {
    fn parse(entry: &str) -> Self {
        if entry == "*" {
            return Self::Everybody;
        }
        let (address, bits) =
            entry.split_once('/').map_or((entry, None), |(address, bits)| (address, bits.parse().ok()));
        match address.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => Self::Network(address, bits.unwrap_or(u32::MAX)),
            Err(_) => Self::Domain(entry.trim_matches('.').to_ascii_lowercase()),
        }
    }

    fn covers(&self, host: &str) -> bool {
        match (self, host.parse::<IpAddr>()) {
            (Self::Everybody, _) => true,
            (Self::Domain(domain), Err(_)) => {
                let host = host.trim_end_matches('.');
                host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Self::Network(network, bits), Ok(address)) => is_within(address, *network, *bits),
            (Self::Domain(_), Ok(_)) | (Self::Network(..), Err(_)) => false,
        }
    }
}

/// Whether both addresses begin with the same so many bits.
fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let (address, network, length) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (u128::from(address.to_bits()), u128::from(network.to_bits()), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    (address ^ network).checked_shr(length - bits.min(length)).unwrap_or(0) == 0
}

/// Has a proxy open a tunnel to a host (RFC 9110, section 9.3.6), and tells it who asks.
pub(crate) async fn tunnel(stream: &TcpStream, to: &Authority, user_agent: &str) -> Result<(), Trouble> {
    let host = to.host_and_port();
    let head = format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {user_agent}\r\n\r\n");
    write_whole(stream, head.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut piece = [0; 1_024];
        stream.readable().await.map_err(|error| said(&error))?;
        match stream.try_read(&mut piece) {
            Ok(0) => return Err(refused("it closed the connection")),
            Ok(read) => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(said(&error)),
        }
        if answer.len() > LONGEST_ANSWER {
            return Err(refused("its answer has no end"));
        }
    }
    let status = answer.strip_prefix(b"HTTP/1.").and_then(|rest| std::str::from_utf8(rest.get(2..5)?).ok());
    match status {
        Some(status) if status.starts_with('2') => Ok(()),
        Some(status) => Err(refused(&format!("HTTP {}", status.escape_default()))),
        None => Err(refused("it does not speak HTTP")),
    }
}

/// Writes all of these bytes to a proxy, or to what is greeted.
pub(crate) async fn write_whole(stream: &TcpStream, mut bytes: &[u8]) -> Result<(), Trouble> {
    while !bytes.is_empty() {
        stream.writable().await.map_err(|error| said(&error))?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(said(&error)),
        }
    }
    Ok(())
}

fn said(error: &std::io::Error) -> Trouble {
    refused(&named(error))
}

fn refused(why: &str) -> Trouble {
    Trouble::because(Fault::Connect, format!("the proxy opened no tunnel: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy of each URL, or `-`, where these variables are set.
    fn through(variables: &[(&str, &str)], urls: &[&str]) -> Vec<String> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let proxies = Proxies::read(variable).unwrap();
        let said = |url: &&str| {
            let authority = Authority::parse(url).unwrap();
            proxies.through(&authority).map_or_else(|| "-".to_owned(), ToString::to_string)
        };
        urls.iter().map(said).collect()
    }

    const BOTH: [&str; 2] = ["http://p.example", "https://p.example"];

    #[test]
    fn variables_are_read_as_curl_reads_them() {
        assert_eq!(through(&[], &BOTH), ["-", "-"]);
        assert_eq!(through(&[("HTTP_PROXY", "http://x:1")], &BOTH), ["-", "-"], "never in capitals");
        assert_eq!(
            through(&[("http_proxy", "x:1"), ("HTTPS_PROXY", "http://y/")], &BOTH),
            ["http://x:1", "http://y:1080"]
        );
        assert_eq!(through(&[("ALL_PROXY", "http://x:80")], &BOTH), ["http://x", "http://x"]);
        assert_eq!(through(&[("ALL_PROXY", "[::1]"), ("https_proxy", "")], &BOTH), ["http://[::1]:1080"; 2]);
        let wrong =
            |value: &str| Proxies::read(|name| (name == "https_proxy").then(|| value.to_owned())).unwrap_err().why;
        assert!(wrong("http://me:secret@x:1").contains("name and password"));
        assert!(wrong("https://x:1").contains("plain HTTP") && wrong("socks5://x:1").contains("only http"));
    }

    #[test]
    fn who_is_asked_directly_is_known_as_in_curl() {
        let of = |direct: &str, urls: &[&str]| through(&[("all_proxy", "x:1"), ("no_proxy", direct)], urls);
        let urls =
            ["https://p.example", "https://a.p.example.", "https://ap.example", "http://10.1.2.3", "http://[fd00::1]"];
        let (p, d) = ("http://x:1", "-");
        assert_eq!(of("*", &urls), [d; 5]);
        assert_eq!(of("p.example", &urls), [d, d, p, p, p]);
        assert_eq!(of("other, .P.example", &urls), [d, d, p, p, p]);
        assert_eq!(of("10.1.2.3 [fd00::1]", &urls), [p, p, p, d, d]);
        assert_eq!(of("10.0.0.0/8,fd00::/7", &urls), [p, p, p, d, d]);
        assert_eq!(of("10.2.0.0/16,0.0.0.0/0", &urls[3..]), [d, p]);
        assert_eq!(of("", &["http://127.0.0.1:1", "https://localhost", "http://[::1]"]), [d; 3], "this machine");
    }
}
