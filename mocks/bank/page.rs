//! What the customer sees: a plain page with the amount and two buttons, and where the buttons lead.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::books::{Books, Payment, State};
use crate::callback;
use crate::ledger::{Direction, Message};
use crate::server::Bank;

/// `GET /pay/{transaction}`: the payment page; the forged callback, if there is to be one, goes out and is
/// answered before the customer sees it.
pub(crate) async fn show(Shared(bank): Shared<Arc<Bank>>, Path(transaction): Path<String>) -> Response {
    let Some((payment, is_to_be_forged)) = open_page(&bank, &transaction) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if is_to_be_forged {
        // A task of its own, because a customer who hangs up must not take the forged callback along.
        let forging = tokio::spawn(callback::forge(Arc::clone(&bank), payment.clone()));
        if forging.await.is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    Html(render(&payment)).into_response()
}

fn open_page(bank: &Bank, transaction: &str) -> Option<(Payment, bool)> {
    let mut books = bank.books();
    let books: &mut Books = &mut books;
    let payment = books.by_transaction(transaction)?;
    let is_first = !std::mem::replace(&mut payment.shown, true);
    let payment = payment.clone();
    let is_to_be_forged = is_first && payment.state == State::Ordered && bank.config.sends_forged(&payment.reference);
    books.open_callbacks += usize::from(is_to_be_forged);
    books.ledger.enter(Message {
        direction: Direction::In,
        kind: "page",
        status: Some(StatusCode::OK.as_u16()),
        ..payment.internal()
    });
    Some((payment, is_to_be_forged))
}

/// What a customer may do on the page.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Pay the amount.
    Pay,
    /// Go back without paying.
    Cancel,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    action: Action,
}

/// `POST /pay/{transaction}`: ends the payment, sends the customer back to the portal and tells the portal.
pub(crate) async fn decide(
    Shared(bank): Shared<Arc<Bank>>,
    Path(transaction): Path<String>,
    Form(decision): Form<Decision>,
) -> Response {
    let wanted = match decision.action {
        Action::Pay => State::Captured,
        Action::Cancel => State::Cancelled,
    };
    let decided = bank.books().decide(&transaction, wanted);
    let Some((payment, is_news)) = decided else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let way_back = way_back(&payment);
    if is_news {
        let delay = bank.config.callback_delay;
        tokio::spawn(callback::tell(bank, payment, delay));
    }
    Redirect::to(&way_back).into_response()
}

fn way_back(payment: &Payment) -> String {
    let mark = if payment.return_url.contains('?') { '&' } else { '?' };
    let reference = percent_encoded(&payment.reference);
    format!("{}{mark}reference={reference}&code={}", payment.return_url, payment.state.code())
}

fn percent_encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn render(payment: &Payment) -> String {
    format!(
        r#"<!doctype html>
<html lang="vi"><meta charset="utf-8"><title>Thanh toán / Payment</title>
<h1>Thanh toán trực tuyến <small lang="en">Online payment</small></h1>
<p>{description}</p>
<dl>
<dt>Mã tham chiếu / Reference</dt><dd>{reference}</dd>
<dt>Số tiền / Amount</dt><dd><data value="{amount}">{dong} ₫</data></dd>
</dl>
<form method="post" action="/pay/{transaction}">
<button name="action" value="pay">Thanh toán / Pay</button>
<button name="action" value="cancel">Hủy / Cancel</button>
</form>
</html>
"#,
        description = escaped(&payment.description),
        reference = escaped(&payment.reference),
        amount = payment.amount,
        dong = grouped(payment.amount),
        transaction = payment.transaction,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Whole VND as Vietnamese readers write it: `1.250.000`.
fn grouped(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dong_are_grouped_by_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_250_000), "1.250.000");
        assert_eq!(grouped(5_592_145_403), "5.592.145.403");
    }

    #[test]
    fn text_from_an_order_cannot_become_markup() {
        assert_eq!(escaped(r#"<a href="x">&"#), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }

    #[test]
    fn a_reference_cannot_add_parameters_to_the_way_back() {
        assert_eq!(percent_encoded("H12-1-P1&code=00"), "H12-1-P1%26code%3D00");
    }
}
