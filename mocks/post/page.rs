//! The post's page for people: what it holds, and the newest signals of its ledger, read again while one looks.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::{self, Offset};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use crate::books::Books;
use crate::clock;
use crate::ledger::{Direction, Signal};
use crate::server::Post;
use crate::words;

/// How many signals are shown.
const SHOWN: usize = 100;

/// Vietnam has one offset and no summer time.
const VIETNAM: Offset = tz::offset(7);

/// The language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    fn say<'text>(self, vietnamese: &'text str, english: &'text str) -> &'text str {
        match self {
            Self::Vi => vietnamese,
            Self::En => english,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Looking {
    #[serde(default)]
    lang: Language,
    /// Shows only signals whose reference or dossier contains this.
    #[serde(default)]
    q: String,
}

/// `GET /?lang=vi|en&q=TEXT`: the page.
pub(crate) async fn show(Shared(post): Shared<Arc<Post>>, Query(looking): Query<Looking>) -> Response {
    let page = render(&post.books(), &looking);
    Html(page.into_string()).into_response()
}

fn render(books: &Books, looking: &Looking) -> Markup {
    let lang = looking.lang;
    let (code, other, other_code) = match lang {
        Language::Vi => ("vi", "English", "en"),
        Language::En => ("en", "Tiếng Việt", "vi"),
    };
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (lang.say("Bưu chính mô phỏng", "Mock post")) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                header {
                    h1 { (lang.say("Bưu chính mô phỏng", "Mock post")) }
                    a href={ "?lang=" (other_code) } lang=(other_code) hreflang=(other_code) { (other) }
                    button #live type="button" aria-pressed="true" hidden {
                        (lang.say("Tự cập nhật", "Live"))
                    }
                }
                (search(looking))
                main {
                    (summary(books, lang))
                    (table(books, looking))
                }
                script { (PreEscaped(include_str!("page.js"))) }
            }
        }
    }
}

fn summary(books: &Books, lang: Language) -> Markup {
    let money = books.cod.total();
    let now = clock::timer();
    html! {
        dl {
            @for (vietnamese, word, count) in books.census() {
                div { dt { (lang.say(vietnamese, word)) } dd { (grouped(count)) } }
            }
            div { dt { (lang.say("Đã thu hộ", "Collected on delivery")) } dd { (grouped(money.collected)) " ₫" } }
            div { dt { (lang.say("Đã chuyển trả", "Remitted")) } dd { (grouped(money.remitted)) " ₫" } }
            div { dt { (lang.say("Chưa chuyển trả", "Outstanding")) } dd { (grouped(money.outstanding)) " ₫" } }
            div { dt { (lang.say("Đã đối soát", "Reconciled")) } dd { (grouped(money.reconciled)) " ₫" } }
            div {
                dt { (lang.say("Hai quầy: đang phục vụ / chờ", "Two counters: busy / waiting")) }
                dd { (books.counters.busy(now)) " / " (books.counters.waiting(now)) }
            }
        }
    }
}

fn search(looking: &Looking) -> Markup {
    let lang = looking.lang;
    html! {
        form method="get" role="search" {
            input type="hidden" name="lang" value=(lang.say("vi", "en"));
            label for="q" { (lang.say("Mã hồ sơ hoặc vận đơn", "Dossier or waybill")) }
            input #q type="search" name="q" value=(looking.q);
            button { (lang.say("Tìm", "Find")) }
        }
    }
}

fn table(books: &Books, looking: &Looking) -> Markup {
    let lang = looking.lang;
    let matches = |text: &str| text.contains(&looking.q);
    let signals = books.ledger.newest(SHOWN, |message| matches(&message.reference) || matches(&message.dossier));
    let heads = [
        ("#", "#"),
        ("Thời điểm", "Time"),
        ("Chiều", "Way"),
        ("Loại", "Kind"),
        ("Vận đơn", "Waybill"),
        ("Hồ sơ", "Dossier"),
        ("Số tiền", "Amount"),
        ("Trạng thái", "State"),
        ("Lỗi cố ý", "Fault"),
        ("Trả lời", "Answer"),
    ]
    .map(|(vietnamese, english)| lang.say(vietnamese, english));
    html! {
        h2 {
            (lang.say("Sổ cái", "Ledger")) " "
            span.dim { (lang.say("mới nhất trước", "newest first")) ", " (signals.len()) " / " (grouped(books.ledger.len())) }
        }
        table {
            thead { tr { @for (i, head) in heads.iter().enumerate() { th scope="col" class=[is_number(i).then_some("number")] { (head) } } } }
            tbody {
                @for signal in signals {
                    tr {
                        @for (i, (head, cell)) in heads.iter().zip(cells(signal, lang)).enumerate() {
                            td data-label=(head) class=[class(i)] { (cell) }
                        }
                    }
                }
            }
        }
    }
}

fn is_number(column: usize) -> bool {
    matches!(column, 0 | 6)
}

fn class(column: usize) -> Option<&'static str> {
    match column {
        1 | 4 | 5 => Some("whole"),
        8 => Some("fault"),
        _ => is_number(column).then_some("number"),
    }
}

/// The cells of one row, in the order of the heads.
fn cells(signal: &Signal, lang: Language) -> [String; 10] {
    let message = &signal.message;
    let way = match message.direction {
        Direction::In => lang.say("→ đến", "→ in"),
        Direction::Out => lang.say("← đi", "← out"),
        Direction::Internal => lang.say("nội bộ", "internal"),
    };
    let status = message.status.map(|status| status.to_string());
    let answer = [status.as_deref().unwrap_or_default(), &message.detail].join(" ");
    [
        signal.seq.to_string(),
        time(signal.at_unix_ns),
        way.to_owned(),
        lang.say(words::vietnamese(message.kind), message.kind).to_owned(),
        message.reference.clone(),
        message.dossier.clone(),
        if message.amount == 0 { String::new() } else { grouped(message.amount) },
        lang.say(words::vietnamese(message.state), message.state).to_owned(),
        message.fault.map_or("", |fault| lang.say(words::fault(fault.name()), fault.name())).to_owned(),
        answer.trim().to_owned(),
    ]
}

/// The time of day in Vietnam, to the millisecond.
fn time(unix_ns: u64) -> String {
    let timestamp = Timestamp::from_nanosecond(i128::from(unix_ns)).unwrap_or(Timestamp::UNIX_EPOCH);
    VIETNAM.to_datetime(timestamp).strftime("%H:%M:%S%.3f").to_string()
}

/// A whole number as Vietnamese readers write it: `1.250.000`.
fn grouped<Number: ToString + Copy>(number: Number) -> String {
    let digits = number.to_string();
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
    use crate::parcel::tests::parcel;

    fn page(lang: Language, q: &str) -> String {
        let mut books = Books::default();
        for number in ["<b>D-1</b>", "D-2"] {
            books.open(parcel(number, 1_250_000), clock::timer());
            books.advance_next();
        }
        render(&books, &Looking { lang, q: q.to_owned() }).into_string()
    }

    #[test]
    fn text_from_an_order_cannot_become_markup() {
        let page = page(Language::Vi, "");
        assert!(page.contains("&lt;b&gt;D-1&lt;/b&gt;") && !page.contains("<b>D-1"));
    }

    #[test]
    fn the_page_speaks_both_languages_and_finds_a_dossier() {
        assert!(page(Language::Vi, "").contains("Sổ cái"));
        let found = page(Language::En, "D-2");
        assert!(found.contains("Ledger") && found.contains("picked_up") && !found.contains("D-1"));
    }

    #[test]
    fn dong_are_grouped_by_threes() {
        assert_eq!(grouped(5_592_145_403_i64), "5.592.145.403");
        assert_eq!(grouped(999), "999");
    }
}
