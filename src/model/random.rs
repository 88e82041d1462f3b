//! Chance as a function: the same seed, name and index give the same number, on any machine, in any order.
//!
//! Distributions come from `rand` and `rand_distr`; what must be inverted is a [`Permutation`].

use std::convert::Infallible;

use rand::rand_core::TryRng;
use rand::rand_core::block::{BlockRng, Generator};
use rand::{Rng as _, RngExt as _};

/// Where all chance of a run comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// A named, stateless source of random generators: adding a stream never changes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
}

impl Seed {
    /// The stream with this name.
    pub fn stream(self, name: &str) -> Stream {
        let mixed = mix64(self.0 ^ mix64(fnv1a(name.as_bytes())));
        Stream { key: [low(mixed), high(mixed)] }
    }
}

impl Stream {
    /// The generator of draw number `draw` of item `index`. It gives as many words as a distribution takes; no other draw
    /// depends on how many those are.
    #[inline]
    pub fn rng(self, index: u64, draw: u32) -> Philox {
        Philox(BlockRng::new(Blocks { key: self.key, counter: [low(index), high(index), draw, 0] }))
    }

    /// A number in `0..bound`, for the first draw of item `index`; 0 if `bound` is 0.
    #[inline]
    pub fn below(self, index: u64, bound: u64) -> u64 {
        self.rng(index, 0).random_range(0..bound.max(1))
    }
}

/// One draw of a [`Stream`], as a generator of `rand`: Philox4x32-10, keyed by the seed and the stream's name, with the counter
/// (index, draw, block).
///
/// # Source
/// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; known answers of Random123 in the tests.
#[derive(Debug)]
pub struct Philox(BlockRng<Blocks>);

/// The blocks of four words that a [`Philox`] gives one after the other.
#[derive(Debug)]
struct Blocks {
    key: [u32; 2],
    counter: [u32; 4],
}

impl Generator for Blocks {
    type Output = [u32; 4];

    #[inline]
    fn generate(&mut self, output: &mut [u32; 4]) {
        *output = philox(self.counter, self.key);
        self.counter[3] = self.counter[3].wrapping_add(1);
    }
}

impl TryRng for Philox {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_word())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        // The first word is the high one.
        Ok((u64::from(self.0.next_word()) << 32) | u64::from(self.0.next_word()))
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

/// A keyed bijection of `0..size` onto itself, with its inverse, in constant time and memory.
///
/// A Feistel network over a rectangle of a x b points (a = ceil(sqrt n), b = ceil(n / a)), six rounds, walked until
/// the image lies below `size`; the excess is below sqrt(size), so walking is rare. A round adds a keyed 64-bit mix of one
/// side to the other: it need not resist anybody, only look like chance, and it is several times as fast as a [`Stream`].
///
/// # Source
/// Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (generalised Feistel, cycle walking).
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    /// One key for each of six rounds.
    keys: [u64; 6],
    size: u64,
    left: u64,
    right: u64,
}

impl Permutation {
    /// The bijection of `0..size` that belongs to this stream.
    pub fn new(stream: Stream, size: u64) -> Self {
        let left = ceil_sqrt(size.max(1));
        let right = size.max(1).div_ceil(left);
        let keys = [0, 1, 2, 3, 4, 5].map(|round| stream.rng(round, 0).next_u64());
        Self { keys, size, left, right }
    }

    /// How many points there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where `i` goes.
    ///
    /// `i` must lie below the size; a larger one is returned unchanged.
    pub fn forward(&self, i: u64) -> u64 {
        self.walk(i, Self::encrypt)
    }

    /// What goes to `rank`: `backward(forward(i)) == i`.
    pub fn backward(&self, rank: u64) -> u64 {
        self.walk(rank, Self::decrypt)
    }

    #[inline]
    fn walk(&self, start: u64, step: impl Fn(&Self, u64) -> u64) -> u64 {
        if start >= self.size {
            return start;
        }
        let mut point = step(self, start);
        while point >= self.size {
            point = step(self, point);
        }
        point
    }

    #[inline]
    fn encrypt(&self, point: u64) -> u64 {
        let (mut l, mut r) = (point / self.right, point % self.right);
        let (a, b) = (self.left, self.right);
        let [k0, k1, k2, k3, k4, k5] = self.keys;
        for (to_left, to_right) in [(k0, k1), (k2, k3), (k4, k5)] {
            l = plus(l, mixed(r, to_left, a), a);
            r = plus(r, mixed(l, to_right, b), b);
        }
        l * b + r
    }

    #[inline]
    fn decrypt(&self, point: u64) -> u64 {
        let (mut l, mut r) = (point / self.right, point % self.right);
        let (a, b) = (self.left, self.right);
        let [k0, k1, k2, k3, k4, k5] = self.keys;
        for (to_left, to_right) in [(k4, k5), (k2, k3), (k0, k1)] {
            r = plus(r, b - mixed(l, to_right, b), b);
            l = plus(l, a - mixed(r, to_left, a), a);
        }
        l * b + r
    }
}

/// A number in `0..bound` that depends on every bit of `side` and `key`.
#[inline]
fn mixed(side: u64, key: u64, bound: u64) -> u64 {
    let mut z = (side ^ key).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
    low64((u128::from(z) * u128::from(bound)) >> 64)
}

/// The sum of two numbers up to `bound`, less the bound if it is reached.
#[inline]
fn plus(a: u64, b: u64, bound: u64) -> u64 {
    let sum = a + b;
    if sum >= bound { sum - bound } else { sum }
}

fn ceil_sqrt(n: u64) -> u64 {
    let root = n.isqrt();
    if root * root == n { root } else { root + 1 }
}

fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        }
        let product0 = u64::from(counter[0]) * 0xD251_1F53;
        let product1 = u64::from(counter[2]) * 0xCD9E_8D57;
        counter =
            [high(product1) ^ counter[1] ^ key[0], low(product1), high(product0) ^ counter[3] ^ key[1], low(product0)];
    }
    counter
}

/// FNV-1a, 64 bits: turns a stream's name into a number.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finaliser of `SplitMix64`.
fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(word: u64) -> u32 {
    word as u32
}

const fn high(word: u64) -> u32 {
    (word >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the product of two u64 shifted by 64 fits")]
const fn low64(word: u128) -> u64 {
    word as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    }

    #[test]
    fn streams_of_other_names_differ() {
        let first = |name| Seed(1).stream(name).rng(0, 0).next_u64();
        assert_ne!(first("name"), first("address"));
    }

    #[test]
    fn draws_and_items_have_words_of_their_own_however_many_are_taken() {
        let stream = Seed(1).stream("name");
        let mut words = std::collections::BTreeSet::new();
        for (index, draw) in [(0, 0), (0, 1), (1, 0), (1 << 32, 0)] {
            let mut rng = stream.rng(index, draw);
            words.extend((0..100).map(|_| rng.next_u32()));
        }
        assert_eq!(words.len(), 400);
    }

    #[test]
    fn a_permutation_reaches_every_point_once() {
        for size in [1, 2, 3, 10, 97, 3_082] {
            let permutation = Permutation::new(Seed(7).stream("order"), size);
            let mut seen: Vec<_> = (0..size).map(|i| permutation.forward(i)).collect();
            seen.sort_unstable();
            assert!(seen.iter().copied().eq(0..size), "size {size}");
        }
    }

    #[test]
    fn the_first_points_of_a_permutation_spread_evenly() {
        let size = 100_000_000;
        for seed in 0..4 {
            let permutation = Permutation::new(Seed(seed).stream("order"), size);
            let mut bins = [0_u64; 34];
            for i in 0..100_000 {
                let bin = usize::try_from(permutation.forward(i) * 34 / size).unwrap();
                bins[bin] += 1;
            }
            // Chi-square with 33 degrees of freedom, times 34 to stay whole: 63.9 is its 99.9 % point.
            let chi_square: u64 =
                bins.iter().map(|bin| (bin * 34).abs_diff(100_000).pow(2)).sum::<u64>() / 100_000 / 34;
            assert!((10..64).contains(&chi_square), "{chi_square} with seed {seed}");
        }
    }

    proptest! {
        #[test]
        fn a_permutation_inverts(seed: u64, size in 1_u64..1 << 40, part in 0.0_f64..1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any point will do")]
            let i = ((size as f64 * part) as u64).min(size - 1);
            let permutation = Permutation::new(Seed(seed).stream("order"), size);
            prop_assert_eq!(permutation.backward(permutation.forward(i)), i);
        }

        #[test]
        fn a_bounded_draw_stays_below_its_bound(seed: u64, index: u64, bound in 1_u64..) {
            prop_assert!(Seed(seed).stream("x").below(index, bound) < bound);
        }
    }
}
