//! What dossiers of a kind pay: how large the amounts are, and what they add up to, to the dong.
//!
//! ```yaml
//! amounts:
//!   - of: { payment: cod }                              # of these, those who pay anything
//!     sum: { value: 5_592_145_403, figure: TN21-07 }    # or a plain number, if no document states one
//!     step: 500                                         # all amounts but one are multiples of it; 500 if not said
//!     shape: { 0: 12_000, 0.5: 300_000, 1: 88_000_000 } # half of them pay up to 300,000
//! ```
//!
//! Nothing is tabulated. With payers numbered `k = 0..n` from the smallest amount to the largest,
//!
//! ```text
//! G(k)      area under the shape up to the share k / n
//! F(k)      = sum * G(k) / G(n), rounded down to a multiple of the step; F(n) = sum
//! amount(k) = F(k + 1) - F(k)
//! ```
//!
//! so the amounts add up to the sum whatever the shape is, and the largest one carries what is no multiple of the step.

use model::words::PaymentMethod;
use model::{Comparison, Counted, Decimal, Node, fitting};

use super::cell::Cell;
use super::figure::Figure;
use super::selector::Selector;
use super::vocabulary::Vocabulary;

/// What is said about the amounts of some dossiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whose they are, among those who pay anything.
    pub of: Selector,
    /// The sum of all amounts, in dong.
    pub sum: u64,
    /// All amounts but the largest are multiples of this, in dong.
    pub step: u64,
    /// The shape of the amounts: a share of the dossiers, in millionths, and the amount in dong that so many do not exceed;
    /// straight lines between. Both rise; the shares run from 0 to 1,000,000.
    pub shape: Vec<(u64, u64)>,
    /// Position of the figure that states the sum, if one does.
    pub figure: Option<usize>,
}

/// A charge spread over its payers: any amount in constant time.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    payers: u64,
    sum: u64,
    step: u64,
    knots: Vec<Knot>,
    /// Areas are shifted right by so many bits, that the whole fits 63 and times the sum 126.
    shift: u32,
}

/// A point of the shape, as far as a given number of payers reaches it.
#[derive(Clone, Copy, Debug)]
struct Knot {
    /// Its share times the number of payers, in millionths of a payer.
    at: u128,
    amount: u128,
    /// Twice the area under the shape up to here.
    area: u128,
}

const MILLION: u128 = 1_000_000;

impl Charge {
    pub(crate) fn spread(&self, payers: u64) -> Spread {
        let mut knots: Vec<Knot> = Vec::with_capacity(self.shape.len());
        for (share, amount) in &self.shape {
            let (at, amount) = (u128::from(*share) * u128::from(payers), u128::from(*amount));
            let area = knots.last().map_or(0, |last| last.area + (at - last.at) * (last.amount + amount));
            knots.push(Knot { at, amount, area });
        }
        let whole = knots.last().map_or(0, |last| last.area);
        let shift = (u128::BITS - whole.leading_zeros()).saturating_sub(63);
        Spread { payers, sum: self.sum, step: self.step, knots, shift }
    }

    /// Refuses a sum that the shape cannot carry: the amounts are stretched to meet it, but by at most a quarter.
    pub(crate) fn check(&self, node: &Node<'_>, payers: u64) {
        if payers == 0 {
            node.refuse::<()>("nobody pays these amounts", "leave the entry out, or let some of its dossiers pay");
            return;
        }
        let spread = self.spread(payers);
        let carried = spread.whole() / (2 * MILLION);
        let percent = u128::from(self.sum) * 100 / carried.max(1);
        if !(75..=125).contains(&percent) {
            let mean = |sum: u128| sum / u128::from(payers);
            let (stated, shaped) = (mean(self.sum.into()), mean(carried));
            let message = format!("the sum asks for {stated} dong on average, the shape gives {shaped}");
            node.refuse::<()>(message, format!("multiply its amounts by about {}.{:02}", percent / 100, percent % 100));
        } else if spread.raw(1) < u128::from(self.step) {
            let message = format!("the smallest amount is below the step of {} dong", self.step);
            node.refuse::<()>(message, "give a smaller `step`, or let the shape begin higher");
        }
    }
}

impl Spread {
    /// How many pay.
    pub(crate) fn payers(&self) -> u64 {
        self.payers
    }

    /// The amount of the payer at this place, counted from the smallest; beyond the last place nothing.
    pub(crate) fn amount(&self, place: u64) -> u64 {
        self.up_to(place.saturating_add(1)) - self.up_to(place)
    }

    /// What the first so many pay together.
    fn up_to(&self, count: u64) -> u64 {
        if count >= self.payers {
            return self.sum;
        }
        let step = u128::from(self.step.max(1));
        fitting(self.raw(count) / step * step, "a part is no more than the sum")
    }

    /// The same, before it is rounded down to the step.
    fn raw(&self, count: u64) -> u128 {
        u128::from(self.sum) * (self.area(count) >> self.shift) / (self.whole() >> self.shift).max(1)
    }

    fn whole(&self) -> u128 {
        self.knots.last().map_or(0, |last| last.area)
    }

    /// Twice the area under the shape below the first so many payers; rises with `count`.
    fn area(&self, count: u64) -> u128 {
        let at = u128::from(count) * MILLION;
        let next = self.knots.partition_point(|knot| knot.at <= at);
        let Some(from) = next.checked_sub(1).and_then(|position| self.knots.get(position)) else { return 0 };
        let Some(to) = self.knots.get(next) else { return from.area };
        // rise * along * along / length, in two steps: the product of all three would not fit.
        let (along, length, rise) = (at - from.at, to.at - from.at, to.amount - from.amount);
        let (slope, rest) = (rise * along / length, rise * along % length);
        from.area + along * (2 * from.amount + slope) + rest * along / length
    }
}

/// A number that a figure may state: `2`, or `{ value: 2, figure: TN21-08 }`.
pub(crate) struct Stated {
    pub(crate) value: u64,
    /// Position of the figure.
    pub(crate) figure: Option<usize>,
}

impl Stated {
    /// Reads the number; one that its figure does not allow is refused.
    pub(crate) fn read(node: &Node<'_>, figures: &[Figure], most: i64) -> Option<Self> {
        if !node.is_map() {
            return Some(Self { value: node.bounded(1, most)?, figure: None });
        }
        node.fields(|fields| {
            let value = fields.need("value").and_then(|node| node.bounded::<u64>(1, most));
            let position = fields.need("figure").and_then(|node| position_of(&node, figures));
            let (value, position) = (value?, position?);
            let figure = figures.get(position)?;
            let counted = Counted::whole(i64::try_from(value).ok()?);
            if figure.compare(counted) != Comparison::Outside {
                return Some(Self { value, figure: Some(position) });
            }
            let message = format!("the value is {value}, but figure {} says {}", figure.id, figure.said());
            fields.node().refuse(message, "check the document")
        })
    }
}

/// The position of the figure with this id.
pub(crate) fn position_of(node: &Node<'_>, figures: &[Figure]) -> Option<usize> {
    let id = node.text()?;
    let found = figures.iter().position(|figure| figure.id == id);
    found.or_else(|| node.refuse(format!("`{id}` is none of the figures"), "list it under `figures`"))
}

/// The charge of a cell, by its position: of those who pay anything.
pub(crate) fn charge_of(charges: &[Charge], cell: &Cell) -> Option<usize> {
    let pays = cell.payment != PaymentMethod::None;
    charges.iter().position(|charge| pays && charge.of.matches(|dimension| Some(cell.word(dimension))))
}

/// Reads one entry of `amounts`.
pub(crate) fn read(node: &Node<'_>, figures: &[Figure], vocabulary: Vocabulary<'_>) -> Option<Charge> {
    node.fields(|fields| {
        let of = fields.need("of").and_then(|node| Selector::read(&node, vocabulary));
        let sum = fields.need("sum").and_then(|node| Stated::read(&node, figures, 1_000_000_000_000_000));
        let step = fields.get("step").map_or(Some(500), |node| node.bounded(1, 1_000_000));
        let shape = fields.need("shape").and_then(|node| shape(&node));
        let sum = sum?;
        Some(Charge { of: of?, sum: sum.value, step: step?, shape: shape?, figure: sum.figure })
    })
}

fn shape(node: &Node<'_>) -> Option<Vec<(u64, u64)>> {
    let mut points = Vec::new();
    for (key, node) in node.entries()? {
        let Some(share) = Decimal::parse(key).and_then(Decimal::millionths) else {
            return node.refuse(format!("`{key}` is not a share"), "write it as 0.5, with at most 6 digits");
        };
        points.push((share, node.bounded(1, 1_000_000_000_000)?));
    }
    let rises = points.is_sorted_by(|(share, amount), (next, more)| share < next && amount <= more);
    let whole = points.first().is_some_and(|(share, _)| *share == 0)
        && points.last().is_some_and(|(share, _)| *share == 1_000_000);
    if rises && whole {
        return Some(points);
    }
    node.refuse("the shape does not rise from share 0 to share 1", "as { 0: 10_000, 0.5: 300_000, 1: 90_000_000 }")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn charge(sum: u64, step: u64, shape: &[(u64, u64)]) -> Charge {
        Charge { of: Selector::default(), sum, step, shape: shape.to_vec(), figure: None }
    }

    #[test]
    fn amounts_follow_the_shape_in_whole_steps_and_the_largest_carries_the_rest() {
        let spread = charge(1_000_403, 500, &[(0, 50_000), (1_000_000, 150_000)]).spread(10);
        let amounts: Vec<_> = (0..10).map(|place| spread.amount(place)).collect();
        assert_eq!(amounts, [55_000, 65_000, 75_000, 85_000, 95_000, 105_000, 115_000, 125_000, 135_000, 145_403],);
        assert_eq!(spread.amount(10), 0);
    }

    #[test]
    fn the_largest_sum_over_the_most_payers_neither_overflows_nor_loses_a_dong() {
        let spread = charge(1_000_000_000_000_000, 1, &[(0, 1), (999_999, 1_000), (1_000_000, 1_000_000_000_000)])
            .spread(u64::from(u32::MAX));
        assert_eq!(spread.up_to(u64::from(u32::MAX)), 1_000_000_000_000_000);
        assert!(spread.amount(u64::from(u32::MAX) - 1) > spread.amount(7));
    }

    proptest! {
        #[test]
        fn amounts_are_positive_rise_by_steps_and_lose_nothing(
            payers in 1_u64..3_000, mean in 20_000_u64..3_000_000, rest in 0_u64..1_000, step in 1_u64..1_000,
        ) {
            let shape = [(0, mean / 10), (500_000, mean / 2), (900_000, mean * 2), (1_000_000, mean * 8)];
            let carried = charge(1, 1, &shape).spread(payers).whole() / (2 * MILLION);
            let sum = u64::try_from(carried).unwrap() + rest;
            let spread = charge(sum, step, &shape).spread(payers);
            let amounts: Vec<_> = (0..payers).map(|place| spread.amount(place)).collect();
            prop_assert_eq!(amounts.iter().sum::<u64>(), sum);
            prop_assert!(amounts.iter().all(|amount| *amount > 0));
            let (_, all_but_last) = amounts.split_last().unwrap();
            prop_assert!(all_but_last.iter().all(|amount| amount % step == 0));
            prop_assert!(all_but_last.is_sorted_by(|one, next| *one <= next + step));
        }
    }
}
