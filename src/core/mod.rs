//! The engine: from folders of photos to scores and exports. It knows nothing of windows or terminals.
//!
//! `scan -> decode -> preprocess -> model -> store` is the way of a photo, run by [`pipeline`];
//! `query -> score` the way of a question, asked of a [`session`]; [`export`] puts the answer where a
//! person wants it.

pub mod cancel;
pub mod contact_sheet;
pub mod dates;
pub mod decode;
pub mod device;
pub mod export;
pub mod file_key;
pub mod http;
pub mod kernels;
pub mod label_set;
pub mod lexicon;
pub mod marks;
pub mod memory_budget;
pub mod metadata;
pub mod mmap;
pub mod model;
pub mod multi_crop;
pub mod nn;
pub mod paths;
pub mod pause;
pub mod photo;
pub mod pipeline;
pub mod plural;
pub mod preprocess;
pub mod private;
pub mod prompts;
pub mod query;
pub mod regular;
pub mod samples;
pub mod sanitize;
pub mod scan;
pub mod score;
pub mod session;
pub mod store;
pub mod takeout;
pub mod teach;
pub mod thumbnail;
pub mod whole;
