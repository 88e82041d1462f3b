//! Every procedure in use gets at least one dossier.
//!
//! Popularity alone would leave out rare procedures. Where a unit's procedures in use are known, a procedure without a dossier
//! takes one from the most popular procedure that fits the same dossiers. Only the days on which it may arrive change.

use std::collections::BTreeMap;

use model::words::Channel;

use super::cell::Cell;
use super::in_use::InUse;
use super::vocabulary::Vocabulary;
use super::word::Word;
use crate::period::Period;

/// A procedure that fits, the days that remain for it, and its weight.
pub(crate) struct Candidate {
    pub(crate) procedure: u16,
    pub(crate) window: Period,
    pub(crate) weight: u64,
}

/// Dossiers that differ only in their procedure, and how many have which.
pub(crate) struct Group {
    /// What they have in common; its procedure and count mean nothing.
    pub(crate) alike: Cell,
    pub(crate) candidates: Vec<Candidate>,
    /// One for each candidate.
    pub(crate) counts: Vec<u32>,
}

impl Group {
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
pub(crate) fn serve(groups: &mut [Group], in_use: &InUse<'_>, vocabulary: Vocabulary<'_>) -> Option<()> {
    let last = vocabulary.catalogue.editions().last();
    let offer = |procedure: u16| last.and_then(|edition| edition.offers.get(usize::from(procedure)));
    let takes_dossiers = |procedure: u16| offer(procedure).is_some_and(|offer| offer.reach.takes_dossiers());
    let mut complete = true;
    for (unit, (node, used)) in &in_use.0 {
        let mut missed = Vec::new();
        // What is not offered online comes first: later nothing takes over the only dossier of another.
        for online in [false, true] {
            let is_mine =
                |group: &Group| group.alike.unit == *unit && (!online || group.alike.channel == Channel::Online);
            let mine: Vec<usize> =
                (0..).zip(groups.iter()).filter(|(_, group)| is_mine(group)).map(|(at, _)| at).collect();
            for procedure in used.iter().copied().filter(|procedure| takes_dossiers(*procedure) == online) {
                if take_over(groups, &mine, procedure).is_none() {
                    missed.push(vocabulary.spell(Word::Procedure(procedure)));
                }
            }
        }
        if !missed.is_empty() {
            let code = vocabulary.spell(Word::Unit(*unit));
            let message = format!("no dossier is left at unit {code} for what is in use there: {}", missed.join(", "));
            let remedy = "give the unit more dossiers of their kind (online; free or payable), or let less be in use";
            node.refuse::<()>(message, remedy);
            complete = false;
        }
    }
    complete.then_some(())
}

/// Gives the procedure a dossier of these groups unless it has one, at the cost of the one that has the most.
fn take_over(groups: &mut [Group], mine: &[usize], procedure: u16) -> Option<()> {
    let mut sums: BTreeMap<u16, u32> = BTreeMap::new();
    for group in mine.iter().filter_map(|at| groups.get(*at)) {
        for (candidate, count) in group.candidates.iter().zip(&group.counts) {
            *sums.entry(candidate.procedure).or_default() += count;
        }
    }
    if sums.get(&procedure).is_some_and(|count| *count > 0) {
        return Some(());
    }
    let mut best: Option<(u32, usize, usize, usize)> = None;
    for at in mine {
        let group = groups.get(*at)?;
        let Some(here) = group.place(procedure) else { continue };
        for (from, (candidate, count)) in group.candidates.iter().zip(&group.counts).enumerate() {
            let sum = sums.get(&candidate.procedure).copied().unwrap_or(0);
            if *count > 0 && sum > 1 && best.is_none_or(|(most, ..)| sum > most) {
                best = Some((sum, *at, from, here));
            }
        }
    }
    let (_, at, from, here) = best?;
    let counts = &mut groups.get_mut(at)?.counts;
    *counts.get_mut(from)? -= 1;
    *counts.get_mut(here)? += 1;
    Some(())
}
