//! What the bank's pages have in common: one style, and a footer.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use maud::{Markup, html};
use mock_ground::{Frame, Language};

/// `GET /style.css`.
pub(crate) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css"), (CACHE_CONTROL, "max-age=3600")], include_str!("style.css")).into_response()
}

/// A page as wide as a form.
pub(crate) fn narrow(status: StatusCode, language: Language, title: &str, content: &Markup) -> Response {
    respond(status, frame(language, title, content, Some("narrow")))
}

/// A page as wide as a table.
pub(crate) fn wide(language: Language, title: &str, content: &Markup) -> Response {
    respond(StatusCode::OK, frame(language, title, content, None))
}

fn respond(status: StatusCode, frame: Frame<'_>) -> Response {
    (status, Html(frame.render().into_string())).into_response()
}

fn frame<'page>(language: Language, title: &'page str, content: &Markup, class: Option<&'static str>) -> Frame<'page> {
    Frame {
        language,
        title,
        kept: &[],
        class,
        head: html! { link rel="stylesheet" href="/style.css"; },
        tools: Markup::default(),
        content: html! {
            main { (content) }
            footer { (language.say(
                "Hệ thống thử nghiệm: không có tiền thật, không có ngân hàng thật.",
                "A test system: no real money, no real bank.",
            )) }
        },
    }
}
