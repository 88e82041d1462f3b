//! A dossier on the desk of a clerk: what all steps have in common.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use crate::api::access::DeskClerk;
use crate::api::body::{Path, json};
use crate::api::operation::{Operation, Who, post};
use crate::api::view::Standing;
use crate::behaviour::defects::{Defect, Defects};
use crate::domain::catalogue::Clerk;
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::office::Office;
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

/// Starts an operation by which a desk moves a case on; the state of the case may forbid it.
pub(crate) fn case<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<Portal>>) -> Operation {
    let case = post(path, handler).by(Who::DeskClerk);
    case.gives::<Standing<'_>>(StatusCode::OK).refuses(&[Kind::IllegalTransition])
}

/// A dossier that a clerk works on.
pub(crate) struct Case {
    pub(crate) portal: Arc<Portal>,
    pub(crate) clerk: Arc<Clerk>,
    pub(crate) code: String,
}

impl FromRequestParts<Arc<Portal>> for Case {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Problem> {
        let DeskClerk(clerk) = DeskClerk::from_request_parts(parts, portal).await?;
        let Path(code) = Path::from_request_parts(parts, portal).await?;
        Ok(Self { portal: Arc::clone(portal), clerk, code })
    }
}

impl Case {
    /// Lets the clerk take one step if the clerk's unit decides on the dossier; answers with the dossier after it.
    pub(crate) fn step(
        self,
        step: impl FnOnce(&mut Dossier, Actor, &mut Office<'_>) -> Result<(), Problem>,
    ) -> Result<Response, Problem> {
        let clerk = Arc::clone(&self.clerk);
        self.any_step(|dossier, actor, office| {
            check_unit(dossier, &clerk, office.defects)?;
            step(dossier, actor, office)
        })
    }

    /// The same for a clerk of any unit.
    pub(crate) fn any_step(
        self,
        step: impl FnOnce(&mut Dossier, Actor, &mut Office<'_>) -> Result<(), Problem>,
    ) -> Result<Response, Problem> {
        let mut registry = self.portal.registry();
        let id = registry.find(&self.code)?;
        registry.change(id, |dossier, office| {
            match step(dossier, Actor::Clerk(self.clerk), office) {
                Err(problem) if problem.is_illegal() && office.defects.has(Defect::SilentAccept) => {}
                taken => taken?,
            }
            Ok(json(StatusCode::OK, &Standing::new(dossier)))
        })
    }
}

/// Refuses a clerk whose unit does not decide on the dossier.
pub(crate) fn check_unit(dossier: &Dossier, clerk: &Clerk, defects: Defects) -> Result<(), Problem> {
    let is_lenient = defects.has(Defect::CrossAgency) || defects.has(Defect::Bfla) || defects.has(Defect::NoRole);
    if is_lenient || clerk.unit.as_ref() == Some(&dossier.unit.code) {
        Ok(())
    } else {
        Err(Problem::new(Kind::Forbidden, "the dossier belongs to another unit"))
    }
}
