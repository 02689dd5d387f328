//! Microkernels for NEON with dot products.

use std::arch::aarch64::{
    int32x4_t, vdupq_n_s32, vdupq_n_u8, veorq_u8, vget_low_s16, vld1q_s32, vmlal_laneq_s16,
    vreinterpretq_s16_s32, vreinterpretq_s32_u8, vreinterpretq_u8_s32, vst1q_s32, vuzp1q_s16,
    vuzp2q_s16,
};
use std::arch::asm;

use super::PANEL;
use super::tile::{GROUP, tile};
use crate::engine::inference::cpu::prefetch::PrefetchPlan;

/// Prefetches the cache line of an address.
#[inline(always)]
fn fetch(at: *const i8) {
    // SAFETY: a hint that reads nothing, whatever the address. Assembly, because the intrinsic is unstable.
    unsafe {
        asm!("prfm pldl2keep, [{0}]", in(reg) at, options(readonly, nostack, preserves_flags))
    };
}

#[target_feature(enable = "neon")]
#[inline]
fn zero() -> int32x4_t {
    vdupq_n_s32(0)
}

/// Loads weights with 128 added: the dot product requires both operands to have the same signedness.
#[target_feature(enable = "neon")]
#[inline]
unsafe fn load_raised(from: *const i32) -> int32x4_t {
    // SAFETY: the caller guarantees that 16 bytes can be read there.
    let bytes = vreinterpretq_u8_s32(unsafe { vld1q_s32(from) });
    vreinterpretq_s32_u8(veorq_u8(bytes, vdupq_n_u8(0x80)))
}

/// Adds four byte products to each accumulator.
#[target_feature(enable = "neon,dotprod")]
#[inline]
fn add_bytes(sum: int32x4_t, a: int32x4_t, w: int32x4_t) -> int32x4_t {
    let mut sum = sum;
    // SAFETY: an addition of registers. Assembly, because the intrinsic is unstable.
    unsafe {
        asm!(
            "udot {0:v}.4s, {1:v}.16b, {2:v}.16b",
            inout(vreg) sum,
            in(vreg) a,
            in(vreg) w,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

/// Adds two 16-bit products to each accumulator. De-interleaving the weights is shared by all rows.
#[target_feature(enable = "neon")]
#[inline]
fn add_shorts(sum: int32x4_t, a: int32x4_t, w: int32x4_t) -> int32x4_t {
    let (a, w) = (vreinterpretq_s16_s32(a), vreinterpretq_s16_s32(w));
    let sum = vmlal_laneq_s16::<0>(sum, vget_low_s16(vuzp1q_s16(w, w)), a);
    vmlal_laneq_s16::<1>(sum, vget_low_s16(vuzp2q_s16(w, w)), a)
}

tile!(
    bytes_raised,
    u8,
    i8,
    "neon,dotprod",
    16,
    zero,
    vdupq_n_s32,
    load_raised,
    vst1q_s32,
    add_bytes,
    fetch
);
tile!(
    shorts_neon,
    i16,
    i16,
    "neon",
    16,
    zero,
    vdupq_n_s32,
    vld1q_s32,
    vst1q_s32,
    add_shorts,
    fetch
);

/// Dot products of bytes: `sum a w = sum a (w + 128) - 128 sum a`, exact in spite of intermediate wrap-around.
#[target_feature(enable = "neon,dotprod")]
pub fn bytes_neon<const R: usize, const V: usize>(
    rows: [&[u8]; R],
    panel: &[i8],
    prefetched: &[i8],
    registers: usize,
    out: &mut [[i32; PANEL]; R],
) {
    bytes_raised::<R, V>(rows, panel, prefetched, registers, out);
    for (out, row) in out.iter_mut().zip(rows) {
        let mut raised = 0i32;
        for a in row {
            raised += i32::from(*a);
        }
        for sum in out {
            *sum = sum.wrapping_sub(raised << 7);
        }
    }
}
