//! Sums of products of integers of eight and of sixteen bits, by the instructions that processors have for them.

use super::product::PANEL;

/// What a processor sums products of integers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Ordinary arithmetic.
    Portable,
    /// AVX2: products of bytes, added in pairs of 16 bits; products of 16 bits, added in pairs.
    Avx2,
    /// AVX-VNNI: four products of bytes, or two of 16 bits, added at once, 256 bits wide.
    AvxVnni,
    /// AVX-512 VNNI: the same, 512 bits wide.
    Avx512Vnni,
}

impl Unit {
    /// The best that this processor has.
    #[must_use]
    pub fn detect() -> Self {
        *Self::available().last().unwrap_or(&Self::Portable)
    }

    /// All that this processor has, the best last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        let mut units = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2");
            if avx2 {
                units.push(Self::Avx2);
            }
            if avx2 && is_x86_feature_detected!("avxvnni") {
                units.push(Self::AvxVnni);
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                units.push(Self::Avx512Vnni);
            }
        }
        units
    }

    /// The name shown by `lumisift doctor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "none",
            Self::Avx2 => "AVX2",
            Self::AvxVnni => "AVX-VNNI",
            Self::Avx512Vnni => "AVX-512 VNNI",
        }
    }

    /// Largest magnitude of a weight of eight bits. AVX2 adds two products in 16 bits, which must not overflow:
    /// 2 x 255 x 63 fits, 2 x 255 x 127 does not.
    #[must_use]
    pub fn weight_limit(self) -> f32 {
        match self {
            Self::Avx2 => 63.0,
            _ => 127.0,
        }
    }
}

/// Defines how a unit sums `R` rows with the first `$width` columns of a panel, `sums[r][c] = sum_k rows[r][k]
/// panel[k][c]`; what lies beyond the columns may be computed or left alone. A panel is (depth / group) x 64 x group.
macro_rules! summing {
    ($(#[$doc:meta])* $name:ident, $activation:ty, $weight:ty, $group:literal, $avx2:ident, $avx_vnni:ident, $avx512:ident) => {
        impl Unit {
            $(#[$doc])*
            ///
            /// Not for others to call: a unit that this processor lacks must not get here.
            #[allow(unsafe_code)]
            pub(super) fn $name<const R: usize>(
                self,
                rows: [&[$activation]; R],
                panel: &[$weight],
                width: usize,
                sums: &mut [[i32; PANEL]; R],
            ) {
                match self {
                    // SAFETY: these functions need nothing but the instruction sets that they name, and a unit
                    // other than `Portable` comes from `available`, which has found them.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx2 => unsafe {
                        x86::$avx2::<R, 2>(rows, panel, width.div_ceil(8), sums);
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Self::AvxVnni => unsafe {
                        x86::$avx_vnni::<R, 2>(rows, panel, width.div_ceil(8), sums);
                    },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx512Vnni => unsafe {
                        match width {
                            0..=16 => x86::$avx512::<R, 1>(rows, panel, 1, sums),
                            17..=32 => x86::$avx512::<R, 2>(rows, panel, 2, sums),
                            33..=48 => x86::$avx512::<R, 3>(rows, panel, 3, sums),
                            _ => x86::$avx512::<R, 4>(rows, panel, 4, sums),
                        }
                    },
                    _ => $name(rows, panel, sums),
                }
            }
        }

        /// The definition, which every unit must match bit by bit.
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
    /// Sums of products of bytes, in groups of four.
    sum_bytes, u8, i8, 4, bytes_avx2, bytes_avx_vnni, bytes_avx512_vnni
);
summing!(
    /// Sums of products of 16 bits, in groups of two.
    sum_shorts, i16, i16, 2, shorts_avx2, shorts_avx_vnni, shorts_avx512_vnni
);

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_dpbusd_avx_epi32, _mm256_dpwssd_avx_epi32,
        _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi16,
        _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_dpbusd_epi32,
        _mm512_dpwssd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
        _mm512_storeu_si512,
    };

    use super::PANEL;

    /// Bytes of a group of inputs of all columns: four bytes each.
    const GROUP: usize = 4 * PANEL;

    /// Defines a tile over registers of `$bytes` bytes, `V` of them at a time; `registers` hold the wanted columns.
    macro_rules! tile {
        ($name:ident, $activation:ty, $weight:ty, $features:literal, $bytes:literal, $zero:ident, $set:ident, $load:ident, $store:ident, $dot:expr) => {
            #[target_feature(enable = $features)]
            pub fn $name<const R: usize, const V: usize>(
                rows: [&[$activation]; R],
                panel: &[$weight],
                registers: usize,
                out: &mut [[i32; PANEL]; R],
            ) {
                const LANE: usize = 4 / size_of::<$weight>();
                let groups = panel.as_chunks::<{ GROUP / size_of::<$weight>() }>().0;
                let depth = groups.len().min(rows[0].len() / LANE);
                // A loop, because a closure would not be compiled for the features.
                let mut lines: [&[[$activation; LANE]]; R] = [&[]; R];
                for (line, row) in lines.iter_mut().zip(rows) {
                    *line = &row.as_chunks::<LANE>().0[..depth];
                }
                for first in (0..registers.min(GROUP / $bytes)).step_by(V) {
                    let mut sums = [[$zero(); V]; R];
                    for (k, group) in groups[..depth].iter().enumerate() {
                        let parts = group.as_chunks::<{ $bytes / size_of::<$weight>() }>().0;
                        let mut weights = [$zero(); V];
                        for (w, part) in weights.iter_mut().zip(&parts[first..]) {
                            // SAFETY: the part that is read has as many bytes as a register.
                            *w = unsafe { $load(part.as_ptr().cast()) };
                        }
                        for (sums, line) in sums.iter_mut().zip(lines) {
                            let a = $set(bytemuck::cast(line[k]));
                            for (sum, w) in sums.iter_mut().zip(weights) {
                                *sum = $dot(*sum, a, w);
                            }
                        }
                    }
                    for (out, sums) in out.iter_mut().zip(sums) {
                        let parts = out.as_chunks_mut::<{ $bytes / 4 }>().0;
                        for (i, sum) in sums.into_iter().enumerate() {
                            // SAFETY: the part that is written has as many bytes as a register.
                            unsafe { $store(parts[first + i].as_mut_ptr().cast(), sum) };
                        }
                    }
                }
            }
        };
    }

    /// Four products of bytes to each sum, by way of 16 bits.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn add_bytes(sum: __m256i, a: __m256i, w: __m256i) -> __m256i {
        let pairs = _mm256_maddubs_epi16(a, w);
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }

    /// Two products of 16 bits to each sum.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn add_shorts(sum: __m256i, a: __m256i, w: __m256i) -> __m256i {
        _mm256_add_epi32(sum, _mm256_madd_epi16(a, w))
    }

    /// Both kinds of tiles of 256 bits.
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
                $dot
            );
        };
    }

    /// Both kinds of tiles of 512 bits.
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
                $dot
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
}
