//! Converts f16 to f32, with hardware instructions where available.

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

#[cfg(test)]
mod tests {
    use super::*;

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
