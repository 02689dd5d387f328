//! The model catalogue, downloads and installed models.

pub mod catalog;
pub mod download;
pub mod endpoint;
pub mod http;
pub mod installed;
pub mod model_files;
