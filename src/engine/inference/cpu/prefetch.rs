//! Prefetching of weights.
//!
//! The weights of a model are larger than any cache. Every tile over one panel prefetches a share of the next one into the
//! core's own cache, so that the first rows of the next panel do not wait for memory.

/// Rows of most tiles.
pub const TILE_ROWS: usize = 6;

/// The share of `next` that is fetched by the tile that begins at `row` of `rows`.
pub fn share<T>(next: &[T], row: usize, rows: usize) -> &[T] {
    let tiles = rows.div_ceil(TILE_ROWS).max(1);
    let mut shares = next.chunks(next.len().div_ceil(tiles).max(1));
    shares.nth(row / TILE_ROWS).unwrap_or_default()
}

/// Addresses that the steps of a tile fetch from.
pub struct PrefetchPlan<T> {
    first: *const T,
    each: usize,
}

impl<T> PrefetchPlan<T> {
    /// Over a share, for a tile of `depth` steps over a panel. Where nothing is ahead, all of them name the panel: an
    /// address that does not exist would be looked up in vain, again and again.
    #[inline(always)]
    pub fn new(share: &[T], panel: &[T], depth: usize) -> Self {
        let first = if share.is_empty() { panel } else { share }.as_ptr();
        let each = share.len().div_ceil(depth.max(1));
        Self { first, each }
    }

    /// The address for one step; those of the last steps may be beyond the share.
    #[inline(always)]
    pub fn at(&self, step: usize) -> *const i8 {
        self.first.wrapping_add(step * self.each).cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiles_of_a_panel_fetch_all_of_the_next() {
        let next: Vec<usize> = (0..1000).collect();
        for rows in [6, 7, 50, 600] {
            let tiles = (0..rows).step_by(TILE_ROWS);
            let fetched: Vec<usize> = tiles
                .flat_map(|row| share(&next, row, rows))
                .copied()
                .collect();
            assert_eq!(fetched, next, "{rows} rows");
        }
        assert!(share::<u8>(&[], 0, 1).is_empty());
    }
}
