//! Spherical k-means on unit vectors.

use rayon::prelude::*;

use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32};
use crate::engine::search::query::normalise;

/// Number of iterations.
const ROUNDS: usize = 8;
/// Rows per parallel task.
const TASK_ROWS: usize = 48;

/// Centroids, packed for matrix products.
pub struct Centroids {
    dim: usize,
    /// The centroids, concatenated.
    pub values: Vec<f32>,
    packed: PackedF32,
}

impl Centroids {
    fn new(dim: usize, values: Vec<f32>) -> Self {
        let bias = vec![0f32; values.len() / dim.max(1)];
        Self {
            dim,
            packed: PackedF32::new(&values, &bias),
            values,
        }
    }

    /// Computes `lists` centroids of these rows; deterministic.
    pub fn of(rows: &[f32], dim: usize, lists: usize) -> Self {
        let count = rows.len() / dim.max(1);
        let lists = lists.min(count);
        // Initial centroids are spaced apart in the sample, because neighbours in a file are often from the same event.
        let first = (0..lists).flat_map(|list| {
            let row = list * count / lists.max(1);
            rows[row * dim..][..dim].iter().copied()
        });
        let mut centroids = Self::new(dim, first.collect());
        for _ in 0..ROUNDS {
            let nearest = centroids.nearest(rows);
            let mut sums = vec![0f32; centroids.values.len()];
            for (row, list) in rows.chunks_exact(dim).zip(nearest) {
                let sum = &mut sums[list as usize * dim..][..dim];
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
            // An empty list keeps its centroid.
            let both = sums
                .chunks_exact_mut(dim)
                .zip(centroids.values.chunks_exact(dim));
            for (sum, before) in both {
                if sum.iter().all(|value| *value == 0.0) {
                    sum.copy_from_slice(before);
                }
                normalise(sum);
            }
            centroids = Self::new(dim, sums);
        }
        centroids
    }

    /// For each row the centroid with the largest product, computed in parallel; 0 if there are no centroids.
    pub fn nearest(&self, rows: &[f32]) -> Vec<u32> {
        let lists = self.values.len() / self.dim.max(1);
        let mut nearest = vec![0; rows.len() / self.dim.max(1)];
        if lists == 0 {
            return nearest;
        }
        (nearest.par_chunks_mut(TASK_ROWS))
            .zip(rows.par_chunks(TASK_ROWS * self.dim.max(1)))
            .for_each_init(Vec::new, |products: &mut Vec<f32>, (nearest, rows)| {
                products.resize(nearest.len() * lists, 0.0);
                let plain = GemmEpilogue::Activate(Activation::None);
                self.packed.multiply(rows, plain, products);
                for (nearest, products) in nearest.iter_mut().zip(products.chunks_exact(lists)) {
                    *nearest = largest(products);
                }
            });
        nearest
    }
}

/// The index of the largest number.
fn largest(products: &[f32]) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, product) in (0..).zip(products) {
        if *product > best.1 {
            best = (at, *product);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_with_those_that_they_resemble() {
        // Three directions, with a small component of others in each row.
        let dim = 8;
        let mut rows = Vec::new();
        for n in 0..60 {
            let mut row = vec![0f32; dim];
            row[n % 3] = 1.0;
            row[3 + n % 5] = 0.2;
            normalise(&mut row);
            rows.extend(row);
        }
        let centroids = Centroids::of(&rows, dim, 3);
        let nearest = centroids.nearest(&rows);
        let apart: std::collections::BTreeSet<u32> = nearest[..3].iter().copied().collect();
        assert_eq!(apart.len(), 3);
        assert!((0..60).all(|n| nearest[n] == nearest[n % 3]), "{nearest:?}");
        assert_eq!(Centroids::of(&rows, dim, 3).values, centroids.values);
    }

    #[test]
    fn there_are_no_more_lists_than_rows() {
        let centroids = Centroids::of(&[1.0, 0.0, 0.0, 1.0], 2, 9);
        assert_eq!(centroids.values.len(), 4);
        assert!(Centroids::of(&[], 2, 9).nearest(&[]).is_empty());
    }
}
