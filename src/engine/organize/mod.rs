//! All code that writes in the folders of photos: exports and undo, sidecars, contact sheets; also the marks database.

pub mod contact_sheet;
pub mod export;
pub mod marks;
pub mod sidecars;
