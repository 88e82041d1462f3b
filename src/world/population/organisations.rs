//! Names of organisations: they sound right and belong to nobody.
//!
//! Every name carries the words "Giả Định" (assumed, hypothetical), which no registered business has: that is what keeps it
//! apart from real ones. The rest is a legal form, a trade and two syllables that are common in business names.

use model::{Seed, Stream};

use super::alias_table::AliasTable;

/// The words that mark a name as invented.
pub(crate) const MARK: &str = "Giả Định";

/// Legal forms with their weights; assumption: general knowledge, no figure depends on them.
const FORMS: [(&str, u64); 5] =
    [("Công ty TNHH", 46), ("Công ty TNHH MTV", 18), ("Công ty cổ phần", 16), ("Hợp tác xã", 8), ("Hộ kinh doanh", 12)];

#[rustfmt::skip]
const TRADES: [&str; 16] = [
    "Thương mại và Dịch vụ", "Xây dựng", "Vận tải", "Nông sản", "Chế biến gỗ", "Vật liệu xây dựng", "Du lịch", "Thủy sản", "Cơ khí",
    "Dược phẩm", "Phân bón", "May mặc", "Điện nước", "Tư vấn thiết kế", "In ấn", "Thực phẩm sạch",
];

#[rustfmt::skip]
const FIRST: [&str; 24] = [
    "Minh", "Tân", "Hòa", "Phú", "Thành", "Đại", "An", "Hưng", "Kim", "Thiên", "Vĩnh", "Quang", "Nam", "Bảo", "Hải", "Gia",
    "Việt", "Thái", "Đức", "Ngọc", "Trường", "Phúc", "Long", "Đông",
];

#[rustfmt::skip]
const SECOND: [&str; 24] = [
    "Phát", "Lộc", "Khang", "Thịnh", "Hưng", "Long", "Tiến", "Châu", "Nguyên", "Khôi", "Sơn", "Điền", "Thuận", "Vinh", "Dương",
    "Giang", "Cường", "Lâm", "Hùng", "Toàn", "Tín", "Đạt", "Bình", "Ân",
];

/// Draws names of organisations.
#[derive(Clone, Debug)]
pub(crate) struct Organisations {
    stream: Stream,
    forms: AliasTable,
}

impl Organisations {
    pub(crate) fn new(seed: Seed) -> Self {
        let forms = AliasTable::new(FORMS.iter().map(|(_, weight)| *weight));
        Self { stream: seed.stream("organisation name"), forms }
    }

    /// Appends the name of a person's organisation.
    pub(crate) fn push(&self, person: u64, out: &mut String) {
        let [form, trade, first, second] = self.stream.words(person, 0);
        out.push_str(FORMS.get(self.forms.draw(form)).map_or("", |(form, _)| form));
        for word in [pick(&TRADES, trade), MARK, pick(&FIRST, first), pick(&SECOND, second)] {
            out.push(' ');
            out.push_str(word);
        }
    }
}

fn pick(words: &[&'static str], word: u32) -> &'static str {
    let drawn = (u64::from(word) * words.len() as u64) >> 32;
    usize::try_from(drawn).ok().and_then(|drawn| words.get(drawn)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_have_a_form_a_trade_and_the_mark() {
        let organisations = Organisations::new(Seed(1));
        let mut seen = HashSet::new();
        for person in 0..2_000 {
            let mut name = String::new();
            organisations.push(person, &mut name);
            assert!(FORMS.iter().any(|(form, _)| name.starts_with(form)), "{name}");
            assert_eq!(name.matches(MARK).count(), 1, "{name}");
            seen.insert(name);
        }
        assert!(seen.len() > 1_900, "names are seldom the same: {}", seen.len());
    }
}
