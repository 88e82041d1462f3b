//! A protocol shaped like a commercial gateway, version 2.1.0: the portal sends the customer's browser with a
//! signed query, the bank informs the portal by a signed query too (IPN), and the portal can query (`querydr`) and
//! refund (`refund`). Amounts are dong times 100.
//!
//! Checksums are HMAC-SHA512: of a query over its pairs sorted by name and written as forms write them (a
//! space is `+`), of a JSON message over its fields joined by `|`. A refusal for its form or its checksum has
//! HTTP status 400 here, where the original says 200.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State as Shared};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value};

use super::{Callback, Claim};
use crate::bank::Bank;
use crate::config::LONGEST_LIFETIME_S;
use crate::desk::{self, Claimed, Objection};
use crate::fields::{Body, Fields, piped};
use crate::page;
use crate::payment::{Order, Payment, State};
use crate::{checksum, clock};

const BANK: &str = "MOCKBANK";
const HUNDREDTHS: i64 = 100;
/// The largest number of pairs: more than any portal sends.
const MOST_PAIRS: usize = 64;

/// What the checksum of a `querydr` is taken over, in this order.
const QUERY: [&str; 9] = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
];
/// What the checksum of a `refund` is taken over, in this order.
const REFUND: [&str; 13] = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TransactionType",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_TransactionNo",
    "vnp_TransactionDate",
    "vnp_CreateBy",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
];
/// What the checksum of an answer is taken over, in this order; in an answer to a `querydr` an empty
/// `vnp_PromotionCode` and `vnp_PromotionAmount` follow.
const ANSWER: [&str; 13] = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
];

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/paymentv2/vpcpay.html", get(arrive)).route("/merchant_webapi/api/transaction", post(take))
}

/// A query by name.
type Pairs = BTreeMap<String, String>;

/// The text over which a query is signed, which is also how it is sent.
fn signed_text(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The pairs of a query without its checksum, and that. `None`: a name comes twice, or there are too many.
fn split(query: &str) -> Option<(Pairs, String)> {
    let mut pairs = Pairs::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if pairs.len() >= MOST_PAIRS || pairs.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    pairs.remove("vnp_SecureHashType");
    let checksum = pairs.remove("vnp_SecureHash").unwrap_or_default();
    Some((pairs, checksum))
}

/// `GET /paymentv2/vpcpay.html`: the customer arrives with the order in the address, and is sent to its page.
async fn arrive(Shared(bank): Shared<Arc<Bank>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = mock_ground::Language::of(query.as_deref(), &headers);
    let Some((pairs, checksum)) = split(&query.unwrap_or_default()) else {
        return page::refusal(desk::reject(&bank, "order", Objection::Malformed), language);
    };
    let is_genuine = checksum::hmac_sha512(&signed_text(&pairs), &bank.setup.secret) == checksum;
    let objection = (!is_genuine).then_some(Objection::BadChecksum);
    let Some(order) = read_order(&pairs, bank.setup.lifetime_s()) else {
        let objection = objection.unwrap_or(Objection::Malformed);
        return page::refusal(desk::reject(&bank, "order", objection), language);
    };
    match desk::take(&bank, order, objection) {
        Ok(payment) => Redirect::to(&bank.page_of(&payment)).into_response(),
        Err(objection) => page::refusal(objection, language),
    }
}

fn read_order(pairs: &Pairs, lifetime_s: i64) -> Option<Order> {
    let text = |name: &str| pairs.get(name).cloned().unwrap_or_default();
    let is_payment = text("vnp_Command") == "pay" && text("vnp_CurrCode") == "VND" && text("vnp_Version") == "2.1.0";
    let hundredths: i64 = text("vnp_Amount").parse().ok()?;
    let created = clock::parse_stamp(&text("vnp_CreateDate"))?;
    let lifetime = match pairs.get("vnp_ExpireDate") {
        // A portal on a simulated clock means the time between, not the instant.
        Some(expiry) => clock::parse_stamp(expiry)?.checked_sub(created)?,
        None => lifetime_s,
    };
    let is_sound = is_payment && hundredths % HUNDREDTHS == 0 && (1..=LONGEST_LIFETIME_S).contains(&lifetime);
    is_sound.then(|| Order {
        partner: text("vnp_TmnCode"),
        reference: text("vnp_TxnRef"),
        dossier: String::new(),
        description: text("vnp_OrderInfo"),
        amount: hundredths / HUNDREDTHS,
        callback_url: String::new(),
        return_url: text("vnp_ReturnUrl"),
        lookup: String::new(),
        ordered_at: created,
        expires_at: clock::now() + lifetime,
    })
}

/// `POST /merchant_webapi/api/transaction`: `querydr` or `refund`.
async fn take(Shared(bank): Shared<Arc<Bank>>, message: Body) -> Response {
    let Ok(Json(fields)) = message else {
        return refuse(None, desk::reject(&bank, "query", Objection::Malformed), &bank.setup.secret);
    };
    let answered = match fields.text("vnp_Command").as_str() {
        "querydr" => query(&bank, &fields),
        "refund" => refund(&bank, &fields),
        _ => Err(desk::reject(&bank, "query", Objection::Malformed)),
    };
    match answered {
        Ok(answer) => Json(answer).into_response(),
        Err(objection) => refuse(Some(&fields), objection, &bank.setup.secret),
    }
}

fn checked<const COUNT: usize>(bank: &Bank, fields: &Fields, names: [&str; COUNT]) -> Result<(), Objection> {
    let text = piped(&fields.texts(names));
    if checksum::hmac_sha512(&text, &bank.setup.secret) != fields.text("vnp_SecureHash") {
        return Err(desk::reject(bank, "query", Objection::BadChecksum));
    }
    let request = fields.text("vnp_RequestId");
    if request.is_empty() || request.len() > 64 {
        return Err(desk::reject(bank, "query", Objection::Malformed));
    }
    Ok(())
}

fn query(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    checked(bank, fields, QUERY)?;
    if !bank.records().is_first_request(&fields.text("vnp_RequestId")) {
        return Err(Objection::Conflict);
    }
    let payment = desk::ask(bank, &fields.text("vnp_TxnRef"), "query")?;
    let is_same_day = clock::stamp(payment.order.ordered_at) == fields.text("vnp_TransactionDate");
    if payment.order.partner != fields.text("vnp_TmnCode") || !is_same_day {
        return Err(Objection::Unknown);
    }
    Ok(answer(fields, &payment, "01", &bank.setup.secret))
}

fn refund(bank: &Bank, fields: &Fields) -> Result<Value, Objection> {
    checked(bank, fields, REFUND)?;
    let (partner, reference, refund) =
        (fields.text("vnp_TmnCode"), fields.text("vnp_TxnRef"), fields.text("vnp_RequestId"));
    let hundredths = fields.number("vnp_Amount").filter(|amount| amount % HUNDREDTHS == 0);
    let amount = hundredths.ok_or(Objection::Malformed)? / HUNDREDTHS;
    let kind = fields.text("vnp_TransactionType");
    let whole = bank.records().by_reference(&reference).map(|payment| payment.order.amount);
    match kind.as_str() {
        "02" if whole.is_none_or(|whole| whole == amount) => {}
        "03" => {}
        _ => return Err(Objection::Malformed),
    }
    let claimed = Claimed { partner: &partner, reference: &reference, refund: &refund, amount };
    let payment = desk::give_back(bank, &claimed)?;
    Ok(answer(fields, &payment, &kind, &bank.setup.secret))
}

fn answer(fields: &Fields, payment: &Payment, kind: &str, secret: &str) -> Value {
    let command = fields.text("vnp_Command");
    let amount =
        if command == "refund" { fields.text("vnp_Amount") } else { (payment.order.amount * HUNDREDTHS).to_string() };
    let request = fields.text("vnp_RequestId");
    let values = [
        request.as_str(),
        &command,
        "00",
        "Success",
        &payment.order.partner,
        &payment.order.reference,
        &amount,
        BANK,
        &clock::stamp(payment.decided_at),
        &number_of(&payment.transaction()),
        kind,
        status_word(payment.state),
        &payment.order.description,
    ];
    signed_answer(&values, &command, secret)
}

fn signed_answer(values: &[&str; 13], command: &str, secret: &str) -> Value {
    let named = ANSWER.iter().zip(values).map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let mut message: Map<String, Value> = named.collect();
    let mut text = piped(values);
    if command == "querydr" {
        message.insert("vnp_PromotionCode".to_owned(), "".into());
        message.insert("vnp_PromotionAmount".to_owned(), "".into());
        text.push_str("||");
    }
    message.insert("vnp_SecureHash".to_owned(), checksum::hmac_sha512(&text, secret).into());
    Value::Object(message)
}

fn refuse(fields: Option<&Fields>, objection: Objection, secret: &str) -> Response {
    let text = |name: &str| fields.map(|fields| fields.text(name)).unwrap_or_default();
    let (command, request) = (text("vnp_Command"), text("vnp_RequestId"));
    let (partner, reference) = (text("vnp_TmnCode"), text("vnp_TxnRef"));
    let (code, words) = (objection.code(), objection.words().1);
    let values = [&*request, &command, code, words, &partner, &reference, "", "", "", "", "", "", ""];
    (objection.status(), Json(signed_answer(&values, &command, secret))).into_response()
}

/// `vnp_TransactionStatus`: 00 done, 01 not yet, 02 failed.
fn status_word(state: State) -> &'static str {
    match state {
        State::Captured => "00",
        State::Ordered | State::Pending => "01",
        State::Cancelled | State::Expired => "02",
    }
}

/// A transaction number without its letter, as this protocol has it.
fn number_of(transaction: &str) -> String {
    transaction.trim_start_matches('T').to_owned()
}

pub(super) fn callback(claim: &Claim<'_>, url: &str, secret: &str) -> Callback {
    let url = signed_address(claim, url, secret);
    Callback { method: Method::GET, url, body: Bytes::new() }
}

pub(super) fn way_back(payment: &Payment, url: &str, secret: &str) -> String {
    let transaction = payment.transaction();
    let claim = Claim {
        payment,
        state: payment.state,
        partner: &payment.order.partner,
        amount: payment.order.amount,
        transaction: &transaction,
        at: payment.decided_at,
    };
    signed_address(&claim, url, secret)
}

fn signed_address(claim: &Claim<'_>, url: &str, secret: &str) -> String {
    let order = &claim.payment.order;
    let pairs: Pairs = [
        ("vnp_TmnCode", claim.partner.to_owned()),
        ("vnp_Amount", (claim.amount * HUNDREDTHS).to_string()),
        ("vnp_BankCode", BANK.to_owned()),
        ("vnp_BankTranNo", claim.transaction.to_owned()),
        ("vnp_CardType", "ATM".to_owned()),
        ("vnp_PayDate", clock::stamp(claim.at)),
        ("vnp_OrderInfo", order.description.clone()),
        ("vnp_TransactionNo", number_of(claim.transaction)),
        ("vnp_ResponseCode", claim.state.code().to_owned()),
        ("vnp_TransactionStatus", status_word(claim.state).to_owned()),
        ("vnp_TxnRef", order.reference.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let text = signed_text(&pairs);
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{text}&vnp_SecureHash={}", checksum::hmac_sha512(&text, secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::{captured, claim};

    #[test]
    fn the_checksum_of_a_callback_is_what_openssl_says() {
        // printf 'vnp_Amount=12000000&vnp_BankCode=MOCKBANK&vnp_BankTranNo=T0000000001&vnp_CardType=ATM&vnp_OrderInfo=Le+phi+ho+so&vnp_PayDate=20210301210509&vnp_ResponseCode=00&vnp_TmnCode=P&vnp_TransactionNo=0000000001&vnp_TransactionStatus=00&vnp_TxnRef=R-1' | openssl dgst -sha512 -hmac s3cret
        let payment = captured("R-1", "Le phi ho so");
        let call = callback(&claim(&payment, "T0000000001"), "http://127.0.0.1:1/ipn", "s3cret");
        assert!(call.url.starts_with("http://127.0.0.1:1/ipn?vnp_Amount=12000000&vnp_BankCode=MOCKBANK&"), "{call:?}");
        assert!(
            call.url.ends_with(
                "&vnp_SecureHash=eb9207152ff5d6b76bbdca9a5e7def7a38a0c16556d51c81f685f14dc6bf81410a1ce0e305b5f45c1af6700b7cbf3397ed1dc38675a95f73e7cf77eac71df32c"
            ),
            "{call:?}"
        );
    }

    #[test]
    fn a_query_is_split_from_its_checksum_and_no_name_may_come_twice() {
        let (pairs, checksum) = split("b=2&a=1+1&vnp_SecureHash=x&vnp_SecureHashType=SHA512").unwrap();
        assert_eq!((signed_text(&pairs), checksum), ("a=1+1&b=2".to_owned(), "x".to_owned()));
        assert!(split("a=1&a=2").is_none());
        let many: Vec<String> = (0..100).map(|i| format!("a{i}=1")).collect();
        assert!(split(&many.join("&")).is_none());
    }
}
