//! JSON told otherwise: the same facts with other fields, times, words and signs. It knows nothing of HTTP.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value, json};

use crate::variants::{Variant, Variants};

/// Fields that are left out where they have no value, by a field that only objects of their kind have.
const OPTIONAL: [(&str, &[&str]); 2] = [
    ("on_the_spot", &["supplement", "obligation", "apology", "consultation", "bag", "result", "rating"]),
    ("payment_state", &["waybill"]),
];
/// Fields that hold the word of a state.
const STATES: [&str; 3] = ["state", "payment_state", "parcel_state"];
/// How long a time is as the portal writes it: `2021-03-01T07:00:00.000+07:00`.
const TIME_LENGTH: usize = 29;

/// A value as the variants want it told, everything within included.
pub(crate) fn told(value: Value, variants: Variants) -> Value {
    match value {
        Value::Object(fields) => Value::Object(object(fields, variants)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| told(item, variants)).collect()),
        Value::String(text) => Value::String(time(&text, variants).unwrap_or(text)),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

fn object(fields: Map<String, Value>, variants: Variants) -> Map<String, Value> {
    let mut fields: Map<String, Value> = fields.into_iter().map(|(name, value)| field(name, value, variants)).collect();
    if variants.has(Variant::ExplicitNulls) {
        for (mark, names) in OPTIONAL {
            if fields.contains_key(mark) {
                for name in names {
                    fields.entry(*name).or_insert(Value::Null);
                }
            }
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

fn field(name: String, value: Value, variants: Variants) -> (String, Value) {
    let is_state = variants.has(Variant::LowerCaseStates) && STATES.contains(&name.as_str());
    if let Some(word) = value.as_str().filter(|_| is_state) {
        return (name, Value::String(word.to_lowercase()));
    }
    (name, told(value, variants))
}

/// A time as the variants want it written; `None` where they want nothing, or the text is no time.
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

/// The bytes of a value as the variants want them written.
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
        String::from_utf8(written(&told(value, variants), variants)).unwrap()
    }

    #[test]
    fn times_are_the_same_instants() {
        let at = || json!([AT, "Nguyễn Văn A"]);
        assert_eq!(told_by(Variant::UtcTimes, at()), r#"["2021-03-01T00:00:00.120Z","Nguyễn Văn A"]"#);
        assert_eq!(told_by(Variant::WholeSeconds, at()), r#"["2021-03-01T07:00:00+07:00","Nguyễn Văn A"]"#);
        assert_eq!(told_by(Variant::LongFractions, at()), r#"["2021-03-01T07:00:00.120000+07:00","Nguyễn Văn A"]"#);
        let both = Variants::new(&[Variant::UtcTimes, Variant::WholeSeconds]);
        assert_eq!(told(json!(AT), both), json!("2021-03-01T00:00:00Z"));
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
}
