//! The fields of a JSON message whose values may be strings or numbers, as portals write them.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use serde_json::{Map, Value};

/// A body as a route receives it: a JSON object, or what is wrong with it.
pub(crate) type Body = Result<Json<Fields>, JsonRejection>;

/// The fields of a message, by name.
#[derive(Debug, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// A field as it is hashed: a string as it is, a whole number in digits, anything else as nothing.
    pub(crate) fn text(&self, name: &str) -> String {
        plain_text(self.0.get(name))
    }

    /// A field of an object inside.
    pub(crate) fn inner(&self, outer: &str, name: &str) -> String {
        plain_text(self.0.get(outer).and_then(|object| object.get(name)))
    }

    /// A field that is a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }

    /// The texts of several fields, in this order.
    pub(crate) fn texts<const COUNT: usize>(&self, names: [&str; COUNT]) -> [String; COUNT] {
        names.map(|name| self.text(name))
    }
}

fn plain_text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
        Some(Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            String::new()
        }
    }
}

/// Texts joined by `|`.
pub(crate) fn piped<Text: AsRef<str>>(texts: &[Text]) -> String {
    let mut joined = String::new();
    for (i, text) in texts.iter().enumerate() {
        if i > 0 {
            joined.push('|');
        }
        joined.push_str(text.as_ref());
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_digits_are_the_same_field() {
        let fields: Fields =
            serde_json::from_str(r#"{"a": 120000, "b": "120000", "c": 1.5, "d": {"e": "x"}, "f": null}"#).unwrap();
        assert_eq!(fields.texts(["a", "b", "c", "d", "f", "g"]), ["120000", "120000", "", "", "", ""]);
        assert_eq!((fields.number("a"), fields.number("c")), (Some(120_000), None));
        assert_eq!(fields.inner("d", "e"), "x");
    }

    #[test]
    fn fields_are_joined_by_pipes() {
        assert_eq!(piped(&["a", "", "c"]), "a||c");
    }
}
