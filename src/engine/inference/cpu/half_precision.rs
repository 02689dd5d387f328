//! Converts f16 to f32, and multiplies f16 vectors, with hardware instructions where available.

use half::f16;

/// Converts f16 values to f32; exact.
#[allow(unsafe_code)]
pub fn widen(halves: &[f16], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        if super::SimdLevel::detect() == super::SimdLevel::Avx512 {
            // SAFETY: the function requires only AVX-512, which was just detected.
            return unsafe { avx512(halves, out) };
        }
        if is_x86_feature_detected!("avx") && is_x86_feature_detected!("f16c") {
            // SAFETY: the function requires only AVX and F16C, which were just detected.
            return unsafe { f16c(halves, out) };
        }
    }
    half::slice::HalfFloatSliceExt::convert_to_f32_slice(halves, out);
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[target_feature(enable = "avx512f")]
fn avx512(halves: &[f16], out: &mut [f32]) {
    use std::arch::x86_64::{_mm256_loadu_si256, _mm512_cvtph_ps, _mm512_storeu_ps};
    let (blocks, tail) = halves.as_chunks::<16>();
    let (wide, wide_tail) = out[..halves.len()].as_chunks_mut::<16>();
    for (block, wide) in blocks.iter().zip(wide) {
        // SAFETY: 16 f16 values are the 32 bytes read, 16 f32 values the 64 bytes written.
        unsafe {
            let halves = _mm256_loadu_si256(block.as_ptr().cast());
            _mm512_storeu_ps(wide.as_mut_ptr(), _mm512_cvtph_ps(halves));
        }
    }
    for (wide, half) in wide_tail.iter_mut().zip(tail) {
        *wide = half.to_f32();
    }
}

/// Faster than the function of `half`, which calls another function for every eight values.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[target_feature(enable = "avx,f16c")]
fn f16c(halves: &[f16], out: &mut [f32]) {
    use std::arch::x86_64::{_mm_loadu_si128, _mm256_cvtph_ps, _mm256_storeu_ps};
    let (blocks, tail) = halves.as_chunks::<8>();
    let (wide, wide_tail) = out[..halves.len()].as_chunks_mut::<8>();
    for (block, wide) in blocks.iter().zip(wide) {
        // SAFETY: 8 f16 values are the 16 bytes read, 8 f32 values the 32 bytes written.
        unsafe {
            let halves = _mm_loadu_si128(block.as_ptr().cast());
            _mm256_storeu_ps(wide.as_mut_ptr(), _mm256_cvtph_ps(halves));
        }
    }
    for (wide, half) in wide_tail.iter_mut().zip(tail) {
        *wide = half.to_f32();
    }
}

/// The dot product of two f16 vectors in f32, up to the length of the shorter one.
#[allow(unsafe_code)]
#[must_use]
pub fn dot_f16(a: &[f16], b: &[f16]) -> f32 {
    let len = a.len().min(b.len());
    let (a, b) = (&a[..len], &b[..len]);
    #[cfg(target_arch = "x86_64")]
    {
        if super::SimdLevel::detect() != super::SimdLevel::Baseline
            && is_x86_feature_detected!("f16c")
        {
            // SAFETY: the function requires only AVX2, FMA and F16C, which were just detected.
            return unsafe { dot_f16c(a, b) };
        }
    }
    a.iter().zip(b).map(|(a, b)| a.to_f32() * b.to_f32()).sum()
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[target_feature(enable = "avx2,fma,f16c")]
fn dot_f16c(a: &[f16], b: &[f16]) -> f32 {
    use std::arch::x86_64::{
        _mm_loadu_si128, _mm256_cvtph_ps, _mm256_fmadd_ps, _mm256_setzero_ps, _mm256_storeu_ps,
    };
    // Independent sums, so that additions do not wait for each other.
    const SUMS: usize = 4;
    let mut sums = [_mm256_setzero_ps(); SUMS];
    let (blocks, tail) = a.as_chunks::<8>();
    let (others, other_tail) = b.as_chunks::<8>();
    for (blocks, others) in blocks.chunks(SUMS).zip(others.chunks(SUMS)) {
        for ((sum, a), b) in sums.iter_mut().zip(blocks).zip(others) {
            // SAFETY: 8 f16 values are the 16 bytes read.
            let [a, b] = [a, b].map(|block| unsafe { _mm_loadu_si128(block.as_ptr().cast()) });
            *sum = _mm256_fmadd_ps(_mm256_cvtph_ps(a), _mm256_cvtph_ps(b), *sum);
        }
    }
    let mut lanes = [[0f32; 8]; SUMS];
    for (lanes, sum) in lanes.iter_mut().zip(sums) {
        // SAFETY: 8 f32 values are the 32 bytes written.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), sum) };
    }
    let rest = tail.iter().zip(other_tail);
    let rest: f32 = rest.map(|(a, b)| a.to_f32() * b.to_f32()).sum();
    lanes.as_flattened().iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_product_takes_every_value_once() {
        let values = |len: usize, step: usize| -> Vec<f16> {
            let values = (0..len).map(|i| ((i * step) % 31) as f32 / 16.0 - 1.0);
            values.map(f16::from_f32).collect()
        };
        for len in [0, 1, 7, 8, 9, 31, 32, 33, 384, 403] {
            let (a, b) = (values(len, 7), values(len + 3, 11));
            let want: f32 = a.iter().zip(&b).map(|(a, b)| a.to_f32() * b.to_f32()).sum();
            assert!((dot_f16(&a, &b) - want).abs() < 1e-4, "{len}");
        }
    }

    #[test]
    fn every_finite_half_is_widened_exactly() {
        let bits = (0..=u16::MAX).filter(|h| h & 0x7c00 != 0x7c00);
        let halves: Vec<f16> = bits.map(f16::from_bits).collect();
        // An odd length, which exercises the tail.
        let halves = &halves[1..];
        let mut wide = vec![0.0; halves.len()];
        widen(halves, &mut wide);
        for (half, wide) in halves.iter().zip(wide) {
            assert_eq!(half.to_f32().to_bits(), wide.to_bits());
        }
    }
}
