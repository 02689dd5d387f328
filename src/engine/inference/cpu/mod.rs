//! CPU kernels, compiled for several instruction sets and selected at run time.
//!
//! Most kernels are safe Rust over slices, written so that the compiler vectorises them: fixed-width lanes and no
//! branches. The `multi_target!` macro compiles one body for AVX-512, AVX2 and the baseline, and dispatches on the
//! processor's features. One portable binary is thus fast everywhere, and each variant can be tested against the
//! baseline. GEMM microkernels and the conversion of f16 use intrinsics, with portable alternatives. Kernels start no
//! threads.

/// Unrolls a loop over at most twelve indices. Development builds do not unroll loops, and accumulators that are
/// indexed by a variable are not kept in registers: the kernels would be ten times as slow in them.
macro_rules! unrolled {
    ($i:ident < $count:ident: $body:block) => {
        unrolled!(@ $i, $count, $body, 0 1 2 3 4 5 6 7 8 9 10 11)
    };
    (@ $i:ident, $count:ident, $body:block, $($index:literal)*) => {
        const { assert!($count <= 12) };
        $(if $index < $count {
            let $i: usize = $index;
            $body
        })*
    };
}

mod attention;
mod depthwise;
mod dots;
mod half_precision;
mod hamming;
mod int16;
mod int8;
mod integer_isa;
mod math;
mod microkernel;
mod norm;
mod packed_gemm;
mod pool;
mod prefetch;
mod pseudorandom;
mod row_dots;
mod softmax;

pub use attention::{AttentionScratch, HeadShape, attend_head};
pub use depthwise::{Depthwise, DepthwiseShape, RowPairs, side_by_side};
pub use dots::HalfDots;
pub use half_precision::{dot_f16, widen};
pub use hamming::codes_within;
pub use int8::{Int8Rows, PackedI8, ProductAbove};
pub use int16::{Int16Rows, PackedI16};
pub use integer_isa::IntegerIsa;
pub use math::{Activation, exp_scaled};
pub use norm::layer_norm;
pub use packed_gemm::{GemmEpilogue, PackedF32};
pub use pool::pool;
pub use prefetch::TILE_ROWS;
pub use pseudorandom::pseudorandom;
pub use row_dots::row_dots;
pub use softmax::{BackgroundSoftmax, LANES as MASS_LANES, masses};

/// Number of outputs per panel of packed weights: as many as the registers can accumulate for one tile.
pub const PANEL: usize = 64;

/// Instruction sets that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimdLevel {
    /// Guaranteed by the target: SSE2 on x86-64, NEON on AArch64.
    Baseline,
    /// AVX2 with fused multiply-add.
    Avx2,
    /// AVX-512 F, BW, DQ and VL.
    Avx512,
}

impl SimdLevel {
    /// The highest level that this processor supports.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                return Self::Avx512;
            }
            if avx2 {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// All levels that this processor supports.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let all = [Self::Baseline, Self::Avx2, Self::Avx512];
        let best = Self::detect() as usize;
        all.into_iter()
            .filter(|level| *level as usize <= best)
            .collect()
    }

    /// The name shown by `lumisift doctor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline if cfg!(target_arch = "aarch64") => "NEON",
            Self::Baseline => "baseline",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        }
    }
}

/// `a * b + c`, fused only if the instruction set has FMA; otherwise `mul_add` would be a slow library call.
#[inline(always)]
fn madd<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// Defines a kernel from a body generic over `FMA`, compiled once per [`SimdLevel`].
macro_rules! multi_target {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? => $body:ident) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        #[allow(clippy::too_many_arguments)]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                fn avx512($($arg: $ty),*) $(-> $ret)? {
                    $body::<true>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $ret)? {
                    $body::<true>($($arg),*)
                }
                match $crate::engine::inference::cpu::SimdLevel::detect() {
                    // SAFETY: the only requirement of these functions is that the processor has the instruction sets
                    // that they name, which `detect` has just established.
                    $crate::engine::inference::cpu::SimdLevel::Avx512 => return unsafe { avx512($($arg),*) },
                    $crate::engine::inference::cpu::SimdLevel::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::engine::inference::cpu::SimdLevel::Baseline => {}
                }
            }
            $body::<{ cfg!(target_arch = "aarch64") }>($($arg),*)
        }
    };
}
use multi_target;
