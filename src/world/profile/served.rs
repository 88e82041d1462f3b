//! Everything that is in use gets its dossier.
//!
//! Popularity alone would leave out what is asked for least. Where it is known what people ask a unit for, procedures without
//! a dossier take one over from the most popular that fits the same dossiers; nothing else of the dossier changes.

use std::collections::BTreeMap;

use model::words::Channel;

use super::cell::{Candidate, Cell};
use super::in_use::InUse;
use super::word::{Vocabulary, Word};

/// Dossiers that are alike in everything but their procedure, and how many are about which.
pub(crate) struct Lot {
    /// What they have in common; its procedure and count mean nothing.
    pub(crate) alike: Cell,
    pub(crate) candidates: Vec<Candidate>,
    /// One for each candidate.
    pub(crate) counts: Vec<u32>,
}

impl Lot {
    /// The cells of its dossiers.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell> {
        self.candidates.iter().zip(&self.counts).filter(|(_, count)| **count > 0).map(|(candidate, count)| Cell {
            procedure: candidate.procedure,
            window: candidate.window,
            count: *count,
            ..self.alike.clone()
        })
    }

    fn place(&self, procedure: u16) -> Option<usize> {
        self.candidates.iter().position(|candidate| candidate.procedure == procedure)
    }
}

/// Moves dossiers until everything in use at a unit has one that came in online, or one at all where it is not offered online;
/// `None` if something could not get any.
pub(crate) fn serve(lots: &mut [Lot], in_use: &InUse<'_>, vocabulary: Vocabulary<'_>) -> Option<()> {
    let mut complete = true;
    for (unit, (node, used)) in &in_use.0 {
        let mine = |online: bool| {
            let is_meant = move |lot: &Lot| lot.alike.unit == *unit && (lot.alike.channel == Channel::Online) >= online;
            (0..).zip(lots.iter()).filter(move |(_, lot)| is_meant(lot)).map(|(at, _)| at).collect::<Vec<usize>>()
        };
        let (anywhere, online) = (mine(false), mine(true));
        let mut missed = Vec::new();
        for procedure in used {
            let is_online =
                vocabulary.catalogue.phases().last().and_then(|phase| phase.offers.get(usize::from(*procedure)));
            let is_online = is_online.is_some_and(|offer| offer.reach.takes_dossiers());
            let mine = if is_online { &online } else { &anywhere };
            if take_over(lots, mine, *procedure).is_none() {
                missed.push(vocabulary.spell(Word::Procedure(*procedure)));
            }
        }
        if !missed.is_empty() {
            let code = vocabulary.spell(Word::Unit(*unit));
            let message = format!("no dossier is left at unit {code} for what is in use there: {}", missed.join(", "));
            node.refuse::<()>(
                message,
                "give the unit more dossiers of their kind (online; free or payable), or let less be in use",
            );
            complete = false;
        }
    }
    complete.then_some(())
}

/// Gives the procedure a dossier of these lots unless it has one, at the cost of the one that has the most.
fn take_over(lots: &mut [Lot], mine: &[usize], procedure: u16) -> Option<()> {
    let mut sums: BTreeMap<u16, u32> = BTreeMap::new();
    for lot in mine.iter().filter_map(|at| lots.get(*at)) {
        for (candidate, count) in lot.candidates.iter().zip(&lot.counts) {
            *sums.entry(candidate.procedure).or_default() += count;
        }
    }
    if sums.get(&procedure).is_some_and(|count| *count > 0) {
        return Some(());
    }
    let mut best: Option<(u32, usize, usize, usize)> = None;
    for at in mine {
        let lot = lots.get(*at)?;
        let Some(here) = lot.place(procedure) else { continue };
        for (from, (candidate, count)) in lot.candidates.iter().zip(&lot.counts).enumerate() {
            let sum = sums.get(&candidate.procedure).copied().unwrap_or(0);
            if *count > 0 && sum > 1 && best.is_none_or(|(most, ..)| sum > most) {
                best = Some((sum, *at, from, here));
            }
        }
    }
    let (_, at, from, here) = best?;
    let counts = &mut lots.get_mut(at)?.counts;
    *counts.get_mut(from)? -= 1;
    *counts.get_mut(here)? += 1;
    Some(())
}
