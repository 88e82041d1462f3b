//! The post's page for people.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use maud::Markup;
use mock_ground::{Language, LedgerPage, PageQuery, grouped};
use tokio::time::Instant;

use crate::faults::Fault;
use crate::post::Post;
use crate::records::Records;
use crate::words;

/// `GET /?lang=vi|en&q=TEXT`: the page.
pub(crate) async fn show(Shared(post): Shared<Arc<Post>>, Query(query): Query<PageQuery>) -> Response {
    page(&post.records(), query.lang).respond(&query)
}

fn page(records: &Records, language: Language) -> LedgerPage<'_, Fault> {
    LedgerPage {
        title: ("Bưu chính mô phỏng", "Mock post"),
        reference: ("Vận đơn", "Waybill"),
        summary: summary(records, language),
        ledger: &records.ledger,
        word: |language, word| language.say(words::vietnamese(word), word),
        fault: |language, fault| language.say(words::fault(fault.name()), fault.name()),
        links: Markup::default(),
        more: Markup::default(),
    }
}

fn summary(records: &Records, language: Language) -> Vec<(&'static str, String)> {
    let (money, now) = (records.cod.total(), Instant::now());
    let say = |vietnamese, english| language.say(vietnamese, english);
    let parcels = records.census().into_iter().map(|(vietnamese, word, count)| (say(vietnamese, word), grouped(count)));
    let money = [
        (say("Đã thu hộ", "Collected on delivery"), money.collected),
        (say("Đã chuyển trả", "Remitted"), money.remitted),
        (say("Chưa chuyển trả", "Outstanding"), money.outstanding),
        (say("Đã đối soát", "Reconciled"), money.reconciled),
    ];
    let counters = format!("{} / {}", records.counters.busy(now), records.counters.waiting(now));
    parcels
        .chain(money.map(|(term, amount)| (term, format!("{} ₫", grouped(amount)))))
        .chain([(say("Hai quầy: đang phục vụ / chờ", "Two counters: busy / waiting"), counters)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parcel::tests::parcel;

    #[test]
    fn the_page_shows_parcels_money_and_signals() {
        let mut records = Records::new();
        records.open(parcel("D-1", 1_250_000), Instant::now());
        records.advance_next();
        let page = page(&records, Language::English);
        let page = page.render(&PageQuery { lang: Language::English, q: String::new() }).into_string();
        for text in ["in_transit", "Collected on delivery", "picked_up", "VP000000001VN"] {
            assert!(page.contains(text), "{text}");
        }
    }
}
