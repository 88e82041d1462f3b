//! The permitted variants that are on. They are listed in
//! [`list`].

pub(crate) mod document;
pub(crate) mod envelope;
mod list;
pub(crate) mod paging;
pub(crate) mod rewriting;

use jiff::civil::Date;

pub use crate::behaviour::variants::list::Variant;

impl Variant {
    /// The variant with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|variant| variant.name() == name)
    }
}

/// A set of variants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Variants(u64);

impl Variants {
    pub(crate) fn new(variants: &[Variant]) -> Self {
        Self(variants.iter().fold(0, |set, variant| set | Self::bit(*variant)))
    }

    /// Whether the variant is on.
    pub(crate) fn has(self, variant: Variant) -> bool {
        self.0 & Self::bit(variant) != 0
    }

    /// The set as one number.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// The set of such a number.
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The variants of the set.
    pub(crate) fn iter(self) -> impl Iterator<Item = Variant> {
        Variant::ALL.iter().copied().filter(move |variant| self.has(*variant))
    }

    /// Whether none is on.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How far one number is from the number after it.
    pub(crate) fn stride(self) -> u64 {
        if self.has(Variant::GappedNumbers) { 2 } else { 1 }
    }

    /// How many digits a number has at least.
    pub(crate) fn digits(self) -> usize {
        if self.has(Variant::SevenDigits) {
            7
        } else if self.has(Variant::FiveDigits) {
            5
        } else {
            4
        }
    }

    /// The date as it stands in a code.
    pub(crate) fn date_in_code(self, day: Date) -> String {
        let date = format!("{:02}{:02}{:02}", day.year().rem_euclid(100), day.month(), day.day());
        if self.has(Variant::EightDigitDate) { format!("{:02}{date}", day.year() / 100) } else { date }
    }

    fn bit(variant: Variant) -> u64 {
        1 << (variant as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_a_name_and_a_bit_of_its_own() {
        assert!(Variant::ALL.len() >= 20 && Variant::ALL.len() <= 64);
        for variant in Variant::ALL {
            assert_eq!(Variant::from_name(variant.name()), Some(*variant));
            assert!(variant.description().ends_with('.'), "{}", variant.description());
            let on = Variants::new(&[*variant]);
            assert!(Variant::ALL.iter().all(|other| on.has(*other) == (other == variant)));
        }
        assert_eq!(Variant::from_name("no-such-variant"), None);
    }

    #[test]
    fn the_date_in_a_code_has_its_century_only_when_asked() {
        let day = Date::constant(2021, 3, 5);
        assert_eq!(Variants::default().date_in_code(day), "210305");
        assert_eq!(Variants::new(&[Variant::EightDigitDate]).date_in_code(day), "20210305");
    }
}
