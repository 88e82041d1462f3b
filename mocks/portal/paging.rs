//! Other ways to page through lists, told in terms of pages and sizes; see [`crate::variant_list`].

use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::variants::{Variant, Variants};

/// Puts what is asked for in the variants' words into pages and sizes.
pub(crate) fn asked(uri: &mut Uri, variants: Variants) -> Result<(), Problem> {
    let Some(query) = uri.query() else { return Ok(()) };
    let parts: Vec<(&str, &str)> = query.split('&').filter_map(|part| part.split_once('=')).collect();
    let find = |name: &str| parts.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let page = if let Some(cursor) = find("cursor").filter(|_| variants.has(Variant::CursorPaging)) {
        Some(read_cursor(cursor).ok_or_else(|| Problem::field("cursor", "is not one that was given"))?)
    } else if variants.has(Variant::OffsetPaging) && (find("offset").is_some() || find("limit").is_some()) {
        Some(from_offset(find("offset").unwrap_or("0"), find("limit").unwrap_or("50"))?)
    } else {
        None
    };
    let Some((number, size)) = page else { return Ok(()) };
    let others = query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !["cursor", "offset", "limit", "page", "size"].contains(&name)
    });
    let query = others.map(str::to_owned).chain([format!("page={number}&size={size}")]).collect::<Vec<_>>().join("&");
    let changed = format!("{}?{query}", uri.path()).parse();
    *uri = changed.map_err(|_unreadable| Problem::not_found("address"))?;
    Ok(())
}

fn from_offset(offset: &str, limit: &str) -> Result<(usize, usize), Problem> {
    let number = |text: &str| text.parse::<usize>().ok();
    let limit = number(limit).filter(|limit| *limit > 0).ok_or_else(|| Problem::field("limit", "must be above 0"))?;
    match number(offset).filter(|offset| offset % limit == 0) {
        Some(offset) => Ok((offset / limit + 1, limit)),
        None => Err(Problem::field("offset", "must be a multiple of the limit")),
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

/// Tells a page of a list in the variants' words; what is no such page stays.
pub(crate) fn told(headers: &mut HeaderMap, value: Value, query: &str, variants: Variants) -> Value {
    let Value::Object(mut fields) = value else { return value };
    let count = |fields: &Map<String, Value>, name: &str| fields.get(name)?.as_u64()?.try_into().ok();
    let page: Option<(usize, usize, usize)> = fields
        .get("items")
        .and_then(|_| Some((count(&fields, "page")?, count(&fields, "size")?, count(&fields, "total")?)));
    let Some((number, size, total)) = page else { return Value::Object(fields) };
    let has_more = number.saturating_mul(size) < total;
    if variants.has(Variant::LinkPaging) {
        link(headers, query, has_more.then_some((number + 1, size)), total);
    }
    if variants.has(Variant::CursorPaging) {
        fields.retain(|name, _| !["page", "size", "total"].contains(&name.as_str()));
        let next = has_more.then(|| write_cursor(number + 1, size));
        fields.insert("next_cursor".to_owned(), next.into());
    } else if variants.has(Variant::OffsetPaging) {
        fields.retain(|name, _| !["page", "size"].contains(&name.as_str()));
        fields.insert("offset".to_owned(), ((number - 1) * size).into());
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rewritten(uri: &str, variant: Variant) -> Result<String, Problem> {
        let mut uri = uri.parse().unwrap();
        asked(&mut uri, Variants::new(&[variant])).map(|()| uri.to_string())
    }

    #[test]
    fn a_cursor_leads_to_the_next_page_and_the_last_page_has_none() {
        let variants = Variants::new(&[Variant::CursorPaging]);
        let page = |number: usize| json!({ "items": [], "total": 5, "page": number, "size": 2 });
        let first = told(&mut HeaderMap::new(), page(1), "", variants);
        assert!(first.get("page").is_none() && first.get("total").is_none());
        let next = format!("/api/x?state=A&cursor={}", first["next_cursor"].as_str().unwrap());
        assert_eq!(rewritten(&next, Variant::CursorPaging).unwrap(), "/api/x?state=A&page=2&size=2");
        assert!(told(&mut HeaderMap::new(), page(3), "", variants)["next_cursor"].is_null());
        assert!(rewritten("/api/x?cursor=%00", Variant::CursorPaging).is_err());
    }

    #[test]
    fn offsets_are_pages_and_what_is_between_is_refused() {
        assert_eq!(rewritten("/api/x?offset=40&limit=20", Variant::OffsetPaging).unwrap(), "/api/x?page=3&size=20");
        assert!(rewritten("/api/x?offset=41&limit=20", Variant::OffsetPaging).is_err());
        assert!(rewritten("/api/x?limit=0", Variant::OffsetPaging).is_err());
        assert_eq!(rewritten("/api/x?page=2", Variant::OffsetPaging).unwrap(), "/api/x?page=2");
    }

    #[test]
    fn links_keep_what_was_asked_for() {
        let mut headers = HeaderMap::new();
        let page = json!({ "items": [], "total": 5, "page": 1, "size": 2 });
        told(&mut headers, page, "state=A&size=2", Variants::new(&[Variant::LinkPaging]));
        assert_eq!(headers[LINK], "<?state=A&page=2&size=2>; rel=\"next\"");
        assert_eq!(headers["x-total-count"], "5");
    }
}
