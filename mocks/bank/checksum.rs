//! The three kinds of checksum that payment platforms put under their messages, in lower-case hexadecimal.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

/// The SHA-256 of a text.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// SHA-256 over `fields` joined by `|`, the secret as the last of them.
pub(crate) fn seal(fields: &[&str], secret: &str) -> String {
    let mut text = fields.join("|");
    text.push('|');
    text.push_str(secret);
    hexadecimal(&digest(&text))
}

/// HMAC-SHA256 of a text.
pub(crate) fn hmac_sha256(text: &str, secret: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        unreachable!("an HMAC takes keys of any length");
    };
    mac.update(text.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}

/// HMAC-SHA512 of a text.
pub(crate) fn hmac_sha512(text: &str, secret: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(secret.as_bytes()) else {
        unreachable!("an HMAC takes keys of any length");
    };
    mac.update(text.as_bytes());
    hexadecimal(&mac.finalize().into_bytes())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit =
        |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_else(|| unreachable!("half a byte is a digit"));
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

    /// RFC 4231, test case 2.
    #[test]
    fn the_hmacs_are_those_of_rfc_4231() {
        let text = "what do ya want for nothing?";
        assert_eq!(hmac_sha256(text, "Jefe"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(
            hmac_sha512(text, "Jefe"),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        );
    }
}
