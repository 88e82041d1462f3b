//! What the customer sees: the payment page with its two buttons, where the buttons lead, and the receipt.

use std::sync::Arc;

use axum::Form;
use axum::Router;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use mock_ground::{Language, grouped};
use serde::Deserialize;

use crate::bank::Bank;
use crate::desk::Objection;
use crate::faults::Fault;
use crate::payment::{Payment, State};
use crate::records::{Decided, Records, Wanted};
use crate::{callback, clock, frame, profiles, qr, words};

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new()
        .route("/pay/{transaction}", get(show).post(decide))
        .route("/pay/{transaction}/qr", get(qr_payload))
        .route("/pay/{transaction}/qr.svg", get(qr_image))
        .route("/receipt/{transaction}", get(receipt))
        .route("/bills", get(look_up))
}

/// `GET /pay/{transaction}`: the payment page; the forged callback, if there is to be one, goes out and is
/// answered before the customer sees it.
async fn show(
    Shared(bank): Shared<Arc<Bank>>,
    Path(transaction): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(query.as_deref(), &headers);
    let Some((payment, is_to_be_forged)) = open_page(&bank, &transaction) else {
        return refusal(Objection::Unknown, language);
    };
    if is_to_be_forged {
        // A task of its own, because a customer who hangs up must not take the forged callback along.
        let forging = tokio::spawn(callback::forge(Arc::clone(&bank), payment.clone()));
        if forging.await.is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    let title = language.say("Thanh toán trực tuyến", "Online payment");
    let way_back = profiles::way_back(&bank, &payment);
    let content = payment_page(&payment, way_back.as_deref(), language);
    frame::narrow(StatusCode::OK, language, title, &content)
}

fn open_page(bank: &Bank, transaction: &str) -> Option<(Payment, bool)> {
    let mut records = bank.records();
    let records: &mut Records = &mut records;
    let number = records.by_transaction(transaction)?.number;
    records.note_expiry(number, clock::now());
    let payment = records.by_transaction(transaction)?;
    let is_first = !std::mem::replace(&mut payment.shown, true);
    let payment = payment.clone();
    let is_to_be_forged =
        is_first && payment.state == State::Ordered && bank.course(&payment.order.reference).has(Fault::Forged);
    records.open_callbacks += usize::from(is_to_be_forged);
    records.ledger.enter(payment.asked("page"));
    Some((payment, is_to_be_forged))
}

/// What a customer may do on the page.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// Pay the amount.
    Pay,
    /// Go back without paying.
    Cancel,
}

#[derive(Debug, Deserialize)]
struct Decision {
    action: Action,
}

/// `POST /pay/{transaction}`: ends the payment, sends the customer back to the portal and calls the portal.
async fn decide(
    Shared(bank): Shared<Arc<Bank>>,
    Path(transaction): Path<String>,
    headers: HeaderMap,
    Form(decision): Form<Decision>,
) -> Response {
    let Some((decided, is_news)) = end(&bank, &transaction, decision.action) else {
        return refusal(Objection::Unknown, Language::of(None, &headers));
    };
    let way_back = profiles::way_back(&bank, &decided).unwrap_or_else(|| format!("/pay/{transaction}"));
    if is_news {
        let course = bank.course(&decided.order.reference);
        tokio::spawn(callback::follow(bank, decided, course));
    }
    Redirect::to(&way_back).into_response()
}

/// The payment after the customer's decision, and whether the decision changed anything.
fn end(bank: &Bank, transaction: &str, action: Action) -> Option<(Payment, bool)> {
    let mut records = bank.records();
    let reference = records.by_transaction(transaction)?.order.reference.clone();
    let wanted = match action {
        Action::Pay => Wanted::Pay(bank.course(&reference)),
        Action::Cancel => Wanted::Cancel,
    };
    match records.decide(transaction, wanted, clock::now())? {
        Decided::Now(payment) => Some((payment, true)),
        Decided::Before(payment) => Some((payment, false)),
    }
}

fn payment_page(payment: &Payment, way_back: Option<&str>, language: Language) -> Markup {
    html! {
        div .card {
            @if payment.state == State::Ordered { a .qr href={ "/pay/" (payment.transaction()) "/qr" } {
                    img src={ "/pay/" (payment.transaction()) "/qr.svg" } alt=(language.say("Mã VietQR", "VietQR code")) width="208" height="208";
                } }
            p .amount { data value=(payment.order.amount) { (grouped(payment.order.amount)) " ₫" } }
            (particulars(payment, language))
            @match payment.state {
                State::Ordered => form method="post" action={ "/pay/" (payment.transaction()) } {
                    button .first name="action" value="pay" { (language.say("Thanh toán", "Pay")) }
                    button name="action" value="cancel" { (language.say("Hủy", "Cancel")) }
                },
                State::Captured => p .good { (words::state(language, payment.state)) " · "
                    a href={ "/receipt/" (payment.transaction()) "?lang=" (language.code()) } {
                        (language.say("Biên lai", "Receipt"))
                    }
                },
                State::Pending => p { strong { (words::state(language, payment.state)) } },
                State::Cancelled | State::Expired => p .bad { (words::state(language, payment.state)) },
            }
            @if let (false, Some(way_back)) = (payment.state == State::Ordered, way_back) {
                p { a href=(way_back) { (language.say("Quay lại cổng dịch vụ công", "Back to the portal")) } }
            }
        }
    }
}

fn particulars(payment: &Payment, language: Language) -> Markup {
    let order = &payment.order;
    html! {
        dl {
            dt { (language.say("Mã tham chiếu", "Reference")) } dd { (order.reference) }
            @if !order.dossier.is_empty() { dt { (language.say("Mã hồ sơ", "Dossier")) } dd { (order.dossier) } }
            dt { (language.say("Nội dung", "For")) } dd { (order.description) }
            dt { (language.say("Đơn vị thụ hưởng", "Merchant")) } dd { (order.partner) }
            dt { (language.say("Mã giao dịch", "Transaction")) } dd { (payment.transaction()) }
            @if payment.state == State::Ordered {
                dt { (language.say("Hạn thanh toán", "Payable until")) } dd { (clock::readable(order.expires_at)) }
            }
            @if payment.refunded() > 0 {
                dt { (language.say("Đã hoàn tiền", "Refunded")) } dd { (grouped(payment.refunded())) " ₫" }
            }
        }
    }
}

/// `GET /pay/{transaction}/qr`: what the QR code says.
async fn qr_payload(Shared(bank): Shared<Arc<Bank>>, Path(transaction): Path<String>) -> Response {
    match bank.records().by_transaction(&transaction) {
        Some(payment) => qr::payload(payment).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /pay/{transaction}/qr.svg`: the QR code.
async fn qr_image(Shared(bank): Shared<Arc<Bank>>, Path(transaction): Path<String>) -> Response {
    let payload = bank.records().by_transaction(&transaction).map(|payment| qr::payload(payment));
    match payload {
        Some(payload) => ([(CONTENT_TYPE, "image/svg+xml")], qr::svg(&payload, "VietQR")).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /receipt/{transaction}`: the receipt of a payment that was captured.
async fn receipt(
    Shared(bank): Shared<Arc<Bank>>,
    Path(transaction): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(query.as_deref(), &headers);
    let payment = bank.records().by_transaction(&transaction).map(|payment| payment.clone());
    let Some(payment) = payment else { return refusal(Objection::Unknown, language) };
    if payment.state != State::Captured {
        return refusal(Objection::NotCaptured, language);
    }
    let content = html! {
        div .card {
            p .amount { data value=(payment.order.amount) { (grouped(payment.order.amount)) " ₫" } }
            p .good { (words::state(language, payment.state)) " · " (clock::readable(payment.decided_at)) }
            (particulars(&payment, language))
        }
    };
    let title = language.say("Biên lai thu phí, lệ phí", "Receipt");
    frame::narrow(StatusCode::OK, language, title, &content)
}

/// `GET /bills?code=...`: where a customer types in the code of a bill, and is sent to its page.
async fn look_up(Shared(bank): Shared<Arc<Bank>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = Language::of(query.as_deref(), &headers);
    let code = query.as_deref().and_then(|query| {
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
    });
    let found = code.as_ref().and_then(|code| bank.records().by_lookup(code.trim()).map(Payment::transaction));
    if let Some(transaction) = found {
        return Redirect::to(&format!("/pay/{transaction}?lang={}", language.code())).into_response();
    }
    let content = html! {
        div .card {
            @if let Some(code) = &code {
                p .bad role="alert" { (language.say("Không tìm thấy hóa đơn", "There is no such bill")) ": " (code) }
            }
            form method="get" action="/bills" {
                input type="hidden" name="lang" value=(language.code());
                label for="code" { (language.say("Mã tra cứu thanh toán", "Code of the bill")) }
                input #code name="code" required maxlength="160" autocomplete="off";
                button .first { (language.say("Tra cứu", "Look up")) }
            }
        }
    };
    let status = if code.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let title = language.say("Tra cứu hóa đơn", "Bill look-up");
    frame::narrow(status, language, title, &content)
}

/// A page that says why there is nothing to show.
pub(crate) fn refusal(objection: Objection, language: Language) -> Response {
    let (vietnamese, english) = objection.words();
    let content = html! {
        div .card {
            p .bad { (language.say(vietnamese, english)) }
            p .quiet { (language.say("Mã lỗi", "Code")) ": " (objection.code()) }
        }
    };
    let title = language.say("Không thực hiện được", "Not possible");
    frame::narrow(objection.status(), language, title, &content)
}
