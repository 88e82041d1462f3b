//! Attachments: files that come with a dossier, known by their SHA-256, told apart by their first bytes.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::body::{Path, json};
use crate::api::multipart;
use crate::api::operation::{Operation, Who, get, post};
use crate::api::problem::{Kind, Problem};
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::checksum;
use crate::domain::moment::Moment;
use crate::server::Portal;
use crate::state::registry::{DossierId, Registry};
use crate::state::sessions::{Person, SignedIn};

/// The largest attachment, in bytes.
const LARGEST: usize = 5 * 1024 * 1024;
/// The longest body: the largest attachment in base64, and its wrapping.
const LONGEST_BODY: usize = LARGEST / 3 * 4 + 64 * 1024;
/// How many attachments a dossier has at most.
const MOST: usize = 20;
/// How many bytes of attachments are kept in all.
const MOST_BYTES: usize = 512 * 1024 * 1024;
/// The longest file name, in characters.
const LONGEST_NAME: usize = 255;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/api/dossiers/{code}/attachments", attach)
            .named("attachFile", "Attach a file", "Đính kèm tệp")
            .by(Who::SignedIn)
            .gives::<Told<'_>>(StatusCode::CREATED)
            .takes_file::<Encoded>(LONGEST_BODY)
            .refuses(&[Kind::UnsupportedContent, Kind::Full]),
        get("/api/dossiers/{code}/attachments", list)
            .named("listAttachments", "List the attachments", "Danh sách tệp đính kèm")
            .by(Who::SignedIn)
            .gives::<List<'_>>(StatusCode::OK),
        get("/api/dossiers/{code}/attachments/{number}", download)
            .named("downloadAttachment", "Download an attachment", "Tải tệp đính kèm")
            .by(Who::SignedIn)
            .gives_file(&TYPES),
    ]
}

/// The types under which attachments are given out.
const TYPES: [&str; 5] = [
    Content::Pdf.as_type(),
    Content::Png.as_type(),
    Content::Jpeg.as_type(),
    Content::Zip.as_type(),
    Content::Text.as_type(),
];

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Pdf,
    Png,
    Jpeg,
    Zip,
    Text,
}

impl Content {
    /// Looks at the first bytes; what is not known is not taken.
    fn of(content: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| content.starts_with(magic);
        if starts(b"%PDF-") {
            Some(Self::Pdf)
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if starts(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if starts(b"PK\x03\x04") {
            Some(Self::Zip)
        } else if std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')) {
            Some(Self::Text)
        } else {
            None
        }
    }

    /// The type under which it is kept and given out; never one that a browser would run.
    const fn as_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Zip => "application/zip",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Whether a sender may call it that.
    fn may_be_called(self, declared: &str) -> bool {
        let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match self {
            Self::Pdf => declared == "application/pdf",
            Self::Png => declared == "image/png",
            Self::Jpeg => declared == "image/jpeg",
            Self::Zip => declared == "application/zip" || declared.starts_with("application/vnd.openxmlformats"),
            Self::Text => declared == "text/plain",
        }
    }
}

/// One attachment: its bytes and about 150 more.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) content_type: Cow<'static, str>,
    pub(crate) sha256: String,
    pub(crate) attached_at: Moment,
    pub(crate) content: Bytes,
}

/// An attachment as it is told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attachment")]
struct Told<'attachment> {
    /// Counted from 1 within the dossier.
    number: usize,
    name: &'attachment str,
    content_type: &'attachment str,
    size: usize,
    sha256: &'attachment str,
    attached_at: Moment,
}

impl Attachment {
    fn told(&self, number: usize) -> Told<'_> {
        Told {
            number,
            name: &self.name,
            content_type: &self.content_type,
            size: self.content.len(),
            sha256: &self.sha256,
            attached_at: self.attached_at,
        }
    }
}

/// A file as it was sent.
struct Sent {
    name: String,
    declared: Option<String>,
    content: Bytes,
}

/// A file in a JSON body.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Encoded {
    name: String,
    content_type: Option<String>,
    content_base64: String,
}

impl Sent {
    /// Reads a multipart body, or a JSON body with base64.
    fn read(content_type: &str, body: &Bytes) -> Result<Self, Problem> {
        if content_type.to_ascii_lowercase().starts_with("multipart/") {
            let part = multipart::boundary(content_type).and_then(|boundary| multipart::first_file(body, boundary));
            let part = part.ok_or_else(|| Problem::new(Kind::Malformed, "the multipart body has no file"))?;
            let content = body.slice_ref(part.content);
            return Ok(Self { name: part.file_name, declared: part.content_type, content });
        }
        let encoded: Encoded =
            serde_json::from_slice(body).map_err(|error| Problem::new(Kind::Malformed, error.to_string()))?;
        let content = STANDARD.decode(encoded.content_base64.as_bytes());
        let content = content.map_err(|_invalid| Problem::field("content_base64", "is not base64"))?;
        Ok(Self { name: encoded.name, declared: encoded.content_type, content: content.into() })
    }

    fn check(self, now: Moment, defects: Defects) -> Result<Attachment, Problem> {
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            return Err(Problem::field("name", "must have 1 to 255 characters"));
        }
        if self.content.is_empty() {
            return Err(Problem::field("content", "is missing"));
        }
        if self.content.len() > LARGEST && !defects.has(Defect::SizeOff) {
            return Err(Problem::new(Kind::TooLarge, format!("an attachment has {LARGEST} bytes at most")));
        }
        let content = Content::of(&self.content);
        let trusted = self.declared.clone().filter(|_| defects.has(Defect::TrustType));
        let content = content.ok_or_else(|| Problem::new(Kind::UnsupportedContent, "PDF, PNG, JPEG, ZIP or text"))?;
        if trusted.is_none() && self.declared.as_deref().is_some_and(|declared| !content.may_be_called(declared)) {
            let detail = format!("the first bytes say {}", content.as_type());
            return Err(Problem::new(Kind::UnsupportedContent, detail));
        }
        let sha256 = checksum::hexadecimal(&checksum::digest_bytes(&self.content));
        // The bytes are copied, for a slice would keep the whole body alive.
        let content_kept = Bytes::copy_from_slice(&self.content);
        Ok(Attachment {
            name: self.name,
            content_type: trusted.map_or(Cow::Borrowed(content.as_type()), Cow::Owned),
            sha256,
            attached_at: now,
            content: content_kept,
        })
    }
}

/// The dossier with this code, for its owner and for clerks.
fn find(registry: &Registry, code: &str, person: &Person) -> Result<DossierId, Problem> {
    match person {
        Person::Citizen(_) if registry.defects.has(Defect::OpenFile) => registry.find(code),
        Person::Citizen(citizen) => registry.find_own(code, *citizen),
        Person::Clerk(_) => registry.find(code),
    }
}

async fn attach(
    State(portal): State<Arc<Portal>>,
    SignedIn(person): SignedIn,
    Path(code): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    find(&portal.registry(), &code, &person)?;
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.to_owned();
    let body = Bytes::from_request(request, &portal).await;
    let body = body.map_err(|rejection| {
        let is_long = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        Problem::new(if is_long { Kind::TooLarge } else { Kind::Malformed }, rejection.body_text())
    })?;
    let sent = Sent::read(&content_type, &body)?;
    let mut registry = portal.registry();
    let attachment = sent.check(registry.now(), portal.switches.get())?;
    let id = find(&registry, &code, &person)?;
    let (number, attachment) = registry.attach(id, attachment)?;
    Ok(json(StatusCode::CREATED, &attachment.told(number)))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attachments")]
struct List<'registry> {
    items: Vec<Told<'registry>>,
}

async fn list(
    State(portal): State<Arc<Portal>>,
    SignedIn(person): SignedIn,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let id = find(&registry, &code, &person)?;
    let items = registry.attachments(id).iter().enumerate().map(|(i, attachment)| attachment.told(i + 1)).collect();
    Ok(json(StatusCode::OK, &List { items }))
}

async fn download(
    State(portal): State<Arc<Portal>>,
    SignedIn(person): SignedIn,
    Path((code, number)): Path<(String, usize)>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let id = find(&registry, &code, &person)?;
    let attachment = number.checked_sub(1).and_then(|place| registry.attachments(id).get(place));
    let attachment = attachment.ok_or_else(|| Problem::not_found("attachment"))?;
    let mut response = attachment.content.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, header(&attachment.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let is_careless = registry.defects.has(Defect::PathJoin);
    let named = format!("attachment; filename=\"{}\"", attachment.name);
    let disposition = if is_careless { header(&named) } else { disposition(&attachment.name) };
    headers.insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// A header with this text, or none of it where a header cannot hold it.
fn header(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

/// A header that names the file whatever its name is (RFC 8187).
fn disposition(name: &str) -> HeaderValue {
    let mut text = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&checksum::hexadecimal(&[byte]).to_ascii_uppercase());
        }
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

impl Registry {
    /// Keeps an attachment; returns its number within the dossier.
    fn attach(&mut self, id: DossierId, attachment: Attachment) -> Result<(usize, &Attachment), Problem> {
        let bytes = self.attachment_bytes + attachment.content.len();
        let kept = self.attachments.entry(id).or_default();
        if kept.len() >= MOST || bytes > MOST_BYTES {
            return Err(Problem::new(Kind::Full, format!("a dossier has {MOST} attachments at most")));
        }
        self.attachment_bytes = bytes;
        kept.push(attachment);
        let number = kept.len();
        self.notes.attachments.note((id, number));
        kept.last().map(|attachment| (number, attachment)).ok_or_else(|| Problem::not_found("attachment"))
    }

    fn attachments(&self, id: DossierId) -> &[Attachment] {
        self.attachments.get(&id).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_breaks_out_of_its_header() {
        for name in ["../../etc/passwd", "a\"b\r\nSet-Cookie: x", "Đơn đề nghị.pdf", "\u{202e}fdp.exe", "con.pdf"]
        {
            let header = disposition(name);
            let text = header.to_str().unwrap();
            assert!(!text.contains(['\r', '\n', '"', '/']), "{text}");
        }
        assert_eq!(disposition("Đơn.pdf"), "attachment; filename*=UTF-8''%C4%90%C6%A1n.pdf");
    }

    #[test]
    fn content_is_what_its_first_bytes_say() {
        assert_eq!(Content::of(b"%PDF-1.7"), Some(Content::Pdf));
        assert_eq!(Content::of("Đơn".as_bytes()), Some(Content::Text));
        assert_eq!(Content::of(b"\x7fELF\xff\x01"), None);
        assert!(!Content::Text.may_be_called("text/html"));
        assert!(Content::Zip.may_be_called("application/vnd.openxmlformats-officedocument.wordprocessingml.document"));
    }
}
