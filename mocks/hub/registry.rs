//! All dossiers that the hub knows, by code, and what portals may synchronise.

use std::collections::HashMap;

use mock_ground::unix_ns;
use serde_json::{Map, Value};

use crate::dossier::{Dossier, Event, MOST_EVENTS, State};
use crate::fields;
use crate::ledger::{Direction, Ledger, Message};

/// How many dossiers are kept; the next one is refused. With usual packets they take 2 kB each: half a gigabyte.
const MOST_DOSSIERS: usize = 1 << 18;

/// How many bytes of packets are accepted in all: 1 GiB. Only packets far above the usual size reach it.
const MOST_BYTES: usize = 1 << 30;

/// Why a packet of a portal is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A dossier with this code is known: an update is due instead.
    Duplicate,
    /// No dossier with this code is known: it must be created first.
    Unknown,
    /// The packet cannot follow those before.
    Conflict(String),
    /// The dossier or its agency belongs to another portal.
    Foreign,
    /// There is no room for more.
    Full,
}

impl Refusal {
    /// The word for the ledger.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Unknown => "unknown",
            Self::Conflict(_) => "conflict",
            Self::Foreign => "foreign",
            Self::Full => "full",
        }
    }
}

/// All dossiers.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    dossiers: HashMap<String, Dossier>,
    /// The codes of dossiers that citizens entered here, in order, as portals fetch them.
    entered: Vec<String>,
    /// The length of all packets that were accepted, updates and steps included.
    synced_bytes: usize,
}

/// A packet with which a portal synchronises a dossier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SyncPacket<'packet> {
    /// The portal account that sends it.
    pub(crate) owner: &'packet str,
    pub(crate) packet: &'packet Map<String, Value>,
}

impl SyncPacket<'_> {
    fn code(&self) -> String {
        fields::text(self.packet, "MaHoSo")
    }

    fn state(&self, field: &str) -> State {
        let code = fields::text(self.packet, field);
        State::from_code(&code).unwrap_or_else(|| unreachable!("`fields::flaws` lets only the ten states through"))
    }
}

impl Registry {
    pub(crate) fn find(&self, code: &str) -> Option<&Dossier> {
        self.dossiers.get(code)
    }

    pub(crate) fn len(&self) -> usize {
        self.dossiers.len()
    }

    fn is_full(&self, ledger: &Ledger) -> bool {
        self.synced_bytes >= MOST_BYTES || ledger.is_full()
    }

    /// How many dossiers are in each state, in the order of the states' numbers.
    pub(crate) fn census(&self) -> [(State, usize); 10] {
        let mut census = State::ALL.map(|state| (state, 0));
        for dossier in self.dossiers.values() {
            if let Some((_, count)) = census.iter_mut().find(|(state, _)| *state == dossier.state) {
                *count += 1;
            }
        }
        census
    }

    /// The dossiers entered here after the first `after`, each with its place, oldest first.
    pub(crate) fn entered(&self, after: usize, limit: usize) -> Vec<(usize, &Dossier)> {
        let codes = self.entered.iter().enumerate().skip(after).take(limit);
        codes.filter_map(|(place, code)| Some((place + 1, self.dossiers.get(code)?))).collect()
    }

    /// How many dossiers were entered here.
    pub(crate) fn entered_count(&self) -> usize {
        self.entered.len()
    }

    /// A citizen enters a dossier here; the code is new.
    pub(crate) fn enter(&mut self, packet: Map<String, Value>, ledger: &mut Ledger) -> Result<(), Refusal> {
        if self.dossiers.len() >= MOST_DOSSIERS || self.is_full(ledger) {
            return Err(Refusal::Full);
        }
        let code = fields::text(&packet, "MaHoSo");
        let entered =
            Event { what: "Công dân nộp hồ sơ".into(), ..event(&packet, "entered", State::Submitted, ledger) };
        let dossier = Dossier { owner: String::new(), state: State::Submitted, packet, events: vec![entered] };
        self.dossiers.insert(code.clone(), dossier);
        self.entered.push(code);
        Ok(())
    }

    /// A portal sends a dossier for the first time.
    pub(crate) fn create(&mut self, sync: SyncPacket<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let code = sync.code();
        if self.dossiers.contains_key(&code) {
            return Err(Refusal::Duplicate);
        }
        if self.dossiers.len() >= MOST_DOSSIERS || self.is_full(ledger) {
            return Err(Refusal::Full);
        }
        self.synced_bytes += fields::length(sync.packet);
        let state = sync.state("TrangThaiHoSo");
        let event = event(sync.packet, "created", state, ledger);
        let (owner, packet) = (sync.owner.to_owned(), sync.packet.clone());
        self.dossiers.insert(code, Dossier { owner, state, packet, events: vec![event] });
        Ok(())
    }

    /// A portal sends a dossier again, as a whole.
    pub(crate) fn update(&mut self, sync: SyncPacket<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let state = sync.state("TrangThaiHoSo");
        self.check(sync, state, ledger)?;
        self.synced_bytes += fields::length(sync.packet);
        let event = event(sync.packet, "updated", state, ledger);
        let Some(dossier) = self.dossiers.get_mut(&sync.code()) else {
            return Err(Refusal::Unknown);
        };
        sync.owner.clone_into(&mut dossier.owner);
        dossier.packet.clone_from(sync.packet);
        dossier.state = state;
        dossier.events.push(event);
        Ok(())
    }

    /// A portal sends one step of a dossier; steps must arrive in the order in which they happened.
    pub(crate) fn progress(&mut self, sync: SyncPacket<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let state = sync.state("TrangThai");
        self.check(sync, state, ledger)?;
        self.synced_bytes += fields::length(sync.packet);
        let event = event(sync.packet, "progress", state, ledger);
        let Some(dossier) = self.dossiers.get_mut(&sync.code()) else {
            return Err(Refusal::Unknown);
        };
        sync.owner.clone_into(&mut dossier.owner);
        dossier.state = state;
        dossier.packet.insert("TrangThaiHoSo".into(), state.code().into());
        dossier.events.push(event);
        Ok(())
    }

    /// Whether `sync` may follow what is known.
    fn check(&self, sync: SyncPacket<'_>, state: State, ledger: &Ledger) -> Result<(), Refusal> {
        let dossier = self.dossiers.get(&sync.code()).ok_or(Refusal::Unknown)?;
        if !dossier.owner.is_empty() && dossier.owner != sync.owner {
            return Err(Refusal::Foreign);
        }
        if dossier.events.len() >= MOST_EVENTS || self.is_full(ledger) {
            return Err(Refusal::Full);
        }
        if !dossier.state.may_become(state) {
            let (from, to) = (dossier.state.vietnamese(), state.vietnamese());
            return Err(Refusal::Conflict(format!("hồ sơ đang ở trạng thái «{from}», không thể chuyển sang «{to}»")));
        }
        let happened = fields::text(sync.packet, "ThoiDiemXuLy");
        let last = dossier.events.iter().rev().find(|event| !event.happened.is_empty());
        match last.filter(|last| !happened.is_empty() && happened < last.happened) {
            Some(last) => Err(Refusal::Conflict(format!("tiến trình {happened} trước tiến trình {}", last.happened))),
            None => Ok(()),
        }
    }
}

/// Records a packet in the ledger, and makes its event in the history of the dossier.
fn event(packet: &Map<String, Value>, kind: &'static str, state: State, ledger: &mut Ledger) -> Event {
    let at_unix_ns = unix_ns();
    let seq = ledger.enter(Message {
        direction: Direction::In,
        reference: fields::text(packet, "MaTTHC"),
        dossier: fields::text(packet, "MaHoSo"),
        state: state.word(),
        status: Some(200),
        detail: fields::text(packet, "DonViXuLy"),
        ..Message::internal(kind)
    });
    Event {
        seq,
        at_unix_ns,
        kind,
        state: state.code(),
        happened: fields::text(packet, "ThoiDiemXuLy"),
        by: fields::text(packet, "NguoiXuLy"),
        what: fields::text(packet, "NoiDungXuLy"),
    }
}

#[cfg(test)]
#[path = "registry_tests.rs"]
mod tests;
