//! Depthwise convolution with intrinsics, one register of channels at a time, with the weights in registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, _mm_packs_epi32, _mm_storeu_si128, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_cvtepi32_ps, _mm256_cvtps_epi32, _mm256_dpwssd_avx_epi32,
    _mm256_extracti128_si256, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_set1_ps,
    _mm256_setzero_ps, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_add_epi32,
    _mm512_cvtepi32_epi16, _mm512_cvtepi32_ps, _mm512_cvtps_epi32, _mm512_dpwssd_epi32,
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_max_ps, _mm512_min_ps,
    _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512,
};
use std::ops::Range;

use super::{Depthwise, DepthwiseShape, IntegerIsa, LANES, RowPairs};

/// Computes output rows with the given instruction set. Returns `None` if the kernel size or number of channels is
/// not supported.
pub fn run(
    isa: IntegerIsa,
    depthwise: &Depthwise,
    image: &RowPairs,
    ys: &Range<usize>,
    out: &mut [i16],
) -> Option<()> {
    if !depthwise.shape.channels.is_multiple_of(LANES) {
        return None;
    }
    /// Both kernel sizes, which overlap two and three row pairs.
    macro_rules! sizes {
        ($channels:ident, $lanes:literal) => {
            for c in (0..depthwise.shape.channels).step_by($lanes) {
                for begin in 0..2 {
                    // SAFETY: the functions require only the instruction sets that they name, which `isa` has.
                    match depthwise.shape.kernel {
                        3 => unsafe { $channels::<3, 2>(depthwise, image, ys, c, begin, out) },
                        5 => unsafe { $channels::<5, 3>(depthwise, image, ys, c, begin, out) },
                        _ => return None,
                    }
                }
            }
        };
    }
    match isa {
        IntegerIsa::Avx512Vnni => sizes!(avx512_vnni, 16),
        IntegerIsa::AvxVnni => sizes!(avx_vnni, 8),
        IntegerIsa::Avx2 => sizes!(avx2, 8),
        IntegerIsa::Portable | IntegerIsa::Neon => return None,
    }
    Some(())
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_pairs(sum: __m256i, v: __m256i, w: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_madd_epi16(v, w))
}

/// Dequantises accumulators, adds the bias and converts ReLU6 of the result to units of [`RowPairs::SCALE`].
#[target_feature(enable = "avx2,fma")]
#[inline]
fn end_256(sums: __m256i, scales: __m256, bias: __m256, out: &mut [i16; 8]) {
    let real = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), scales, bias);
    let clamped = _mm256_min_ps(
        _mm256_max_ps(real, _mm256_setzero_ps()),
        _mm256_set1_ps(6.0),
    );
    let steps = _mm256_mul_ps(clamped, _mm256_set1_ps(1.0 / RowPairs::SCALE));
    let steps = _mm256_cvtps_epi32(steps);
    let (low, high) = (
        _mm256_castsi256_si128(steps),
        _mm256_extracti128_si256::<1>(steps),
    );
    // SAFETY: eight i16 values are the 16 bytes that are written.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), _mm_packs_epi32(low, high)) };
}

/// Like [`end_256`], for sixteen values.
#[target_feature(enable = "avx512f")]
#[inline]
fn end_512(sums: __m512i, scales: __m512, bias: __m512, out: &mut [i16; 16]) {
    let real = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), scales, bias);
    let clamped = _mm512_min_ps(
        _mm512_max_ps(real, _mm512_setzero_ps()),
        _mm512_set1_ps(6.0),
    );
    let steps = _mm512_mul_ps(clamped, _mm512_set1_ps(1.0 / RowPairs::SCALE));
    let shorts = _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(steps));
    // SAFETY: sixteen i16 values are the 32 bytes that are written.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), shorts) };
}

/// Defines the convolution of `$lanes` channels from `c`, for output rows whose kernel starts at the first (`begin`
/// is 0) or second row of a pair. A kernel of `K` x `K` overlaps `P` row pairs.
macro_rules! channels {
    ($name:ident, $features:literal, $register:ident, $lanes:literal, $zero:ident, $load:ident, $real:ident, $add:ident, $dot:ident, $end:ident) => {
        #[target_feature(enable = $features)]
        fn $name<const K: usize, const P: usize>(
            depthwise: &Depthwise,
            image: &RowPairs,
            ys: &Range<usize>,
            c: usize,
            begin: usize,
            out: &mut [i16],
        ) {
            let DepthwiseShape {
                channels, stride, ..
            } = depthwise.shape;
            let line = depthwise.shape.output().1 * channels;
            let mut weights = [[$zero(); K]; P];
            for (i, w) in weights.as_flattened_mut().iter_mut().enumerate() {
                let values = &depthwise.weights[begin][i * channels + c..][..$lanes];
                // SAFETY: these are exactly one register's worth of values.
                *w = unsafe { $load(values.as_ptr().cast()) };
            }
            let scales = &depthwise.scales[c..][..$lanes];
            let bias = &depthwise.bias[c..][..$lanes];
            // SAFETY: as above.
            let (scales, bias) = unsafe { ($real(scales.as_ptr()), $real(bias.as_ptr())) };
            for (y, out) in ys.clone().zip(out.chunks_exact_mut(line)) {
                let (first, at) = depthwise.begin(y);
                if at != begin {
                    continue;
                }
                let mut rows: [&[i32]; P] = [&[]; P];
                for (i, row) in rows.iter_mut().enumerate() {
                    *row = &image.pair(first + i as isize)[c..];
                }
                for (x, out) in out.chunks_exact_mut(channels).enumerate() {
                    // One accumulator per pair, to shorten the dependency chains.
                    let mut sums = [$zero(); P];
                    for ((sum, row), weights) in sums.iter_mut().zip(rows).zip(&weights) {
                        let seen = &row[x * stride * channels..][..(K - 1) * channels + $lanes];
                        for (tap, w) in weights.iter().enumerate() {
                            // SAFETY: the last of the K columns ends where `seen` ends.
                            let v: $register =
                                unsafe { $load(seen.as_ptr().add(tap * channels).cast()) };
                            *sum = $dot(*sum, v, *w);
                        }
                    }
                    let mut sum = sums[0];
                    for other in &sums[1..] {
                        sum = $add(sum, *other);
                    }
                    if let Some(out) = out[c..].first_chunk_mut::<$lanes>() {
                        $end(sum, scales, bias, out);
                    }
                }
            }
        }
    };
}

channels!(
    avx2,
    "avx2,fma",
    __m256i,
    8,
    _mm256_setzero_si256,
    _mm256_loadu_si256,
    _mm256_loadu_ps,
    _mm256_add_epi32,
    add_pairs,
    end_256
);
channels!(
    avx_vnni,
    "avx2,avxvnni,fma",
    __m256i,
    8,
    _mm256_setzero_si256,
    _mm256_loadu_si256,
    _mm256_loadu_ps,
    _mm256_add_epi32,
    _mm256_dpwssd_avx_epi32,
    end_256
);
channels!(
    avx512_vnni,
    "avx512f,avx512vnni",
    __m512i,
    16,
    _mm512_setzero_si512,
    _mm512_loadu_si512,
    _mm512_loadu_ps,
    _mm512_add_epi32,
    _mm512_dpwssd_epi32,
    end_512
);
