//! Operations on attachments: attach, list, download.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use multer::Multipart;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::access::SignedIn;
use crate::api::body::{Path, json};
use crate::api::operation::{Operation, Who, get, post};
use crate::behaviour::defects::Defect;
use crate::domain::checksum;
use crate::domain::dossier_id::DossierId;
use crate::domain::moment::Moment;
use crate::domain::papers::attachments::{Attachment, LARGEST, Sent, TYPES};
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// The longest body: the largest attachment in base64, and its wrapping.
const LONGEST_BODY: usize = LARGEST / 3 * 4 + 64 * 1024;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        post("/api/dossiers/{code}/attachments", attach)
            .named("attachFile", "Attach a file", "Đính kèm tệp")
            .by(Who::SignedIn)
            .gives::<AttachmentView<'_>>(StatusCode::CREATED)
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

/// An attachment as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attachment")]
struct AttachmentView<'attachment> {
    /// Counted from 1 within the dossier.
    number: usize,
    name: &'attachment str,
    content_type: &'attachment str,
    size: usize,
    sha256: &'attachment str,
    attached_at: Moment,
}

impl Attachment {
    fn view(&self, number: usize) -> AttachmentView<'_> {
        AttachmentView {
            number,
            name: &self.name,
            content_type: &self.content_type,
            size: self.content.len(),
            sha256: &self.sha256,
            attached_at: self.attached_at,
        }
    }
}

/// A file in a JSON body.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default)]
struct Encoded {
    name: String,
    content_type: Option<String>,
    content_base64: String,
}

/// Reads a multipart body, or a JSON body with base64.
async fn read(content_type: &str, body: Bytes) -> Result<Sent, Problem> {
    if content_type.to_ascii_lowercase().starts_with("multipart/") {
        let file = first_file(content_type, body).await;
        return file.ok_or_else(|| Problem::new(Kind::Malformed, "the multipart body has no file"));
    }
    let encoded: Encoded =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Kind::Malformed, error.to_string()))?;
    let content = STANDARD.decode(encoded.content_base64.as_bytes());
    let content = content.map_err(|_invalid| Problem::field("content_base64", "is not base64"))?;
    Ok(Sent { name: encoded.name, declared: encoded.content_type, content: content.into() })
}

/// The first part that has a file name.
async fn first_file(content_type: &str, body: Bytes) -> Option<Sent> {
    let whole = stream::once(ready(Ok::<_, Infallible>(body)));
    let mut parts = Multipart::new(whole, multer::parse_boundary(content_type).ok()?);
    while let Some(part) = parts.next_field().await.ok()? {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let declared = part.content_type().map(ToString::to_string);
        return Some(Sent { name, declared, content: part.bytes().await.ok()? });
    }
    None
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
    let sent = read(&content_type, body).await?;
    let mut registry = portal.registry();
    let attachment = sent.check(registry.now(), portal.switches.get())?;
    let id = find(&registry, &code, &person)?;
    let (number, attachment) = registry.attach(id, attachment)?;
    Ok(json(StatusCode::CREATED, &attachment.view(number)))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attachments")]
struct List<'registry> {
    items: Vec<AttachmentView<'registry>>,
}

async fn list(
    State(portal): State<Arc<Portal>>,
    SignedIn(person): SignedIn,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let registry = portal.registry();
    let id = find(&registry, &code, &person)?;
    let items = registry.attachments(id).iter().enumerate().map(|(i, attachment)| attachment.view(i + 1)).collect();
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

/// A header with this text; empty if a header cannot hold it.
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

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; boundary=x";
    const BODY: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfirst\r\n--x\r\nContent-Disposition: \
        form-data; name=\"file\"; filename=\"a b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n--y\r\n--x--\r\n";

    #[tokio::test]
    async fn the_first_file_is_found_behind_other_fields() {
        let file = first_file(FORM, Bytes::from_static(BODY)).await.unwrap();
        assert_eq!((file.name.as_str(), file.declared.as_deref()), ("a b.pdf", Some("application/pdf")));
        assert_eq!(file.content, "%PDF-\r\n--y");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_anywhere_is_no_file() {
        for end in 0..BODY.len() - 8 {
            assert!(first_file(FORM, Bytes::from_static(&BODY[..end])).await.is_none(), "{end}");
        }
        for wrong in ["multipart/form-data; boundary=z", "multipart/mixed; boundary=x", "multipart/form-data"] {
            assert!(first_file(wrong, Bytes::from_static(BODY)).await.is_none(), "{wrong}");
        }
    }

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
}
