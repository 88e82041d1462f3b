//! The splits that no document states: every leaf of the tree is split further by weight.
//!
//! ```yaml
//!   then:
//!     - by: channel                     # for dossiers whose channel nothing has decided yet ...
//!       when: { level: commune }        # ... and that are of this kind
//!       weights: { counter: 8, post: 1, online: 1 }
//!     - by: channel                     # for those still undecided
//!       weights: { counter: 5, post: 1, online: 4 }
//!     - by: unit
//!       when: { level: commune }
//!       weights: units                  # all communes, each by the weight it has in `units`
//! ```
//!
//! Splits act in file order. One Webster sequence runs through all leaves of a split, so its totals are as close to the
//! weights as whole numbers can be, however small the leaves are.

use model::{Fields, Node};

use super::selector::Selector;
use super::tree::{Leaf, Tree, decide};
use super::vocabulary::Vocabulary;
use super::word::{Dimension, Word};
use crate::apportion::Sequence;

/// One split by weight.
struct Split<'a> {
    node: Node<'a>,
    by: Dimension,
    when: Selector,
    words: Vec<Word>,
    weights: Vec<u64>,
}

/// Reads `then` and splits the leaves of the tree accordingly; `None` if a split is wrong, or the tree was.
pub(crate) fn split_further<'a>(
    fields: &Fields<'a>,
    tree: Tree<'a>,
    vocabulary: Vocabulary<'_>,
) -> Option<Vec<Leaf<'a>>> {
    let splits = fields.list("then", |node| Split::read(node, vocabulary))?;
    let leaves = tree.sound.then_some(tree.leaves)?;
    splits.into_iter().try_fold(leaves, |leaves, split| split.apply(leaves, vocabulary))
}

/// The words of a split with their weights: a map of them, or `units` for all units that `when` lets in, by their own weights.
fn weighed(
    node: &Node<'_>,
    by: Dimension,
    when: &Selector,
    vocabulary: Vocabulary<'_>,
) -> Option<(Vec<Word>, Vec<u64>)> {
    if !node.is_map() {
        return match node.text()? {
            "units" if by == Dimension::Unit => {
                let units = (0_u16..).zip(vocabulary.units);
                let meant = units.filter(|(_, unit)| when.may_mean(Word::Level(unit.level)));
                Some(meant.map(|(position, unit)| (Word::Unit(position), unit.weight)).unzip())
            }
            other => {
                node.refuse(format!("`{other}` weighs nothing here"), "a map of weights; `units` where `by: unit`")
            }
        };
    }
    let mut pairs = Vec::new();
    for (name, node) in node.entries()? {
        pairs.push((vocabulary.read(by, name, &node), node.bounded(0, 1_000_000)));
    }
    let (words, weights): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let words = words.into_iter().collect::<Option<Vec<_>>>()?;
    let weights = weights.into_iter().collect::<Option<Vec<u64>>>()?;
    Some((words, weights))
}

impl<'a> Split<'a> {
    fn read(node: &Node<'a>, vocabulary: Vocabulary<'_>) -> Option<Self> {
        node.fields(|fields| {
            let by = fields.word("by", Dimension::ALL);
            let when =
                fields.get("when").map_or_else(|| Some(Selector::default()), |node| Selector::read(&node, vocabulary));
            let weights = fields.need("weights");
            let (by, when) = (by?, when?);
            let (words, weights) = weighed(&weights?, by, &when, vocabulary)?;
            if weights.iter().sum::<u64>() == 0 {
                return fields.node().refuse("the weights are all 0", "give at least one of them a weight");
            }
            Some(Self { node: node.clone(), by, when, words, weights })
        })
    }

    fn apply(&self, leaves: Vec<Leaf<'a>>, vocabulary: Vocabulary<'_>) -> Option<Vec<Leaf<'a>>> {
        let mut sequence = Sequence::new(self.weights.clone());
        let mut split = Vec::with_capacity(leaves.len());
        let mut met_any = false;
        for leaf in leaves {
            let meets = leaf.known.get(self.by).is_none() && self.when.matches(|dimension| leaf.known.get(dimension));
            if !meets {
                split.push(leaf);
                continue;
            }
            met_any = true;
            for (word, count) in self.words.iter().zip(sequence.deal(u64::from(leaf.count))) {
                if count > 0 {
                    let known = decide(&self.node, &leaf.known, *word, vocabulary)?;
                    split.push(Leaf { known, count: u32::try_from(count).ok()?, ..leaf.clone() });
                }
            }
        }
        if met_any {
            return Some(split);
        }
        self.node
            .refuse(format!("no dossier is split by {} here", self.by), "all are decided before, or `when` meets none")
    }
}
