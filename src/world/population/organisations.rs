//! Names of organisations: they sound right and belong to nobody.
//!
//! Every name carries the words "Giả Định" (assumed, hypothetical), which no registered business has: that is what keeps it
//! apart from real ones. The rest is a legal form, a trade and two syllables that are common in business names.

use model::{Seed, Stream};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

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
        let mut rng = self.stream.rng(person, 0);
        out.push_str(FORMS.get(rng.sample(&self.forms)).map_or("", |(form, _)| form));
        for word in [TRADES.choose(&mut rng), Some(&MARK), FIRST.choose(&mut rng), SECOND.choose(&mut rng)] {
            out.push(' ');
            out.push_str(word.unwrap_or(&""));
        }
    }
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
