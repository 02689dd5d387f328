//! Finds photos that show the same picture: all pairs in 8-bit precision, block by block, candidates in full precision.
//!
//! The kernel returns only products above a threshold, so memory does not grow with the number of pairs. Exact cosine
//! and greyscale grids decide about candidates.

use std::collections::BTreeMap;

use half::f16;
use rayon::prelude::*;

use super::{DuplicateRule, Likeness};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Int8Rows, PackedI8, ProductAbove, widen};
use crate::engine::media::appearance::{GreyGrid, PerceptualHash};
use crate::engine::search::math::cosine;

/// Photos per block; their embeddings fit into a core's cache.
const BLOCK: usize = 2048;
/// Photos per parallel task, which compares them with a block.
const TASK: usize = 128;
/// Maximum error of a cosine caused by 8-bit quantisation.
const MARGIN: f32 = 0.02;

/// A photo to compare with others.
#[derive(Clone, Copy)]
pub struct ComparedPhoto<'a> {
    /// The embedding, of unit length.
    pub vector: &'a [f16],
    /// The greyscale grid.
    pub grid: &'a GreyGrid,
    /// The perceptual hash of the grid.
    pub hash: PerceptualHash,
    /// The capture time.
    pub taken: Option<&'a str>,
    /// Digits of its fraction of a second.
    pub sub_seconds: Option<&'a str>,
    /// The camera model.
    pub camera: Option<&'a str>,
}

/// A photo's relation to the better photo that it duplicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyOf {
    /// The index of the better photo.
    pub leader: usize,
    /// The kind of duplicate.
    pub likeness: Likeness,
    /// The cosine of the embeddings.
    pub cosine: f32,
    /// The correlation of the grids.
    pub correlation: f32,
}

/// For each photo, best first, the better photo that it duplicates, if any; `None` if `cancel` was raised.
pub fn copies(
    photos: &[ComparedPhoto<'_>],
    rule: &DuplicateRule,
    cancel: &Cancel,
    watch: impl Fn(usize, usize) + Sync,
) -> Option<Vec<Option<CopyOf>>> {
    let mut copy_of: Vec<Option<CopyOf>> = vec![None; photos.len()];
    for first in (0..photos.len()).step_by(BLOCK) {
        let end = (first + BLOCK).min(photos.len());
        let open = |copy_of: &[Option<CopyOf>], at: &usize| copy_of[*at].is_none();
        let members: Vec<usize> = (first..end).filter(|at| open(&copy_of, at)).collect();
        if members.is_empty() {
            continue;
        }
        resolve(photos, &members, rule, cancel, &mut copy_of);
        // Only leaders remain: a photo must match the keeper itself, not one of its copies.
        let leaders: Vec<usize> = members
            .into_iter()
            .filter(|at| open(&copy_of, at))
            .collect();
        let block = PhotoBlock::new(photos, leaders);
        let later: Vec<usize> = (end..photos.len())
            .filter(|at| open(&copy_of, at))
            .collect();
        let found: Vec<(usize, CopyOf)> = later
            .par_chunks(TASK)
            .map_init(NearScratch::default, |scratch, task| {
                match cancel.is_cancelled() {
                    true => Vec::new(),
                    false => block.first_of(photos, task, rule, scratch),
                }
            })
            .flatten()
            .collect();
        for (at, of) in found {
            copy_of[at] = Some(of);
        }
        if cancel.is_cancelled() {
            return None;
        }
        watch(end, photos.len());
    }
    Some(copy_of)
}

/// Finds duplicates among the members of a block.
fn resolve(
    photos: &[ComparedPhoto<'_>],
    members: &[usize],
    rule: &DuplicateRule,
    cancel: &Cancel,
    copy_of: &mut [Option<CopyOf>],
) {
    let block = PhotoBlock::new(photos, members.to_vec());
    let pairs: Vec<(usize, CopyOf)> = members
        .par_chunks(TASK)
        .map_init(NearScratch::default, |scratch, task| {
            match cancel.is_cancelled() {
                true => Vec::new(),
                false => block.all_of(photos, task, rule, scratch),
            }
        })
        .flatten()
        .collect();
    // In order of photos, so that each is decided before those that it could lead.
    for (at, of) in pairs {
        if copy_of[at].is_none() && copy_of[of.leader].is_none() {
            copy_of[at] = Some(of);
        }
    }
}

/// Scratch buffers of a task.
#[derive(Default)]
struct NearScratch {
    wide: Vec<f32>,
    rows: Int8Rows,
    found: Vec<ProductAbove>,
}

/// Photos packed for comparison with many others.
struct PhotoBlock {
    members: Vec<usize>,
    vectors: PackedI8,
}

impl PhotoBlock {
    fn new(photos: &[ComparedPhoto<'_>], members: Vec<usize>) -> Self {
        let mut wide = Vec::new();
        widen_all(photos, &members, &mut wide);
        let vectors = PackedI8::new(&wide, &vec![0.0; members.len()]);
        Self { members, vectors }
    }

    /// For each photo of a task, the first better member that it duplicates.
    fn first_of(
        &self,
        photos: &[ComparedPhoto<'_>],
        task: &[usize],
        rule: &DuplicateRule,
        scratch: &mut NearScratch,
    ) -> Vec<(usize, CopyOf)> {
        self.near(photos, task, rule, scratch);
        let found = scratch.found.chunk_by(|a, b| a.row == b.row);
        let first = found.filter_map(|hits| {
            let at = task[hits[0].row];
            let near = hits
                .iter()
                .filter(|hit| may_be_copy(photos, self.members[hit.output], at, hit, rule));
            let mut copies =
                near.filter_map(|hit| copy(photos, self.members[hit.output], at, rule));
            Some((at, copies.next()?))
        });
        first.collect()
    }

    /// For each photo of a task, all better members that it duplicates.
    fn all_of(
        &self,
        photos: &[ComparedPhoto<'_>],
        task: &[usize],
        rule: &DuplicateRule,
        scratch: &mut NearScratch,
    ) -> Vec<(usize, CopyOf)> {
        self.near(photos, task, rule, scratch);
        let pairs = scratch.found.iter().map(|hit| {
            let (member, at) = (self.members[hit.output], task[hit.row]);
            let may_be = member < at && may_be_copy(photos, member, at, hit, rule);
            may_be.then(|| Some((at, copy(photos, member, at, rule)?)))?
        });
        pairs.flatten().collect()
    }

    /// Pairs that are similar in 8-bit precision, by the task's photo, then by member.
    fn near(
        &self,
        photos: &[ComparedPhoto<'_>],
        task: &[usize],
        rule: &DuplicateRule,
        scratch: &mut NearScratch,
    ) {
        widen_all(photos, task, &mut scratch.wide);
        scratch.found.clear();
        let threshold = rule.min_cosine.min(rule.min_framed_cosine) - MARGIN;
        self.vectors.products_above(
            &scratch.wide,
            threshold,
            &mut scratch.rows,
            &mut scratch.found,
        );
        scratch
            .found
            .sort_unstable_by_key(|hit| (hit.row, hit.output));
    }
}

/// Whether a pair deserves an exact comparison, judging by its 8-bit product or its hashes.
fn may_be_copy(
    photos: &[ComparedPhoto<'_>],
    leader: usize,
    at: usize,
    hit: &ProductAbove,
    rule: &DuplicateRule,
) -> bool {
    hit.product >= rule.min_cosine - MARGIN
        || photos[leader].hash.distance(photos[at].hash) <= rule.max_distance
}

/// Whether a photo duplicates a better one.
fn copy(
    photos: &[ComparedPhoto<'_>],
    leader: usize,
    at: usize,
    rule: &DuplicateRule,
) -> Option<CopyOf> {
    let (better, other) = (&photos[leader], &photos[at]);
    if is_other_shot(better, other) {
        return None;
    }
    let threshold = match better.hash.distance(other.hash) <= rule.max_distance {
        true => rule.min_framed_cosine,
        false => rule.min_cosine,
    };
    let cosine = cosine(better.vector, other.vector);
    if cosine < threshold {
        return None;
    }
    Some(CopyOf {
        leader,
        likeness: Likeness::Near,
        cosine,
        correlation: grid_correlation(better.grid, other.grid, cosine, rule)?,
    })
}

/// Whether the metadata of two photos shows that they are different shots: another time, or another camera.
pub fn is_other_shot(a: &ComparedPhoto<'_>, b: &ComparedPhoto<'_>) -> bool {
    let differ = |a: Option<&str>, b: Option<&str>| matches!((a, b), (Some(a), Some(b)) if a != b);
    differ(a.taken, b.taken)
        || (a.taken.is_some() && a.taken == b.taken && differ(a.sub_seconds, b.sub_seconds))
        || differ(a.camera, b.camera)
}

/// Leaves only copies that can all be of one shot in each group. A keeper without a date may match photos of several
/// shots: its closest copy decides which of them stay. The others are compared among themselves.
pub fn separate_shots(
    photos: &[ComparedPhoto<'_>],
    rule: &DuplicateRule,
    cancel: &Cancel,
    copy_of: &mut [Option<CopyOf>],
) -> Option<()> {
    let mut left_out = remove_other_shots(photos, copy_of);
    while !left_out.is_empty() {
        let others: Vec<ComparedPhoto<'_>> = left_out.iter().map(|at| photos[*at]).collect();
        let mut among_others = copies(&others, rule, cancel, |_, _| ())?;
        let next = remove_other_shots(&others, &mut among_others);
        for (at, of) in left_out.iter().zip(among_others) {
            copy_of[*at] = of.map(|of| CopyOf {
                leader: left_out[of.leader],
                ..of
            });
        }
        // The first of them is never left out again, so this ends.
        left_out = next.into_iter().map(|at| left_out[at]).collect();
    }
    Some(())
}

/// Removes copies that are other shots than a closer copy in their group, and returns them in order.
fn remove_other_shots(photos: &[ComparedPhoto<'_>], copy_of: &mut [Option<CopyOf>]) -> Vec<usize> {
    let mut groups: BTreeMap<usize, Vec<(usize, CopyOf)>> = BTreeMap::new();
    for (at, of) in copy_of.iter().enumerate() {
        if let Some(of) = of {
            groups.entry(of.leader).or_default().push((at, *of));
        }
    }
    let mut removed = Vec::new();
    for mut members in groups.into_values() {
        members.sort_by(|(_, a), (_, b)| {
            let by_cosine = b.cosine.total_cmp(&a.cosine);
            b.correlation.total_cmp(&a.correlation).then(by_cosine)
        });
        let mut kept: Vec<usize> = Vec::new();
        for (at, _) in members {
            let is_other = |other: &usize| is_other_shot(&photos[*other], &photos[at]);
            if kept.iter().any(is_other) {
                copy_of[at] = None;
                removed.push(at);
            } else {
                kept.push(at);
            }
        }
    }
    removed.sort_unstable();
    removed
}

/// The correlation of two grids that show the same picture, or one a crop of the other; `None` if they do not, or have
/// too little structure to compare.
pub fn grid_correlation(
    a: &GreyGrid,
    b: &GreyGrid,
    cosine: f32,
    rule: &DuplicateRule,
) -> Option<f32> {
    let (own, others) = (a.local_contrast(), b.local_contrast());
    if !own.has_structure() || !others.has_structure() {
        return None;
    }
    let whole = own.whole_correlation(&others);
    if whole >= rule.min_correlation {
        return Some(whole);
    }
    if cosine < rule.min_cosine {
        return None;
    }
    let crop = GreyGrid::crop_match((a, &own), (b, &others));
    (crop.cut_off() >= rule.min_cut && crop.correlation >= rule.min_crop_correlation)
        .then_some(crop.correlation)
}

fn widen_all(photos: &[ComparedPhoto<'_>], which: &[usize], wide: &mut Vec<f32>) {
    let dim = which.first().map_or(0, |at| photos[*at].vector.len());
    wide.resize(which.len() * dim, 0.0);
    for (at, wide) in which.iter().zip(wide.chunks_exact_mut(dim.max(1))) {
        widen(photos[*at].vector, wide);
    }
}
