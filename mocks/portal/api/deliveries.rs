//! Orders to the post: to carry a result, to fetch papers, to cancel either.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::access::{Citizen, PostClerk};
use crate::api::body::{Body, Path, json};
use crate::api::operation::{Operation, Who, post};
use crate::api::part_views::PickupView;
use crate::api::peers::orders::{self, WantedParcel, WantedPickup, Way};
use crate::api::view::Standing;
use crate::domain::delivery::parcels::{self, ParcelState};
use crate::domain::delivery::pickups::{self, PickupState, RawPickup};
use crate::domain::dossier::{Actor, Dossier};
use crate::domain::dossier_id::DossierId;
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

pub(crate) fn operations() -> Vec<Operation> {
    let refusals = &[Kind::IllegalTransition, Kind::Full, Kind::PeerUnavailable];
    vec![
        post("/api/desk/dossiers/{code}/hand-to-post", hand_to_post)
            .named("handToPost", "Hand the result to the post", "Giao kết quả cho bưu chính")
            .by(Who::PostClerk)
            .gives::<Standing<'_>>(StatusCode::OK)
            .refuses(refusals),
        post("/api/desk/dossiers/{code}/cancel-parcel", cancel_parcel)
            .named("cancelParcel", "Cancel the delivery of a result", "Hủy yêu cầu phát kết quả")
            .by(Who::PostClerk)
            .gives::<Standing<'_>>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition, Kind::PeerUnavailable]),
        post("/api/dossiers/{code}/pickup", request_pickup)
            .named("requestPickup", "Order a pick-up of papers", "Yêu cầu bưu chính thu gom giấy tờ")
            .by(Who::Citizen)
            .takes::<RawPickup>()
            .gives::<PickupView<'_>>(StatusCode::CREATED)
            .refuses(refusals),
        post("/api/dossiers/{code}/pickup/cancellation", cancel_pickup)
            .named("cancelPickup", "Cancel a pick-up", "Hủy yêu cầu thu gom")
            .by(Who::Citizen)
            .gives::<PickupView<'_>>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition, Kind::PeerUnavailable]),
    ]
}

/// Carries something through to its end, even when the client hangs up: nothing may stay reserved for ever,
/// and what a peer has done must be noted.
pub(crate) async fn through(
    act: impl Future<Output = Result<Response, Problem>> + Send + 'static,
) -> Result<Response, Problem> {
    tokio::spawn(act).await.unwrap_or_else(|_| unreachable!("the task is neither cancelled nor does it panic"))
}

async fn hand_to_post(
    State(portal): State<Arc<Portal>>,
    PostClerk(clerk): PostClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (id, wanted) = {
        let mut registry = portal.registry();
        let id = registry.find(&code)?;
        registry.change(id, |dossier, office| {
            parcels::prepare(dossier, Actor::Clerk(clerk), office.defects)?;
            Ok((id, WantedParcel::new(dossier)))
        })?
    };
    through(order_parcel(portal, id, wanted)).await
}

async fn order_parcel(portal: Arc<Portal>, id: DossierId, wanted: WantedParcel) -> Result<Response, Problem> {
    let waybill = orders::parcel(&portal, &wanted).await;
    portal.registry().change(id, |dossier, office| {
        check_same(dossier, &wanted.dossier)?;
        match waybill {
            Ok(waybill) => parcels::ordered(dossier, &waybill, office),
            // The answer was lost on the way, but the post has reported on the parcel: it has the order.
            Err(_) if dossier.parcel.being_ordered_by.is_none() => {}
            Err(problem) => {
                dossier.parcel.being_ordered_by = None;
                return Err(problem);
            }
        }
        Ok(json(StatusCode::OK, &Standing::new(dossier)))
    })
}

/// The registry may have been emptied while a peer was asked: then its place is empty, or another's.
fn check_same(dossier: &Dossier, code: &str) -> Result<(), Problem> {
    if dossier.code == code { Ok(()) } else { Err(Problem::not_found("dossier")) }
}

async fn cancel_parcel(
    State(portal): State<Arc<Portal>>,
    PostClerk(clerk): PostClerk,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let id = {
        let registry = portal.registry();
        let id = registry.find(&code)?;
        parcels::check_cancellation(registry.get(id)?)?;
        id
    };
    through(async move {
        orders::cancel(&portal, Way::Out, &code).await?;
        portal.registry().change(id, |dossier, office| {
            check_same(dossier, &code)?;
            parcels::check_cancellation(dossier)?;
            parcels::end_in_vain(dossier, ParcelState::Cancelled, Actor::Clerk(clerk), office);
            Ok(json(StatusCode::OK, &Standing::new(dossier)))
        })
    })
    .await
}

async fn request_pickup(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
    Body(raw): Body<RawPickup>,
) -> Result<Response, Problem> {
    let (id, wanted) = {
        let mut registry = portal.registry();
        let id = registry.find_own(&code, citizen)?;
        registry.change(id, |dossier, office| {
            pickups::prepare(dossier, &raw, office)?;
            Ok((id, WantedPickup::new(dossier)))
        })?
    };
    through(order_pickup(portal, id, wanted)).await
}

async fn order_pickup(portal: Arc<Portal>, id: DossierId, wanted: WantedPickup) -> Result<Response, Problem> {
    let waybill = orders::pickup(&portal, &wanted).await;
    portal.registry().change(id, |dossier, office| {
        check_same(dossier, &wanted.dossier)?;
        let is_ordering = dossier.pickup.as_ref().is_some_and(|pickup| pickup.state == PickupState::Ordering);
        match waybill {
            Ok(waybill) => pickups::ordered(dossier, &waybill, office),
            Err(_) if !is_ordering => {}
            Err(problem) => {
                pickups::give_up(dossier);
                return Err(problem);
            }
        }
        shown(StatusCode::CREATED, dossier)
    })
}

async fn cancel_pickup(
    State(portal): State<Arc<Portal>>,
    Citizen(citizen): Citizen,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let id = {
        let registry = portal.registry();
        let id = registry.find_own(&code, citizen)?;
        pickups::check_cancellation(registry.get(id)?)?;
        id
    };
    through(async move {
        orders::cancel(&portal, Way::In, &code).await?;
        portal.registry().change(id, |dossier, office| {
            check_same(dossier, &code)?;
            pickups::check_cancellation(dossier)?;
            pickups::reach(dossier, PickupState::Cancelled, Actor::Applicant, office);
            shown(StatusCode::OK, dossier)
        })
    })
    .await
}

/// The state of the pick-up.
fn shown(status: StatusCode, dossier: &Dossier) -> Result<Response, Problem> {
    let pickup = dossier.pickup.as_deref().ok_or_else(|| Problem::not_found("pickup"))?;
    Ok(json(status, &PickupView::new(pickup)))
}
