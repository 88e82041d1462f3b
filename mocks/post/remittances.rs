//! Remittances: the end of a day, what was remitted, and whether the customer agrees.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::cod::{Account, Collection, Irreconcilable, Remittance};
use crate::ledger::{Direction, Message};
use crate::post::Post;
use crate::records::Records;
use crate::refusal::{Authorised, Body, Refusal};

const DEFAULT_LIMIT: usize = 1_000;
const MAXIMAL_LIMIT: usize = 5_000;

/// Remits as often as the behaviour says; never, if it does not.
pub(crate) async fn run_regularly(post: Arc<Post>) {
    let Some(day) = post.behaviour.remit_every else {
        return std::future::pending().await;
    };
    loop {
        // A day of no length would leave no time for anything else.
        tokio::time::sleep(day.max(Duration::from_millis(1))).await;
        remit(&mut post.records());
    }
}

fn remit(records: &mut Records) -> Vec<Remittance> {
    let made = records.cod.remit();
    for remittance in &made {
        records.ledger.enter(signal(Direction::Internal, "remitted", remittance));
    }
    made
}

fn signal(direction: Direction, kind: &'static str, remittance: &Remittance) -> Message {
    Message {
        direction,
        reference: remittance.id.clone(),
        amount: remittance.amount,
        state: remittance.state.word(),
        detail: format!("{}: {} parcels", remittance.customer_code, remittance.count),
        ..Message::internal(kind)
    }
}

#[derive(Serialize)]
struct Made {
    remittances: Vec<Remittance>,
}

/// `POST /remittances`: ends the day and remits everything that is outstanding.
pub(crate) async fn end_day(Shared(post): Shared<Arc<Post>>, _: Authorised) -> Response {
    let remittances = remit(&mut post.records());
    Json(Made { remittances }).into_response()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reading {
    customer_code: String,
    #[serde(default)]
    after: usize,
    limit: Option<usize>,
}

impl Reading {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAXIMAL_LIMIT)
    }
}

/// `GET /remittances?customer_code=C&after=N&limit=N`: a customer's remittances after the first `after`.
pub(crate) async fn list(Shared(post): Shared<Arc<Post>>, _: Authorised, Query(reading): Query<Reading>) -> Response {
    let records = post.records();
    let all = records.cod.remittances(&reading.customer_code);
    Json(Made { remittances: all.skip(reading.after).take(reading.limit()).cloned().collect() }).into_response()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Count {
    customer_code: String,
    /// What arrived, in whole VND.
    amount: i64,
}

/// `POST /remittances/{id}/reconcile`: the customer confirms how much arrived; another amount is a dispute.
pub(crate) async fn reconcile(
    Shared(post): Shared<Arc<Post>>,
    _: Authorised,
    Path(id): Path<String>,
    Body(count): Body<Count>,
) -> Result<Response, Refusal> {
    let mut records = post.records();
    if records.ledger.is_full() {
        return Err(Refusal::full("the ledger"));
    }
    let remittance = records.cod.reconcile(&id, &count.customer_code, count.amount).map_err(|error| match error {
        Irreconcilable::Unknown => Refusal::unknown("remittance"),
        Irreconcilable::Settled => Refusal::conflict("the remittance is reconciled"),
    })?;
    records.ledger.enter(Message {
        amount: count.amount,
        status: Some(200),
        ..signal(Direction::In, "reconcile", &remittance)
    });
    Ok(Json(remittance).into_response())
}

#[derive(Serialize)]
struct Report {
    customer_code: String,
    #[serde(flatten)]
    account: Account,
    /// Ordered minus collected, over all parcels that were delivered.
    short: i64,
    /// Parcels whose receiver paid another amount than the one ordered, the first 1,000.
    differences: Vec<Collection>,
    /// The collections after the first `after`.
    collections: Vec<Collection>,
}

/// `GET /reconciliation?customer_code=C&after=N&limit=N`: a customer's money, to the dong.
pub(crate) async fn report(Shared(post): Shared<Arc<Post>>, _: Authorised, Query(reading): Query<Reading>) -> Response {
    let records = post.records();
    let account = records.cod.account(&reading.customer_code);
    let all = || records.cod.collections(&reading.customer_code);
    let differences = all().filter(|each| each.ordered != each.collected).take(DEFAULT_LIMIT).cloned().collect();
    let collections = all().skip(reading.after).take(reading.limit()).cloned().collect();
    let short = account.ordered - account.collected;
    Json(Report { customer_code: reading.customer_code, account, short, differences, collections }).into_response()
}
