//! Reading JSON by the paths an adapter wants: a tree of keys, walked once along the answer; what no path leads to is
//! skipped without being kept.

use std::fmt;

use model::words::Field;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::reading::Reading;

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
            if key.is_empty() || key.contains(['[', ']', '*']) {
                return Err(format!("`{path}` is no path (keys only; lists are read by `items` and `progress`)"));
            }
            let at = match node.keys.iter().position(|(known, _)| **known == *key) {
                Some(at) => at,
                None => {
                    node.keys.push((key.into(), Wanted::default()));
                    node.keys.len() - 1
                }
            };
            node = &mut node.keys[at].1;
        }
        Ok(node)
    }

    /// Reads an answer's body into `reading`.
    ///
    /// What was read before an error stays read; the error says that the body is no JSON.
    pub(crate) fn read(&self, body: &[u8], reading: &mut Reading) -> Result<(), serde_json::Error> {
        let mut json = serde_json::Deserializer::from_slice(body);
        Walk { wanted: self, reading }.deserialize(&mut json)?;
        json.end()
    }

    fn take(&self, text: &str, reading: &mut Reading) {
        for capture in &self.captures {
            let span = reading.push_text(text);
            match capture {
                Capture::Field(field) => reading.set(*field, span),
                Capture::Keep(index) => reading.keep(*index, span),
                Capture::ErrorCode => reading.set_error_code(Some(span)),
                Capture::LineHappenedAt => set_line(reading, |line| line.happened_at = Some(span)),
                Capture::LineEvent => set_line(reading, |line| line.event = Some(span)),
                Capture::LineState => set_line(reading, |line| line.state_word = Some(span)),
            }
        }
    }
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

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.wanted.take(text, self.reading);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.wanted.take(if value { "true" } else { "false" }, self.reading);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.wanted.take(&value.to_string(), self.reading);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.wanted.take(&value.to_string(), self.reading);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.wanted.take(&value.to_string(), self.reading);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
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
        match self.list {
            List::Dossiers => self.walk.reading.push_item(),
            List::LogLines => self.walk.reading.push_line(),
        }
        self.walk.deserialize(deserializer)
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
