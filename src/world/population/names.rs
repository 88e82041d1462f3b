//! Names: family, middle and given name in Vietnamese order, composed (NFC), by people and sex.
//!
//! A name belongs to nobody: the frequency tables of [`super::name_tables`] are combined at random.

use model::Stream;

use super::name_tables::{Table, tables};
use super::numbers::Sex;
use crate::profile::People;

/// The name of the person with this number among all.
pub(crate) fn full_name(stream: Stream, index: u64, people: People, sex: Sex) -> String {
    let tables = tables(people, sex);
    let [family, middle, given, shape] = stream.words(index, 0);
    let mut parts = vec![pick(tables.family, family)];
    let [none, one, _] = tables.middles;
    let hundredth = below(shape, 100);
    if hundredth >= none {
        parts.push(pick(tables.middle, middle));
    }
    if hundredth >= none + one {
        // Two-part given names: the first part is a given name, too.
        let [second, ..] = stream.words(index, 1);
        parts.push(pick(tables.given, second));
    }
    parts.push(pick(tables.given, given));
    parts.dedup();
    parts.join(" ")
}

fn pick(table: Table, word: u32) -> &'static str {
    let total = table.iter().map(|(_, weight)| weight).sum();
    let mut left = below(word, total);
    for (name, weight) in table {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return name,
        }
    }
    ""
}

/// A number in `0..bound` from a random word.
fn below(word: u32, bound: u32) -> u32 {
    u32::try_from((u64::from(word) * u64::from(bound)) >> 32).unwrap_or(0)
}

/// The name in lower-case ASCII, parts joined by dots, as people write it in e-mail addresses.
pub(crate) fn ascii(name: &str) -> String {
    name.to_lowercase().chars().filter_map(plain).collect()
}

fn plain(letter: char) -> Option<char> {
    match letter {
        'a'..='z' | '0'..='9' => Some(letter),
        ' ' => Some('.'),
        'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ' | 'ẩ' | 'ẫ' | 'ậ' => {
            Some('a')
        }
        'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => Some('e'),
        'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => Some('i'),
        'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ' | 'ở' | 'ỡ' | 'ợ' => {
            Some('o')
        }
        'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => Some('u'),
        'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => Some('y'),
        'đ' => Some('d'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::Seed;

    use super::super::name_tables::FAMILIES;
    use super::*;

    fn names() -> Vec<String> {
        let mut names = Vec::new();
        for (_, people) in People::ALL {
            for sex in [Sex::Male, Sex::Female] {
                names.extend((0..2_000).map(|i| full_name(Seed(3).stream("name"), i, *people, sex)));
            }
        }
        names
    }

    #[test]
    fn names_have_two_to_five_parts_with_the_family_first() {
        for name in names() {
            assert!((2..=5).contains(&name.split(' ').count()), "{name}");
            let families = FAMILIES.concat();
            assert!(families.iter().any(|(family, _)| name.starts_with(family)), "{name}");
        }
    }

    #[test]
    fn names_are_composed_and_every_letter_has_a_plain_one() {
        for name in names() {
            assert!(!name.chars().any(|letter| ('\u{300}'..='\u{36f}').contains(&letter)), "{name}");
            assert_eq!(ascii(&name).chars().count(), name.chars().count(), "{name}");
            assert!(ascii(&name).is_ascii());
        }
    }

    #[test]
    fn short_and_long_names_occur() {
        let lengths: Vec<_> = names().iter().map(|name| name.chars().count()).collect();
        assert!(lengths.iter().min() < Some(&6) && lengths.iter().max() > Some(&20));
    }
}
