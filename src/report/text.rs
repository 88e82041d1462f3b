//! How numbers, instants and strangers' words are written for people.
//!
//! Everything here is text out of values; nothing is computed that a verdict could depend on.

use model::saturating;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// What stands where a value is not known (a killed run lacks many).
pub const MISSING: &str = "–";

/// A count in groups of three: `59,457`.
pub fn count(value: u64) -> String {
    group(&value.to_string())
}

/// A duration in milliseconds without its unit, to three significant digits: `0.084`, `12.3`, `1,204`.
pub fn milliseconds(nanoseconds: i64) -> String {
    significant(float(nanoseconds) / 1e6)
}

/// A duration with the unit that suits it: `84 µs`, `12.3 ms`, `2.40 s`, `2 min 05 s`.
pub fn duration(nanoseconds: i64) -> String {
    match nanoseconds.unsigned_abs() {
        0 => "0".to_owned(),
        1..1_000_000 => format!("{} µs", significant(float(nanoseconds) / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", significant(float(nanoseconds) / 1e6)),
        1_000_000_000..120_000_000_000 => format!("{} s", significant(float(nanoseconds) / 1e9)),
        _ => {
            let seconds = nanoseconds / 1_000_000_000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// A share (0..=1) as percent: `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", trimmed(share * 100.0, 2))
}

/// A rate: `123`, `12.3`, `0.5`.
pub fn rate(per_second: f64) -> String {
    if per_second >= 99.95 { group(&format!("{per_second:.0}")) } else { format!("{per_second:.1}") }
}

/// A number to at most `decimals` places without trailing zeros, in groups of three: `5,592,145,403`, `25.75`.
pub fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    group(if text == "-0" { "0" } else { text })
}

/// `1 rule`, `2 rules`: a count with its noun; `plural` is spelled out because English is not regular.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// The most bytes of one text that a report shows: a history may be a stranger's, and hold texts of any length.
pub const LONGEST_SHOWN: usize = 4_000;

/// A text, or its beginning of at most so many bytes with a mark that says how long the whole is: `…[3000000 bytes]`.
pub fn head(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…[{} bytes]", model::head(text, longest), text.len()))
}

/// A stranger's words made harmless, and cut to [`LONGEST_SHOWN`] bytes: control characters and those that reorder text become `\u{fffd}`, line ends spaces.
///
/// A portal's answer may carry escape sequences that would drive a terminal, NULs that break a parser, or
/// right-to-left overrides that make a line say its opposite.
pub fn printable(text: &str) -> String {
    head(text, LONGEST_SHOWN)
        .chars()
        .map(|sign| match sign {
            '\n' | '\r' | '\t' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            _ if sign.is_control() => '\u{fffd}',
            _ => sign,
        })
        .collect()
}

/// Appends formatted text; writing to a `String` cannot fail.
pub(crate) fn append(text: &mut String, parts: fmt::Arguments<'_>) {
    text.write_fmt(parts).unwrap_or_default();
}

/// The same value as a float; durations of weeks keep their microseconds.
#[expect(clippy::cast_precision_loss, reason = "text and charts need no more than 53 bits")]
pub(crate) fn float(value: i64) -> f64 {
    value as f64
}

/// A count as a float.
pub(crate) fn float_count(value: u64) -> f64 {
    float(saturating(value))
}

/// Three significant digits, thousands grouped.
fn significant(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.9995 => 2,
        _ => 3,
    };
    if value == 0.0 { "0".to_owned() } else { group(&format!("{value:.decimals$}")) }
}

/// Puts a comma between groups of three digits of the integer part.
fn group(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("−", rest));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_three_significant_digits() {
        let written = [84_000, 999_600, 12_345_678, 1_204_000_000, 125_000_000_000].map(duration);
        assert_eq!(written, ["84.0 µs", "1,000 µs", "12.3 ms", "1.20 s", "2 min 05 s"]);
        assert_eq!(milliseconds(1_204_000_000), "1,204");
        assert_eq!(milliseconds(84_000), "0.084");
    }

    #[test]
    fn numbers_are_grouped_and_trimmed() {
        assert_eq!(count(59_457), "59,457");
        assert_eq!(trimmed(5_592_145_403.0, 4), "5,592,145,403");
        assert_eq!(trimmed(-25.750, 4), "−25.75");
        assert_eq!(trimmed(-0.000_01, 2), "0");
        assert_eq!(percent(0.999), "99.9 %");
    }

    #[test]
    fn a_stranger_cannot_drive_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{202e}d\0"), "a\u{fffd}[2Jb c\u{fffd}d\u{fffd}");
        assert_eq!(printable("Nguyễn Thị Hường"), "Nguyễn Thị Hường");
    }
}
