//! JSON under variants: the same facts with other fields, times, words and characters. It knows nothing of HTTP.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use crate::behaviour::variants::{Variant, Variants};

/// Fields that are left out where they have no value, by fields that only objects of their kind have together.
const OPTIONAL: [(&[&str], &[&str]); 3] = [
    (&["on_the_spot"], &["supplement", "obligation", "apology", "consultation", "bag", "result", "rating"]),
    (&["payment_state", "fee"], &["waybill"]),
    (&["actor"], &["reason", "due"]),
];
/// Fields that hold the word of a state.
const STATES: [&str; 3] = ["state", "payment_state", "parcel_state"];
/// How long a time is as the portal writes it: `2021-03-01T07:00:00.000+07:00`.
const TIME_LENGTH: usize = 29;

/// A value as the variants require, everything within included.
pub(crate) fn rewritten(value: Value, variants: Variants) -> Value {
    match value {
        Value::Object(fields) => Value::Object(object(fields, variants)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| rewritten(item, variants)).collect()),
        Value::String(text) => Value::String(time(&text, variants).unwrap_or(text)),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn object(fields: Map<String, Value>, variants: Variants) -> Map<String, Value> {
    let mut fields: Map<String, Value> = fields.into_iter().map(|(name, value)| field(name, value, variants)).collect();
    if variants.has(Variant::ExplicitNulls) {
        for name in optional(&fields) {
            fields.entry(name).or_insert(Value::Null);
        }
    }
    if variants.has(Variant::AbsentNulls) {
        fields.retain(|_, value| !value.is_null());
    }
    if variants.has(Variant::ExtraFields) {
        fields.insert("_links".to_owned(), json!({ "self": { "href": "/" } }));
        fields.insert("x_amounts".to_owned(), json!([1, -2.5, null, "đ"]));
    }
    if variants.has(Variant::ReversedFields) { fields.into_iter().rev().collect() } else { fields }
}

/// The names of the fields that an object with these fields, or these schemas of them, may omit.
fn optional(fields: &Map<String, Value>) -> Vec<&'static str> {
    let marked = OPTIONAL.iter().filter(|(marks, _)| marks.iter().all(|mark| fields.contains_key(*mark)));
    marked.flat_map(|(_, names)| names.iter().copied()).collect()
}

fn field(name: String, value: Value, variants: Variants) -> (String, Value) {
    let is_state = variants.has(Variant::LowerCaseStates) && STATES.contains(&name.as_str());
    if let Some(word) = value.as_str().filter(|_| is_state) {
        return (name, Value::String(word.to_lowercase()));
    }
    (name, rewritten(value, variants))
}

/// A time as the variants require; `None` if they require nothing, or the text is no time.
fn time(text: &str, variants: Variants) -> Option<String> {
    let wanted = [Variant::UtcTimes, Variant::WholeSeconds, Variant::LongFractions];
    let is_wanted = wanted.into_iter().any(|variant| variants.has(variant));
    if !is_wanted || text.len() != TIME_LENGTH || !text.ends_with("+07:00") {
        return None;
    }
    let instant: Timestamp = text.parse().ok()?;
    let (offset, zone) = if variants.has(Variant::UtcTimes) { (0, "Z") } else { (7, "+07:00") };
    let fraction = if variants.has(Variant::WholeSeconds) {
        String::new()
    } else if variants.has(Variant::LongFractions) {
        format!(".{:06}", instant.subsec_microsecond())
    } else {
        format!(".{:03}", instant.subsec_millisecond())
    };
    let local = Offset::from_hours(offset).ok()?.to_datetime(instant);
    Some(format!("{}{fraction}{zone}", local.strftime("%Y-%m-%dT%H:%M:%S")))
}

/// Changes what the document says of JSON, everything within included; `usual` is the document that it is from.
pub(crate) fn describe(usual: &Value, schema: Value, variants: Variants) -> Value {
    match schema {
        Value::Object(members) => {
            let within = members.into_iter().map(|(name, value)| (name, describe(usual, value, variants)));
            let members: Map<String, Value> = within.collect();
            if members.get("type").is_some_and(|said| said == "object") {
                describe_object(usual, members, variants)
            } else {
                members.into()
            }
        }
        Value::Array(items) => items.into_iter().map(|item| describe(usual, item, variants)).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// A part of a document, with everything in it that it refers to; nothing in it refers to itself.
pub(crate) fn inlined(document: &Value, part: &Value) -> Value {
    match part {
        Value::Object(members) => {
            let target =
                members.get("$ref").and_then(|reference| document.pointer(reference.as_str()?.strip_prefix('#')?));
            let mut all = match target.map(|target| inlined(document, target)) {
                Some(Value::Object(members)) => members,
                Some(_) | None => Map::new(),
            };
            let own = members.iter().filter(|(name, _)| *name != "$ref");
            all.extend(own.map(|(name, value)| (name.clone(), inlined(document, value))));
            Value::Object(all)
        }
        Value::Array(items) => items.iter().map(|item| inlined(document, item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => part.clone(),
    }
}

fn describe_object(usual: &Value, mut schema: Map<String, Value>, variants: Variants) -> Value {
    let mut properties = match schema.remove("properties") {
        Some(Value::Object(properties)) => properties,
        Some(_) | None => Map::new(),
    };
    let mut required = match schema.remove("required") {
        Some(Value::Array(names)) => names,
        Some(_) | None => Vec::new(),
    };
    if variants.has(Variant::LowerCaseStates) {
        let states = properties.iter_mut().filter(|(name, _)| STATES.contains(&name.as_str()));
        states.for_each(|(_, schema)| *schema = in_small_letters(inlined(usual, schema)));
    }
    if variants.has(Variant::ExplicitNulls) {
        required.extend(optional(&properties).into_iter().map(Value::from));
    }
    if variants.has(Variant::AbsentNulls) {
        required.retain(|name| !name.as_str().and_then(|name| properties.get(name)).is_some_and(admits_null));
        properties.values_mut().for_each(without_null);
    }
    if variants.has(Variant::ExtraFields) {
        for (name, schema) in [("_links", json!({ "type": "object" })), ("x_amounts", json!({ "type": "array" }))] {
            properties.insert(name.to_owned(), schema);
            required.push(name.into());
        }
    }
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.into()
}

/// A schema whose words are in lower case.
fn in_small_letters(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let small = members.into_iter().map(|(name, value)| {
                let is_word = name == "enum" || name == "const";
                (name, if is_word { small(value) } else { in_small_letters(value) })
            });
            Value::Object(small.collect())
        }
        Value::Array(items) => items.into_iter().map(in_small_letters).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

fn small(words: Value) -> Value {
    match words {
        Value::String(word) => word.to_lowercase().into(),
        Value::Array(words) => words.into_iter().map(small).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other,
    }
}

/// Whether a schema is one of nothing but null.
fn is_null(schema: &Value) -> bool {
    schema == "null" || schema.get("type").is_some_and(|said| said == "null")
}

/// The places in a schema where null may be one of several types.
const CHOICES: [&str; 2] = ["type", "anyOf"];

fn admits_null(schema: &Value) -> bool {
    let choices = CHOICES.iter().filter_map(|place| schema.get(place)?.as_array());
    choices.flatten().any(is_null)
}

fn without_null(schema: &mut Value) {
    for place in CHOICES {
        if let Some(Value::Array(choices)) = schema.get_mut(place) {
            choices.retain(|choice| !is_null(choice));
        }
    }
}

/// The bytes of a value as the variants require.
pub(crate) fn written(value: &Value, variants: Variants) -> Vec<u8> {
    let text = if variants.has(Variant::PrettyJson) { format!("{value:#}\n") } else { value.to_string() };
    if variants.has(Variant::EscapedJson) { escaped(&text).into_bytes() } else { text.into_bytes() }
}

/// The same JSON in ASCII; letters beyond it are in its strings only.
fn escaped(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            let mut units = [0; 2];
            ascii.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2021-03-01T07:00:00.120+07:00";

    fn told_by(variant: Variant, value: Value) -> String {
        let variants = Variants::new(&[variant]);
        String::from_utf8(written(&rewritten(value, variants), variants)).unwrap()
    }

    #[test]
    fn times_are_the_same_instants() {
        let at = || json!([AT, "Nguyễn Văn A"]);
        assert_eq!(told_by(Variant::UtcTimes, at()), r#"["2021-03-01T00:00:00.120Z","Nguyễn Văn A"]"#);
        assert_eq!(told_by(Variant::WholeSeconds, at()), r#"["2021-03-01T07:00:00+07:00","Nguyễn Văn A"]"#);
        assert_eq!(told_by(Variant::LongFractions, at()), r#"["2021-03-01T07:00:00.120000+07:00","Nguyễn Văn A"]"#);
        let both = Variants::new(&[Variant::UtcTimes, Variant::WholeSeconds]);
        assert_eq!(rewritten(json!(AT), both), json!("2021-03-01T00:00:00Z"));
    }

    #[test]
    fn fields_come_and_go_and_keep_their_values() {
        let dossier = || json!({ "code": "A", "due_at": null, "on_the_spot": false });
        assert_eq!(told_by(Variant::AbsentNulls, dossier()), r#"{"code":"A","on_the_spot":false}"#);
        assert_eq!(told_by(Variant::ReversedFields, dossier()), r#"{"on_the_spot":false,"due_at":null,"code":"A"}"#);
        assert!(told_by(Variant::ExplicitNulls, dossier()).contains(r#""rating":null"#));
        assert!(told_by(Variant::ExtraFields, dossier()).contains(r#""_links""#));
        let states = json!({ "state": "IN_PROCESS", "name": "IN_PROCESS" });
        assert_eq!(told_by(Variant::LowerCaseStates, states), r#"{"state":"in_process","name":"IN_PROCESS"}"#);
    }

    #[test]
    fn escaped_and_indented_json_reads_as_before() {
        let value = json!({ "name": "Đặng Thị Huệ 𠀀", "quote": "\"\\" });
        for variant in [Variant::EscapedJson, Variant::PrettyJson] {
            assert_eq!(serde_json::from_str::<Value>(&told_by(variant, value.clone())).unwrap(), value);
        }
        assert!(told_by(Variant::EscapedJson, value.clone()).is_ascii());
        assert!(told_by(Variant::PrettyJson, value).lines().count() > 3);
    }

    fn described_by(variant: Variant, schema: Value) -> Value {
        describe(&json!({ "word": { "enum": ["A", "B"] } }), schema, Variants::new(&[variant]))
    }

    #[test]
    fn what_is_described_is_what_is_told() {
        let dossier = || {
            json!({
                "type": "object",
                "properties": {
                    "state": { "$ref": "#/word" },
                    "due_at": { "type": ["string", "null"] },
                    "actor": { "type": "string" },
                    "due": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
                },
                "required": ["state", "due_at"],
            })
        };
        assert_eq!(
            described_by(Variant::LowerCaseStates, dossier())["properties"]["state"],
            json!({ "enum": ["a", "b"] })
        );
        let absent = described_by(Variant::AbsentNulls, dossier());
        assert_eq!(absent["required"], json!(["state"]));
        assert_eq!(absent["properties"]["due_at"], json!({ "type": ["string"] }));
        assert_eq!(absent["properties"]["due"], json!({ "anyOf": [{ "type": "integer" }] }));
        let explicit = described_by(Variant::ExplicitNulls, dossier());
        assert_eq!(explicit["required"], json!(["state", "due_at", "reason", "due"]));
        let further = described_by(Variant::ExtraFields, json!([dossier()]));
        assert!(further[0]["properties"]["_links"].is_object() && further[0]["required"][3] == "x_amounts");
        assert_eq!(described_by(Variant::ReversedFields, dossier()), dossier());
    }
}
