//! Reads the first file of a `multipart/form-data` body that is already in memory.
//!
//! # Source
//! RFC 7578 and RFC 2046, 5.1.

use memchr::memmem;

/// The longest boundary that RFC 2046 allows.
const LONGEST_BOUNDARY: usize = 70;
/// The longest head of a part, in bytes.
const LONGEST_HEAD: usize = 8 * 1024;

/// A file as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'body> {
    pub(crate) file_name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) content: &'body [u8],
}

/// The boundary that a content type names.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = parameters.split(';').find_map(|parameter| value(parameter.trim(), "boundary"))?;
    (1..=LONGEST_BOUNDARY).contains(&named.len()).then_some(named)
}

/// The first part that has a file name.
pub(crate) fn first_file<'body>(body: &'body [u8], boundary: &str) -> Option<Part<'body>> {
    let opening = format!("--{boundary}");
    let closing = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    loop {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = memmem::find(rest.get(..rest.len().min(LONGEST_HEAD))?, b"\r\n\r\n")?;
        let (head, content) = rest.split_at_checked(head_end)?;
        let content = content.get(4..)?;
        let end = memmem::find(content, closing.as_bytes())?;
        let (content, after) = content.split_at_checked(end)?;
        if let Some((file_name, content_type)) = read_head(head) {
            return Some(Part { file_name, content_type, content });
        }
        rest = after.get(closing.len()..)?;
    }
}

fn read_head(head: &[u8]) -> Option<(String, Option<String>)> {
    let head = std::str::from_utf8(head).ok()?;
    let (mut file_name, mut content_type) = (None, None);
    for line in head.split("\r\n") {
        let Some((name, text)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-disposition") {
            file_name = text.split(';').find_map(|parameter| value(parameter.trim(), "filename"));
        } else if name.eq_ignore_ascii_case("content-type") {
            content_type = Some(text.trim().to_owned());
        }
    }
    Some((file_name?.to_owned(), content_type))
}

/// The value of a parameter, without its quotes.
fn value<'text>(parameter: &'text str, name: &str) -> Option<&'text str> {
    let (found, text) = parameter.split_once('=')?;
    found.trim().eq_ignore_ascii_case(name).then(|| text.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfirst\r\n--x\r\nContent-Disposition: \
        form-data; name=\"file\"; filename=\"a b.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n--y\r\n--x--\r\n";

    #[test]
    fn the_first_file_is_found_behind_other_fields() {
        let part = first_file(BODY, "x").unwrap();
        assert_eq!((part.file_name.as_str(), part.content_type.as_deref()), ("a b.pdf", Some("application/pdf")));
        assert_eq!(part.content, b"%PDF-\r\n--y");
    }

    #[test]
    fn a_body_that_breaks_off_anywhere_is_no_file() {
        for end in 0..BODY.len() - 8 {
            assert_eq!(first_file(&BODY[..end], "x"), None, "{end}");
        }
        assert_eq!(first_file(BODY, "z"), None);
    }

    #[test]
    fn a_boundary_is_read_with_or_without_quotes() {
        assert_eq!(boundary("multipart/form-data; boundary=abc"), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a=c\""), Some("a=c"));
        for wrong in ["multipart/mixed; boundary=a", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(boundary(wrong), None, "{wrong}");
        }
    }
}
