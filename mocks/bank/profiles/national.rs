//! A protocol shaped like the national payment platform's partner profile 1.0.6: one address for all messages,
//! SHA-256 over the fields in the order of the document with the secret as the last, and answers that carry
//! JSON inside a string.
//!
//! The document leaves some things open; these are assumptions of ours: the address (`/payment`), the hashed
//! fields of `QUERY` and `GET_BILL` and of the answer to `QUERY`, the `LoaiBanTin` of the callback, and every
//! `MaLoi` but `00`.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Callback, Claim, with_parameters};
use crate::bank::Bank;
use crate::desk::{self, Objection};
use crate::fields::{Body, Fields};
use crate::payment::{Order, Payment, State};
use crate::{checksum, clock};

const BANK: &str = "MOCKBANK";
const CURRENCY: &str = "VND";
const NOTICE: &str = "NOTIFY";

/// What `MaXacThuc` of an `INIT` is taken over, in this order.
const INIT: [&str; 14] = [
    "LoaiBanTin",
    "PhienBan",
    "MaDoiTac",
    "MaThamChieu",
    "SoTien",
    "LoaiHinhThanhToan",
    "MaKenhThanhToan",
    "MaThietBi",
    "NgonNgu",
    "MaTienTe",
    "MaNganHang",
    "ThongTinGiaoDich",
    "ThoiGianGD",
    "Ip",
];
/// What `MaXacThuc` of a `QUERY` or a `GET_BILL` is taken over, in this order.
const QUESTION: [&str; 5] = ["LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD"];

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/payment", post(take))
}

/// `POST /payment`: `INIT`, `QUERY` or `GET_BILL`.
async fn take(Shared(bank): Shared<Arc<Bank>>, message: Body) -> Response {
    let Ok(Json(fields)) = message else {
        return refuse(desk::reject(&bank, "order", Objection::Malformed));
    };
    let answered = match fields.text("LoaiBanTin").as_str() {
        "INIT" => init(&bank, &fields),
        "QUERY" => query(&bank, &fields),
        "GET_BILL" => bill(&bank, &fields),
        _ => Err(desk::reject(&bank, "order", Objection::Malformed)),
    };
    match answered {
        Ok(message) => answer(StatusCode::OK, "0", &message),
        Err(objection) => refuse(objection),
    }
}

fn init(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    let now = clock::now();
    let order = Order {
        partner: fields.text("MaDoiTac"),
        reference: fields.text("MaThamChieu"),
        dossier: fields.inner("ThongTinBienLai", "MaHoSo"),
        description: fields.text("ThongTinGiaoDich"),
        amount: fields.number("SoTien").unwrap_or_default(),
        callback_url: String::new(),
        return_url: String::new(),
        lookup: String::new(),
        ordered_at: now,
        expires_at: now + bank.setup.lifetime_s(),
    };
    let payment = desk::take(bank, order, objection(fields, &bank.setup.secret))?;
    Ok(json!({
        "MaThamChieu": payment.order.reference,
        "MaGiaoDich": payment.transaction(),
        "UrlThanhToan": bank.page_of(&payment),
    }))
}

fn objection(fields: &Fields, secret: &str) -> Option<Objection> {
    if !is_genuine(fields, INIT, secret) {
        return Some(Objection::BadChecksum);
    }
    let is_payment = fields.text("LoaiHinhThanhToan") == "PAY" && fields.text("MaTienTe") == CURRENCY;
    let is_timed = clock::parse_stamp(&fields.text("ThoiGianGD")).is_some();
    (!(is_payment && is_timed)).then_some(Objection::Malformed)
}

fn is_genuine<const COUNT: usize>(fields: &Fields, names: [&str; COUNT], secret: &str) -> bool {
    let texts = fields.texts(names);
    checksum::seal(&texts.each_ref().map(String::as_str), secret) == fields.text("MaXacThuc")
}

fn asked(bank: &Bank, fields: &Fields, kind: &'static str) -> Result<Payment, Objection> {
    if !is_genuine(fields, QUESTION, &bank.setup.secret) {
        return Err(desk::reject(bank, kind, Objection::BadChecksum));
    }
    let payment = desk::ask(bank, &fields.text("MaThamChieu"), kind)?;
    if payment.order.partner == fields.text("MaDoiTac") { Ok(payment) } else { Err(Objection::Unknown) }
}

fn query(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    let payment = asked(bank, fields, "query")?;
    let (amount, time) = (payment.order.amount.to_string(), clock::stamp(payment.decided_at));
    let (transaction, state) = (payment.transaction(), state_word(payment.state));
    let order = &payment.order;
    let hashed = ["QUERY", &order.partner, &order.reference, &amount, CURRENCY, &transaction, state, &time];
    Ok(json!({
        "LoaiBanTin": "QUERY",
        "MaDoiTac": order.partner,
        "MaThamChieu": order.reference,
        "SoTien": amount,
        "MaTienTe": CURRENCY,
        "MaGiaoDich": transaction,
        "TrangThaiGD": state,
        "ThoiGianGD": time,
        "MaXacThuc": checksum::seal(&hashed, &bank.setup.secret),
    }))
}

/// `TrangThaiGD`: 1 success, 3 not known yet, 4 failed.
fn state_word(state: State) -> &'static str {
    match state {
        State::Captured => "1",
        State::Ordered | State::Pending => "3",
        State::Cancelled | State::Expired => "4",
    }
}

fn bill(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    let payment = asked(bank, fields, "bill")?;
    if payment.state != State::Captured {
        return Err(Objection::NotCaptured);
    }
    Ok(json!({
        "MaThamChieu": payment.order.reference,
        "SoBienLai": payment.transaction(),
        "NgayBienLai": clock::stamp(payment.decided_at),
        "SoTien": payment.order.amount.to_string(),
        "UrlBienLai": bank.receipt_of(&payment),
    }))
}

fn answer(status: StatusCode, error_code: &str, message: &Value) -> Response {
    (status, Json(json!({ "error_code": error_code, "message": message.to_string() }))).into_response()
}

fn refuse(objection: Objection) -> Response {
    answer(objection.status(), objection.code(), &json!({ "MoTaLoi": objection.words().0 }))
}

pub(super) fn callback(claim: &Claim<'_>, url: &str, secret: &str) -> Callback {
    let (code, amount, time) = (claim.state.code(), claim.amount.to_string(), clock::stamp(claim.at));
    let order = &claim.payment.order;
    let hashed = [
        NOTICE,
        code,
        claim.partner,
        &order.reference,
        &amount,
        CURRENCY,
        claim.transaction,
        BANK,
        &time,
        &order.description,
    ];
    let message = json!({
        "LoaiBanTin": NOTICE,
        "MaLoi": code,
        "MaDoiTac": claim.partner,
        "MaThamChieu": order.reference,
        "SoTien": amount,
        "MaTienTe": CURRENCY,
        "MaGiaoDich": claim.transaction,
        "MaNganHang": BANK,
        "ThoiGianGD": time,
        "ThongTinGiaoDich": order.description,
        "MaXacThuc": checksum::seal(&hashed, secret),
    });
    Callback::post(url, &message)
}

pub(super) fn way_back(payment: &Payment, url: &str) -> String {
    let parameters = [("MaThamChieu", payment.order.reference.as_str()), ("MaLoi", payment.state.code())];
    with_parameters(url, &parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::{captured, claim};

    #[test]
    fn the_checksum_of_a_callback_is_what_sha256sum_says() {
        // printf 'NOTIFY|00|MDT01|H99-210301-0001-P1|120000|VND|T0000000001|MOCKBANK|20210301210509|Phí cấp giấy phép|s3cret' | sha256sum
        let payment = captured("H99-210301-0001-P1", "Phí cấp giấy phép");
        let claim = Claim { partner: "MDT01", ..claim(&payment, "T0000000001") };
        let call = callback(&claim, "http://127.0.0.1:1/callback", "s3cret");
        let message: Value = serde_json::from_slice(&call.body).unwrap();
        assert_eq!(message["MaXacThuc"], "6e2acdc83f8fcc6b1931d202f0b10003c12b9a4aae288195ee45bdd6c0d802dd");
        assert_eq!((&message["MaLoi"], &message["SoTien"]), (&json!("00"), &json!("120000")));
    }

    #[test]
    fn a_state_is_written_as_1_3_or_4() {
        assert_eq!(State::ALL.map(state_word), ["3", "3", "1", "4", "4"]);
    }
}
