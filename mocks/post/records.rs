//! The post's records: parcels by order number, the timetable of what happens next, the money, and the ledger.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use tokio::time::Instant;

use crate::cod::{Cod, Collection};
use crate::ledger::{Ledger, ROOM};
use crate::manifest::Manifests;
use crate::parcel::Parcel;
use crate::queue::Counters;
use crate::stage::{Event, Stage, Way};

/// A parcel's place in the records.
pub(crate) type ParcelId = usize;

/// How many parcels the records hold, ever; the next order is refused. With all that happens to them,
/// they take about 1 kB each, which is 260 MB.
const MOST_PARCELS: usize = 1 << 18;

/// Everything that changes while the post runs; guarded by one lock that is never held across an `.await`.
#[derive(Debug)]
pub(crate) struct Records {
    parcels: Vec<Parcel>,
    /// The last parcel of each order number and direction: the only one that may be open.
    by_order: HashMap<(Way, String), ParcelId>,
    /// When each travelling parcel moves on, the earliest on top; at most one entry per parcel.
    timetable: BinaryHeap<Reverse<(Instant, ParcelId)>>,
    /// Every stage that a parcel reached, in order: what a tracking list is read from. 16 bytes each, at most seven
    /// per parcel.
    stages: Vec<(ParcelId, Stage)>,
    pub(crate) cod: Cod,
    pub(crate) manifests: Manifests,
    pub(crate) counters: Counters,
    pub(crate) ledger: Ledger,
    /// Parcels whose last report is not completed.
    pub(crate) open_parcels: usize,
}

/// Why a parcel cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uncancellable {
    /// There is no parcel with this order number.
    Unknown,
    /// It was picked up, or cancelled before.
    TooLate(Stage),
}

impl Records {
    pub(crate) fn new() -> Self {
        Self {
            parcels: Vec::new(),
            by_order: HashMap::new(),
            timetable: BinaryHeap::new(),
            stages: Vec::new(),
            cod: Cod::default(),
            manifests: Manifests::default(),
            counters: Counters::default(),
            ledger: Ledger::new(ROOM),
            open_parcels: 0,
        }
    }

    /// The last parcel with this order number.
    pub(crate) fn by_order(&self, way: Way, order_number: &str) -> Option<&Parcel> {
        self.parcels.get(*self.by_order.get(&(way, order_number.to_owned()))?)
    }

    /// The parcel that an order with this number would repeat: one that is on its way, or has arrived.
    pub(crate) fn standing(&self, way: Way, order_number: &str) -> Option<&Parcel> {
        self.by_order(way, order_number).filter(|parcel| !parcel.stage.is_in_vain())
    }

    /// Whether there is no room for another parcel.
    pub(crate) fn is_full(&self) -> bool {
        self.parcels.len() >= MOST_PARCELS || self.ledger.is_full()
    }

    /// Records a new parcel that moves on for the first time after `now`; the caller has made sure that none
    /// with its order number is open.
    pub(crate) fn open(&mut self, mut parcel: Parcel, now: Instant) -> String {
        let id = self.parcels.len();
        let waybill = format!("VP{:09}VN", id + 1);
        parcel.waybill.clone_from(&waybill);
        if let Some((_, wait)) = parcel.next() {
            self.timetable.push(Reverse((now + wait, id)));
        }
        self.by_order.insert((parcel.way, parcel.order_number.clone()), id);
        self.stages.push((id, parcel.stage));
        self.parcels.push(parcel);
        self.open_parcels += 1;
        waybill
    }

    /// Cancels a parcel that was not picked up.
    ///
    /// # Errors
    /// There is no such parcel, or it is too late.
    pub(crate) fn cancel(&mut self, way: Way, order_number: &str) -> Result<Parcel, Uncancellable> {
        let key = (way, order_number.to_owned());
        let id = *self.by_order.get(&key).ok_or(Uncancellable::Unknown)?;
        let parcel = self.parcels.get(id).ok_or(Uncancellable::Unknown)?;
        if parcel.stage.after(Event::Cancel, way).is_none() {
            return Err(Uncancellable::TooLate(parcel.stage));
        }
        // Its entry in the timetable finds it cancelled, and is dropped then.
        self.open_parcels -= 1;
        self.apply(id, Event::Cancel).ok_or(Uncancellable::Unknown)
    }

    /// When the next parcel moves on.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.timetable.peek().map(|Reverse((due, _))| *due)
    }

    /// Moves the parcel whose turn it is on; returns it as it stands then, or nothing if it was cancelled.
    pub(crate) fn advance_next(&mut self) -> Option<(ParcelId, Instant, Parcel)> {
        let Reverse((due, id)) = self.timetable.pop()?;
        let (event, _) = self.parcels.get(id)?.next()?;
        Some((id, due, self.apply(id, event)?))
    }

    /// Applies an event to a parcel that it can happen to, with all that follows for ledger, list and money.
    fn apply(&mut self, id: ParcelId, event: Event) -> Option<Parcel> {
        let parcel = self.parcels.get_mut(id)?;
        for message in parcel.apply(event) {
            self.ledger.enter(message);
        }
        self.stages.push((id, parcel.stage));
        if parcel.cod_collected() > 0 {
            self.cod.collect(Collection {
                receipt: String::new(),
                waybill: parcel.waybill.clone(),
                order_number: parcel.order_number.clone(),
                customer: parcel.customer.clone(),
                ordered: parcel.cod_amount,
                collected: parcel.cod_collected(),
                remittance: None,
            });
        }
        Some(parcel.clone())
    }

    /// Puts a parcel back on the timetable for what happens next, reckoned from what happened at `due`.
    pub(crate) fn travel_on(&mut self, id: ParcelId, due: Instant) {
        if let Some((_, wait)) = self.parcels.get(id).and_then(Parcel::next) {
            self.timetable.push(Reverse((due + wait, id)));
        }
    }

    /// Remembers that a parcel's first report waits until the last one is out.
    pub(crate) fn hold_back(&mut self, id: ParcelId, at_unix_ms: u64) {
        if let Some(parcel) = self.parcels.get_mut(id) {
            parcel.held_back = Some(at_unix_ms);
        }
    }

    /// The stages reached after the first `after` ones, oldest first, each with its number and its parcel.
    pub(crate) fn stages(&self, after: usize, limit: usize) -> impl Iterator<Item = (usize, Stage, &Parcel)> {
        let stages = self.stages.iter().enumerate().skip(after).take(limit);
        stages.filter_map(|(place, (id, stage))| Some((place + 1, *stage, self.parcels.get(*id)?)))
    }

    /// How many parcels stand in each stage, by its Vietnamese and its own word.
    pub(crate) fn census(&self) -> Vec<(&'static str, &'static str, usize)> {
        let mut census: Vec<(&'static str, &'static str, usize)> = Vec::new();
        for parcel in &self.parcels {
            let word = parcel.stage.word(parcel.way);
            match census.iter_mut().find(|(_, known, _)| *known == word) {
                Some((_, _, count)) => *count += 1,
                None => census.push((parcel.stage.vietnamese(parcel.way), word, 1)),
            }
        }
        census.sort_by_key(|(_, word, _)| *word);
        census
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
