//! Reconciliation to the dong: the bank's accounts against themselves, and against a list that a portal sends.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawQuery, State as Shared};
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use mock_ground::Language;
use serde::Serialize;
use serde_json::{Value, json};

use crate::accounts::{Accounts, LISTED};
use crate::bank::Bank;
use crate::cash::Sums;
use crate::payment::State;
use crate::records::Records;
use crate::statement;

pub(crate) fn routes() -> Router<Arc<Bank>> {
    Router::new().route("/reconciliation", routing::get(report).post(compare))
}

/// `GET /reconciliation`: the sums, whether the three accounts agree, and the captures that the portal has not
/// acknowledged. A browser gets a page, any other client JSON.
async fn report(Shared(bank): Shared<Arc<Bank>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        let language = Language::of(query.as_deref(), &headers);
        return statement::page(&bank.records(), language);
    }
    Json(of(&bank.records())).into_response()
}

/// The report on the bank's own accounts.
pub(crate) fn of(records: &Records) -> Value {
    let accounts = Accounts::of(records);
    let days = records.cash.days().map(|(date, day)| json!({ "day": date.to_string(), "moved": said(day.all) }));
    let open = &accounts.unacknowledged;
    json!({
        "ordered": records.ordered(),
        "kept": counts(records),
        "payments": said(accounts.payments),
        "movements": said(accounts.movements),
        "settlement": said(accounts.settlement),
        "balanced": accounts.is_balanced(),
        "days": days.collect::<Vec<Value>>(),
        "unacknowledged": {
            "count": open.len(),
            "sum": open.iter().map(|payment| payment.order.amount).sum::<i64>(),
            "payments": open.iter().take(LISTED).map(|payment| json!({
                "reference": payment.order.reference,
                "transaction": payment.transaction(),
                "amount": payment.order.amount,
            })).collect::<Vec<Value>>(),
        },
    })
}

fn said(sums: Sums) -> Value {
    json!({
        "captures": sums.captures,
        "captured": sums.captured,
        "refunds": sums.refunds,
        "refunded": sums.refunded,
        "net": sums.net(),
    })
}

/// How many of the kept payments are in which state.
fn counts(records: &Records) -> Value {
    let count = |state: State| records.payments().filter(|payment| payment.state == state).count();
    State::ALL.into_iter().map(|state| (state.word(), count(state))).collect()
}

/// `POST /reconciliation`: compares with lines `reference,amount` of what the portal says it has received.
async fn compare(Shared(bank): Shared<Arc<Bank>>, list: String) -> Response {
    match read_list(&list) {
        Ok(theirs) => Json(differences(&bank.records(), theirs)).into_response(),
        Err(problem) => (StatusCode::BAD_REQUEST, format!("{problem}\n")).into_response(),
    }
}

/// A list that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadList {
    /// A line is not a reference, a comma and whole dong.
    #[error("line {0}: expected `reference,amount` with an amount in whole dong")]
    Line(usize),
    /// A reference comes twice.
    #[error("line {0}: the reference came before")]
    Repeated(usize),
    /// The amounts are larger than all money.
    #[error("line {0}: the amounts add up to more than can be counted")]
    TooMuch(usize),
}

/// The amounts that a portal reports, by reference, and their sum.
#[derive(Debug, Default)]
pub(crate) struct List<'text> {
    amounts: HashMap<&'text str, i64>,
    sum: i64,
}

/// Reads a list; empty lines and a first line `reference,amount` are passed over.
pub(crate) fn read_list(text: &str) -> Result<List<'_>, BadList> {
    let mut list = List::default();
    for (i, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || (i == 0 && line == "reference,amount") {
            continue;
        }
        let (reference, amount) = line.rsplit_once(',').ok_or(BadList::Line(i + 1))?;
        let amount: i64 = amount.trim().parse().ok().filter(|amount| *amount >= 0).ok_or(BadList::Line(i + 1))?;
        let reference = reference.trim().trim_matches('"');
        if list.amounts.insert(reference, amount).is_some() {
            return Err(BadList::Repeated(i + 1));
        }
        list.sum = list.sum.checked_add(amount).ok_or(BadList::TooMuch(i + 1))?;
    }
    Ok(list)
}

/// A payment on which the two sides differ.
#[derive(Debug, Serialize)]
struct Difference {
    reference: String,
    /// Whole dong in the list; `None` if it is not there.
    theirs: Option<i64>,
    /// Whole dong captured less refunded here; `None` if there is no such payment.
    ours: Option<i64>,
}

/// Where a list differs from the records, and the sums of both.
pub(crate) fn differences(records: &Records, list: List<'_>) -> Value {
    let List { mut amounts, sum: theirs } = list;
    let mut found = Vec::new();
    let (mut matched, mut ours) = (0_u64, 0_i64);
    for payment in records.payments() {
        let net = payment.sums().net();
        ours += net;
        let reference = &payment.order.reference;
        match amounts.remove(reference.as_str()) {
            Some(amount) if amount == net => matched += u64::from(net > 0),
            None if net == 0 => {}
            amount => found.push(Difference { reference: reference.clone(), theirs: amount, ours: Some(net) }),
        }
    }
    let mut strangers: Vec<Difference> = amounts
        .into_iter()
        .map(|(reference, amount)| Difference { reference: reference.to_owned(), theirs: Some(amount), ours: None })
        .collect();
    strangers.sort_by(|one, other| one.reference.cmp(&other.reference));
    found.append(&mut strangers);
    json!({
        "matched": matched,
        "different": found.len(),
        "theirs": theirs,
        "ours": ours,
        "difference": i128::from(theirs) - i128::from(ours),
        "payments": found.iter().take(LISTED).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line() {
        let list = read_list("reference,amount\r\nR-1,120000\n\n\"R,2\", 5\n").unwrap();
        assert_eq!((list.amounts.get("R-1"), list.amounts.get("R,2"), list.sum), (Some(&120_000), Some(&5), 120_005));
    }

    #[test]
    fn a_bad_list_is_refused_with_its_line() {
        for (text, problem) in [
            ("R-1", BadList::Line(1)),
            ("R-1,1\nR-2,1.5", BadList::Line(2)),
            ("R-1,-1", BadList::Line(1)),
            ("R-1,1\nR-1,1", BadList::Repeated(2)),
            ("R-1,9223372036854775807\nR-2,1", BadList::TooMuch(2)),
        ] {
            assert_eq!(read_list(text).unwrap_err(), problem, "{text}");
        }
    }
}
