//! Bodies of requests: JSON and form, compiled into one template each.

use bytes::BytesMut;
use http::{HeaderName, HeaderValue, Method};
use model::Node;

use crate::template::{Escape, Names, Template};
use crate::value::Unwritable;

/// A request, ready to be sent.
#[derive(Debug, Default)]
pub struct Encoded {
    /// The method.
    pub method: Method,
    /// A path with query, or a whole address where the adapter takes one from an answer.
    pub target: BytesMut,
    /// Whether the target is what an answer has shown, not a path of the adapter.
    pub is_link: bool,
    /// The headers in the adapter's order.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; empty if there is none.
    pub body: BytesMut,
    /// Why it could not be written whole, for whoever wants to say so; the next request forgets it.
    pub unwritable: Option<Unwritable>,
}

impl Encoded {
    /// Empties it for the next request, keeping its memory.
    pub(crate) fn clear(&mut self) {
        self.target.clear();
        self.headers.clear();
        self.body.clear();
        self.unwritable = None;
    }
}

/// A compiled body with its media type.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) media_type: HeaderValue,
    pub(crate) template: Template,
}

/// Compiles `json:`.
pub(crate) fn json(node: &Node<'_>, names: &Names<'_>) -> Option<Body> {
    let mut template = Template::default();
    json_value(node, names, &mut template)?;
    Some(Body { media_type: HeaderValue::from_static("application/json"), template })
}

/// Compiles `form:`.
pub(crate) fn form(node: &Node<'_>, names: &Names<'_>) -> Option<Body> {
    let mut template = Template::default();
    for (i, (key, value)) in node.entries()?.into_iter().enumerate() {
        let mut name = BytesMut::new();
        crate::template::write_percent(key, true, &mut name);
        if i > 0 {
            template.literal(b"&");
        }
        template.literal(&name);
        template.literal(b"=");
        let text = value.text()?;
        if let Err(message) = template.text(text, Escape::Form, names) {
            return value.refuse(message, "");
        }
    }
    Some(Body { media_type: HeaderValue::from_static("application/x-www-form-urlencoded"), template })
}

fn json_value(node: &Node<'_>, names: &Names<'_>, template: &mut Template) -> Option<()> {
    if node.is_map() {
        template.literal(b"{");
        for (i, (key, value)) in node.entries()?.into_iter().enumerate() {
            let mut name = BytesMut::new();
            crate::template::write_json_text(key, &mut name);
            template.literal(if i > 0 { b",\"" } else { b"\"" });
            template.literal(&name);
            template.literal(b"\":");
            json_value(&value, names, template)?;
        }
        template.literal(b"}");
        return Some(());
    }
    if node.is_list() {
        template.literal(b"[");
        for (i, value) in node.items()?.into_iter().enumerate() {
            if i > 0 {
                template.literal(b",");
            }
            json_value(&value, names, template)?;
        }
        template.literal(b"]");
        return Some(());
    }
    json_scalar(node, names, template)
}

/// A plain scalar that JSON knows stands for itself, a scalar that is one hole for the value, any other for a string.
fn json_scalar(node: &Node<'_>, names: &Names<'_>, template: &mut Template) -> Option<()> {
    let text = node.text()?;
    let is_one_hole = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    let stands_for_itself = node.is_plain() && matches!(text, "true" | "false" | "null") || is_number(node, text);
    let result = if stands_for_itself {
        template.literal(text.as_bytes());
        Ok(())
    } else if is_one_hole {
        template.text(text, Escape::JsonValue, names)
    } else {
        template.literal(b"\"");
        let result = template.text(text, Escape::JsonText, names);
        template.literal(b"\"");
        result
    };
    match result {
        Ok(()) => Some(()),
        Err(message) => node.refuse(message, ""),
    }
}

fn is_number(node: &Node<'_>, text: &str) -> bool {
    node.is_plain() && serde_json::from_str::<serde_json::Number>(text).is_ok()
}
