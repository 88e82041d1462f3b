//! Attachments: files that come with a dossier, identified by SHA-256, and whose type their first bytes decide.

use std::borrow::Cow;

use bytes::Bytes;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::checksum;
use crate::domain::moment::Moment;
use crate::domain::problem::{Kind, Problem};

/// The largest attachment, in bytes.
pub(crate) const LARGEST: usize = 5 * 1024 * 1024;
/// The longest file name, in characters.
const LONGEST_NAME: usize = 255;

/// The content types under which attachments are served.
pub(crate) const TYPES: [&str; 5] = [
    Content::Pdf.as_type(),
    Content::Png.as_type(),
    Content::Jpeg.as_type(),
    Content::Zip.as_type(),
    Content::Text.as_type(),
];

/// The type of a file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Pdf,
    Png,
    Jpeg,
    Zip,
    Text,
}

impl Content {
    /// Looks at the first bytes; an unknown type is refused.
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

    /// The content type under which it is stored and served; never one that a browser would run.
    const fn as_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Zip => "application/zip",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Whether a sender may declare this type.
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

/// A file as it was sent.
pub(crate) struct Sent {
    pub(crate) name: String,
    pub(crate) declared: Option<String>,
    pub(crate) content: Bytes,
}

impl Sent {
    pub(crate) fn check(self, now: Moment, defects: Defects) -> Result<Attachment, Problem> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_what_its_first_bytes_say() {
        assert_eq!(Content::of(b"%PDF-1.7"), Some(Content::Pdf));
        assert_eq!(Content::of("Đơn".as_bytes()), Some(Content::Text));
        assert_eq!(Content::of(b"\x7fELF\xff\x01"), None);
        assert!(!Content::Text.may_be_called("text/html"));
        assert!(Content::Zip.may_be_called("application/vnd.openxmlformats-officedocument.wordprocessingml.document"));
    }
}
