//! The document of a portal with permitted variants: the usual one, and in it what each variant changes. What that
//! is stands beside what the variant does: in [`envelope`], [`paging`] and [`rewriting`].
//!
//! Only what people ask for changes (`/api/`); what the peers ask for stays as it is, with copies of its own of
//! all that it refers to.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::behaviour::variants::{Variant, Variants};
use crate::behaviour::variants::{envelope, paging, rewriting};

/// Where citizens submit.
pub(crate) const SUBMISSIONS: &str = "/api/dossiers";
/// The dossiers of citizens; see [`Variant::Closed403`].
const OWN_DOSSIER: &str = "/api/dossiers/{code}";

/// The document that is true under these variants.
pub(crate) fn derived(usual: &Value, variants: Variants) -> Value {
    let mut document = usual.clone();
    let mut refusals = Map::new();
    for (path, operations) in members(&mut document, "/paths") {
        for (verb, operation) in operations.as_object_mut().into_iter().flatten() {
            if path.starts_with("/api/") {
                let is_submission = verb == "post" && path == SUBMISSIONS;
                let is_closed = path.starts_with(OWN_DOSSIER) && variants.has(Variant::Closed403);
                OperationRewrite { usual, variants, is_submission, is_closed }.operation(operation, &mut refusals);
            } else {
                *operation = rewriting::inlined(usual, operation);
            }
        }
    }
    for (_, schema) in members(&mut document, "/components/schemas") {
        *schema = described(usual, schema, variants);
    }
    if let Some(responses) = document.pointer_mut("/components/responses") {
        *responses = refusals.into();
    }
    if let Some(Value::String(text)) = document.pointer_mut("/info/description") {
        let said: Vec<&str> = variants.iter().map(Variant::description).collect();
        *text = format!("{text} But this portal does otherwise: {}", said.join(" "));
    }
    without_unused(document)
}

fn members<'document>(
    document: &'document mut Value,
    pointer: &str,
) -> impl Iterator<Item = (&'document String, &'document mut Value)> {
    document.pointer_mut(pointer).and_then(Value::as_object_mut).into_iter().flatten()
}

fn described(usual: &Value, schema: &Value, variants: Variants) -> Value {
    rewriting::describe(usual, paging::describe(schema.clone(), variants), variants)
}

/// Takes out schemas that nothing refers to any more.
fn without_unused(mut document: Value) -> Value {
    loop {
        let text = document.to_string();
        let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return document };
        let before = schemas.len();
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if schemas.len() == before {
            return document;
        }
    }
}

/// How one operation is described.
#[derive(Clone, Copy)]
struct OperationRewrite<'document> {
    usual: &'document Value,
    variants: Variants,
    is_submission: bool,
    /// Whether strangers are refused with 403.
    is_closed: bool,
}

impl OperationRewrite<'_> {
    fn operation(self, operation: &mut Value, refusals: &mut Map<String, Value>) {
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        let is_list = paging::describe_parameters(parameters, self.variants);
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let mut shown = Map::new();
        let mut words: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        for (status, response) in std::mem::take(responses) {
            let Some(status) = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()) else {
                continue;
            };
            let known = self.words(&response);
            for word in known.iter().flatten() {
                let status = envelope::refusal_status(status, word, self.variants).as_u16();
                words.entry(status).or_default().push(word.clone());
            }
            if known.is_none() {
                let status = envelope::success_status(status, self.is_submission, self.variants);
                // Two successes that become one are of one type.
                shown.entry(code(status.as_u16())).or_insert_with(|| self.success(status, response, is_list));
            }
        }
        if self.is_closed {
            words.entry(StatusCode::FORBIDDEN.as_u16()).or_default().push("forbidden".to_owned());
        }
        for (status, mut words) in words {
            words.sort_unstable();
            words.dedup();
            let name = format!("{status}.{}", words.join("."));
            shown.insert(code(status), json!({ "$ref": format!("#/components/responses/{name}") }));
            refusals.entry(name).or_insert_with(|| self.refusal(&words));
        }
        *responses = shown;
    }

    /// The words of a refusal; none if it is a success.
    fn words(self, response: &Value) -> Option<Vec<String>> {
        let reference = response.get("$ref")?.as_str()?.strip_prefix('#')?;
        let content = self.usual.pointer(reference)?.get("content")?.get(mock_ground::PROBLEM_JSON)?;
        let words = content.pointer("/schema/properties/error_code/enum")?.as_array()?;
        Some(words.iter().filter_map(|word| Some(word.as_str()?.to_owned())).collect())
    }

    fn success(self, status: StatusCode, mut response: Value, is_list: bool) -> Value {
        let schema =
            response.pointer("/content/application~1json/schema").map(|schema| rewriting::inlined(self.usual, schema));
        let Some(members) = response.as_object_mut() else { return response };
        members.insert("description".to_owned(), status.canonical_reason().into());
        if let Some(Value::Object(content)) = members.get_mut("content") {
            let usual = std::mem::take(content).into_iter();
            content.extend(usual.map(|(name, content)| (envelope::content_type(&name, self.variants), content)));
        }
        let mut headers = match members.remove("headers") {
            Some(Value::Object(headers)) => headers,
            Some(_) | None => Map::new(),
        };
        envelope::describe_headers(&mut headers, self.is_submission, self.variants);
        if let Some(schema) = schema.filter(|_| is_list) {
            paging::describe_headers(&mut headers, &schema, self.variants);
        }
        with_headers(response, headers)
    }

    fn refusal(self, words: &[String]) -> Value {
        let mut response = json!({ "description": format!("Refused: {}", words.join(", ")) });
        if let Some(content) = envelope::refusal_content(words, self.variants)
            && let Some(members) = response.as_object_mut()
        {
            members.insert("content".to_owned(), described(self.usual, &content, self.variants));
        }
        let mut headers = Map::new();
        envelope::describe_headers(&mut headers, false, self.variants);
        with_headers(response, headers)
    }
}

fn code(status: u16) -> String {
    status.to_string()
}

fn with_headers(mut response: Value, headers: Map<String, Value>) -> Value {
    if let Some(members) = response.as_object_mut().filter(|_| !headers.is_empty()) {
        members.insert("headers".to_owned(), headers.into());
    }
    response
}
