//! What a person decided, and the only code that writes near photos: exports, moves and undo, sidecars, decisions.

pub mod contact_sheet;
pub mod export;
pub mod marks;
pub mod sidecars;
