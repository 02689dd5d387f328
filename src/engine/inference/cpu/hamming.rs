//! Hamming distances of many binary codes from one.

use super::multi_target;

/// Codes per block, of which distances are computed without branches.
const BLOCK: usize = 64;

#[inline(always)]
fn codes_within_body<const FMA: bool>(
    codes: &[u64],
    code: u64,
    limit: u32,
    found: &mut Vec<usize>,
) {
    let is_near = |other: &u64| u64::from((other ^ code).count_ones() <= limit);
    for (number, block) in codes.chunks(BLOCK).enumerate() {
        // Near codes are rare, so most blocks end here.
        if block.iter().map(is_near).sum::<u64>() > 0 {
            let near = (0..block.len()).filter(|at| is_near(&block[*at]) > 0);
            found.extend(near.map(|at| number * BLOCK + at));
        }
    }
}

multi_target! {
    /// Appends the indices of the codes that differ from `code` in at most `limit` bits to `found`, in order.
    pub fn codes_within(codes: &[u64], code: u64, limit: u32, found: &mut Vec<usize>) => codes_within_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_within_the_limit_are_found_in_order() {
        let code = 0x0123_4567_89ab_cdef_u64;
        for count in [0, 1, 63, 64, 65, 200] {
            // Code n differs in n % 65 bits.
            let codes: Vec<u64> = (0..count)
                .map(|n| {
                    code ^ 1u64
                        .checked_shl(n as u32 % 65)
                        .map_or(u64::MAX, |bit| bit - 1)
                })
                .collect();
            let mut found = vec![7];
            codes_within(&codes, code, 12, &mut found);
            let want = (0..count).filter(|n| n % 65 <= 12);
            assert_eq!(found, [7].into_iter().chain(want).collect::<Vec<usize>>());
        }
    }
}
