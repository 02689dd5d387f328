//! Upper bounds of cosines that take a third of the arithmetic or less.
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
/// Photos from which the directions are computed, and others by which their number is chosen.
const SAMPLE: usize = 1024;
/// Maximum length of the shorter vectors; there are fewer directions than photos in a sample.
const MAX_WIDTH: usize = 512;
/// Rounds of subspace iteration.
const ROUNDS: usize = 2;
/// For each photo of the sample, the number of others with which it is compared to choose the number of directions.
const COMPARED: usize = 8;
/// A pair that its bound does not rule out costs about as much time as this number of coordinates.
const EXACT_COST: f32 = 8000.0;
/// Photos per parallel task.
const TASK: usize = 256;
/// A matrix product and nothing else.
const PLAIN: GemmEpilogue = GemmEpilogue::Activate(Activation::None);

/// Vectors whose dot products are upper bounds of the cosines between embeddings.
pub struct CosineBounds {
    width: usize,
    values: Vec<f16>,
}

impl CosineBounds {
    /// Takes embeddings of equal length, and the cosine that bounds are compared with. If `cancel` was raised, the
    /// result means nothing.
    pub fn new(embeddings: &[&[f16]], threshold: f32, cancel: &Cancel) -> Self {
        let dim = embeddings.first().map_or(0, |embedding| embedding.len());
        let most = (dim / 3).min(MAX_WIDTH).saturating_sub(1);
        if embeddings.len() <= MIN_PHOTOS || most == 0 {
            return Self {
                width: dim,
                values: embeddings.concat(),
            };
        }
        let step = embeddings.len().div_ceil(SAMPLE);
        let basis = Sample::new(embeddings, 0, step).principal_directions(most, cancel);
        // Other photos: those from which the directions were computed have more than their share in them.
        let directions = Sample::new(embeddings, step / 2, step).cheapest(&basis, threshold);
        Self::projected(embeddings, &basis[..directions * dim], cancel)
    }

    /// Projects embeddings onto the rows of `basis`.
    fn projected(embeddings: &[&[f16]], basis: &[f32], cancel: &Cancel) -> Self {
        let dim = embeddings[0].len();
        let directions = basis.len() / dim;
        let basis = PackedF32::new(basis, &vec![0.0; directions]);
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
                basis.multiply(&wide, PLAIN, &mut projected);
                let rows = wide
                    .chunks_exact(dim)
                    .zip(projected.chunks_exact(directions));
                for ((own, projected), to) in rows.zip(values.chunks_exact_mut(width)) {
                    let coordinates = projected.iter().copied().chain([rest(own, projected)]);
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

/// The length of what a projection leaves of a vector.
fn rest(vector: &[f32], projected: &[f32]) -> f32 {
    let squared = dot(vector, vector) - dot(projected, projected);
    squared.max(0.0).sqrt()
}

/// Some of the embeddings, as a matrix.
struct Sample {
    dim: usize,
    rows: Vec<f32>,
}

impl Sample {
    /// Every `step`-th embedding, beginning with number `first`.
    fn new(embeddings: &[&[f16]], first: usize, step: usize) -> Self {
        let dim = embeddings[0].len();
        let sample: Vec<&[f16]> = { embeddings.iter().copied() }
            .skip(first)
            .step_by(step)
            .collect();
        let mut rows = widened(&sample, dim);
        // A single damaged embedding would make all directions NaN, and with them all bounds.
        for row in rows.chunks_exact_mut(dim) {
            if !dot(row, row).is_finite() {
                row.fill(0.0);
            }
        }
        Self { dim, rows }
    }

    fn count(&self) -> usize {
        self.rows.len() / self.dim
    }

    /// The coordinates of all embeddings in a basis: count x directions.
    fn coordinates(&self, basis: &[f32]) -> Vec<f32> {
        let directions = basis.len() / self.dim;
        let mut coordinates = vec![0f32; self.count() * directions];
        let packed = PackedF32::new(basis, &vec![0.0; directions]);
        packed.multiply(&self.rows, PLAIN, &mut coordinates);
        coordinates
    }

    /// An orthonormal basis of about the subspace in which the embeddings are longest, by subspace iteration. The
    /// directions in which they are longest come first.
    fn principal_directions(&self, directions: usize, cancel: &Cancel) -> Vec<f32> {
        let columns = PackedF32::new(&transposed(&self.rows, self.dim), &vec![0.0; self.dim]);
        let mut basis = self.rows[..directions * self.dim].to_vec();
        orthonormalise(&mut basis, self.dim, cancel);
        for _ in 0..ROUNDS {
            let coordinates = self.coordinates(&basis);
            columns.multiply(&transposed(&coordinates, directions), PLAIN, &mut basis);
            orthonormalise(&mut basis, self.dim, cancel);
        }
        basis
    }

    /// The number of directions with which the bounds, and the pairs that they do not rule out, cost least.
    fn cheapest(&self, basis: &[f32], threshold: f32) -> usize {
        let most = basis.len() / self.dim;
        let coordinates = self.coordinates(basis);
        let rows: Vec<(&[f32], &[f32])> = self
            .rows
            .chunks_exact(self.dim)
            .zip(coordinates.chunks_exact(most))
            .collect();
        let cost = |directions: &usize| {
            let rests: Vec<f32> = rows
                .iter()
                .map(|(own, projected)| rest(own, &projected[..*directions]))
                .collect();
            let passes = |a: usize, b: usize| {
                let [(_, of_a), (_, of_b)] = [rows[a], rows[b]];
                let product = dot(&of_a[..*directions], &of_b[..*directions]);
                product + rests[a] * rests[b] >= threshold
            };
            let count = rows.len();
            let pairs =
                (0..count).flat_map(|a| (1..=COMPARED).map(move |by| (a, (a + by) % count)));
            let passed = pairs.filter(|(a, b)| passes(*a, *b)).count();
            let share = passed as f32 / (count * COMPARED) as f32;
            *directions as f32 + EXACT_COST * share
        };
        let choices = [1, 2, 3, 4].map(|quarters| (quarters * most).div_ceil(4));
        let cheapest = choices.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        cheapest.copied().unwrap_or(most)
    }
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
    use crate::engine::inference::cpu::pseudorandom;

    fn unit(values: &[f32]) -> Vec<f16> {
        let length = dot(values, values).sqrt().max(f32::MIN_POSITIVE);
        values.iter().map(|v| f16::from_f32(v / length)).collect()
    }

    fn projected(embeddings: &[&[f16]], directions: usize) -> CosineBounds {
        let cancel = Cancel::default();
        let basis = Sample::new(embeddings, 0, 1).principal_directions(directions, &cancel);
        CosineBounds::projected(embeddings, &basis, &cancel)
    }

    proptest! {
        #[test]
        fn no_cosine_is_above_its_bound(
            values in prop::collection::vec(-1f32..1.0, 40 * 24),
            directions in 1usize..20,
        ) {
            let embeddings: Vec<Vec<f16>> = values.chunks_exact(24).map(unit).collect();
            let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
            let bounds = projected(&embeddings, directions);
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
        let bounds = projected(&embeddings, 3);
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
        let bounds = projected(&embeddings, 5);
        for (at, embedding) in embeddings.iter().enumerate() {
            let [own, first] = [embedding, embeddings[0]].map(|e| widened(&[e], 12));
            let [bound_own, bound_first] = [at, 0].map(|at| widened(&[bounds.row(at)], 6));
            assert!((dot(&own, &first) - dot(&bound_own, &bound_first)).abs() < 0.05);
        }
    }

    #[test]
    fn random_embeddings_need_all_directions() {
        let mut values = pseudorandom(1);
        let embeddings: Vec<Vec<f16>> = (0..MIN_PHOTOS + 1)
            .map(|_| unit(&values.by_ref().take(96).collect::<Vec<f32>>()))
            .collect();
        let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
        let bounds = CosineBounds::new(&embeddings, 0.83, &Cancel::default());
        assert_eq!(bounds.width, 96 / 3);
    }

    #[test]
    fn few_directions_are_used_where_they_rule_out_nearly_all_pairs() {
        // The first four coordinates tell most embeddings apart, and the other 28 hardly differ from zero.
        let embeddings = |noise: f32| -> Vec<Vec<f16>> {
            let vector = |n: usize| {
                let wave = |i: usize| (n as f32 * (1.3 + i as f32 * 0.7)).sin();
                let values: Vec<f32> = (0..32)
                    .map(|i| if i < 4 { wave(i) } else { noise * wave(i) })
                    .collect();
                unit(&values)
            };
            (0..400).map(vector).collect()
        };
        let directions = |noise: f32| {
            let embeddings = embeddings(noise);
            let embeddings: Vec<&[f16]> = embeddings.iter().map(Vec::as_slice).collect();
            let basis = Sample::new(&embeddings, 0, 2).principal_directions(20, &Cancel::default());
            Sample::new(&embeddings, 1, 2).cheapest(&basis, 0.83)
        };
        assert_eq!(directions(0.01), 5);
        assert!(directions(1.0) > 5);
    }
}
