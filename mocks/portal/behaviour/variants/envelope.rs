//! How variants change what an answer is wrapped in: statuses, headers, and the form of refusals. What the document says of
//! it under the same variants stands beside it.

use axum::http::header::{
    CONNECTION, CONTENT_TYPE, ETAG, LOCATION, SET_COOKIE, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::behaviour::variants::{Variant, Variants};

/// What `extra-headers` adds to every answer.
const EXTRA: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("x-request-id"), "01890a5d-ac96-774b-bcce-b302099a8057"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (VARY, "Accept, Accept-Language"),
];

/// The status of a success: another that means the same.
pub(crate) fn success_status(usual: StatusCode, is_submission: bool, variants: Variants) -> StatusCode {
    let mut status = usual;
    if is_submission && status == StatusCode::OK && variants.has(Variant::Known201) {
        status = StatusCode::CREATED;
    }
    if is_submission && status == StatusCode::CREATED && variants.has(Variant::Submit202) {
        status = StatusCode::ACCEPTED;
    }
    if status == StatusCode::CREATED && variants.has(Variant::All200) {
        status = StatusCode::OK;
    }
    status
}

/// The status of a refusal with this stable word.
pub(crate) fn refusal_status(usual: StatusCode, word: &str, variants: Variants) -> StatusCode {
    let is_400 = word == "illegal_transition" && variants.has(Variant::Illegal400)
        || word == "validation" && variants.has(Variant::Validation400);
    if is_400 {
        StatusCode::BAD_REQUEST
    } else if word == "illegal_transition" && variants.has(Variant::Illegal422) {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        usual
    }
}

/// Changes the head of a success.
pub(crate) fn succeeded(parts: &mut Parts, value: &Value, is_submission: bool, variants: Variants) {
    if !parts.status.is_success() {
        return;
    }
    if let Some(code) = value["code"].as_str().filter(|_| is_submission && variants.has(Variant::Location))
        && let Ok(address) = HeaderValue::try_from(format!("/api/dossiers/{code}"))
    {
        parts.headers.insert(LOCATION, address);
    }
    parts.status = success_status(parts.status, is_submission, variants);
}

/// Changes a refusal; the status within is the one outside.
pub(crate) fn refused(parts: &mut Parts, mut value: Value, variants: Variants) -> Value {
    parts.status = refusal_status(parts.status, value["error_code"].as_str().unwrap_or_default(), variants);
    if variants.has(Variant::PlainRefusal) {
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return json!({ "error_code": value["error_code"], "message": value["title"] });
    }
    if let Some(fields) = value.as_object_mut() {
        fields.insert("status".to_owned(), parts.status.as_u16().into());
    }
    value
}

/// The content of a refusal, as the document describes it; none where there is no body.
pub(crate) fn refusal_content(words: &[String], variants: Variants) -> Option<Value> {
    if variants.has(Variant::EmptyRefusal) {
        return None;
    }
    if variants.has(Variant::PlainRefusal) {
        let schema = json!({
            "type": "object",
            "properties": { "error_code": { "enum": words }, "message": { "type": "string" } },
            "required": ["error_code", "message"],
        });
        return Some(json!({ content_type("application/json", variants): { "schema": schema } }));
    }
    let schema = json!({
        "allOf": [{ "$ref": "#/components/schemas/Problem" }],
        "properties": { "error_code": { "enum": words } },
    });
    Some(json!({ content_type(mock_ground::PROBLEM_JSON, variants): { "schema": schema } }))
}

/// The type of a content, as it is named.
pub(crate) fn content_type(usual: &str, variants: Variants) -> String {
    let is_named = variants.has(Variant::Charset) && usual.ends_with("json");
    format!("{usual}{}", if is_named { "; charset=utf-8" } else { "" })
}

/// Changes the headers of any answer.
pub(crate) fn headers(headers: &mut HeaderMap, variants: Variants) {
    if let Some(usual) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
        && let Ok(value) = HeaderValue::try_from(content_type(usual, variants))
    {
        headers.insert(CONTENT_TYPE, value);
    }
    if variants.has(Variant::ExtraHeaders) {
        headers.extend(EXTRA.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    if variants.has(Variant::Cookies) {
        headers.insert(SET_COOKIE, HeaderValue::from_static("node=2; Path=/; HttpOnly; SameSite=Lax"));
    }
    if variants.has(Variant::ConnectionClose) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    tag(headers, variants);
}

fn tag(headers: &mut HeaderMap, variants: Variants) {
    let Some(tag) = headers.remove(ETAG) else { return };
    if variants.has(Variant::NoTags) {
        return;
    }
    let text = tag.to_str().unwrap_or_default();
    let version = text.trim_matches('"').trim_start_matches('v');
    let text = if variants.has(Variant::OtherTags) { format!("\"{version}-vn\"") } else { text.to_owned() };
    let text = if variants.has(Variant::WeakTags) { format!("W/{text}") } else { text };
    headers.insert(ETAG, HeaderValue::try_from(text).unwrap_or(tag));
}

/// Changes what the document says of the headers of an answer. That a connection ends is no matter of the interface.
pub(crate) fn describe_headers(headers: &mut Map<String, Value>, is_submission: bool, variants: Variants) {
    if variants.has(Variant::NoTags) {
        headers.remove("ETag");
    }
    let location = (is_submission && variants.has(Variant::Location)).then_some(LOCATION);
    let extra = EXTRA.map(|(name, _)| name).into_iter().filter(|_| variants.has(Variant::ExtraHeaders));
    let cookie = variants.has(Variant::Cookies).then_some(SET_COOKIE);
    for name in location.into_iter().chain(extra).chain(cookie) {
        headers.insert(name.to_string(), json!({ "required": true, "schema": { "type": "string" } }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_status_stands_for_another_step_by_step() {
        let told = |usual, variants: &[Variant]| success_status(usual, true, Variants::new(variants)).as_u16();
        assert_eq!(told(StatusCode::CREATED, &[Variant::Submit202]), 202);
        assert_eq!(told(StatusCode::OK, &[Variant::Submit202]), 200);
        assert_eq!(told(StatusCode::OK, &[Variant::Known201]), 201);
        assert_eq!(told(StatusCode::OK, &[Variant::Known201, Variant::Submit202]), 202);
        assert_eq!(told(StatusCode::OK, &[Variant::Known201, Variant::All200]), 200);
        let elsewhere = success_status(StatusCode::CREATED, false, Variants::new(&[Variant::Submit202]));
        assert_eq!(elsewhere, StatusCode::CREATED);
    }

    #[test]
    fn a_refusal_has_the_status_of_its_word() {
        let told = |word, variant| refusal_status(StatusCode::CONFLICT, word, Variants::new(&[variant])).as_u16();
        assert_eq!(told("illegal_transition", Variant::Illegal400), 400);
        assert_eq!(told("illegal_transition", Variant::Illegal422), 422);
        assert_eq!(told("validation", Variant::Validation400), 400);
        assert_eq!(told("already_paid", Variant::Illegal400), 409);
    }
}
