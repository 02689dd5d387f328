//! A set of item ids. Ids are dense, so one bit for each is smaller and faster than a hash table: selecting all of a
//! million photos, and testing each of them, must not delay a frame.

use super::item_id::ItemId;

/// Bits per word.
const BITS: usize = u64::BITS as usize;

/// A set of item ids.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    words: Vec<u64>,
    len: usize,
}

/// The word and the bit of an id.
fn place(id: ItemId) -> (usize, u64) {
    let at = id as usize;
    (at / BITS, 1 << (at % BITS))
}

impl IdSet {
    /// Whether an id is in the set.
    #[must_use]
    pub fn contains(&self, id: ItemId) -> bool {
        let (at, bit) = place(id);
        self.words.get(at).is_some_and(|word| word & bit != 0)
    }

    /// The number of ids.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no ids.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an id.
    pub fn insert(&mut self, id: ItemId) {
        let (at, bit) = place(id);
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        let word = &mut self.words[at];
        self.len += usize::from(*word & bit == 0);
        *word |= bit;
    }

    /// Removes an id, and returns whether it was in the set.
    pub fn remove(&mut self, id: ItemId) -> bool {
        let was_there = self.contains(id);
        if was_there {
            let (at, bit) = place(id);
            self.words[at] &= !bit;
            self.len -= 1;
        }
        was_there
    }

    /// Removes all ids.
    pub fn clear(&mut self) {
        self.words.clear();
        self.len = 0;
    }

    /// All ids in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = ItemId> {
        let words = self.words.iter().copied().enumerate();
        words.filter(|(_, word)| *word != 0).flat_map(|(at, word)| {
            let first = (at * BITS) as ItemId;
            let set = move |bit: &u32| (word >> *bit) & 1 == 1;
            (0..u64::BITS).filter(set).map(move |bit| first + bit)
        })
    }
}

impl PartialEq for IdSet {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Extend<ItemId> for IdSet {
    fn extend<I: IntoIterator<Item = ItemId>>(&mut self, ids: I) {
        ids.into_iter().for_each(|id| self.insert(id));
    }
}

impl FromIterator<ItemId> for IdSet {
    fn from_iter<I: IntoIterator<Item = ItemId>>(ids: I) -> Self {
        let mut set = Self::default();
        set.extend(ids);
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_of_ids_is_like_any_other_set(
            changes in proptest::collection::vec((0u32..400, any::<bool>()), 0..300),
        ) {
            let mut plain = BTreeSet::new();
            let mut set = IdSet::default();
            for (id, adds) in changes {
                match adds {
                    true => {
                        plain.insert(id);
                        set.insert(id);
                    }
                    false => prop_assert_eq!(set.remove(id), plain.remove(&id)),
                }
                prop_assert_eq!((set.len(), set.is_empty()), (plain.len(), plain.is_empty()));
            }
            prop_assert!((0..500).all(|id| set.contains(id) == plain.contains(&id)));
            prop_assert!(set.iter().eq(plain.iter().copied()));
            // Sets are equal whatever was in them before.
            prop_assert_eq!(&plain.iter().copied().collect::<IdSet>(), &set);
            set.clear();
            prop_assert_eq!(set, IdSet::default());
        }
    }
}
