//! The registrar's side: publish changes of the catalogue while traffic runs. And what anybody reads of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::{Deserialize, Serialize};

use crate::body::{Body, Path, Query, json, tagged};
use crate::pages::Wanted;
use crate::problem::Problem;
use crate::procedures::{Offered, Published, RawChange};
use crate::server::Portal;
use crate::session::RegistrarClerk;

pub(crate) fn routes() -> Router<Arc<Portal>> {
    Router::new()
        .route("/api/procedures", get(list))
        .route("/api/procedures/{code}", get(read))
        .route("/api/catalogue/procedures/{code}", put(publish))
        .route("/api/catalogue/changes", post(publish_all))
}

#[derive(Serialize)]
struct All<'published> {
    items: Vec<Offered<'published>>,
    total: usize,
}

/// All procedures by code, or one page of them.
async fn list(State(portal): State<Arc<Portal>>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let all = registry.procedures.iter();
    if wanted.is_all() {
        let items: Vec<_> = all.map(Published::told).collect();
        return Ok(json(StatusCode::OK, &All { total: items.len(), items }));
    }
    Ok(json(StatusCode::OK, &wanted.check(registry.defects)?.of(all, Published::told)))
}

async fn read(State(portal): State<Arc<Portal>>, Path(code): Path<String>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let published = registry.procedures.get(&code).ok_or_else(|| Problem::not_found("procedure"))?;
    Ok(tagged(published.version, &published.told()))
}

async fn publish(
    State(portal): State<Arc<Portal>>,
    RegistrarClerk(_registrar): RegistrarClerk,
    Path(code): Path<String>,
    Body(change): Body<RawChange>,
) -> Result<Response, Problem> {
    let mut registry = portal.registry();
    let published = registry.procedures.publish(&code, change, portal.switches.get())?;
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
    let published = registry.procedures.publish_all(body.changes, portal.switches.get())?;
    for one in &published {
        registry.catalogue_changed(one);
    }
    Ok(json(StatusCode::OK, &Publication { items: published.iter().map(Published::told).collect() }))
}
