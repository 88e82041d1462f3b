//! The tree of published counts: each branch says how many dossiers it holds and splits them further.
//!
//! ```yaml
//! dossiers:
//!   count: 3082
//!   figure: DB19-01                 # the count must be what that figure says
//!   by: level                       # the parts are words of this dimension
//!   parts:
//!     commune: 573                  # a leaf
//!     district:                     # a branch
//!       count: 2010
//!       until: 2019-10-01           # its dossiers come in by then (`from:` likewise)
//!       by: outcome
//!       parts: { early: 717 }
//!       others: { open: 3, late: 1 }   # the rest of the 2010, by weight: an assumption
//!   then: ...                       # see the module `split`
//! ```

use model::{Comparison, Counted, Fields, Node};

use super::figure::Figure;
use super::selector::Selector;
use super::vocabulary::Vocabulary;
use super::word::{Dimension, Known, Word};
use crate::apportion::apportion;
use crate::period::{Period, date};

/// What the tree is read against.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) vocabulary: Vocabulary<'c>,
    pub(crate) figures: &'c [Figure],
    pub(crate) period: Period,
}

/// Dossiers of which the same is known.
#[derive(Clone)]
pub(crate) struct Leaf<'a> {
    /// Where the file speaks of them.
    pub(crate) node: Node<'a>,
    pub(crate) known: Known,
    pub(crate) count: u32,
    /// When they may come in.
    pub(crate) window: Period,
}

/// The tree as read: its leaves, and which branch states which figure.
#[derive(Default)]
pub(crate) struct Tree<'a> {
    pub(crate) leaves: Vec<Leaf<'a>>,
    /// The figures that branches state.
    pub(crate) stated: Vec<StatedFigure>,
    /// Whether nothing was refused.
    pub(crate) sound: bool,
}

/// A figure, by its position, and the dossiers of the branch that states it.
pub(crate) struct StatedFigure {
    pub(crate) position: usize,
    pub(crate) dossiers: Selector,
}

/// One part of a branch, for adding up.
struct Part<'a> {
    name: &'a str,
    count: u32,
    figure: Option<String>,
}

/// What holds for all dossiers of a branch before it is read.
struct Above {
    known: Known,
    window: Period,
}

impl<'a> Tree<'a> {
    /// Reads the tree below `dossiers`; problems are noted on the way.
    pub(crate) fn read(fields: &Fields<'a>, context: Context<'_>) -> Self {
        let mut tree = Self::default();
        tree.sound = tree.branch(fields, context, &Above { known: Known::default(), window: context.period }).is_some();
        tree
    }

    /// Reads a count, or a branch with fields.
    fn grow(&mut self, name: &'a str, node: &Node<'a>, context: Context<'_>, above: &Above) -> Option<Part<'a>> {
        if node.is_map() {
            let (count, figure) = node.fields(|fields| self.branch(fields, context, above))?;
            return Some(Part { name, count, figure });
        }
        let count = node.bounded(0, MOST)?;
        self.leaf(node, count, above);
        Some(Part { name, count, figure: None })
    }

    fn leaf(&mut self, node: &Node<'a>, count: u32, above: &Above) {
        if count > 0 {
            self.leaves.push(Leaf { node: node.clone(), known: above.known.clone(), count, window: above.window });
        }
    }

    fn branch(&mut self, fields: &Fields<'a>, context: Context<'_>, above: &Above) -> Option<(u32, Option<String>)> {
        let count = fields.need("count").and_then(|node| node.bounded(0, MOST));
        let figure = match fields.get("figure") {
            Some(node) => self.figure(&node, context, count, &above.known).map(Some),
            None => Some(None),
        };
        let window = window(fields, above.window);
        let by = fields.get("by");
        let parts = fields.get("parts");
        let others = fields.get("others");
        let above = Above { known: above.known.clone(), window: window? };
        match by {
            Some(by) => {
                let dimension = dimension(&by, &above.known)?;
                let split = Split { node: fields.node(), dimension, count: count?, parts, others };
                self.split(&split, context, &above, figure.as_ref().and_then(Option::as_deref))?;
            }
            None if parts.is_some() || others.is_some() => {
                let message = "nobody knows what the parts are";
                return fields.node().refuse(message, "say `by: outcome` or another dimension");
            }
            None => self.leaf(fields.node(), count?, &above),
        }
        Some((count?, figure?))
    }

    /// Checks a count against the figure it states; gives the figure's id.
    fn figure(&mut self, node: &Node<'_>, context: Context<'_>, count: Option<u32>, known: &Known) -> Option<String> {
        let id = node.text()?;
        let Some(position) = context.figures.iter().position(|figure| figure.id == id) else {
            return node.refuse(format!("`{id}` is none of the figures"), "list it under `figures`");
        };
        self.stated.push(StatedFigure { position, dossiers: Selector::from(known) });
        let stated = context.figures.get(position)?;
        match count {
            Some(count) if stated.compare(Counted::whole(count.into())) == Comparison::Outside => {
                let message = format!("the count is {count}, but figure {id} says {}", stated.said());
                node.refuse(message, "check the document")
            }
            Some(_) | None => Some(id.to_owned()),
        }
    }

    fn split(
        &mut self,
        split: &Split<'_, 'a>,
        context: Context<'_>,
        above: &Above,
        figure: Option<&str>,
    ) -> Option<()> {
        let mut parts = Vec::new();
        let mut complete = true;
        for (name, node) in split.parts.as_ref().map_or_else(|| Some(Vec::new()), Node::entries)? {
            let part = below(&node, split.dimension, name, context, above)
                .and_then(|above| self.grow(name, &node, context, &above));
            complete &= part.is_some();
            parts.extend(part);
        }
        let mut others = Vec::new();
        for (name, node) in split.others.as_ref().map_or_else(|| Some(Vec::new()), Node::entries)? {
            let weight = node.bounded::<u64>(0, 1_000_000);
            match (weight, below(&node, split.dimension, name, context, above)) {
                (Some(weight), Some(above)) => others.push((node, weight, above)),
                _ => complete = false,
            }
        }
        if !complete {
            return None;
        }
        let rest = split.rest(&parts, figure)?;
        let weights: Vec<_> = others.iter().map(|(_, weight, _)| *weight).collect();
        for ((node, _, above), count) in others.iter().zip(apportion(u64::from(rest), &weights)) {
            self.leaf(node, u32::try_from(count).ok()?, above);
        }
        Some(())
    }
}

/// How a branch splits its dossiers.
struct Split<'n, 'a> {
    node: &'n Node<'a>,
    dimension: Dimension,
    count: u32,
    parts: Option<Node<'a>>,
    others: Option<Node<'a>>,
}

impl Split<'_, '_> {
    /// What the parts leave to the others; refused if it does not come out.
    fn rest(&self, parts: &[Part<'_>], figure: Option<&str>) -> Option<u32> {
        let sum: u64 = parts.iter().map(|part| u64::from(part.count)).sum();
        let whole = u64::from(self.count);
        let has_others = self.others.is_some();
        if (has_others && sum < whole) || (!has_others && sum == whole) {
            return u32::try_from(whole - sum).ok();
        }
        let name = |part: &Part<'_>| match &part.figure {
            Some(id) => format!("{} {} ({id})", part.name, part.count),
            None => format!("{} {}", part.name, part.count),
        };
        let list = parts.iter().map(name).collect::<Vec<_>>().join(" + ");
        let whole = figure.map_or_else(|| whole.to_string(), |id| format!("{whole} ({id})"));
        let remedy = if has_others { "leave something to the `others`" } else { "correct a part, or add `others`" };
        self.node.refuse(format!("the parts add up to {sum}, the whole is {whole}: {list}"), remedy)
    }
}

/// The most dossiers a branch may hold.
const MOST: i64 = 1_000_000_000;

fn dimension(by: &Node<'_>, known: &Known) -> Option<Dimension> {
    let dimension = by.word(Dimension::ALL)?;
    match known.get(dimension) {
        None => Some(dimension),
        Some(_) => by.refuse(format!("the {dimension} is decided further up"), "split by another dimension"),
    }
}

/// The branch's own window within that of the branch above.
fn window(fields: &Fields<'_>, above: Period) -> Option<Period> {
    let from = fields.get("from").map_or(Some(above.from), |node| date(&node));
    let until = fields.get("until").map_or(Some(above.until), |node| date(&node));
    let window = Period { from: from?, until: until? }.within(above);
    if window.from <= window.until {
        return Some(window);
    }
    fields
        .node()
        .refuse(format!("no day is left to come in: {above} holds no day of this branch"), "widen from and until")
}

/// What holds below one part.
fn below(node: &Node<'_>, by: Dimension, name: &str, context: Context<'_>, above: &Above) -> Option<Above> {
    let word = context.vocabulary.read(by, name, node)?;
    Some(Above { known: decide(node, &above.known, word, context.vocabulary)?, window: above.window })
}

/// What is known once `word` is decided too; a unit decides its level, and neither may contradict the other.
pub(crate) fn decide(node: &Node<'_>, known: &Known, word: Word, vocabulary: Vocabulary<'_>) -> Option<Known> {
    let decided = known.with(word);
    let (Some(Word::Unit(position)), level) = (decided.get(Dimension::Unit), decided.get(Dimension::Level)) else {
        return Some(decided);
    };
    let unit = vocabulary.units.get(usize::from(position))?;
    match level {
        Some(Word::Level(level)) if level != unit.level => {
            let message = format!("unit {} is of level {}, these dossiers are of level {level}", unit.code, unit.level);
            node.refuse(message, "name a unit of that level")
        }
        _ => Some(decided.with(Word::Level(unit.level))),
    }
}
