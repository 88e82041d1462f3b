//! The carrier: one task that moves every parcel on when it is due, and reports what happened.

use std::sync::Arc;

use mock_ground::{Call, Outcome, unix_ms};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep_until};

use crate::faults::Fault;
use crate::ledger::{Direction, Message};
use crate::parcel::Parcel;
use crate::post::Post;
use crate::records::ParcelId;
use crate::stage::Stage;

/// Works through the timetable for as long as the post runs.
///
/// It takes a permit before it takes a parcel, so that parcels wait on the timetable and not in tasks.
pub(crate) async fn work(post: Arc<Post>) {
    loop {
        let next_due = post.records().next_due();
        match next_due {
            None => post.new_order.notified().await,
            Some(due) if due <= Instant::now() => move_next_on(&post).await,
            Some(due) => tokio::select! {
                () = sleep_until(due) => {}
                () = post.new_order.notified() => {}
            },
        }
    }
}

async fn move_next_on(post: &Arc<Post>) {
    let permit = post.caller.permit().await;
    let moved = post.records().advance_next();
    if let Some((id, due, parcel)) = moved {
        tokio::spawn(report(Arc::clone(post), id, due, parcel, permit));
    }
}

/// Reports the stage a parcel has reached, then lets it travel on or closes it. What happens next is put on the
/// timetable only now, so that no report can overtake the one before it unless a fault wants it to.
async fn report(post: Arc<Post>, id: ParcelId, due: Instant, parcel: Parcel, _permit: OwnedSemaphorePermit) {
    if parcel.stage.is_final() {
        report_last(&post, &parcel).await;
        post.records().open_parcels -= 1;
        return;
    }
    if parcel.stage == Stage::InTransit && parcel.delivery_faults.has(Fault::OutOfOrder) {
        post.records().hold_back(id, unix_ms());
    } else {
        send(&post, &parcel, &Report::of(&parcel), None).await;
    }
    post.records().travel_on(id, due);
    post.new_order.notify_one();
}

/// Reports how a parcel ended, as its faults require.
async fn report_last(post: &Post, parcel: &Parcel) {
    if parcel.delivery_faults.has(Fault::LostReport) {
        let lost = Message { fault: Some(Fault::LostReport), ..parcel.internal("report_lost", 0) };
        post.records().ledger.enter(lost);
    } else {
        let report = Report::of(parcel);
        send(post, parcel, &report, None).await;
        if parcel.delivery_faults.has(Fault::DuplicateReport) {
            send(post, parcel, &report, Some(Fault::DuplicateReport)).await;
        }
    }
    if let Some(at_unix_ms) = parcel.held_back {
        let before = Parcel { stage: Stage::InTransit, ..parcel.clone() };
        let report = Report { at_unix_ms, ..Report::of(&before) };
        send(post, &before, &report, Some(Fault::OutOfOrder)).await;
    }
}

/// What the portal receives.
#[derive(Serialize)]
struct Report<'parcel> {
    waybill: &'parcel str,
    order_number: &'parcel str,
    status_code: &'static str,
    status: &'static str,
    cod_collected: i64,
    at_unix_ms: u64,
    /// Which delivery attempt failed, counted from 1; absent if none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u8>,
}

impl<'parcel> Report<'parcel> {
    /// The report of the present stage of a parcel.
    fn of(parcel: &'parcel Parcel) -> Self {
        Self {
            waybill: &parcel.waybill,
            order_number: &parcel.order_number,
            status_code: parcel.stage.code(parcel.way),
            status: parcel.stage.word(parcel.way),
            cod_collected: parcel.cod_collected(),
            at_unix_ms: unix_ms(),
            attempt: match parcel.stage {
                Stage::AttemptFailed(attempt) => Some(attempt),
                Stage::Ordered
                | Stage::InTransit
                | Stage::Delivered
                | Stage::Returned
                | Stage::Lost
                | Stage::Cancelled => None,
            },
        }
    }
}

/// Posts one report until the portal has decided or the tries are used up; every try is in the ledger.
async fn send(post: &Post, parcel: &Parcel, report: &Report<'_>, fault: Option<Fault>) {
    let body =
        serde_json::to_vec(report).unwrap_or_else(|_| unreachable!("a report has string keys and integers only"));
    let call =
        Call { credentials: Some(("access_token", &post.config.token)), ..Call::post(&parcel.status_url, body.into()) };
    let note = |outcome: &Outcome| {
        post.records().ledger.enter(signal(parcel, outcome, fault));
    };
    // A portal that never decides was called often enough.
    drop(post.caller.until_decided(&call, note).await);
}

fn signal(parcel: &Parcel, outcome: &Outcome, fault: Option<Fault>) -> Message {
    let (status, detail) = match outcome {
        Ok(answer) => (Some(answer.status.as_u16()), answer.field("code")),
        Err(error) => (None, error.to_string()),
    };
    let message = parcel.internal("report", parcel.cod_collected());
    Message { direction: Direction::Out, status, detail, fault, ..message }
}
