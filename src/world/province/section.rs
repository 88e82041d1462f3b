//! A province's own catalogue: its size, and how its procedures are offered from which day on, as counts that add up.
//!
//! ```yaml
//! catalogue:
//!   source: "assumption: what the document does not say"
//!   count: 1_143                        # the named procedures and as many generated ones as are missing
//!   editions:
//!     - from: 2020-07-15
//!       parts:
//!         - { reach: level2, count: 1_003, payable: 190 }
//!         - { reach: level3, count: 107, figure: KH20-04, payable: 50, postal: all }
//!         - { reach: level4, count: 33, figure: KH20-05, payable: all, postal: all }    # all that have a fee
//!     - from: 2020-09-01                # the same procedures; each stays where it is or moves up
//!       parts: ...
//!   in_use: ...                         # see the module `in_use`
//! ```
//!
//! A part may name a `level` of government, then all do. Which procedure is in which part is a rule: see [`Order`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use model::words::Level;
use model::{Fields, Node, Seed, Vnd};
use rand::Rng as _;

use super::catalogue::Catalogue;
use super::figure::Figure;
use super::offer::{Edition, Extra, Offer, Reach};
use super::procedure::Procedure;
use super::services::{ServiceCount, Services};
use super::synthetic::Wanted;
use crate::period::{Period, date};

/// The section as read. The figures of its parts are checked once all figures are known.
pub(crate) struct Section<'a> {
    drafts: Vec<Draft<'a>>,
}

/// An edition as the file describes it.
struct Draft<'a> {
    node: Node<'a>,
    from: Date,
    parts: Vec<Part<'a>>,
}

/// Procedures of one reach, perhaps at one level of government.
struct Part<'a> {
    node: Node<'a>,
    level: Option<Level>,
    reach: Reach,
    count: u32,
    /// How many have each extra, in the order of [`Extra::ALL`]; `None` means all that can.
    extras: Vec<Option<u32>>,
    figure: Option<Node<'a>>,
}

impl<'a> Section<'a> {
    /// Reads the section; gives the catalogue that comes of it, too.
    pub(crate) fn read(node: &Node<'a>, catalogue: &Catalogue, period: Period) -> Option<(Self, Catalogue)> {
        node.fields(|fields| {
            fields.text("source");
            fields.get("in_use");
            let count = fields.need("count").and_then(|node| node.bounded::<u32>(1, 60_000).map(|count| (node, count)));
            let drafts = fields.list("editions", Draft::read);
            let ((counted, count), drafts) = (count?, drafts?);
            in_order(fields, &drafts, period)?;
            let sums: Vec<_> = drafts.iter().map(|draft| draft.adds_up(count)).collect();
            sums.into_iter().collect::<Option<Vec<()>>>()?;
            let wanted = wanted(&counted, count, drafts.first()?, catalogue)?;
            let mut procedures = catalogue.procedures().to_vec();
            match (&wanted, catalogue.tail()) {
                (Wanted::InAll(0), _) => {}
                (_, Some(tail)) => {
                    procedures.extend(told_apart(tail.generate(&wanted, &counted)?, catalogue.procedures()));
                }
                (_, None) => {
                    let message = format!("{} procedures are named, {count} are to be", procedures.len());
                    return counted.refuse(message, "give the file of procedures a `tail` to make more from");
                }
            }
            let order = Order::new(&procedures);
            let mut editions: Vec<Edition> = Vec::new();
            for draft in &drafts {
                editions.push(draft.edition(&procedures, &order, editions.last())?);
            }
            Some((Self { drafts }, catalogue.of_province(procedures, editions, period.until)))
        })
    }

    /// Checks the figures that parts state; gives for each its position and what is counted.
    pub(crate) fn stated(&self, figures: &[Figure]) -> Vec<(usize, ServiceCount)> {
        let mut stated = Vec::new();
        for draft in &self.drafts {
            for part in &draft.parts {
                let Some(node) = &part.figure else { continue };
                let Some(id) = node.text() else { continue };
                let Some(position) = figures.iter().position(|figure| figure.id == id) else {
                    node.refuse::<()>(format!("`{id}` is none of the figures"), "list it under `figures`");
                    continue;
                };
                stated.push((position, ServiceCount::Services(Services::of_part(part.level, part.reach, draft.from))));
            }
        }
        stated
    }
}

impl<'a> Draft<'a> {
    fn read(node: &Node<'a>) -> Option<Self> {
        node.fields(|fields| {
            let from = fields.need("from").and_then(|node| date(&node));
            let parts = fields.list("parts", Part::read);
            let (from, parts) = (from?, parts?);
            let levelled = parts.iter().filter(|part| part.level.is_some()).count();
            if levelled != 0 && levelled != parts.len() {
                return fields.node().refuse("some parts name their level, some do not", "name it in all, or in none");
            }
            let mut seen = Vec::new();
            for part in &parts {
                if seen.contains(&(part.level, part.reach)) {
                    return part.node.refuse(format!("the part {} stands twice", part.reach), "keep one of them");
                }
                seen.push((part.level, part.reach));
            }
            Some(Self { node: node.clone(), from, parts })
        })
    }

    fn adds_up(&self, count: u32) -> Option<()> {
        let sum: u64 = self.parts.iter().map(|part| u64::from(part.count)).sum();
        if sum == u64::from(count) {
            return Some(());
        }
        let name = |part: &Part<'_>| {
            let figure = part.figure.as_ref().and_then(Node::text).map(|id| format!(" ({id})")).unwrap_or_default();
            let level = part.level.map(|level| format!("{level} ")).unwrap_or_default();
            format!("{level}{} {}{figure}", part.reach, part.count)
        };
        let list = self.parts.iter().map(name).collect::<Vec<_>>().join(" + ");
        self.node.refuse(
            format!("the parts add up to {sum}, the whole is {count}: {list}"),
            "correct a part, or the `count`",
        )
    }

    /// How everything is offered, given how it was before.
    fn edition(&self, procedures: &[Procedure], order: &Order, before: Option<&Edition>) -> Option<Edition> {
        let mut taken: BTreeMap<usize, Offer> = BTreeMap::new();
        let mut parts: Vec<_> = self.parts.iter().collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.reach));
        for part in parts {
            let members = part.members(procedures, order, before, &taken)?;
            let mut offers: BTreeMap<usize, Offer> =
                members.iter().map(|position| (*position, Offer::bare(part.reach))).collect();
            for (extra, count) in Extra::ALL.iter().zip(&part.extras) {
                for position in part.with_extra((*extra, *count), &members, procedures, before)? {
                    if let Some(offer) = offers.get_mut(&position) {
                        offer.give(*extra);
                    }
                }
            }
            taken.extend(offers);
        }
        Some(Edition { from: self.from, offers: taken.into_values().collect() })
    }
}

impl<'a> Part<'a> {
    fn read(node: &Node<'a>) -> Option<Self> {
        node.fields(|fields| {
            let level = fields.get("level").map_or_else(|| Some(None), |node| node.word(Level::ALL).map(Some));
            let reach = fields.word("reach", Reach::ALL);
            let count = fields.need("count").and_then(|node| node.bounded(0, 60_000));
            let extra = |extra: &Extra| match fields.get(extra.as_str()) {
                None => Some(Some(0)),
                Some(node) if node.text() == Some("all") => Some(None),
                Some(node) => node.bounded(0, count.map_or(60_000, i64::from)).map(Some),
            };
            let extras: Vec<_> = Extra::ALL.iter().map(extra).collect();
            let figure = fields.get("figure");
            let extras = extras.into_iter().collect::<Option<_>>();
            Some(Self { node: node.clone(), level: level?, reach: reach?, count: count?, extras: extras?, figure })
        })
    }

    /// The procedures of this part: first those that had this reach before, then in order those not taken by a higher part.
    fn members(
        &self,
        procedures: &[Procedure],
        order: &Order,
        before: Option<&Edition>,
        taken: &BTreeMap<usize, Offer>,
    ) -> Option<Vec<usize>> {
        let is_mine = |position: &usize| {
            let level = procedures.get(*position).and_then(|procedure| procedure.levels.first()).copied();
            !taken.contains_key(position) && (self.level.is_none() || self.level == level)
        };
        let had = |position: &usize| before.and_then(|edition| edition.offers.get(*position)).map(|offer| offer.reach);
        let free: Vec<_> = order.0.iter().copied().filter(is_mine).collect();
        let (mut members, others): (Vec<_>, Vec<_>) = free.into_iter().partition(|at| had(at) >= Some(self.reach));
        let count = usize::try_from(self.count).ok()?;
        if members.len() > count {
            let message = format!("{} of them are {} already, {count} are to be", members.len(), self.reach);
            return self
                .node
                .refuse(message, "no procedure moves down: let more of them stay, or move more of them up");
        }
        let more = count - members.len();
        if others.len() < more {
            let there = members.len() + others.len();
            return self
                .node
                .refuse(format!("{there} procedures are left for this part of {count}"), "mend the counts");
        }
        members.extend(others.into_iter().take(more));
        Some(members)
    }

    /// Those of the part that have an extra: first those that had it before, then the first of the members.
    fn with_extra(
        &self,
        (extra, count): (Extra, Option<u32>),
        members: &[usize],
        procedures: &[Procedure],
        before: Option<&Edition>,
    ) -> Option<Vec<usize>> {
        let had = |at: &usize| before.and_then(|edition| edition.offers.get(*at)).is_some_and(|offer| offer.has(extra));
        let fits = |at: &usize| {
            let costs = procedures.get(*at).is_some_and(|procedure| procedure.fee > Vnd::ZERO);
            extra != Extra::Payable || costs
        };
        let fitting: Vec<_> = members.iter().copied().filter(fits).collect();
        let Some(count) = count else { return Some(fitting) };
        let (mut chosen, others): (Vec<_>, Vec<_>) = fitting.into_iter().partition(had);
        let count = usize::try_from(count).ok()?;
        if chosen.len() > count {
            let message = format!("{} of them are {extra} already, {count} are to be", chosen.len());
            return self.node.refuse(message, "nothing is taken back: raise the number");
        }
        let most = chosen.len() + others.len();
        if most < count {
            let message = format!("{count} are to be {extra}, but only {most} of these {} have a fee", members.len());
            return self.node.refuse(message, "lower the number: what is free is not paid online");
        }
        let more = count - chosen.len();
        chosen.extend(others.into_iter().take(more));
        Some(chosen)
    }
}

/// The order in which procedures are raised: named ones before generated ones, then by popularity within their field and level,
/// then at random. The random number depends on the code alone, so it is the same in every run.
struct Order(Vec<usize>);

impl Order {
    fn new(procedures: &[Procedure]) -> Self {
        let mut groups: BTreeMap<(&str, Level, bool), Vec<usize>> = BTreeMap::new();
        for (position, procedure) in procedures.iter().enumerate() {
            for level in &procedure.levels {
                groups.entry((&procedure.field, *level, procedure.is_generated())).or_default().push(position);
            }
        }
        let mut ranks: BTreeMap<usize, usize> = BTreeMap::new();
        for group in groups.values_mut() {
            group.sort_by_key(|at| (std::cmp::Reverse(procedures.get(*at).map(|procedure| procedure.weight)), *at));
            for (rank, position) in group.iter().enumerate() {
                let known = ranks.entry(*position).or_insert(rank);
                *known = rank.min(*known);
            }
        }
        let stream = Seed(0).stream("who is raised first");
        let number = |code: &str| {
            code.bytes().filter(u8::is_ascii_digit).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
        };
        let mut order: Vec<_> = (0..procedures.len()).collect();
        order.sort_by_cached_key(|at| {
            let procedure = procedures.get(*at);
            let drawn = procedure.map(|procedure| stream.rng(number(&procedure.code), 0).next_u64());
            (procedure.is_some_and(Procedure::is_generated), ranks.get(at).copied(), drawn, *at)
        });
        Self(order)
    }
}

/// Refuses drafts that do not begin with the period or do not follow each other, and reaches of two laws side by side.
fn in_order(fields: &Fields<'_>, drafts: &[Draft<'_>], period: Period) -> Option<()> {
    if drafts.first().is_none_or(|draft| draft.from > period.from) {
        let message = format!("nothing is said of how procedures are offered on {}", period.from);
        return fields.node().refuse(message, "let the first of the `editions` begin with the period");
    }
    if !drafts.is_sorted_by(|one, next| one.from < next.from) {
        return fields.node().refuse("the editions do not follow each other", "put them in order of `from`");
    }
    let is_level = |part: &&Part<'_>| matches!(part.reach, Reach::Level2 | Reach::Level3 | Reach::Level4);
    let is_process = |part: &&Part<'_>| matches!(part.reach, Reach::Partial | Reach::Full);
    let parts = || drafts.iter().flat_map(|draft| &draft.parts);
    match parts().find(is_process).filter(|_| parts().any(|part| is_level(&part))) {
        Some(part) => part.node.refuse("levels and processes side by side", "the law knew one or the other"),
        None => Some(()),
    }
}

/// How many procedures are to be made.
fn wanted(node: &Node<'_>, count: u32, draft: &Draft<'_>, catalogue: &Catalogue) -> Option<Wanted> {
    let named = u32::try_from(catalogue.procedures().len()).ok()?;
    let Some(missing) = count.checked_sub(named) else {
        return node
            .refuse(format!("{named} procedures are named, {count} are to be"), "name fewer, or raise the count");
    };
    if missing == 0 || draft.parts.iter().all(|part| part.level.is_none()) {
        return Some(Wanted::InAll(missing));
    }
    let mut counts = Vec::new();
    for level in Level::ALL {
        let whole: u32 = draft.parts.iter().filter(|part| part.level == Some(*level)).map(|part| part.count).sum();
        let first = |procedure: &&Procedure| procedure.levels.first() == Some(level);
        let named = u32::try_from(catalogue.procedures().iter().filter(first).count()).ok()?;
        let Some(missing) = whole.checked_sub(named) else {
            let message =
                format!("{named} procedures of level {level} are named, the parts of that level hold {whole}");
            return draft.node.refuse(message, "raise its parts");
        };
        counts.push(missing);
    }
    Some(Wanted::AtLevels(counts))
}

/// Appends its code to the name of a generated procedure if a named one of its field has the same name.
fn told_apart(mut generated: Vec<Procedure>, named: &[Procedure]) -> Vec<Procedure> {
    let taken: BTreeSet<_> = named.iter().map(|procedure| (&procedure.field, &procedure.name)).collect();
    for procedure in &mut generated {
        if taken.contains(&(&procedure.field, &procedure.name)) {
            procedure.name = format!("{} ({})", procedure.name, procedure.code);
        }
    }
    generated
}
