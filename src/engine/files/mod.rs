//! Files as the whole engine uses them: opened only if they are what they seem, written whole or not at all, told apart
//! by identity rather than by name.

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
