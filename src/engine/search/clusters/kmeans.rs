//! Spherical k-means: each vector is assigned to the centroid with the largest cosine.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32};
use crate::engine::search::query::normalise;

/// Mean number of photos per cluster in small and in large libraries.
const SMALL_CLUSTER_SIZE: usize = 3;
const LARGE_CLUSTER_SIZE: usize = 12;
/// Number of clusters up to which a library counts as small, and limit of the number of clusters.
const SMALL_LIBRARY_CLUSTERS: usize = 24;
const MAX_CLUSTERS: usize = 256;
/// Maximum number of photos from which centroids are learned; the others are only assigned.
const SAMPLE: usize = 20_000;
/// Maximum number of iterations.
const ROUNDS: usize = 20;
/// Photos per parallel task.
const TASK: usize = 256;

/// Random numbers by Steele, Lea and Flood, *Fast splittable pseudorandom number generators* (2014). The seed is fixed.
struct SplitMix64(u64);

impl Default for SplitMix64 {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The result of a clustering.
pub struct Clusters {
    /// The centroids, `clusters × dim`, row by row, each of unit length.
    pub centres: Vec<f32>,
    /// The cluster of each vector.
    pub of: Vec<usize>,
}

/// Clusters vectors of unit length. Returns `None` if `cancel` was raised.
pub fn cluster(vectors: &[f32], dim: usize, cancel: &Cancel) -> Option<Clusters> {
    let count = vectors.len() / dim;
    let clusters = (count / SMALL_CLUSTER_SIZE)
        .min(SMALL_LIBRARY_CLUSTERS)
        .max(count / LARGE_CLUSTER_SIZE);
    let clusters = clusters.clamp(2, MAX_CLUSTERS).min(count);
    let sample = sample(vectors, dim);
    let mut centres = seeds(&sample, dim, clusters, cancel)?;
    let mut of = Vec::new();
    for _ in 0..ROUNDS {
        let now = nearest(&sample, dim, &centres, cancel)?;
        let now: Vec<usize> = now.into_iter().map(|(cluster, _)| cluster).collect();
        if now == of {
            break;
        }
        centres = means(&sample, dim, &now, &centres);
        of = now;
    }
    let of = nearest(vectors, dim, &centres, cancel)?;
    Some(Clusters {
        of: of.into_iter().map(|(cluster, _)| cluster).collect(),
        centres,
    })
}

/// At most [`SAMPLE`] vectors: a random one of each few neighbours. At regular distances, they could all be of the same
/// kind, such as one of two cameras whose photos alternate.
fn sample(vectors: &[f32], dim: usize) -> Cow<'_, [f32]> {
    let step = (vectors.len() / dim).div_ceil(SAMPLE);
    if step <= 1 {
        return vectors.into();
    }
    let mut random = SplitMix64::default();
    let chosen = vectors.chunks(step * dim).flat_map(|neighbours| {
        let at = random.next() % (neighbours.len() / dim) as u64;
        &neighbours[at as usize * dim..][..dim]
    });
    chosen.copied().collect()
}

/// For each vector, the index of the centroid with the largest cosine, and the cosine; ties go to the first. Returns
/// `None` if `cancel` was raised.
pub fn nearest(
    vectors: &[f32],
    dim: usize,
    centres: &[f32],
    cancel: &Cancel,
) -> Option<Vec<(usize, f32)>> {
    let clusters = centres.len() / dim;
    let panels = PackedF32::new(centres, &vec![0.0; clusters]);
    let task = |vectors: &[f32]| {
        if cancel.is_cancelled() {
            return Vec::new();
        }
        let mut cosines = vec![0f32; vectors.len() / dim * clusters];
        let plain = GemmEpilogue::Activate(Activation::None);
        panels.multiply(vectors, plain, &mut cosines);
        let best = |row: &[f32]| {
            let first = (0, f32::NEG_INFINITY);
            row.iter()
                .enumerate()
                .fold(first, |best, (at, cosine)| match *cosine > best.1 {
                    true => (at, *cosine),
                    false => best,
                })
        };
        cosines.chunks_exact(clusters).map(best).collect::<Vec<_>>()
    };
    let found = vectors.par_chunks(TASK * dim).flat_map_iter(task).collect();
    (!cancel.is_cancelled()).then_some(found)
}

/// Chooses initial centroids far from each other, each with probability proportional to its squared cosine distance
/// from the previous ones (k-means++; Arthur and Vassilvitskii, 2007). The random seed is fixed.
fn seeds(vectors: &[f32], dim: usize, clusters: usize, cancel: &Cancel) -> Option<Vec<f32>> {
    let count = vectors.len() / dim;
    let mut random = SplitMix64::default();
    let mut draw = || random.next() as f64 / u64::MAX as f64;
    let vector = |at: usize| &vectors[at * dim..][..dim];
    let mut centres = vector((draw() * (count - 1) as f64) as usize).to_vec();
    let mut far = vec![f32::MAX; count];
    while centres.len() < clusters * dim {
        if cancel.is_cancelled() {
            return None;
        }
        let last = centres[centres.len() - dim..].to_vec();
        far.par_iter_mut().enumerate().for_each(|(at, far)| {
            let cosine: f32 = vector(at).iter().zip(&last).map(|(a, b)| a * b).sum();
            *far = far.min((1.0 - cosine).max(0.0));
        });
        // Summed sequentially, so that the result does not depend on the number of cores.
        let total: f64 = far.iter().map(|f| f64::from(f * f)).sum();
        let mut left = draw() * total;
        let drawn = far.iter().position(|f| {
            left -= f64::from(f * f);
            left <= 0.0
        });
        centres.extend(vector(drawn.unwrap_or(count - 1)));
    }
    Some(centres)
}

/// The centroids of clusters; an empty cluster keeps its previous one.
fn means(vectors: &[f32], dim: usize, of: &[usize], before: &[f32]) -> Vec<f32> {
    let mut sums = vec![0f32; before.len()];
    let mut counts = vec![0usize; before.len() / dim];
    for (vector, cluster) in vectors.chunks_exact(dim).zip(of) {
        counts[*cluster] += 1;
        let sum = &mut sums[cluster * dim..][..dim];
        sum.iter_mut().zip(vector).for_each(|(s, v)| *s += v);
    }
    for ((sum, count), before) in
        (sums.chunks_exact_mut(dim).zip(counts)).zip(before.chunks_exact(dim))
    {
        match count {
            0 => sum.copy_from_slice(before),
            _ => normalise(sum),
        }
    }
    sums
}
