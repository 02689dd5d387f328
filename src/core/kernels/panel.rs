//! Products of few rows with a matrix laid out in panels: no sums across lanes, each loaded value used
//! for four rows.

use super::madd;

/// Rows that share each loaded value of the matrix.
pub const ROWS: usize = 4;
/// Columns of a wide panel.
pub const WIDE: usize = 64;

/// `out[r][i] = sum_k a[r][k] b[k * stride + i]` for four rows and `N` columns.
#[inline(always)]
pub(super) fn panel<const FMA: bool, const N: usize>(
    a: [&[f32]; ROWS],
    b: &[f32],
    stride: usize,
) -> [[f32; N]; ROWS] {
    // Slices of one length, so that no index below needs a check.
    let depth = a[0].len();
    let [a0, a1, a2, a3] = a.map(|row| &row[..depth]);
    let mut sums = [[0f32; N]; ROWS];
    let factors = a0.iter().zip(a1).zip(a2).zip(a3);
    for ((((a0, a1), a2), a3), row) in factors.zip(b.chunks(stride)) {
        let Some(row) = row.first_chunk::<N>() else {
            break;
        };
        for (sums, factor) in sums.iter_mut().zip([*a0, *a1, *a2, *a3]) {
            for i in 0..N {
                sums[i] = madd::<FMA>(factor, row[i], sums[i]);
            }
        }
    }
    sums
}
