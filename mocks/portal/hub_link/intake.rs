//! A dossier that a citizen entered at the national portal, read into a submission of this portal.

use serde_json::{Map, Value, json};

use crate::domain::catalogue::Index;
use crate::domain::person::Person;
use crate::domain::problem::Problem;
use crate::domain::procedures::Procedures;
use crate::domain::submission::{Channel, RawSubmission, Submission, citizen_number};

/// The names of the fields of a submission at the national portal.
const NATIONAL: &[(&str, &str)] = &[
    ("procedure", "MaTTHC"),
    ("unit", "MaHoSo"),
    ("applicant.citizen_number", "DinhDanhCHS"),
    ("applicant.full_name", "ChuHoSo"),
    ("applicant.phone", "SoDienThoai"),
    ("applicant.email", "Email"),
    ("form.subject", "TrichYeuHoSo"),
    ("return_address", "ThongTinTra"),
];

/// The text of a field, a number as its digits; empty if it is neither.
pub(crate) fn text(packet: &Map<String, Value>, field: &str) -> String {
    match packet.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => String::new(),
    }
}

/// Reads a packet; every invalid field is named, in Vietnamese and as the national portal calls it.
pub(crate) fn read(
    packet: &Map<String, Value>,
    catalogue: &Index,
    procedures: &Procedures,
) -> Result<Submission, String> {
    let mut flaws = Vec::new();
    let code = text(packet, "MaHoSo");
    let unit = unit(&code).unwrap_or_default();
    for (field, allowed) in [("TrangThaiHoSo", "1"), ("KenhThucHien", "2")] {
        if text(packet, field) != allowed {
            flaws.push(format!("{field}: phải là {allowed}"));
        }
    }
    let number = identity(packet);
    let person = Person::Citizen(citizen_number(&number).unwrap_or_default());
    let procedure = text(packet, "MaTTHC");
    let is_payable = procedures.get(&procedure).is_some_and(|published| published.procedure.payable);
    let is_posted = text(packet, "HinhThuc") == "1";
    let raw = json!({
        "procedure": procedure, "unit": unit, "channel": "online",
        "applicant": {
            "full_name": text(packet, "ChuHoSo"), "citizen_number": number, "phone": text(packet, "SoDienThoai"),
            "email": text(packet, "Email"),
        },
        "form": { "subject": text(packet, "TrichYeuHoSo") },
        "return_method": if is_posted { "post" } else { "counter" },
        "return_address": is_posted.then(|| text(packet, "ThongTinTra")),
        "payment_method": if is_payable { "online" } else { "counter" },
    });
    let raw: RawSubmission =
        serde_json::from_value(raw).unwrap_or_else(|_| unreachable!("every member is a text or nothing"));
    match raw.check(catalogue, procedures, &person) {
        Ok(submission) if flaws.is_empty() => {
            Ok(Submission { channel: Channel::OnlineNational, national_code: Some(code), ..submission })
        }
        Ok(_) => Err(flaws.join("; ")),
        Err(problem) => {
            flaws.extend(in_national_names(&problem));
            Err(flaws.join("; "))
        }
    }
}

/// The unit in a code, `{unit}-{date}-{number}` of the published form.
fn unit(code: &str) -> Option<&str> {
    let (rest, number) = code.rsplit_once('-')?;
    let (unit, date) = rest.rsplit_once('-')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_in_form = matches!(date.len(), 6 | 8) && (4..=7).contains(&number.len()) && code.len() <= 50;
    (is_in_form && is_number(date) && is_number(number)).then_some(unit)
}

/// The citizen number among the identities of the applicant.
fn identity(packet: &Map<String, Value>) -> String {
    let identities = packet.get("DinhDanhCHS").and_then(Value::as_array).into_iter().flatten();
    let mut numbers = identities.filter_map(Value::as_object).filter(|each| text(each, "LoaiDinhDanh") == "1");
    numbers.next().map_or_else(String::new, |each| text(each, "SoDinhDanh"))
}

fn in_national_names(problem: &Problem) -> Vec<String> {
    let named = |(field, message): (&str, String)| {
        let national = NATIONAL.iter().find(|(own, _)| *own == field).map_or(field, |(_, national)| national);
        format!("{national}: {message}")
    };
    problem.flaws_in_vietnamese().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    fn packet() -> Value {
        json!({
            "MaHoSo": "H99.01-210305-9000001", "MaTTHC": "1.000002", "KenhThucHien": "2", "ChuHoSo": "Lò Thị Hoa",
            "LoaiDoiTuong": "1", "SoDienThoai": "+840001", "TrangThaiHoSo": "1", "DonViXuLy": "Sở mẫu",
            "DinhDanhCHS": [{ "LoaiDinhDanh": "1", "SoDinhDanh": "003099000001" }],
        })
    }

    fn read(change: impl FnOnce(&mut Value)) -> Result<Submission, String> {
        let mut packet = packet();
        change(&mut packet);
        let index = Index::new(Catalogue::sample()).unwrap();
        super::read(packet.as_object().unwrap(), &index, &Procedures::new(&index))
    }

    #[test]
    fn a_sound_packet_becomes_a_submission_on_the_third_channel() {
        let submission = read(|_| {}).unwrap();
        assert_eq!((submission.channel, submission.owner), (Channel::OnlineNational, 3_099_000_001));
        assert_eq!(submission.national_code.as_deref(), Some("H99.01-210305-9000001"));
        assert_eq!(submission.unit.code, "H99.01");
    }

    #[test]
    fn what_is_wrong_is_said_in_the_names_of_the_nation() {
        for (field, value) in [
            ("MaHoSo", json!("H99.01-210305")),
            ("MaHoSo", json!("H98-210305-9000001")),
            ("MaTTHC", json!("9.999999")),
            ("KenhThucHien", json!("1")),
            ("TrangThaiHoSo", json!("9")),
            ("ChuHoSo", json!(" ")),
            ("DinhDanhCHS", json!([{ "LoaiDinhDanh": "2", "SoDinhDanh": "003099000001" }])),
            ("TrichYeuHoSo", json!("ộ".repeat(501))),
        ] {
            let wrong = read(|packet| packet[field] = value.clone()).map(|_| ()).unwrap_err();
            assert!(wrong.starts_with(&format!("{field}: ")) && !wrong.contains(';'), "{field} {value}: {wrong}");
        }
        assert!(read(|packet| packet["HinhThuc"] = json!("1")).unwrap_err().contains("ThongTinTra"));
        assert!(read(|packet| *packet = json!({})).unwrap_err().matches(';').count() >= 4);
    }
}
