//! The checksum agreed with the payment platform: lower-case hexadecimal SHA-256 over fields joined by `|`, the secret last.

use sha2::{Digest, Sha256};

/// The SHA-256 of a text.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The SHA-256 of some bytes.
pub(crate) fn digest_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The checksum of `fields`, sealed with `secret`.
pub(crate) fn seal(fields: &[&str], secret: &str) -> String {
    let mut text = fields.join("|");
    text.push('|');
    text.push_str(secret);
    hexadecimal(&digest(&text))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seal_is_the_published_sha_256() {
        // printf 'a|b|c' | sha256sum
        assert_eq!(seal(&["a", "b"], "c"), "a52dd81bfd5e4e66d96b9f598382f6cbf8c5c3897654e6ae9055e03620fcf38e");
    }

    #[test]
    fn another_secret_gives_another_seal() {
        assert_ne!(seal(&["a", "b"], "c"), seal(&["a", "b"], "d"));
    }
}
