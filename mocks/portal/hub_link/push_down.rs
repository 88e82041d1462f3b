//! Dossiers that citizens entered at the national portal come in here, pushed or fetched, each once.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::dossier::Actor;
use crate::domain::submission::Channel;
use crate::hub_link::intake;
use crate::state::portal::Portal;
use crate::state::registry::Registry;
use crate::state::registry::intake::Submitted;

/// Error codes of the answers, as the national portal defines them.
pub(crate) const TAKEN: i64 = 0;
const KNOWN: i64 = 3;
const CONFLICT: i64 = 5;
const WRONG: i64 = 6;

/// The outcome of one packet.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PacketVerdict")]
pub(crate) struct Verdict {
    #[serde(rename = "MaHoSo")]
    code: String,
    /// 0 accepted, 3 accepted before, 5 its code belongs to another dossier, 6 invalid fields.
    pub(crate) error_code: i64,
    /// The reason, in Vietnamese.
    pub(crate) message: String,
}

/// Handles each packet on its own: one that is refused does not block the others.
pub(crate) fn take(portal: &Portal, packets: &[Value]) -> Vec<Verdict> {
    let take = |packet| {
        let mut registry = portal.registry();
        let verdict = take_one(portal, &mut registry, packet);
        if let Some(outbox) = registry.outbox.as_mut().filter(|_| !matches!(verdict.error_code, TAKEN | KNOWN)) {
            outbox.untaken += 1;
            registry.unsaved.is_set = true;
        }
        verdict
    };
    packets.iter().map(take).collect()
}

fn take_one(portal: &Portal, registry: &mut Registry, packet: &Value) -> Verdict {
    let nothing = Map::new();
    let packet = packet.as_object().unwrap_or(&nothing);
    let code: String = intake::text(packet, "MaHoSo").chars().take(100).collect();
    let verdict = |error_code, message: String| Verdict { code: code.clone(), error_code, message };
    let submission = match intake::read(packet, &portal.catalogue, &registry.procedures) {
        Ok(submission) => submission,
        Err(flaws) => return verdict(WRONG, flaws),
    };
    let known = registry.find(&code).and_then(|id| registry.get(id));
    let is_same = |owner: u64, channel: Channel| owner == submission.owner && channel == Channel::OnlineNational;
    if known.is_ok_and(|known| !is_same(known.owner, known.channel)) {
        return verdict(CONFLICT, "mã hồ sơ thuộc hồ sơ khác".to_owned());
    }
    match registry.submit(submission, Actor::Applicant) {
        Ok(Submitted::New(_) | Submitted::Lost(_)) => verdict(TAKEN, String::new()),
        Ok(Submitted::Known(_)) => verdict(KNOWN, "hồ sơ đã được tiếp nhận trước đó".to_owned()),
        Err(problem) => verdict(WRONG, problem.in_vietnamese().to_owned()),
    }
}
