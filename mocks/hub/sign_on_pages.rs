//! The pages on which a citizen signs on.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use mock_ground::STYLE;

/// A sentence in Vietnamese and in English.
pub(crate) type Sentence = (&'static str, &'static str);

pub(crate) const UNREADABLE: Sentence = ("Không đọc được biểu mẫu", "The form cannot be read");
pub(crate) const WRONG_PASSWORD: Sentence =
    ("Số định danh hoặc mật khẩu không đúng", "The citizen number or the password is wrong");
pub(crate) const WRONG_CODE: Sentence = ("Mã xác thực không đúng", "The one-time code is wrong");

pub(crate) fn show(status: StatusCode, page: &Markup) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, policy)];
    (status, headers, Html(page.0.clone())).into_response()
}

fn frame(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Đăng nhập / Sign on" }
                style { (PreEscaped(STYLE)) (PreEscaped(include_str!("sign_on.css"))) }
            }
            body.narrow {
                h1 { "Cổng Dịch vụ công mẫu " span.dim lang="en" { "Mock national portal" } }
                (body)
            }
        }
    }
}

pub(crate) fn error_page((vietnamese, english): Sentence) -> Markup {
    frame(&html! { p.fault role="alert" { (vietnamese) ". " span lang="en" { (english) "." } } })
}

fn alert(error: Option<Sentence>) -> Markup {
    html! {
        @if let Some((vietnamese, english)) = error {
            p.fault #error role="alert" { (vietnamese) ". " span lang="en" { (english) "." } }
        }
    }
}

pub(crate) fn password_page(login: &str, error: Option<Sentence>) -> Markup {
    frame(&html! {
        (alert(error))
        form.stack method="post" action="/oidc/login" {
            input type="hidden" name="login" value=(login);
            label for="number" { "Số định danh cá nhân " span.dim lang="en" { "Citizen number" } }
            input #number name="citizen_number" inputmode="numeric" autocomplete="username" maxlength="12" autofocus;
            label for="password" { "Mật khẩu " span.dim lang="en" { "Password" } }
            input #password name="password" type="password" autocomplete="current-password";
            (buttons("Tiếp tục", "Continue"))
        }
    })
}

pub(crate) fn code_page(login: &str, error: Option<Sentence>) -> Markup {
    frame(&html! {
        (alert(error))
        p { "Mã xác thực gồm 6 chữ số đã được gửi tới điện thoại của bạn. "
            span.dim lang="en" { "A one-time code of 6 digits was sent to your telephone." } }
        form.stack method="post" action="/oidc/verify" {
            input type="hidden" name="login" value=(login);
            label for="once" { "Mã xác thực " span.dim lang="en" { "One-time code" } }
            input #once name="once" inputmode="numeric" autocomplete="one-time-code" maxlength="6" autofocus;
            (buttons("Đăng nhập", "Sign on"))
        }
    })
}

fn buttons(vietnamese: &str, english: &str) -> Markup {
    html! {
        div.buttons {
            button.main { (vietnamese) " / " span lang="en" { (english) } }
            button name="action" value="cancel" formnovalidate { "Hủy / " span lang="en" { "Cancel" } }
        }
    }
}
