//! A clerk resyncs a dossier with the national portal, after the two were found to contradict each other.

use std::sync::Arc;

use axum::response::Response;

use crate::api::desk::case::{Case, case};
use crate::api::operation::Operation;
use crate::domain::problem::Problem;

pub(crate) fn operations() -> Vec<Operation> {
    vec![case("/api/desk/dossiers/{code}/resync", resync).named(
        "resyncDossier",
        "Resync a dossier with the national portal",
        "Đồng bộ lại hồ sơ lên Cổng quốc gia",
    )]
}

async fn resync(case: Case) -> Result<Response, Problem> {
    let (portal, code) = (Arc::clone(&case.portal), case.code.clone());
    // It is no step of the case: whose it is counts, and nothing is logged.
    let standing = case.step(|_, _, _| Ok(()))?;
    portal.registry().resync(&code)?;
    Ok(standing)
}
