//! The engine: from folders of photos to scores and exports. It knows nothing of windows or terminals.
//!
//! `scan -> decode -> preprocess -> model -> store` is the way of a photo, run by [`index::pipeline`]; `query -> score` the
//! way of a question. [`library::Library`] is the entry point to both; [`organize::export`] puts the answer where a person wants it.

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
