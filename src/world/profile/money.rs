//! What is collected on delivery: how large the amounts are, and what they add up to.

use model::Node;

use super::catalogue::bounded;
use super::figure::{Decimal, Figure};

/// What is said about cash on delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashOnDelivery {
    /// The sum of all amounts, in dong.
    pub sum: u64,
    /// The shape of the amounts: a share of the dossiers, in millionths, and the amount in dong that so many do not exceed;
    /// straight lines between. Both rise; the shares run from 0 to 1,000,000.
    pub shape: Vec<(u64, u64)>,
}

impl CashOnDelivery {
    /// The amounts that `count` payers have by the shape alone, ascending.
    pub(crate) fn amounts(&self, count: u32) -> Vec<u64> {
        let parts = 2 * u64::from(count.max(1));
        (0..count).map(|i| self.quantile((2 * u64::from(i) + 1) * 1_000_000 / parts)).collect()
    }

    /// The amount that this share of the dossiers, in millionths, does not exceed.
    fn quantile(&self, share: u64) -> u64 {
        let mut below = (0, 0);
        for (at, amount) in &self.shape {
            if *at >= share {
                let part = u128::from(amount.saturating_sub(below.1)) * u128::from(share - below.0);
                return below.1 + u64::try_from(part / u128::from((at - below.0).max(1))).unwrap_or(0);
            }
            below = (*at, *amount);
        }
        below.1
    }

    /// Refuses a sum that the shape cannot carry: the amounts are stretched to meet it, but by at most a quarter.
    pub(crate) fn check(&self, node: &Node<'_>, count: u32) {
        if count == 0 {
            node.refuse::<()>("nobody pays on delivery", "leave `cod` out, or give some dossiers the payment `cod`");
            return;
        }
        let carried: u128 = self.amounts(count).into_iter().map(u128::from).sum();
        let percent = u128::from(self.sum) * 100 / carried.max(1);
        if !(75..=125).contains(&percent) {
            let mean = |sum: u128| sum / u128::from(count);
            let (stated, shaped) = (mean(self.sum.into()), mean(carried));
            let message = format!("the sum asks for {stated} dong on average, the shape gives {shaped}");
            node.refuse::<()>(message, format!("multiply its amounts by about {}.{:02}", percent / 100, percent % 100));
        }
    }
}

/// A number that a figure may state: `2`, or `{ value: 2, figure: TN21-08 }`.
pub(crate) struct Stated {
    pub(crate) value: u64,
    /// Position of the figure.
    pub(crate) figure: Option<usize>,
}

impl Stated {
    pub(crate) fn read(node: &Node<'_>, figures: &[Figure], most: i64) -> Option<Self> {
        if !node.is_map() {
            return Some(Self { value: bounded(node, 1, most)?, figure: None });
        }
        node.fields(|fields| {
            let value = fields.need("value").and_then(|node| bounded::<u64>(&node, 1, most));
            let position = fields.need("figure").and_then(|node| {
                let id = node.text()?;
                let found = figures.iter().position(|figure| figure.id == id);
                found.or_else(|| node.refuse(format!("`{id}` is none of the figures"), "list it under `figures`"))
            });
            let (value, position) = (value?, position?);
            let figure = figures.get(position)?;
            if figure.stated.value.whole() == i64::try_from(value).ok() {
                return Some(Self { value, figure: Some(position) });
            }
            let stated = figure.stated.value.value();
            let message = format!("the value is {value}, but figure {} says {stated}", figure.id);
            fields.node().refuse(message, "look into the document")
        })
    }
}

/// Reads `{ sum: ..., shape: { 0: 10_000, 0.5: 300_000, 1: 90_000_000 } }`; gives the figure that states the sum, too.
pub(crate) fn read(node: &Node<'_>, figures: &[Figure]) -> Option<(CashOnDelivery, Option<usize>)> {
    node.fields(|fields| {
        let sum = fields.need("sum").and_then(|node| Stated::read(&node, figures, 1_000_000_000_000_000));
        let shape = fields.need("shape").and_then(|node| shape(&node));
        let sum = sum?;
        Some((CashOnDelivery { sum: sum.value, shape: shape? }, sum.figure))
    })
}

fn shape(node: &Node<'_>) -> Option<Vec<(u64, u64)>> {
    let mut points = Vec::new();
    for (key, node) in node.entries()? {
        let Some(share) = Decimal::parse(key).and_then(Decimal::millionths) else {
            return node.refuse(format!("`{key}` is not a share"), "write it as 0.5, with at most 6 digits");
        };
        points.push((share, bounded(&node, 1, 1_000_000_000_000)?));
    }
    let rises = points.is_sorted_by(|(share, amount), (next, more)| share < next && amount <= more);
    let whole = points.first().is_some_and(|(share, _)| *share == 0)
        && points.last().is_some_and(|(share, _)| *share == 1_000_000);
    if rises && whole {
        return Some(points);
    }
    node.refuse("the shape does not rise from share 0 to share 1", "as { 0: 10_000, 0.5: 300_000, 1: 90_000_000 }")
}
