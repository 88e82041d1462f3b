//! The page for people who try the portal by hand: the dossiers as they stand, newest first. It names no person, needs
//! no script, and looks again by itself.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use crate::api::body::Query;
use crate::domain::dossier::Dossier;
use crate::domain::moment::Moment;
use crate::domain::problem::Language;
use crate::domain::states::State as Stand;
use crate::state::outbox::sync_state::SyncState;
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// How many dossiers are shown.
const SHOWN: usize = 50;
/// How often the page looks again, in seconds.
const REFRESH_S: u32 = 5;

const STYLE: &str = include_str!("page.css");

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/", get(show))
}

/// What is to be shown, and in which language.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    state: Option<Stand>,
    lang: Option<String>,
}

impl Wanted {
    fn language(&self, headers: &HeaderMap) -> Language {
        match self.lang.as_deref() {
            Some("vi") => Language::Vietnamese,
            Some("en") => Language::English,
            Some(_) | None => Language::of(headers),
        }
    }
}

async fn show(State(portal): State<Arc<Portal>>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    let language = wanted.language(&headers);
    let page = page(&mut portal.registry(), wanted.state, language).into_string();
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// A text in a language.
fn say(language: Language, english: &'static str, vietnamese: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::Vietnamese => vietnamese,
    }
}

/// What a state is called.
fn name(state: Stand, language: Language) -> &'static str {
    let (english, vietnamese) = match state {
        Stand::Submitted => ("submitted", "mới đăng ký"),
        Stand::Accepted => ("accepted", "được tiếp nhận"),
        Stand::Rejected => ("rejected at intake", "không được tiếp nhận"),
        Stand::InProcess => ("in process", "đang xử lý"),
        Stand::AwaitingSupplement => ("awaiting papers", "yêu cầu bổ sung giấy tờ"),
        Stand::AwaitingPayment => ("awaiting payment", "yêu cầu thực hiện nghĩa vụ tài chính"),
        Stand::WithdrawalRequested => ("withdrawal requested", "công dân yêu cầu rút hồ sơ"),
        Stand::Stopped => ("stopped", "dừng xử lý"),
        Stand::Completed => ("completed", "đã xử lý xong"),
        Stand::Returned => ("returned", "đã trả kết quả"),
    };
    say(language, english, vietnamese)
}

/// What the standing of a dossier with the nation is called.
fn synced(state: SyncState, language: Language) -> &'static str {
    let (english, vietnamese) = match state {
        SyncState::Pending => ("to be told", "chờ gửi"),
        SyncState::Sent => ("on the way", "đang gửi"),
        SyncState::Acked => ("taken", "đã nhận"),
        SyncState::Duplicate => ("known already", "đã tồn tại"),
        SyncState::Error => ("failed", "lỗi"),
        SyncState::Conflict => ("in conflict", "mâu thuẫn"),
    };
    say(language, english, vietnamese)
}

fn page(registry: &mut Registry, state: Option<Stand>, language: Language) -> Markup {
    let now = registry.now();
    let tag = language.tag();
    let title = say(language, "Reference portal", "Cổng dịch vụ công mẫu");
    let fits = |dossier: &&Dossier| state.is_none_or(|state| state == dossier.state);
    let wrong: Vec<_> = registry.defects.iter().map(crate::behaviour::defects::Defect::name).collect();
    html! {
        (DOCTYPE)
        html lang=(tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content=(REFRESH_S);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    span { (say(language, "business clock", "giờ nghiệp vụ")) ": " (short(now)) }
                    (switch(state, language))
                }
                main {
                    (states(registry, state, language))
                    @if let Some((census, _)) = registry.sync_census() {
                        p {
                            (say(language, "Told to the national portal", "Đồng bộ lên Cổng quốc gia")) ":"
                            @for (standing, count) in &census { " " (synced(*standing, language)) " " (count) "." }
                        }
                    }
                    @if !wrong.is_empty() {
                        p.wrong { (say(language, "Defects switched on", "Lỗi cố ý đang bật")) ": " (wrong.join(", ")) }
                    }
                    div.wide tabindex="0" role="region" aria-label=(say(language, "Dossiers", "Hồ sơ")) {
                        (table(registry.newest().filter(fits).take(SHOWN), language))
                    }
                }
            }
        }
    }
}

/// The link to the same page in the other language.
fn switch(state: Option<Stand>, language: Language) -> Markup {
    let (tag, text) = match language {
        Language::English => ("vi", "Tiếng Việt"),
        Language::Vietnamese => ("en", "English"),
    };
    html! { a href=(address(state, tag)) lang=(tag) hreflang=(tag) { (text) } }
}

fn address(state: Option<Stand>, tag: &str) -> String {
    let state = state.and_then(|state| serde_json::to_value(state).ok());
    let state = state.as_ref().and_then(serde_json::Value::as_str);
    state.map_or_else(|| format!("/?lang={tag}"), |state| format!("/?lang={tag}&state={state}"))
}

/// How many dossiers stand where; each a link to those alone.
fn states(registry: &Registry, chosen: Option<Stand>, language: Language) -> Markup {
    let tag = language.tag();
    html! {
        nav aria-label=(say(language, "States", "Trạng thái")) {
            ul {
                li {
                    a href=(address(None, tag)) aria-current=[chosen.is_none().then_some("true")] {
                        (say(language, "all", "tất cả")) " " (registry.len())
                    }
                }
                @for (state, count) in registry.states.iter().filter(|(_, count)| **count > 0) {
                    li {
                        a href=(address(Some(*state), tag))
                            aria-current=[(chosen == Some(*state)).then_some("true")] {
                            (name(*state, language)) " " (count)
                        }
                    }
                }
            }
        }
    }
}

fn table<'registry>(dossiers: impl Iterator<Item = &'registry Dossier>, language: Language) -> Markup {
    let head = [
        say(language, "Code", "Mã hồ sơ"),
        say(language, "Procedure", "Thủ tục"),
        say(language, "Unit", "Cơ quan giải quyết"),
        say(language, "State", "Trạng thái"),
        say(language, "Received", "Ngày nộp"),
        say(language, "Due", "Ngày hẹn trả"),
    ];
    let [code, procedure, unit, state, received, due] = head;
    let mut dossiers = dossiers.peekable();
    html! {
        @if dossiers.peek().is_none() {
            p { (say(language, "No dossiers yet.", "Chưa có hồ sơ.")) }
        } @else {
            table {
                thead { tr { @for title in head { th scope="col" { (title) } } } }
                tbody {
                    @for dossier in dossiers {
                        tr {
                            td.number data-label=(code) { (dossier.code) }
                            td data-label=(procedure) { (dossier.procedure.name) }
                            td data-label=(unit) { (dossier.unit.name) }
                            td.state data-label=(state) { (name(dossier.state, language)) }
                            td.time data-label=(received) { (short(dossier.submitted_at)) }
                            td.time data-label=(due) {
                                @if let Some(due_at) = dossier.due_at { (short(due_at)) } @else { "–" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `05/03/2021 08:00`, as dates are written in Vietnam.
fn short(moment: Moment) -> String {
    let text = moment.to_string();
    let part = |from: usize, until: usize| text.get(from..until).unwrap_or_default();
    format!("{}/{}/{} {}", part(8, 10), part(5, 7), part(0, 4), part(11, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_in_vietnam() {
        assert_eq!(short(Moment::parse("2021-03-05T08:00:00+07:00").unwrap()), "05/03/2021 08:00");
    }

    #[test]
    fn a_link_keeps_what_is_chosen() {
        assert_eq!(address(Some(Stand::InProcess), "vi"), "/?lang=vi&state=IN_PROCESS");
        assert_eq!(address(None, "en"), "/?lang=en");
    }
}
