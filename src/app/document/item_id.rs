//! What tells the items of the window apart.

/// Number of an item. It stays while others come, and changes only when items are removed.
pub type ItemId = u32;
