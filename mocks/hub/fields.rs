//! The fields of the packets, as data: what each may contain, and which are required.
//!
//! # Source
//! QCVN 120:2019/BTTTT by way of public adapters of dossier portals; timestamps are `yyyyMMddHHmmss`.

use serde_json::{Map, Value};

use crate::clock;

/// What a field may contain.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A text of at most so many characters; a number is read as its digits.
    Text(usize),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An instant, or nothing.
    Moment,
    /// A list of objects, each with at most 20 plain fields.
    List,
}

/// Whether a field is required and not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

use Need::{Optional, Required};
use Shape::{List, Moment, OneOf, Text};

type Field = (&'static str, Shape, Need);

const STATES: Shape = OneOf(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
const FLAG: Shape = OneOf(&["0", "1"]);

/// The dossier packet.
const DOSSIER: &[Field] = &[
    ("MaHoSo", Text(50), Required),
    ("MaTTHC", Text(50), Required),
    ("TenTTHC", Text(1_000), Optional),
    ("MaLinhVuc", Text(50), Optional),
    ("TenLinhVuc", Text(500), Optional),
    ("KenhThucHien", OneOf(&["1", "2", "3"]), Required),
    ("ChuHoSo", Text(200), Required),
    ("LoaiDoiTuong", OneOf(&["1", "2", "3", "4"]), Required),
    ("MaDoiTuong", Text(50), Optional),
    ("Email", Text(200), Optional),
    ("Fax", Text(50), Optional),
    ("SoDienThoai", Text(50), Optional),
    ("TrichYeuHoSo", Text(1_000), Optional),
    ("NgayNopHoSo", Moment, Optional),
    ("NgayTiepNhan", Moment, Required),
    ("NgayHenTra", Moment, Optional),
    ("TrangThaiHoSo", STATES, Required),
    ("NgayTra", Moment, Optional),
    ("ThongTinTra", Text(1_000), Optional),
    ("HinhThuc", FLAG, Optional),
    ("NgayKetThucXuLy", Moment, Optional),
    ("NgayTuChoi", Moment, Optional),
    ("DonViXuLy", Text(500), Required),
    ("GhiChu", Text(1_000), Optional),
    ("NoiNopHoSo", OneOf(&["1", "2"]), Optional),
    ("HoSoCoThanhPhanSoHoa", FLAG, Optional),
    ("TaiKhoanDuocXacThucVoiVNeID", FLAG, Optional),
    ("DuocThanhToanTrucTuyen", OneOf(&["0", "1", "2", "3"]), Optional),
    ("DinhDanhCHS", List, Optional),
    ("DSKetNoiCSDL", List, Optional),
    ("TaiLieuNop", List, Optional),
    ("DanhSachLePhi", List, Optional),
    ("DanhSachHoSoBoSung", List, Optional),
    ("DanhSachGiayToKetQua", List, Optional),
];

/// The progress packet.
const PROGRESS: &[Field] = &[
    ("MaHoSo", Text(50), Required),
    ("NguoiXuLy", Text(50), Required),
    ("ChucDanh", Text(200), Optional),
    ("ThoiDiemXuLy", Moment, Required),
    ("PhongBanXuLy", Text(500), Optional),
    ("NoiDungXuLy", Text(1_000), Required),
    ("TrangThai", STATES, Required),
    ("NgayBatDau", Moment, Optional),
    ("NgayKetThucTheoQuyDinh", Moment, Optional),
];

/// How long a packet may be, written as JSON, in bytes.
const LONGEST_PACKET: usize = 32_768;

/// How many entries a list may have.
const LONGEST_LIST: usize = 50;

/// Which packet it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packet {
    Dossier,
    Progress,
}

/// Whether a field of this name holds a list, so that XML can be read into the same form as JSON.
pub(crate) fn is_list(name: &str) -> bool {
    matches!(name, "data" | "result" | "DinhDanhCHS" | "DSKetNoiCSDL" | "TaiLieuNop") || name.starts_with("DanhSach")
}

/// The text of a plain field: a number counts as its digits, an absent field as nothing.
pub(crate) fn text(packet: &Map<String, Value>, name: &str) -> String {
    packet.get(name).and_then(plain).unwrap_or_default()
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// How long a packet is, written as JSON, in bytes.
pub(crate) fn length(packet: &Map<String, Value>) -> usize {
    serde_json::to_string(packet).map_or(0, |text| text.len())
}

/// Everything that is wrong with a packet, each as `field: reason`.
pub(crate) fn flaws(packet: &Map<String, Value>, which: Packet) -> Vec<String> {
    let fields = match which {
        Packet::Dossier => DOSSIER,
        Packet::Progress => PROGRESS,
    };
    let mut flaws: Vec<String> = fields.iter().filter_map(|field| flaw(packet.get(field.0), *field)).collect();
    let unknown = packet.keys().filter(|name| !fields.iter().any(|(known, _, _)| known == name)).take(5);
    if length(packet) > LONGEST_PACKET {
        flaws.push(format!("gói tin: dài quá {LONGEST_PACKET} byte"));
    }
    flaws.extend(unknown.map(|name| format!("{name:.60}: trường không có trong gói tin")));
    flaws
}

fn flaw(value: Option<&Value>, (name, shape, need): Field) -> Option<String> {
    let reason = match (shape, value) {
        (_, None) if need == Required => "bắt buộc".to_owned(),
        (_, None) => return None,
        (List, Some(value)) => list_flaw(value)?,
        (_, Some(value)) => match plain(value) {
            None => "phải là văn bản hoặc số".to_owned(),
            Some(text) if text.is_empty() && need == Required => "bắt buộc".to_owned(),
            Some(text) if text.is_empty() => return None,
            Some(text) => text_flaw(&text, shape)?,
        },
    };
    Some(format!("{name}: {reason}"))
}

fn text_flaw(text: &str, shape: Shape) -> Option<String> {
    match shape {
        Text(longest) => (text.chars().count() > longest).then(|| format!("dài quá {longest} ký tự")),
        OneOf(words) => (!words.contains(&text)).then(|| format!("phải là một trong {}", words.join(", "))),
        Moment => (!clock::is_stamp(text)).then(|| "phải có dạng yyyyMMddHHmmss".to_owned()),
        List => None,
    }
}

fn list_flaw(value: &Value) -> Option<String> {
    let is_entry = |entry: &Value| {
        entry
            .as_object()
            .is_some_and(|fields| fields.len() <= 20 && fields.values().all(|field| plain(field).is_some()))
    };
    match value {
        Value::Null => None,
        Value::Array(entries) if entries.len() > LONGEST_LIST => Some(format!("có quá {LONGEST_LIST} mục")),
        Value::Array(entries) if entries.iter().all(is_entry) => None,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Some("phải là danh sách các mục".to_owned())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn dossier(code: &str) -> Value {
        json!({
            "MaHoSo": code, "MaTTHC": "1.000002", "KenhThucHien": "2", "ChuHoSo": "Nguyễn Thị Hoa", "LoaiDoiTuong": 1,
            "NgayTiepNhan": "20210301070000", "NgayHenTra": "20210308170000", "TrangThaiHoSo": "2",
            "DonViXuLy": "Sở mẫu", "NoiNopHoSo": "2",
            "DanhSachLePhi": [{ "TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "1", "HinhThucThu": "1", "Gia": 120_000 }],
        })
    }

    fn flaws_with(name: &str, value: Value) -> Vec<String> {
        let mut packet = dossier("H99.01-210301-0001").as_object().unwrap().clone();
        packet.insert(name.to_owned(), value);
        flaws(&packet, Packet::Dossier)
    }

    #[test]
    fn a_sound_packet_has_no_flaws() {
        assert_eq!(flaws_with("GhiChu", Value::Null), [""; 0]);
    }

    #[test]
    fn a_packet_has_a_longest_length() {
        let long = json!([{ "TenTepDinhKem": "x".repeat(40_000) }]);
        assert_eq!(flaws_with("TaiLieuNop", long), ["gói tin: dài quá 32768 byte"]);
    }

    #[test]
    fn each_flaw_is_named() {
        for (name, value) in [
            ("MaHoSo", json!("")),
            ("MaHoSo", json!(["x"])),
            ("KenhThucHien", json!("4")),
            ("TrangThaiHoSo", json!(11)),
            ("NgayTiepNhan", json!("2021-03-01T07:00:00")),
            ("NgayHenTra", json!("20210231070000")),
            ("TrichYeuHoSo", json!("ộ".repeat(1_001))),
            ("DanhSachLePhi", json!("none")),
            ("DanhSachLePhi", json!([["deep"]])),
            ("TenKhongCo", json!("x")),
        ] {
            let flaws = flaws_with(name, value.clone());
            assert!(flaws.len() == 1 && flaws[0].starts_with(name), "{name} {value}: {flaws:?}");
        }
    }
}
