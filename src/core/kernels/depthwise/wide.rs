//! Sixteen channels at a time, with all weights of a kernel in registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512, _mm256_storeu_si256, _mm512_add_ps, _mm512_cvtepi32_epi16, _mm512_cvtps_epi32,
    _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_set1_ps,
    _mm512_setzero_ps,
};
use std::ops::Range;

use super::{Depthwise, DepthwiseShape, LANES, Strip};

/// Rows of the output for a kernel of `K` x `K`, with channels in whole registers.
pub fn run<const K: usize>(
    depthwise: &Depthwise,
    strip: Strip<'_>,
    ys: Range<usize>,
    out: &mut [i16],
) {
    let line = depthwise.shape.output().1 * depthwise.shape.channels;
    for c in (0..depthwise.shape.channels).step_by(LANES) {
        for (y, out) in ys.clone().zip(out.chunks_exact_mut(line)) {
            // SAFETY: the function needs nothing but AVX-512, and is called where it was found.
            unsafe { channels::<K>(depthwise, strip, y, c, out) };
        }
    }
}

#[target_feature(enable = "avx512f")]
fn load(values: &[f32], at: usize) -> __m512 {
    let values = &values[at..][..LANES];
    // SAFETY: these are as many values as a register has.
    unsafe { _mm512_loadu_ps(values.as_ptr()) }
}

/// One row of the output, channels `c` to `c + 16`.
#[target_feature(enable = "avx512f,avx512bw")]
fn channels<const K: usize>(
    depthwise: &Depthwise,
    strip: Strip<'_>,
    y: usize,
    c: usize,
    out: &mut [i16],
) {
    let DepthwiseShape {
        width,
        channels,
        stride,
        ..
    } = depthwise.shape;
    let (out_width, pad) = DepthwiseShape::same(width, K, stride);
    let mut weights = [[_mm512_setzero_ps(); K]; K];
    for (i, w) in weights.as_flattened_mut().iter_mut().enumerate() {
        *w = load(&depthwise.weights, i * channels + c);
    }
    let bias = load(&depthwise.bias, c);
    let rows: [&[f32]; K] = std::array::from_fn(|tap| depthwise.seen(strip, y, tap));
    for x in 0..out_width {
        let left = (x * stride).wrapping_sub(pad);
        let mut sum = bias;
        if left < width && left + K <= width {
            // Two sums, so that one addition need not wait for the other.
            let mut odd = _mm512_setzero_ps();
            for (tap_y, (row, weights)) in rows.iter().zip(&weights).enumerate() {
                let seen = &row[left * channels + c..][..(K - 1) * channels + LANES];
                for (tap, w) in weights.iter().enumerate() {
                    // SAFETY: the last of the K columns ends where `seen` ends.
                    let v = unsafe { _mm512_loadu_ps(seen.as_ptr().add(tap * channels)) };
                    if tap_y % 2 == 0 {
                        sum = _mm512_fmadd_ps(v, *w, sum);
                    } else {
                        odd = _mm512_fmadd_ps(v, *w, odd);
                    }
                }
            }
            sum = _mm512_add_ps(sum, odd);
        } else {
            // The columns of the kernel that lie inside the image: at least one.
            let taps = pad.saturating_sub(x * stride)..K.min(width + pad - x * stride);
            let length = (taps.len() - 1) * channels + LANES;
            for (tap_y, row) in rows.iter().enumerate() {
                let seen = &row[left.wrapping_add(taps.start) * channels + c..][..length];
                let at = (tap_y * K + taps.start) * channels + c;
                let weights = &depthwise.weights[at..][..length];
                for tap in 0..taps.len() {
                    let at = tap * channels;
                    // SAFETY: the last of the columns ends where both slices end.
                    let (v, w) = unsafe {
                        let v = _mm512_loadu_ps(seen.as_ptr().add(at));
                        (v, _mm512_loadu_ps(weights.as_ptr().add(at)))
                    };
                    sum = _mm512_fmadd_ps(v, w, sum);
                }
            }
        }
        let clamped = _mm512_min_ps(_mm512_max_ps(sum, _mm512_setzero_ps()), _mm512_set1_ps(6.0));
        let scaled = _mm512_mul_ps(clamped, _mm512_set1_ps(1.0 / Depthwise::SCALE));
        let out = &mut out[x * channels + c..][..LANES];
        // SAFETY: sixteen shorts are as many bytes as are written.
        unsafe {
            let shorts = _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(scaled));
            _mm256_storeu_si256(out.as_mut_ptr().cast(), shorts);
        }
    }
}
