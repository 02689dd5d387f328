//! The identifier of items.

/// Index of an item in the library. Stable while items are added; changes when items are removed.
pub type ItemId = u32;
