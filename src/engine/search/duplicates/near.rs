//! Finds photos that show the same picture: all pairs by bounds of their cosines and by their hashes, block by block.
//!
//! The kernels return only pairs that may be duplicates, so memory does not grow with the number of pairs. Exact
//! cosines and greyscale grids decide about them.

use std::ops::Range;
use std::sync::OnceLock;

use half::f16;
use rayon::prelude::*;

use super::bounds::CosineBounds;
use super::{DuplicateRule, Likeness};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Int8Rows, PackedI8, ProductAbove, codes_within, widen};
use crate::engine::media::appearance::{ComparedGrid, GreyGrid, PerceptualHash};
use crate::engine::search::math::cosine;

/// Photos per block; their vectors fit into a core's cache.
const BLOCK: usize = 2048;
/// Photos per parallel task, which compares them with a block.
const TASK: usize = 128;
/// Maximum error of a bound caused by 8-bit quantisation.
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
    /// The shot, according to its metadata.
    pub shot: Shot<'a>,
}

/// What the metadata of a photo, or of all photos of a group, says about the shot.
#[derive(Clone, Copy, Debug)]
pub struct Shot<'a> {
    /// The capture time.
    pub taken: Option<&'a str>,
    /// Digits of its fraction of a second.
    pub sub_seconds: Option<&'a str>,
    /// The camera model.
    pub camera: Option<&'a str>,
}

impl Shot<'_> {
    /// Whether two shots are certainly different: taken at another time, or with another camera.
    pub fn differs(&self, other: &Self) -> bool {
        let differ =
            |a: Option<&str>, b: Option<&str>| matches!((a, b), (Some(a), Some(b)) if a != b);
        let is_same_second = self.taken.is_some() && self.taken == other.taken;
        differ(self.taken, other.taken)
            || (is_same_second && differ(self.sub_seconds, other.sub_seconds))
            || differ(self.camera, other.camera)
    }

    /// Adds the metadata of another photo of the same shot.
    fn merge(&mut self, other: &Self) {
        // A fraction of a second means nothing without the second.
        if self.taken.is_none() {
            (self.taken, self.sub_seconds) = (other.taken, other.sub_seconds);
        } else if other.taken.is_some() {
            self.sub_seconds = self.sub_seconds.or(other.sub_seconds);
        }
        self.camera = self.camera.or(other.camera);
    }
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

/// Duplicates by their index, each with its better photo.
type FoundCopies = Vec<(usize, CopyOf)>;

/// One round of comparisons: the new photos with all leaders and with each other.
#[derive(Clone, Copy)]
pub struct Round<'a> {
    /// The photos, best first.
    pub photos: &'a [ComparedPhoto<'a>],
    /// Bounds of their cosines.
    pub bounds: &'a CosineBounds,
    /// For each leader, the shot according to it and its copies of earlier rounds.
    pub shots: &'a [Shot<'a>],
    /// Whether each photo is new. Pairs of keepers that are not new have been compared before.
    pub is_new: &'a [bool],
    /// The thresholds.
    pub rule: &'a DuplicateRule,
    /// Raised to end the round.
    pub cancel: &'a Cancel,
}

impl Round<'_> {
    /// Separates the new photos from the others.
    fn split(&self, which: &[usize]) -> (Vec<usize>, Vec<usize>) {
        which.iter().copied().partition(|at| self.is_new[*at])
    }
}

/// Finds, for each photo that duplicates no other yet, the best photo that it duplicates; returns `None` if the round
/// was cancelled.
pub fn add_copies(
    round: &Round<'_>,
    copy_of: &mut [Option<CopyOf>],
    watch: impl Fn(usize, usize) + Sync,
) -> Option<()> {
    let count = copy_of.len();
    for first in (0..count).step_by(BLOCK) {
        let end = (first + BLOCK).min(count);
        let members = leaders(copy_of, first..end);
        if members.is_empty() {
            continue;
        }
        resolve(round, &members, copy_of);
        // Only leaders remain: a photo must match the keeper itself, not one of its copies.
        let (new, known) = round.split(&leaders(copy_of, first..end));
        let later = leaders(copy_of, end..count);
        let (later_new, _) = round.split(&later);
        let mut found = compare(round, new, &later, PhotoBlock::first_of);
        found.extend(compare(round, known, &later_new, PhotoBlock::first_of));
        for (at, of) in found {
            if copy_of[at].is_none_or(|other| of.leader < other.leader) {
                copy_of[at] = Some(of);
            }
        }
        if round.cancel.is_cancelled() {
            return None;
        }
        watch(end, count);
    }
    Some(())
}

/// The photos of a range that duplicate no better one.
fn leaders(copy_of: &[Option<CopyOf>], range: Range<usize>) -> Vec<usize> {
    range.filter(|at| copy_of[*at].is_none()).collect()
}

/// Finds duplicates among the members of a block.
fn resolve(round: &Round<'_>, members: &[usize], copy_of: &mut [Option<CopyOf>]) {
    let (new, known) = round.split(members);
    let mut pairs = compare(round, known, &new, PhotoBlock::all_of);
    pairs.extend(compare(round, new, members, PhotoBlock::all_of));
    pairs.sort_unstable_by_key(|(at, of)| (*at, of.leader));
    // In order of photos, so that each is decided before those that it could lead.
    for (at, of) in pairs {
        if copy_of[at].is_none() && copy_of[of.leader].is_none() {
            copy_of[at] = Some(of);
        }
    }
}

/// Packs photos and compares others with them, in parallel.
fn compare<'a>(
    round: &Round<'a>,
    members: Vec<usize>,
    others: &[usize],
    copies: fn(&PhotoBlock<'a>, &Round<'_>, &[usize], &mut NearScratch) -> FoundCopies,
) -> FoundCopies {
    if members.is_empty() || others.is_empty() {
        return Vec::new();
    }
    let block = PhotoBlock::new(round, members);
    others
        .par_chunks(TASK)
        .map_init(NearScratch::default, |scratch, task| {
            match round.cancel.is_cancelled() {
                true => Vec::new(),
                false => copies(&block, round, task, scratch),
            }
        })
        .flatten()
        .collect()
}

/// Scratch buffers of a task.
#[derive(Default)]
struct NearScratch {
    wide: Vec<f32>,
    rows: Int8Rows,
    products: Vec<ProductAbove>,
    near: Vec<usize>,
    /// Pairs that may be duplicates: the task's photo, and the member.
    pairs: Vec<(usize, usize)>,
}

/// A photo's grid, prepared for comparison when first needed.
pub struct LazyGrid<'a> {
    grid: &'a GreyGrid,
    prepared: OnceLock<ComparedGrid>,
}

impl<'a> LazyGrid<'a> {
    /// Takes the grid of a photo.
    pub fn new(grid: &'a GreyGrid) -> Self {
        Self {
            grid,
            prepared: OnceLock::new(),
        }
    }

    fn get(&self) -> &ComparedGrid {
        self.prepared.get_or_init(|| ComparedGrid::new(self.grid))
    }
}

/// Photos packed for comparison with many others.
struct PhotoBlock<'a> {
    members: Vec<usize>,
    bounds: PackedI8,
    hashes: Vec<u64>,
    grids: Vec<LazyGrid<'a>>,
}

impl<'a> PhotoBlock<'a> {
    fn new(round: &Round<'a>, members: Vec<usize>) -> Self {
        let mut wide = Vec::new();
        widen_all(round.bounds, &members, &mut wide);
        let photos = members.iter().map(|at| &round.photos[*at]);
        Self {
            bounds: PackedI8::new(&wide, &vec![0.0; members.len()]),
            hashes: photos.clone().map(|photo| photo.hash.0).collect(),
            grids: photos.map(|photo| LazyGrid::new(photo.grid)).collect(),
            members,
        }
    }

    /// Compares a photo with a member, given by its number.
    fn copy(
        &self,
        round: &Round<'_>,
        member: usize,
        photo: (usize, &LazyGrid<'_>),
    ) -> Option<CopyOf> {
        copy(round, (self.members[member], &self.grids[member]), photo)
    }

    /// For each photo of a task, the first better member that it duplicates.
    fn first_of(
        &self,
        round: &Round<'_>,
        task: &[usize],
        scratch: &mut NearScratch,
    ) -> FoundCopies {
        self.candidates(round, task, scratch);
        let photos = scratch.pairs.chunk_by(|a, b| a.0 == b.0);
        let first = photos.filter_map(|pairs| {
            let at = task[pairs[0].0];
            let grid = LazyGrid::new(round.photos[at].grid);
            let mut members = pairs.iter().map(|(_, member)| *member);
            let first = members.find_map(|member| self.copy(round, member, (at, &grid)));
            Some((at, first?))
        });
        first.collect()
    }

    /// For each photo of a task, all better members that it duplicates.
    fn all_of(&self, round: &Round<'_>, task: &[usize], scratch: &mut NearScratch) -> FoundCopies {
        self.candidates(round, task, scratch);
        let mut copies = FoundCopies::new();
        for pairs in scratch.pairs.chunk_by(|a, b| a.0 == b.0) {
            let at = task[pairs[0].0];
            let grid = LazyGrid::new(round.photos[at].grid);
            let members = pairs.iter().map(|(_, member)| *member);
            let better = members.filter(|member| self.members[*member] < at);
            let found = better.filter_map(|member| self.copy(round, member, (at, &grid)));
            copies.extend(found.map(|copy| (at, copy)));
        }
        copies
    }

    /// Pairs with a bound above the threshold or with similar hashes, by the task's photo, then by member.
    fn candidates(&self, round: &Round<'_>, task: &[usize], scratch: &mut NearScratch) {
        let rule = round.rule;
        widen_all(round.bounds, task, &mut scratch.wide);
        scratch.products.clear();
        self.bounds.products_above(
            &scratch.wide,
            rule.min_cosine - MARGIN,
            &mut scratch.rows,
            &mut scratch.products,
        );
        scratch.pairs.clear();
        let above = scratch
            .products
            .iter()
            .map(|above| (above.row, above.output));
        scratch.pairs.extend(above);
        for (row, at) in task.iter().enumerate() {
            scratch.near.clear();
            let hash = round.photos[*at].hash.0;
            codes_within(&self.hashes, hash, rule.max_distance, &mut scratch.near);
            scratch
                .pairs
                .extend(scratch.near.iter().map(|member| (row, *member)));
        }
        scratch.pairs.sort_unstable();
        scratch.pairs.dedup();
    }
}

/// Whether a photo duplicates a better one, and does not contradict its earlier copies.
pub fn copy(
    round: &Round<'_>,
    (leader, leader_grid): (usize, &LazyGrid<'_>),
    (at, grid): (usize, &LazyGrid<'_>),
) -> Option<CopyOf> {
    let (better, other, rule) = (&round.photos[leader], &round.photos[at], round.rule);
    // A task can have hundreds of thousands of pairs to compare, if all its photos are alike.
    if round.cancel.is_cancelled() || round.shots[leader].differs(&other.shot) {
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
        correlation: grid_correlation(leader_grid.get(), grid.get(), cosine, rule)?,
    })
}

/// For each photo, the shot according to it and its copies.
pub fn group_shots<'a>(photos: &[ComparedPhoto<'a>], copy_of: &[Option<CopyOf>]) -> Vec<Shot<'a>> {
    let mut shots: Vec<Shot<'a>> = photos.iter().map(|photo| photo.shot).collect();
    for (photo, of) in photos.iter().zip(copy_of) {
        if let Some(of) = of {
            shots[of.leader].merge(&photo.shot);
        }
    }
    shots
}

/// Leaves only copies that can all be of one shot in each group, and returns which photos were left out and must be
/// compared again. A keeper without a date may match photos of several shots: the copies of `before`, then the closest
/// ones, decide which of them stay. `shots` are those of `before`.
pub fn separate_shots<'a>(
    photos: &[ComparedPhoto<'a>],
    before: &[Option<CopyOf>],
    mut shots: Vec<Shot<'a>>,
    copy_of: &mut [Option<CopyOf>],
) -> Vec<bool> {
    let mut joined: Vec<(usize, CopyOf)> = Vec::new();
    for ((at, of), before) in copy_of.iter().enumerate().zip(before) {
        let Some(of) = of else { continue };
        if before.is_none_or(|before| before.leader != of.leader) {
            joined.push((at, *of));
        }
    }
    joined.sort_by(|(_, a), (_, b)| {
        let by_cosine = b.cosine.total_cmp(&a.cosine);
        b.correlation.total_cmp(&a.correlation).then(by_cosine)
    });
    let mut is_left_out = vec![false; photos.len()];
    for (at, of) in joined {
        let shot = &mut shots[of.leader];
        if shot.differs(&photos[at].shot) {
            copy_of[at] = None;
            is_left_out[at] = true;
        } else {
            shot.merge(&photos[at].shot);
        }
    }
    // A keeper that has joined a better photo leads no group. Its copies have not been compared with that photo.
    for at in 0..photos.len() {
        let Some(of) = copy_of[at] else { continue };
        if copy_of[of.leader].is_some() {
            copy_of[at] = None;
            is_left_out[at] = true;
        }
    }
    is_left_out
}

/// The correlation of two grids that show the same picture, or one a crop of the other; `None` if they do not.
pub fn grid_correlation(
    own: &ComparedGrid,
    others: &ComparedGrid,
    cosine: f32,
    rule: &DuplicateRule,
) -> Option<f32> {
    let whole = own.whole_correlation(others);
    if whole >= rule.min_correlation {
        return Some(whole);
    }
    if cosine < rule.min_cosine {
        return None;
    }
    let crop = own.crop_match(others, rule.min_coarse_correlation)?;
    (crop.cut_off() >= rule.min_cut && crop.correlation >= rule.min_crop_correlation)
        .then_some(crop.correlation)
}

fn widen_all(bounds: &CosineBounds, which: &[usize], wide: &mut Vec<f32>) {
    let dim = which.first().map_or(0, |at| bounds.row(*at).len());
    wide.resize(which.len() * dim, 0.0);
    for (at, wide) in which.iter().zip(wide.chunks_exact_mut(dim.max(1))) {
        widen(bounds.row(*at), wide);
    }
}
