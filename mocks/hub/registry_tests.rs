//! The laws of the registry: a history is complete, in order, and only moves along legal ways.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fields::tests::dossier;
use crate::ledger;

fn packet(code: &str, state: &str) -> Map<String, Value> {
    let mut packet = dossier(code).as_object().unwrap().clone();
    packet.insert("TrangThaiHoSo".into(), state.into());
    packet
}

fn step(code: &str, state: &str, happened: &str) -> Map<String, Value> {
    let step = json!({
        "MaHoSo": code, "NguoiXuLy": "Cán bộ A", "ThoiDiemXuLy": happened, "NoiDungXuLy": "Thẩm định", "TrangThai": state,
    });
    step.as_object().unwrap().clone()
}

fn of<'packet>(owner: &'packet str, packet: &'packet Map<String, Value>) -> SyncPacket<'packet> {
    SyncPacket { owner, packet }
}

#[test]
fn a_dossier_is_created_once_and_updated_only_after_that() {
    let (mut registry, mut ledger) = (Registry::default(), ledger::new());
    let packet = packet("D-1", "2");
    assert_eq!(registry.update(of("A", &packet), &mut ledger), Err(Refusal::Unknown));
    assert_eq!(registry.create(of("A", &packet), &mut ledger), Ok(()));
    assert_eq!(registry.create(of("A", &packet), &mut ledger), Err(Refusal::Duplicate));
    assert_eq!(registry.update(of("A", &packet), &mut ledger), Ok(()));
    assert_eq!(registry.update(of("B", &packet), &mut ledger), Err(Refusal::Foreign));
}

#[test]
fn a_step_before_the_last_one_is_a_conflict_and_changes_nothing() {
    let (mut registry, mut ledger) = (Registry::default(), ledger::new());
    registry.create(of("A", &packet("D-1", "2")), &mut ledger).unwrap();
    registry.progress(of("A", &step("D-1", "4", "20210302080000")), &mut ledger).unwrap();
    let before = registry.progress(of("A", &step("D-1", "4", "20210301080000")), &mut ledger);
    assert!(matches!(before, Err(Refusal::Conflict(_))));
    let back = registry.progress(of("A", &step("D-1", "1", "20210303080000")), &mut ledger);
    assert!(matches!(back, Err(Refusal::Conflict(_))));
    assert_eq!(registry.find("D-1").unwrap().events.len(), 2);
}

#[test]
fn a_dossier_entered_here_belongs_to_the_first_portal_that_sends_it() {
    let (mut registry, mut ledger) = (Registry::default(), ledger::new());
    registry.enter(packet("D-1", "1"), &mut ledger).unwrap();
    assert_eq!(registry.create(of("A", &packet("D-1", "2")), &mut ledger), Err(Refusal::Duplicate));
    registry.update(of("A", &packet("D-1", "2")), &mut ledger).unwrap();
    assert_eq!(registry.update(of("B", &packet("D-1", "2")), &mut ledger), Err(Refusal::Foreign));
}

#[test]
fn a_dossier_with_packets_without_end_is_refused_in_the_end() {
    let (mut registry, mut ledger) = (Registry::default(), ledger::new());
    registry.create(of("A", &packet("D-1", "2")), &mut ledger).unwrap();
    let step = step("D-1", "4", "20210302080000");
    let taken = (0..MOST_EVENTS + 5).filter(|_| registry.progress(of("A", &step), &mut ledger).is_ok()).count();
    assert_eq!(taken, MOST_EVENTS - 1);
}

proptest! {
    #[test]
    fn a_history_is_complete_in_order_and_legal(
        packets in prop::collection::vec((0..3_u8, 0..3_u8, 1..=10_u8, 0..40_u8), 0..120)
    ) {
        let (mut registry, mut ledger) = (Registry::default(), ledger::new());
        let mut taken: HashMap<String, Vec<String>> = HashMap::new();
        for (kind, number, state, minute) in packets {
            let (code, state) = (format!("D-{number}"), state.to_string());
            let whole = packet(&code, &state);
            let step = step(&code, &state, &format!("202103010800{minute:02}"));
            let answer = match kind {
                0 => registry.create(of("A", &whole), &mut ledger),
                1 => registry.update(of("A", &whole), &mut ledger),
                _ => registry.progress(of("A", &step), &mut ledger),
            };
            if answer.is_ok() {
                taken.entry(code).or_default().push(state);
            }
        }
        let mut events = 0;
        for (code, states) in &taken {
            let dossier = registry.find(code).unwrap();
            let seen: Vec<&str> = dossier.events.iter().map(|event| event.state).collect();
            prop_assert_eq!(&seen, states);
            prop_assert_eq!(dossier.state.code(), *seen.last().unwrap());
            prop_assert_eq!(fields::text(&dossier.packet, "TrangThaiHoSo"), dossier.state.code());
            prop_assert!(dossier.events.is_sorted_by_key(|event| event.seq));
            let steps = dossier.events.iter().filter(|event| event.kind == "progress");
            prop_assert!(steps.map(|event| &event.happened).is_sorted());
            let legal = |pair: &[&str]| State::from_code(pair[0]).unwrap().may_become(State::from_code(pair[1]).unwrap());
            prop_assert!(seen.windows(2).all(legal));
            events += seen.len();
        }
        prop_assert_eq!(ledger.len(), events as u64);
    }
}
