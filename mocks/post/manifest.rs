//! The lists of sealed bags, and where each bag is.

use serde::Serialize;

/// Where a bag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BagState {
    /// Packed and listed, with the sender.
    Packed,
    /// Counted and signed for, with the post.
    InTransit,
    /// Counted and signed for, with the receiver.
    Received,
}

impl BagState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Packed => "packed",
            Self::InTransit => "in_transit",
            Self::Received => "received",
        }
    }

    /// The state after the next pair of signatures; `None`: there is none.
    pub(crate) fn next(self) -> Option<Self> {
        match self {
            Self::Packed => Some(Self::InTransit),
            Self::InTransit => Some(Self::Received),
            Self::Received => None,
        }
    }
}

/// One list and its bag.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Manifest {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// The numbers of the dossiers in the bag.
    pub(crate) documents: Vec<String>,
    pub(crate) count: usize,
    pub(crate) state: BagState,
    /// Who signed, in order: giver and taker of each hand-over.
    pub(crate) signatures: Vec<String>,
}

/// All lists since the post started.
#[derive(Debug, Default)]
pub(crate) struct Manifests(pub(crate) Vec<Manifest>);

impl Manifests {
    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Manifest> {
        let number: usize = id.strip_prefix("BK")?.parse().ok()?;
        self.0.get_mut(number.checked_sub(1)?).filter(|manifest| manifest.id == id)
    }
}
