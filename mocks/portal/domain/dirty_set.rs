//! What was changed since it was last written.

use std::collections::BTreeSet;

/// The keys of what was changed. While nobody keeps a store nothing is noted, and noting costs a comparison.
#[derive(Debug)]
pub(crate) struct Touched<K>(Option<BTreeSet<K>>);

impl<K> Default for Touched<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord> Touched<K> {
    /// Starts to note.
    pub(crate) fn watch(&mut self) {
        self.0.get_or_insert_default();
    }

    /// Notes that this was changed, begun, or is no more.
    pub(crate) fn note(&mut self, key: K) {
        self.note_with(|| key);
    }

    /// The same, for a key that has to be made.
    pub(crate) fn note_with(&mut self, key: impl FnOnce() -> K) {
        if let Some(keys) = &mut self.0 {
            keys.insert(key());
        }
    }

    /// Whether something was noted.
    pub(crate) fn is_any(&self) -> bool {
        self.0.as_ref().is_some_and(|keys| !keys.is_empty())
    }

    /// Takes what was noted, in order.
    pub(crate) fn take(&mut self) -> BTreeSet<K> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_noted_until_somebody_watches() {
        let mut touched = Touched::default();
        touched.note(1);
        assert!(!touched.is_any());
        touched.watch();
        touched.note(2);
        touched.note(2);
        assert_eq!(touched.take().into_iter().collect::<Vec<_>>(), [2]);
        assert!(!touched.is_any());
    }
}
