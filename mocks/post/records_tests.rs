//! The laws of the records: what any interleaving of orders, cancellations, events and remittances leaves true.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::parcel::tests::parcel;
use crate::parcel::{DeliveryFaults, Fate};

fn travelling(order_number: &str, transit: u64) -> Parcel {
    Parcel { transit: Duration::from_millis(transit), ..parcel(order_number, 0) }
}

#[test]
fn waybills_count_from_one() {
    let mut records = Records::new();
    assert_eq!(records.open(travelling("A", 1), Instant::now()), "VP000000001VN");
    assert_eq!(records.open(travelling("B", 1), Instant::now()), "VP000000002VN");
}

#[test]
fn parcels_move_on_in_the_order_of_their_instants() {
    let mut records = Records::new();
    let now = Instant::now();
    for (order_number, transit) in [("slow", 300), ("fast", 100), ("middle", 200)] {
        records.open(travelling(order_number, transit), now);
    }
    let order: Vec<String> =
        std::iter::from_fn(|| records.advance_next()).map(|(_, _, parcel)| parcel.order_number).collect();
    assert_eq!(order, ["fast", "middle", "slow"]);
}

#[test]
fn a_parcel_that_was_called_off_moves_no_more() {
    let mut records = Records::new();
    records.open(travelling("A", 1), Instant::now());
    assert!(records.cancel(Way::ToCitizen, "A").is_ok());
    assert!(records.advance_next().is_none());
    assert_eq!(records.cancel(Way::ToCitizen, "A").unwrap_err(), Uncancellable::TooLate(Stage::Cancelled));
    assert_eq!(records.open_parcels, 0);
}

/// What a portal or the carrier does with the records.
#[derive(Debug, Clone)]
enum Deed {
    /// Orders number `.0` with the amount `.1`, an error `.2` and the fate `.3`.
    Order(u8, i64, i64, u8),
    PickUp(u8),
    Cancel(u8),
    Advance,
    Remit,
    Reconcile(usize, i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..6_u8, 0..6_000_000_000_i64, -9..9_i64, 0..4_u8).prop_map(|(n, a, e, f)| Deed::Order(n, a, e, f)),
        1 => (0..6_u8).prop_map(Deed::PickUp),
        2 => (0..6_u8).prop_map(Deed::Cancel),
        8 => Just(Deed::Advance),
        2 => Just(Deed::Remit),
        2 => (0..9_usize, -1..2_i64).prop_map(|(n, off)| Deed::Reconcile(n, off)),
    ]
}

fn order(records: &mut Records, wanted: Parcel) {
    if records.standing(wanted.way, &wanted.order_number).is_none() {
        records.open(wanted, Instant::now());
    }
}

fn act(records: &mut Records, deed: &Deed) {
    match deed {
        Deed::Order(number, amount, error, fate) => {
            let fate = match fate {
                0 => Fate::Arrives,
                1 => Fate::ArrivesAfter(2),
                2 => Fate::GoesBack,
                _ => Fate::IsLost,
            };
            let cod_error = if *amount > 9 { *error } else { 0 };
            let delivery_faults = DeliveryFaults { fate, cod_error, ..DeliveryFaults::NONE };
            let customer = format!("C-{}", number % 2);
            order(records, Parcel { customer, delivery_faults, ..parcel(&number.to_string(), *amount) });
        }
        Deed::PickUp(number) => {
            order(records, Parcel { way: Way::ToAgency, ..parcel(&number.to_string(), 0) });
        }
        Deed::Cancel(number) => drop(records.cancel(Way::ToCitizen, &number.to_string())),
        Deed::Advance => {
            if let Some((id, due, _)) = records.advance_next() {
                records.travel_on(id, due);
            }
        }
        Deed::Remit => drop(records.cod.remit()),
        Deed::Reconcile(place, off) => {
            let all: Vec<_> = ["C-0", "C-1"].iter().flat_map(|code| records.cod.remittances(code)).cloned().collect();
            if let Some(chosen) = all.get(*place) {
                drop(records.cod.reconcile(&chosen.id, &chosen.customer_code, chosen.amount + off));
            }
        }
    }
}

/// What the ledger says was collected, which is written by another hand than the accounts.
fn collected_by_ledger(records: &Records) -> i64 {
    records
        .ledger
        .newest()
        .map(|signal| &signal.message)
        .filter(|message| message.kind == "collected")
        .map(|message| message.amount)
        .sum()
}

proptest! {
    #[test]
    fn money_is_conserved_and_one_waybill_lives_per_order_and_way(deeds in prop::collection::vec(deed(), 0..160)) {
        let mut records = Records::new();
        for deed in &deeds {
            act(&mut records, deed);
            let total = records.cod.total();
            prop_assert_eq!(total.collected, total.remitted + total.outstanding);
            prop_assert_eq!(total.collected, collected_by_ledger(&records));
            let by_items = |code: &str, remitted: bool| -> i64 {
                let items = records.cod.collections(code).filter(|item| item.remittance.is_some() == remitted);
                items.map(|item| item.collected).sum()
            };
            for code in ["C-0", "C-1"] {
                let account = records.cod.account(code);
                prop_assert_eq!(account.remitted, by_items(code, true));
                prop_assert_eq!(account.outstanding, by_items(code, false));
                prop_assert!(account.reconciled <= account.remitted);
                prop_assert_eq!(account.remitted, records.cod.remittances(code).map(|each| each.amount).sum::<i64>());
            }
            let mut standing: HashMap<(Way, &str), u32> = HashMap::new();
            for parcel in records.parcels.iter().filter(|parcel| !parcel.stage.is_in_vain()) {
                *standing.entry((parcel.way, &parcel.order_number)).or_default() += 1;
            }
            prop_assert!(standing.values().all(|count| *count == 1));
            let open = records.parcels.iter().filter(|parcel| parcel.stage.is_final()).count();
            prop_assert_eq!(records.stages.iter().filter(|(_, stage)| stage.is_final()).count(), open);
        }
    }
}
