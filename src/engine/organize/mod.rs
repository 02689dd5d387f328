//! The only code that writes near photos: exports and undo, sidecars, and decisions.

pub mod contact_sheet;
pub mod export;
pub mod marks;
pub mod sidecars;
