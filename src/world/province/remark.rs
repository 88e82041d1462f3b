//! What a province file says of its own document: where the document contradicts itself, and what had to be assumed.
//!
//! ```yaml
//! contradictions:
//!   - figures: [DB19-05, DB19-06]
//!     says: "1.969 on time" and "81,82%" fit no sum and no ratio of the parts that the same sentence gives
//!     resolved: the parts are kept, both figures are shown and never compared
//! assumptions:
//!   - of: the channels
//!     says: no channel is published; a third comes in online
//!     changes: who waits for whom; no published figure
//! ```

use model::{Fields, Node, Precision};

use super::figure::Figure;
use super::money::position_of;

/// Where a document contradicts itself or leaves a figure unexplained, and what the province file makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The figures it is about, by position; may be none.
    pub figures: Vec<usize>,
    /// What the document says, and why it cannot be.
    pub says: String,
    /// How the province file resolves it.
    pub resolved: String,
}

/// Something no document says and a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What it is about.
    pub of: String,
    /// What is assumed, and on what grounds.
    pub says: String,
    /// What would change if it were otherwise.
    pub changes: String,
}

/// Reads `contradictions`; a figure that is inconsistent and in none of them is refused.
pub(crate) fn contradictions(fields: &Fields<'_>, figures: &[Figure]) -> Option<Vec<Contradiction>> {
    let found = fields.list("contradictions", |node| contradiction(node, figures))?;
    let nodes = fields.get("figures").and_then(|node| node.items()).unwrap_or_default();
    let mut complete = true;
    for ((position, figure), node) in figures.iter().enumerate().zip(nodes) {
        let is_inconsistent = figure.stated.source.precision == Precision::Inconsistent;
        if is_inconsistent && !found.iter().any(|found| found.figures.contains(&position)) {
            let message = format!("figure {} is inconsistent, but nobody says with what", figure.id);
            node.refuse::<()>(message, "name it under `contradictions`, with what it `says` and how it is `resolved`");
            complete = false;
        }
    }
    complete.then_some(found)
}

fn contradiction(node: &Node<'_>, figures: &[Figure]) -> Option<Contradiction> {
    node.fields(|fields| {
        let named = fields.list("figures", |node| position_of(node, figures));
        let says = fields.text("says");
        let resolved = fields.text("resolved");
        Some(Contradiction { figures: named?, says: says?, resolved: resolved? })
    })
}

/// Reads one of the `assumptions`.
pub(crate) fn assumption(node: &Node<'_>) -> Option<Assumption> {
    node.fields(|fields| {
        let of = fields.text("of");
        let says = fields.text("says");
        let changes = fields.text("changes");
        Some(Assumption { of: of?, says: says?, changes: changes? })
    })
}
