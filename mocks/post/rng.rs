//! The random numbers of the post: a hash, so that each depends on the seed and a text only.

/// FNV-1a over the seed and the text, its upper half stirred into its lower one.
pub(crate) fn hash(seed: u64, text: &str) -> u32 {
    let bytes = seed.to_be_bytes().into_iter().chain(text.bytes());
    let mut hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let [first, second, third, fourth, ..] = hash.to_be_bytes();
    u32::from_be_bytes([first, second, third, fourth])
}
