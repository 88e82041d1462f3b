//! The bank's own page: its protocol, the money, the live ledger, and the faults.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use mock_ground::{Language, LedgerPage, PageQuery, grouped};

use crate::bank::Bank;
use crate::cash::{Day, Sums};
use crate::config::Setup;
use crate::faults::Fault;
use crate::profile::Profile;
use crate::records::Records;
use crate::words;

/// How many days are shown.
const SHOWN: usize = 50;

/// `GET /?lang=vi|en&q=TEXT`: the page.
pub(crate) async fn show(Shared(bank): Shared<Arc<Bank>>, Query(query): Query<PageQuery>) -> Response {
    let language = query.lang;
    let records = bank.records();
    let page = LedgerPage {
        title: ("Nền tảng thanh toán", "Payment platform"),
        reference: ("Mã tham chiếu", "Reference"),
        summary: summary(&records, &bank.setup, language),
        ledger: &records.ledger,
        word: words::signal,
        fault: |language, fault| words::fault(language, *fault),
        links: links(bank.setup.profile, language),
        more: html! {
            (days(&records, language))
            (faults(&bank.setup, language))
        },
    };
    page.respond(&query)
}

fn summary(records: &Records, setup: &Setup, language: Language) -> Vec<(&'static str, String)> {
    let sums = records.cash.total();
    vec![
        (language.say("Giao thức", "Profile"), setup.profile.name().to_owned()),
        (language.say("Giao dịch", "Payments"), grouped(records.ordered())),
        (language.say("Đã thu, ₫", "Captured, ₫"), grouped(sums.captured)),
        (language.say("Đã hoàn, ₫", "Refunded, ₫"), grouped(sums.refunded)),
        (language.say("Phải trả cổng, ₫", "Owed to the portal, ₫"), grouped(sums.net())),
        (language.say("Thông báo đang chờ", "Callbacks open"), records.open_callbacks.to_string()),
    ]
}

fn links(profile: Profile, language: Language) -> Markup {
    let code = language.code();
    html! {
        p {
            a href={ "/reconciliation?lang=" (code) } { (language.say("Đối soát", "Reconciliation")) }
            " · " a href="/_ledger" { (language.say("Sổ cái (JSON)", "Ledger (JSON)")) }
            @if profile == Profile::Provincial {
                " · " a href={ "/bills?lang=" (code) } { (language.say("Tra cứu hóa đơn", "Bill look-up")) }
            }
        }
    }
}

fn days(records: &Records, language: Language) -> Markup {
    let days: Vec<(Date, Day)> = records.cash.days().collect();
    html! {
        h2 { (language.say("Tệp quyết toán theo ngày", "Settlement files")) }
        @if days.is_empty() { p .dim { (language.say("Chưa có tiền nào chuyển.", "No money has moved yet.")) } }
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
        h2 { (language.say("Lỗi cố ý", "Injected faults")) }
        p { (language.say("Hạt giống", "Seed")) " " (setup.seed) ". "
            @if set.is_empty() { (language.say("Không có.", "None.")) }
            @for (i, fault) in set.iter().enumerate() {
                @if i > 0 { ", " }
                (words::fault(language, *fault)) " " (format!("{:.1} %", setup.shares.of(*fault) * 100.0))
            }
        }
    }
}
