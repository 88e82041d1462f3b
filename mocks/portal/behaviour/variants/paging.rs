//! Other ways to page through lists, in terms of pages and sizes; see [`crate::behaviour::variants::Variant`].

use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::behaviour::variants::{Variant, Variants};

/// A parameter that is wrong, and why.
type Flaw = (&'static str, &'static str);

/// Puts what is asked for in the variants' words into pages and sizes. What cannot be put so becomes a page that there
/// is not, which lists refuse once they know who asks: then this is why.
pub(crate) fn asked(uri: &mut Uri, variants: Variants) -> Option<Flaw> {
    let query = uri.query()?;
    let parts: Vec<(&str, &str)> = query.split('&').filter_map(|part| part.split_once('=')).collect();
    let find = |name: &str| parts.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let page = if let Some(cursor) = find("cursor").filter(|_| variants.has(Variant::CursorPaging)) {
        read_cursor(cursor).ok_or(("cursor", "is not one that was given"))
    } else if variants.has(Variant::OffsetPaging) && (find("offset").is_some() || find("limit").is_some()) {
        from_offset(find("offset").unwrap_or("0"), find("limit").unwrap_or("50"))
    } else {
        return None;
    };
    let ((number, size), flaw) = page.map_or_else(|flaw| ((0, 1), Some(flaw)), |page| (page, None));
    let others = query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !["cursor", "offset", "limit", "page", "size"].contains(&name)
    });
    let query = others.map(str::to_owned).chain([format!("page={number}&size={size}")]).collect::<Vec<_>>().join("&");
    // A query that came in an address is one with other pages, too.
    if let Ok(changed) = format!("{}?{query}", uri.path()).parse() {
        *uri = changed;
    }
    flaw
}

fn from_offset(offset: &str, limit: &str) -> Result<(usize, usize), Flaw> {
    let number = |text: &str| text.parse::<usize>().ok();
    let limit = number(limit).filter(|limit| *limit > 0).ok_or(("limit", "must be above 0"))?;
    let offset = number(offset).filter(|offset| offset % limit == 0);
    match offset.and_then(|offset| (offset / limit).checked_add(1)) {
        Some(number) => Ok((number, limit)),
        None => Err(("offset", "must be a multiple of the limit")),
    }
}

fn read_cursor(cursor: &str) -> Option<(usize, usize)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (number, size) = text.split_once('.')?;
    Some((number.parse().ok()?, size.parse().ok()?))
}

fn write_cursor(number: usize, size: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("{number}.{size}"))
}

/// Puts a page of a list into the variants' words; other values stay.
pub(crate) fn paged(headers: &mut HeaderMap, value: Value, query: &str, variants: Variants) -> Value {
    let Value::Object(mut fields) = value else { return value };
    let count = |fields: &Map<String, Value>, name: &str| fields.get(name)?.as_u64()?.try_into().ok();
    let page: Option<(usize, usize, usize)> = fields
        .get("items")
        .and_then(|_| Some((count(&fields, "page")?, count(&fields, "size")?, count(&fields, "total")?)));
    let Some((number, size, total)) = page else { return Value::Object(fields) };
    let has_more = number.saturating_mul(size) < total;
    if variants.has(Variant::LinkPaging) {
        link(headers, query, has_more.then_some((number.saturating_add(1), size)), total);
    }
    if variants.has(Variant::CursorPaging) {
        fields.retain(|name, _| !["page", "size", "total"].contains(&name.as_str()));
        let next = has_more.then(|| write_cursor(number.saturating_add(1), size));
        fields.insert("next_cursor".to_owned(), next.into());
    } else if variants.has(Variant::OffsetPaging) {
        fields.retain(|name, _| !["page", "size"].contains(&name.as_str()));
        fields.insert("offset".to_owned(), number.saturating_sub(1).saturating_mul(size).into());
        fields.insert("limit".to_owned(), size.into());
    }
    Value::Object(fields)
}

/// Names the next page, everything else that was asked for included.
fn link(headers: &mut HeaderMap, query: &str, next: Option<(usize, usize)>, total: usize) {
    headers.insert("x-total-count", total.into());
    let Some((number, size)) = next else { return };
    let is_other = |part: &&str| !part.is_empty() && !part.starts_with("page=") && !part.starts_with("size=");
    let parts = query.split('&').filter(is_other).map(str::to_owned);
    let query = parts.chain([format!("page={number}&size={size}")]).collect::<Vec<_>>().join("&");
    // A query that came as a header's text can leave as one.
    if let Ok(value) = HeaderValue::try_from(format!("<?{query}>; rel=\"next\"")) {
        headers.insert(LINK, value);
    }
}

/// Adds what lists may be asked for; says whether the operation is one that gives a list.
pub(crate) fn describe_parameters(parameters: &mut Vec<Value>, variants: Variants) -> bool {
    let is_list = parameters.iter().any(|parameter| parameter["in"] == "query" && parameter["name"] == "page");
    if !is_list {
        return false;
    }
    let mut add = |name: &str, schema: Value| {
        parameters.push(json!({ "name": name, "in": "query", "required": false, "schema": schema }));
    };
    if variants.has(Variant::CursorPaging) {
        add("cursor", json!({ "type": "string", "description": "`next_cursor` of the page before." }));
    }
    if variants.has(Variant::OffsetPaging) {
        add("offset", json!({ "type": "integer", "minimum": 0, "description": "A multiple of the limit." }));
        add("limit", json!({ "type": "integer", "minimum": 1, "maximum": 500 }));
    }
    true
}

/// Changes what the document says of a page of a list; other schemas stay.
pub(crate) fn describe(mut schema: Value, variants: Variants) -> Value {
    let is_page = ["items", "page", "size", "total"].iter().all(|name| schema["properties"].get(name).is_some());
    let (goes, comes) = if variants.has(Variant::CursorPaging) {
        (&["page", "size", "total"][..], vec![("next_cursor", json!({ "type": ["string", "null"] }))])
    } else if variants.has(Variant::OffsetPaging) {
        let number = |name| (name, json!({ "type": "integer", "minimum": 0 }));
        (&["page", "size"][..], vec![number("offset"), number("limit")])
    } else {
        return schema;
    };
    if !is_page {
        return schema;
    }
    // A list that may be given as a whole, too, is counted then and has no pages.
    let is_always_paged = is_paged(&schema);
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !goes.iter().any(|gone| name == gone));
        required.extend(comes.iter().filter(|_| is_always_paged).map(|(name, _)| Value::from(*name)));
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !goes.contains(&name.as_str()) || name == "total" && !is_always_paged);
        properties.extend(comes.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    }
    schema
}

/// Adds what the document says of the headers of a list, given the schema of its usual body.
pub(crate) fn describe_headers(headers: &mut Map<String, Value>, usual: &Value, variants: Variants) {
    if variants.has(Variant::LinkPaging) {
        headers.insert("Link".to_owned(), json!({ "required": false, "schema": { "type": "string" } }));
        let total = json!({ "required": is_paged(usual), "schema": { "type": "integer", "minimum": 0 } });
        headers.insert("X-Total-Count".to_owned(), total);
    }
}

/// Whether all that a schema describes is pages.
fn is_paged(schema: &Value) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == "page"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(uri: &str, variant: Variant) -> Result<String, Flaw> {
        let mut uri = uri.parse().unwrap();
        asked(&mut uri, Variants::new(&[variant])).map_or_else(|| Ok(uri.to_string()), Err)
    }

    #[test]
    fn a_cursor_leads_to_the_next_page_and_the_last_page_has_none() {
        let variants = Variants::new(&[Variant::CursorPaging]);
        let page = |number: usize| json!({ "items": [], "total": 5, "page": number, "size": 2 });
        let first = paged(&mut HeaderMap::new(), page(1), "", variants);
        assert!(first.get("page").is_none() && first.get("total").is_none());
        let next = format!("/api/x?state=A&cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(rewritten(&next, Variant::CursorPaging).unwrap(), "/api/x?state=A&page=2&size=2");
        assert!(paged(&mut HeaderMap::new(), page(3), "", variants)["next_cursor"].is_null());
        assert!(rewritten("/api/x?cursor=%00", Variant::CursorPaging).is_err());
    }

    #[test]
    fn offsets_are_pages_and_what_is_between_is_refused() {
        assert_eq!(rewritten("/api/x?offset=40&limit=20", Variant::OffsetPaging).unwrap(), "/api/x?page=3&size=20");
        assert!(rewritten("/api/x?offset=41&limit=20", Variant::OffsetPaging).is_err());
        assert!(rewritten("/api/x?limit=0", Variant::OffsetPaging).is_err());
        assert!(rewritten(&format!("/api/x?offset={}&limit=1", usize::MAX), Variant::OffsetPaging).is_err());
        assert_eq!(rewritten("/api/x?page=2", Variant::OffsetPaging).unwrap(), "/api/x?page=2");
    }

    #[test]
    fn a_page_far_behind_the_last_is_told_as_any_other() {
        for variant in [Variant::CursorPaging, Variant::OffsetPaging, Variant::LinkPaging] {
            let page = json!({ "items": [], "total": 5, "page": usize::MAX, "size": 500 });
            assert!(paged(&mut HeaderMap::new(), page, "", Variants::new(&[variant]))["items"].is_array());
        }
    }

    #[test]
    fn links_keep_what_was_asked_for() {
        let mut headers = HeaderMap::new();
        let page = json!({ "items": [], "total": 5, "page": 1, "size": 2 });
        paged(&mut headers, page, "state=A&size=2", Variants::new(&[Variant::LinkPaging]));
        assert_eq!(headers[LINK], "<?state=A&page=2&size=2>; rel=\"next\"");
        assert_eq!(headers["x-total-count"], "5");
    }
}
