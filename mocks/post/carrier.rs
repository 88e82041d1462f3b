//! The carrier: one task that moves every parcel on when its time has come, and reports what happened.

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, sleep_until};

use crate::books::ParcelId;
use crate::clock;
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

/// Reports the stage a parcel has reached, then lets it travel on or closes it. The delivery is put on the
/// timetable only now, so that no report can overtake the one before it.
async fn report(post: Arc<Post>, id: ParcelId, due: Instant, parcel: Parcel, _permit: OwnedSemaphorePermit) {
    send(&post, &parcel).await;
    match parcel.stage {
        Stage::Ordered | Stage::InTransit => {
            post.books().travel_on(id, due + parcel.until_delivery());
            post.new_order.notify_one();
        }
        Stage::Delivered => post.books().open_parcels -= 1,
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
}

/// Posts one report until the portal has decided or the tries are used up; every try is in the ledger.
async fn send(post: &Post, parcel: &Parcel) {
    let report = Report {
        waybill: &parcel.waybill,
        order_number: &parcel.order_number,
        status_code: parcel.stage.code(),
        status: parcel.stage.word(),
        cod_collected: parcel.cod_collected(),
        at_unix_ms: clock::unix_ms(),
    };
    let body =
        serde_json::to_vec(&report).unwrap_or_else(|_| unreachable!("a report has string keys and integers only"));
    let body = Bytes::from(body);
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let reply = post.caller.post(&parcel.status_url, &post.config.token, body.clone()).await;
        let decided = reply.is_final();
        post.books().ledger.enter(signal(parcel, reply));
        match pause {
            Some(pause) if !decided => sleep(pause).await,
            Some(_) | None => return,
        }
    }
}

fn signal(parcel: &Parcel, reply: Reply) -> Message {
    Message {
        direction: Direction::Out,
        kind: "report",
        reference: parcel.waybill.clone(),
        dossier: parcel.order_number.clone(),
        amount: parcel.cod_collected(),
        state: parcel.stage.word(),
        status: reply.status,
        detail: reply.code,
    }
}
