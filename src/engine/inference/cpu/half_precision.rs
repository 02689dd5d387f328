//! Converts half precision to single, with hardware instructions where available.

use half::f16;

/// Widens half-precision numbers; exact.
#[allow(unsafe_code)]
pub fn widen(halves: &[f16], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if super::SimdLevel::detect() == super::SimdLevel::Avx512 {
        // SAFETY: the function needs nothing but AVX-512, which was just found.
        return unsafe { avx512(halves, out) };
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
        // SAFETY: a block of 16 halves has the 32 bytes that are read, one of 16 numbers the 64 that are written.
        unsafe {
            let halves = _mm256_loadu_si256(block.as_ptr().cast());
            _mm512_storeu_ps(wide.as_mut_ptr(), _mm512_cvtph_ps(halves));
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
        // An odd number, so that a tail is left.
        let halves = &halves[1..];
        let mut wide = vec![0.0; halves.len()];
        widen(halves, &mut wide);
        for (half, wide) in halves.iter().zip(wide) {
            assert_eq!(half.to_f32().to_bits(), wide.to_bits());
        }
    }
}
