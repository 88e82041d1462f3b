//! The carrier: one task that moves every parcel on when its time has come, and reports what happened.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, sleep_until};

use crate::books::ParcelId;
use crate::clock;
use crate::faults::Fault;
use crate::ledger::{Direction, Message};
use crate::outgoing::{PAUSES, Reply};
use crate::parcel::{Parcel, Stage};
use crate::server::Post;

/// Works off the timetable for as long as the post runs.
///
/// It takes a permit before it takes a parcel, so that parcels wait on the timetable and not in tasks.
pub(crate) async fn work(post: Arc<Post>) {
    loop {
        let next_due = post.books().next_due();
        match next_due {
            None => post.new_order.notified().await,
            Some(due) if due <= clock::timer() => move_next_on(&post).await,
            Some(due) => tokio::select! {
                () = sleep_until(due) => {}
                () = post.new_order.notified() => {}
            },
        }
    }
}

async fn move_next_on(post: &Arc<Post>) {
    let Ok(permit) = Arc::clone(&post.caller.gate).acquire_owned().await else {
        unreachable!("the gate is never closed");
    };
    let moved = post.books().advance_next();
    if let Some((id, due, parcel)) = moved {
        tokio::spawn(report(Arc::clone(post), id, due, parcel, permit));
    }
}

/// Reports the stage a parcel has reached, then lets it travel on or closes it. What happens next is put on the
/// timetable only now, so that no report can overtake the one before it unless a fault wants it to.
async fn report(post: Arc<Post>, id: ParcelId, due: Instant, parcel: Parcel, _permit: OwnedSemaphorePermit) {
    if parcel.stage.is_final() {
        report_last(&post, &parcel).await;
        post.books().open_parcels -= 1;
        return;
    }
    if parcel.stage == Stage::InTransit && parcel.mishaps.has(Fault::OutOfOrder) {
        post.books().hold_back(id, clock::unix_ms());
    } else {
        send(&post, &parcel, &Report::of(&parcel), None).await;
    }
    post.books().travel_on(id, due);
    post.new_order.notify_one();
}

/// Reports how a parcel ended, with what the faults make of it.
async fn report_last(post: &Post, parcel: &Parcel) {
    if parcel.mishaps.has(Fault::LostReport) {
        let lost = Message { fault: Some(Fault::LostReport), ..parcel.internal("report_lost", 0) };
        post.books().ledger.enter(lost);
    } else {
        let report = Report::of(parcel);
        send(post, parcel, &report, None).await;
        if parcel.mishaps.has(Fault::DuplicateReport) {
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
    /// Which attempt at the door has failed, counted from 1; only where one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u8>,
}

impl<'parcel> Report<'parcel> {
    /// What there is to report of a parcel now.
    fn of(parcel: &'parcel Parcel) -> Self {
        Self {
            waybill: &parcel.waybill,
            order_number: &parcel.order_number,
            status_code: parcel.stage.code(parcel.way),
            status: parcel.stage.word(parcel.way),
            cod_collected: parcel.cod_collected(),
            at_unix_ms: clock::unix_ms(),
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
    let body = Bytes::from(body);
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let reply = post.caller.post(&parcel.status_url, &post.config.token, body.clone()).await;
        let decided = reply.is_final();
        post.books().ledger.enter(signal(parcel, reply, fault));
        match pause {
            Some(pause) if !decided => sleep(pause).await,
            Some(_) | None => return,
        }
    }
}

fn signal(parcel: &Parcel, reply: Reply, fault: Option<Fault>) -> Message {
    Message {
        direction: Direction::Out,
        kind: "report",
        reference: parcel.waybill.clone(),
        dossier: parcel.order_number.clone(),
        amount: parcel.cod_collected(),
        state: parcel.stage.word(parcel.way),
        status: reply.status,
        detail: reply.code,
        fault,
    }
}
