//! The part of the sign-on that citizens see: the request of a client, the password, the one-time code, the redirect.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State as Shared};
use axum::http::header::CACHE_CONTROL;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use mock_ground::unix_ms;
use serde::Deserialize;

use crate::citizens;
use crate::config::Client;
use crate::grants::{AuthorizationRequest, Refused};
use crate::hub::Hub;
use crate::ledger::{Direction, Message};
use crate::records::Records;
use crate::sign_on_pages::{UNREADABLE, WRONG_CODE, WRONG_PASSWORD, code_page, error_page, password_page, show};
use crate::sink::{Channel, Letter};

/// Longer parameters are refused.
const LONGEST_PARAMETER: usize = 1_000;

/// What a client asks in the address it sends the citizen to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthorizeQuery {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

impl AuthorizeQuery {
    /// What is wrong, as RFC 6749 names it, once client and address are known to belong together.
    fn flaw(&self) -> Option<(&'static str, &'static str)> {
        let parameters = [&self.scope, &self.state, &self.nonce];
        if self.response_type != "code" {
            Some(("unsupported_response_type", "response_type must be code"))
        } else if !self.scope.split(' ').any(|scope| scope == "openid") {
            Some(("invalid_scope", "scope must contain openid"))
        } else if self.code_challenge_method != "S256" || self.code_challenge.len() != 43 {
            Some(("invalid_request", "PKCE with S256 is required"))
        } else if parameters.iter().any(|text| text.len() > LONGEST_PARAMETER) {
            Some(("invalid_request", "a parameter is too long"))
        } else {
            None
        }
    }
}

/// `GET /oidc/authorize`: where a client sends a citizen.
pub(crate) async fn ask(Shared(hub): Shared<Arc<Hub>>, Query(asked): Query<AuthorizeQuery>) -> Response {
    let client = hub.config.clients.iter().find(|client| client.id == asked.client_id);
    if client.is_none_or(|client| !may_return_to(client, &asked.redirect_uri)) {
        // The citizen is not sent to an address that is not registered.
        let why = ("Ứng dụng hoặc địa chỉ quay lại không được đăng ký", "The application or its address is not known");
        return show(StatusCode::BAD_REQUEST, &error_page(why));
    }
    if let Some((error, description)) = asked.flaw() {
        let way_back = [("error", error), ("error_description", description), ("state", &asked.state)];
        return back(&hub, &asked.redirect_uri, &way_back);
    }
    let request = AuthorizationRequest {
        client: asked.client_id,
        redirect_uri: asked.redirect_uri,
        scope: asked.scope,
        state: asked.state,
        nonce: asked.nonce,
        challenge: asked.code_challenge,
    };
    let mut records = hub.records();
    if records.ledger.is_full() {
        return show(StatusCode::SERVICE_UNAVAILABLE, &error_page(("Sổ cái đã đầy", "The ledger is full")));
    }
    enter(&mut records, "sign_on_begun", &request.client, "");
    let login = records.grants.begin(request, unix_ms());
    show(StatusCode::OK, &password_page(&login, None))
}

/// Whether an address is registered; of a loopback address, any port is (RFC 8252, 7.3).
fn may_return_to(client: &Client, address: &str) -> bool {
    let without_port = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        let is_loopback = matches!(uri.host(), Some("127.0.0.1" | "[::1]"));
        let is_plain = uri.scheme_str() == Some("http") && uri.authority().is_some_and(|at| !at.as_str().contains('@'));
        (is_loopback && is_plain)
            .then(|| (uri.host().map(str::to_owned), uri.path_and_query().map(ToString::to_string)))
    };
    address.len() <= LONGEST_PARAMETER
        && !address.contains('#')
        && client.redirect_uris.iter().any(|known| {
            known == address || (without_port(known).is_some() && without_port(known) == without_port(address))
        })
}

/// What a citizen fills in on the pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    login: String,
    citizen_number: String,
    password: String,
    once: String,
    action: String,
}

/// `POST /oidc/login`: the citizen number and the password; a one-time code is sent.
pub(crate) async fn log_in(Shared(hub): Shared<Arc<Hub>>, filled: Result<Form<Filled>, FormRejection>) -> Response {
    let Ok(Form(filled)) = filled else {
        return show(StatusCode::BAD_REQUEST, &error_page(UNREADABLE));
    };
    if filled.action == "cancel" {
        return cancel(&hub, &filled.login);
    }
    let number = filled.citizen_number.trim();
    let is_right = citizens::is_number(number) && filled.password == hub.config.password;
    let mut records = hub.records();
    if let Err(refused) = records.grants.request(&filled.login, unix_ms()) {
        return rejected(&filled.login, refused);
    }
    if !is_right {
        return show(StatusCode::UNAUTHORIZED, &password_page(&filled.login, Some(WRONG_PASSWORD)));
    }
    match records.grants.challenge(&filled.login, number, unix_ms()) {
        Ok(once) => {
            send(&mut records, number, &once);
            show(StatusCode::OK, &code_page(&filled.login, None))
        }
        Err(refused) => rejected(&filled.login, refused),
    }
}

fn send(records: &mut Records, number: &str, once: &str) {
    records.sink.keep(Letter {
        channel: Channel::Sms,
        recipient: citizens::phone(number),
        sender: "CONG DVC MAU".into(),
        subject: String::new(),
        text: format!("{once} là mã xác thực đăng nhập của bạn. / {once} is your one-time code."),
    });
}

/// `POST /oidc/verify`: the one-time code; the citizen goes back to the client.
pub(crate) async fn verify(Shared(hub): Shared<Arc<Hub>>, filled: Result<Form<Filled>, FormRejection>) -> Response {
    let Ok(Form(filled)) = filled else {
        return show(StatusCode::BAD_REQUEST, &error_page(UNREADABLE));
    };
    if filled.action == "cancel" {
        return cancel(&hub, &filled.login);
    }
    let proved = {
        let mut records = hub.records();
        let proved = records.grants.prove(&filled.login, filled.once.trim(), unix_ms());
        if let Ok((request, _)) = &proved {
            enter(&mut records, "signed_on", &request.client, &request.scope);
        }
        proved
    };
    match proved {
        Ok((request, code)) => {
            let way_back = [("code", code.as_str()), ("state", &request.state), ("iss", &hub.url)];
            back(&hub, &request.redirect_uri, &way_back)
        }
        Err(refused) => rejected(&filled.login, refused),
    }
}

fn cancel(hub: &Hub, login: &str) -> Response {
    let request = hub.records().grants.cancel(login, unix_ms());
    match request {
        Ok(request) => back(hub, &request.redirect_uri, &[("error", "access_denied"), ("state", &request.state)]),
        Err(refused) => rejected(login, refused),
    }
}

fn enter(records: &mut Records, kind: &'static str, client: &str, detail: &str) {
    if !records.ledger.is_full() {
        records.ledger.enter(Message {
            direction: Direction::In,
            reference: client.to_owned(),
            state: "sign_on",
            detail: detail.to_owned(),
            ..Message::internal(kind)
        });
    }
}

/// Sends the citizen back to the client with these parameters; empty ones are left out.
fn back(hub: &Hub, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
    let mut address = redirect_uri.to_owned();
    let mut mark = if address.contains('?') { '&' } else { '?' };
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        address.push_str(name);
        address.push('=');
        address.push_str(&percent_encoded(value));
        mark = '&';
    }
    let mut response = Redirect::to(&address).into_response();
    response.headers_mut().insert(CACHE_CONTROL, hub.no_store.clone());
    response
}

fn percent_encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn rejected(login: &str, refused: Refused) -> Response {
    match refused {
        Refused::WrongCode => show(StatusCode::UNAUTHORIZED, &code_page(login, Some(WRONG_CODE))),
        Refused::TooOften => {
            let why = ("Nhập sai mã xác thực quá nhiều lần", "The one-time code was wrong too often");
            show(StatusCode::FORBIDDEN, &error_page(why))
        }
        Refused::NoLogin | Refused::NoCode | Refused::Spent | Refused::NotYours | Refused::WrongVerifier => {
            let why =
                ("Phiên đăng nhập không tồn tại hoặc đã hết hạn", "There is no such sign-on, or it took too long");
            show(StatusCode::BAD_REQUEST, &error_page(why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(redirect_uri: &str) -> Client {
        Client { id: "portal".into(), secret: None, redirect_uris: vec![redirect_uri.into()] }
    }

    #[test]
    fn only_a_registered_address_is_returned_to_and_a_loopback_port_is_free() {
        let client = client("http://127.0.0.1/back?x=1");
        for good in ["http://127.0.0.1/back?x=1", "http://127.0.0.1:4711/back?x=1"] {
            assert!(may_return_to(&client, good), "{good}");
        }
        for bad in [
            "",
            "http://127.0.0.1/back",
            "http://127.0.0.1/back?x=2",
            "http://127.0.0.1:80/other?x=1",
            "http://127.0.0.1/back?x=1#y",
            "https://127.0.0.1/back?x=1",
            "http://127.0.0.2/back?x=1",
            "http://localhost/back?x=1",
            "http://portal.example@127.0.0.1/back?x=1",
            "http://127.0.0.1.portal.example/back?x=1",
        ] {
            assert!(!may_return_to(&client, bad), "{bad}");
        }
    }

    #[test]
    fn the_port_of_any_other_host_is_not_free() {
        let client = client("http://portal.example/back");
        assert!(may_return_to(&client, "http://portal.example/back"));
        assert!(!may_return_to(&client, "http://portal.example:81/back"));
    }

    #[test]
    fn a_state_cannot_add_parameters_to_the_way_back() {
        assert_eq!(percent_encoded("a&code=x y"), "a%26code%3Dx%20y");
    }
}
