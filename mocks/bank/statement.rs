//! The reconciliation report as a page for people.

use axum::response::Response;
use maud::{Markup, html};
use mock_ground::{Language, grouped};

use crate::accounts::{Accounts, LISTED};
use crate::cash::Sums;
use crate::frame;
use crate::payment::Payment;
use crate::records::Records;

/// The page on the bank's own accounts.
pub(crate) fn page(records: &Records, language: Language) -> Response {
    let accounts = Accounts::of(records);
    let content = html! {
        (verdict(&accounts, language))
        (sums(&accounts, language))
        (unacknowledged(&accounts.unacknowledged, language))
        p { a href={ "/?lang=" (language.code()) } { (language.say("Về sổ cái", "Back to the ledger")) } }
    };
    let title = language.say("Đối soát", "Reconciliation");
    frame::wide(language, title, &content)
}

fn verdict(accounts: &Accounts<'_>, language: Language) -> Markup {
    html! {
        @if accounts.is_balanced() {
            p .good { (language.say("Khớp từng đồng.", "The accounts agree to the dong.")) }
        } @else {
            p .bad role="alert" { (language.say("Sổ sách không khớp!", "The accounts do not agree!")) }
        }
    }
}

fn sums(accounts: &Accounts<'_>, language: Language) -> Markup {
    let heads = match language {
        Language::Vietnamese => ["Sổ", "Số khoản thu", "Đã thu, ₫", "Số khoản hoàn", "Đã hoàn, ₫", "Còn lại, ₫"],
        Language::English => ["Account", "Captures", "Captured, ₫", "Refunds", "Refunded, ₫", "Net, ₫"],
    };
    let title = language.say("Tổng số", "Sums");
    html! {
        h2 #sums { (title) }
        div .scroll role="region" aria-labelledby="sums" tabindex="0" { table {
            thead { tr { @for (i, head) in heads.iter().enumerate() { th scope="col" .number[i > 0] { (head) } } } }
            tbody {
                (line(language.say("Giao dịch", "Payments"), accounts.payments))
                (line(language.say("Dòng tiền", "Movements"), accounts.movements))
                (line(language.say("Tệp quyết toán", "Settlement files"), accounts.settlement))
            }
        } }
    }
}

fn line(name: &str, sums: Sums) -> Markup {
    html! { tr {
        th scope="row" { (name) }
        td .number { (sums.captures) }
        td .number { (grouped(sums.captured)) }
        td .number { (sums.refunds) }
        td .number { (grouped(sums.refunded)) }
        td .number { (grouped(sums.net())) }
    } }
}

fn unacknowledged(payments: &[&Payment], language: Language) -> Markup {
    let title = language.say("Đã thu mà cổng chưa xác nhận", "Captured, but not acknowledged by the portal");
    html! {
        h2 #open { (title) " (" (payments.len()) ")" }
        @if payments.is_empty() { p .quiet { (language.say("Không có.", "None.")) } } @else {
            div .scroll role="region" aria-labelledby="open" tabindex="0" { table {
                thead { tr {
                    th scope="col" { (language.say("Mã tham chiếu", "Reference")) }
                    th scope="col" { (language.say("Mã giao dịch", "Transaction")) }
                    th scope="col" .number { (language.say("Số tiền, ₫", "Amount, ₫")) }
                } }
                tbody { @for payment in payments.iter().take(LISTED) { tr {
                    td { (payment.order.reference) }
                    td { (payment.transaction()) }
                    td .number { (grouped(payment.order.amount)) }
                } } }
            } }
        }
    }
}
