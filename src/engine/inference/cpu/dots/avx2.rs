//! Dot products of f16 rows with AVX2 and F16C.

use std::arch::x86_64::{
    __m256, _MM_HINT_T0, _mm_add_ps, _mm_loadu_si128, _mm_prefetch, _mm_storeu_ps,
    _mm256_castps256_ps128, _mm256_cvtph_ps, _mm256_extractf128_ps, _mm256_fmadd_ps,
    _mm256_hadd_ps, _mm256_loadu_ps, _mm256_setzero_ps,
};

use half::f16;

use super::ColumnBlock;

/// f32 values per register.
pub const LANES: usize = 8;

/// Number of columns whose accumulators fit in registers together with a few rows.
pub const MAX_COLUMNS: usize = 4;

/// Dot products of all rows with a block, and with themselves unless `squares` is empty; consecutive rows of `out` are
/// `width` apart.
#[target_feature(enable = "avx2,fma,f16c")]
pub fn block(
    rows: &[&[f16]],
    block: &ColumnBlock,
    width: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    /// Rows per pass: enough sums to keep the multipliers busy, but no more than there are registers.
    macro_rules! all {
        ($squares:literal, $($columns:literal: $rows:literal),*) => {
            match block.columns {
                $($columns => {
                    each::<$rows, $columns, $squares>(rows, &block.values, width, out, squares);
                })*
                _ => {}
            }
        };
    }
    match squares.is_empty() {
        true => all!(false, 1: 8, 2: 4, 3: 4, 4: 2),
        false => all!(true, 1: 4, 2: 4, 3: 2, 4: 2),
    }
}

each_group_of_rows!("avx2,fma,f16c");

/// Multiplies some rows while prefetching the next ones, which are not expected to be in any cache. With `SQUARES`, rows
/// are consecutive in memory, as in files, and are prefetched one after the other: the processor's own prefetcher does
/// not follow several of them at a time, which takes half as long again.
#[target_feature(enable = "avx2,fma,f16c")]
fn dots<const R: usize, const C: usize, const SQUARES: bool>(
    rows: [&[f16]; R],
    next: [&[f16]; R],
    columns: &[f32],
    width: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    const { assert!(!SQUARES || R <= 4, "they are summed four at a time") };
    let parts = columns.as_chunks::<LANES>().0;
    let parts = parts.as_chunks::<C>().0;
    // A loop, because a closure would not be compiled with the target features.
    let mut lines: [&[[f16; LANES]]; R] = [&[]; R];
    for (line, row) in lines.iter_mut().zip(rows) {
        *line = &row.as_chunks::<LANES>().0[..parts.len()];
    }
    let mut sums = [[_mm256_setzero_ps(); MAX_COLUMNS]; R];
    let mut own = [_mm256_setzero_ps(); R];
    for (k, part) in parts.iter().enumerate() {
        // With 4 rows, a cache line in each step.
        if SQUARES && (k * LANES * R).is_multiple_of(PREFETCHED) {
            let line = next[0].as_ptr().wrapping_add(k * LANES * R);
            _mm_prefetch::<_MM_HINT_T0>(line.cast());
        }
        if !SQUARES && (k * LANES).is_multiple_of(PREFETCHED) {
            for row in next {
                _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().wrapping_add(k * LANES).cast());
            }
        }
        let mut w = [_mm256_setzero_ps(); C];
        for (w, column) in w.iter_mut().zip(part) {
            // SAFETY: each part has exactly one register's worth of values.
            *w = unsafe { _mm256_loadu_ps(column.as_ptr()) };
        }
        for ((sums, own), line) in sums.iter_mut().zip(&mut own).zip(lines) {
            // SAFETY: 8 f16 values are the 16 bytes that are read.
            let x = _mm256_cvtph_ps(unsafe { _mm_loadu_si128(line[k].as_ptr().cast()) });
            for (sum, w) in sums.iter_mut().zip(w) {
                *sum = _mm256_fmadd_ps(x, w, *sum);
            }
            if SQUARES {
                *own = _mm256_fmadd_ps(x, x, *own);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        if let Some(out) = out[r * width..].first_chunk_mut::<4>() {
            add_lanes(sums, out);
        }
    }
    if SQUARES {
        let (mut four, mut added) = ([_mm256_setzero_ps(); 4], [0f32; 4]);
        for (four, own) in four.iter_mut().zip(own) {
            *four = own;
        }
        add_lanes(four, &mut added);
        squares[..R].copy_from_slice(&added[..R]);
    }
}

/// f16 values in a cache line.
const PREFETCHED: usize = 32;

/// Horizontal sums of four registers.
#[target_feature(enable = "avx2")]
fn add_lanes([a, b, c, d]: [__m256; 4], out: &mut [f32; 4]) {
    let all = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    // Each 128-bit half now holds partial results of all four sums.
    let sum = _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps::<1>(all));
    // SAFETY: four f32 values are the 16 bytes that are written.
    unsafe { _mm_storeu_ps(out.as_mut_ptr(), sum) };
}
