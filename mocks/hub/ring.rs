//! A bounded map: the next entry drops the oldest.

use std::collections::{HashMap, VecDeque};

/// Things by name, the oldest forgotten first.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    capacity: usize,
    order: VecDeque<String>,
    things: HashMap<String, T>,
}

impl<T> Ring<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, order: VecDeque::new(), things: HashMap::new() }
    }

    /// Keeps a thing; the caller has made sure that its name is new.
    pub(crate) fn keep(&mut self, name: String, thing: T) {
        if self.order.len() >= self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.things.remove(&oldest);
        }
        self.order.push_back(name.clone());
        self.things.insert(name, thing);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.things.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.things.get_mut(name)
    }

    /// Takes a thing out; its place in the order stays until its time comes.
    pub(crate) fn take(&mut self, name: &str) -> Option<T> {
        self.things.remove(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_there_is_no_room_the_oldest_is_forgotten() {
        let mut ring = Ring::new(2);
        for name in ["A", "B", "C"] {
            ring.keep(name.into(), name.len());
        }
        assert_eq!((ring.get("A"), ring.get("B"), ring.get("C")), (None, Some(&1), Some(&1)));
        assert_eq!(ring.take("B"), Some(1));
        assert_eq!(ring.take("B"), None);
        assert_eq!((ring.order.len(), ring.things.len()), (2, 1));
    }
}
