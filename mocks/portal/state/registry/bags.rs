//! The bags that are on their way, and the dossiers in them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::agencies::{BagPlace, BagState};
use crate::domain::dossier::Actor;
use crate::domain::moment::Moment;
use crate::domain::papers::bags::{Bag, Direction, RawBag};
use crate::domain::problem::{Flaw, Kind, Problem};
use crate::domain::states::Event;
use crate::state::registry::Registry;

/// How many dossiers fit into a bag.
const MOST_DOSSIERS: usize = 200;

/// A bag as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bag")]
pub(crate) struct ListedBag {
    number: u64,
    direction: Direction,
    state: BagState,
    packed_at: Moment,
    codes: Vec<String>,
}

impl Registry {
    /// Packs a bag: all of the dossiers, or none.
    pub(crate) fn pack(&mut self, raw: &RawBag, actor: &Actor) -> Result<ListedBag, Problem> {
        if raw.codes.is_empty() || raw.codes.len() > MOST_DOSSIERS {
            return Err(Problem::field("codes", format!("must be 1 to {MOST_DOSSIERS}")));
        }
        let mut flaws = Vec::new();
        let mut dossiers = Vec::new();
        for (i, code) in raw.codes.iter().enumerate() {
            let packed = self.find(code).and_then(|id| self.get(id)?.may_be_bagged().map(|()| id));
            match packed {
                Ok(id) if !dossiers.contains(&id) => dossiers.push(id),
                Ok(_) => flaws.push(Flaw::new(format!("codes[{i}]"), "is listed twice")),
                Err(_) => flaws.push(Flaw::new(format!("codes[{i}]"), "cannot be packed")),
            }
        }
        if !flaws.is_empty() {
            return Err(Problem::fields(flaws));
        }
        let number = self.bags.len() as u64 + 1;
        let packed_at = self.now();
        self.bags.push(Bag { direction: raw.direction, state: BagState::Packed, packed_at, dossiers });
        self.unsaved.bags.mark(number);
        self.mark(number, BagState::Packed, Event::Bagged, actor)?;
        self.bag(number)
    }

    /// Sends a packed bag on its way.
    pub(crate) fn dispatch(&mut self, number: u64, actor: &Actor) -> Result<ListedBag, Problem> {
        self.pass(number, BagState::Packed, BagState::InTransit)?;
        self.mark(number, BagState::InTransit, Event::BagDispatched, actor)?;
        self.bag(number)
    }

    /// Takes a bag in whose papers were counted: exactly those on its list.
    pub(crate) fn unpack(&mut self, number: u64, counted: &[String], actor: &Actor) -> Result<ListedBag, Problem> {
        let listed: BTreeSet<String> = self.bag(number)?.codes.into_iter().collect();
        let counted: BTreeSet<String> = counted.iter().cloned().collect();
        let missing: Vec<&str> = listed.symmetric_difference(&counted).map(String::as_str).collect();
        if !missing.is_empty() {
            let detail = format!("list and count differ in {}", missing.join(", "));
            return Err(Problem::new(Kind::BagMismatch, detail));
        }
        self.pass(number, BagState::InTransit, BagState::Received)?;
        self.mark(number, BagState::Received, Event::BagReceived, actor)?;
        self.bag(number)
    }

    /// A bag and its list.
    pub(crate) fn bag(&self, number: u64) -> Result<ListedBag, Problem> {
        let bag = place(number).and_then(|place| self.bags.get(place));
        let bag = bag.ok_or_else(|| Problem::not_found("bag"))?;
        let codes = bag.dossiers.iter().map(|id| self.get(*id).map(|dossier| dossier.code.clone()));
        Ok(ListedBag {
            number,
            direction: bag.direction,
            state: bag.state,
            packed_at: bag.packed_at,
            codes: codes.collect::<Result<_, _>>()?,
        })
    }

    fn pass(&mut self, number: u64, from: BagState, to: BagState) -> Result<(), Problem> {
        let bag = place(number).and_then(|place| self.bags.get_mut(place));
        let bag = bag.ok_or_else(|| Problem::not_found("bag"))?;
        if bag.state != from {
            return Err(Problem::new(Kind::IllegalTransition, format!("bag {number} is {:?}", bag.state)));
        }
        bag.state = to;
        self.unsaved.bags.mark(number);
        Ok(())
    }

    /// Notes with each dossier of a bag how far it has come.
    fn mark(&mut self, number: u64, state: BagState, event: Event, actor: &Actor) -> Result<(), Problem> {
        let bag = place(number).and_then(|place| self.bags.get(place));
        for id in bag.map(|bag| bag.dossiers.clone()).unwrap_or_default() {
            self.change(id, |dossier, office| {
                dossier.bag = Some(BagPlace { number, state });
                dossier.log(event, actor.clone(), office.now);
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Where the bag with this number stands.
fn place(number: u64) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}
