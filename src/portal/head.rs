//! Reading an answer's head: a header or a cookie that an adapter wants, or the part of it that a pattern cuts out.

use http::header::{HeaderName, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use model::words::Field;
use regex_lite::Regex;

use crate::read::{Capture, take};
use crate::reading::Reading;

/// What is wanted of an answer's head.
#[derive(Debug, Default)]
pub(crate) struct Head(Vec<(Place, Capture)>);

/// `header NAME` or `cookie NAME`, each perhaps with ` ~ 'PATTERN'`.
#[derive(Debug)]
struct Place {
    source: Source,
    /// The group of this pattern is what is read.
    pattern: Option<Regex>,
    /// As the adapter writes it.
    text: String,
}

#[derive(Debug)]
enum Source {
    /// The first header of this name.
    Header(HeaderName),
    /// The last cookie of this name: the one that a browser would keep.
    Cookie(String),
}

impl Head {
    /// Where it wants this field: `header Location`.
    pub(crate) fn place_of(&self, field: Field) -> Option<&str> {
        let place = self.0.iter().find(|(_, capture)| *capture == Capture::Field(field));
        place.map(|(place, _)| place.text.as_str())
    }

    /// Wants what stands at this place; `None` if the text names no place of a head.
    pub(crate) fn scalar(&mut self, text: &str, capture: Capture) -> Option<Result<(), String>> {
        Some(Place::parse(text)?.map(|place| self.0.push((place, capture))))
    }

    /// Reads an answer's head into `reading`. What is no UTF-8, or does not match, is not shown.
    pub(crate) fn read(&self, headers: &HeaderMap, reading: &mut Reading) {
        for (place, capture) in &self.0 {
            if let Some(text) = place.find(headers) {
                take(*capture, text, reading);
            }
        }
    }
}

impl Place {
    fn parse(text: &str) -> Option<Result<Self, String>> {
        let (kind, rest) = text.split_once(' ')?;
        let (name, pattern) = rest.split_once('~').map_or((rest, None), |(name, pattern)| (name, Some(pattern.trim())));
        let name = name.trim();
        let source = match kind {
            "header" => HeaderName::try_from(name).map(Source::Header).map_err(|_invalid| "header"),
            "cookie" if is_cookie_name(name) => Ok(Source::Cookie(name.to_owned())),
            "cookie" => Err("cookie"),
            _ => return None,
        };
        let place = source.map_err(|what| format!("`{name}` is no name of a {what}")).and_then(|source| {
            let pattern = pattern.map(pattern_of).transpose()?;
            Ok(Self { source, pattern, text: text.to_owned() })
        });
        Some(place)
    }

    fn find<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let whole = match &self.source {
            Source::Header(name) => headers.get(name).and_then(text)?,
            Source::Cookie(name) => {
                headers.get_all(SET_COOKIE).iter().rev().find_map(|value| value_of(text(value)?, name))?
            }
        };
        match &self.pattern {
            None => Some(whole),
            Some(pattern) => pattern.captures(whole)?.get(1).map(|part| part.as_str()),
        }
    }
}

/// A regular expression between quotes, whose one group is what is read.
fn pattern_of(quoted: &str) -> Result<Regex, String> {
    let inside = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let pattern = inside.ok_or_else(|| format!("`{quoted}` is no pattern (write it as '...' behind the `~`)"))?;
    let regex = Regex::new(pattern).map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
    match regex.captures_len() - 1 {
        1 => Ok(regex),
        groups => {
            Err(format!("`{pattern}` has {groups} groups (put what is to be read, and only that, in parentheses)"))
        }
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// Whether a cookie may have this name (RFC 6265, section 4.1.1).
fn is_cookie_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'=' | b';' | b','))
}

/// The value of a cookie that is set, if it has this name (RFC 6265, section 5.2).
fn value_of<'a>(set: &'a str, wanted: &str) -> Option<&'a str> {
    let pair = set.split(';').next()?;
    let (name, value) = pair.split_once('=')?;
    (name.trim() == wanted).then(|| value.trim())
}
