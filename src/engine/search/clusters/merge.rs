//! Agglomerative merging of clusters with average linkage: the mean cosine between their centroids.

use super::kmeans::Clusters;
use crate::engine::search::query::normalise;

/// Merges the two most similar groups until their similarity is below `same`. Returns the cluster indices of each
/// group. The similarity of two groups is the mean cosine between their clusters' centroids, weighted by numbers of
/// photos.
pub fn join(fine: &Clusters, dim: usize, same: f32) -> Vec<Vec<usize>> {
    let clusters = fine.centres.len() / dim;
    let mut counts = vec![0f64; clusters];
    fine.of.iter().for_each(|cluster| counts[*cluster] += 1.0);
    let centre = |n: usize| &fine.centres[n * dim..][..dim];
    let mut groups: Vec<Vec<usize>> = (0..clusters)
        .filter(|n| counts[*n] > 0.0)
        .map(|n| vec![n])
        .collect();
    let mut weights: Vec<f64> = groups.iter().map(|group| counts[group[0]]).collect();
    let mut near: Vec<Vec<f64>> = groups
        .iter()
        .map(|a| {
            let cosine = |b: &Vec<usize>| -> f64 {
                let pairs = centre(a[0]).iter().zip(centre(b[0]));
                pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
            };
            groups.iter().map(cosine).collect()
        })
        .collect();
    loop {
        let mut best = (f64::from(same), 0, 0);
        for (a, row) in near.iter().enumerate() {
            for (b, cosine) in row.iter().enumerate().take(a) {
                if *cosine > best.0 {
                    best = (*cosine, b, a);
                }
            }
        }
        let (_, to, from) = best;
        if to == from {
            return groups;
        }
        let share = weights[from] / (weights[to] + weights[from]);
        let rows = near[to].iter().zip(&near[from]);
        let joined: Vec<f64> = rows.map(|(a, b)| a * (1.0 - share) + b * share).collect();
        for (row, cosine) in near.iter_mut().zip(&joined) {
            row[to] = *cosine;
        }
        near[to] = joined;
        weights[to] += weights[from];
        let moved = groups.remove(from);
        groups[to].extend(moved);
        weights.remove(from);
        near.remove(from);
        near.iter_mut().for_each(|row| {
            row.remove(from);
        });
    }
}

/// The centroids of merged clusters.
pub fn centres(vectors: &[f32], dim: usize, of: &[usize], joined: &[Vec<usize>]) -> Vec<f32> {
    let most = joined.iter().flatten().max().map_or(0, |most| most + 1);
    let mut group_of = vec![usize::MAX; most];
    for (group, clusters) in joined.iter().enumerate() {
        clusters
            .iter()
            .for_each(|cluster| group_of[*cluster] = group);
    }
    let mut centres = vec![0f32; joined.len() * dim];
    for (vector, cluster) in vectors.chunks_exact(dim).zip(of) {
        let sum = &mut centres[group_of[*cluster] * dim..][..dim];
        sum.iter_mut().zip(vector).for_each(|(s, v)| *s += v);
    }
    centres.chunks_exact_mut(dim).for_each(normalise);
    centres
}
