//! Long texts cut at a stated length, with a mark that says what was cut.
//!
//! Whatever a stranger says is kept up to a length in bytes. What is longer ends in `…[3000000 bytes #9c1185a5c5e9fc54]`:
//! how long the whole was, and a digest of it (FNV-1a, 64 bits), so that two texts that were cut are equal where the wholes
//! were. A text that was cut is never equal to one that was not: it is longer than anything that vandan writes itself.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The most bytes of one value in a history: a name, an event of a log, a reason.
pub const LONGEST_VALUE: usize = 4 << 10;

/// The most bytes of a word or number by which a portal tells things apart: codes, states, references, waybills.
pub const LONGEST_CODE: usize = 512;

/// The longest mark: that of a text of 2^64 bytes.
const LONGEST_MARK: usize = "…[18446744073709551615 bytes #0123456789abcdef]".len();

/// The text, or as much of it as leaves room for the mark within `longest` bytes; cut between characters.
pub fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(longest);
    cut_into(text, longest, &mut kept);
    Cow::Owned(kept)
}

/// Appends the text as [`cut`] gives it.
pub fn cut_into(text: &str, longest: usize, out: &mut String) {
    if text.len() <= longest {
        return out.push_str(text);
    }
    let room = longest.saturating_sub(LONGEST_MARK);
    // What is cut shorter than it was keeps its mark.
    if let Some((kept, mark)) = marked(text) {
        out.push_str(head(kept, room));
        return out.push_str(mark);
    }
    out.push_str(head(text, room));
    // Writing to a string cannot fail.
    write!(out, "…[{} bytes #{:016x}]", text.len(), digest(text)).unwrap_or_default();
}

/// Whether a text ends with the mark of one that was cut.
pub fn is_cut(text: &str) -> bool {
    marked(text).is_some()
}

/// What was kept of a text that was cut, and its mark.
fn marked(text: &str) -> Option<(&str, &str)> {
    // Asked of every text that is read: hardly any ends so.
    if !text.ends_with(']') {
        return None;
    }
    let at = text.rfind("…[")?;
    let (kept, mark) = (text.get(..at)?, text.get(at..)?);
    let (length, digest) = mark.strip_prefix("…[")?.strip_suffix(']')?.split_once(" bytes #")?;
    let is_digest = digest.len() == 16 && digest.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_length = (1..=20).contains(&length.len()) && length.bytes().all(|digit| digit.is_ascii_digit());
    (is_digest && is_length).then_some((kept, mark))
}

/// At most so many bytes of the beginning, whole characters only.
pub fn head(text: &str, longest: usize) -> &str {
    let end = (0..=longest.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// FNV-1a.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_stays_as_it_is() {
        assert!(matches!(cut("Huế", 5), Cow::Borrowed("Huế")));
        assert!(!is_cut("Huế") && !is_cut("…[]") && !is_cut("[3 bytes #0123456789abcdef]"));
    }

    #[test]
    fn what_is_long_is_cut_between_characters_and_says_how_long_it_was() {
        for length in 60..70 {
            let long = "ế".repeat(1_000);
            let kept = cut(&long, length);
            assert!(kept.len() <= length && kept.starts_with('ế') && is_cut(&kept), "{kept}");
            assert!(kept.contains("…[3000 bytes #"), "{kept}");
            assert_eq!(cut(&kept, length), kept, "what was cut is not cut again");
            assert!(cut(&kept, 55).contains("ế…[3000 bytes #"), "what is cut shorter keeps its mark");
        }
    }

    #[test]
    fn two_that_were_cut_are_equal_only_where_the_wholes_were() {
        let (one, other) = (format!("{}a", "x".repeat(9_999)), format!("{}b", "x".repeat(9_999)));
        assert_eq!(cut(&one, 512), cut(&one.clone(), 512));
        assert_ne!(cut(&one, 512), cut(&other, 512));
    }

    #[test]
    fn where_there_is_no_room_only_the_mark_is_left() {
        assert!(is_cut(&cut(&"x".repeat(100), 10)));
    }
}
