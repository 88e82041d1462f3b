//! Literal bytes and holes: the compiled form of every text of a request.

use bytes::{BufMut, BytesMut};
use model::is_cut;

use crate::clock::TimeFormat;
use crate::value::{Context, Unwritable, Value, WordMaps};

/// How a value must be written where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is: headers, and a hole that is a whole address.
    Raw,
    /// Percent-encoded: path and query.
    Percent,
    /// As in a form body: percent-encoded, blanks as `+`.
    Form,
    /// Inside the quotes of a JSON string.
    JsonText,
    /// A whole JSON value: bare where the value is meant as a number or truth value and is one, or null; else quoted.
    JsonValue,
}

/// A text with holes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Literal(Vec<u8>),
    Hole { value: Value, escape: Escape, written: String },
}

/// What references of one adapter can mean.
pub(crate) struct Names<'a> {
    pub(crate) session: &'a [String],
    pub(crate) words: &'a WordMaps,
}

impl Template {
    /// Adds bytes that are always the same.
    pub(crate) fn literal(&mut self, bytes: &[u8]) {
        match self.pieces.last_mut() {
            Some(Piece::Literal(last)) => last.extend_from_slice(bytes),
            Some(Piece::Hole { .. }) | None => self.pieces.push(Piece::Literal(bytes.to_vec())),
        }
    }

    /// Adds a text with `${...}` holes; what stands between them is escaped like the values, but for paths and headers.
    pub(crate) fn text(&mut self, text: &str, escape: Escape, names: &Names<'_>) -> Result<(), String> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((reference, behind)) = after.split_once('}') else {
                return Err(format!("`{text}` has a `${{` without its `}}`"));
            };
            self.escaped_literal(before, escape);
            let value = Value::parse(reference, names.session, names.words)?;
            self.pieces.push(Piece::Hole { value, escape, written: reference.to_owned() });
            rest = behind;
        }
        self.escaped_literal(rest, escape);
        Ok(())
    }

    fn escaped_literal(&mut self, text: &str, escape: Escape) {
        if text.is_empty() {
            return;
        }
        let mut bytes = BytesMut::new();
        match escape {
            // Paths and headers are written by the adapter's author as they must appear.
            Escape::Raw | Escape::Percent => bytes.extend_from_slice(text.as_bytes()),
            Escape::Form => write_percent(text, true, &mut bytes),
            Escape::JsonText | Escape::JsonValue => write_json_text(text, &mut bytes),
        }
        self.literal(&bytes);
    }

    /// The text with an `x` in every hole.
    pub(crate) fn sample(&self) -> Vec<u8> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Literal(bytes) => bytes.as_slice(),
            Piece::Hole { .. } => b"x",
        });
        pieces.flatten().copied().collect()
    }

    /// Whether it begins with a hole.
    pub(crate) fn begins_with_hole(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Hole { .. }))
    }

    /// Writes the first hole as it is: it is a whole address.
    pub(crate) fn first_hole_raw(&mut self) {
        if let Some(Piece::Hole { escape, .. }) = self.pieces.first_mut() {
            *escape = Escape::Raw;
        }
    }

    /// Appends the filled text.
    pub(crate) fn write(&self, context: &Context<'_>, time: TimeFormat, out: &mut BytesMut) -> Result<(), Unwritable> {
        self.fill(context, time, out, |written, _, _| Err(Unwritable::not_known(written)))
    }

    /// Appends the text, filled as far as values are known: where one is not, its reference stands as it is written.
    pub(crate) fn sketch(&self, context: &Context<'_>, time: TimeFormat, out: &mut BytesMut) -> Result<(), Unwritable> {
        self.fill(context, time, out, |written, escape, out| {
            let quote: &[u8] = if escape == Escape::JsonValue { b"\"" } else { b"" };
            for part in [quote, b"${", written.as_bytes(), b"}", quote] {
                out.extend_from_slice(part);
            }
            Ok(())
        })
    }

    fn fill(
        &self,
        context: &Context<'_>,
        time: TimeFormat,
        out: &mut BytesMut,
        missing: impl Fn(&str, Escape, &mut BytesMut) -> Result<(), Unwritable>,
    ) -> Result<(), Unwritable> {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(bytes) => out.extend_from_slice(bytes),
                Piece::Hole { value, escape, written } => {
                    let filled = value.with(context, time, |text| {
                        // What was too long to be kept whole is not what the portal showed.
                        if is_cut(text) {
                            // A token is nothing to be read in reports.
                            let said = if written.starts_with("session.") { "it is too long" } else { text };
                            return Err(Unwritable::does_not_fit(written, said));
                        }
                        write_escaped(text, *escape, value.is_bare(), out);
                        Ok(())
                    });
                    filled.unwrap_or_else(|| missing(written, *escape, out))?;
                }
            }
        }
        Ok(())
    }
}

fn write_escaped(text: &str, escape: Escape, bare: bool, out: &mut BytesMut) {
    match escape {
        Escape::Raw => out.extend_from_slice(text.as_bytes()),
        Escape::Percent => write_percent(text, false, out),
        Escape::Form => write_percent(text, true, out),
        Escape::JsonText => write_json_text(text, out),
        Escape::JsonValue if bare && is_json_literal(text) => out.extend_from_slice(text.as_bytes()),
        Escape::JsonValue => {
            out.put_u8(b'"');
            write_json_text(text, out);
            out.put_u8(b'"');
        }
    }
}

/// A portal may show anything where a number is expected: what is none must not break the JSON around it.
fn is_json_literal(text: &str) -> bool {
    matches!(text, "null" | "true" | "false") || serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// The hexadecimal digit of the low four bits.
const fn hex(byte: u8) -> u8 {
    match byte & 15 {
        digit @ 0..=9 => b'0' + digit,
        letter => b'A' + letter - 10,
    }
}

/// Everything but RFC 3986's unreserved characters as `%XX`; a blank as `+` in forms.
pub(crate) fn write_percent(text: &str, form: bool, out: &mut BytesMut) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.put_u8(byte),
            b' ' if form => out.put_u8(b'+'),
            _ => out.extend_from_slice(&[b'%', hex(byte >> 4), hex(byte)]),
        }
    }
}

/// The inside of a JSON string (RFC 8259, section 7).
pub(crate) fn write_json_text(text: &str, out: &mut BytesMut) {
    // Most texts have nothing to be escaped, and are copied in one piece.
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        rest = match special {
            [b'"', rest @ ..] => {
                out.extend_from_slice(b"\\\"");
                rest
            }
            [b'\\', rest @ ..] => {
                out.extend_from_slice(b"\\\\");
                rest
            }
            [b'\n', rest @ ..] => {
                out.extend_from_slice(b"\\n");
                rest
            }
            [control, rest @ ..] => {
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(control >> 4), hex(*control)]);
                rest
            }
            [] => unreachable!("it was found there"),
        };
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives_json(text: String) {
            let mut bytes = BytesMut::from(&b"\""[..]);
            write_json_text(&text, &mut bytes);
            bytes.put_u8(b'"');
            prop_assert_eq!(serde_json::from_slice::<String>(&bytes).unwrap(), text);
        }

        #[test]
        fn percent_encoding_leaves_only_unreserved_characters(text: String) {
            let mut bytes = BytesMut::new();
            write_percent(&text, true, &mut bytes);
            prop_assert!(bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%+".contains(byte)));
        }
    }
}
