//! From photos to vectors that are kept: the pipeline that reads folders, the store, and the session that answers questions.

mod error;
pub mod pipeline;
pub mod session;
pub mod store;
pub mod zero_shot;
