//! Reading JSON by the paths an adapter wants: a tree of keys, walked once along the answer; what no path leads to is
//! skipped without being kept.
//!
//! A scalar is taken as it is written (`RawValue`): a dossier number of 21 digits, `1.0` and `1e2` keep their text. Names of
//! keys are compared by what they look like, whichever Unicode form they are written in. A byte order mark is skipped.

use std::borrow::Cow;
use std::fmt;

use model::words::Field;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::composed::composed;
use crate::reading::{LONGEST_KEPT, Reading, longest};

/// UTF-8's byte order mark: no part of JSON, and sent by some all the same (RFC 8259, section 8.1, lets readers skip it).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a scalar at the end of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capture {
    Field(Field),
    Keep(usize),
    ErrorCode,
    LineHappenedAt,
    LineEvent,
    LineState,
}

/// What the elements of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Dossiers,
    LogLines,
}

/// A node of the tree of wanted paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    captures: Vec<Capture>,
    keys: Vec<(Box<str>, Wanted)>,
    list: Option<(List, Box<Wanted>)>,
}

impl Wanted {
    /// Whether nothing is wanted.
    pub(crate) fn is_empty(&self) -> bool {
        self.captures.is_empty() && self.keys.is_empty() && self.list.is_none()
    }

    /// Whether it wants this field, of the dossier or of any listed.
    pub(crate) fn wants(&self, field: Field) -> bool {
        self.captures.contains(&Capture::Field(field))
            || self.keys.iter().any(|(_, wanted)| wanted.wants(field))
            || self.list.as_ref().is_some_and(|(_, element)| element.wants(field))
    }

    /// By which path it wants this field, of the dossier or of any listed: `$.applicant.name`, `$.items[].name`.
    pub(crate) fn path_of(&self, field: Field) -> Option<String> {
        self.steps_to(field).map(|steps| format!("${steps}"))
    }

    fn steps_to(&self, field: Field) -> Option<String> {
        if self.captures.contains(&Capture::Field(field)) {
            return Some(String::new());
        }
        let by_key = self.keys.iter().find_map(|(key, wanted)| Some(format!(".{key}{}", wanted.steps_to(field)?)));
        by_key.or_else(|| self.list.as_ref().and_then(|(_, element)| Some(format!("[]{}", element.steps_to(field)?))))
    }

    /// Whether it wants the portal's own log.
    pub(crate) fn wants_log(&self) -> bool {
        self.list.as_ref().is_some_and(|(list, _)| *list == List::LogLines)
            || self.keys.iter().any(|(_, wanted)| wanted.wants_log())
    }

    /// Wants the scalar at `path` (`$.a.b`).
    pub(crate) fn scalar(&mut self, path: &str, capture: Capture) -> Result<(), String> {
        self.reach(path)?.captures.push(capture);
        Ok(())
    }

    /// Wants every element of the list at `path`, each read by `element`.
    pub(crate) fn list(&mut self, path: &str, list: List, element: Wanted) -> Result<(), String> {
        self.reach(path)?.list = Some((list, Box::new(element)));
        Ok(())
    }

    fn reach(&mut self, path: &str) -> Result<&mut Wanted, String> {
        let Some(rest) = path.strip_prefix('$') else {
            return Err(format!("`{path}` is no path (a path is `$` for the answer, or `$.key.key`)"));
        };
        let mut node = self;
        for key in rest.split('.').skip(1) {
            let key = composed(key);
            if key.is_empty() || key.contains(['[', ']', '*']) {
                return Err(format!("`{path}` is no path (keys only; lists are read by `items` and `progress`)"));
            }
            let at = match node.keys.iter().position(|(known, _)| **known == *key) {
                Some(at) => at,
                None => {
                    node.keys.push((key.as_ref().into(), Wanted::default()));
                    node.keys.len() - 1
                }
            };
            node = &mut node.keys[at].1;
        }
        Ok(node)
    }

    /// Reads an answer's body into `reading`.
    ///
    /// # Errors
    /// [`NoJson`], if it is none; what was read before stays read.
    pub(crate) fn read(&self, body: &[u8], reading: &mut Reading) -> Result<(), NoJson> {
        let json = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let result = Walk { wanted: self, reading }.deserialize(&mut deserializer).and_then(|()| deserializer.end());
        result.map_err(|error| NoJson { at: offset(json, &error) + body.len() - json.len() })
    }

    fn take(&self, text: &str, reading: &mut Reading) {
        for capture in &self.captures {
            take(*capture, text, reading);
        }
    }

    /// Takes a value as it is written, and what is wanted within it.
    fn take_raw(&self, raw: &str, reading: &mut Reading) -> Result<(), serde_json::Error> {
        match raw.as_bytes().first() {
            Some(b'"') => {
                let inside = raw.get(1..raw.len() - 1).unwrap_or_default();
                let text =
                    if inside.contains('\\') { Cow::Owned(serde_json::from_str(raw)?) } else { Cow::Borrowed(inside) };
                self.take(&text, reading);
            }
            Some(b'{' | b'[') if !self.keys.is_empty() || self.list.is_some() => {
                serde_json::Deserializer::from_str(raw).deserialize_any(Walk { wanted: self, reading })?;
            }
            Some(b'{' | b'[' | b'n') | None => {}
            Some(_) => self.take(raw, reading),
        }
        Ok(())
    }
}

/// Takes down what was captured.
pub(crate) fn take(capture: Capture, text: &str, reading: &mut Reading) {
    let longest = match capture {
        Capture::Field(field) => longest(field),
        Capture::Keep(_) => LONGEST_KEPT,
        Capture::LineEvent => model::LONGEST_VALUE,
        Capture::ErrorCode | Capture::LineHappenedAt | Capture::LineState => model::LONGEST_CODE,
    };
    let span = reading.push_text(text, longest);
    match capture {
        Capture::Field(field) => reading.set(field, span),
        Capture::Keep(index) => reading.keep(index, span),
        Capture::ErrorCode => reading.set_error_code(Some(span)),
        Capture::LineHappenedAt => set_line(reading, |line| line.happened_at = Some(span)),
        Capture::LineEvent => set_line(reading, |line| line.event = Some(span)),
        Capture::LineState => set_line(reading, |line| line.state_word = Some(span)),
    }
}

/// A body that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoJson {
    /// Where it ceases to be JSON, in bytes from the beginning.
    pub(crate) at: usize,
}

/// Where in the text an error is: `serde_json` counts lines, and bytes within them.
fn offset(json: &[u8], error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return json.len();
    }
    let line_ends = json.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(i, _)| i + 1);
    let line_start = std::iter::once(0).chain(line_ends).nth(error.line().saturating_sub(1)).unwrap_or(json.len());
    (line_start + error.column().saturating_sub(1)).min(json.len())
}

fn set_line(reading: &mut Reading, set: impl FnOnce(&mut crate::Line)) {
    if let Some(line) = reading.last_line() {
        set(line);
    }
}

struct Walk<'a> {
    wanted: &'a Wanted,
    reading: &'a mut Reading,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.wanted.is_empty() {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        } else if !self.wanted.captures.is_empty() {
            let raw = <&RawValue>::deserialize(deserializer)?;
            self.wanted.take_raw(raw.get(), self.reading).map_err(D::Error::custom)
        } else {
            deserializer.deserialize_any(self)
        }
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    // Where no scalar is wanted, none is looked at.
    fn visit_str<E>(self, _text: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _value: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _value: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<(), E> {
        Ok(())
    }

    /// Some write an empty list so.
    fn visit_unit<E>(self) -> Result<(), E> {
        if let Some((List::Dossiers, _)) = self.wanted.list {
            self.reading.note_list();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(at) = map.next_key_seed(Key(&self.wanted.keys))? {
            match at {
                Some(wanted) => map.next_value_seed(Walk { wanted, reading: self.reading })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Some((list, element)) = &self.wanted.list else {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        if *list == List::Dossiers {
            self.reading.note_list();
        }
        loop {
            let mark = Mark { list: *list, walk: Walk { wanted: element, reading: self.reading } };
            if elements.next_element_seed(mark)?.is_none() {
                return Ok(());
            }
        }
    }
}

/// Opens a new item or log line, then reads it.
struct Mark<'a> {
    list: List,
    walk: Walk<'a>,
}

impl<'de> DeserializeSeed<'de> for Mark<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let has_room = match self.list {
            List::Dossiers => self.walk.reading.push_item(),
            List::LogLines => self.walk.reading.push_line(),
        };
        if has_room {
            self.walk.deserialize(deserializer)
        } else {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        }
    }
}

/// Finds the wanted node of a key without keeping the key.
struct Key<'a>(&'a [(Box<str>, Wanted)]);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<&'a Wanted>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<&'a Wanted>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let key = composed(key);
        Ok(self.0.iter().find(|(known, _)| **known == *key).map(|(_, wanted)| wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wanted: &Wanted, body: &str) -> Reading {
        let mut reading = Reading::default();
        wanted.read(body.as_bytes(), &mut reading).unwrap();
        reading
    }

    #[test]
    fn scalars_are_read_and_the_rest_is_skipped() {
        let mut wanted = Wanted::default();
        wanted.scalar("$.code", Capture::Field(Field::DossierCode)).unwrap();
        wanted.scalar("$.payment.amount", Capture::Field(Field::AmountDue)).unwrap();
        let reading = read(&wanted, r#"{"x":[{"code":1}],"code":"H18-1","payment":{"y":null,"amount":5592145403}}"#);
        assert_eq!(reading.first(Field::DossierCode), Some("H18-1"));
        assert_eq!(reading.first(Field::AmountDue), Some("5592145403"));
    }

    #[test]
    fn null_is_not_shown() {
        let mut wanted = Wanted::default();
        wanted.scalar("$.due", Capture::Field(Field::DueAt)).unwrap();
        assert_eq!(read(&wanted, r#"{"due":null}"#).first(Field::DueAt), None);
    }

    #[test]
    fn every_element_of_a_list_is_an_item() {
        let mut element = Wanted::default();
        element.scalar("$.n", Capture::Field(Field::DossierCode)).unwrap();
        let mut wanted = Wanted::default();
        wanted.list("$.data.items", List::Dossiers, element).unwrap();
        let reading = read(&wanted, r#"{"data":{"items":[{"n":"a"},{"n":"b","z":{}}]}}"#);
        let codes: Vec<_> = reading.items().iter().map(|item| reading.value(item, Field::DossierCode)).collect();
        assert_eq!(codes, [Some("a"), Some("b")]);
    }

    #[test]
    fn escapes_in_keys_and_values_are_undone() {
        let mut wanted = Wanted::default();
        wanted.scalar("$.tên", Capture::Field(Field::OwnerName)).unwrap();
        assert_eq!(read(&wanted, "{\"t\\u00ean\":\"Nguy\\u1ec5n\"}").first(Field::OwnerName), Some("Nguyễn"));
    }

    #[test]
    fn a_path_into_a_scalar_finds_nothing() {
        let mut wanted = Wanted::default();
        wanted.scalar("$.a.b", Capture::Field(Field::DossierCode)).unwrap();
        assert_eq!(read(&wanted, r#"{"a":"x"}"#).first(Field::DossierCode), None);
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        let mut wanted = Wanted::default();
        wanted.scalar("$.a", Capture::Field(Field::DossierCode)).unwrap();
        assert!(wanted.read(b"<html>", &mut Reading::default()).is_err());
        assert!(wanted.read(b"{\"a\":1} trailing", &mut Reading::default()).is_err());
    }

    #[test]
    fn a_path_with_brackets_is_refused() {
        assert!(Wanted::default().scalar("$.a[0]", Capture::ErrorCode).is_err());
        assert!(Wanted::default().scalar("a.b", Capture::ErrorCode).is_err());
    }
}
