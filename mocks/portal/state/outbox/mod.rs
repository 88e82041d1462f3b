//! The outbox: what is still to be synced with the national portal, queues and sync states, without I/O.
//!
//! The events of the registry are the outbox: a cursor runs over them, and every dossier that something happened to
//! joins a queue. Its steps are sent in the order of its log, one message at a time.

mod packets;
pub(crate) mod sync_state;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::behaviour::defects::{Defect, Defects};
use crate::domain::dirty_set::DirtySet;
use crate::domain::dossier::Dossier;
use crate::domain::dossier_id::DossierId;
use crate::domain::problem::{Kind as Refusal, Problem};
use crate::state::outbox::sync_state::{Again, DossierSync, Kind, SyncState, Tally};

/// How many packets one message carries.
const MOST_PACKETS: usize = 100;
/// How many events are read, and how many waiting dossiers are looked at, for one message.
const LOOKED_AT: usize = 1_000;
/// How many characters of a refusal are kept.
const LONGEST_REASON: usize = 200;
/// How many messages ahead of their commit are kept; see the defect `send-before-commit`.
const MOST_UNCOMMITTED: usize = 100;

/// The state of the synchronisation: 16 bytes a dossier, 8 more while it waits in a queue, and 250
/// while it is refused.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Distinguishes it from the one before a reset.
    epoch: u64,
    /// How many events of the registry have been read.
    cursor: usize,
    syncs: Vec<DossierSync>,
    /// Dossiers with something to send, in order.
    ready: VecDeque<DossierId>,
    /// Dossiers that are sent again later, by wall time in milliseconds.
    waiting: BinaryHeap<Reverse<(u64, DossierId)>>,
    /// Why a dossier was refused, while it is.
    reasons: HashMap<DossierId, String>,
    /// What the defect `send-before-commit` sends.
    uncommitted: VecDeque<Parcel>,
    /// The syncs that are not yet in the store.
    pub(crate) dirty: DirtySet<DossierId>,
    /// Up to where dossiers that citizens entered at the national portal were fetched.
    pub(crate) last_pulled: String,
    /// How many packets that were handed down were refused.
    pub(crate) untaken: u64,
}

/// One packet of a message.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// None where no such dossier is on record.
    id: Option<DossierId>,
    pub(crate) code: String,
    /// None where a dossier is only looked up.
    pub(crate) packet: Option<Box<RawValue>>,
    is_milestone: bool,
}

/// What is to be sent next.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) parcels: Vec<Parcel>,
    epoch: u64,
}

/// The outcome of a message.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The number and the words about each packet, in order.
    Judged(Vec<(i64, String)>),
    /// How many steps of the dossier the national portal has; `None` if it does not know it.
    LookedUp(Option<u32>),
    /// The national portal reports an outage; nothing was accepted.
    PutOff,
    /// There was no answer, or an unreadable one.
    Unanswered,
}

/// How far one dossier is synced.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Sync")]
pub(crate) struct SyncStatus<'outbox> {
    state: SyncState,
    /// How many entries of the log the national portal has.
    #[serde(rename = "told")]
    synced: u32,
    /// Why the last message was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'outbox str>,
}

impl Outbox {
    pub(crate) fn new(epoch: u64) -> Self {
        Self { epoch, ..Self::default() }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How far a dossier is synced.
    pub(crate) fn status(&self, id: DossierId, dossier: &Dossier) -> SyncStatus<'_> {
        let sync = self.syncs.get(id);
        let state = self.state(id, dossier);
        SyncStatus {
            state,
            synced: sync.map_or(0, |sync| sync.synced),
            reason: self.reasons.get(&id).map(String::as_str),
        }
    }

    fn state(&self, id: DossierId, dossier: &Dossier) -> SyncState {
        match self.syncs.get(id) {
            Some(sync) if sync.state == SyncState::Acked && sync.next(length(dossier)).is_some() => SyncState::Pending,
            Some(sync) => sync.state,
            None => SyncState::Pending,
        }
    }

    /// How far a dossier is synced and why it was refused, if anything was ever sent of it.
    pub(crate) fn sync(&self, id: DossierId) -> Option<(&DossierSync, Option<&str>)> {
        Some((self.syncs.get(id)?, self.reasons.get(&id).map(String::as_str)))
    }

    /// Restores what was known of a dossier before a restart.
    pub(crate) fn restore(&mut self, id: DossierId, sync: DossierSync, reason: Option<String>) {
        self.reserve(id);
        if let Some(known) = self.syncs.get_mut(id) {
            *known = sync;
        }
        self.reasons.extend(reason.map(|reason| (id, reason)));
    }

    /// Resumes the syncing of all dossiers, whose events so far are these, after a restart.
    pub(crate) fn resume(&mut self, dossiers: &[Dossier], events: usize) {
        self.cursor = events;
        for (id, dossier) in dossiers.iter().enumerate() {
            self.reserve(id);
            let Some(sync) = self.syncs.get_mut(id) else { continue };
            sync.resumed(length(dossier));
            if sync.next(length(dossier)).is_some() && !sync.is_stuck() {
                sync.is_queued = true;
                self.ready.push_back(id);
            }
        }
    }

    /// Makes room for the sync of a dossier.
    fn reserve(&mut self, id: DossierId) {
        if self.syncs.len() <= id {
            self.syncs.resize(id + 1, DossierSync::default());
        }
    }

    /// How many dossiers are in which sync state.
    pub(crate) fn census(&self, dossiers: &[Dossier]) -> BTreeMap<SyncState, usize> {
        let mut census = BTreeMap::new();
        for (id, dossier) in dossiers.iter().enumerate() {
            *census.entry(self.state(id, dossier)).or_default() += 1;
        }
        census
    }

    /// Resyncs a dossier as it stands, which is possible while its last message is refused.
    pub(crate) fn resync(&mut self, id: DossierId, dossier: &Dossier) -> Result<(), Problem> {
        let refused = [SyncState::Conflict, SyncState::Error];
        let sync = self.syncs.get_mut(id).filter(|sync| refused.contains(&sync.state));
        let sync = sync.ok_or_else(|| {
            Problem::new(Refusal::IllegalTransition, format!("nothing told of dossier {} was refused", dossier.code))
        })?;
        sync.resync(length(dossier));
        self.dirty.mark(id);
        if !sync.is_queued {
            sync.is_queued = true;
            self.ready.push_back(id);
        }
        Ok(())
    }

    /// Sends what is not on record; see the defect `send-before-commit`.
    pub(crate) fn send_uncommitted(&mut self, dossier: &Dossier, defects: Defects) {
        if self.uncommitted.len() < MOST_UNCOMMITTED {
            let packet = Some(packets::whole(dossier, 1, defects));
            self.uncommitted.push_back(Parcel { id: None, code: dossier.code.clone(), packet, is_milestone: false });
        }
    }

    /// Reads new events: every dossier that something happened to joins the queue.
    pub(crate) fn read(&mut self, events: &[(DossierId, usize)]) {
        let until = events.len().min(self.cursor.saturating_add(LOOKED_AT));
        for (id, _) in events.get(self.cursor..until).unwrap_or_default() {
            self.reserve(*id);
            let Some(sync) = self.syncs.get_mut(*id) else { continue };
            if !sync.is_queued && !sync.is_stuck() {
                sync.is_queued = true;
                self.ready.push_back(*id);
            }
        }
        self.cursor = until;
    }

    /// The next message, if there is anything to send: as many packets of one kind as fit, each dossier's in order.
    pub(crate) fn next_message(&mut self, dossiers: &[Dossier], defects: Defects, now_ms: u64) -> Option<Message> {
        self.end_waits(now_ms);
        if !self.uncommitted.is_empty() {
            let parcels = self.uncommitted.drain(..).collect();
            return Some(Message { kind: Kind::Create, parcels, epoch: self.epoch });
        }
        let mut message: Option<Message> = None;
        let mut others = Vec::new();
        for _ in 0..self.ready.len().min(LOOKED_AT) {
            let room = message.as_ref().map_or(MOST_PACKETS, Message::room);
            if room == 0 {
                break;
            }
            let Some(id) = self.ready.pop_front() else { break };
            let (Some(sync), Some(dossier)) = (self.syncs.get_mut(id), dossiers.get(id)) else { continue };
            let Some(kind) = sync.next(length(dossier)) else {
                (sync.is_queued, sync.state) = (false, SyncState::Acked);
                continue;
            };
            if message.as_ref().is_some_and(|message| message.kind != kind) {
                others.push(id);
                continue;
            }
            let message = message.get_or_insert_with(|| Message { kind, parcels: Vec::new(), epoch: self.epoch });
            message.parcels.extend(parcels(kind, id, (dossier, sync.synced), room, defects));
            if kind != Kind::LookUp {
                sync.state = SyncState::Sent;
            }
        }
        others.into_iter().rev().for_each(|id| self.ready.push_front(id));
        message
    }

    fn end_waits(&mut self, now_ms: u64) {
        while let Some(Reverse((_, id))) = self.waiting.peek().copied().filter(|Reverse((when, _))| *when <= now_ms) {
            self.waiting.pop();
            self.ready.push_back(id);
        }
    }

    /// Records the outcome of a message. One that was sent before a reset is ignored.
    pub(crate) fn settle(
        &mut self,
        message: &Message,
        outcome: &Outcome,
        dossiers: &[Dossier],
        (defects, now_ms): (Defects, u64),
    ) {
        if message.epoch != self.epoch {
            return;
        }
        let by_dossier = message.parcels.chunk_by(|one, other| one.id == other.id);
        let mut first = 0;
        for parcels in by_dossier {
            let place = first;
            first += parcels.len();
            let Some(id) = parcels.first().and_then(|parcel| parcel.id) else { continue };
            let Some(length) = dossiers.get(id).map(length) else { continue };
            let Some(sync) = self.syncs.get_mut(id) else { continue };
            let again = match outcome {
                Outcome::Judged(verdicts) => {
                    let verdicts = verdicts.get(place..first).unwrap_or_default();
                    let tally = tally(parcels, verdicts, defects);
                    match &tally.trouble {
                        Some((_, why)) => drop(self.reasons.insert(id, why.chars().take(LONGEST_REASON).collect())),
                        None => drop(self.reasons.remove(&id)),
                    }
                    sync.judged(message.kind, &tally, length, defects)
                }
                Outcome::LookedUp(steps) => sync.looked_up(*steps, length),
                Outcome::PutOff | Outcome::Unanswered if defects.has(Defect::NoOutbox) => {
                    sync.judged(message.kind, &all_taken(parcels), length, defects)
                }
                Outcome::PutOff => {
                    sync.put_off();
                    Again::Now
                }
                Outcome::Unanswered => {
                    sync.unanswered();
                    Again::Now
                }
            };
            self.dirty.mark(id);
            self.line_up(id, again, length, now_ms);
        }
    }

    /// Puts a dossier whose message has ended where it belongs.
    fn line_up(&mut self, id: DossierId, again: Again, length: u32, now_ms: u64) {
        let Some(sync) = self.syncs.get_mut(id) else { return };
        match again {
            Again::Now if sync.next(length).is_some() => self.ready.push_back(id),
            Again::After(wait_ms) => self.waiting.push(Reverse((now_ms.saturating_add(wait_ms), id))),
            Again::Now | Again::WhenAsked => sync.is_queued = false,
        }
    }
}

impl Message {
    fn room(&self) -> usize {
        if self.kind == Kind::LookUp { 0 } else { MOST_PACKETS.saturating_sub(self.parcels.len()) }
    }
}

/// How many entries the log of a dossier has.
fn length(dossier: &Dossier) -> u32 {
    u32::try_from(dossier.progress.len()).unwrap_or(u32::MAX)
}

/// What is to be sent of one dossier, of whose log the national portal has the first `synced` entries; at most as much as fits.
fn parcels(
    kind: Kind,
    id: DossierId,
    (dossier, synced): (&Dossier, u32),
    room: usize,
    defects: Defects,
) -> Vec<Parcel> {
    let synced = usize::try_from(synced).unwrap_or(usize::MAX);
    let parcel = |packet, is_milestone| Parcel { id: Some(id), code: dossier.code.clone(), packet, is_milestone };
    match kind {
        Kind::LookUp => vec![parcel(None, false)],
        Kind::Create => vec![parcel(Some(packets::whole(dossier, 1, defects)), false)],
        Kind::Update => vec![parcel(Some(packets::whole(dossier, synced, defects)), false)],
        Kind::Steps => {
            let entries = dossier.progress.iter().skip(synced).take(room);
            let step = |entry| parcel(Some(packets::step(dossier, entry, defects)), packets::is_milestone(entry));
            let mut steps: Vec<Parcel> = entries.map(step).collect();
            if defects.has(Defect::Reorder) {
                steps.reverse();
            }
            steps
        }
    }
}

/// Counts the answers about the packets of one dossier; a packet without an answer was refused.
fn tally(parcels: &[Parcel], verdicts: &[(i64, String)], defects: Defects) -> Tally {
    if defects.has(Defect::SwallowSync) {
        return all_taken(parcels);
    }
    let mut tally = Tally::default();
    for (i, parcel) in parcels.iter().enumerate() {
        match verdicts.get(i) {
            Some((0, _)) if tally.trouble.is_none() => {
                tally.taken += 1;
                tally.has_milestone |= parcel.is_milestone;
            }
            Some((0, _)) => tally.taken_later += 1,
            Some(refusal) => tally.trouble = tally.trouble.or(Some(refusal.clone())),
            None => tally.trouble = tally.trouble.or(Some((-1, "nothing was said about it".to_owned()))),
        }
    }
    tally
}

fn all_taken(parcels: &[Parcel]) -> Tally {
    let taken = u32::try_from(parcels.len()).unwrap_or(u32::MAX);
    Tally { taken, has_milestone: parcels.iter().any(|parcel| parcel.is_milestone), ..Tally::default() }
}
