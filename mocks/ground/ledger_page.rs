//! A system's page for people: its figures and the newest signals of its ledger, refreshed while it is open.

use std::fmt;

use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use crate::frame::{Frame, grouped};
use crate::language::Language;
use crate::ledger::{Direction, Ledger, Signal};

/// How many signals are shown.
const SHOWN: usize = 100;

/// The column that is shown only where there is an amount.
const AMOUNT: usize = 6;

/// The style of the page; its classes serve other pages as well.
pub const STYLE: &str = include_str!("page.css");

/// A text in Vietnamese and in English.
type Words = (&'static str, &'static str);

/// The query of the page: `?lang=vi|en&q=TEXT`.
#[derive(Debug, Default, Deserialize)]
pub struct PageQuery {
    /// The language of the page.
    #[serde(default)]
    pub lang: Language,
    /// Shows only signals whose reference or dossier contains this.
    #[serde(default)]
    pub q: String,
}

/// The content of the page of one system.
pub struct LedgerPage<'page, Fault> {
    /// The title.
    pub title: Words,
    /// What its references are called.
    pub reference: Words,
    /// Terms and their figures.
    pub summary: Vec<(&'page str, String)>,
    /// The ledger.
    pub ledger: &'page Ledger<Fault>,
    /// Translates the kind or the state of a signal.
    pub word: fn(Language, &'static str) -> &'static str,
    /// Translates a fault.
    pub fault: fn(Language, &Fault) -> &'static str,
    /// Links above the table.
    pub links: Markup,
    /// Further content below the table.
    pub more: Markup,
}

impl<Fault> fmt::Debug for LedgerPage<'_, Fault> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LedgerPage").field("title", &self.title).finish_non_exhaustive()
    }
}

impl<Fault> LedgerPage<'_, Fault> {
    /// The page as an answer.
    pub fn respond(self, query: &PageQuery) -> Response {
        Html(self.render(query).into_string()).into_response()
    }

    /// The page.
    pub fn render(self, query: &PageQuery) -> Markup {
        let language = query.lang;
        let say = |(vietnamese, english): Words| language.say(vietnamese, english);
        let frame = Frame {
            language,
            title: say(self.title),
            kept: &[("q", &query.q)],
            class: None,
            head: html! { style { (PreEscaped(STYLE)) } },
            tools: html! {
                button #live type="button" aria-pressed="true" hidden { (language.say("Tự cập nhật", "Live")) }
            },
            content: html! {
                (search(query, say(self.reference)))
                main {
                    dl { @for (term, figure) in &self.summary { div { dt { (term) } dd { (figure) } } } }
                    (self.links)
                    (self.table(query))
                    (self.more)
                }
                script { (PreEscaped(include_str!("page.js"))) }
            },
        };
        frame.render()
    }

    fn table(&self, query: &PageQuery) -> Markup {
        let language = query.lang;
        let matches = |text: &str| text.contains(&query.q);
        let is_found = |signal: &&Signal<Fault>| matches(&signal.message.reference) || matches(&signal.message.dossier);
        let signals: Vec<_> = self.ledger.newest().filter(is_found).take(SHOWN).collect();
        let columns = self.columns(language);
        let has_amounts = signals.iter().any(|signal| signal.message.amount != 0);
        let is_shown = |i: usize| i != AMOUNT || has_amounts;
        html! {
            h2 {
                (language.say("Sổ cái, mới nhất trước", "Ledger, newest first")) " "
                span.dim { (signals.len()) " / " (grouped(self.ledger.len())) }
            }
            table {
                thead { tr { @for (i, (head, class)) in columns.iter().enumerate() { @if is_shown(i) {
                    th scope="col" class=[class.filter(|class| *class == "number")] { (head) }
                } } } }
                tbody { @for signal in signals { tr {
                    @for (i, ((head, class), cell)) in columns.iter().zip(self.cells(signal, language)).enumerate() {
                        @if is_shown(i) { td data-label=(head) class=[*class] { (cell) } }
                    }
                } } }
            }
        }
    }

    /// The columns: head and class.
    fn columns(&self, language: Language) -> [(&'static str, Option<&'static str>); 10] {
        [
            (("#", "#"), Some("number")),
            (("Thời điểm", "Time"), Some("whole")),
            (("Chiều", "Way"), None),
            (("Loại", "Kind"), Some("word")),
            (self.reference, Some("whole")),
            (("Hồ sơ", "Dossier"), Some("whole")),
            (("Số tiền, ₫", "Amount, ₫"), Some("number")),
            (("Trạng thái", "State"), Some("word")),
            (("Lỗi cố ý", "Fault"), Some("fault")),
            (("Trả lời", "Answer"), None),
        ]
        .map(|((vietnamese, english), class)| (language.say(vietnamese, english), class))
    }

    /// The cells of one row, in the order of the columns.
    fn cells(&self, signal: &Signal<Fault>, language: Language) -> [String; 10] {
        let message = &signal.message;
        let way = match message.direction {
            Direction::In => language.say("→ đến", "→ in"),
            Direction::Out => language.say("← đi", "← out"),
            Direction::Internal => language.say("nội bộ", "internal"),
        };
        let status = message.status.map(|status| status.to_string()).unwrap_or_default();
        [
            signal.seq.to_string(),
            time_of_day(signal.at_unix_ns),
            way.to_owned(),
            (self.word)(language, message.kind).to_owned(),
            message.reference.clone(),
            message.dossier.clone(),
            if message.amount == 0 { String::new() } else { grouped(message.amount) },
            (self.word)(language, message.state).to_owned(),
            message.fault.as_ref().map_or("", |fault| (self.fault)(language, fault)).to_owned(),
            format!("{status} {}", message.detail).trim().to_owned(),
        ]
    }
}

fn search(query: &PageQuery, reference: &str) -> Markup {
    let language = query.lang;
    html! {
        form method="get" role="search" {
            input type="hidden" name="lang" value=(language.code());
            label for="q" { (reference) " " (language.say("hoặc mã hồ sơ", "or dossier")) }
            input #q type="search" name="q" value=(query.q);
            button { (language.say("Tìm", "Find")) }
        }
    }
}

/// The time of day at UTC+7, to the millisecond.
fn time_of_day(unix_ns: u64) -> String {
    let ms = unix_ns / 1_000_000 + 7 * 3_600_000;
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Message, Room};

    fn page(lang: Language, q: &str) -> String {
        let mut ledger = Ledger::new(Room::All(10));
        for dossier in ["<b>D-1</b>", "D-2"] {
            ledger.enter(Message { dossier: dossier.to_owned(), fault: Some("lost"), ..Message::internal("entered") });
        }
        let page = LedgerPage {
            title: ("Hệ thống", "System"),
            reference: ("Vận đơn", "Waybill"),
            summary: vec![("Parcels", grouped(2_000))],
            ledger: &ledger,
            word: |_, word| word,
            fault: |_, fault| fault,
            links: Markup::default(),
            more: Markup::default(),
        };
        page.render(&PageQuery { lang, q: q.to_owned() }).into_string()
    }

    #[test]
    fn text_from_a_client_cannot_become_markup() {
        let page = page(Language::Vietnamese, "");
        assert!(page.contains("&lt;b&gt;D-1&lt;/b&gt;") && !page.contains("<b>D-1"));
    }

    #[test]
    fn the_page_speaks_both_languages_and_finds_a_dossier() {
        assert!(page(Language::Vietnamese, "").contains("Sổ cái"));
        let found = page(Language::English, "D-2");
        assert!(found.contains("Ledger") && found.contains("entered") && !found.contains("D-1"));
    }

    #[test]
    fn the_time_of_day_is_that_of_a_clock_in_vietnam() {
        assert_eq!(time_of_day(1_614_610_800_123_456_789), "22:00:00.123");
    }
}
