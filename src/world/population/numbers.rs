//! Citizen numbers and references, and how they identify a person.
//!
//! A citizen number is the province's three digits and the image of the person under a keyed bijection; a reference
//! spells the person out. Both invert in constant time, so whatever a portal shows leads back to the plan.

use model::{Permutation, Seed, fitting};

use super::text::{push_digits, push_number};

/// The sex a citizen number states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// An even century digit.
    Male,
    /// An odd one.
    Female,
}

impl Sex {
    /// As people write it in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "nam",
            Self::Female => "nữ",
        }
    }
}

/// Whether the numbers of a run could be somebody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Realism {
    /// Century digit 8 or 9: nobody has such a number before the year 2300.
    #[default]
    Impossible,
    /// The century digit of the year of birth, for portals that compare the two. Such a number may be a real person's,
    /// so it must not leave the machine without the consent of the portal's owner.
    Realistic,
}

impl Realism {
    /// The century digit of a man born in this year.
    fn century(self, year: u16) -> u64 {
        match self {
            Self::Impossible => 8,
            Self::Realistic if year < 2000 => 0,
            Self::Realistic => 2,
        }
    }
}

/// Twelve-digit citizen numbers.
///
/// ```text
/// 072 9 85 123456
/// |   | |  six digits
/// |   | year of birth, last two digits
/// |   century and sex: 8 male, 9 female are the 24th century, so nobody before the year 2300
/// province
/// ```
///
/// Everything after the province is the person under one keyed bijection.
///
/// # Source
/// Decree 137/2015, article 13 (structure of the number).
#[derive(Clone, Copy, Debug)]
pub(crate) struct CitizenNumbers {
    province: u64,
    first_year: u16,
    realism: Realism,
    order: Permutation,
}

/// A citizen number and what it encodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CitizenNumber {
    /// All twelve digits.
    pub(crate) digits: u64,
    pub(crate) sex: Sex,
    /// Year of birth.
    pub(crate) year: u16,
}

/// The ages that applicants reach in the year: nobody is younger than 18 at any time of it.
const YOUNGEST: u16 = 19;
const YEARS: u16 = 60;
const SERIALS: u64 = 1_000_000;

impl CitizenNumbers {
    /// How many people the numbers of one province can distinguish.
    pub(crate) const LIMIT: u64 = 2 * YEARS as u64 * SERIALS;

    /// The numbers of people who apply in `year`.
    pub(crate) fn new(province: u16, year: u16, realism: Realism, seed: Seed) -> Self {
        let first_year = year.saturating_sub(YOUNGEST + YEARS - 1);
        let order = Permutation::new(seed.stream("citizen number"), Self::LIMIT);
        Self { province: u64::from(province), first_year, realism, order }
    }

    /// The number of a person, and what it encodes.
    #[inline]
    pub(crate) fn of(&self, person: u64) -> CitizenNumber {
        let point = self.order.forward(person);
        let (who, serial) = (point / SERIALS, point % SERIALS);
        let (male, sex) = if who < u64::from(YEARS) { (0, Sex::Male) } else { (1, Sex::Female) };
        let age: u16 = fitting(who % u64::from(YEARS), "years are 16 bits wide");
        let year = self.first_year + age;
        let century = self.realism.century(year) + male;
        let digits = self.province * 1_000_000_000 + century * 100_000_000 + u64::from(year % 100) * SERIALS + serial;
        CitizenNumber { digits, sex, year }
    }

    /// The person who has this number.
    pub(crate) fn read(&self, text: &str) -> Option<u64> {
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits: u64 = text.parse().ok()?;
        if digits / 1_000_000_000 != self.province {
            return None;
        }
        let (serial, year) = (digits % SERIALS, digits / SERIALS % 100);
        let age = (year + 100 - u64::from(self.first_year) % 100) % 100;
        // Whatever the century digit, the number for this point must be the same.
        let point = |female| (female * u64::from(YEARS) + age) * SERIALS + serial;
        let persons = [0, 1].map(|female| self.order.backward(point(female)));
        let read = persons.into_iter().find(|person| self.of(*person).digits == digits);
        read.filter(|_| age < u64::from(YEARS))
    }
}

/// References such as `VD-3FA2-000017K`: a mark of the seed, the person, a check character. What a run sends carries a mark
/// of the run behind that of the seed, `VD-3FA20Q7ZK-000017D`: no two runs send the same reference.
#[derive(Clone, Debug)]
pub(crate) struct References {
    /// `VD-3FA2`.
    of_seed: String,
    /// `VD-3FA2-` or `VD-3FA20Q7ZK-`.
    prefix: String,
    /// What the check of the prefix carries over.
    carried: u32,
}

/// How many signs of a mark are the run's, and how many runs they tell apart: among a hundred runs against a portal that is
/// never reset two have the same mark once in 12,000 times.
const SALT_SIGNS: usize = 5;
const SALTS: u64 = 36_u64.pow(5);

/// The check character's alphabet.
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl References {
    pub(crate) fn new(seed: Seed) -> Self {
        let mark = seed.stream("reference").below(0, 0x1_0000);
        let of_seed = format!("VD-{mark:04X}");
        let prefix = format!("{of_seed}-");
        Self { carried: carry(36, &prefix), prefix, of_seed }
    }

    /// Those of one run.
    pub(crate) fn salted(&mut self, salt: u64) {
        let mut left = salt % SALTS;
        let mut mark = [b'0'; SALT_SIGNS];
        for sign in mark.iter_mut().rev() {
            *sign = ALPHABET.get((left % 36) as usize).copied().unwrap_or_else(|| unreachable!("there are 36 signs"));
            left /= 36;
        }
        let mark: String = mark.into_iter().map(char::from).collect();
        self.prefix = format!("{}{mark}-", self.of_seed);
        self.carried = carry(36, &self.prefix);
    }

    /// The same as those of whichever run of this seed wrote this one; unchanged if none did.
    pub(crate) fn as_in(&self, text: &str) -> Self {
        let other = text.strip_prefix("VD-").and_then(|rest| rest.split_once('-'));
        match other.map(|(mark, _)| format!("VD-{mark}-")).filter(|prefix| prefix.starts_with(&self.of_seed)) {
            Some(prefix) => Self { carried: carry(36, &prefix), prefix, of_seed: self.of_seed.clone() },
            None => self.clone(),
        }
    }

    /// Whether this is a reference of vandan's, but not one of these: another seed's, or another run's.
    pub(crate) fn are_not(&self, text: &str) -> bool {
        let Some((mark, body)) = text.strip_prefix("VD-").and_then(|rest| rest.split_once('-')) else { return false };
        let is_mark = [4, 4 + SALT_SIGNS].contains(&mark.len())
            && mark.bytes().all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase());
        let prefix = format!("VD-{mark}-");
        if !is_mark || prefix == self.prefix {
            return false;
        }
        let others = Self { carried: carry(36, &prefix), prefix, of_seed: String::new() };
        body.len() > 6 && others.read(text).is_some()
    }

    pub(crate) fn push(&self, person: u64, out: &mut String) {
        out.push_str(&self.prefix);
        let start = out.len();
        if person < 1_000_000 {
            push_digits::<6>(person, out);
        } else {
            push_number(person, out);
        }
        let carried = carry(self.carried, out.get(start..).unwrap_or_default());
        out.push(check_character(carried));
    }

    pub(crate) fn read(&self, text: &str) -> Option<u64> {
        let body = text.strip_prefix(&self.prefix)?;
        let person = body.get(..body.len().checked_sub(1)?)?.parse().ok()?;
        let mut written = String::new();
        self.push(person, &mut written);
        (written == text).then_some(person)
    }
}

/// What the letters and digits of a text carry over: one wrong or two swapped characters are always noticed.
///
/// # Source
/// ISO/IEC 7064, MOD 37,36.
fn carry(carried: u32, text: &str) -> u32 {
    let values = text.chars().filter_map(|sign| sign.to_digit(36));
    values.fold(carried, |carried, value| {
        let sum = (carried + value) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    })
}

fn check_character(carried: u32) -> char {
    ALPHABET.get(((37 - carried) % 36) as usize).map_or('0', |byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: u64 = 59_457;

    fn numbers(realism: Realism) -> CitizenNumbers {
        CitizenNumbers::new(72, 2021, realism, Seed(1))
    }

    fn written(person: u64) -> (String, CitizenNumber) {
        let number = numbers(Realism::Impossible).of(person);
        (format!("{:012}", number.digits), number)
    }

    #[test]
    fn a_number_is_well_formed_and_states_sex_and_year() {
        for person in 0..1_000 {
            let (text, number) = written(person);
            assert_eq!(text.len(), 12);
            assert!(text.starts_with(if number.sex == Sex::Male { "0728" } else { "0729" }), "{text}");
            assert_eq!(text[4..6], format!("{:02}", number.year % 100));
            assert!((1943..=2002).contains(&number.year), "nobody is younger than 18 or older than 78: {text}");
        }
    }

    #[test]
    fn numbers_invert_in_both_styles() {
        for realism in [Realism::Impossible, Realism::Realistic] {
            for person in (0..CitizenNumbers::LIMIT).step_by(1_234_567) {
                let number = numbers(realism).of(person);
                assert_eq!(numbers(realism).read(&format!("{:012}", number.digits)), Some(person));
            }
        }
    }

    #[test]
    fn a_realistic_number_has_the_century_of_its_year() {
        for person in 0..1_000 {
            let number = numbers(Realism::Realistic).of(person);
            let century = number.digits / 100_000_000 % 10;
            let expected = (if number.year < 2000 { 0 } else { 2 }) + u64::from(number.sex == Sex::Female);
            assert_eq!(century, expected, "{number:?}");
        }
    }

    #[test]
    fn numbers_of_living_people_are_nobody() {
        // Real centuries, another province, a year that no applicant has, too short, not a number.
        for foreign in
            ["072085123456", "072185123456", "011885123456", "072820123456", "07288512345", "07288512345x", ""]
        {
            assert_eq!(numbers(Realism::Impossible).read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_mistyped_number_is_almost_always_nobody() {
        let (number, _) = written(5);
        let mistyped = (0..100_000).map(|serial| format!("{}{serial:06}", &number[..6]));
        let numbers = numbers(Realism::Impossible);
        let recognised = mistyped.filter_map(|number| numbers.read(&number)).filter(|person| *person < PEOPLE).count();
        // 59,457 of 120 million numbers are somebody's: about 50 of these.
        assert!((20..100).contains(&recognised), "{recognised}");
    }

    #[test]
    fn a_reference_shows_its_person_and_notices_mistakes() {
        let references = References::new(Seed(1));
        let write = |person| {
            let mut text = String::new();
            references.push(person, &mut text);
            text
        };
        let reference = write(17);
        assert_eq!(references.read(&reference), Some(17));
        assert_eq!(references.read(&write(12_345_678)), Some(12_345_678));
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
        let mut other = String::new();
        References::new(Seed(2)).push(17, &mut other);
        assert_eq!(references.read(&other), None);
    }

    #[test]
    fn no_two_runs_write_the_same_reference_and_each_knows_the_others_as_strange() {
        let run = |salt: u64| {
            let mut references = References::new(Seed(1));
            references.salted(salt);
            references
        };
        let written = |references: &References| {
            let mut text = String::new();
            references.push(17, &mut text);
            text
        };
        let (one, other, unsalted) = (run(7), run(8), References::new(Seed(1)));
        assert_eq!(written(&one).len(), 20);
        assert_ne!(written(&one), written(&other));
        assert_eq!(written(&one), written(&run(7)), "the same salt repeats a run's references exactly");
        for (here, there) in [(&one, &other), (&other, &one), (&one, &unsalted), (&unsalted, &one)] {
            assert_eq!(here.read(&written(there)), None);
            assert!(here.are_not(&written(there)) && !here.are_not(&written(here)));
            assert_eq!(here.as_in(&written(there)).read(&written(there)), Some(17), "`who` knows them all");
        }
        let mut seed_2 = References::new(Seed(2));
        assert!(one.are_not(&written(&seed_2)));
        seed_2.salted(7);
        assert!(one.are_not(&written(&seed_2)) && one.as_in(&written(&seed_2)).read(&written(&seed_2)).is_none());
        for somebodys in ["", "VD-", "HS-2026-000017", "VD-3FA2-", "VD-3FA2-00001", "R-7", "VD-3FA2-000017?"] {
            assert!(!one.are_not(somebodys), "{somebodys} is a word of somebody else's, not of a run");
        }
    }
}
