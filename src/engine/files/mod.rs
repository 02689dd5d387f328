//! File access for the whole engine: files are checked before they are opened, written atomically, and identified by
//! content or inode rather than by name.

pub mod atomic_write;
pub mod content_id;
pub mod file_key;
pub mod fold;
pub mod mmap;
pub(crate) mod patch;
pub mod path_serde;
pub mod paths;
pub(crate) mod pieces;
pub mod private;
pub mod regular;
pub(crate) mod replace;
pub mod toml_text;
