//! Dot products of many f16 rows with a few f32 vectors.

/// Defines `each`, which multiplies all rows with the function `dots` of its module, `R` at a time, and the rest one by
/// one. Functions with target features cannot be shared between instruction sets.
#[cfg(target_arch = "x86_64")]
macro_rules! each_group_of_rows {
    ($features:tt) => {
        #[target_feature(enable = $features)]
        fn each<const R: usize, const C: usize, const SQUARES: bool>(
            rows: &[&[f16]],
            columns: &[f32],
            width: usize,
            out: &mut [f32],
            squares: &mut [f32],
        ) {
            let (groups, rest) = rows.as_chunks::<R>();
            for (at, group) in groups.iter().enumerate() {
                let next = groups.get(at + 1).unwrap_or(group);
                let at = at * R;
                let squares = squares.get_mut(at..).unwrap_or_default();
                let out = &mut out[at * width..];
                dots::<R, C, SQUARES>(*group, *next, columns, width, out, squares);
            }
            for (at, row) in rest.iter().enumerate() {
                let at = groups.len() * R + at;
                let squares = squares.get_mut(at..).unwrap_or_default();
                let out = &mut out[at * width..];
                dots::<1, C, SQUARES>([row], [row], columns, width, out, squares);
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx512;

use half::f16;

use super::{Activation, GemmEpilogue, PackedF32, SimdLevel, row_dots, widen};

/// Result rows are padded to a multiple of this.
const PADDING: usize = 16;

/// Number of vectors up to which AVX2 multiplies them in blocks. With more, widening the rows first costs less, because
/// each row is then read from the cache once and not once for each block.
#[cfg(target_arch = "x86_64")]
const MAX_AVX2_COLUMNS: usize = 32;

/// Vectors packed for dot products with many f16 rows.
#[derive(Clone, Debug)]
pub struct HalfDots {
    dim: usize,
    width: usize,
    /// For AVX-512, if the dimension is a multiple of its lanes.
    #[cfg(target_arch = "x86_64")]
    wide_blocks: Vec<ColumnBlock>,
    /// For AVX2, if the dimension is a multiple of its lanes and there are few vectors.
    #[cfg(target_arch = "x86_64")]
    narrow_blocks: Vec<ColumnBlock>,
    /// For other processors, which widen the rows to f32 first; zero-padded to `width` columns.
    panels: PackedF32,
}

impl HalfDots {
    /// Takes a matrix, count x dim.
    #[must_use]
    pub fn new(vectors: &[f32], dim: usize) -> Self {
        let count = vectors.len().checked_div(dim).unwrap_or_default();
        let width = count.next_multiple_of(PADDING);
        let mut padded = vectors.to_vec();
        padded.resize(width * dim, 0.0);
        Self {
            dim,
            width,
            #[cfg(target_arch = "x86_64")]
            wide_blocks: ColumnBlock::all(vectors, dim, avx512::LANES, avx512::MAX_COLUMNS),
            #[cfg(target_arch = "x86_64")]
            narrow_blocks: match count <= MAX_AVX2_COLUMNS {
                true => ColumnBlock::all(vectors, dim, avx2::LANES, avx2::MAX_COLUMNS),
                false => Vec::new(),
            },
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
        self.run_at(SimdLevel::detect(), rows, wide, out, &mut []);
    }

    /// Like [`Self::run`], and writes the dot product of each row with itself into `squares`, without reading the rows
    /// again. Fastest if the rows are consecutive in memory.
    pub fn run_with_squares(
        &self,
        rows: &[&[f16]],
        wide: &mut Vec<f32>,
        out: &mut [f32],
        squares: &mut [f32],
    ) {
        self.run_at(SimdLevel::detect(), rows, wide, out, squares);
    }

    /// `squares` is empty if they are not wanted.
    #[allow(unsafe_code)]
    fn run_at(
        &self,
        level: SimdLevel,
        rows: &[&[f16]],
        wide: &mut Vec<f32>,
        out: &mut [f32],
        squares: &mut [f32],
    ) {
        if rows.is_empty() {
            return;
        }
        #[cfg(target_arch = "x86_64")]
        {
            if level == SimdLevel::Avx512 && !self.wide_blocks.is_empty() {
                for (at, block) in self.wide_blocks.iter().enumerate() {
                    let out = &mut out[at * avx512::MAX_COLUMNS..];
                    let squares = if at == 0 { &mut *squares } else { &mut [] };
                    // SAFETY: the function requires only AVX-512, which `level` says the processor has.
                    unsafe { avx512::block(rows, block, self.width, out, squares) };
                }
                return;
            }
            let has_avx2 = level == SimdLevel::Avx2 && is_x86_feature_detected!("f16c");
            if has_avx2 && !self.narrow_blocks.is_empty() {
                for (at, block) in self.narrow_blocks.iter().enumerate() {
                    let out = &mut out[at * avx2::MAX_COLUMNS..];
                    let squares = if at == 0 { &mut *squares } else { &mut [] };
                    // SAFETY: `level` says that the processor has AVX2 and FMA, and F16C was just detected.
                    unsafe { avx2::block(rows, block, self.width, out, squares) };
                }
                return;
            }
        }
        let _ = level;
        wide.resize(rows.len() * self.dim, 0.0);
        for (row, wide) in rows.iter().zip(wide.chunks_exact_mut(self.dim.max(1))) {
            widen(row, wide);
        }
        let plain = GemmEpilogue::Activate(Activation::None);
        self.panels.multiply(wide, plain, out);
        if !squares.is_empty() {
            row_dots(wide, &[], self.dim, &mut [], squares);
        }
    }
}

/// A block of vectors whose sums fit in registers together.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Debug)]
struct ColumnBlock {
    columns: usize,
    /// (dim / lanes) x columns x lanes.
    values: Vec<f32>,
}

#[cfg(target_arch = "x86_64")]
impl ColumnBlock {
    /// Splits a matrix, count x dim, into blocks for registers of `lanes` values; empty unless these divide `dim`.
    fn all(vectors: &[f32], dim: usize, lanes: usize, max_columns: usize) -> Vec<Self> {
        if dim == 0 || !dim.is_multiple_of(lanes) {
            return Vec::new();
        }
        let blocks = vectors.chunks(max_columns * dim);
        let block = |columns: &[f32]| {
            let parts = (0..dim).step_by(lanes).flat_map(|k| {
                let column = move |column: &[f32]| column[k..k + lanes].to_vec();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_match_the_plain_sums_for_any_counts() {
        let test_values = |n: usize, step: usize| -> Vec<f32> {
            let value = |i: usize| ((i * step) % 103) as f32 / 51.0 - 1.0;
            (0..n).map(value).collect()
        };
        for (count, rows, dim) in (1..30).map(|count| (count, 7, 48)).chain([
            (3, 1, 20),
            (16, 5, 512),
            (0, 2, 16),
            (20, 0, 16),
        ]) {
            let vectors = test_values(count * dim, 37);
            let halves: Vec<f16> = test_values(rows * dim, 61)
                .into_iter()
                .map(f16::from_f32)
                .collect();
            let lines: Vec<&[f16]> = halves.chunks_exact(dim).collect();
            let dots = HalfDots::new(&vectors, dim);
            for level in SimdLevel::available() {
                let mut out = vec![f32::NAN; rows * dots.width()];
                let mut squares = vec![f32::NAN; rows];
                dots.run_at(level, &lines, &mut Vec::new(), &mut out, &mut squares);
                // Without them, rows are grouped differently.
                if count % 2 == 0 {
                    out.fill(f32::NAN);
                    dots.run_at(level, &lines, &mut Vec::new(), &mut out, &mut []);
                }
                for (line, got) in lines.iter().zip(squares) {
                    let want: f32 = line.iter().map(|v| v.to_f32() * v.to_f32()).sum();
                    assert!(
                        (got - want).abs() < 1e-3,
                        "{level:?} {count} x {dim}: {got}, not {want}"
                    );
                }
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
