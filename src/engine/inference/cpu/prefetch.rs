//! Prefetching of weights.
//!
//! A model's weights exceed the caches. Every tile of a panel prefetches a share of the next panel into the core's
//! private cache, so that its first rows do not wait for memory.

/// Number of rows of most tiles.
pub const TILE_ROWS: usize = 6;

/// The share of `next` to prefetch during the tile that starts at `row` of `rows`.
pub fn share<T>(next: &[T], row: usize, rows: usize) -> &[T] {
    let tiles = rows.div_ceil(TILE_ROWS).max(1);
    let mut shares = next.chunks(next.len().div_ceil(tiles).max(1));
    shares.nth(row / TILE_ROWS).unwrap_or_default()
}

/// Addresses to prefetch at each step of a tile.
pub struct PrefetchPlan<T> {
    first: *const T,
    each: usize,
}

impl<T> PrefetchPlan<T> {
    /// Distributes a share over the `depth` steps of a tile. If the share is empty, all steps use the panel's own
    /// address: prefetching an unmapped address repeats a futile page walk each time.
    #[inline(always)]
    pub fn new(share: &[T], panel: &[T], depth: usize) -> Self {
        let first = if share.is_empty() { panel } else { share }.as_ptr();
        let each = share.len().div_ceil(depth.max(1));
        Self { first, each }
    }

    /// The address for one step; the last ones may lie beyond the share.
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
