//! Handing dossiers that citizens entered here down to the portal that decides them.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::ledger::{Direction, Message};
use crate::outgoing::{PAUSES, Reply};
use crate::server::Hub;

/// Begins to push a dossier; the caller has counted it as open.
pub(crate) fn begin(hub: &Arc<Hub>, url: String, code: &str) {
    tokio::spawn(push(Arc::clone(hub), url, code.to_owned()));
}

/// Pushes one dossier; a tester may have emptied the books before its turn came.
async fn push(hub: Arc<Hub>, url: String, code: String) {
    let Ok(_permit) = hub.caller.gate.acquire().await else {
        unreachable!("the gate is never closed");
    };
    let packet = hub.books().registry.find(&code).map(|dossier| dossier.packet.clone());
    if let Some(packet) = packet {
        send(&hub, &url, &code, packet).await;
    }
    hub.books().open_pushes -= 1;
}

/// Posts the dossier until the portal has decided or the tries are used up; every try is in the ledger.
async fn send(hub: &Hub, url: &str, code: &str, packet: Map<String, Value>) {
    let body = json!({ "service": "DongBoHoSoMC", "isUpdating": "False", "data": [packet] });
    let body = Bytes::from(body.to_string());
    for pause in PAUSES.map(Some).into_iter().chain([None]) {
        let reply = hub.caller.post(url, &hub.config.push_token, body.clone()).await;
        let is_decided = reply.is_final();
        hub.books().ledger.enter(signal(code, reply));
        match pause {
            Some(pause) if !is_decided => sleep(pause).await,
            Some(_) | None => return,
        }
    }
}

fn signal(code: &str, reply: Reply) -> Message {
    Message {
        direction: Direction::Out,
        kind: "push_down",
        reference: String::new(),
        dossier: code.to_owned(),
        amount: 0,
        state: "submitted",
        fault: None,
        status: reply.status,
        detail: reply.detail,
    }
}
