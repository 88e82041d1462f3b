//! The settlement file: the movements of one day, line by line, as CSV that ends with their total.
//!
//! ```text
//! kind,time,transaction,reference,refund,amount
//! carried,,,,,1200000          what is no longer kept line by line, in one sum; only if there is any
//! capture,2026-11-25 10:00:00,T0000000001,H12-210301-0001-P1,,120000
//! refund,2026-11-25 10:05:00,T0000000001,H12-210301-0001-P1,F-1,-20000
//! total,,,,,1300000
//! ```

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;

use crate::bank::Bank;
use crate::cash::{Cash, Flow, Movement, Sums};
use crate::clock;

/// `GET /settlement/{day}`: the file of a day such as `2026-11-25`; a day on which nothing moved has a total of 0.
pub(crate) async fn read(Shared(bank): Shared<Arc<Bank>>, Path(day): Path<String>) -> Response {
    let Ok(date) = day.trim_end_matches(".csv").parse::<Date>() else {
        return (StatusCode::BAD_REQUEST, "the day must be written as 2026-11-25\n").into_response();
    };
    let file = csv(&bank.records().cash, date);
    let name = format!("attachment; filename=\"settlement-{date}.csv\"");
    ([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)], file).into_response()
}

/// The settlement file of a day.
pub(crate) fn csv(cash: &Cash, date: Date) -> String {
    let mut file = String::from("kind,time,transaction,reference,refund,amount\n");
    let carried = cash.days().find(|(day, _)| *day == date).map(|(_, day)| day.carried).unwrap_or_default();
    let mut total = carried.net();
    if carried != Sums::default() {
        line(&mut file, ["carried", "", "", "", ""], carried.net());
    }
    for movement in cash.of(date) {
        total += enter(&mut file, movement);
    }
    line(&mut file, ["total", "", "", "", ""], total);
    file
}

fn enter(file: &mut String, movement: &Movement) -> i64 {
    let (kind, refund, amount) = match &movement.flow {
        Flow::Capture => ("capture", "", movement.amount),
        Flow::Refund(name) => ("refund", name.as_str(), -movement.amount),
    };
    let time = clock::readable(movement.at);
    line(file, [kind, &time, &movement.transaction, &movement.reference, refund], amount);
    amount
}

fn line(file: &mut String, fields: [&str; 5], amount: i64) {
    for field in fields {
        file.push_str(&quoted(field));
        file.push(',');
    }
    let Ok(()) = writeln!(file, "{amount}") else { unreachable!("a String takes all that is written") };
}

/// A field, quoted if necessary.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_closes_with_what_was_captured_less_what_went_back() {
        let mut cash = Cash::default();
        let at = clock::parse_stamp("20261125100000").unwrap();
        let movement = |flow, amount| Movement {
            at,
            flow,
            transaction: "T0000000001".into(),
            reference: "R,\"1\"".into(),
            amount,
        };
        cash.enter(movement(Flow::Capture, 120_000));
        cash.enter(movement(Flow::Refund("F".into()), 20_000));
        assert_eq!(
            csv(&cash, clock::day(at)),
            "kind,time,transaction,reference,refund,amount\n\
             capture,2026-11-25 10:00:00,T0000000001,\"R,\"\"1\"\"\",,120000\n\
             refund,2026-11-25 10:00:00,T0000000001,\"R,\"\"1\"\"\",F,-20000\n\
             total,,,,,100000\n"
        );
        assert!(csv(&cash, clock::day(at + 86_400)).ends_with("\ntotal,,,,,0\n"));
    }
}
