//! Where the paths of a portal or a peer begin: at its root, or behind a gateway.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use url::Url;

use crate::authority::{Authority, AuthoritySyntax, read, syntax};

/// Scheme, host and port, and what stands before every path there, as in `https://portal.example/dvc/api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    authority: Authority,
    host: Arc<HeaderValue>,
    /// Without a slash at its end; empty at the root.
    path: String,
}

impl BaseUrl {
    /// Reads `https://host:port/path`, with or without a closing slash.
    ///
    /// # Errors
    /// [`AuthoritySyntax`]: as [`Authority::parse`], but for the path; also a query or a fragment.
    pub fn parse(url: &str) -> Result<Self, AuthoritySyntax> {
        let (authority, parsed) = read(url)?;
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(syntax(url, "what follows `?` or `#` is of one request; it stands in the adapter"));
        }
        Ok(Self { host: host_of(&authority), authority, path: parsed.path().trim_end_matches('/').to_owned() })
    }

    /// Scheme, host and port.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A path of ours, with its query, as it is asked for.
    pub(crate) fn under<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if self.path.is_empty() { Cow::Borrowed(path) } else { Cow::Owned(format!("{}{path}", self.path)) }
    }

    /// What the header `Host` says.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// Where a link leads that an answer shows, and what is asked for there (RFC 3986, section 5): a link without a host is
    /// one of this portal, and one that begins with `/` begins at its root.
    ///
    /// # Errors
    /// [`AuthoritySyntax`]: it leads nowhere, or to where HTTP is not spoken.
    pub(crate) fn follow(&self, link: &str) -> Result<(Authority, String), AuthoritySyntax> {
        follow(&format!("{self}/"), link)
    }
}

/// Where a link leads that stands at an absolute URL.
///
/// # Errors
/// [`AuthoritySyntax`]: it leads nowhere, or to where HTTP is not spoken.
pub(crate) fn follow(from: &str, link: &str) -> Result<(Authority, String), AuthoritySyntax> {
    if link.is_empty() || Url::parse(link) != Err(url::ParseError::RelativeUrlWithoutBase) {
        return Authority::split(link);
    }
    if link.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(syntax(link, "blanks and control characters do not belong there"));
    }
    let joined = Url::parse(from).and_then(|from| from.join(link));
    Authority::split(joined.map_err(|error| syntax(link, &error.to_string()))?.as_str())
}

impl From<Authority> for BaseUrl {
    fn from(authority: Authority) -> Self {
        Self { host: host_of(&authority), authority, path: String::new() }
    }
}

/// What the header `Host` says.
fn host_of(authority: &Authority) -> Arc<HeaderValue> {
    let host = HeaderValue::try_from(authority.host_header());
    Arc::new(
        host.unwrap_or_else(|_invisible| {
            unreachable!("the host of a URL is written in ASCII (RFC 3986, section 3.2.2)")
        }),
    )
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(url: &str) -> String {
        BaseUrl::parse(url).map_or_else(|error| error.why, |base| base.to_string())
    }

    #[test]
    fn a_base_may_have_a_path_and_nothing_behind_it() {
        for (url, meant) in [
            ("https://portal.example", "https://portal.example"),
            ("https://portal.example/", "https://portal.example"),
            ("https://portal.example/dvc/api/", "https://portal.example/dvc/api"),
            ("http://127.0.0.1:81/một cửa/../dvc", "blanks and control characters do not belong there"),
            ("http://127.0.0.1:81/một-cửa/../dvc", "http://127.0.0.1:81/dvc"),
            ("http://h/dvc?x=1", "what follows `?` or `#` is of one request; it stands in the adapter"),
            ("http://h/dvc#x", "what follows `?` or `#` is of one request; it stands in the adapter"),
            ("http://h:0/dvc", "nobody listens at port 0"),
        ] {
            assert_eq!(read_as(url), meant, "{url}");
        }
        assert_eq!(BaseUrl::parse("http://h/dvc/").unwrap().under("/api?x=1"), "/dvc/api?x=1");
    }

    #[test]
    fn a_link_is_resolved_against_the_base() {
        let base = BaseUrl::parse("https://portal.example/dvc").unwrap();
        let leads = |link: &str| {
            base.follow(link).map_or_else(|error| error.why, |(authority, path)| format!("{authority} {path}"))
        };
        assert_eq!(leads("/pay/1?x=%20y"), "https://portal.example /pay/1?x=%20y");
        assert_eq!(leads("pay/1"), "https://portal.example /dvc/pay/1");
        assert_eq!(leads("?x"), "https://portal.example /dvc/?x");
        assert_eq!(leads("//bank.example/pay"), "https://bank.example /pay");
        assert_eq!(leads("http://bank.example:81/pay#x"), "http://bank.example:81 /pay");
        assert_eq!(leads("../../pay"), "https://portal.example /pay");
        assert_eq!(leads("/pay\r\nHost: x"), "blanks and control characters do not belong there");
        assert_eq!(leads(""), "relative URL without a base");
        assert_eq!(leads("javascript:alert(1)"), "`javascript:` is not spoken, only http and https");
    }
}
