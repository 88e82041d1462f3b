//! Requests as bytes and answers as readings, in buffers that are used again and again.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Method, Request};
use model::words::{Fault, Outcome};
use portal::{Answer, Context, Encoded, Exchange, Reading, Reply, Unwritable};

use crate::attempt::Attempt;
use crate::authority::{Authority, not_followed};
use crate::base_url::BaseUrl;
use crate::identity::Identity;
use crate::own_limits::Trouble;
use crate::spec::RunSpec;

/// A request with its address and the length of its body, or why there is none.
pub(crate) type Prepared = Result<(Authority, Request<Bytes>, usize), Trouble>;

/// Encodes requests and decodes their answers, as the adapter of a run says.
pub(crate) struct Codec {
    identity: Identity,
    encoded: Encoded,
    reading: Reading,
}

impl Codec {
    pub(crate) fn new(spec: &RunSpec) -> Self {
        let identity = spec.settings.identity.clone();
        Self { identity, encoded: Encoded::default(), reading: Reading::default() }
    }

    /// What the last answer showed.
    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Writes the request of an exchange to this address of the portal. Where `has_missed` an earlier answer that would have shown what it needs, a value
    /// that is not known speaks against nobody.
    pub(crate) fn encode(
        &mut self,
        spec: &RunSpec,
        target: &BaseUrl,
        exchange: &Exchange,
        context: &Context<'_>,
        has_missed: bool,
    ) -> Prepared {
        match spec.adapter.encode(exchange, context, &mut self.encoded) {
            Ok(()) => request(&mut self.encoded, target, &self.identity),
            Err(unwritable) if has_missed && unwritable.value.is_none() => {
                // Neither the adapter's doing nor an answer: what would have shown it never came.
                let reason = format!("{unwritable}: an earlier answer never came");
                Err(Trouble { fault: Fault::Unwritable, reason: Some(Cow::Owned(reason)) })
            }
            Err(unwritable) => {
                self.encoded.unwritable = Some(unwritable);
                Err(Fault::Unwritable.into())
            }
        }
    }

    /// Reads the answer of an exchange and says what is known.
    pub(crate) fn decode(&mut self, spec: &RunSpec, exchange: &Exchange, attempt: &Attempt) -> Reply {
        if let (Some(status), None) = (attempt.status, attempt.fault) {
            let answer = Answer { status, headers: &attempt.headers, body: &attempt.body };
            return spec.adapter.decode(exchange, answer, &mut self.reading);
        }
        self.reading.clear();
        if attempt.fault == Some(Fault::Unwritable)
            && let Some(unwritable) = self.encoded.unwritable.take()
        {
            self.reading.note_unwritable(&unwritable);
        }
        if let (Some(Fault::Unreadable), Some(reason)) = (attempt.fault, &attempt.reason) {
            self.reading.note_unreadable(reason);
        }
        Reply { answer: Outcome::Error, fault: attempt.fault }
    }
}

/// Puts an encoded request into the form of HTTP; where it does not fit, [`Encoded::unwritable`] says what.
fn request(encoded: &mut Encoded, target: &BaseUrl, identity: &Identity) -> Prepared {
    assemble(encoded, target, identity).map_err(|_does_not_fit| {
        let address = String::from_utf8_lossy(&encoded.target).into_owned();
        if let Some(link) = not_followed(&address) {
            // It could be written, but leads to where nobody is spoken to.
            return Trouble { fault: Fault::Forbidden, reason: Some(Cow::Owned(link)) };
        }
        encoded.unwritable = Some(Unwritable::does_not_fit("request", &address));
        Fault::Unwritable.into()
    })
}

/// The address and the form in HTTP of an encoded request, with the length of its body.
pub(crate) fn assemble(
    encoded: &mut Encoded,
    target: &BaseUrl,
    identity: &Identity,
) -> Result<(Authority, Request<Bytes>, usize), Fault> {
    let line = std::str::from_utf8(&encoded.target).map_err(|_binary| Fault::Unwritable)?;
    let (authority, path) = if encoded.is_link {
        let (authority, path) = target.follow(line).map_err(|_no_address| Fault::Unwritable)?;
        (authority, Cow::Owned(path))
    } else {
        (target.authority().clone(), target.under(line))
    };
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = encoded.method.clone();
    *request.uri_mut() = path.parse().map_err(|_no_path| Fault::Unwritable)?;
    // Room for all of them, a cookie included: it does not grow any more.
    *request.headers_mut() = HeaderMap::with_capacity(encoded.headers.len() + 5);
    let headers = request.headers_mut();
    let host = if authority == *target.authority() {
        target.host().clone()
    } else {
        HeaderValue::try_from(authority.host_header()).map_err(|_invisible| Fault::Unwritable)?
    };
    headers.insert(http::header::HOST, host);
    identity.put_on(headers);
    for (name, value) in encoded.headers.drain(..) {
        headers.insert(name, value);
    }
    let body = encoded.body.split().freeze();
    let length = body.len();
    // Where a body is expected, servers may insist on the length of none (RFC 9110, section 8.6).
    let expects_body = matches!(encoded.method, Method::POST | Method::PUT | Method::PATCH);
    if body.is_empty() && expects_body {
        headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
    }
    *request.body_mut() = body;
    Ok((authority, request, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_expected_and_empty_has_its_length() {
        let target = BaseUrl::parse("http://127.0.0.1:81").unwrap();
        let said = |method: Method, body: &[u8], written: Option<&'static str>| {
            let mut encoded = Encoded { method, target: "/x".into(), body: body.into(), ..Encoded::default() };
            encoded.headers.extend(written.map(|length| (CONTENT_LENGTH, HeaderValue::from_static(length))));
            let (_, request, _) = assemble(&mut encoded, &target, &Identity::new("1.0.0", "test", None)).unwrap();
            request.headers().get(CONTENT_LENGTH).map(|length| length.to_str().unwrap().to_owned())
        };
        assert_eq!(said(Method::POST, b"", None).as_deref(), Some("0"));
        assert_eq!(said(Method::POST, b"", Some("00")).as_deref(), Some("00"), "the adapter's wins");
        assert_eq!(said(Method::POST, b"{}", None), None, "whoever writes the request adds it");
        assert_eq!(said(Method::GET, b"", None), None);
    }
}
