//! How common names are, by people and sex.
//!
//! The frequencies are our own assumption, from general knowledge of common names, and no published figure depends on them: they
//! change what a portal has to carry (length, diacritics, names without a middle name), and nothing else.

use super::numbers::Sex;
use crate::profile::People;

/// Names with their weights.
pub(crate) type Table = &'static [(&'static str, u32)];

/// The tables of one people and sex.
pub(crate) struct Tables {
    pub(crate) family: Table,
    pub(crate) middle: Table,
    pub(crate) given: Table,
    /// How many middle names people have, of a hundred: none, one, two.
    pub(crate) middles: [u32; 3],
}

/// The tables of this people and sex.
pub(crate) fn tables(people: People, sex: Sex) -> Tables {
    match (people, sex) {
        (People::Kinh, Sex::Male) => {
            Tables { family: KINH_FAMILY, middle: KINH_MIDDLE_MALE, given: KINH_GIVEN_MALE, middles: [5, 80, 15] }
        }
        (People::Kinh, Sex::Female) => {
            Tables { family: KINH_FAMILY, middle: KINH_MIDDLE_FEMALE, given: KINH_GIVEN_FEMALE, middles: [3, 62, 35] }
        }
        (People::Thai, Sex::Male) => {
            Tables { family: THAI_FAMILY, middle: THAI_MIDDLE_MALE, given: THAI_GIVEN_MALE, middles: [8, 90, 2] }
        }
        (People::Thai, Sex::Female) => {
            Tables { family: THAI_FAMILY, middle: THAI_MIDDLE_FEMALE, given: THAI_GIVEN_FEMALE, middles: [3, 92, 5] }
        }
        (People::Hmong, Sex::Male) => {
            Tables { family: HMONG_FAMILY, middle: HMONG_MIDDLE_MALE, given: HMONG_GIVEN_MALE, middles: [15, 83, 2] }
        }
        (People::Hmong, Sex::Female) => Tables {
            family: HMONG_FAMILY,
            middle: HMONG_MIDDLE_FEMALE,
            given: HMONG_GIVEN_FEMALE,
            middles: [12, 86, 2],
        },
    }
}

/// The family names of all peoples.
#[cfg(test)]
pub(crate) const FAMILIES: [Table; 3] = [KINH_FAMILY, THAI_FAMILY, HMONG_FAMILY];

#[rustfmt::skip]
const KINH_FAMILY: Table = &[
    ("Nguyễn", 320), ("Trần", 110), ("Lê", 95), ("Phạm", 70), ("Huỳnh", 30), ("Hoàng", 25), ("Phan", 45), ("Vũ", 20),
    ("Võ", 22), ("Đặng", 21), ("Bùi", 20), ("Đỗ", 15), ("Hồ", 13), ("Ngô", 13), ("Dương", 11), ("Lý", 6), ("Đinh", 6),
    ("Trương", 10), ("Lâm", 6), ("Mai", 5), ("Đoàn", 5), ("Cao", 4), ("Tô", 3), ("Ông", 1), ("Tôn Nữ", 1),
    ("Âu Dương", 1),
];

#[rustfmt::skip]
const KINH_MIDDLE_MALE: Table = &[
    ("Văn", 260), ("Hữu", 60), ("Đức", 55), ("Minh", 60), ("Quốc", 50), ("Công", 35), ("Thanh", 45), ("Ngọc", 35),
    ("Xuân", 30), ("Đình", 35), ("Trọng", 20), ("Hoàng", 40), ("Tấn", 20), ("Thành", 30), ("Bá", 15), ("Phước", 15),
    ("Anh", 15), ("Huy", 12), ("Nhật", 10), ("Khắc", 8),
];

#[rustfmt::skip]
const KINH_GIVEN_MALE: Table = &[
    ("Hùng", 40), ("Dũng", 38), ("Tuấn", 42), ("Nam", 30), ("Sơn", 30), ("Hải", 30), ("Long", 25), ("Cường", 26),
    ("Thắng", 24), ("Minh", 30), ("Hoàng", 22), ("Phúc", 22), ("Quân", 18), ("Khoa", 14), ("Bình", 24), ("Tài", 16),
    ("Lộc", 14), ("Đạt", 20), ("Phong", 20), ("Trung", 22), ("Vinh", 16), ("Hiếu", 22), ("Nghĩa", 16), ("Thịnh", 14),
    ("Duy", 18), ("Khánh", 14), ("Tâm", 14), ("Được", 6), ("Ơn", 2), ("Út", 5), ("Hậu", 10), ("Toàn", 12),
    ("Quý", 10), ("Đông", 8), ("Thuận", 10), ("Y", 1),
];

#[rustfmt::skip]
const KINH_MIDDLE_FEMALE: Table = &[
    ("Thị", 420), ("Ngọc", 70), ("Thu", 30), ("Kim", 45), ("Thanh", 40), ("Bích", 20), ("Hồng", 25), ("Phương", 30),
    ("Mỹ", 30), ("Minh", 20), ("Thùy", 25), ("Diễm", 12), ("Tuyết", 12), ("Quỳnh", 15), ("Khánh", 10), ("Bảo", 12),
    ("Như", 8), ("Cẩm", 10),
];

#[rustfmt::skip]
const KINH_GIVEN_FEMALE: Table = &[
    ("Lan", 35), ("Hương", 38), ("Hoa", 32), ("Mai", 30), ("Hằng", 26), ("Hạnh", 26), ("Thảo", 32), ("Trang", 34),
    ("Linh", 32), ("Nga", 22), ("Ngân", 22), ("Ngọc", 26), ("Nhung", 20), ("Oanh", 16), ("Phượng", 18), ("Quyên", 16),
    ("Thủy", 24), ("Thúy", 20), ("Tuyền", 14), ("Uyên", 12), ("Vân", 20), ("Yến", 20), ("Xuân", 14), ("Dung", 20),
    ("Duyên", 16), ("Hiền", 24), ("Loan", 18), ("Liên", 16), ("Trinh", 14), ("Trâm", 12), ("Châu", 12), ("Anh", 26),
    ("Bé", 5), ("Út", 5), ("Ánh", 10), ("Đào", 10), ("Huệ", 16),
];

#[rustfmt::skip]
const THAI_FAMILY: Table = &[
    ("Lò", 300), ("Quàng", 160), ("Cà", 110), ("Lường", 120), ("Tòng", 110), ("Vì", 60), ("Cầm", 30), ("Điêu", 15),
    ("Bạc", 20), ("Lù", 30), ("Mè", 20), ("Lèo", 20), ("Hoàng", 20), ("Đèo", 8), ("Khoàng", 6),
];

#[rustfmt::skip]
const THAI_MIDDLE_MALE: Table = &[("Văn", 800), ("Đức", 30), ("Thanh", 30), ("Xuân", 30), ("Minh", 20)];

#[rustfmt::skip]
const THAI_GIVEN_MALE: Table = &[
    ("Pâng", 14), ("Pánh", 16), ("Ín", 12), ("Xôm", 10), ("Chung", 18), ("Thân", 18), ("Hặc", 12), ("Hiêng", 10),
    ("Inh", 10), ("Ơn", 10), ("Ọt", 6), ("Biên", 18), ("Sơn", 20), ("Phong", 18), ("Thoan", 10), ("Tiện", 10),
    ("Muôn", 8), ("Dọn", 8), ("Kẻo", 6), ("Nọi", 8), ("Cương", 12), ("Hùng", 16), ("Thuận", 12), ("É", 3),
];

#[rustfmt::skip]
const THAI_MIDDLE_FEMALE: Table = &[("Thị", 920), ("Thu", 20), ("Hồng", 20)];

#[rustfmt::skip]
const THAI_GIVEN_FEMALE: Table = &[
    ("Ính", 16), ("Hặc", 12), ("Pâng", 10), ("Inh", 12), ("Xuân", 22), ("Hương", 20), ("Dung", 16), ("Hiền", 16),
    ("Phương", 18), ("Yên", 12), ("Ún", 10), ("Chanh", 10), ("Bun", 8), ("Hoan", 12), ("Ọi", 6), ("Phóng", 8),
    ("Muôn", 8), ("Lả", 10), ("Ngân", 12), ("Ó", 3),
];

#[rustfmt::skip]
const HMONG_FAMILY: Table = &[
    ("Giàng", 170), ("Vàng", 150), ("Sùng", 130), ("Mùa", 120), ("Thào", 100), ("Vừ", 90), ("Lầu", 80), ("Hạng", 70),
    ("Lý", 60), ("Ly", 40), ("Sình", 30), ("Cứ", 25), ("Chá", 25), ("Tráng", 20), ("Mã", 10),
];

#[rustfmt::skip]
const HMONG_MIDDLE_MALE: Table = &[("A", 900), ("Chứ", 25), ("Nhè", 20), ("Giống", 20), ("Văn", 20)];

#[rustfmt::skip]
const HMONG_GIVEN_MALE: Table = &[
    ("Páo", 18), ("Dơ", 14), ("Sính", 14), ("Chứ", 16), ("Lử", 12), ("Dế", 12), ("Tủa", 16), ("Chu", 14),
    ("Khua", 12), ("Pó", 12), ("Nhìa", 12), ("Lềnh", 10), ("Dính", 14), ("Giống", 10), ("Thái", 14), ("Só", 10),
    ("Tồng", 10), ("Nủ", 10), ("Súa", 12), ("Chống", 8), ("Phử", 6), ("Ư", 2),
];

#[rustfmt::skip]
const HMONG_MIDDLE_FEMALE: Table = &[("Thị", 900), ("Y", 40)];

#[rustfmt::skip]
const HMONG_GIVEN_FEMALE: Table = &[
    ("Mỷ", 18), ("Dua", 14), ("Dợ", 16), ("Máy", 14), ("Pà", 14), ("Sua", 14), ("Chía", 12), ("Dí", 10), ("Cở", 12),
    ("Ca", 12), ("Xua", 10), ("Mai", 14), ("Sông", 10), ("Lia", 10), ("Dúa", 8), ("Chừ", 8), ("Bầu", 8), ("Ghênh", 5),
    ("Á", 2),
];
