//! Tax codes of organisations, valid in form and impossible in fact.

use model::{Permutation, Seed, fitting};

use super::text::push_digits;

/// Ten-digit tax codes, with three more digits for a branch once the ten are used up.
///
/// ```text
/// 00 1234567 8 -001
/// |  |       | branch, only beyond the first 8,999,991 people
/// |  |       check digit
/// |  serial, not 0000000
/// province of the tax office: no office has the pair 00
/// ```
///
/// assumption: the pair 00 belongs to no tax office (the offices are numbered from 01), so the code is nobody's; a
/// portal that knows the pairs will refuse it. Serial and check digit are the person under a keyed bijection.
///
/// # Source
/// Ministry of Finance, circular 105/2020 (structure, from memory); the weights are those of the published checkers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaxCodes {
    order: Permutation,
}

/// Weights of the first nine digits.
const WEIGHTS: [u64; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

/// Of ten serials that differ in the last digit, at most one has no check digit.
const VALID_OF_TEN: u64 = 9;
/// Tens of serials; the first is left out, which also leaves out serial 0.
const TENS: u64 = 999_999;
const CODES: u64 = VALID_OF_TEN * TENS;
const BRANCHES: u64 = 1_000;

impl TaxCodes {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { order: Permutation::new(seed.stream("tax code"), CODES) }
    }

    /// Appends the code of a person's organisation.
    pub(crate) fn push(&self, person: u64, out: &mut String) {
        let (branch, code) = (person / CODES, self.order.forward(person % CODES));
        let (ten, nth) = (code / VALID_OF_TEN + 1, code % VALID_OF_TEN);
        let serial = valid_serials(ten).nth(fitting(nth, "of ten serials nine are valid"));
        let Some((serial, check)) = serial.and_then(|serial| Some((serial, check_digit(serial)?))) else {
            unreachable!("of ten serials nine are valid, which is those with a check digit")
        };
        push_digits::<9>(serial, out);
        push_digits::<1>(check, out);
        if branch > 0 {
            out.push('-');
            push_digits::<3>(branch % BRANCHES, out);
        }
    }

    /// The person whose organisation has this code.
    pub(crate) fn read(&self, text: &str) -> Option<u64> {
        let (code, branch) = text.split_once('-').unwrap_or((text, "000"));
        let is_number = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(code, 10) || !is_number(branch, 3) || !is_tax_code(code) {
            return None;
        }
        let serial: u64 = code.get(..9)?.parse().ok()?;
        let nth = u64::try_from(valid_serials(serial / 10).position(|known| known == serial)?).ok()?;
        let place = (serial / 10).checked_sub(1)? * VALID_OF_TEN + nth;
        // The tenth serial of a ten that has ten valid ones, and everything with another pair than 00, is nobody's.
        if nth >= VALID_OF_TEN || place >= CODES {
            return None;
        }
        let person = branch.parse::<u64>().ok()? * CODES + self.order.backward(place);
        let mut written = String::new();
        self.push(person, &mut written);
        (written == text).then_some(person)
    }
}

/// The serials of one ten that have a check digit, in order.
fn valid_serials(ten: u64) -> impl Iterator<Item = u64> {
    (ten * 10..ten * 10 + 10).filter(|serial| check_digit(*serial).is_some())
}

/// The tenth digit after nine; none if they belong to no code.
fn check_digit(nine: u64) -> Option<u64> {
    let digits = WEIGHTS.iter().rev().scan(nine, |left, weight| {
        let digit = *left % 10;
        *left /= 10;
        Some(digit * weight)
    });
    let check = 10 - digits.sum::<u64>() % 11;
    (check < 10).then_some(check)
}

/// Whether ten digits are a well-formed tax code.
pub(crate) fn is_tax_code(ten_digits: &str) -> bool {
    let number: Option<u64> = ten_digits.parse().ok().filter(|_| ten_digits.len() == 10);
    number.is_some_and(|number| number / 10 % 10_000_000 > 0 && check_digit(number / 10) == Some(number % 10))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn code(person: u64) -> String {
        let mut text = String::new();
        TaxCodes::new(Seed(1)).push(person, &mut text);
        text
    }

    #[test]
    fn the_check_digit_is_the_published_one() {
        // Worked by hand: 9 x 3 = 27, 27 mod 11 = 5, 10 - 5 = 5; and 31 x 1 + 3 x 1 = 34, 34 mod 11 = 1.
        assert_eq!((check_digit(9), check_digit(100_000_001)), (Some(5), Some(9)));
        // 5 x 1 + 3 x 2 = 11: the remainder 0 has no digit.
        assert_eq!(check_digit(12), None);
        assert!(is_tax_code("0000000095") && !is_tax_code("0000000096") && !is_tax_code("0000000000"));
    }

    #[test]
    fn codes_are_valid_of_no_office_and_lead_back() {
        let mut seen = HashSet::new();
        for person in (0..10_000).chain([CODES - 1, CODES, 3 * CODES + 17]) {
            let code = code(person);
            assert!(code.starts_with("00") && is_tax_code(&code[..10]), "{code}");
            assert_eq!(code.len(), if person < CODES { 10 } else { 14 });
            assert_eq!(TaxCodes::new(Seed(1)).read(&code), Some(person), "{code}");
            assert!(seen.insert(code));
        }
    }

    #[test]
    fn codes_of_real_offices_are_nobody() {
        for foreign in ["9900000010", "0100000000", "0000000095x", "000000009", "", "0000000095-001x"] {
            assert_eq!(TaxCodes::new(Seed(1)).read(foreign), None, "{foreign}");
        }
    }
}
