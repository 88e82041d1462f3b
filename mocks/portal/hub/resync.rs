//! A clerk has a dossier told anew to the national portal, after the two were found to contradict each other.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::body::Path;
use crate::desk::{case, step};
use crate::operation::Operation;
use crate::problem::Problem;
use crate::server::Portal;
use crate::session::DeskClerk;

pub(crate) fn operations() -> Vec<Operation> {
    vec![case("/api/desk/dossiers/{code}/resync", resync).named(
        "resyncDossier",
        "Tell the national portal anew",
        "Đồng bộ lại hồ sơ lên Cổng quốc gia",
    )]
}

async fn resync(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    // It is no step of the case: whose it is counts, and nothing is logged.
    let standing = step(&portal, &code, clerk, |_, _, _| Ok(()))?;
    portal.registry().tell_anew(&code)?;
    Ok(standing)
}
