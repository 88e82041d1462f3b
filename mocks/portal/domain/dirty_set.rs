//! What was changed since it was last written.

use std::collections::BTreeSet;

/// The keys of what was changed. While no store is kept nothing is marked, and marking costs a comparison.
#[derive(Debug)]
pub(crate) struct DirtySet<K>(Option<BTreeSet<K>>);

impl<K> Default for DirtySet<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Ord> DirtySet<K> {
    /// Starts to mark.
    pub(crate) fn watch(&mut self) {
        self.0.get_or_insert_default();
    }

    /// Marks that this was created, changed or deleted.
    pub(crate) fn mark(&mut self, key: K) {
        self.mark_with(|| key);
    }

    /// The same, for a key that has to be made.
    pub(crate) fn mark_with(&mut self, key: impl FnOnce() -> K) {
        if let Some(keys) = &mut self.0 {
            keys.insert(key());
        }
    }

    /// Whether something was marked.
    pub(crate) fn is_any(&self) -> bool {
        self.0.as_ref().is_some_and(|keys| !keys.is_empty())
    }

    /// Takes what was marked, in order.
    pub(crate) fn take(&mut self) -> BTreeSet<K> {
        self.0.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_marked_until_it_is_watched() {
        let mut dirty = DirtySet::default();
        dirty.mark(1);
        assert!(!dirty.is_any());
        dirty.watch();
        dirty.mark(2);
        dirty.mark(2);
        assert_eq!(dirty.take().into_iter().collect::<Vec<_>>(), [2]);
        assert!(!dirty.is_any());
    }
}
