//! Whole numbers of one type as another: what does not fit is either meant to be clamped, or cannot be.

use std::fmt::Display;

/// The limits of a type of whole numbers.
pub trait Limits {
    /// Its least number.
    const LEAST: Self;
    /// Its greatest number.
    const GREATEST: Self;
}

macro_rules! limits {
    ($($type:ty),*) => {
        $(impl Limits for $type {
            const LEAST: Self = <$type>::MIN;
            const GREATEST: Self = <$type>::MAX;
        })*
    };
}

limits!(u8, u16, u32, u64, u128, usize, i64);

/// The nearest number that the other type holds.
pub fn saturating<From, To>(number: From) -> To
where
    From: Copy + Default + PartialOrd,
    To: TryFrom<From> + Limits,
{
    let nearest = if number < From::default() { To::LEAST } else { To::GREATEST };
    To::try_from(number).unwrap_or(nearest)
}

/// The same number in the other type, which holds it for the reason `why`.
///
/// # Panics
/// If it does not: a bug of ours.
#[track_caller]
pub fn fitting<From, To>(number: From, why: &str) -> To
where
    From: Copy + Display,
    To: TryFrom<From>,
{
    To::try_from(number).unwrap_or_else(|_does_not_fit| unreachable!("{number} does not fit, but {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_becomes_the_nearest_number() {
        assert_eq!(saturating::<i64, u64>(-1), 0);
        assert_eq!(saturating::<u128, i64>(u128::MAX), i64::MAX);
        assert_eq!(saturating::<i128, i64>(i128::MIN), i64::MIN);
        assert_eq!(saturating::<usize, u8>(200), 200);
    }

    #[test]
    #[should_panic(expected = "256 does not fit, but lanes are few")]
    fn what_cannot_be_is_said() {
        let _lane: u8 = fitting(256_usize, "lanes are few");
    }
}
