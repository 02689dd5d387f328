//! Suggested clusters of similar photos ("heaps"), which the user accepts, renames or dismisses. Pure functions.

use super::library::ItemId;

/// Maximum number of photos of a cluster that become examples of its label.
pub const EXAMPLES: usize = 12;

/// A cluster of similar photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The name: an English word, which is translated where it is shown, or what the user typed.
    pub name: String,
    /// Alternative names, likewise.
    pub alternative_names: Vec<String>,
    /// The photos, most representative first.
    pub photos: Vec<ItemId>,
}

/// A copy of the suggestions for undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedClusters {
    proposed: Vec<Cluster>,
    suggestions: Vec<String>,
    /// Names of dismissed clusters.
    pub dismissed: Vec<String>,
    number: u64,
}

/// All suggested clusters.
#[derive(Debug, Default)]
pub struct Clusters {
    /// The clusters, largest first.
    pub proposed: Vec<Cluster>,
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

impl Clusters {
    /// Replaces the suggestions.
    pub fn propose(&mut self, clusters: Vec<Cluster>, suggestions: Vec<String>) {
        self.proposed = clusters;
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
    pub fn kept(&self, dismissed: &[String]) -> ProposedClusters {
        ProposedClusters {
            proposed: self.proposed.clone(),
            suggestions: self.suggestions.clone(),
            dismissed: dismissed.to_vec(),
            number: self.number,
        }
    }

    /// Restores a copy. Returns false, without changing anything, if it is about other item ids or clusters.
    pub fn put_back(&mut self, kept: ProposedClusters) -> bool {
        let is_same = kept.number == self.number;
        if is_same {
            self.proposed = kept.proposed;
            self.suggestions = kept.suggestions;
        }
        is_same
    }

    /// Removes and returns a cluster.
    pub fn take(&mut self, at: usize) -> Option<Cluster> {
        (at < self.proposed.len()).then(|| self.proposed.remove(at))
    }

    /// Renames a cluster. Empty names are ignored.
    pub fn rename(&mut self, at: usize, name: &str) {
        let name = name.trim();
        if let Some(cluster) = self.proposed.get_mut(at).filter(|_| !name.is_empty()) {
            let old = std::mem::replace(&mut cluster.name, name.to_owned());
            if old != cluster.name && !cluster.alternative_names.contains(&old) {
                cluster.alternative_names.insert(0, old);
            }
        }
    }

    /// Merges cluster `from` into `into`, which keeps its name, and takes over the other names. Any of them can be the
    /// name under which a cluster would be suggested again after this one is dismissed.
    pub fn merge(&mut self, from: usize, into: usize) {
        if from == into || into >= self.proposed.len() {
            return;
        }
        let Some(merged) = self.take(from) else {
            return;
        };
        let into = if from < into { into - 1 } else { into };
        let cluster = &mut self.proposed[into];
        let others = merged.alternative_names.into_iter().rev();
        for name in others.chain([merged.name]) {
            if name != cluster.name && !cluster.alternative_names.contains(&name) {
                cluster.alternative_names.insert(0, name);
            }
        }
        // Interleave the photos, so that the most representative of both come first.
        let (kept, more) = (std::mem::take(&mut cluster.photos), merged.photos);
        let (mut kept, mut more) = (kept.into_iter(), more.into_iter());
        loop {
            let next = [kept.next(), more.next()];
            if next == [None, None] {
                break;
            }
            cluster.photos.extend(next.into_iter().flatten());
        }
    }

    /// Translates item ids after items were removed.
    pub fn renumber(&mut self, new: &[Option<ItemId>]) {
        for cluster in &mut self.proposed {
            let follow = |id: &ItemId| new.get(*id as usize).copied().flatten();
            cluster.photos = cluster.photos.iter().filter_map(follow).collect();
        }
        self.proposed.retain(|cluster| !cluster.photos.is_empty());
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters() -> Clusters {
        let cluster = |name: &str, photos: &[ItemId]| Cluster {
            name: name.into(),
            alternative_names: Vec::new(),
            photos: photos.into(),
        };
        Clusters {
            proposed: vec![
                cluster("cat", &[4, 1]),
                cluster("dog", &[2, 7, 3]),
                cluster("sea", &[9]),
            ],
            ..Clusters::default()
        }
    }

    #[test]
    fn clusters_are_renamed_merged_and_followed() {
        let mut clusters = clusters();
        clusters.rename(1, "  puppy ");
        clusters.rename(0, " ");
        let names = |clusters: &Clusters| -> Vec<String> {
            clusters
                .proposed
                .iter()
                .map(|cluster| cluster.name.clone())
                .collect()
        };
        assert_eq!(names(&clusters), ["cat", "puppy", "sea"]);
        assert_eq!(clusters.proposed[1].alternative_names, ["dog"]);
        clusters.merge(0, 1);
        assert_eq!(names(&clusters), ["puppy", "sea"]);
        assert_eq!(clusters.proposed[0].alternative_names, ["cat", "dog"]);
        assert_eq!(clusters.proposed[0].photos, [2, 4, 7, 1, 3]);
        clusters.merge(1, 1);
        clusters.merge(7, 0);
        assert_eq!(clusters.proposed.len(), 2);
        let kept = clusters.kept(&[]);
        clusters.rename(0, "cat");
        assert!(clusters.put_back(kept.clone()));
        assert_eq!(names(&clusters), ["puppy", "sea"]);
        let new: Vec<Option<ItemId>> = (0..10).map(|id| (id < 9).then_some(id)).collect();
        clusters.renumber(&new);
        assert_eq!(names(&clusters), ["puppy"]);
        // The item ids have changed.
        assert!(!clusters.put_back(kept));
        assert_eq!(names(&clusters), ["puppy"]);
    }

    #[test]
    fn a_merged_cluster_has_all_names_of_both() {
        let mut clusters = clusters();
        clusters.rename(0, "kitten");
        clusters.rename(1, "puppy");
        clusters.merge(0, 1);
        let names = &clusters.proposed[0].alternative_names;
        assert_eq!(names, &["kitten", "cat", "dog"]);
    }
}
