//! Operations of the desks on money: exempt, refund, and reconcile the ledgers of bank and post
//! with that of the portal.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::access::{DeskClerk, PostClerk};
use crate::api::body::{Body, json};
use crate::api::citizen::dossiers::Reason;
use crate::api::deliveries::through;
use crate::api::desk::case::{Case, case, check_unit};
use crate::api::operation::{Operation, Who, post};
use crate::api::peers::accounts::{self, Collection};
use crate::behaviour::defects::Defect;
use crate::domain::dossier::Actor;
use crate::domain::dossier_id::DossierId;
use crate::domain::payments::payment;
use crate::domain::payments::refunds::{self, Refund};
use crate::domain::payments::settlement::{Line, Reconciliation};
use crate::domain::problem::{Kind, Problem};
use crate::state::portal::Portal;

/// How many lines are compared before the task yields.
const AT_ONCE: usize = 500;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        case("/api/desk/dossiers/{code}/exempt", exempt)
            .named("exemptFromFee", "Exempt an applicant from the fee", "Miễn phí, lệ phí")
            .takes::<Reason>()
            .refuses(&[Kind::IllegalTransition, Kind::NothingToPay, Kind::AlreadyPaid, Kind::PaymentInProgress]),
        post("/api/desk/dossiers/{code}/refund", refund)
            .named("refundPayment", "Refund money", "Hoàn trả phí, lệ phí")
            .by(Who::DeskClerk)
            .gives::<Refund>(StatusCode::OK)
            .refuses(&[Kind::IllegalTransition, Kind::NothingToRefund, Kind::PeerUnavailable]),
        post("/api/desk/reconciliations/bank", reconcile_bank)
            .named("reconcileBank", "Reconcile a day with the payment platform", "Đối soát với nền tảng thanh toán")
            .by(Who::DeskClerk)
            .takes::<RawDay>()
            .gives::<Reconciliation>(StatusCode::OK)
            .refuses(&[Kind::PeerUnavailable]),
        post("/api/desk/reconciliations/post", reconcile_post)
            .named("reconcilePost", "Reconcile remittances of the post", "Đối soát tiền thu hộ với bưu chính")
            .by(Who::PostClerk)
            .gives::<Reconciliation>(StatusCode::OK)
            .refuses(&[Kind::PeerUnavailable]),
    ]
}

async fn exempt(case: Case, Body(reason): Body<Reason>) -> Result<Response, Problem> {
    let reason = reason.given()?;
    case.step(|dossier, actor, office| payment::exempt(dossier, reason, actor, office))
}

async fn refund(Case { portal, clerk, code }: Case) -> Result<Response, Problem> {
    let (id, wanted, now) = {
        let mut registry = portal.registry();
        let (id, defects, now) = (registry.find(&code)?, registry.defects, registry.now());
        let dossier = registry.get(id)?;
        check_unit(dossier, &clerk, defects)?;
        (id, refunds::wanted(dossier, defects)?, now)
    };
    through(async move {
        if let Some(reference) = &wanted.reference {
            accounts::refund(&portal, reference, (&wanted.name, wanted.amount), now).await?;
        }
        portal.registry().change(id, |dossier, office| {
            if dossier.code != code {
                return Err(Problem::not_found("dossier"));
            }
            refunds::note(dossier, &wanted, Actor::Clerk(clerk), office)?;
            Ok(json(StatusCode::OK, &wanted))
        })
    })
    .await
}

/// Which day is reconciled.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct RawDay {
    /// By the clock of the platform, written as `2026-11-25`.
    day: String,
}

async fn reconcile_bank(
    State(portal): State<Arc<Portal>>,
    DeskClerk(clerk): DeskClerk,
    Body(raw): Body<RawDay>,
) -> Result<Response, Problem> {
    let day: Option<Date> = raw.day.parse().ok();
    let day = day.ok_or_else(|| Problem::field("day", "must be written as 2026-11-25"))?;
    // What was booked before the file was written must be in it.
    let mut missing = portal.registry().captured_on(day);
    let lines = accounts::settlement(&portal, day).await?;
    let (actor, mut report) = (Actor::Clerk(clerk), Reconciliation::default());
    let (carried, lines): (Vec<_>, Vec<_>) = lines.into_iter().partition(Line::is_carried);
    for lines in lines.chunks(AT_ONCE) {
        {
            let mut registry = portal.registry();
            for line in lines {
                if line.refund.is_none() {
                    missing.remove(&line.reference);
                }
                let ours = registry.settle_line(line, &actor);
                report.count(&line.reference, Some(line.amount), ours);
            }
        }
        tokio::task::yield_now().await;
    }
    // What the platform no longer keeps line by line is held against the sum of what its lines lack.
    let lacking: i64 = missing.values().sum();
    for line in &carried {
        let ours = Some(lacking).filter(|sum| *sum == line.amount);
        if report.count(&line.reference, Some(line.amount), ours) {
            missing.clear();
        }
    }
    for (reference, amount) in missing {
        report.count(&reference, None, Some(amount));
    }
    Ok(json(StatusCode::OK, &report))
}

/// What the portal has counted of one remittance.
#[derive(Default)]
struct Tally {
    dossiers: Vec<DossierId>,
    /// What the lines of the post add up to, in whole VND.
    theirs: i64,
    /// What the portal has booked for them.
    ours: i64,
}

async fn reconcile_post(State(portal): State<Arc<Portal>>, PostClerk(clerk): PostClerk) -> Result<Response, Problem> {
    let is_blind = portal.switches.get().has(Defect::BlindRemittance);
    // What was booked before the post is asked must be in its ledger.
    let mut missing = portal.registry().collected();
    let remittances = accounts::remittances(&portal).await?;
    let collections = accounts::collections(&portal).await?;
    let (actor, mut report) = (Actor::Clerk(clerk), Reconciliation::default());
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for collections in collections.chunks(AT_ONCE) {
        for collection in collections {
            missing.remove(&collection.waybill);
            let Some(remittance) = &collection.remittance else { continue };
            let tally = tallies.entry(remittance).or_default();
            compare(&portal, collection, (tally, &mut report), &actor);
        }
        tokio::task::yield_now().await;
    }
    for (waybill, amount) in missing {
        report.count(&waybill, None, Some(amount));
    }
    for remittance in remittances {
        let tally = tallies.remove(remittance.id.as_str()).unwrap_or_default();
        let counted = if is_blind { remittance.amount } else { tally.ours };
        let is_agreed = remittance.is_agreed() || accounts::count(&portal, &remittance.id, counted).await?.is_agreed();
        if is_agreed {
            tally.dossiers.iter().for_each(|id| portal.registry().agree(*id, &actor));
        } else if remittance.amount != tally.theirs {
            report.dispute(&remittance.id, remittance.amount, tally.theirs);
        }
    }
    Ok(json(StatusCode::OK, &report))
}

/// Compares what was collected from one receiver with what is booked.
fn compare(
    portal: &Portal,
    collection: &Collection,
    (tally, report): (&mut Tally, &mut Reconciliation),
    actor: &Actor,
) {
    let mut registry = portal.registry();
    let booked = registry.booked_for(&collection.order_number, &collection.waybill);
    let theirs = collection.collected;
    let ours = booked.map(|(_, amount)| amount);
    let told = if registry.defects.has(Defect::BlindRemittance) { Some(theirs) } else { ours };
    tally.theirs = tally.theirs.saturating_add(theirs);
    tally.ours = tally.ours.saturating_add(ours.unwrap_or_default());
    let agrees = report.count(&collection.waybill, Some(theirs), told);
    if let Some((id, _)) = booked.filter(|_| agrees) {
        registry.remit(id, actor);
        tally.dossiers.push(id);
    }
}
