//! XML read into the same form as JSON, and written from it.
//!
//! An element with elements in it is an object, one without is a text; an element that holds a list has one
//! element per entry, whatever its name. Attributes say nothing. A document type is refused.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use serde_json::{Map, Value};

use crate::fields;

/// Elements within elements: a dossier needs five.
const DEEPEST: usize = 12;

/// An element that is not closed yet.
#[derive(Default)]
struct Open {
    name: String,
    text: String,
    children: Vec<(String, Value)>,
}

impl Open {
    fn close(self) -> (String, Value) {
        let value = if fields::is_list(&self.name) {
            Value::Array(self.children.into_iter().map(|(_, value)| value).collect())
        } else if self.children.is_empty() {
            Value::String(self.text.trim().to_owned())
        } else {
            Value::Object(self.children.into_iter().collect())
        };
        (self.name, value)
    }
}

/// Reads a document; the name of its root is ignored.
///
/// # Errors
/// Why it cannot be read, in a few words.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Value> = None;
    loop {
        let event = reader.read_event().map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(_) | Event::Empty(_) if root.is_some() => return Err("there are two roots".into()),
            Event::Start(start) => {
                if open.len() == DEEPEST {
                    return Err(format!("more than {DEEPEST} elements within each other"));
                }
                open.push(Open { name: start.local_name().into_inner().to_owned(), ..Open::default() });
            }
            Event::Empty(start) => {
                let element = Open { name: start.local_name().into_inner().to_owned(), ..Open::default() };
                put(element, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    put(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => say(&text.xml10_content(), &mut open)?,
            Event::CData(text) => say(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(entity) => {
                let sign = entity.resolve_char_ref().map_err(|error| error.to_string())?;
                match (sign, resolve_predefined_entity(&entity)) {
                    (Some(sign), _) => say(sign.encode_utf8(&mut [0; 4]), &mut open)?,
                    (None, Some(text)) => say(text, &mut open)?,
                    (None, None) => return Err(format!("&{:.40}; is not known", &*entity)),
                }
            }
            Event::DocType(_) => return Err("a document type is not taken".into()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or_else(|| "there is no element".into()),
            Event::Eof => return Err("the last element is not closed".into()),
        }
    }
}

fn put(element: Open, open: &mut [Open], root: &mut Option<Value>) {
    let (name, value) = element.close();
    match open.last_mut() {
        Some(parent) => parent.children.push((name, value)),
        None => *root = Some(value),
    }
}

fn say(text: &str, open: &mut [Open]) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("there is text outside the root".into()),
    }
    Ok(())
}

/// Writes a value as a document whose root has this name.
pub(crate) fn write(root: &str, value: &Value) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(root, value, &mut text);
    text
}

fn element(name: &str, value: &Value, text: &mut String) {
    // Writing into a string cannot fail.
    let _cannot_fail: std::fmt::Result = write!(text, "<{name}>");
    match value {
        Value::Null => {}
        Value::Bool(flag) => text.push_str(if *flag { "True" } else { "False" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(content) => text.push_str(&escape(without_controls(content).as_str())),
        Value::Array(entries) => entries.iter().for_each(|entry| element("item", entry, text)),
        Value::Object(fields) => members(fields, text),
    }
    let _cannot_fail: std::fmt::Result = write!(text, "</{name}>");
}

fn members(fields: &Map<String, Value>, text: &mut String) {
    fields.iter().for_each(|(name, value)| element(name, value, text));
}

/// XML has no way to say control characters.
fn without_controls(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_into_the_form_of_json() {
        let text = "<?xml version='1.0'?><request a='1'><session> s&amp;1 </session><data><hoSo><MaHoSo>D-1</MaHoSo>\
                    <DanhSachLePhi/><ChuHoSo><![CDATA[Lò <Thị> B]]> &#7877;</ChuHoSo></hoSo><hoSo/></data></request>";
        let expected = json!({
            "session": "s&1",
            "data": [{ "MaHoSo": "D-1", "DanhSachLePhi": [], "ChuHoSo": "Lò <Thị> B ễ" }, ""],
        });
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn what_was_written_is_read_back() {
        let value = json!({ "result": [{ "Ten": "Lò & <Thị> \"B\" ộ" }, { "Ten": "" }], "message": "một\ndòng" });
        assert_eq!(read(&write("response", &value)).unwrap(), value);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = "<a>".repeat(50_000);
        for text in ["", " ", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<a>&#0;</a>", "<a", "</a>", &deep] {
            assert!(read(text).is_err(), "{text:.20}");
        }
        assert!(read("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>").is_err());
    }
}
