//! Two hashes that are the same on every machine and in every version of the compiler.
//!
//! [`Sum`] does not depend on the order in which things are added, so that threads can share the work. [`Chain`] does.

/// The wrapping sum of a 128-bit mix of each thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum(pub(crate) u128);

impl Sum {
    /// Adds one thing, identified by two words. Different words always give different mixes.
    pub(crate) fn add(&mut self, a: u64, b: u64) {
        let first = mix64(a ^ mix64(b.wrapping_add(GOLDEN)));
        let second = mix64(b ^ mix64(first.wrapping_add(GOLDEN)));
        self.0 = self.0.wrapping_add((u128::from(first) << 64) | u128::from(second));
    }

    /// Adds everything that another sum holds.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }
}

/// 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of `SplitMix64`: a bijection that spreads every bit over all others.
const fn mix64(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// FNV-1a, 128 bits, over things in a fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain(u128);

impl Default for Chain {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Chain {
    /// A whole number, as eight bytes.
    pub(crate) fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// A text and a byte that no text contains.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    /// A finished sum.
    pub(crate) fn sum(&mut self, sum: Sum) {
        self.bytes(&sum.0.to_le_bytes());
    }

    /// The hash as 32 hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        format!("{:032x}", self.0)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_forgets_the_order_and_nothing_else() {
        let sum = |things: &[(u64, u64)]| {
            let mut sum = Sum::default();
            for (a, b) in things {
                sum.add(*a, *b);
            }
            sum
        };
        assert_eq!(sum(&[(1, 2), (3, 4)]), sum(&[(3, 4), (1, 2)]));
        assert_ne!(sum(&[(1, 2), (3, 4)]), sum(&[(1, 4), (3, 2)]));
        assert_ne!(sum(&[(1, 2)]), sum(&[(2, 1)]));
        assert_ne!(sum(&[(1, 2)]), sum(&[(1, 2), (1, 2)]));
        let mut parts = sum(&[(1, 2)]);
        parts.merge(sum(&[(3, 4)]));
        assert_eq!(parts, sum(&[(1, 2), (3, 4)]));
    }

    #[test]
    fn a_chain_is_the_published_hash_and_keeps_the_order() {
        let mut chain = Chain::default();
        chain.bytes(b"a");
        // Known answer of FNV-1a, 128 bits, for "a".
        assert_eq!(chain.hex(), "d228cb696f1a8caf78912b704e4a8964");
        let (mut ab, mut ba) = (Chain::default(), Chain::default());
        ab.text("a");
        ab.text("b");
        ba.text("b");
        ba.text("a");
        assert_ne!(ab, ba);
    }
}
