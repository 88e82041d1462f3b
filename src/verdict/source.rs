//! The files a verdict was reached by, so that anybody can tell whether they were those that were shipped.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A rule file, or `derived.sql`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceFile {
    /// As the user knows it.
    pub file: String,
    /// SHA-256 of its text, in hexadecimal.
    pub sha256: String,
    /// Whether it stands in the place of a shipped file and is not the same.
    pub replaces_shipped: bool,
}

impl SourceFile {
    pub(crate) fn of(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), sha256: sha256(text), replaces_shipped: false }
    }

    /// `EG-SUB-005` of `rules/SUB/EG-SUB-005.sql`, `derived.sql` of itself.
    pub fn subject(&self) -> &str {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        if name == "derived.sql" { name } else { name.strip_suffix(".sql").unwrap_or(name) }
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        write!(digits, "{byte:02x}").unwrap_or_default();
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_published_one() {
        // FIPS 180-2, appendix B.1
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_file_is_known_by_its_rule() {
        assert_eq!(SourceFile::of("scenarios/rules/SUB/EG-SUB-005.sql", "").subject(), "EG-SUB-005");
        assert_eq!(SourceFile::of("scenarios/rules/derived.sql", "").subject(), "derived.sql");
    }
}
