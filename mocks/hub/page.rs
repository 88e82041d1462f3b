//! The hub's page for people.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use maud::Markup;
use mock_ground::{Language, LedgerPage, PageQuery, grouped};

use crate::hub::Hub;
use crate::records::Records;
use crate::words;

/// `GET /?lang=vi|en&q=TEXT`: the page.
pub(crate) async fn show(Shared(hub): Shared<Arc<Hub>>, Query(query): Query<PageQuery>) -> Response {
    page(&hub.records(), query.lang).respond(&query)
}

fn page(records: &Records, language: Language) -> LedgerPage<'_, &'static str> {
    LedgerPage {
        title: ("Cổng quốc gia mô phỏng", "Mock national portal"),
        reference: ("Tham chiếu", "Reference"),
        summary: summary(records, language),
        ledger: &records.ledger,
        word: |language, word| language.say(words::vietnamese(word), word),
        fault: |_, fault| fault,
        links: Markup::default(),
        more: Markup::default(),
    }
}

fn summary(records: &Records, language: Language) -> Vec<(&'static str, String)> {
    let states = records.registry.census().into_iter().filter(|(_, count)| *count > 0);
    let mut summary = vec![(language.say("Hồ sơ", "Dossiers"), grouped(records.registry.len()))];
    summary.extend(states.map(|(state, count)| (language.say(state.vietnamese(), state.word()), grouped(count))));
    summary.extend([
        (language.say("Nộp tại cổng quốc gia", "Entered here"), grouped(records.registry.entered_count())),
        (language.say("Tin nhắn", "Messages"), grouped(records.sink.count())),
    ]);
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::fields::tests::dossier;

    #[test]
    fn the_page_shows_dossiers_by_state_and_signals() {
        let mut records = Records::new(&Config::sample(([127, 0, 0, 1], 0).into(), 1, "secret"));
        let packet = dossier("D-1").as_object().unwrap().clone();
        records.registry.enter(packet, &mut records.ledger).unwrap();
        let query = PageQuery { lang: Language::Vietnamese, q: String::new() };
        let page = page(&records, query.lang).render(&query).into_string();
        assert!(page.contains("Mới đăng ký") && page.contains("nộp tại đây") && page.contains("D-1"), "{page}");
    }
}
