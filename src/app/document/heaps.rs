//! Suggested clusters of similar photos ("heaps"), which the user accepts, renames or dismisses. Pure functions.

use super::library::ItemId;

/// Maximum number of photos of a cluster that become examples of its label.
pub const EXAMPLES: usize = 12;

/// A cluster of similar photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heap {
    /// The name.
    pub name: String,
    /// Alternative names.
    pub alternative_names: Vec<String>,
    /// The photos, most representative first.
    pub photos: Vec<ItemId>,
}

/// A copy of the suggestions for undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedHeaps {
    proposed: Vec<Heap>,
    suggestions: Vec<String>,
    /// Names of dismissed clusters.
    pub dismissed: Vec<String>,
    number: u64,
}

/// All suggested clusters.
#[derive(Debug, Default)]
pub struct Heaps {
    /// The clusters, largest first.
    pub proposed: Vec<Heap>,
    /// Whether clusters are being computed.
    pub is_proposing: bool,
    /// Why there are no clusters.
    pub problem: Option<String>,
    /// Suggested label texts, from clusters and frequent words.
    pub suggestions: Vec<String>,
    /// Whether `suggestions` belong to the open photos, however few there are.
    pub is_known: bool,
    /// Changes whenever item ids or clusters do.
    number: u64,
}

impl Heaps {
    /// Replaces the suggestions.
    pub fn propose(&mut self, heaps: Vec<Heap>, suggestions: Vec<String>) {
        self.proposed = heaps;
        self.suggestions = suggestions;
        self.is_known = true;
        self.problem = None;
        self.number += 1;
    }

    /// Forgets everything about the photos that were open. Copies for undo cannot be restored any more.
    pub fn clear(&mut self) {
        *self = Self {
            number: self.number + 1,
            ..Self::default()
        };
    }

    /// Copies the suggestions for undo.
    #[must_use]
    pub fn kept(&self, dismissed: &[String]) -> ProposedHeaps {
        ProposedHeaps {
            proposed: self.proposed.clone(),
            suggestions: self.suggestions.clone(),
            dismissed: dismissed.to_vec(),
            number: self.number,
        }
    }

    /// Restores a copy. Returns false, without changing anything, if it is about other item ids or clusters.
    pub fn put_back(&mut self, kept: ProposedHeaps) -> bool {
        let is_same = kept.number == self.number;
        if is_same {
            self.proposed = kept.proposed;
            self.suggestions = kept.suggestions;
        }
        is_same
    }

    /// Removes and returns a cluster.
    pub fn take(&mut self, at: usize) -> Option<Heap> {
        (at < self.proposed.len()).then(|| self.proposed.remove(at))
    }

    /// Renames a cluster. Empty names are ignored.
    pub fn rename(&mut self, at: usize, name: &str) {
        let name = name.trim();
        if let Some(heap) = self.proposed.get_mut(at).filter(|_| !name.is_empty()) {
            let old = std::mem::replace(&mut heap.name, name.to_owned());
            if old != heap.name && !heap.alternative_names.contains(&old) {
                heap.alternative_names.insert(0, old);
            }
        }
    }

    /// Merges cluster `from` into `into`, which keeps its name.
    pub fn merge(&mut self, from: usize, into: usize) {
        if from == into || into >= self.proposed.len() {
            return;
        }
        let Some(merged) = self.take(from) else {
            return;
        };
        let into = if from < into { into - 1 } else { into };
        let heap = &mut self.proposed[into];
        heap.alternative_names.insert(0, merged.name);
        // Interleave the photos, so that the most representative of both come first.
        let (kept, more) = (std::mem::take(&mut heap.photos), merged.photos);
        let (mut kept, mut more) = (kept.into_iter(), more.into_iter());
        loop {
            let next = [kept.next(), more.next()];
            if next == [None, None] {
                break;
            }
            heap.photos.extend(next.into_iter().flatten());
        }
    }

    /// Translates item ids after items were removed.
    pub fn renumber(&mut self, new: &[Option<ItemId>]) {
        for heap in &mut self.proposed {
            let follow = |id: &ItemId| new.get(*id as usize).copied().flatten();
            heap.photos = heap.photos.iter().filter_map(follow).collect();
        }
        self.proposed.retain(|heap| !heap.photos.is_empty());
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heaps() -> Heaps {
        let heap = |name: &str, photos: &[ItemId]| Heap {
            name: name.into(),
            alternative_names: Vec::new(),
            photos: photos.into(),
        };
        Heaps {
            proposed: vec![
                heap("cat", &[4, 1]),
                heap("dog", &[2, 7, 3]),
                heap("sea", &[9]),
            ],
            ..Heaps::default()
        }
    }

    #[test]
    fn heaps_are_renamed_merged_and_followed() {
        let mut heaps = heaps();
        heaps.rename(1, "  puppy ");
        heaps.rename(0, " ");
        let names = |heaps: &Heaps| -> Vec<String> {
            heaps
                .proposed
                .iter()
                .map(|heap| heap.name.clone())
                .collect()
        };
        assert_eq!(names(&heaps), ["cat", "puppy", "sea"]);
        assert_eq!(heaps.proposed[1].alternative_names, ["dog"]);
        heaps.merge(0, 1);
        assert_eq!(names(&heaps), ["puppy", "sea"]);
        assert_eq!(heaps.proposed[0].photos, [2, 4, 7, 1, 3]);
        heaps.merge(1, 1);
        heaps.merge(7, 0);
        assert_eq!(heaps.proposed.len(), 2);
        let kept = heaps.kept(&[]);
        heaps.rename(0, "cat");
        assert!(heaps.put_back(kept.clone()));
        assert_eq!(names(&heaps), ["puppy", "sea"]);
        let new: Vec<Option<ItemId>> = (0..10).map(|id| (id < 9).then_some(id)).collect();
        heaps.renumber(&new);
        assert_eq!(names(&heaps), ["puppy"]);
        // The item ids have changed.
        assert!(!heaps.put_back(kept));
        assert_eq!(names(&heaps), ["puppy"]);
    }
}
