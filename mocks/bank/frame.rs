//! The frame around every page: one style, one way to switch the language, no resource from elsewhere.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use maud::{DOCTYPE, Markup, html};

use crate::language::Language;

/// What a page is made of.
pub(crate) struct Frame<'page> {
    pub(crate) language: Language,
    pub(crate) title: &'page str,
    /// How wide it may become.
    pub(crate) width: Width,
    /// After how many seconds the browser loads it again.
    pub(crate) refresh_s: Option<u32>,
    pub(crate) content: Markup,
}

/// How wide a page may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// As wide as a form.
    Narrow,
    /// As wide as a table.
    Wide,
}

const STYLE: &str = include_str!("style.css");

/// `GET /style.css`.
pub(crate) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "max-age=3600")], STYLE).into_response()
}

impl Frame<'_> {
    pub(crate) fn respond(self, status: StatusCode) -> Response {
        (status, Html(self.render().into_string())).into_response()
    }

    fn render(self) -> Markup {
        let other = self.language.other();
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if let Some(seconds) = self.refresh_s { meta http-equiv="refresh" content=(seconds); }
                    link rel="icon" href="data:,";
                    title { (self.title) }
                    link rel="stylesheet" href="/style.css";
                }
                body .narrow[self.width == Width::Narrow] {
                    header {
                        h1 { (self.title) }
                        a href={ "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code()) {
                            (other.say("Tiếng Việt", "English"))
                        }
                    }
                    main { (self.content) }
                    footer { (self.language.say(
                        "Hệ thống thử nghiệm: không có tiền thật, không có ngân hàng thật.",
                        "A test system: no real money, no real bank.",
                    )) }
                }
            }
        }
    }
}

/// Whole dong as Vietnamese readers write them: `1.250.000`.
pub(crate) fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 2);
    if amount < 0 {
        text.push('-');
    }
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
        assert_eq!(grouped(-1_000), "-1.000");
        assert_eq!(grouped(1_250_000), "1.250.000");
        assert_eq!(grouped(5_592_145_403), "5.592.145.403");
    }

    #[test]
    fn text_from_an_order_cannot_become_markup() {
        let content = html! { p { (r#"<a href="x">&"#) } };
        assert_eq!(content.into_string(), "<p>&lt;a href=&quot;x&quot;&gt;&amp;</p>");
    }
}
