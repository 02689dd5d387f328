//! A list of which other threads can keep cheap snapshots while it changes.

use std::ops::Index;
use std::sync::Arc;

/// Values per chunk.
const CHUNK: usize = 512;

/// A list whose clones share its values in chunks. A change copies one chunk if a clone still refers to it. Copying the
/// whole list would take longer than a frame: it would increment the reference counts of a hundred thousand items, most
/// of which are not in the processor's cache.
#[derive(Clone, Debug)]
pub struct SharedList<T> {
    /// All but the last have [`CHUNK`] values, and none is empty.
    chunks: Arc<Vec<Arc<Vec<T>>>>,
}

impl<T> SharedList<T> {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.chunks.split_last() {
            Some((last, others)) => others.len() * CHUNK + last.len(),
            None => 0,
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The value at an index.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }
}

impl<T: Clone> SharedList<T> {
    /// Appends a value.
    pub fn push(&mut self, value: T) {
        let chunks = Arc::make_mut(&mut self.chunks);
        if chunks.last().is_none_or(|last| last.len() == CHUNK) {
            chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        if let Some(last) = chunks.last_mut() {
            Arc::make_mut(last).push(value);
        }
    }

    /// The value at an index, to be changed in this list and in no clone.
    ///
    /// # Panics
    /// Panics if there is no such index.
    #[must_use]
    pub fn make_mut(&mut self, at: usize) -> &mut T {
        let chunk = &mut Arc::make_mut(&mut self.chunks)[at / CHUNK];
        &mut Arc::make_mut(chunk)[at % CHUNK]
    }
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self {
            chunks: Arc::default(),
        }
    }
}

impl<T> Index<usize> for SharedList<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.chunks[at / CHUNK][at % CHUNK]
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values = values.into_iter().peekable();
        let mut chunks = Vec::new();
        while values.peek().is_some() {
            let chunk: Vec<T> = values.by_ref().take(CHUNK).collect();
            chunks.push(Arc::new(chunk));
        }
        Self {
            chunks: Arc::new(chunks),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(list: &SharedList<u16>) -> Vec<u16> {
        list.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn a_list_changes_like_a_vector_and_its_clones_do_not_change(
            first in 0..3 * CHUNK, changes in proptest::collection::vec(any::<Option<u16>>(), 0..200),
        ) {
            let mut plain: Vec<u16> = (0..first).map(|value| value as u16).collect();
            let mut list: SharedList<u16> = plain.iter().copied().collect();
            let mut clones = Vec::new();
            for (at, change) in changes.into_iter().enumerate() {
                match change {
                    Some(value) if !plain.is_empty() => {
                        let at = usize::from(value) % plain.len();
                        plain[at] = value;
                        *list.make_mut(at) = value;
                    }
                    _ => {
                        plain.push(at as u16);
                        list.push(at as u16);
                    }
                }
                if at.is_multiple_of(16) {
                    clones.push((list.clone(), plain.clone()));
                }
            }
            clones.push((list, plain));
            for (list, plain) in &clones {
                prop_assert_eq!(&values(list), plain);
                prop_assert_eq!((list.len(), list.is_empty()), (plain.len(), plain.is_empty()));
                for at in [0, 1, CHUNK - 1, CHUNK, plain.len().saturating_sub(1), plain.len()] {
                    prop_assert_eq!(list.get(at), plain.get(at));
                    prop_assert!(at >= plain.len() || list[at] == plain[at]);
                }
            }
        }
    }

    #[test]
    fn a_change_copies_one_chunk() {
        let mut list: SharedList<u16> = (0..3 * CHUNK as u16).collect();
        let clone = list.clone();
        *list.make_mut(CHUNK + 7) = 0;
        let same = list.chunks.iter().zip(&*clone.chunks);
        let same: Vec<bool> = same.map(|(a, b)| Arc::ptr_eq(a, b)).collect();
        assert_eq!(same, [true, false, true]);
    }
}
