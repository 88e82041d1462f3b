//! Pushes: dossiers that citizens entered here are handed down to the portal that decides them.

use std::sync::Arc;

use mock_ground::{Call, Outcome};
use serde_json::{Map, Value, json};

use crate::hub::Hub;
use crate::ledger::{Direction, Message};

/// Starts to push a dossier; the caller has counted it as open.
pub(crate) fn begin(hub: &Arc<Hub>, url: String, code: &str) {
    tokio::spawn(push(Arc::clone(hub), url, code.to_owned()));
}

/// Pushes one dossier; a tester may have reset all state before its turn came.
async fn push(hub: Arc<Hub>, url: String, code: String) {
    let _permit = hub.caller.permit().await;
    let packet = hub.records().registry.find(&code).map(|dossier| dossier.packet.clone());
    if let Some(packet) = packet {
        send(&hub, &url, &code, packet).await;
    }
    hub.records().open_pushes -= 1;
}

/// Posts the dossier until the portal has decided or the tries are used up; every try is in the ledger.
async fn send(hub: &Hub, url: &str, code: &str, packet: Map<String, Value>) {
    let body = json!({ "service": "DongBoHoSoMC", "isUpdating": "False", "data": [packet] });
    let token = Some(hub.config.push_token.as_str()).filter(|token| !token.is_empty());
    let credentials = token.map(|token| ("access_token", token));
    let call = Call { credentials, ..Call::post(url, body.to_string().into()) };
    let note = |outcome: &Outcome| {
        hub.records().ledger.enter(signal(code, outcome));
    };
    // A portal that never decides was asked often enough.
    drop(hub.caller.until_decided(&call, note).await);
}

fn signal(code: &str, outcome: &Outcome) -> Message {
    let (status, detail) = match outcome {
        Ok(answer) => (Some(answer.status.as_u16()), String::from_utf8_lossy(&answer.body).into_owned()),
        Err(error) => (None, error.to_string()),
    };
    let dossier = code.to_owned();
    Message { direction: Direction::Out, dossier, state: "submitted", status, detail, ..Message::internal("push_down") }
}
