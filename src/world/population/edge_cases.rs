//! Names that portals stumble over, on demand.
//!
//! Each kind is chosen by a stream of its own, so that asking for one changes nobody but those it chooses.

use model::{Fields, Node, Seed, Stream};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use crate::province::Ethnicity;

/// How many people of a hundred have a name of each hard kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeCaseShares {
    /// Namesakes in pairs, one written composed (NFC), one decomposed (NFD).
    pub nfd: u8,
    /// Names of exactly 60 letters.
    pub long_names: u8,
    /// Names of one word, without a family name.
    pub one_word: u8,
    /// Names of ethnicities other than the province's.
    pub minority: u8,
    /// Names with Đ, with the eth that looks like it (U+00D0), or with a plain D.
    pub d_confusion: u8,
}

/// What one person's name is hard for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeCase {
    Namesake,
    Long,
    OneWord,
    Minority(Ethnicity),
    ConfusedD,
}

/// A text that was to name hard inputs does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "read `{text}` as hard inputs: write them as nfd=5,long_names=2 with a per cent from 0 to 100 (known: {known})"
)]
pub struct EdgeCaseSharesSyntax {
    /// The part that could not be read.
    pub text: String,
    /// Every kind there is.
    pub known: String,
}

/// The kinds, in the order in which they are asked; the first that chooses a person wins.
const KINDS: [&str; 5] = ["nfd", "long_names", "one_word", "minority", "d_confusion"];

impl EdgeCaseShares {
    /// Reads `nfd=5,long_names=2`; kinds left out have none.
    ///
    /// # Errors
    /// [`EdgeCaseSharesSyntax`] for a kind that is not known or a share that is no per cent.
    pub fn parse(text: &str) -> Result<Self, EdgeCaseSharesSyntax> {
        let mut inputs = Self::default();
        for part in text.split(',') {
            let wrong = || EdgeCaseSharesSyntax { text: part.to_owned(), known: KINDS.join(", ") };
            let (kind, percent) = part.split_once('=').ok_or_else(wrong)?;
            let percent = percent.trim().parse().ok().filter(|percent| *percent <= 100).ok_or_else(wrong)?;
            *inputs.share(kind.trim()).ok_or_else(wrong)? = percent;
        }
        Ok(inputs)
    }

    /// Reads `{ nfd: 5, long_names: 2 }`.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.fields(|fields| {
            let mut inputs = Self::default();
            let mut complete = true;
            for kind in KINDS {
                let percent = percent(fields, kind);
                complete &= percent.is_some();
                if let Some(share) = inputs.share(kind) {
                    *share = percent.unwrap_or(0);
                }
            }
            complete.then_some(inputs)
        })
    }

    fn share(&mut self, kind: &str) -> Option<&mut u8> {
        match kind {
            "nfd" => Some(&mut self.nfd),
            "long_names" => Some(&mut self.long_names),
            "one_word" => Some(&mut self.one_word),
            "minority" => Some(&mut self.minority),
            "d_confusion" => Some(&mut self.d_confusion),
            _ => None,
        }
    }
}

fn percent(fields: &Fields<'_>, kind: &'static str) -> Option<u8> {
    fields.get(kind).map_or(Some(0), |node| node.bounded(0, 100))
}

/// Who is chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    inputs: EdgeCaseShares,
    streams: [Stream; 5],
}

impl Choice {
    pub(crate) fn new(inputs: EdgeCaseShares, seed: Seed) -> Self {
        Self { inputs, streams: KINDS.map(|kind| seed.stream(&format!("hard {kind}"))) }
    }

    /// What a person's name is hard for, if anything.
    #[inline]
    pub(crate) fn of(&self, person: u64) -> Option<EdgeCase> {
        if self.inputs == EdgeCaseShares::default() { None } else { self.chosen(person) }
    }

    fn chosen(&self, person: u64) -> Option<EdgeCase> {
        let EdgeCaseShares { nfd, long_names, one_word, minority, d_confusion } = self.inputs;
        let [pairs, long, one, others, confused] = self.streams;
        let is = |stream: Stream, index, percent| stream.rng(index, 0).random_ratio(u32::from(percent), 100);
        if is(pairs, person / 2, nfd) {
            return Some(EdgeCase::Namesake);
        }
        if is(long, person, long_names) {
            return Some(EdgeCase::Long);
        }
        if is(one, person, one_word) {
            return Some(EdgeCase::OneWord);
        }
        if is(others, person, minority) {
            // Everybody but the Kinh, who come first.
            let people = Ethnicity::ALL.get(1..).and_then(|people| people.choose(&mut others.rng(person, 1)));
            return people.map(|(_, people)| EdgeCase::Minority(*people));
        }
        is(confused, person, d_confusion).then_some(EdgeCase::ConfusedD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(inputs: EdgeCaseShares) -> Vec<Option<EdgeCase>> {
        let choice = Choice::new(inputs, Seed(1));
        (0..10_000).map(|person| choice.of(person)).collect()
    }

    #[test]
    fn as_many_are_chosen_as_asked_for() {
        for (inputs, percent) in
            [("nfd=5", 5), ("long_names=2", 2), ("one_word=10", 10), ("minority=30", 30), ("d_confusion=100", 100)]
        {
            let count = chosen(EdgeCaseShares::parse(inputs).unwrap()).iter().flatten().count();
            assert!(count.abs_diff(percent * 100) < 150, "{inputs}: {count}");
        }
    }

    #[test]
    fn asking_for_more_changes_only_those_it_chooses() {
        let few = chosen(EdgeCaseShares::parse("d_confusion=20").unwrap());
        let more = chosen(EdgeCaseShares::parse("d_confusion=20,one_word=3").unwrap());
        for (few, more) in few.into_iter().zip(more) {
            assert!(few == more || more == Some(EdgeCase::OneWord));
        }
    }

    #[test]
    fn what_is_no_hard_input_is_refused_naming_the_known() {
        for wrong in ["nfd", "nfd=101", "nfd=-1", "emoji=1", ""] {
            let error = EdgeCaseShares::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("known: nfd, long_names, one_word, minority, d_confusion"), "{error}");
        }
    }
}
