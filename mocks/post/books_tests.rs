//! The laws of the books: what any interleaving of orders, cancellations, events and remittances leaves true.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::clock;
use crate::parcel::tests::parcel;
use crate::parcel::{Fate, Mishaps};

fn travelling(order_number: &str, transit: u64) -> Parcel {
    Parcel { transit: Duration::from_millis(transit), ..parcel(order_number, 0) }
}

#[test]
fn waybills_count_from_one() {
    let mut books = Books::default();
    assert_eq!(books.open(travelling("A", 1), clock::timer()), "VP000000001VN");
    assert_eq!(books.open(travelling("B", 1), clock::timer()), "VP000000002VN");
}

#[test]
fn parcels_move_on_in_the_order_of_their_instants() {
    let mut books = Books::default();
    let now = clock::timer();
    for (order_number, transit) in [("slow", 300), ("fast", 100), ("middle", 200)] {
        books.open(travelling(order_number, transit), now);
    }
    let order: Vec<String> =
        std::iter::from_fn(|| books.advance_next()).map(|(_, _, parcel)| parcel.order_number).collect();
    assert_eq!(order, ["fast", "middle", "slow"]);
}

#[test]
fn a_parcel_that_was_called_off_moves_no_more() {
    let mut books = Books::default();
    books.open(travelling("A", 1), clock::timer());
    assert!(books.cancel(Way::ToCitizen, "A").is_ok());
    assert!(books.advance_next().is_none());
    assert_eq!(books.cancel(Way::ToCitizen, "A").unwrap_err(), Uncancellable::TooLate(Stage::Cancelled));
    assert_eq!(books.open_parcels, 0);
}

/// What somebody does with the books.
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

fn order(books: &mut Books, wanted: Parcel) {
    if books.standing(wanted.way, &wanted.order_number).is_none() {
        books.open(wanted, clock::timer());
    }
}

fn act(books: &mut Books, deed: &Deed) {
    match deed {
        Deed::Order(number, amount, error, fate) => {
            let fate = match fate {
                0 => Fate::Arrives,
                1 => Fate::ArrivesAfter(2),
                2 => Fate::GoesBack,
                _ => Fate::IsLost,
            };
            let cod_error = if *amount > 9 { *error } else { 0 };
            let mishaps = Mishaps { fate, cod_error, ..Mishaps::NONE };
            let customer = format!("C-{}", number % 2);
            order(books, Parcel { customer, mishaps, ..parcel(&number.to_string(), *amount) });
        }
        Deed::PickUp(number) => {
            order(books, Parcel { way: Way::ToAgency, ..parcel(&number.to_string(), 0) });
        }
        Deed::Cancel(number) => drop(books.cancel(Way::ToCitizen, &number.to_string())),
        Deed::Advance => {
            if let Some((id, due, _)) = books.advance_next() {
                books.travel_on(id, due);
            }
        }
        Deed::Remit => drop(books.cod.remit()),
        Deed::Reconcile(place, off) => {
            let all: Vec<_> = ["C-0", "C-1"].iter().flat_map(|code| books.cod.remittances(code)).cloned().collect();
            if let Some(chosen) = all.get(*place) {
                drop(books.cod.reconcile(&chosen.id, &chosen.customer_code, chosen.amount + off));
            }
        }
    }
}

/// What the ledger says was collected, which is written by another hand than the accounts.
fn collected_by_ledger(books: &Books) -> i64 {
    books.ledger.messages().filter(|message| message.kind == "collected").map(|message| message.amount).sum()
}

proptest! {
    #[test]
    fn money_is_conserved_and_one_waybill_lives_per_order_and_way(deeds in prop::collection::vec(deed(), 0..160)) {
        let mut books = Books::default();
        for deed in &deeds {
            act(&mut books, deed);
            let total = books.cod.total();
            prop_assert_eq!(total.collected, total.remitted + total.outstanding);
            prop_assert_eq!(total.collected, collected_by_ledger(&books));
            let by_items = |code: &str, remitted: bool| -> i64 {
                let items = books.cod.collections(code).filter(|item| item.remittance.is_some() == remitted);
                items.map(|item| item.collected).sum()
            };
            for code in ["C-0", "C-1"] {
                let account = books.cod.account(code);
                prop_assert_eq!(account.remitted, by_items(code, true));
                prop_assert_eq!(account.outstanding, by_items(code, false));
                prop_assert!(account.reconciled <= account.remitted);
                prop_assert_eq!(account.remitted, books.cod.remittances(code).map(|each| each.amount).sum::<i64>());
            }
            let mut standing: HashMap<(Way, &str), u32> = HashMap::new();
            for parcel in books.parcels.iter().filter(|parcel| !parcel.stage.is_in_vain()) {
                *standing.entry((parcel.way, &parcel.order_number)).or_default() += 1;
            }
            prop_assert!(standing.values().all(|count| *count == 1));
            let open = books.parcels.iter().filter(|parcel| parcel.stage.is_final()).count();
            prop_assert_eq!(books.stages.iter().filter(|(_, stage)| stage.is_final()).count(), open);
        }
    }
}
