//! Dot products of many f16 rows with a few f32 vectors.

use half::f16;

use super::{Activation, GemmEpilogue, PackedF32, SimdLevel, widen};

/// f32 values per AVX-512 register.
const LANES: usize = 16;

/// Vectors packed for dot products with many f16 rows.
#[derive(Clone, Debug)]
pub struct HalfDots {
    dim: usize,
    width: usize,
    /// For AVX-512, if the dimension is a multiple of [`LANES`].
    #[cfg(target_arch = "x86_64")]
    blocks: Vec<x86::ColumnBlock>,
    /// For other processors, which widen the rows to f32 first; zero-padded to `width` columns.
    panels: PackedF32,
}

impl HalfDots {
    /// Takes a matrix, count x dim.
    #[must_use]
    pub fn new(vectors: &[f32], dim: usize) -> Self {
        let count = vectors.len().checked_div(dim).unwrap_or_default();
        let width = count.next_multiple_of(LANES);
        let mut padded = vectors.to_vec();
        padded.resize(width * dim, 0.0);
        Self {
            dim,
            width,
            #[cfg(target_arch = "x86_64")]
            blocks: x86::ColumnBlock::all(vectors, dim),
            panels: PackedF32::new(&padded, &vec![0.0; width]),
        }
    }

    /// Values per result row: the number of vectors, rounded up to a multiple of 16. Padding values are unspecified.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dot products of every row, which has `dim` values, with all vectors: rows x width. `wide` is scratch memory.
    pub fn run(&self, rows: &[&[f16]], wide: &mut Vec<f32>, out: &mut [f32]) {
        self.run_at(SimdLevel::detect(), rows, wide, out);
    }

    #[allow(unsafe_code)]
    fn run_at(&self, level: SimdLevel, rows: &[&[f16]], wide: &mut Vec<f32>, out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if level == SimdLevel::Avx512 && !self.blocks.is_empty() {
            for (at, block) in self.blocks.iter().enumerate() {
                let out = &mut out[at * x86::MAX_COLUMNS..];
                // SAFETY: the function requires only AVX-512, which `level` says the processor has.
                unsafe { x86::block(rows, block, self.width, out) };
            }
            return;
        }
        let _ = level;
        wide.resize(rows.len() * self.dim, 0.0);
        for (row, wide) in rows.iter().zip(wide.chunks_exact_mut(self.dim.max(1))) {
            widen(row, wide);
        }
        let plain = GemmEpilogue::Activate(Activation::None);
        self.panels.multiply(wide, plain, out);
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::{
        __m512, _MM_HINT_T0, _mm_add_ps, _mm_prefetch, _mm_storeu_ps, _mm256_add_ps,
        _mm256_castps256_ps128, _mm256_extractf128_ps, _mm256_loadu_si256, _mm512_add_ps,
        _mm512_castps512_ps256, _mm512_cvtph_ps, _mm512_extractf32x8_ps, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_setzero_ps, _mm512_shuffle_ps, _mm512_unpackhi_ps,
        _mm512_unpacklo_ps,
    };

    use half::f16;

    use super::LANES;

    /// Number of columns whose accumulators fit in registers together with two rows.
    pub const MAX_COLUMNS: usize = 12;

    /// A block of up to 12 columns.
    #[derive(Clone, Debug)]
    pub struct ColumnBlock {
        columns: usize,
        /// (dim / 16) x columns x 16.
        values: Vec<f32>,
    }

    impl ColumnBlock {
        /// Splits a matrix, count x dim, into blocks; empty unless `dim` is a multiple of [`LANES`].
        pub fn all(vectors: &[f32], dim: usize) -> Vec<Self> {
            if dim == 0 || !dim.is_multiple_of(LANES) {
                return Vec::new();
            }
            let blocks = vectors.chunks(MAX_COLUMNS * dim);
            let block = |columns: &[f32]| {
                let parts = (0..dim).step_by(LANES).flat_map(|k| {
                    let column = move |column: &[f32]| column[k..k + LANES].to_vec();
                    columns.chunks_exact(dim).flat_map(column)
                });
                Self {
                    columns: columns.len() / dim,
                    values: parts.collect(),
                }
            };
            blocks.map(block).collect()
        }
    }

    /// Dot products of all rows with a block; consecutive rows of `out` are `width` apart.
    #[target_feature(enable = "avx512f,avx512dq")]
    pub fn block(rows: &[&[f16]], block: &ColumnBlock, width: usize, out: &mut [f32]) {
        /// Rows per pass: as many as the registers left by the columns can accumulate.
        macro_rules! all {
            ($($columns:literal: $rows:literal),*) => {
                match block.columns {
                    $($columns => each::<$rows, $columns>(rows, &block.values, width, out),)*
                    _ => {}
                }
            };
        }
        all!(1: 4, 2: 4, 3: 4, 4: 4, 5: 4, 6: 4, 7: 2, 8: 2, 9: 2, 10: 2, 11: 2, 12: 2);
    }

    #[target_feature(enable = "avx512f,avx512dq")]
    fn each<const R: usize, const C: usize>(
        rows: &[&[f16]],
        columns: &[f32],
        width: usize,
        out: &mut [f32],
    ) {
        let (groups, rest) = rows.as_chunks::<R>();
        for (at, group) in groups.iter().enumerate() {
            let next = groups.get(at + 1).unwrap_or(group);
            dots::<R, C>(*group, *next, columns, width, &mut out[at * R * width..]);
        }
        for (at, row) in rest.iter().enumerate() {
            let at = groups.len() * R + at;
            dots::<1, C>([row], [row], columns, width, &mut out[at * width..]);
        }
    }

    /// Multiplies some rows while prefetching the next ones, which are not expected to be in any cache.
    #[target_feature(enable = "avx512f,avx512dq")]
    fn dots<const R: usize, const C: usize>(
        rows: [&[f16]; R],
        next: [&[f16]; R],
        columns: &[f32],
        width: usize,
        out: &mut [f32],
    ) {
        let parts = columns.as_chunks::<LANES>().0;
        let parts = parts.as_chunks::<C>().0;
        // A loop, because a closure would not be compiled with the target features.
        let mut lines: [&[[f16; LANES]]; R] = [&[]; R];
        for (line, row) in lines.iter_mut().zip(rows) {
            *line = &row.as_chunks::<LANES>().0[..parts.len()];
        }
        let mut sums = [[_mm512_setzero_ps(); MAX_COLUMNS]; R];
        for (k, part) in parts.iter().enumerate() {
            let mut x = [_mm512_setzero_ps(); R];
            for (x, line) in x.iter_mut().zip(lines) {
                // SAFETY: 16 f16 values are the 32 bytes that are read.
                *x = _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(line[k].as_ptr().cast()) });
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_match_the_plain_sums_for_any_counts() {
        let test_values = |n: usize, step: usize| -> Vec<f32> {
            let value = |i: usize| ((i * step) % 103) as f32 / 51.0 - 1.0;
            (0..n).map(value).collect()
        };
        for (count, rows, dim) in
            (1..30)
                .map(|count| (count, 7, 48))
                .chain([(3, 1, 20), (16, 5, 512), (0, 2, 16)])
        {
            let vectors = test_values(count * dim, 37);
            let halves: Vec<f16> = test_values(rows * dim, 61)
                .into_iter()
                .map(f16::from_f32)
                .collect();
            let lines: Vec<&[f16]> = halves.chunks_exact(dim).collect();
            let dots = HalfDots::new(&vectors, dim);
            for level in SimdLevel::available() {
                let mut out = vec![f32::NAN; rows * dots.width()];
                dots.run_at(level, &lines, &mut Vec::new(), &mut out);
                for (line, out) in lines.iter().zip(out.chunks_exact(dots.width().max(1))) {
                    for (at, got) in out.iter().enumerate().take(count) {
                        let pairs = line.iter().zip(&vectors[at * dim..][..dim]);
                        let want: f32 = pairs.map(|(a, b)| a.to_f32() * b).sum();
                        assert!(
                            (got - want).abs() < 1e-3,
                            "{level:?} {count} x {dim}: {got}, not {want}"
                        );
                    }
                }
            }
        }
    }
}
