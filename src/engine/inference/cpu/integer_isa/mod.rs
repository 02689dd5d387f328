//! Integer dot products of 8-bit and 16-bit values with the processor's instruction set extensions.

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code)]
mod arm;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
mod tile;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

use crate::engine::inference::cpu::PANEL;
#[cfg(target_arch = "x86_64")]
pub use x86::fetch;

/// Instruction set for integer dot products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegerIsa {
    /// Plain Rust without special instructions.
    Portable,
    /// AVX2 with FMA: byte products are added pairwise in 16 bits, 16-bit products pairwise in 32 bits.
    Avx2,
    /// AVX-VNNI: accumulates four byte products or two 16-bit products per lane, 256 bits wide.
    AvxVnni,
    /// AVX-512 VNNI: the same, 512 bits wide.
    Avx512Vnni,
    /// NEON with dot products: accumulates four byte products at once, or two 16-bit products in two steps.
    Neon,
}

impl IntegerIsa {
    /// The fastest one that this processor supports.
    #[must_use]
    pub fn detect() -> Self {
        *Self::available().last().unwrap_or(&Self::Portable)
    }

    /// All that this processor supports, fastest last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            // In practice, processors with AVX2 also have FMA.
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if avx2 {
                levels.push(Self::Avx2);
            }
            if avx2 && is_x86_feature_detected!("avxvnni") {
                levels.push(Self::AvxVnni);
            }
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni")
            {
                levels.push(Self::Avx512Vnni);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("dotprod") {
            levels.push(Self::Neon);
        }
        levels
    }

    /// The name shown by `lumisift doctor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "none",
            Self::Avx2 => "AVX2",
            Self::AvxVnni => "AVX-VNNI",
            Self::Avx512Vnni => "AVX-512 VNNI",
            Self::Neon => "NEON dot products",
        }
    }

    /// Maximum magnitude of an int8 weight. AVX2 adds two products in 16 bits, which must not overflow: 2 x 255 x 63
    /// fits, 2 x 255 x 127 does not.
    #[must_use]
    pub fn weight_limit(self) -> f32 {
        match self {
            Self::Avx2 => 63.0,
            _ => 127.0,
        }
    }
}

/// Defines the product of `R` rows with the first `$width` columns of a panel:
/// `sums[r][c] = sum_k rows[r][k] panel[k][c]`. Further columns of `sums` may or may not be written. A panel is
/// (depth / group) x 64 x group. `prefetched` is prefetched meanwhile, where the processor supports it.
macro_rules! summing {
    ($(#[$doc:meta])* $name:ident, $activation:ty, $weight:ty, $group:literal, $avx2:ident, $avx_vnni:ident, $avx512:ident, $neon:ident) => {
        impl IntegerIsa {
            $(#[$doc])*
            ///
            /// Internal: must not be called for an instruction set that this processor lacks.
            #[allow(unsafe_code)]
            pub(super) fn $name<const R: usize>(
                self,
                rows: [&[$activation]; R],
                panel: &[$weight],
                prefetched: &[$weight],
                width: usize,
                sums: &mut [[i32; PANEL]; R],
            ) {
                match self {
                    // SAFETY: these functions require only the instruction sets that they name, and a variant other
                    // than `Portable` comes from `available`, which has detected them.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx2 => unsafe {
                        x86::$avx2::<R, 2>(rows, panel, prefetched, width.div_ceil(8), sums);
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Self::AvxVnni => unsafe {
                        x86::$avx_vnni::<R, 2>(rows, panel, prefetched, width.div_ceil(8), sums);
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx512Vnni => unsafe {
                        match width {
                            0..=16 => x86::$avx512::<R, 1>(rows, panel, prefetched, 1, sums),
                            17..=32 => x86::$avx512::<R, 2>(rows, panel, prefetched, 2, sums),
                            33..=48 => x86::$avx512::<R, 3>(rows, panel, prefetched, 3, sums),
                            _ => x86::$avx512::<R, 4>(rows, panel, prefetched, 4, sums),
                        }
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "aarch64")]
                    Self::Neon => unsafe {
                        arm::$neon::<R, 4>(rows, panel, prefetched, width.div_ceil(4), sums);
                    },
                    _ => $name(rows, panel, sums),
                }
            }
        }

        /// The reference implementation, which every instruction set must match exactly.
        fn $name<const R: usize>(
            rows: [&[$activation]; R],
            panel: &[$weight],
            sums: &mut [[i32; PANEL]; R],
        ) {
            *sums = [[0; PANEL]; R];
            for (k, group) in panel.chunks_exact($group * PANEL).enumerate() {
                for (sums, row) in sums.iter_mut().zip(rows) {
                    let Some(a) = row[$group * k..].first_chunk::<$group>() else {
                        break;
                    };
                    for (sum, w) in sums.iter_mut().zip(group.as_chunks::<$group>().0) {
                        for i in 0..$group {
                            *sum += i32::from(a[i]) * i32::from(w[i]);
                        }
                    }
                }
            }
        }
    };
}

summing!(
    /// Dot products of bytes, in groups of four.
    sum_bytes, u8, i8, 4, bytes_avx2, bytes_avx_vnni, bytes_avx512_vnni, bytes_neon
);
summing!(
    /// Dot products of 16-bit values, in groups of two.
    sum_shorts, i16, i16, 2, shorts_avx2, shorts_avx_vnni, shorts_avx512_vnni, shorts_neon
);
