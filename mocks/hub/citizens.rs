//! Citizens: people derived from the citizen number alone, so that no registration is needed.

use crate::checksum::draw;

const SURNAMES: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Lò", "Vàng", "Quàng", "Đặng"];
const MIDDLES: [&str; 6] = ["Thị", "Văn", "Minh", "Ngọc", "Thanh", "Đức"];
const GIVEN: [&str; 8] = ["Hoa", "Nam", "Hương", "Dũng", "Lan", "Thủy", "Bình", "Phượng"];

/// Whether a text is a citizen number: 12 digits.
pub(crate) fn is_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of the citizen with this number.
pub(crate) fn name(number: &str) -> String {
    let choose = |names: &[&'static str], part: &str| -> &'static str {
        let place = draw(0, part, number) % names.len() as u64;
        names
            .iter()
            .zip(0..)
            .find(|(_, i)| *i == place)
            .map_or_else(|| unreachable!("no list is empty"), |(name, _)| name)
    };
    format!("{} {} {}", choose(&SURNAMES, "surname"), choose(&MIDDLES, "middle"), choose(&GIVEN, "given"))
}

/// The telephone number that one-time codes go to: longer than any that exists, and unique to the citizen.
pub(crate) fn phone(number: &str) -> String {
    format!("+84000{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_name_for_ever() {
        assert_eq!(name("011300000001"), name("011300000001"));
        let names: std::collections::HashSet<String> = (0..200).map(|i| name(&format!("{i:012}"))).collect();
        assert!(names.len() > 100, "{}", names.len());
    }

    #[test]
    fn a_citizen_number_has_twelve_digits() {
        assert!(is_number("011300000001"));
        for text in ["", "01130000000", "0113000000012", "01130000000x", "０１１３"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
