//! The numbers people carry, and how a case is recognised by them.
//!
//! A citizen number is the province's three digits and the image of the case under a keyed bijection; a reference spells the
//! case out. Both invert in constant time, so whatever a portal shows leads back to the plan.

use model::{CaseId, Permutation, Seed};

/// The sex a citizen number states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Century digit 8.
    Male,
    /// Century digit 9.
    Female,
}

/// Twelve-digit citizen numbers that no living person can have.
///
/// ```text
/// 072 9 85 123456
/// |   | |  six digits
/// |   | year of birth, last two digits
/// |   8 male, 9 female: the 24th century, so nobody before the year 2300
/// province
/// ```
///
/// Everything after the province is the case under one keyed bijection.
///
/// # Source
/// Decree 137/2015, article 13 (structure of the number).
#[derive(Clone, Copy, Debug)]
pub(crate) struct CitizenNumbers {
    province: u16,
    first_year: u16,
    count: u32,
    order: Permutation,
}

/// The ages that applicants have.
const YOUNGEST: u16 = 18;
const YEARS: u16 = 60;
const SERIALS: u64 = 1_000_000;

impl CitizenNumbers {
    /// The numbers of `count` people who apply in `year`.
    pub(crate) fn new(province: u16, year: u16, count: u32, seed: Seed) -> Self {
        let size = 2 * u64::from(YEARS) * SERIALS;
        let first_year = year.saturating_sub(YOUNGEST + YEARS - 1);
        Self { province, first_year, count, order: Permutation::new(seed.stream("citizen number"), size) }
    }

    /// The number of a case, and the sex it states.
    pub(crate) fn write(&self, case: CaseId) -> (String, Sex) {
        let point = self.order.forward(u64::from(case.0));
        let (who, serial) = (point / SERIALS, point % SERIALS);
        let year = (u64::from(self.first_year) + who % u64::from(YEARS)) % 100;
        let (digit, sex) = if who < u64::from(YEARS) { (8, Sex::Male) } else { (9, Sex::Female) };
        (format!("{:03}{digit}{year:02}{serial:06}", self.province), sex)
    }

    /// The case that has this number.
    pub(crate) fn read(&self, text: &str) -> Option<CaseId> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
        let female = part(3..4)?.checked_sub(8)?;
        let age = (part(4..6)? + 100 - u64::from(self.first_year) % 100) % 100;
        if part(0..3)? != u64::from(self.province) || age >= u64::from(YEARS) {
            return None;
        }
        let point = (female * u64::from(YEARS) + age) * SERIALS + part(6..12)?;
        let case = u32::try_from(self.order.backward(point)).ok()?;
        (case < self.count).then_some(CaseId(case))
    }
}

/// References such as `VD-3FA2-000017K`: a mark of the seed, the case, a check character.
#[derive(Clone, Debug)]
pub(crate) struct References {
    /// `VD-3FA2-`.
    prefix: String,
    count: u32,
}

/// The check character's alphabet.
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl References {
    pub(crate) fn new(count: u32, seed: Seed) -> Self {
        let mark = seed.stream("reference").below(0, 0x1_0000);
        Self { prefix: format!("VD-{mark:04X}-"), count }
    }

    pub(crate) fn write(&self, case: CaseId) -> String {
        let body = format!("{}{:06}", self.prefix, case.0);
        let check = check_character(&body);
        format!("{body}{check}")
    }

    pub(crate) fn read(&self, text: &str) -> Option<CaseId> {
        let body = text.strip_prefix(&self.prefix)?;
        let case = CaseId(body.get(..body.len().checked_sub(1)?)?.parse().ok()?);
        (case.0 < self.count && self.write(case) == text).then_some(case)
    }
}

/// The check character of the letters and digits of a text: one wrong or two swapped characters are always noticed.
///
/// # Source
/// ISO/IEC 7064, MOD 37,36.
fn check_character(text: &str) -> char {
    let values = text.bytes().filter_map(|byte| ALPHABET.iter().position(|known| *known == byte));
    let carried = values.fold(36, |carried, value| {
        let sum = (carried + value) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    ALPHABET.get((37 - carried) % 36).map_or('0', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> CitizenNumbers {
        CitizenNumbers::new(72, 2021, 59_457, Seed(1))
    }

    #[test]
    fn a_number_is_well_formed_and_states_the_sex() {
        for case in 0..1_000 {
            let (number, sex) = numbers().write(CaseId(case));
            assert_eq!(number.len(), 12);
            assert!(number.starts_with(if sex == Sex::Male { "0728" } else { "0729" }), "{number}");
            let year: u16 = number[4..6].parse().unwrap();
            assert!(!(4..44).contains(&year), "nobody is younger than 18 or older than 77: {number}");
        }
    }

    #[test]
    fn numbers_of_living_people_are_nobody() {
        // Real centuries, another province, a year that no applicant has, too short, not a number.
        for foreign in
            ["072085123456", "072185123456", "011885123456", "072820123456", "07288512345", "07288512345x", ""]
        {
            assert_eq!(numbers().read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_mistyped_number_is_almost_always_nobody() {
        let (number, _) = numbers().write(CaseId(5));
        let mistyped = (0..100_000).map(|serial| format!("{}{serial:06}", &number[..6]));
        let recognised = mistyped.filter(|number| numbers().read(number).is_some()).count();
        // 59,457 of 120 million numbers are somebody's: about 50 of these.
        assert!((20..100).contains(&recognised), "{recognised}");
    }

    #[test]
    fn a_reference_shows_its_case_and_notices_mistakes() {
        let references = References::new(59_457, Seed(1));
        let reference = references.write(CaseId(17));
        assert_eq!(references.read(&reference), Some(CaseId(17)));
        assert_eq!(reference.len(), 15);
        assert!(reference.contains("-000017"), "{reference}");
        for position in 0..reference.len() {
            for other in ALPHABET {
                let mut mistyped = reference.clone().into_bytes();
                if mistyped[position] != *other {
                    mistyped[position] = *other;
                    assert_eq!(references.read(&String::from_utf8(mistyped).unwrap()), None);
                }
            }
        }
        assert_eq!(references.read("VD-"), None);
        assert_eq!(references.read(&References::new(59_457, Seed(2)).write(CaseId(17))), None);
    }
}
