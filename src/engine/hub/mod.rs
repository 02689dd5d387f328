//! Models from elsewhere: which there are, fetching them safely, and which are on this machine.

pub mod catalog;
pub mod download;
pub mod endpoint;
pub mod http;
pub mod installed;
pub mod model_files;
