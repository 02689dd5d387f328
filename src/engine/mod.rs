//! The engine: from folders of photos to scores and exports, independent of window and terminal.
//!
//! A photo passes through `scan -> decode -> preprocess -> model -> store`, run by [`index::pipeline`]; a query through
//! `query -> score`. [`library::Library`] is the entry point to both; [`organize::export`] writes the results to
//! folders.

pub mod cancel;
pub mod files;
pub mod hub;
pub mod index;
pub mod inference;
pub mod library;
pub mod media;
pub mod organize;
pub mod pause;
pub mod plural;
pub mod sanitize;
pub mod search;
#[cfg(feature = "arrow")]
pub mod worker;
