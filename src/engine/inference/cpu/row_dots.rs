//! Dot products of many rows with a few vectors; memory-bound, so each row is read from memory once.

use super::{madd, multi_target};

/// Independent accumulators of a row.
const LANES: usize = 16;
/// Rows that are multiplied together, so that additions do not wait for each other.
const ROWS: usize = 4;

/// The dot products of some rows with a vector each, all of the same length.
#[inline(always)]
fn products<const FMA: bool, const R: usize>(rows: [&[f32]; R], vectors: [&[f32]; R]) -> [f32; R] {
    let a = rows.map(|row| row.as_chunks::<LANES>());
    let b = vectors.map(|vector| vector.as_chunks::<LANES>());
    let count = a.iter().chain(&b).map(|(blocks, _)| blocks.len()).min();
    let count = count.unwrap_or_default();
    let (a_blocks, b_blocks) = (a.map(|(x, _)| &x[..count]), b.map(|(x, _)| &x[..count]));
    let mut sums = [[0f32; LANES]; R];
    for k in 0..count {
        for r in 0..R {
            let (a, b) = (&a_blocks[r][k], &b_blocks[r][k]);
            for i in 0..LANES {
                sums[r][i] = madd::<FMA>(a[i], b[i], sums[r][i]);
            }
        }
    }
    let mut all = [0f32; R];
    for r in 0..R {
        let tail: f32 = a[r].1.iter().zip(b[r].1).map(|(a, b)| a * b).sum();
        all[r] = total(sums[r]) + tail;
    }
    all
}

/// Adds neighbours, their sums, and so on: additions in sequence would take longer than the products.
#[inline(always)]
fn total(mut sums: [f32; LANES]) -> f32 {
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            sums[i] += sums[i + width];
        }
    }
    sums[0]
}

/// The dot products of some rows with themselves and all vectors.
#[inline(always)]
fn group<const FMA: bool, const R: usize>(
    rows: [&[f32]; R],
    vectors: &[f32],
    out: &mut [f32],
    squares: &mut [f32],
) {
    let dim = rows.first().map_or(1, |row| row.len());
    let width = vectors.len() / dim;
    squares[..R].copy_from_slice(&products::<FMA, R>(rows, rows));
    for (at, vector) in vectors.chunks_exact(dim).enumerate() {
        let products = products::<FMA, R>(rows, [vector; R]);
        for (r, product) in products.into_iter().enumerate() {
            out[r * width + at] = product;
        }
    }
}

#[inline(always)]
fn row_dots_body<const FMA: bool>(
    rows: &[f32],
    vectors: &[f32],
    dim: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    let width = vectors.len() / dim;
    let groups = rows.chunks_exact(ROWS * dim);
    let (rest, mut row) = (groups.remainder(), 0);
    for rows in groups {
        let mut lines = [rows; ROWS];
        for (line, row) in lines.iter_mut().zip(rows.chunks_exact(dim)) {
            *line = row;
        }
        group::<FMA, ROWS>(lines, vectors, &mut out[row * width..], &mut squares[row..]);
        row += ROWS;
    }
    for line in rest.chunks_exact(dim) {
        group::<FMA, 1>(
            [line],
            vectors,
            &mut out[row * width..],
            &mut squares[row..],
        );
        row += 1;
    }
}

multi_target! {
    /// For each of `rows`, of length `dim`, writes its dot products with all `vectors` into `out`, rows x vectors, and
    /// that with itself into `squares`.
    pub fn row_dots(
        rows: &[f32],
        vectors: &[f32],
        dim: usize,
        out: &mut [f32],
        squares: &mut [f32],
    ) => row_dots_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_meets_itself_and_all_vectors() {
        for (dim, count) in [(1, 5), (16, 4), (32, 9), (70, 5), (70, 0)] {
            let test_values = |n: usize, step: usize| -> Vec<f32> {
                let values = (0..n * dim).map(|i| ((i * step) % 103) as f32 / 51.0 - 1.0);
                values.collect()
            };
            let dot = |a: &[f32], b: &[f32]| -> f64 {
                a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
            };
            let (rows, vectors) = (test_values(count, 37), test_values(2, 11));
            let (mut out, mut squares) = (vec![0f32; count * 2], vec![0f32; count]);
            row_dots(&rows, &vectors, dim, &mut out, &mut squares);
            for ((row, got), square) in rows.chunks(dim).zip(out.chunks(2)).zip(squares) {
                for (vector, got) in vectors.chunks(dim).zip(got) {
                    assert!(
                        (f64::from(*got) - dot(row, vector)).abs() < 1e-4,
                        "{dim} wide"
                    );
                }
                assert!(
                    (f64::from(square) - dot(row, row)).abs() < 1e-4,
                    "{dim} wide"
                );
            }
        }
    }
}
