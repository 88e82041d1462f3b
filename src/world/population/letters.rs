//! The Vietnamese letters with their marks: composed, decomposed, and without.

/// How tones are written, in the order of [`VOWELS`]: none, huyền, hỏi, ngã, sắc, nặng.
const TONES: [char; 6] = ['\0', '\u{300}', '\u{309}', '\u{303}', '\u{301}', DOT_BELOW];

const BREVE: char = '\u{306}';
const CIRCUMFLEX: char = '\u{302}';
const HORN: char = '\u{31b}';
const DOT_BELOW: char = '\u{323}';

/// Each vowel with its six tones, its plain letter and the mark that makes it another vowel. The last rows are of the
/// languages of the Central Highlands, which have short vowels and no tones.
#[rustfmt::skip]
const VOWELS: [(&str, char, char); 32] = [
    ("aàảãáạ", 'a', '\0'), ("ăằẳẵắặ", 'a', BREVE), ("âầẩẫấậ", 'a', CIRCUMFLEX), ("eèẻẽéẹ", 'e', '\0'),
    ("êềểễếệ", 'e', CIRCUMFLEX), ("iìỉĩíị", 'i', '\0'), ("oòỏõóọ", 'o', '\0'), ("ôồổỗốộ", 'o', CIRCUMFLEX),
    ("ơờởỡớợ", 'o', HORN), ("uùủũúụ", 'u', '\0'), ("ưừửữứự", 'u', HORN), ("yỳỷỹýỵ", 'y', '\0'),
    ("AÀẢÃÁẠ", 'A', '\0'), ("ĂẰẲẴẮẶ", 'A', BREVE), ("ÂẦẨẪẤẬ", 'A', CIRCUMFLEX), ("EÈẺẼÉẸ", 'E', '\0'),
    ("ÊỀỂỄẾỆ", 'E', CIRCUMFLEX), ("IÌỈĨÍỊ", 'I', '\0'), ("OÒỎÕÓỌ", 'O', '\0'), ("ÔỒỔỖỐỘ", 'O', CIRCUMFLEX),
    ("ƠỜỞỠỚỢ", 'O', HORN), ("UÙỦŨÚỤ", 'U', '\0'), ("ƯỪỬỮỨỰ", 'U', HORN), ("YỲỶỸÝỴ", 'Y', '\0'),
    ("ĕ", 'e', BREVE), ("ĭ", 'i', BREVE), ("ŏ", 'o', BREVE), ("ŭ", 'u', BREVE),
    ("Ĕ", 'E', BREVE), ("Ĭ", 'I', BREVE), ("Ŏ", 'O', BREVE), ("Ŭ", 'U', BREVE),
];

/// A letter's plain letter, the mark of its vowel and its tone; `\0` where there is none.
fn taken_apart(letter: char) -> Option<(char, char, char)> {
    VOWELS.iter().find_map(|(row, plain, mark)| {
        let tone = row.chars().position(|known| known == letter)?;
        Some((*plain, *mark, TONES.get(tone).copied()?))
    })
}

/// Appends a text with every Vietnamese letter decomposed (NFD).
///
/// # Source
/// Unicode Standard Annex 15; marks stand in the order of their combining classes: horn, dot below, those above.
pub(crate) fn push_decomposed(text: &str, out: &mut String) {
    for letter in text.chars() {
        let Some((plain, mark, tone)) = taken_apart(letter) else {
            out.push(letter);
            continue;
        };
        out.push(plain);
        let marks = if tone == DOT_BELOW && mark != HORN { [tone, mark] } else { [mark, tone] };
        out.extend(marks.into_iter().filter(|mark| *mark != '\0'));
    }
}

/// The text in lower-case ASCII, words joined by dots, as people write it in e-mail addresses; other signs are left out.
pub(crate) fn ascii(text: &str) -> String {
    text.chars().filter_map(plain).collect()
}

fn plain(letter: char) -> Option<char> {
    let plain = taken_apart(letter).map_or(letter, |(plain, ..)| plain);
    match plain {
        'đ' | 'Đ' => Some('d'),
        ' ' => Some('.'),
        other if other.is_ascii_alphanumeric() => Some(other.to_ascii_lowercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vowel_of_a_row_has_its_own_tone() {
        for (row, plain, _) in VOWELS {
            assert!(row.chars().count() == 6 || row.chars().count() == 1, "{row}");
            assert!(row.chars().all(|letter| ascii(&letter.to_string()) == plain.to_lowercase().to_string()), "{row}");
        }
    }

    #[test]
    fn decomposed_text_is_that_of_unicode() {
        let cases = [
            ("Nguyễn", "Nguye\u{302}\u{303}n"),
            // The dot below comes before the circumflex and the breve, but after the horn.
            ("Ngọc Việt Đặng", "Ngo\u{323}c Vie\u{323}\u{302}t Đa\u{323}\u{306}ng"),
            ("Phượng Mỹ", "Phu\u{31b}o\u{31b}\u{323}ng My\u{303}"),
            ("Y Bhăm Hrŭk", "Y Bha\u{306}m Hru\u{306}k"),
        ];
        for (composed, decomposed) in cases {
            let mut text = String::new();
            push_decomposed(composed, &mut text);
            assert_eq!(text, decomposed);
        }
    }

    #[test]
    fn names_become_what_people_write_in_addresses() {
        assert_eq!(ascii("Tôn Nữ Thị Đoan Trang"), "ton.nu.thi.doan.trang");
        assert_eq!(ascii("H'Hen Niê"), "hhen.nie");
    }
}
