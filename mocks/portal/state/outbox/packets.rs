//! What the national portal receives of a dossier, in its field shapes.
//!
//! # Source
//! The packets of public national adapters: names of fields, `yyyyMMddHHmmss` in Vietnam, channels 1 counter, 2 online
//! and 3 post, states 1 to 10.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dossier::{Dossier, Entry};
use crate::domain::moment::Moment;
use crate::domain::states::{Event, State};
use crate::domain::submission::{Channel, PaymentMethod, ReturnMethod};

/// The longest name of an applicant, in characters.
const LONGEST_NAME: usize = 200;
/// The longest text, in characters.
const LONGEST_TEXT: usize = 1_000;
/// The longest name of an actor, telephone or e-mail address, in characters.
const LONGEST_LABEL: usize = 50;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DossierPacket<'dossier> {
    ma_ho_so: &'dossier str,
    #[serde(rename = "MaTTHC")]
    procedure: &'dossier str,
    #[serde(rename = "TenTTHC")]
    procedure_name: &'dossier str,
    kenh_thuc_hien: &'static str,
    chu_ho_so: String,
    loai_doi_tuong: &'static str,
    email: String,
    so_dien_thoai: String,
    trich_yeu_ho_so: String,
    ngay_nop_ho_so: String,
    ngay_tiep_nhan: String,
    ngay_hen_tra: String,
    trang_thai_ho_so: &'static str,
    ngay_tra: String,
    hinh_thuc: &'static str,
    ngay_ket_thuc_xu_ly: String,
    ngay_tu_choi: String,
    don_vi_xu_ly: &'dossier str,
    noi_nop_ho_so: &'static str,
    duoc_thanh_toan_truc_tuyen: &'static str,
    #[serde(rename = "DinhDanhCHS")]
    identities: [Identity<'dossier>; 1],
    danh_sach_le_phi: Vec<Fee<'dossier>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'dossier> {
    loai_dinh_danh: &'static str,
    so_dinh_danh: &'dossier str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fee<'dossier> {
    ten_phi_le_phi: &'static str,
    ma_phi_le_phi: &'dossier str,
    hinh_thuc_thu: &'static str,
    gia: i64,
    loai_phi_le_phi: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StepPacket<'dossier> {
    ma_ho_so: &'dossier str,
    nguoi_xu_ly: String,
    thoi_diem_xu_ly: String,
    phong_ban_xu_ly: &'dossier str,
    noi_dung_xu_ly: String,
    trang_thai: &'static str,
    ngay_bat_dau: String,
    ngay_ket_thuc_theo_quy_dinh: String,
}

/// A dossier as a whole, in the state it was in after the first `synced` entries of its log.
pub(crate) fn whole(dossier: &Dossier, synced: usize, defects: Defects) -> Box<RawValue> {
    let state =
        synced.checked_sub(1).and_then(|last| dossier.progress.get(last)).map_or(State::Submitted, |entry| entry.state);
    let written = |moment: Option<Moment>| moment.map_or_else(String::new, |moment| stamp(moment, defects));
    let ended = |end: State| dossier.progress.iter().find(|entry| entry.state == end).map(|entry| entry.at);
    let applicant = &dossier.applicant;
    let contact = |text: &Option<String>| cut(text.as_deref().unwrap_or_default(), LONGEST_LABEL);
    let is_online = dossier.payment.method == PaymentMethod::Online;
    let fee = Fee {
        ten_phi_le_phi: "Phí, lệ phí",
        ma_phi_le_phi: &dossier.procedure.code,
        hinh_thuc_thu: "1",
        gia: dossier.fee,
        loai_phi_le_phi: "1",
    };
    raw(&DossierPacket {
        ma_ho_so: &dossier.code,
        procedure: &dossier.procedure.code,
        procedure_name: &dossier.procedure.name,
        kenh_thuc_hien: channel(dossier.channel),
        chu_ho_so: cut(&applicant.full_name, LONGEST_NAME),
        loai_doi_tuong: "1",
        email: contact(&applicant.email),
        so_dien_thoai: contact(&applicant.phone),
        trich_yeu_ho_so: cut(dossier.form.subject().unwrap_or_default(), LONGEST_TEXT),
        ngay_nop_ho_so: stamp(dossier.submitted_at, defects),
        ngay_tiep_nhan: stamp(dossier.accepted_at.unwrap_or(dossier.submitted_at), defects),
        ngay_hen_tra: written(dossier.due_at),
        trang_thai_ho_so: number(state, defects),
        ngay_tra: written(dossier.returned_at),
        hinh_thuc: if dossier.return_method == ReturnMethod::Post { "1" } else { "0" },
        ngay_ket_thuc_xu_ly: written(dossier.completed_at.or_else(|| ended(State::Stopped))),
        ngay_tu_choi: written(ended(State::Rejected)),
        don_vi_xu_ly: &dossier.unit.name,
        noi_nop_ho_so: if dossier.channel == Channel::OnlineNational { "1" } else { "2" },
        duoc_thanh_toan_truc_tuyen: if is_online { "2" } else { "0" },
        identities: [Identity { loai_dinh_danh: "1", so_dinh_danh: applicant.citizen_number() }],
        danh_sach_le_phi: if dossier.fee > 0 { vec![fee] } else { Vec::new() },
    })
}

/// One step of a dossier.
pub(crate) fn step(dossier: &Dossier, entry: &Entry, defects: Defects) -> Box<RawValue> {
    let written = |moment: Option<Moment>| moment.map_or_else(String::new, |moment| stamp(moment, defects));
    let due = entry.due.as_ref().map(|moved| moved.after).or(dossier.due_at);
    raw(&StepPacket {
        ma_ho_so: &dossier.code,
        nguoi_xu_ly: actor(entry),
        thoi_diem_xu_ly: stamp(entry.at, defects),
        phong_ban_xu_ly: &dossier.unit.name,
        noi_dung_xu_ly: what(entry),
        trang_thai: number(entry.state, defects),
        ngay_bat_dau: written(dossier.accepted_at),
        ngay_ket_thuc_theo_quy_dinh: written(due),
    })
}

/// Whether a step changes the dates that stand on the packet of the whole dossier.
pub(crate) fn is_milestone(entry: &Entry) -> bool {
    let is_dated = matches!(
        entry.event,
        Event::Accepted
            | Event::Refused
            | Event::Completed
            | Event::Stopped
            | Event::HandedOver
            | Event::ParcelDelivered
            | Event::WithdrawalApproved
            | Event::SupplementExpired
    );
    is_dated || entry.due.is_some()
}

fn raw(packet: &impl Serialize) -> Box<RawValue> {
    to_raw_value(packet).unwrap_or_else(|_| unreachable!("packets have string keys and integers only"))
}

fn stamp(moment: Moment, defects: Defects) -> String {
    moment.minus_hours(if defects.has(Defect::UtcSync) { 7 } else { 0 }).stamp()
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => "1",
        Channel::Online | Channel::OnlineNational => "2",
        Channel::Post => "3",
    }
}

/// The number of a state in the national list.
fn number(state: State, defects: Defects) -> &'static str {
    let is_rewritten = matches!(state, State::AwaitingSupplement | State::AwaitingPayment | State::Stopped);
    if is_rewritten && defects.has(Defect::StatusesTo9) {
        return "9";
    }
    match state {
        State::Submitted => "1",
        State::Accepted => "2",
        State::Rejected => "3",
        State::InProcess => "4",
        State::AwaitingSupplement => "5",
        State::AwaitingPayment if defects.has(Defect::UnmappedBlank) => "",
        State::AwaitingPayment => "6",
        State::WithdrawalRequested => "7",
        State::Stopped => "8",
        State::Completed => "9",
        State::Returned => "10",
    }
}

/// Who took a step, as people read it.
fn actor(entry: &Entry) -> String {
    let word = serde_json::to_value(&entry.actor).ok();
    let word = word.as_ref().and_then(Value::as_str).unwrap_or_default();
    let name = match word {
        "applicant" => "Người nộp hồ sơ",
        "bank" => "Nền tảng thanh toán",
        "post" => "Bưu chính",
        "term" => "Hệ thống",
        other => other.strip_prefix("clerk:").unwrap_or(other),
    };
    cut(name, LONGEST_LABEL)
}

/// What a step was, with its reason.
fn what(entry: &Entry) -> String {
    let text = wording(entry.event);
    match &entry.reason {
        Some(reason) => cut(&format!("{text}: {reason}"), LONGEST_TEXT),
        None => text.to_owned(),
    }
}

/// What a step is called.
fn wording(event: Event) -> &'static str {
    match event {
        Event::Submitted => "Nộp hồ sơ",
        Event::Accepted => "Tiếp nhận hồ sơ",
        Event::Refused => "Từ chối tiếp nhận",
        Event::Started => "Bắt đầu xử lý",
        Event::Completed => "Hoàn thành xử lý",
        Event::Stopped => "Dừng xử lý",
        Event::SupplementRequested => "Yêu cầu bổ sung giấy tờ",
        Event::SupplementReceived => "Đã bổ sung giấy tờ",
        Event::SupplementExpired => "Quá hạn bổ sung giấy tờ",
        Event::WithdrawalRequested => "Công dân yêu cầu rút hồ sơ",
        Event::WithdrawalApproved => "Đồng ý cho rút hồ sơ",
        Event::WithdrawalRefused => "Không đồng ý cho rút hồ sơ",
        Event::Apologised => "Xin lỗi và hẹn lại ngày trả",
        Event::Consulted => "Lấy ý kiến cơ quan khác",
        Event::ConsultationAnswered => "Cơ quan khác đã trả lời",
        Event::Bagged => "Đóng túi hồ sơ",
        Event::BagDispatched => "Chuyển túi hồ sơ",
        Event::BagReceived => "Nhận túi hồ sơ",
        Event::HandedOver => "Trả kết quả",
        Event::CorrectionOpened => "Mở đính chính kết quả",
        Event::CorrectionIssued => "Ban hành kết quả đính chính",
        Event::Rated => "Công dân đánh giá",
        Event::PaymentRequired => "Yêu cầu nộp phí, lệ phí",
        Event::PaymentOrdered => "Đã tạo lệnh thanh toán",
        Event::PaymentCancelled => "Đã hủy lệnh thanh toán",
        Event::PaymentFailed => "Thanh toán không thành công",
        Event::PaymentExpired => "Lệnh thanh toán hết hạn",
        Event::Paid => "Đã nộp phí, lệ phí",
        Event::Overpaid => "Nộp thừa",
        Event::FeeExempted => "Miễn phí, lệ phí",
        Event::Collected => "Bưu chính đã thu hộ",
        Event::Remitted => "Bưu chính đã chuyển trả tiền thu hộ",
        Event::Reconciled => "Đã đối soát",
        Event::Refunded => "Đã hoàn phí",
        Event::TaxNoticed => "Thông báo thuế",
        Event::TaxPaid => "Đã nộp thuế",
        Event::ParcelOrdered => "Giao kết quả cho bưu chính",
        Event::ParcelInTransit => "Bưu chính đang chuyển kết quả",
        Event::ParcelAttemptFailed => "Bưu chính phát không thành công",
        Event::ParcelDelivered => "Bưu chính đã phát kết quả",
        Event::CollectionDisputed => "Số tiền thu hộ không khớp",
        Event::ParcelReturned => "Bưu chính chuyển hoàn kết quả",
        Event::ParcelLost => "Bưu chính làm mất kết quả",
        Event::ParcelCancelled => "Đã hủy chuyển phát kết quả",
        Event::PickupRequested => "Yêu cầu thu gom giấy tờ",
        Event::PapersCollected => "Đã thu gom giấy tờ",
        Event::PapersAtAgency => "Giấy tờ đã đến cơ quan",
        Event::PapersLost => "Giấy tờ bị thất lạc",
        Event::PickupCancelled => "Đã hủy thu gom giấy tờ",
    }
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
