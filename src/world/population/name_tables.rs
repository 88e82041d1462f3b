//! How common names are, by people and sex.
//!
//! The frequencies are our own assumption, from general knowledge of common names, and no published figure depends on
//! them: they change what a portal has to carry (length, diacritics, names without a middle name), and nothing else.

use super::numbers::Sex;
use crate::province::Ethnicity;

/// Names with their weights.
pub(crate) type Table = &'static [(&'static str, u32)];

/// The tables of one people and sex, in the order in which the parts of a name are written.
pub(crate) struct Tables {
    pub(crate) family: Table,
    pub(crate) middle: Table,
    pub(crate) given: Table,
    /// How many middle names people have, of a hundred: none, one, two.
    pub(crate) middles: [u32; 3],
}

/// The tables of this people and sex.
pub(crate) fn tables(people: Ethnicity, sex: Sex) -> Tables {
    let (family, middle, given, middles) = match (people, sex) {
        (Ethnicity::Kinh, Sex::Male) => (KINH_FAMILY, KINH_MIDDLE_MALE, KINH_GIVEN_MALE, [5, 80, 15]),
        (Ethnicity::Kinh, Sex::Female) => (KINH_FAMILY, KINH_MIDDLE_FEMALE, KINH_GIVEN_FEMALE, [3, 62, 35]),
        (Ethnicity::Thai, Sex::Male) => (THAI_FAMILY, THAI_MIDDLE_MALE, THAI_GIVEN_MALE, [8, 90, 2]),
        (Ethnicity::Thai, Sex::Female) => (THAI_FAMILY, THAI_MIDDLE_FEMALE, THAI_GIVEN_FEMALE, [3, 92, 5]),
        (Ethnicity::Hmong, Sex::Male) => (HMONG_FAMILY, HMONG_MIDDLE_MALE, HMONG_GIVEN_MALE, [15, 83, 2]),
        (Ethnicity::Hmong, Sex::Female) => (HMONG_FAMILY, HMONG_MIDDLE_FEMALE, HMONG_GIVEN_FEMALE, [12, 86, 2]),
        (Ethnicity::Muong, Sex::Male) => (MUONG_FAMILY, KINH_MIDDLE_MALE, KINH_GIVEN_MALE, [4, 90, 6]),
        (Ethnicity::Muong, Sex::Female) => (MUONG_FAMILY, PLAIN_MIDDLE_FEMALE, KINH_GIVEN_FEMALE, [2, 90, 8]),
        (Ethnicity::Tay, Sex::Male) => (TAY_FAMILY, KINH_MIDDLE_MALE, KINH_GIVEN_MALE, [4, 88, 8]),
        (Ethnicity::Tay, Sex::Female) => (TAY_FAMILY, PLAIN_MIDDLE_FEMALE, KINH_GIVEN_FEMALE, [2, 86, 12]),
        (Ethnicity::Dao, Sex::Male) => (DAO_FAMILY, DAO_MIDDLE_MALE, DAO_GIVEN_MALE, [6, 92, 2]),
        (Ethnicity::Dao, Sex::Female) => (DAO_FAMILY, DAO_MIDDLE_FEMALE, DAO_GIVEN_FEMALE, [10, 88, 2]),
        (Ethnicity::Khmer, Sex::Male) => (KHMER_FAMILY, KHMER_MIDDLE_MALE, KHMER_GIVEN_MALE, [55, 40, 5]),
        (Ethnicity::Khmer, Sex::Female) => (KHMER_FAMILY, KHMER_MIDDLE_FEMALE, KHMER_GIVEN_FEMALE, [25, 70, 5]),
        // The Ê Đê say who one is first, and the clan last.
        (Ethnicity::Ede, Sex::Male) => (EDE_FIRST_MALE, EDE_OWN_MALE, EDE_CLAN, [0, 100, 0]),
        (Ethnicity::Ede, Sex::Female) => (EDE_OWN_FEMALE, EDE_CLAN, EDE_CLAN, [100, 0, 0]),
    };
    Tables { family, middle, given, middles }
}

/// Names that men and women have, with a mark in every given name: for namesakes who differ in nothing but the form of
/// their letters.
pub(crate) const NAMESAKES: Tables = Tables {
    family: KINH_FAMILY,
    middle: &[("Thanh", 30), ("Minh", 30), ("Ngọc", 25), ("Xuân", 20), ("Khánh", 15), ("Hoài", 8)],
    given: &[("Bình", 20), ("Châu", 15), ("Tâm", 20), ("Hà", 20), ("Hải", 15), ("Thủy", 15), ("Hạnh", 12), ("Ân", 8)],
    middles: [10, 70, 20],
};

/// Names that are often stored with the wrong D.
pub(crate) const WITH_D: Tables = Tables {
    family: &[("Đặng", 30), ("Đỗ", 30), ("Đinh", 20), ("Đoàn", 15), ("Đào", 15), ("Đàm", 6), ("Đồng", 4)],
    middle: &[("Đình", 20), ("Đức", 20), ("Đăng", 10), ("Dương", 8), ("Diệu", 6)],
    given: &[("Đạt", 12), ("Dũng", 15), ("Đông", 10), ("Dung", 14), ("Định", 8), ("Đoan", 8), ("Duy", 10), ("Đan", 6)],
    middles: [5, 90, 5],
};

/// Words that lengthen a name, by their number of letters: two to six.
#[rustfmt::skip]
pub(crate) const FILLERS: [&[&str]; 5] = [
    &["Ái", "Ân", "An", "Hà", "Tú", "Mỹ", "Vũ"],
    &["Anh", "Đức", "Kim", "Thu", "Hữu", "Cẩm"],
    &["Minh", "Ngọc", "Xuân", "Bích", "Bình", "Châu", "Thục", "Diễm"],
    &["Thanh", "Hoàng", "Thành", "Trọng", "Khánh", "Hương", "Thiên", "Quỳnh"],
    &["Phương", "Nguyên", "Nguyệt", "Thường", "Trường"],
];

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

#[rustfmt::skip]
const MUONG_FAMILY: Table = &[
    ("Bùi", 420), ("Đinh", 160), ("Quách", 120), ("Hà", 90), ("Bạch", 60), ("Phạm", 50), ("Xa", 25), ("Nguyễn", 40),
];

#[rustfmt::skip]
const TAY_FAMILY: Table = &[
    ("Nông", 220), ("Hoàng", 200), ("Lý", 90), ("Lương", 70), ("Ma", 70), ("Vi", 50), ("Bế", 40), ("Triệu", 40),
    ("Đàm", 35), ("Hứa", 35), ("La", 20), ("Lộc", 10),
];

#[rustfmt::skip]
const PLAIN_MIDDLE_FEMALE: Table = &[("Thị", 850), ("Thu", 40), ("Hồng", 30), ("Bích", 20), ("Kim", 20)];

#[rustfmt::skip]
const DAO_FAMILY: Table = &[
    ("Triệu", 260), ("Bàn", 200), ("Đặng", 120), ("Lý", 120), ("Phùng", 70), ("Chảo", 90), ("Tẩn", 80), ("Phàn", 50),
];

#[rustfmt::skip]
const DAO_MIDDLE_MALE: Table = &[("Văn", 300), ("Tòn", 120), ("Láo", 150), ("Chòi", 80), ("Tiến", 70), ("Hữu", 40)];

#[rustfmt::skip]
const DAO_GIVEN_MALE: Table = &[
    ("Phàu", 14), ("Sanh", 14), ("Lở", 12), ("San", 14), ("Tả", 10), ("Ú", 4), ("Khuân", 10), ("Vạng", 10),
    ("Chiêm", 10), ("Phúc", 12), ("Nhàn", 10), ("Quyên", 8),
];

#[rustfmt::skip]
const DAO_MIDDLE_FEMALE: Table = &[("Thị", 420), ("Mùi", 120), ("Tả", 130), ("Mán", 40)];

#[rustfmt::skip]
const DAO_GIVEN_FEMALE: Table = &[
    ("Mẩy", 22), ("Mùi", 18), ("Pham", 10), ("Khé", 10), ("Chiệp", 8), ("Nái", 12), ("Coi", 10), ("Ghển", 6), ("Ton", 8),
];

#[rustfmt::skip]
const KHMER_FAMILY: Table = &[
    ("Thạch", 260), ("Sơn", 180), ("Kim", 130), ("Danh", 130), ("Lâm", 80), ("Châu", 70), ("Lý", 50), ("Kiên", 50),
    ("Tăng", 30), ("Trà", 20),
];

#[rustfmt::skip]
const KHMER_MIDDLE_MALE: Table = &[("Sa", 60), ("Sô", 50), ("Minh", 40), ("Văn", 40), ("Rích", 20), ("Chanh", 20)];

#[rustfmt::skip]
const KHMER_GIVEN_MALE: Table = &[
    ("Phal", 14), ("Rương", 12), ("Phon", 12), ("Thia", 10), ("Sây", 10), ("Ươl", 6), ("Rết", 10), ("Sóc Kha", 8),
    ("Đa Ra", 10), ("Thươl", 8), ("Mên", 8), ("Siêng", 10),
];

#[rustfmt::skip]
const KHMER_MIDDLE_FEMALE: Table = &[("Thị", 600), ("Sa", 60), ("Sô", 30), ("Ngọc", 30)];

#[rustfmt::skip]
const KHMER_GIVEN_FEMALE: Table = &[
    ("Rinh", 12), ("Phal La", 8), ("Sa Rươne", 4), ("Sóc Kha", 10), ("Nhanh", 12), ("Pich", 8), ("Chanh Đa", 10),
    ("Thi", 10), ("Mây", 12), ("Diên", 10), ("Ưng", 6),
];

#[rustfmt::skip]
const EDE_FIRST_MALE: Table = &[("Y", 1)];

#[rustfmt::skip]
const EDE_OWN_MALE: Table = &[
    ("Bhăm", 14), ("Wăn", 12), ("Blĭt", 8), ("Nguyên", 12), ("Thanh", 14), ("Krŭ", 8), ("Dhŭn", 8), ("Mŏk", 6),
    ("Sŭ", 6), ("Hrin", 10), ("Djăl", 8), ("Yŭk", 6),
];

#[rustfmt::skip]
const EDE_OWN_FEMALE: Table = &[
    ("H'Hen", 14), ("H'Lan", 14), ("H'Bliă", 10), ("H'Nuôn", 10), ("H'Yuê", 8), ("H'Mơ", 8), ("H'Ngăm", 8),
    ("H'Ruin", 8), ("H'Đăm", 8), ("H'Sương", 10),
];

#[rustfmt::skip]
const EDE_CLAN: Table = &[
    ("Niê", 200), ("Mlô", 120), ("Kbuôr", 60), ("Ayŭn", 60), ("Êban", 70), ("Byă", 60), ("Niê Kdăm", 80), ("Kđoh", 30),
    ("Hđơk", 25), ("Ênuôl", 40),
];
