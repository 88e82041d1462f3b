//! Undoes the content codings of an answer (RFC 9110, section 8.4): gzip, deflate, br and zstd, within a bound.

use std::borrow::Cow;
use std::io::{Error, ErrorKind, Read};

use brotli_decompressor::{BrotliDecoderParameter, Decompressor};
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use model::words::Fault;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::own_limits::Trouble;

/// More codings than these in a row pack nothing: each is another bomb.
const MOST_CODINGS: usize = 4;

/// More members of gzip, or frames of zstd, than these pack nothing: each costs as much as a short answer.
const MOST_PARTS: usize = 1_000;

/// The widest window that zstd may ask for over HTTP, in bytes (RFC 9659, section 3).
const ZSTD_WINDOW: u64 = 8 << 20;

/// How much of a name that is not known is kept, in bytes.
const LONGEST_NAME: usize = 64;

/// The body as it was before it was packed; `None` if it was not.
///
/// # Errors
/// A coding that is not known, is corrupt, or holds more than `longest` bytes.
pub(crate) fn unpacked(headers: &HeaderMap, body: &Bytes, longest: usize) -> Result<Option<Bytes>, Trouble> {
    if body.is_empty() || !headers.contains_key(CONTENT_ENCODING) {
        return Ok(None);
    }
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in String::from_utf8_lossy(value.as_bytes()).split(',').map(str::trim) {
            if changes_nothing(name) {
                continue;
            }
            codings.push(Coding::parse(name).ok_or_else(|| unknown(name))?);
            if codings.len() > MOST_CODINGS {
                let reason = format!("content coding: more than {MOST_CODINGS} in a row");
                return Err(Trouble { fault: Fault::Unreadable, reason: Some(Cow::Owned(reason)) });
            }
        }
    }
    let mut whole: Option<Bytes> = None;
    // What was applied last is undone first.
    for coding in codings.into_iter().rev() {
        let undone = coding.undo(whole.as_ref().unwrap_or(body), longest)?;
        whole = Some(Bytes::from(undone));
    }
    Ok(whole)
}

/// Whether there is nothing to undo. Some servers name the charset here, which no browser minds.
fn changes_nothing(name: &str) -> bool {
    name.is_empty() || ["identity", "utf-8"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn unknown(name: &str) -> Trouble {
    let name = model::cut(name, LONGEST_NAME);
    let reason = format!("content coding {}: not known (gzip, deflate, br and zstd are)", name.escape_debug());
    Trouble { fault: Fault::Unreadable, reason: Some(Cow::Owned(reason)) }
}

#[derive(Clone, Copy, Debug)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn parse(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("deflate") => Some(Self::Deflate),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn undo(self, packed: &[u8], longest: usize) -> Result<Vec<u8>, Trouble> {
        let mut out = Undone { bytes: Vec::new(), longest };
        let undone = match self {
            Self::Gzip => gzip(packed, &mut out),
            Self::Deflate if is_zlib(packed) => out.take(ZlibDecoder::new(packed)),
            // As some servers send it, and all browsers read it.
            Self::Deflate => out.take(DeflateDecoder::new(packed)),
            Self::Brotli => brotli(packed, &mut out),
            Self::Zstd => zstd(packed, &mut out),
        };
        let (fault, why) = match undone {
            _ if out.is_too_long() => (Fault::TooLong, format!("more than {longest} bytes unpacked")),
            Ok(()) => return Ok(out.bytes),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => (Fault::Broken, "it breaks off".to_owned()),
            Err(error) => (Fault::Broken, error.to_string()),
        };
        Err(Trouble { fault, reason: Some(Cow::Owned(format!("content coding {}: {why}", self.name()))) })
    }
}

/// What was unpacked so far: at most one byte more than is allowed.
struct Undone {
    bytes: Vec<u8>,
    longest: usize,
}

impl Undone {
    fn take(&mut self, from: impl Read) -> Result<(), Error> {
        let room = (self.longest + 1).saturating_sub(self.bytes.len());
        from.take(room as u64).read_to_end(&mut self.bytes).map(drop)
    }

    fn is_too_long(&self) -> bool {
        self.bytes.len() > self.longest
    }
}

/// One member after the other; what follows them and is none is left, as browsers leave it.
fn gzip(mut packed: &[u8], out: &mut Undone) -> Result<(), Error> {
    for _ in 0..MOST_PARTS {
        out.take(GzDecoder::new(&mut packed))?;
        if out.is_too_long() || !packed.starts_with(b"\x1f\x8b") {
            return Ok(());
        }
    }
    Err(too_many_parts())
}

/// Whether it begins as zlib does (RFC 1950, section 2.2), and as raw deflate hardly ever.
fn is_zlib(packed: &[u8]) -> bool {
    match packed {
        [method, flags, ..] => method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31),
        _ => false,
    }
}

fn brotli(packed: &[u8], out: &mut Undone) -> Result<(), Error> {
    let mut decoder = Decompressor::new(packed, 4_096);
    // A window of up to a gibibyte is no part of the coding `br`.
    decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
    out.take(decoder).map_err(|_invalid| Error::other("it is corrupt or breaks off"))
}

/// One frame after the other, skipping those that say nothing.
fn zstd(mut packed: &[u8], out: &mut Undone) -> Result<(), Error> {
    let mut frame = FrameDecoder::new();
    frame.set_max_window_size(ZSTD_WINDOW);
    for _ in 0..MOST_PARTS {
        match StreamingDecoder::new_with_decoder(&mut packed, &mut frame) {
            Ok(decoder) => out.take(decoder)?,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let skipped = usize::try_from(length).ok().and_then(|length| packed.get(length..));
                packed = skipped.ok_or(ErrorKind::UnexpectedEof)?;
            }
            Err(error) => return Err(Error::other(error)),
        }
        if out.is_too_long() {
            return Ok(());
        }
        if frame.get_checksum_from_data().is_some_and(|sum| frame.get_calculated_checksum() != Some(sum)) {
            return Err(Error::other("its checksum does not match"));
        }
        if packed.is_empty() {
            return Ok(());
        }
    }
    Err(too_many_parts())
}

fn too_many_parts() -> Error {
    Error::other(format!("more than {MOST_PARTS} parts"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;

    use super::*;

    const TEXT: &[u8] = br#"{"code":"D-1"}"#;

    /// The text, as brotli 1.2 and zstd 1.5.7 pack it; and half a mebibyte of blanks.
    const BROTLI: &[u8] = b"\x8b\x06\x80\x7b\x22code\x22:\x22D-1\x22\x7d\x03";
    const BROTLI_BOMB: &[u8] = b"\x5b\xff\xff\x87\x5f\x02\x24\x1e\x0b\x04\x72\xef\x0f\x00";
    const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x24\x0e\x71\x00\x00{\"code\":\"D-1\"}\x9b\x61\x00\x01";
    const ZSTD_BOMB: &[u8] =
        b"\x28\xb5\x2f\xfd\xa4\x00\x00\x08\x00\x54\x00\x00\x10\x20\x20\x01\x00\xfb\xff\x39\xc0\x02\x02\
        \x00\x10\x20\x02\x00\x10\x20\x03\x00\x10\x20\x97\x6c\xb2\x6d";
    /// With a window of 128 MiB.
    const ZSTD_WIDE: &[u8] = b"\x28\xb5\x2f\xfd\x00\x88\x71\x00\x00{\"code\":\"D-1\"}";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What is read of a body under these codings, each of which stands in a header of its own; at most 1,000 bytes.
    fn read(codings: &[&str], body: &[u8]) -> Result<Option<Vec<u8>>, (Fault, String)> {
        let mut headers = HeaderMap::new();
        for coding in codings {
            headers.append(CONTENT_ENCODING, HeaderValue::from_str(coding).unwrap());
        }
        match unpacked(&headers, &Bytes::copy_from_slice(body), 1_000) {
            Ok(body) => Ok(body.map(Vec::from)),
            Err(trouble) => Err((trouble.fault, trouble.reason.unwrap().into_owned())),
        }
    }

    #[test]
    fn what_is_packed_in_any_known_way_is_read() {
        let of = |coding: &str, body: &[u8]| read(&[coding], body);
        let text = || Ok(Some(TEXT.to_vec()));
        assert_eq!(of("gzip", &gzip(TEXT)), text());
        assert_eq!(of("X-GZip", &gzip(TEXT)), text());
        assert_eq!(of("deflate", &zlib(TEXT)), text());
        assert_eq!(of("deflate", &deflate(TEXT)), text());
        assert_eq!(of("br", BROTLI), text());
        assert_eq!(of("zstd", ZSTD), text());
        let (first, second) = TEXT.split_at(5);
        assert_eq!(of("gzip", &[gzip(first), gzip(second), b"\0\0 what follows".to_vec()].concat()), text());
        let skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
        assert_eq!(of("zstd", &[skipped, ZSTD, skipped].concat()), text());
    }

    #[test]
    fn several_codings_are_undone_from_the_last_to_the_first() {
        let twice = gzip(&zlib(TEXT));
        assert_eq!(read(&["deflate, gzip"], &twice), Ok(Some(TEXT.to_vec())));
        assert_eq!(read(&["deflate", "identity,, gzip"], &twice), Ok(Some(TEXT.to_vec())));
        assert_eq!(read(&["gzip, deflate"], &twice).unwrap_err().0, Fault::Broken);
    }

    #[test]
    fn what_is_not_packed_is_left_alone() {
        assert_eq!(read(&[], TEXT), Ok(None));
        assert_eq!(read(&["identity", "UTF-8", ""], TEXT), Ok(None));
        assert_eq!(read(&["gzip"], b""), Ok(None), "nothing is packed in no bytes");
    }

    #[test]
    fn a_bomb_of_any_kind_is_too_long_and_never_unpacked_beyond_the_limit() {
        let blanks = vec![b' '; 1 << 19];
        let bombs: [(&str, &[u8]); 5] = [
            ("gzip", &gzip(&blanks)),
            ("deflate", &zlib(&blanks)),
            ("deflate", &deflate(&blanks)),
            ("br", BROTLI_BOMB),
            ("zstd", ZSTD_BOMB),
        ];
        for (coding, bomb) in bombs {
            let reason = format!("content coding {coding}: more than 1000 bytes unpacked");
            assert_eq!(read(&[coding], bomb), Err((Fault::TooLong, reason)));
        }
        let inner = gzip(&blanks);
        assert_eq!(read(&["gzip, gzip"], &gzip(&inner)).unwrap_err().0, Fault::TooLong, "a bomb in a bomb");
        assert_eq!(read(&["gzip"], &gzip(&blanks[..1_000])), Ok(Some(blanks[..1_000].to_vec())));
        assert_eq!(read(&["gzip"], &gzip(&blanks[..1_001])).unwrap_err().0, Fault::TooLong);
    }

    #[test]
    fn what_is_corrupt_is_the_portal_s_and_says_how() {
        let packed = gzip(TEXT);
        let of = |coding: &str, body: &[u8]| {
            let (fault, reason) = read(&[coding], body).unwrap_err();
            assert_eq!(fault, Fault::Broken, "{reason}");
            reason
        };
        assert_eq!(of("gzip", TEXT), "content coding gzip: invalid gzip header");
        assert_eq!(of("gzip", &packed[..packed.len() - 9]), "content coding gzip: it breaks off");
        assert_eq!(of("deflate", &zlib(TEXT)[..9]), "content coding deflate: it breaks off");
        assert_eq!(of("deflate", &[0xff; 20]), "content coding deflate: corrupt deflate stream");
        assert_eq!(of("br", &BROTLI[..9]), "content coding br: it is corrupt or breaks off");
        assert_eq!(of("br", &[0xff; 20]), "content coding br: it is corrupt or breaks off");
        assert!(of("zstd", &ZSTD[..12]).starts_with("content coding zstd: "));
        assert!(of("zstd", TEXT).starts_with("content coding zstd: "));
        let mut wrong = ZSTD.to_vec();
        wrong[11] = b'C';
        assert_eq!(of("zstd", &wrong), "content coding zstd: its checksum does not match");
    }

    #[test]
    fn no_window_is_wider_than_http_allows() {
        assert!(read(&["zstd"], ZSTD_WIDE).unwrap_err().1.contains("134217728"));
        // The first byte of brotli's wide windows.
        assert_eq!(read(&["br"], b"\x11\x1e\x0f\x0f").unwrap_err().0, Fault::Broken);
    }

    #[test]
    fn a_crowd_of_parts_or_codings_is_not_worked_through() {
        let nothing = gzip(b"").repeat(MOST_PARTS + 1);
        assert_eq!(read(&["gzip"], &nothing).unwrap_err().1, "content coding gzip: more than 1000 parts");
        let skipped = b"\x50\x2a\x4d\x18\0\0\0\0".repeat(MOST_PARTS + 1);
        assert_eq!(read(&["zstd"], &skipped).unwrap_err().1, "content coding zstd: more than 1000 parts");
        let many = "gzip,".repeat(10_000);
        assert_eq!(read(&[&many], TEXT).unwrap_err().1, "content coding: more than 4 in a row");
    }

    #[test]
    fn a_coding_that_is_not_known_is_named_in_short() {
        let (fault, reason) = read(&["compress"], TEXT).unwrap_err();
        let said = "content coding compress: not known (gzip, deflate, br and zstd are)";
        assert_eq!((fault, reason.as_str()), (Fault::Unreadable, said));
        assert!(read(&[&"x".repeat(60_000)], TEXT).unwrap_err().1.len() < 200);
    }
}
