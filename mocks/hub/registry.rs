//! All dossiers of the nation, by their code, and what may be told of them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::clock;
use crate::dossier::{Dossier, Event, MOST_EVENTS, State};
use crate::fields;
use crate::ledger::{Direction, Ledger, Message};

/// How many dossiers are kept; the next one is refused. With usual packets they take 2 kB each: half a gigabyte.
const MOST_DOSSIERS: usize = 1 << 18;

/// How many bytes of packets are taken in, ever: 1 GiB. It is reached only by packets far above the usual size.
const MOST_BYTES: usize = 1 << 30;

/// Why something that a portal tells is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A dossier with this code is known: an update is due instead.
    Duplicate,
    /// No dossier with this code is known: it must be created first.
    Unknown,
    /// What is told cannot follow on what was told before.
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
    /// The length of all packets that were taken, updates and steps included.
    told_bytes: usize,
}

/// Who tells something, of which dossier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling<'packet> {
    /// The portal account that tells it.
    pub(crate) owner: &'packet str,
    pub(crate) packet: &'packet Map<String, Value>,
}

impl Telling<'_> {
    fn code(&self) -> String {
        fields::text(self.packet, "MaHoSo")
    }

    fn state(&self, field: &str) -> State {
        // The fields were checked before; a state that is none of the ten is as good as a new dossier.
        State::from_code(&fields::text(self.packet, field)).unwrap_or(State::Submitted)
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
        self.told_bytes >= MOST_BYTES || ledger.is_full()
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
        let told =
            Event { what: "Công dân nộp hồ sơ".into(), ..event(&packet, "entered", State::Submitted, ledger) };
        let dossier = Dossier { owner: String::new(), state: State::Submitted, packet, events: vec![told] };
        self.dossiers.insert(code.clone(), dossier);
        self.entered.push(code);
        Ok(())
    }

    /// A portal tells of a dossier for the first time.
    pub(crate) fn create(&mut self, telling: Telling<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let code = telling.code();
        if self.dossiers.contains_key(&code) {
            return Err(Refusal::Duplicate);
        }
        if self.dossiers.len() >= MOST_DOSSIERS || self.is_full(ledger) {
            return Err(Refusal::Full);
        }
        self.told_bytes += fields::length(telling.packet);
        let state = telling.state("TrangThaiHoSo");
        let told = event(telling.packet, "created", state, ledger);
        let (owner, packet) = (telling.owner.to_owned(), telling.packet.clone());
        self.dossiers.insert(code, Dossier { owner, state, packet, events: vec![told] });
        Ok(())
    }

    /// A portal tells a dossier anew, as a whole.
    pub(crate) fn update(&mut self, telling: Telling<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let state = telling.state("TrangThaiHoSo");
        self.check(telling, state, ledger)?;
        self.told_bytes += fields::length(telling.packet);
        let told = event(telling.packet, "updated", state, ledger);
        let Some(dossier) = self.dossiers.get_mut(&telling.code()) else {
            return Err(Refusal::Unknown);
        };
        telling.owner.clone_into(&mut dossier.owner);
        dossier.packet.clone_from(telling.packet);
        dossier.state = state;
        dossier.events.push(told);
        Ok(())
    }

    /// A portal tells one step of a dossier's way; steps must come in the order in which they happened.
    pub(crate) fn progress(&mut self, telling: Telling<'_>, ledger: &mut Ledger) -> Result<(), Refusal> {
        let state = telling.state("TrangThai");
        self.check(telling, state, ledger)?;
        self.told_bytes += fields::length(telling.packet);
        let told = event(telling.packet, "progress", state, ledger);
        let Some(dossier) = self.dossiers.get_mut(&telling.code()) else {
            return Err(Refusal::Unknown);
        };
        telling.owner.clone_into(&mut dossier.owner);
        dossier.state = state;
        dossier.packet.insert("TrangThaiHoSo".into(), state.code().into());
        dossier.events.push(told);
        Ok(())
    }

    /// Whether `telling` may follow on what is known.
    fn check(&self, telling: Telling<'_>, state: State, ledger: &Ledger) -> Result<(), Refusal> {
        let dossier = self.dossiers.get(&telling.code()).ok_or(Refusal::Unknown)?;
        if !dossier.owner.is_empty() && dossier.owner != telling.owner {
            return Err(Refusal::Foreign);
        }
        if dossier.events.len() >= MOST_EVENTS || self.is_full(ledger) {
            return Err(Refusal::Full);
        }
        if !dossier.state.may_become(state) {
            let (from, to) = (dossier.state.vietnamese(), state.vietnamese());
            return Err(Refusal::Conflict(format!("hồ sơ đang ở trạng thái «{from}», không thể chuyển sang «{to}»")));
        }
        let happened = fields::text(telling.packet, "ThoiDiemXuLy");
        let last = dossier.events.iter().rev().find(|event| !event.happened.is_empty());
        match last.filter(|last| !happened.is_empty() && happened < last.happened) {
            Some(last) => Err(Refusal::Conflict(format!("tiến trình {happened} trước tiến trình {}", last.happened))),
            None => Ok(()),
        }
    }
}

/// Enters what is told into the ledger, and makes the event for the dossier's own history of it.
fn event(packet: &Map<String, Value>, kind: &'static str, state: State, ledger: &mut Ledger) -> Event {
    let at_unix_ns = clock::unix_ns();
    let seq = ledger.enter(Message {
        direction: Direction::In,
        kind,
        reference: fields::text(packet, "MaTTHC"),
        dossier: fields::text(packet, "MaHoSo"),
        amount: 0,
        state: state.word(),
        fault: None,
        status: Some(200),
        detail: fields::text(packet, "DonViXuLy"),
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
