//! Duplicates: identical bytes, the same picture in another file, and the same picture mirrored or rotated. Pure.
//!
//! Photos are processed from best to worst ([`KeeperTraits`]). A duplicate of a better photo joins its group; any other starts a
//! group. So every member was compared with its group's keeper, not only with another copy, and the result does not depend on
//! the order of files. docs/heap.md states the rule.

mod keeper;
mod near;
mod turned;

use std::collections::HashMap;

use half::f16;

use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::{Appearance, GridTransform};
use crate::engine::media::photo::ContentId;

pub use keeper::{FormatRank, KeeperTraits};

/// From when on two photos show the same picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateRule {
    /// Whether only the same bytes count; the rest of the rule then says nothing.
    pub exact: bool,
    /// Cosine of the vectors of a photo and one that was cut out of it, at least.
    pub min_cosine: f32,
    /// The same for photos whose hashes agree: what is small, grey or has words on it is further away for a model.
    pub min_framed_cosine: f32,
    /// Bits in which perceptual hashes that agree differ, at most.
    pub max_distance: u32,
    /// Correlation of their grids, at least, with one cut as it fits the other.
    pub min_fit: f32,
    /// Whether mirrored and turned pictures are looked for.
    pub turned: bool,
}

impl Default for DuplicateRule {
    fn default() -> Self {
        Self {
            exact: false,
            min_cosine: 0.8,
            min_framed_cosine: 0.45,
            max_distance: 12,
            min_fit: 0.9,
            turned: false,
        }
    }
}

/// A photo among which copies are looked for.
pub struct DuplicateInput<'a> {
    /// Its content.
    pub content: ContentId,
    /// The row of its vector; none of what is compared by content alone, as videos are.
    pub row: Option<u32>,
    /// What it looks like.
    pub appearance: Option<&'a Appearance>,
    /// When it was taken, if its content says so: photos of different seconds are no copies of each other.
    pub taken: Option<&'a str>,
    /// What speaks for keeping it.
    pub traits: KeeperTraits<'a>,
}

/// In which way a photo is a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Its bytes are the same.
    Exact,
    /// It shows the same picture.
    Near,
    /// It shows the same picture turned.
    Turned(GridTransform),
}

impl Likeness {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Turned(turn) => turn.name(),
        }
    }
}

/// A copy in a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateCopy {
    /// Its place among the entries.
    pub at: usize,
    /// In which way it is one.
    pub likeness: Likeness,
    /// The cosine of its vector with the keeper's.
    pub cosine: f32,
    /// The correlation of its grid with the keeper's.
    pub fit: f32,
}

/// A photo with its copies.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// The place of the photo that is best kept.
    pub keeper: usize,
    /// The others, best first.
    pub copies: Vec<DuplicateCopy>,
}

/// Groups of copies, in the order in which their keepers were given. `values` are all vectors of a model, each of `dim`
/// values. `watch` receives how many of how many photos were compared with all others. Nothing if `cancel` was raised.
pub fn find(
    entries: &[DuplicateInput<'_>],
    values: &[f16],
    dim: usize,
    rule: &DuplicateRule,
    cancel: &Cancel,
    watch: impl Fn(usize, usize) + Sync,
) -> Option<Vec<DuplicateGroup>> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&entries[*a].traits, &entries[*b].traits);
        a.compare(b)
    });
    // The best of each content stands for it.
    let mut of_content: HashMap<&ContentId, usize> = HashMap::new();
    let mut groups: HashMap<usize, Vec<DuplicateCopy>> = HashMap::new();
    let mut leaders = Vec::new();
    for at in order {
        match of_content.get(&entries[at].content) {
            Some(leader) => groups.entry(*leader).or_default().push(DuplicateCopy {
                at,
                likeness: Likeness::Exact,
                cosine: 1.0,
                fit: 1.0,
            }),
            None => {
                of_content.insert(&entries[at].content, at);
                leaders.push(at);
            }
        }
    }
    if rule.exact {
        return Some(sorted(groups, entries));
    }
    let vector = |at: usize| -> Option<&[f16]> {
        let row = entries[at].row? as usize;
        values.get(row.checked_mul(dim)?..(row + 1).checked_mul(dim)?)
    };
    leaders.retain(|at| entries[*at].appearance.is_some() && vector(*at).is_some());
    let photos: Vec<near::ComparedPhoto<'_>> = leaders
        .iter()
        .filter_map(|at| {
            let grid = &entries[*at].appearance?.grid;
            Some(near::ComparedPhoto {
                vector: vector(*at)?,
                hash: grid.hash(),
                grid,
                taken: entries[*at].taken,
            })
        })
        .collect();
    let mut copy_of = near::copies(&photos, rule, cancel, watch)?;
    if rule.turned {
        turned::add_copies(&photos, rule, cancel, &mut copy_of)?;
    }
    for (number, of) in copy_of.iter().enumerate() {
        let Some(of) = of else { continue };
        let (at, keeper) = (leaders[number], leaders[of.leader]);
        let copy = DuplicateCopy {
            at,
            likeness: of.likeness,
            cosine: of.cosine,
            fit: of.fit,
        };
        // Those with the same bytes as the copy are copies in the same way.
        let same = groups.remove(&at).unwrap_or_default();
        let group = groups.entry(keeper).or_default();
        group.push(copy);
        group.extend(same.into_iter().map(|other| DuplicateCopy {
            at: other.at,
            ..copy
        }));
    }
    Some(sorted(groups, entries))
}

/// Groups in the order of their keepers, each with its best copies first.
fn sorted(
    groups: HashMap<usize, Vec<DuplicateCopy>>,
    entries: &[DuplicateInput<'_>],
) -> Vec<DuplicateGroup> {
    let mut groups: Vec<DuplicateGroup> = groups
        .into_iter()
        .map(|(keeper, mut copies)| {
            copies.sort_by(|a, b| {
                let (a, b) = (&entries[a.at].traits, &entries[b.at].traits);
                a.compare(b)
            });
            DuplicateGroup { keeper, copies }
        })
        .collect();
    groups.sort_by_key(|group| group.keeper);
    groups
}

#[cfg(test)]
mod tests;
