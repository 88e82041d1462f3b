//! Operations on the catalogue: registrars publish changes while traffic runs; any client reads it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::access::RegistrarClerk;
use crate::api::body::{Body, Path, Query, json, tagged};
use crate::api::operation::{Operation, Who, get, post, put};
use crate::api::pages::{Listed, Wanted};
use crate::domain::problem::{Kind, Problem};
use crate::domain::procedures::{Offered, Published, RawChange};
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        get("/api/procedures", list)
            .named("listProcedures", "List the procedures on offer", "Danh mục thủ tục hành chính")
            .asks::<Wanted>()
            .gives::<All<'_>>(StatusCode::OK)
            .refuses(&[Kind::Validation]),
        get("/api/procedures/{code}", read)
            .named("readProcedure", "Read a procedure", "Xem thủ tục hành chính")
            .gives_version::<Offered<'_>>(),
        put("/api/catalogue/procedures/{code}", publish)
            .named("publishProcedure", "Publish a change of a procedure", "Công bố sửa đổi thủ tục")
            .by(Who::Registrar)
            .takes::<RawChange>()
            .gives::<Offered<'_>>(StatusCode::OK),
        post("/api/catalogue/changes", publish_all)
            .named("publishChanges", "Publish many changes at once", "Công bố nhiều sửa đổi")
            .by(Who::Registrar)
            .takes::<Changes>()
            .gives::<Publication<'_>>(StatusCode::OK),
    ]
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Procedures")]
struct All<'published> {
    items: Vec<Offered<'published>>,
    total: usize,
    /// Absent, like the size, if all are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
}

/// All procedures by code, or one page of them.
async fn list(State(portal): State<Arc<Portal>>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let registry = portal.registry();
    let all = registry.procedures.iter();
    if wanted.is_all() {
        let items: Vec<_> = all.map(Published::told).collect();
        return Ok(json(StatusCode::OK, &All { total: items.len(), items, page: None, size: None }));
    }
    let Listed { items, total, page, size } = wanted.check(registry.defects)?.of(all, Published::told);
    Ok(json(StatusCode::OK, &All { items, total, page: Some(page), size: Some(size) }))
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    changes: Vec<RawChange>,
}

#[derive(Serialize, JsonSchema)]
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
