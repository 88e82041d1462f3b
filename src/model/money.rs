//! Whole dong, and shares of a whole.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// An amount in whole Vietnamese dong.
///
/// 64 bits, because one published sum (5,592,145,403) exceeds 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vnd(pub i64);

impl Vnd {
    /// No money.
    pub const ZERO: Self = Self(0);
}

impl fmt::Display for Vnd {
    /// Writes `5,592,145,403 VND`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 5);
        if self.0 < 0 {
            text.push('-');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push_str(" VND");
        out.pad(&text)
    }
}

impl Add for Vnd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Vnd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Vnd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A part of a whole, 0..=1. Percent exists only in text shown to people.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(f64);

/// A number that was to be a share lies outside 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("read {0} as a share: it must lie between 0 and 1")]
pub struct ShareOutOfRange(pub f64);

impl Share {
    /// The share with this value.
    ///
    /// # Errors
    /// [`ShareOutOfRange`] if `value` is not within 0..=1 (or not a number).
    pub fn new(value: f64) -> Result<Self, ShareOutOfRange> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(ShareOutOfRange(value)) }
    }

    /// The value, 0..=1.
    pub const fn value(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_groups_of_three() {
        assert_eq!(Vnd(5_592_145_403).to_string(), "5,592,145,403 VND");
        assert_eq!(Vnd(-1_000).to_string(), "-1,000 VND");
        assert_eq!(Vnd(0).to_string(), "0 VND");
    }

    #[test]
    fn a_share_above_one_is_refused() {
        assert_eq!(Share::new(1.5), Err(ShareOutOfRange(1.5)));
        assert!(Share::new(f64::NAN).is_err());
    }
}
