//! From photos to embeddings: the pipeline that processes folders, the store, and the session that answers queries.

mod error;
pub mod pipeline;
pub mod session;
pub mod store;
pub mod thumbnails;
pub mod zero_shot;
