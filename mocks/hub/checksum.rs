//! SHA-256, and tokens that cannot be guessed.

use sha2::{Digest, Sha256};

/// The SHA-256 of a text.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// 32 hexadecimal digits, unique to each seed, purpose and number.
pub(crate) fn mark(seed: u64, purpose: &str, number: u64) -> String {
    let digest = digest(&format!("{seed}|{purpose}|{number}"));
    let digit =
        |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_else(|| unreachable!("half a byte is a digit"));
    digest.iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A number that depends on the seed, the purpose and the text only.
pub(crate) fn draw(seed: u64, purpose: &str, text: &str) -> u64 {
    let digest = digest(&format!("{seed}|{purpose}|{text}"));
    let Some(first) = digest.first_chunk() else { unreachable!("a digest has 32 bytes") };
    u64::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_32_digits_and_never_repeats() {
        let mut marks: Vec<String> = (0..1_000).map(|number| mark(1, "code", number)).collect();
        assert!(marks.iter().all(|mark| mark.len() == 32));
        marks.push(mark(1, "token", 0));
        marks.push(mark(2, "code", 0));
        marks.sort_unstable();
        marks.dedup();
        assert_eq!(marks.len(), 1_002);
    }
}
