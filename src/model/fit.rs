//! Whole numbers in another type.

use std::fmt::Display;

/// A whole number in another type, where `why` it always fits.
///
/// # Panics
/// If it does not fit after all: a plausible value instead would hide it.
#[inline]
#[track_caller]
pub fn fit<T: TryFrom<U>, U: Copy + Display>(number: U, why: &str) -> T {
    T::try_from(number).unwrap_or_else(|_| unreachable!("{number} does not fit, although {why}"))
}
