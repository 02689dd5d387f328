//! Dot products of f16 rows with AVX-512.

use std::arch::x86_64::{
    __m512, _MM_HINT_T0, _mm_add_ps, _mm_prefetch, _mm_storeu_ps, _mm256_add_ps,
    _mm256_castps256_ps128, _mm256_extractf128_ps, _mm256_loadu_si256, _mm512_add_ps,
    _mm512_castps512_ps256, _mm512_cvtph_ps, _mm512_extractf32x8_ps, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_setzero_ps, _mm512_shuffle_ps, _mm512_unpackhi_ps, _mm512_unpacklo_ps,
};

use half::f16;

use super::ColumnBlock;

/// f32 values per register.
pub const LANES: usize = 16;

/// Number of columns whose accumulators fit in registers together with two rows.
pub const MAX_COLUMNS: usize = 12;

/// Dot products of all rows with a block, and with themselves unless `squares` is empty; consecutive rows of `out` are
/// `width` apart.
#[target_feature(enable = "avx512f,avx512dq")]
pub fn block(
    rows: &[&[f16]],
    block: &ColumnBlock,
    width: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    /// Rows per pass: as many as the registers left by the columns can accumulate.
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
        true => {
            all!(false, 1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: 4, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2);
        }
        false => {
            all!(true, 1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: 2, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2);
        }
    }
}

each_group_of_rows!("avx512f,avx512dq");

/// Multiplies some rows while prefetching the next ones, which are not expected to be in any cache.
#[target_feature(enable = "avx512f,avx512dq")]
fn dots<const R: usize, const C: usize, const SQUARES: bool>(
    rows: [&[f16]; R],
    next: [&[f16]; R],
    columns: &[f32],
    width: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    const { assert!(R <= 4, "squares are summed four at a time") };
    let parts = columns.as_chunks::<LANES>().0;
    let parts = parts.as_chunks::<C>().0;
    // A loop, because a closure would not be compiled with the target features.
    let mut lines: [&[[f16; LANES]]; R] = [&[]; R];
    for (line, row) in lines.iter_mut().zip(rows) {
        *line = &row.as_chunks::<LANES>().0[..parts.len()];
    }
    let mut sums = [[_mm512_setzero_ps(); MAX_COLUMNS]; R];
    let mut own = [_mm512_setzero_ps(); R];
    for (k, part) in parts.iter().enumerate() {
        let mut x = [_mm512_setzero_ps(); R];
        for (x, line) in x.iter_mut().zip(lines) {
            // SAFETY: 16 f16 values are the 32 bytes that are read.
            *x = _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(line[k].as_ptr().cast()) });
        }
        if SQUARES {
            for (own, x) in own.iter_mut().zip(x) {
                *own = _mm512_fmadd_ps(x, x, *own);
            }
        }
        for row in next {
            // Every second prefetch hits the same cache line, which costs nothing.
            _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().wrapping_add(k * LANES).cast());
        }
        for (c, column) in part.iter().enumerate() {
            // SAFETY: each part has exactly one register's worth of values.
            let w = unsafe { _mm512_loadu_ps(column.as_ptr()) };
            for (sums, x) in sums.iter_mut().zip(x) {
                sums[c] = _mm512_fmadd_ps(x, w, sums[c]);
            }
        }
    }
    for (r, sums) in sums.into_iter().enumerate() {
        let out = &mut out[r * width..];
        let quads = out.as_chunks_mut::<4>().0.iter_mut().take(C.div_ceil(4));
        for (out, sums) in quads.zip(sums.as_chunks::<4>().0) {
            add_lanes(*sums, out);
        }
    }
    if SQUARES {
        let (mut four, mut added) = ([_mm512_setzero_ps(); 4], [0f32; 4]);
        for (four, own) in four.iter_mut().zip(own) {
            *four = own;
        }
        add_lanes(four, &mut added);
        squares[..R].copy_from_slice(&added[..R]);
    }
}

/// Horizontal sums of four registers.
#[target_feature(enable = "avx512f,avx512dq")]
fn add_lanes([a, b, c, d]: [__m512; 4], out: &mut [f32; 4]) {
    let ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    let cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    // Each 128-bit quarter now holds partial results of all four sums.
    let low = _mm512_shuffle_ps::<0b01_00_01_00>(ab, cd);
    let high = _mm512_shuffle_ps::<0b11_10_11_10>(ab, cd);
    let all = _mm512_add_ps(low, high);
    let half = _mm256_add_ps(
        _mm512_castps512_ps256(all),
        _mm512_extractf32x8_ps::<1>(all),
    );
    let sum = _mm_add_ps(
        _mm256_castps256_ps128(half),
        _mm256_extractf128_ps::<1>(half),
    );
    // SAFETY: four f32 values are the 16 bytes that are written.
    unsafe { _mm_storeu_ps(out.as_mut_ptr(), sum) };
}
