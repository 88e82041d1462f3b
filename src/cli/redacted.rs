//! Requests as they may be shown: without what lets somebody in.

use serde_json::Value;

/// What stands where a secret would.
const REDACTED: &str = "[redacted]";

/// What names of headers, keys and parameters contain whose values are secrets.
const SECRET: [&str; 10] =
    ["authorization", "cookie", "password", "passwd", "secret", "token", "otp", "pin", "apikey", "signature"];

/// A request of HTTP/1.1 without the secrets in its address, headers and body; a JSON body is laid out for reading.
pub(crate) fn redacted(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let mut lines = head.split("\r\n");
    let first = lines.next().map(address).unwrap_or_default();
    let lines = std::iter::once(first).chain(lines.map(header));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    let body = match serde_json::from_str::<Value>(body) {
        Ok(mut json) => {
            hide(&mut json);
            format!("{json:#}")
        }
        Err(_other_body) if body.contains('=') => parameters(body),
        Err(_other_body) => body.to_owned(),
    };
    format!("{head}\r\n\r\n{body}")
}

fn is_secret(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    SECRET.iter().any(|secret| match *secret {
        // Part of too many words.
        short @ ("otp" | "pin") => name == short,
        long => name.contains(long),
    })
}

/// A value, unless it is a secret: what only an answer shows is none yet.
fn value(name: &str, text: &str) -> String {
    let is_reference = |text: &str| text.starts_with("${") && text.find('}') == Some(text.len() - 1);
    let (scheme, rest) = text.split_once(' ').unwrap_or(("", text));
    if !is_secret(name) || is_reference(rest) && scheme.chars().all(char::is_alphabetic) {
        text.to_owned()
    } else {
        REDACTED.to_owned()
    }
}

fn header(line: &str) -> String {
    match line.split_once(": ") {
        Some((name, text)) => format!("{name}: {}", value(name, text)),
        None => line.to_owned(),
    }
}

/// The request line.
fn address(line: &str) -> String {
    match line.split_once('?').and_then(|(path, rest)| Some((path, rest.rsplit_once(' ')?))) {
        Some((path, (query, version))) => format!("{path}?{} {version}", parameters(query)),
        None => line.to_owned(),
    }
}

fn parameters(query: &str) -> String {
    let parameter = |pair: &str| match pair.split_once('=') {
        Some((name, text)) => format!("{name}={}", value(name, text)),
        None => pair.to_owned(),
    };
    query.split('&').map(parameter).collect::<Vec<_>>().join("&")
}

/// Replaces the secrets in a JSON value.
fn hide(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Object(_) | Value::Array(_) => hide(field),
                    Value::String(text) => *text = value(name, text),
                    Value::Number(_) if is_secret(name) => *field = REDACTED.into(),
                    Value::Number(_) | Value::Bool(_) | Value::Null => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_not_shown() {
        let head =
            "POST /x?api_key=k-1&page=2 HTTP/1.1\r\nauthorization: Basic c2VjcmV0\r\nx-api-key: k-2\r\naccept: */*";
        let shown = redacted(&format!(
            "{head}\r\n\r\n{{\"user\":\"u\",\"client_secret\":\"k-3\",\"pin\":4,\"keys\":[{{\"otp\":\"5\"}}]}}"
        ));
        for secret in ["k-1", "c2VjcmV0", "k-2", "k-3", "4", "5"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        for other in ["page=2 HTTP/1.1", "accept: */*", "\"user\": \"u\""] {
            assert!(shown.contains(other), "{other} in {shown}");
        }
        assert!(redacted("POST / HTTP/1.1\r\n\r\na=1&password=k").ends_with("a=1&password=[redacted]"));
    }

    #[test]
    fn what_only_an_answer_shows_is_no_secret() {
        let request =
            "GET / HTTP/1.1\r\nauthorization: Bearer ${session.token}\r\n\r\n{\"token\": \"${session.token}\"}";
        assert_eq!(redacted(request).matches("${session.token}").count(), 2);
        assert!(!redacted("GET / HTTP/1.1\r\ncookie: a=${x}; k=${y}\r\n\r\n").contains("${"));
    }
}
