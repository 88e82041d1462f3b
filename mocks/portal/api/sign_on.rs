//! Citizens sign on through the national portal.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use crate::api::body::{Query, json};
use crate::api::citizen::dossiers::Opened;
use crate::api::operation::{Operation, get};
use crate::domain::person::Person;
use crate::domain::problem::{Kind, Problem};
use crate::hub_link::sign_on::{self, WayBack};
use crate::state::clock::wall_ns;
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        get("/sign-on", begin)
            .named("beginSignOn", "Sign on at the national portal", "Đăng nhập qua Cổng quốc gia")
            .sends_on()
            .refuses(&[Kind::NotFound, Kind::PeerUnavailable]),
        get("/sign-on/return", finish)
            .named("finishSignOn", "Return from sign-on", "Quay lại sau đăng nhập")
            .asks::<WayBack>()
            .gives::<Opened>(StatusCode::OK)
            .refuses(&[Kind::NotFound, Kind::Unauthenticated, Kind::PeerUnavailable]),
    ]
}

async fn begin(State(portal): State<Arc<Portal>>) -> Result<Response, Problem> {
    let mut response = Redirect::to(&sign_on::begin(&portal).await?).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn finish(State(portal): State<Arc<Portal>>, Query(back): Query<WayBack>) -> Result<Response, Problem> {
    let citizen = sign_on::finish(&portal, back).await?;
    let token = portal.registry().sessions.open(Person::Citizen(citizen), wall_ns());
    Ok(json(StatusCode::OK, &Opened { token }))
}
