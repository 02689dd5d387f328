//! The catalogue of models, downloads, and the models on this machine.

pub mod catalog;
pub mod download;
pub mod endpoint;
pub mod http;
pub mod installed;
pub mod model_files;
