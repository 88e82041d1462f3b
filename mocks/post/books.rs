//! The post's books: parcels by order number, the timetable of what happens next, and the ledger.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use tokio::time::Instant;

use crate::ledger::Ledger;
use crate::parcel::Parcel;

/// A parcel's place in the books.
pub(crate) type ParcelId = usize;

/// Everything that changes while the post runs; guarded by one lock that no `.await` is under.
#[derive(Debug, Default)]
pub(crate) struct Books {
    parcels: Vec<Parcel>,
    by_order: HashMap<String, ParcelId>,
    /// When each travelling parcel moves on, the earliest on top; at most one entry per parcel.
    timetable: BinaryHeap<Reverse<(Instant, ParcelId)>>,
    pub(crate) ledger: Ledger,
    /// Parcels whose last report is not over.
    pub(crate) open_parcels: usize,
}

impl Books {
    /// The parcel with this order number.
    pub(crate) fn by_order(&self, order_number: &str) -> Option<&Parcel> {
        self.parcels.get(*self.by_order.get(order_number)?)
    }

    /// Books a new parcel that moves on for the first time after `now`; the caller has made sure that its
    /// order number is new.
    pub(crate) fn open(&mut self, mut parcel: Parcel, now: Instant) -> String {
        let id = self.parcels.len();
        let waybill = format!("VP{:09}VN", id + 1);
        parcel.waybill.clone_from(&waybill);
        self.timetable.push(Reverse((now + parcel.until_pick_up(), id)));
        self.by_order.insert(parcel.order_number.clone(), id);
        self.parcels.push(parcel);
        self.open_parcels += 1;
        waybill
    }

    /// When the next parcel moves on.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.timetable.peek().map(|Reverse((due, _))| *due)
    }

    /// Moves the parcel whose turn it is one stage on; returns it as it stands then.
    pub(crate) fn advance_next(&mut self) -> Option<(ParcelId, Instant, Parcel)> {
        let Reverse((due, id)) = self.timetable.pop()?;
        let parcel = self.parcels.get_mut(id)?;
        for event in parcel.advance() {
            self.ledger.enter(event);
        }
        Some((id, due, parcel.clone()))
    }

    /// Puts a parcel back on the timetable for its delivery.
    pub(crate) fn travel_on(&mut self, id: ParcelId, due: Instant) {
        self.timetable.push(Reverse((due, id)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock;
    use crate::parcel::Stage;

    fn parcel(order_number: &str, transit: u64) -> Parcel {
        Parcel {
            waybill: String::new(),
            order_number: order_number.into(),
            cod_amount: 0,
            status_url: String::new(),
            transit: Duration::from_millis(transit),
            stage: Stage::Ordered,
        }
    }

    #[test]
    fn waybills_count_from_one() {
        let mut books = Books::default();
        assert_eq!(books.open(parcel("A", 1), clock::timer()), "VP000000001VN");
        assert_eq!(books.open(parcel("B", 1), clock::timer()), "VP000000002VN");
    }

    #[test]
    fn parcels_move_on_in_the_order_of_their_instants() {
        let mut books = Books::default();
        let now = clock::timer();
        for (order_number, transit) in [("slow", 300), ("fast", 100), ("middle", 200)] {
            books.open(parcel(order_number, transit), now);
        }
        let order: Vec<String> =
            std::iter::from_fn(|| books.advance_next()).map(|(_, _, parcel)| parcel.order_number).collect();
        assert_eq!(order, ["fast", "middle", "slow"]);
    }
}
