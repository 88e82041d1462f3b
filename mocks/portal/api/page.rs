//! The page for people who try the portal by hand: the dossiers, newest first. It names no person, needs
//! no script, and refreshes itself.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, PreEscaped, html};
use mock_ground::{Frame, Language, STYLE};
use serde::Deserialize;

use crate::api::body::Query;
use crate::api::problem::language_of;
use crate::domain::dossier::Dossier;
use crate::domain::kept::word;
use crate::domain::moment::Moment;
use crate::domain::states::State as Stand;
use crate::state::outbox::sync_state::SyncState;
use crate::state::portal::Portal;
use crate::state::registry::Registry;

/// How many dossiers are shown.
const SHOWN: usize = 50;
/// How often the page refreshes, in seconds.
const REFRESH_S: u32 = 5;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new().route("/", get(show))
}

/// Which dossiers are shown, and in which language.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    state: Option<Stand>,
    lang: Option<Language>,
}

async fn show(State(portal): State<Arc<Portal>>, headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    let language = wanted.lang.unwrap_or_else(|| language_of(&headers));
    let page = page(&mut portal.registry(), wanted.state, language).into_string();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    ([(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response()
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
    language.say(vietnamese, english)
}

/// What a sync state is called.
fn synced(state: SyncState, language: Language) -> &'static str {
    let (english, vietnamese) = match state {
        SyncState::Pending => ("pending", "chờ gửi"),
        SyncState::Sent => ("sent", "đang gửi"),
        SyncState::Acked => ("acknowledged", "đã nhận"),
        SyncState::Duplicate => ("duplicate", "đã tồn tại"),
        SyncState::Error => ("failed", "lỗi"),
        SyncState::Conflict => ("in conflict", "mâu thuẫn"),
    };
    language.say(vietnamese, english)
}

fn page(registry: &mut Registry, state: Option<Stand>, language: Language) -> Markup {
    let now = registry.now();
    let fits = |dossier: &&Dossier| state.is_none_or(|state| state == dossier.state);
    let wrong: Vec<_> = registry.defects.iter().map(crate::behaviour::defects::Defect::name).collect();
    let frame = Frame {
        language,
        title: language.say("Cổng dịch vụ công mẫu", "Reference portal"),
        kept: &[("state", &state.as_ref().map(word).unwrap_or_default())],
        class: None,
        head: html! {
            meta http-equiv="refresh" content=(REFRESH_S);
            style { (PreEscaped(STYLE)) (PreEscaped(include_str!("page.css"))) }
        },
        tools: html! { span { (language.say("giờ nghiệp vụ", "business clock")) ": " (short(now)) } },
        content: html! {
            main {
                (states(registry, state, language))
                @if let Some((census, _)) = registry.sync_census() {
                    p {
                        (language.say("Đồng bộ lên Cổng quốc gia", "Synced with the national portal")) ":"
                        @for (state, count) in &census { " " (synced(*state, language)) " " (count) "." }
                    }
                }
                @if !wrong.is_empty() {
                    p.wrong { (language.say("Lỗi cố ý đang bật", "Defects switched on")) ": " (wrong.join(", ")) }
                }
                div.wide tabindex="0" role="region" aria-label=(language.say("Hồ sơ", "Dossiers")) {
                    (table(registry.newest().filter(fits).take(SHOWN), language))
                }
            }
        },
    };
    frame.render()
}

fn address(state: Option<Stand>, language: Language) -> String {
    let state = state.map(|state| format!("&state={}", word(&state))).unwrap_or_default();
    format!("/?lang={}{state}", language.code())
}

/// How many dossiers are in which state, each a link to these.
fn states(registry: &Registry, chosen: Option<Stand>, language: Language) -> Markup {
    html! {
        nav aria-label=(language.say("Trạng thái", "States")) {
            ul {
                li {
                    a href=(address(None, language)) aria-current=[chosen.is_none().then_some("true")] {
                        (language.say("tất cả", "all")) " " (registry.len())
                    }
                }
                @for (state, count) in registry.states.iter().filter(|(_, count)| **count > 0) {
                    li {
                        a href=(address(Some(*state), language))
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
        language.say("Mã hồ sơ", "Code"),
        language.say("Thủ tục", "Procedure"),
        language.say("Cơ quan giải quyết", "Unit"),
        language.say("Trạng thái", "State"),
        language.say("Ngày nộp", "Received"),
        language.say("Ngày hẹn trả", "Due"),
    ];
    let [code, procedure, unit, state, received, due] = head;
    let mut dossiers = dossiers.peekable();
    html! {
        @if dossiers.peek().is_none() {
            p { (language.say("Chưa có hồ sơ.", "No dossiers yet.")) }
        } @else {
            table {
                thead { tr { @for title in head { th scope="col" { (title) } } } }
                tbody {
                    @for dossier in dossiers {
                        tr {
                            td.whole data-label=(code) { (dossier.code) }
                            td data-label=(procedure) { (dossier.procedure.name) }
                            td data-label=(unit) { (dossier.unit.name) }
                            td.word data-label=(state) { (name(dossier.state, language)) }
                            td.whole data-label=(received) { (short(dossier.submitted_at)) }
                            td.whole data-label=(due) {
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
        assert_eq!(address(Some(Stand::InProcess), Language::Vietnamese), "/?lang=vi&state=IN_PROCESS");
        assert_eq!(address(None, Language::English), "/?lang=en");
    }
}
