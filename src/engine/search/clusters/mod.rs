//! Clusters of similar photos, named by the words that distinguish them from the rest. Pure.
//!
//! Embeddings are first centred, because those of all images lie in a narrow cone. Spherical k-means (Dhillon and
//! Modha, "Concept decompositions for large sparse text data using clustering", 2001) produces too many clusters, and
//! average linkage merges them up to a similarity threshold, so that their number follows from the photos. Order and
//! seed are fixed, so the result is reproducible.

mod kmeans;
mod merge;
mod naming;

use half::f16;
use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::inference::Embeddings;
use crate::engine::inference::cpu::widen;
use crate::engine::search::query::normalise;

/// Parameters of the clustering.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterRule {
    /// Cosine of centred embeddings from which two clusters are merged.
    pub same: f32,
    /// Minimum number of photos in a cluster.
    pub min_photos: usize,
    /// Minimum cosine of a photo with the centroid of its cluster.
    pub min_cosine: f32,
    /// Maximum number of words that name a cluster.
    pub words: usize,
}

impl Default for ClusterRule {
    fn default() -> Self {
        Self {
            same: 0.45,
            min_photos: 4,
            min_cosine: 0.2,
            words: 3,
        }
    }
}

/// Photos that are similar to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Indices of the photos, the most typical first.
    pub photos: Vec<usize>,
    /// Indices of words in the vocabulary, best first.
    pub words: Vec<usize>,
}

/// Words that can name clusters, with their embeddings.
pub struct Vocabulary<'a> {
    /// The words.
    pub words: &'a [&'a str],
    /// The embedding of each word.
    pub vectors: &'a Embeddings,
}

/// Finds clusters, largest first. `rows` are the photos' rows in `values`, a matrix with `dim` columns; photos whose
/// row does not exist are in no cluster. Returns `None` if `cancel` was raised.
#[must_use]
pub fn find(
    rows: &[u32],
    values: &[f16],
    dim: usize,
    vocabulary: &Vocabulary<'_>,
    rule: &ClusterRule,
    cancel: &Cancel,
) -> Option<Vec<Cluster>> {
    let row = |at: usize| {
        let row = rows[at] as usize;
        values.get(row.checked_mul(dim)?..row.checked_add(1)?.checked_mul(dim)?)
    };
    let there: Vec<usize> = (0..rows.len()).filter(|at| row(*at).is_some()).collect();
    if there.len() < rule.min_photos || dim == 0 {
        return Some(Vec::new());
    }
    let mut vectors = vec![0f32; there.len() * dim];
    for (at, to) in there.iter().zip(vectors.chunks_exact_mut(dim)) {
        widen(row(*at).unwrap_or_default(), to);
    }
    let middle = mean(&vectors, dim);
    let plain = naming::UncentredMean::of(&vectors, dim);
    vectors.par_chunks_exact_mut(dim).for_each(|vector| {
        vector.iter_mut().zip(&middle).for_each(|(v, m)| *v -= m);
        normalise(vector);
    });
    let fine = kmeans::cluster(&vectors, dim, cancel)?;
    let joined = merge::join(&fine, dim, rule.same);
    let count = joined.len();
    let centres = merge::centres(&vectors, dim, &fine.of, &joined);
    let of = kmeans::nearest(&vectors, dim, &centres, cancel)?;
    let mut groups: Vec<Vec<(f32, usize)>> = vec![Vec::new(); count];
    for (number, (cluster, cosine)) in of.into_iter().enumerate() {
        if cosine >= rule.min_cosine {
            groups[cluster].push((cosine, number));
        }
    }
    groups.retain(|group| group.len() >= rule.min_photos);
    for group in &mut groups {
        group.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    groups.sort_by_key(|group| (usize::MAX - group.len(), group[0].1));
    let members = |group: &Vec<(f32, usize)>| group.iter().map(|(_, number)| *number).collect();
    let members: Vec<Vec<usize>> = groups.iter().map(members).collect();
    let words = naming::name(&plain, &members, vocabulary, rule.words, |number| {
        row(there[number]).unwrap_or_default()
    });
    let clusters = members
        .into_iter()
        .zip(words)
        .map(|(members, words)| Cluster {
            photos: members.into_iter().map(|number| there[number]).collect(),
            words,
        });
    Some(clusters.collect())
}

fn mean(vectors: &[f32], dim: usize) -> Vec<f32> {
    let mut sum = vec![0f64; dim];
    for vector in vectors.chunks_exact(dim) {
        sum.iter_mut()
            .zip(vector)
            .for_each(|(s, v)| *s += f64::from(*v));
    }
    let count = (vectors.len() / dim).max(1) as f64;
    sum.into_iter().map(|s| (s / count) as f32).collect()
}

#[cfg(test)]
mod tests;
