//! The bank's own page: what it speaks, the money, the faults, and the ledger as it grows.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::books::Books;
use crate::cash::{Day, Sums};
use crate::clock;
use crate::config::Setup;
use crate::faults::Fault;
use crate::frame::{Frame, Width, grouped};
use crate::language::Language;
use crate::ledger::{Direction, Signal};
use crate::profiles::Profile;
use crate::server::Bank;
use crate::words;

/// How many signals and days are shown.
const SHOWN: usize = 50;
/// How often the page is loaded again, in seconds.
const REFRESH_S: u32 = 3;

/// Whether the browser loads the page again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refreshing {
    On,
    Paused,
}

/// `GET /`: the page; `?pause` keeps it as it is.
pub(crate) async fn show(Shared(bank): Shared<Arc<Bank>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let language = Language::of(query.as_deref(), &headers);
    let is_paused = query.is_some_and(|query| query.contains("pause"));
    let refreshing = if is_paused { Refreshing::Paused } else { Refreshing::On };
    let content = {
        let books = bank.books();
        html! {
            (figures(&books, &bank.setup, language))
            (switch(refreshing, bank.setup.profile, language))
            (signals(&books, language))
            (days(&books, language))
            (faults(&bank.setup, language))
        }
    };
    let title = language.say("Nền tảng thanh toán", "Payment platform");
    let refresh_s = (!is_paused).then_some(REFRESH_S);
    Frame { language, title, width: Width::Wide, refresh_s, content }.respond(StatusCode::OK)
}

fn figures(books: &Books, setup: &Setup, language: Language) -> Markup {
    let sums = books.cash.total();
    let figure = |name: &str, value: String| html! { div { dt { (name) } dd { (value) } } };
    html! {
        dl .figures {
            (figure(language.say("Giao thức", "Profile"), setup.profile.name().to_owned()))
            (figure(language.say("Giao dịch", "Payments"), grouped(i64::try_from(books.ordered()).unwrap_or(i64::MAX))))
            (figure(language.say("Đã thu, ₫", "Captured, ₫"), grouped(sums.captured)))
            (figure(language.say("Đã hoàn, ₫", "Refunded, ₫"), grouped(sums.refunded)))
            (figure(language.say("Phải trả cổng, ₫", "Owed to the portal, ₫"), grouped(sums.net())))
            (figure(language.say("Thông báo đang chờ", "Callbacks open"), books.open_callbacks.to_string()))
        }
    }
}

fn switch(refreshing: Refreshing, profile: Profile, language: Language) -> Markup {
    let code = language.code();
    html! {
        p .quiet .live {
            @if refreshing == Refreshing::Paused {
                a href={ "/?lang=" (code) } { (language.say("Tiếp tục cập nhật", "Go on refreshing")) }
            } @else {
                (language.say("Tự cập nhật sau mỗi 3 giây. ", "Refreshes every 3 seconds. "))
                a href={ "/?pause&lang=" (code) } { (language.say("Tạm dừng", "Pause")) }
            }
            " · " a href={ "/reconciliation?lang=" (code) } { (language.say("Đối soát", "Reconciliation")) }
            " · " a href="/_ledger" { (language.say("Sổ cái (JSON)", "Ledger (JSON)")) }
            @if profile == Profile::Provincial {
                " · " a href={ "/bills?lang=" (code) } { (language.say("Tra cứu hóa đơn", "Bill look-up")) }
            }
        }
    }
}

fn signals(books: &Books, language: Language) -> Markup {
    let heads = heads(language);
    let title = language.say("Sổ cái, mới nhất trước", "Ledger, newest first");
    html! {
        h2 #ledger { (title) }
        div .scroll .cards role="region" aria-labelledby="ledger" tabindex="0" {
            table {
                thead { tr { @for (i, head) in heads.iter().enumerate() {
                    th scope="col" .number[matches!(i, 0 | 5)] { (head) }
                } } }
                tbody { @for signal in books.ledger.latest().take(SHOWN) { (row(signal, language, heads)) } }
            }
        }
        @if books.ledger.latest().next().is_none() {
            p .quiet { (language.say("Chưa có gì.", "Nothing yet.")) }
        }
    }
}

fn heads(language: Language) -> [&'static str; 10] {
    match language {
        Language::Vietnamese => {
            ["Số", "Lúc", "Chiều", "Việc", "Mã tham chiếu", "Số tiền, ₫", "Trạng thái", "Lỗi cố ý", "HTTP", "Chi tiết"]
        }
        Language::English => ["No.", "At", "Way", "What", "Reference", "Amount, ₫", "State", "Fault", "HTTP", "Detail"],
    }
}

/// One line of the ledger; on a telephone each cell says what it is.
fn row(signal: &Signal, language: Language, heads: [&str; 10]) -> Markup {
    let message = &signal.message;
    let [no, at, direction, kind, reference, amount, state, fault, status, detail] = heads;
    let seconds = i64::try_from(signal.at_unix_ns / 1_000_000_000).unwrap_or(i64::MAX);
    html! {
        tr {
            td .number data-label=(no) { (signal.seq) }
            td .whole data-label=(at) title=(clock::readable(seconds)) { (clock::time_of_day(seconds)) }
            td .whole data-label=(direction) { (way(message.direction, language)) }
            td data-label=(kind) { (words::signal(language, message.kind)) }
            td .whole data-label=(reference) { (message.reference) }
            td .number data-label=(amount) { (grouped(message.amount)) }
            td data-label=(state) { (words::signal(language, message.state)) }
            td data-label=(fault) {
                @if let Some(fault) = message.fault { span .bad { (words::fault(language, fault)) } }
            }
            td data-label=(status) { @if let Some(status) = message.status { (status) } }
            td data-label=(detail) { (message.detail) }
        }
    }
}

fn way(direction: Direction, language: Language) -> &'static str {
    match direction {
        Direction::In => language.say("→ vào", "→ in"),
        Direction::Out => language.say("← ra", "← out"),
        Direction::Internal => language.say("nội bộ", "inside"),
    }
}

fn days(books: &Books, language: Language) -> Markup {
    let days: Vec<(Date, Day)> = books.cash.days().collect();
    html! {
        h2 { (language.say("Tệp quyết toán theo ngày", "Settlement files")) }
        @if days.is_empty() { p .quiet { (language.say("Chưa có tiền nào chuyển.", "No money has moved yet.")) } }
        ul { @for (date, Day { all, .. }) in days.into_iter().rev().take(SHOWN) {
            li { a href={ "/settlement/" (date) } { (date) ".csv" } " · " (moved(all, language)) }
        } }
    }
}

fn moved(sums: Sums, language: Language) -> String {
    let (captures, refunds, net) = (sums.captures, sums.refunds, grouped(sums.net()));
    match language {
        Language::Vietnamese => format!("{captures} khoản thu, {refunds} khoản hoàn, còn {net} ₫"),
        Language::English => format!("{captures} captures, {refunds} refunds, net {net} ₫"),
    }
}

fn faults(setup: &Setup, language: Language) -> Markup {
    let set: Vec<Fault> = Fault::ALL.into_iter().filter(|fault| setup.shares.of(*fault) > 0.0).collect();
    html! {
        h2 { (language.say("Lỗi cố ý", "Faults on purpose")) }
        p { (language.say("Hạt giống", "Seed")) " " (setup.seed) ". "
            @if set.is_empty() { (language.say("Không có.", "None.")) }
            @for (i, fault) in set.iter().enumerate() {
                @if i > 0 { ", " }
                (words::fault(language, *fault)) " " (format!("{:.1} %", setup.shares.of(*fault) * 100.0))
            }
        }
    }
}
