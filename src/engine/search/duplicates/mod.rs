//! Finds duplicates: identical bytes, the same picture in another file, and mirrored or rotated pictures. Pure.
//!
//! Photos are processed from best to worst ([`KeeperTraits`]). A duplicate of a better photo joins its group; any other
//! starts a new group. Every member has thus been compared with its group's keeper, not only with another copy. Copies
//! that contradict closer ones of their group are left out and are compared again in the next round. The result does
//! not depend on the order of files. docs/heap.md specifies the rule.

mod bounds;
mod keeper;
mod near;
mod turned;

use std::collections::HashMap;

use half::f16;
use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::{Appearance, ComparedGrid, GridTransform};
use crate::engine::media::photo::ContentId;

pub use keeper::{FormatRank, KeeperTraits};

/// Thresholds that decide whether two photos show the same picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateRule {
    /// Whether only identical bytes count; the other thresholds are then unused.
    pub exact: bool,
    /// Minimum cosine between the embeddings of a photo and of a crop from it.
    pub min_cosine: f32,
    /// Minimum cosine for photos with similar hashes; lower, because resizing, greyscale and captions change
    /// embeddings.
    pub min_framed_cosine: f32,
    /// Maximum Hamming distance of similar perceptual hashes, in bits.
    pub max_distance: u32,
    /// Minimum correlation of the greyscale grids of photos with the same frame.
    pub min_correlation: f32,
    /// Minimum correlation of a grid with the matching crop of another one. A crop has finer detail than the whole, so
    /// it is lower.
    pub min_crop_correlation: f32,
    /// Minimum correlation with a crop at 8 x 8 points, without which no crop is compared at all points.
    pub min_coarse_correlation: f32,
    /// Minimum fraction of the width or height that a crop cuts off. Similar products on a plain background often match
    /// well after a smaller shift.
    pub min_cut: f32,
    /// Whether to search for mirrored and rotated pictures.
    pub turned: bool,
}

impl Default for DuplicateRule {
    fn default() -> Self {
        Self {
            exact: false,
            min_cosine: 0.85,
            min_framed_cosine: 0.45,
            max_distance: 12,
            min_correlation: 0.985,
            min_crop_correlation: 0.96,
            min_coarse_correlation: 0.80,
            min_cut: 0.08,
            turned: false,
        }
    }
}

/// A photo to search for duplicates.
pub struct DuplicateInput<'a> {
    /// The content hash.
    pub content: ContentId,
    /// The row of its embedding; `None` for files that are compared by content alone, such as videos.
    pub row: Option<u32>,
    /// Its appearance features.
    pub appearance: Option<&'a Appearance>,
    /// The capture time from its metadata: photos taken at different times are not duplicates.
    pub taken: Option<&'a str>,
    /// The digits of its fraction of a second, without trailing zeros.
    pub sub_seconds: Option<&'a str>,
    /// Properties that decide which photo to keep.
    pub traits: KeeperTraits<'a>,
}

/// The kind of a duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The bytes are identical.
    Exact,
    /// The picture is the same.
    Near,
    /// The picture is the same, but mirrored or rotated.
    Turned(GridTransform),
}

impl Likeness {
    /// A short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Turned(turn) => turn.name(),
        }
    }
}

/// A duplicate in a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DuplicateCopy {
    /// The index of the photo.
    pub at: usize,
    /// The kind of duplicate.
    pub likeness: Likeness,
    /// The cosine of its embedding with the keeper's.
    pub cosine: f32,
    /// The correlation of its grid with the keeper's.
    pub correlation: f32,
}

/// A photo and its duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// The index of the photo to keep.
    pub keeper: usize,
    /// The duplicates, best first.
    pub copies: Vec<DuplicateCopy>,
}

/// Finds groups of duplicates, in input order of their keepers. `values` is the matrix of embeddings, with `dim`
/// columns. `watch` receives how many photos of how many have been compared. Returns `None` if `cancel` was raised.
pub fn find(
    entries: &[DuplicateInput<'_>],
    values: &[f16],
    dim: usize,
    rule: &DuplicateRule,
    cancel: &Cancel,
    watch: impl Fn(usize, usize) + Sync,
) -> Option<Vec<DuplicateGroup>> {
    let (leaders, mut groups) = grouped_by_content(entries);
    if rule.exact {
        return Some(sorted(groups, entries));
    }
    let vector = |at: usize| -> Option<&[f16]> {
        let row = entries[at].row? as usize;
        values.get(row.checked_mul(dim)?..(row + 1).checked_mul(dim)?)
    };
    let compared: Vec<(usize, near::ComparedPhoto<'_>)> = leaders
        .par_iter()
        .filter_map(|at| {
            if cancel.is_cancelled() {
                return None;
            }
            let appearance = entries[*at].appearance?;
            let grid = &appearance.grid;
            let photo = near::ComparedPhoto {
                vector: vector(*at)?,
                hash: grid.hash(),
                grid,
                shot: near::Shot {
                    taken: entries[*at].taken,
                    sub_seconds: entries[*at].sub_seconds,
                    camera: appearance.camera.as_deref(),
                },
            };
            // Pictures without visible detail resemble each other whatever they show.
            let has_structure = ComparedGrid::new(grid).has_structure();
            has_structure.then_some((*at, photo))
        })
        .collect();
    let (leaders, photos): (Vec<usize>, Vec<_>) = compared.into_iter().unzip();
    let copy_of = copies(&photos, rule, cancel, watch)?;
    for (number, of) in copy_of.iter().enumerate() {
        let Some(of) = of else { continue };
        let (at, keeper) = (leaders[number], leaders[of.leader]);
        let copy = DuplicateCopy {
            at,
            likeness: of.likeness,
            cosine: of.cosine,
            correlation: of.correlation,
        };
        // Photos with the same bytes as the duplicate are duplicates of the same kind.
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

/// For each photo, best first, the better photo that it duplicates, if any; `None` if `cancel` was raised. Photos that
/// are left out of a group are compared again in the next round.
///
/// This ends. Let N be the best new photo of a round. Groups of keepers better than N lose no copies, so N is never
/// replaced by a better new photo. N either gets its final place, or is left out because such a group has just gained a
/// date, a fraction of a second or a camera, and a group can gain each of these only once. Two or three rounds are
/// usual.
fn copies(
    photos: &[near::ComparedPhoto<'_>],
    rule: &DuplicateRule,
    cancel: &Cancel,
    watch: impl Fn(usize, usize) + Sync,
) -> Option<Vec<Option<near::CopyOf>>> {
    let embeddings: Vec<&[f16]> = photos.iter().map(|photo| photo.vector).collect();
    let bounds = bounds::CosineBounds::new(&embeddings, rule.min_cosine, cancel);
    // Without photos, no comparison would notice it.
    if cancel.is_cancelled() {
        return None;
    }
    let mut copy_of: Vec<Option<near::CopyOf>> = vec![None; photos.len()];
    let mut is_new = vec![true; photos.len()];
    let mut is_first = true;
    while is_new.contains(&true) {
        let before = copy_of.clone();
        let shots = near::group_shots(photos, &before);
        let round = near::Round {
            photos,
            bounds: &bounds,
            shots: &shots,
            is_new: &is_new,
            rule,
            cancel,
        };
        near::add_copies(&round, &mut copy_of, |done, of| {
            // Later rounds usually compare few photos, and would make the progress start again.
            if is_first {
                watch(done, of);
            }
        })?;
        if rule.turned {
            turned::add_copies(&round, &mut copy_of)?;
        }
        is_new = near::separate_shots(photos, &before, shots, &mut copy_of);
        is_first = false;
    }
    Some(copy_of)
}

/// Groups photos with identical bytes. Returns the best photo of each content, best first, and the copies of each by its
/// index.
fn grouped_by_content(
    entries: &[DuplicateInput<'_>],
) -> (Vec<usize>, HashMap<usize, Vec<DuplicateCopy>>) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&entries[*a].traits, &entries[*b].traits);
        a.compare(b)
    });
    let mut of_content: HashMap<&ContentId, usize> = HashMap::new();
    let mut groups: HashMap<usize, Vec<DuplicateCopy>> = HashMap::new();
    let mut leaders = Vec::new();
    for at in order {
        match of_content.get(&entries[at].content) {
            Some(leader) => groups.entry(*leader).or_default().push(DuplicateCopy {
                at,
                likeness: Likeness::Exact,
                cosine: 1.0,
                correlation: 1.0,
            }),
            None => {
                of_content.insert(&entries[at].content, at);
                leaders.push(at);
            }
        }
    }
    (leaders, groups)
}

/// Sorts the groups by keeper, and the copies in each from best to worst.
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
