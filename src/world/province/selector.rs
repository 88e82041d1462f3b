//! Which dossiers are meant: `{ level: district, outcome: [early, on_time] }`.

use model::{Node, one_of};

use super::vocabulary::Vocabulary;
use super::word::{Dimension, Known, Word};

/// For some dimensions, the words that are meant; all dimensions must agree. Without any, all dossiers are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector(Vec<(Dimension, Vec<Word>)>);

impl Selector {
    /// Reads a map of dimensions to a word or a list of words.
    pub(crate) fn read(node: &Node<'_>, vocabulary: Vocabulary<'_>) -> Option<Self> {
        let mut terms = Vec::new();
        let mut complete = true;
        for (key, value) in node.entries()? {
            let Some(dimension) = dimension(node, key) else {
                complete = false;
                continue;
            };
            let texts = if value.is_list() { value.items()? } else { vec![value] };
            let words = texts.iter().map(|node| vocabulary.read(dimension, node.text()?, node));
            match words.collect::<Vec<_>>().into_iter().collect() {
                Some(words) => terms.push((dimension, words)),
                None => complete = false,
            }
        }
        complete.then_some(Self(terms))
    }

    /// Whether the dossiers with this word of each dimension are meant; an undecided dimension never agrees.
    pub(crate) fn matches(&self, word_of: impl Fn(Dimension) -> Option<Word>) -> bool {
        self.0.iter().all(|(dimension, words)| word_of(*dimension).is_some_and(|word| words.contains(&word)))
    }

    /// Whether dossiers with this word may be meant, whatever their other words are.
    pub(crate) fn may_mean(&self, word: Word) -> bool {
        self.0.iter().all(|(dimension, words)| *dimension != word.dimension() || words.contains(&word))
    }

    /// The dimensions that it asks about.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = Dimension> {
        self.0.iter().map(|(dimension, _)| *dimension)
    }

    /// Whether some of the dossiers of which this is known may be meant and others not.
    pub(crate) fn leaves_open(&self, known: &Known) -> bool {
        let answers =
            || self.0.iter().map(|(dimension, words)| known.get(*dimension).map(|word| words.contains(&word)));
        answers().all(|answer| answer != Some(false)) && answers().any(|answer| answer.is_none())
    }

    /// The selection in words: `level = district, outcome = early or on_time`.
    pub(crate) fn describe(&self, vocabulary: Vocabulary<'_>) -> String {
        let term = |(dimension, words): &(Dimension, Vec<Word>)| {
            let words: Vec<_> = words.iter().map(|word| vocabulary.spell(*word)).collect();
            format!("{dimension} = {}", words.join(" or "))
        };
        if self.0.is_empty() { "all".to_owned() } else { self.0.iter().map(term).collect::<Vec<_>>().join(", ") }
    }
}

/// A selection that is asked of many provinces: units, tags and procedures are known by their spelling only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<(Dimension, Vec<String>)>);

impl Terms {
    /// Reads a map of dimensions to a word or a list of words; words that no province can have are refused.
    pub(crate) fn read(node: &Node<'_>) -> Option<Self> {
        let mut terms = Vec::new();
        let mut complete = true;
        for (key, value) in node.entries()? {
            let Some(dimension) = dimension(node, key) else {
                complete = false;
                continue;
            };
            let texts = if value.is_list() { value.items()? } else { vec![value] };
            let words = texts.iter().map(|node| {
                let text = node.text()?;
                let known = Vocabulary::fixed(dimension);
                if known.is_empty() || known.contains(&text) {
                    return Some(text.to_owned());
                }
                node.refuse(format!("`{text}` is no {dimension}"), one_of(text, &known))
            });
            match words.collect::<Vec<_>>().into_iter().collect() {
                Some(words) => terms.push((dimension, words)),
                None => complete = false,
            }
        }
        complete.then_some(Self(terms))
    }

    /// The selection among the dossiers of one province; none if it does not know one of the words.
    pub(crate) fn resolve(&self, vocabulary: Vocabulary<'_>) -> Option<Selector> {
        let words = |(dimension, texts): &(Dimension, Vec<String>)| {
            let words = texts.iter().map(|text| vocabulary.find(*dimension, text));
            Some((*dimension, words.collect::<Option<Vec<_>>>()?))
        };
        Some(Selector(self.0.iter().map(words).collect::<Option<Vec<_>>>()?))
    }
}

fn dimension(node: &Node<'_>, key: &str) -> Option<Dimension> {
    Dimension::ALL.iter().copied().find(|known| known.as_str() == key).or_else(|| {
        let known: Vec<_> = Dimension::ALL.iter().map(|known| known.as_str()).collect();
        node.refuse(format!("`{key}` is no dimension"), one_of(key, &known))
    })
}

impl From<&Known> for Selector {
    fn from(known: &Known) -> Self {
        Self(known.words().map(|word| (word.dimension(), vec![word])).collect())
    }
}
