//! The registrar's side: publish changes of the catalogue while traffic runs. And what anybody reads of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::{Deserialize, Serialize};

use crate::body::{Body, Path, Query, json};
use crate::problem::Problem;
use crate::procedures::{Offered, Published, RawChange};
use crate::server::Portal;
use crate::session::RegistrarClerk;

/// The largest page of a list.
const LARGEST_PAGE: usize = 500;
/// The usual page, where a page is asked for and no size.
const USUAL_PAGE: usize = 50;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/procedures", get(list))
        .route("/api/procedures/{code}", get(read))
        .route("/api/catalogue/procedures/{code}", put(publish))
        .route("/api/catalogue/changes", post(publish_all))
}

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    page: Option<usize>,
    size: Option<usize>,
}

#[derive(Serialize)]
struct List<'published> {
    items: Vec<Offered<'published>>,
    total: usize,
}

/// All procedures by code, or one page of them, counted from 1.
async fn list(State(portal): State<Arc<Portal>>, Query(part): Query<Part>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let procedures = &registry.procedures;
    let total = procedures.len();
    let (skip, take) = match (part.page, part.size) {
        (None, None) => (0, total),
        (page, size) => {
            let size = size.unwrap_or(USUAL_PAGE);
            if !(1..=LARGEST_PAGE).contains(&size) {
                return Err(Problem::field("size", format!("must be 1 to {LARGEST_PAGE}")));
            }
            let Some(before) = page.unwrap_or(1).checked_sub(1) else {
                return Err(Problem::field("page", "is counted from 1"));
            };
            (before.saturating_mul(size), size)
        }
    };
    let items = procedures.iter().skip(skip).take(take).map(Published::told).collect();
    Ok(json(StatusCode::OK, &List { items, total }))
}

async fn read(State(portal): State<Arc<Portal>>, Path(code): Path<String>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let published = registry.procedures.get(&code).ok_or_else(|| Problem::not_found("procedure"))?;
    Ok(json(StatusCode::OK, &published.told()))
}

async fn publish(
    State(portal): State<Arc<Portal>>,
    RegistrarClerk(_registrar): RegistrarClerk,
    Path(code): Path<String>,
    Body(change): Body<RawChange>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let published = registry.procedures.publish(&code, change, portal.defects)?;
    registry.catalogue_changed(&published);
    Ok(json(StatusCode::OK, &published.told()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    changes: Vec<RawChange>,
}

#[derive(Serialize)]
struct Publication<'published> {
    items: Vec<Offered<'published>>,
}

async fn publish_all(
    State(portal): State<Arc<Portal>>,
    RegistrarClerk(_registrar): RegistrarClerk,
    Body(body): Body<Changes>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let published = registry.procedures.publish_all(body.changes, portal.defects)?;
    for one in &published {
        registry.catalogue_changed(one);
    }
    Ok(json(StatusCode::OK, &Publication { items: published.iter().map(Published::told).collect() }))
}
