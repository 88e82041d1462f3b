//! Numbers as documents write them, and when a counted number is the same: whole numbers only, no floats.

use std::fmt;

use crate::Precision;

/// A number as a document writes it: `units / 10^digits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The number without its point.
    pub units: i64,
    /// How many digits stand after the point; at most 9.
    pub digits: u8,
}

/// A number as it was counted: `part / base`, the base above 0. A plain count has the base 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What was counted.
    pub part: i64,
    /// Of what it is a share; 1 if it is no share.
    pub base: i64,
}

/// How a counted number compares with a stated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal, but all that the document says is true of it.
    Within,
    /// Not what the document says.
    Outside,
    /// The document contradicts itself; nothing is compared.
    NotCompared,
}

impl Decimal {
    /// Reads `59_457` or `0.8182`; at most 9 digits after the point.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('_', "");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = u8::try_from(part.len()).ok().filter(|digits| *digits <= 9)?;
        Some(Self { units: format!("{whole}{part}").parse().ok()?, digits })
    }

    /// How far a number of this kind may be off where nothing is allowed.
    pub const ZERO: Self = Self { units: 0, digits: 0 };

    /// The number, if it is a whole one.
    pub fn whole(self) -> Option<i64> {
        let scale = self.scale();
        (self.units % scale == 0).then_some(self.units / scale)
    }

    /// The number as the history stores it.
    #[expect(clippy::cast_precision_loss, reason = "published numbers stay far below 2^53")]
    pub fn value(self) -> f64 {
        self.units as f64 / self.scale() as f64
    }

    /// The number in millionths; `None` if it is negative or has more than six digits after the point.
    pub fn millionths(self) -> Option<u64> {
        let missing = 6_u32.checked_sub(u32::from(self.digits))?;
        u64::try_from(self.units).ok()?.checked_mul(10_u64.pow(missing))
    }

    /// What the last digit stated is worth: 0.01 for 0.70, 1,000,000 for 672,000,000. Zeros at the end of a whole number
    /// state nothing.
    #[must_use]
    pub fn last_digit(self) -> Self {
        let mut units = 1_i64;
        if self.digits == 0 && self.units != 0 {
            while let Some(next) = units.checked_mul(10).filter(|next| self.units % next == 0) {
                units = next;
            }
        }
        Self { units, digits: self.digits }
    }

    const fn scale(self) -> i64 {
        10_i64.pow(self.digits as u32)
    }

    /// This number times `factor`, as a multiple of `1 / (scale * other.scale)`.
    fn over(self, other: Self, factor: i128) -> i128 {
        i128::from(self.units) * i128::from(other.scale()) * factor
    }
}

impl fmt::Display for Decimal {
    /// As the document writes it, without groups: `0.70`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits == 0 {
            return self.units.fmt(out);
        }
        let (sign, units, digits) =
            (if self.units < 0 { "-" } else { "" }, self.units.unsigned_abs(), usize::from(self.digits));
        let scale = 10_u64.pow(u32::from(self.digits));
        write!(out, "{sign}{}.{:0digits$}", units / scale, units % scale)
    }
}

impl Counted {
    /// So many.
    pub const fn whole(part: i64) -> Self {
        Self { part, base: 1 }
    }

    /// `part` of `base`; `None` of nothing.
    pub fn share(part: i64, base: i64) -> Option<Self> {
        (base > 0).then_some(Self { part, base })
    }

    /// The number for people and for files; never for a comparison.
    #[expect(clippy::cast_precision_loss, reason = "counts and sums of a run stay far below 2^53")]
    pub fn value(self) -> f64 {
        self.part as f64 / self.base as f64
    }

    /// Whether this is what the document says.
    ///
    /// With `v` the number stated, `t` the tolerance and `m` this number:
    /// exact `m = v`; rounded and about `v - t <= m <= v + t`; truncated `v <= m < v + t`; at least `m >= v`;
    /// more than `m > v`; less than `m < v`. See [`tolerance`] for what `t` is where nobody says it.
    pub fn compare(self, stated: Decimal, precision: Precision, tolerance: Decimal) -> Comparison {
        let scale = i128::from(stated.scale()) * i128::from(tolerance.scale());
        let measured = i128::from(self.part) * scale;
        let base = i128::from(self.base);
        let stated_value = stated.over(tolerance, base);
        let room = tolerance.over(stated, base);
        let off = measured - stated_value;
        let is_met = match precision {
            Precision::Exact => off == 0,
            Precision::Rounded | Precision::About => off.abs() <= room,
            Precision::Truncated => (0..room).contains(&off),
            Precision::AtLeast => off >= 0,
            Precision::MoreThan => off > 0,
            Precision::LessThan => off < 0,
            Precision::Inconsistent => return Comparison::NotCompared,
        };
        match (is_met, off) {
            (true, 0) => Comparison::Equal,
            (true, _) => Comparison::Within,
            (false, _) => Comparison::Outside,
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base {
            1 => self.part.fmt(out),
            base => write!(out, "{} of {base}", self.part),
        }
    }
}

/// How far a counted number may be off one stated with this precision: half of the last digit stated if it is rounded or about
/// right, all of it if it is truncated, else nothing.
pub fn tolerance(stated: Decimal, precision: Precision) -> Decimal {
    let last = stated.last_digit();
    match precision {
        Precision::Rounded | Precision::About => Decimal { units: last.units * 5, digits: last.digits + 1 },
        Precision::Truncated => last,
        Precision::Exact | Precision::AtLeast | Precision::MoreThan | Precision::LessThan | Precision::Inconsistent => {
            Decimal::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn compare(stated: &str, precision: Precision, counted: Counted) -> Comparison {
        let stated = decimal(stated);
        counted.compare(stated, precision, tolerance(stated, precision))
    }

    #[test]
    fn a_number_keeps_its_digits() {
        assert_eq!(Decimal::parse("5_592_145_403"), Some(Decimal { units: 5_592_145_403, digits: 0 }));
        assert_eq!(Decimal::parse("0.8182"), Some(Decimal { units: 8_182, digits: 4 }));
        assert_eq!(Decimal::parse("1.00").and_then(Decimal::whole), Some(1));
        assert_eq!(Decimal::parse("76,5"), None);
        for text in ["0.70", "0.8182", "59457", "1234567.5", "-0.05"] {
            assert_eq!(Decimal::parse(text).map(|number| number.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_last_digit_stated_is_worth_what_it_says() {
        for (stated, worth) in [("0.70", "0.01"), ("0.8182", "0.0001"), ("59_457", "1"), ("672_000_000", "1_000_000")] {
            assert_eq!(decimal(stated).last_digit().millionths(), decimal(worth).millionths(), "{stated}");
        }
        assert_eq!(decimal("0").last_digit(), decimal("1"));
    }

    #[test]
    fn the_shares_of_dien_bien_round_as_published() {
        let share = |text, part, base| compare(text, Precision::Rounded, Counted { part, base });
        assert_eq!(share("0.765", 313, 409), Comparison::Within);
        assert_eq!(share("0.66", 717, 1_081), Comparison::Within);
        // With the stopped ones in the base the first share would be another.
        assert_eq!(share("0.765", 313, 414), Comparison::Outside);
    }

    #[test]
    fn the_share_of_used_services_is_truncated_and_would_round_to_another() {
        let share = |text, precision| compare(text, precision, Counted { part: 324, base: 1_622 });
        assert_eq!(share("0.1997", Precision::Truncated), Comparison::Within);
        assert_eq!(share("0.1997", Precision::Rounded), Comparison::Outside);
        assert_eq!(share("0.1998", Precision::Rounded), Comparison::Within);
        assert_eq!(share("0.1998", Precision::Truncated), Comparison::Outside);
        assert_eq!(share("0.1996", Precision::Truncated), Comparison::Outside);
    }

    #[test]
    fn money_rounded_to_the_million_may_be_half_a_million_off() {
        let sum = |dong| compare("672_000_000", Precision::Rounded, Counted::whole(dong));
        assert_eq!(sum(672_000_000), Comparison::Equal);
        assert_eq!([sum(671_500_000), sum(672_500_000)], [Comparison::Within; 2]);
        assert_eq!([sum(671_499_999), sum(672_500_001)], [Comparison::Outside; 2]);
    }

    #[test]
    fn bounds_hold_on_their_side_only() {
        let at = |precision, part| compare("0.95", precision, Counted { part, base: 100 });
        let of = |precision| [at(precision, 94), at(precision, 95), at(precision, 96)];
        assert_eq!(of(Precision::AtLeast), [Comparison::Outside, Comparison::Equal, Comparison::Within]);
        assert_eq!(of(Precision::MoreThan), [Comparison::Outside, Comparison::Outside, Comparison::Within]);
        assert_eq!(of(Precision::LessThan), [Comparison::Within, Comparison::Outside, Comparison::Outside]);
        assert_eq!(of(Precision::Exact), [Comparison::Outside, Comparison::Equal, Comparison::Outside]);
        assert_eq!(of(Precision::Inconsistent), [Comparison::NotCompared; 3]);
    }

    #[test]
    fn about_takes_the_tolerance_it_is_given() {
        let about = |tolerance: &str| {
            Counted { part: 98_500, base: 100_000 }.compare(decimal("0.98"), Precision::About, decimal(tolerance))
        };
        assert_eq!(about("0.01"), Comparison::Within);
        assert_eq!(about("0.004"), Comparison::Outside);
        assert_eq!(compare("0.98", Precision::About, Counted { part: 985, base: 1_000 }), Comparison::Within);
        assert_eq!(compare("0.98", Precision::About, Counted { part: 986, base: 1_000 }), Comparison::Outside);
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!(Counted::share(0, 0), None);
    }
}
