//! The f32 GEMM microkernel with accumulators in registers. It uses intrinsics because automatic vectorisation depends
//! on the surrounding code.

use super::SimdLevel;
use crate::engine::inference::cpu::PANEL;

/// Multiplies `R` rows by the first `width` columns of a panel: `sums[r][c] = sum_k rows[r][k] panel[k][c]`.
///
/// `panel` is depth x 64, each row has depth values. Further columns of `sums` may or may not be written. `prefetched`
/// is prefetched meanwhile, where the processor supports it.
#[allow(unsafe_code)]
pub fn tile<const R: usize>(
    level: SimdLevel,
    rows: [&[f32]; R],
    panel: &[f32],
    prefetched: &[f32],
    width: usize,
    sums: &mut [[f32; PANEL]; R],
) {
    #[cfg(target_arch = "x86_64")]
    match level {
        // SAFETY: these functions require only the instruction sets that they name, which `level` says the processor
        // has.
        SimdLevel::Avx512 => unsafe {
            match width {
                0..=16 => return x86::avx512::<R, 1>(rows, panel, prefetched, sums),
                17..=32 => return x86::avx512::<R, 2>(rows, panel, prefetched, sums),
                33..=48 => return x86::avx512::<R, 3>(rows, panel, prefetched, sums),
                _ => return x86::avx512::<R, 4>(rows, panel, prefetched, sums),
            }
        },
        // SAFETY: as above.
        SimdLevel::Avx2 => return unsafe { x86::avx2(rows, panel, prefetched, width, sums) },
        SimdLevel::Baseline => {}
    }
    let _ = (level, prefetched);
    portable(rows, panel, width, sums);
}

fn portable<const R: usize>(
    rows: [&[f32]; R],
    panel: &[f32],
    width: usize,
    sums: &mut [[f32; PANEL]; R],
) {
    const COLUMNS: usize = 16;
    for first in (0..width).step_by(COLUMNS) {
        let mut part = [[0f32; COLUMNS]; R];
        for (k, row) in panel.as_chunks::<PANEL>().0.iter().enumerate() {
            let Some(row) = row[first..].first_chunk::<COLUMNS>() else {
                break;
            };
            for r in 0..R {
                let factor = rows[r][k];
                for i in 0..COLUMNS {
                    part[r][i] += factor * row[i];
                }
            }
        }
        for (sums, part) in sums.iter_mut().zip(part) {
            sums[first..][..COLUMNS].copy_from_slice(&part);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };

    use super::PANEL;
    use crate::engine::inference::cpu::integer_isa::fetch;
    use crate::engine::inference::cpu::prefetch::PrefetchPlan;

    /// Number of inputs present in the panel and in every row.
    fn common_depth(rows: &[&[f32]], lines: &[[f32; PANEL]]) -> usize {
        let depths = rows.iter().map(|row| row.len());
        depths.fold(lines.len(), usize::min)
    }

    /// Processes `V` registers of 16 columns.
    #[target_feature(enable = "avx512f")]
    pub fn avx512<const R: usize, const V: usize>(
        rows: [&[f32]; R],
        panel: &[f32],
        prefetched: &[f32],
        out: &mut [[f32; PANEL]; R],
    ) {
        let lines = panel.as_chunks::<PANEL>().0;
        let depth = common_depth(&rows, lines);
        let fetches = PrefetchPlan::new(prefetched, panel, depth);
        let mut sums = [[_mm512_setzero_ps(); V]; R];
        for (k, line) in lines[..depth].iter().enumerate() {
            fetch(fetches.at(k));
            let parts = line.as_chunks::<16>().0;
            let mut b = [_mm512_setzero_ps(); V];
            unrolled!(v < V: {
                // SAFETY: each part has exactly one register's worth of values.
                b[v] = unsafe { _mm512_loadu_ps(parts[v].as_ptr()) };
            });
            unrolled!(r < R: {
                // SAFETY: no row is shorter than the depth.
                let factor = _mm512_set1_ps(unsafe { *rows[r].get_unchecked(k) });
                unrolled!(v < V: {
                    sums[r][v] = _mm512_fmadd_ps(factor, b[v], sums[r][v]);
                });
            });
        }
        unrolled!(r < R: {
            let parts = out[r].as_chunks_mut::<16>().0;
            unrolled!(v < V: {
                // SAFETY: as above.
                unsafe { _mm512_storeu_ps(parts[v].as_mut_ptr(), sums[r][v]) };
            });
        });
    }

    /// Processes two registers of 8 columns at a time.
    #[target_feature(enable = "avx2,fma")]
    pub fn avx2<const R: usize>(
        rows: [&[f32]; R],
        panel: &[f32],
        prefetched: &[f32],
        width: usize,
        out: &mut [[f32; PANEL]; R],
    ) {
        let lines = panel.as_chunks::<PANEL>().0;
        let depth = common_depth(&rows, lines);
        let fetches = PrefetchPlan::new(prefetched, panel, depth);
        for first in 0..width.div_ceil(16) {
            let mut left = [_mm256_setzero_ps(); R];
            let mut right = left;
            for (k, line) in lines[..depth].iter().enumerate() {
                if first == 0 {
                    fetch(fetches.at(k));
                }
                let parts = line.as_chunks::<16>().0[first].as_chunks::<8>().0;
                // SAFETY: each part has exactly one register's worth of values.
                let (b0, b1) = unsafe {
                    (
                        _mm256_loadu_ps(parts[0].as_ptr()),
                        _mm256_loadu_ps(parts[1].as_ptr()),
                    )
                };
                unrolled!(r < R: {
                    // SAFETY: no row is shorter than the depth.
                    let factor = _mm256_set1_ps(unsafe { *rows[r].get_unchecked(k) });
                    left[r] = _mm256_fmadd_ps(factor, b0, left[r]);
                    right[r] = _mm256_fmadd_ps(factor, b1, right[r]);
                });
            }
            unrolled!(r < R: {
                let parts = out[r].as_chunks_mut::<16>().0[first].as_chunks_mut::<8>().0;
                // SAFETY: as above.
                unsafe {
                    _mm256_storeu_ps(parts[0].as_mut_ptr(), left[r]);
                    _mm256_storeu_ps(parts[1].as_mut_ptr(), right[r]);
                }
            });
        }
    }
}
