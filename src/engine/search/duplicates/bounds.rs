//! Upper bounds of cosines that take a third of the arithmetic.
//!
//! Embeddings are projected onto the directions in which photos differ most, and the length of the remainder becomes
//! one more coordinate. For an orthonormal basis Q, p = Q v and r = v - Q^T p, the Cauchy-Schwarz inequality gives
//! a . b <= p_a . p_b + |r_a| |r_b|. The directions only decide how tight the bound is.

use half::f16;
use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32, widen};
use crate::engine::search::math::dot;

/// Up to this number of photos, the cosines themselves are computed.
const MIN_PHOTOS: usize = 4096;
/// Photos from which the directions are computed.
const SAMPLE: usize = 1024;
/// Maximum length of the shorter vectors; there are fewer directions than photos in a sample.
const MAX_WIDTH: usize = 512;
/// Rounds of subspace iteration.
const ROUNDS: usize = 2;
/// Photos per parallel task.
const TASK: usize = 256;

/// Vectors whose dot products are upper bounds of the cosines between embeddings.
pub struct CosineBounds {
    width: usize,
    values: Vec<f16>,
}

impl CosineBounds {
    /// Takes embeddings of equal length. If `cancel` was raised, the result means nothing.
    pub fn new(embeddings: &[&[f16]], cancel: &Cancel) -> Self {
        let dim = embeddings.first().map_or(0, |embedding| embedding.len());
        let directions = (dim / 3).min(MAX_WIDTH).saturating_sub(1);
        match embeddings.len() > MIN_PHOTOS && directions > 0 {
            true => Self::projected(embeddings, directions, cancel),
            false => Self {
                width: dim,
                values: embeddings.concat(),
            },
        }
    }

    fn projected(embeddings: &[&[f16]], directions: usize, cancel: &Cancel) -> Self {
        let dim = embeddings[0].len();
        let basis = PackedF32::new(
            &principal_directions(embeddings, directions, cancel),
            &vec![0.0; directions],
        );
        let width = directions + 1;
        let mut values = vec![f16::ZERO; embeddings.len() * width];
        values
            .par_chunks_mut(TASK * width)
            .zip(embeddings.par_chunks(TASK))
            .for_each(|(values, embeddings)| {
                if cancel.is_cancelled() {
                    return;
                }
                let wide = widened(embeddings, dim);
                let mut projected = vec![0f32; embeddings.len() * directions];
                basis.multiply(
                    &wide,
                    GemmEpilogue::Activate(Activation::None),
                    &mut projected,
                );
                let rows = wide
                    .chunks_exact(dim)
                    .zip(projected.chunks_exact(directions));
                for ((own, projected), to) in rows.zip(values.chunks_exact_mut(width)) {
                    let rest = dot(own, own) - dot(projected, projected);
                    let coordinates = projected.iter().copied().chain([rest.max(0.0).sqrt()]);
                    to.iter_mut()
                        .zip(coordinates)
                        .for_each(|(to, v)| *to = f16::from_f32(v));
                }
            });
        Self { width, values }
    }

    /// The vector of an embedding.
    pub fn row(&self, at: usize) -> &[f16] {
        &self.values[at * self.width..][..self.width]
    }
}

/// The embeddings as one matrix of f32.
fn widened(embeddings: &[&[f16]], dim: usize) -> Vec<f32> {
    let mut wide = vec![0f32; embeddings.len() * dim];
    for (embedding, wide) in embeddings.iter().zip(wide.chunks_exact_mut(dim)) {
        widen(embedding, wide);
    }
    wide
}

/// An orthonormal basis of about the subspace in which a sample of the embeddings is longest, by subspace iteration.
fn principal_directions(embeddings: &[&[f16]], directions: usize, cancel: &Cancel) -> Vec<f32> {
    let dim = embeddings[0].len();
    let step = embeddings.len().div_ceil(SAMPLE);
    let sample: Vec<&[f16]> = embeddings.iter().copied().step_by(step).collect();
    let count = sample.len();
    let mut sample = widened(&sample, dim);
    // A single damaged embedding would make all directions NaN, and with them all bounds.
    for row in sample.chunks_exact_mut(dim) {
        if !dot(row, row).is_finite() {
            row.fill(0.0);
        }
    }
    let columns = PackedF32::new(&transposed(&sample, dim), &vec![0.0; dim]);
    let plain = GemmEpilogue::Activate(Activation::None);
    let mut basis = sample[..directions * dim].to_vec();
    orthonormalise(&mut basis, dim, cancel);
    for _ in 0..ROUNDS {
        let mut coordinates = vec![0f32; count * directions];
        PackedF32::new(&basis, &vec![0.0; directions]).multiply(&sample, plain, &mut coordinates);
        columns.multiply(&transposed(&coordinates, directions), plain, &mut basis);
        orthonormalise(&mut basis, dim, cancel);
    }
    basis
}

/// Rows become columns.
fn transposed(matrix: &[f32], width: usize) -> Vec<f32> {
    let columns = (0..width).flat_map(|column| matrix.iter().skip(column).step_by(width).copied());
    columns.collect()
}

/// Makes the rows orthonormal (Gram-Schmidt). A row that depends on earlier ones becomes zero.
fn orthonormalise(rows: &mut [f32], dim: usize, cancel: &Cancel) {
    for at in 0..rows.len() / dim {
        if cancel.is_cancelled() {
            return;
        }
        let (before, row) = rows.split_at_mut(at * dim);
        let row = &mut row[..dim];
        let length = dot(row, row).sqrt();
        // The second pass removes what the rounding of the first has left.
        for _ in 0..2 {
            for other in before.chunks_exact(dim) {
                let along = dot(other, row);
                row.iter_mut()
                    .zip(other)
                    .for_each(|(v, other)| *v -= along * other);
            }
        }
        let rest = dot(row, row).sqrt();
        let scale = match rest > 1e-4 * length {
            true => rest.recip(),
            false => 0.0,
        };
        row.iter_mut().for_each(|v| *v *= scale);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(values: &[f32]) -> Vec<f16> {
        let length = dot(values, values).sqrt().max(f32::MIN_POSITIVE);
        values.iter().map(|v| f16::from_f32(v / length)).collect()
    }

    proptest! {
        #[test]
        fn no_cosine_is_above_its_bound(
            values in prop::collection::vec(-1f32..1.0, 40 * 24),
            directions in 1usize..20,
        ) {
            let embeddings: Vec<Vec<f16>> = values.chunks_exact(24).map(unit).collect();
            let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
            let bounds = CosineBounds::projected(&embeddings, directions, &Cancel::default());
            let product = |a: &[f16], b: &[f16]| -> f32 {
                a.iter().zip(b).map(|(a, b)| a.to_f32() * b.to_f32()).sum()
            };
            for a in 0..embeddings.len() {
                for b in 0..a {
                    let bound = product(bounds.row(a), bounds.row(b));
                    prop_assert!(product(embeddings[a], embeddings[b]) <= bound + 2e-3);
                }
            }
        }
    }

    #[test]
    fn a_damaged_embedding_does_not_spoil_the_bounds_of_others() {
        let mut embeddings: Vec<Vec<f16>> = (0..20)
            .map(|n| unit(&[1.0, n as f32, 2.0, 0.5 * n as f32, 3.0, 1.0]))
            .collect();
        embeddings[4][2] = f16::NAN;
        let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
        let bounds = CosineBounds::projected(&embeddings, 3, &Cancel::default());
        for at in (0..embeddings.len()).filter(|at| *at != 4) {
            assert!(bounds.row(at).iter().all(|v| v.is_finite()), "{at}");
        }
    }

    #[test]
    fn the_bound_is_the_cosine_where_the_directions_say_everything() {
        // Embeddings in a plane: two directions are enough, and the others are zero.
        let embeddings: Vec<Vec<f16>> = (0..30)
            .map(|n| {
                let angle = n as f32 * 0.37;
                let mut values = [0f32; 12];
                (values[3], values[7]) = (angle.cos(), angle.sin());
                unit(&values)
            })
            .collect();
        let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
        let bounds = CosineBounds::projected(&embeddings, 5, &Cancel::default());
        for (at, embedding) in embeddings.iter().enumerate() {
            let [own, first] = [embedding, embeddings[0]].map(|e| widened(&[e], 12));
            let [bound_own, bound_first] = [at, 0].map(|at| widened(&[bounds.row(at)], 6));
            assert!((dot(&own, &first) - dot(&bound_own, &bound_first)).abs() < 0.05);
        }
    }
}
