//! Sums of products of bytes, by the instructions that processors have for them.

use super::PANEL;

/// What a processor sums products of bytes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Ordinary arithmetic.
    Portable,
    /// AVX2: products of bytes, added in pairs of 16 bits.
    Avx2,
    /// AVX-VNNI: four products added at once, 256 bits wide.
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

    /// Largest magnitude of a weight. AVX2 adds two products in 16 bits, which must not overflow:
    /// 2 x 255 x 63 fits, 2 x 255 x 127 does not.
    #[must_use]
    pub fn weight_limit(self) -> f32 {
        match self {
            Self::Avx2 => 63.0,
            _ => 127.0,
        }
    }

    /// Sums of `R` rows with a panel: `sums[r][c] = sum_k rows[r][k] panel[k][c]`.
    ///
    /// `panel` is (depth / 4) x 64 x 4, each row a depth long. Not for others to call: a unit that this processor
    /// lacks must not get here.
    #[allow(unsafe_code)]
    pub(super) fn tile<const R: usize>(
        self,
        rows: [&[u8]; R],
        panel: &[i8],
        sums: &mut [[i32; PANEL]; R],
    ) {
        match self {
            Self::Portable => portable(rows, panel, sums),
            // SAFETY: these functions need nothing but the instruction sets that they name, and a unit
            // other than `Portable` comes from `available`, which has found them.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::avx2(rows, panel, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => unsafe { x86::avx_vnni(rows, panel, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => unsafe { x86::avx512_vnni(rows, panel, sums) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => portable(rows, panel, sums),
        }
    }
}

/// The definition, which every unit must match bit by bit.
fn portable<const R: usize>(rows: [&[u8]; R], panel: &[i8], sums: &mut [[i32; PANEL]; R]) {
    *sums = [[0; PANEL]; R];
    for (k, group) in panel.chunks_exact(4 * PANEL).enumerate() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            let Some(a) = row[4 * k..].first_chunk::<4>() else {
                break;
            };
            for (sum, w) in sums.iter_mut().zip(group.as_chunks::<4>().0) {
                for i in 0..4 {
                    *sum += i32::from(a[i]) * i32::from(w[i]);
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_dpbusd_avx_epi32, _mm256_loadu_si256, _mm256_madd_epi16,
        _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
        _mm256_storeu_si256, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32,
        _mm512_setzero_si512, _mm512_storeu_si512,
    };

    use super::PANEL;

    /// Defines a tile over `$registers` registers of `$bytes` bytes; a panel is walked in parts that they hold.
    macro_rules! tile {
        ($name:ident, $features:literal, $bytes:literal, $registers:literal, $zero:ident, $set:ident, $load:ident, $store:ident, $dot:expr) => {
            #[target_feature(enable = $features)]
            pub fn $name<const R: usize>(
                rows: [&[u8]; R],
                panel: &[i8],
                out: &mut [[i32; PANEL]; R],
            ) {
                let groups = panel.as_chunks::<{ 4 * PANEL }>().0;
                let rows = rows.map(|row| row.as_chunks::<4>().0);
                let depth = groups.len().min(rows[0].len());
                let rows = rows.map(|row| &row[..depth]);
                for first in (0..4 * PANEL / $bytes).step_by($registers) {
                    let mut sums = [[$zero(); $registers]; R];
                    for (k, group) in groups[..depth].iter().enumerate() {
                        let parts = group.as_chunks::<$bytes>().0;
                        let weights: [_; $registers] = std::array::from_fn(|i| {
                            // SAFETY: the part that is read has as many bytes as a register.
                            unsafe { $load(parts[first + i].as_ptr().cast()) }
                        });
                        for (sums, row) in sums.iter_mut().zip(rows) {
                            let a = $set(i32::from_le_bytes(row[k]));
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

    /// Four products to each sum, by way of 16 bits.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn pairs(sum: __m256i, a: __m256i, w: __m256i) -> __m256i {
        let pairs = _mm256_maddubs_epi16(a, w);
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    }

    tile!(
        avx2,
        "avx2",
        32,
        2,
        _mm256_setzero_si256,
        _mm256_set1_epi32,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        pairs
    );
    tile!(
        avx_vnni,
        "avx2,avxvnni",
        32,
        2,
        _mm256_setzero_si256,
        _mm256_set1_epi32,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_dpbusd_avx_epi32
    );
    tile!(
        avx512_vnni,
        "avx512f,avx512vnni",
        64,
        4,
        _mm512_setzero_si512,
        _mm512_set1_epi32,
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_dpbusd_epi32
    );
}
