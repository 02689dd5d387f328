//! Microkernels for AVX2, AVX-VNNI and AVX-512 VNNI.

use std::arch::x86_64::{
    __m256i, _MM_HINT_T1, _mm_prefetch, _mm256_add_epi32, _mm256_dpbusd_avx_epi32,
    _mm256_dpwssd_avx_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    _mm512_dpbusd_epi32, _mm512_dpwssd_epi32, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_setzero_si512, _mm512_storeu_si512,
};

use super::PANEL;
use super::tile::{GROUP, tile};
use crate::engine::inference::cpu::prefetch::PrefetchPlan;

/// Prefetches the cache line of an address.
#[inline(always)]
pub fn fetch(at: *const i8) {
    // SAFETY: a hint that reads nothing, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(at) };
}

/// Adds four byte products to each accumulator, via 16-bit intermediates.
#[target_feature(enable = "avx2")]
#[inline]
fn add_bytes(sum: __m256i, a: __m256i, w: __m256i) -> __m256i {
    let pairs = _mm256_maddubs_epi16(a, w);
    _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
}

/// Adds two 16-bit products to each accumulator.
#[target_feature(enable = "avx2")]
#[inline]
fn add_shorts(sum: __m256i, a: __m256i, w: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_madd_epi16(a, w))
}

/// Defines the int8 and int16 microkernels for 256-bit registers.
macro_rules! narrow {
    ($name:ident, $activation:ty, $weight:ty, $features:literal, $dot:expr) => {
        tile!(
            $name,
            $activation,
            $weight,
            $features,
            32,
            _mm256_setzero_si256,
            _mm256_set1_epi32,
            _mm256_loadu_si256,
            _mm256_storeu_si256,
            $dot,
            fetch
        );
    };
}

/// Defines the int8 and int16 microkernels for 512-bit registers.
macro_rules! wide {
    ($name:ident, $activation:ty, $weight:ty, $dot:expr) => {
        tile!(
            $name,
            $activation,
            $weight,
            "avx512f,avx512vnni",
            64,
            _mm512_setzero_si512,
            _mm512_set1_epi32,
            _mm512_loadu_si512,
            _mm512_storeu_si512,
            $dot,
            fetch
        );
    };
}

narrow!(bytes_avx2, u8, i8, "avx2", add_bytes);
narrow!(shorts_avx2, i16, i16, "avx2", add_shorts);
narrow!(
    bytes_avx_vnni,
    u8,
    i8,
    "avx2,avxvnni",
    _mm256_dpbusd_avx_epi32
);
narrow!(
    shorts_avx_vnni,
    i16,
    i16,
    "avx2,avxvnni",
    _mm256_dpwssd_avx_epi32
);
wide!(bytes_avx512_vnni, u8, i8, _mm512_dpbusd_epi32);
wide!(shorts_avx512_vnni, i16, i16, _mm512_dpwssd_epi32);
