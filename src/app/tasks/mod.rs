//! Background tasks and their results.

mod dispatch;
pub mod exports;
pub mod fetcher;
pub(crate) mod jobs;
pub mod keywords;
pub(crate) mod marks_writer;
mod metadata;
pub mod models;
pub mod opening;
pub(crate) mod overview;
pub mod pictures;
pub(crate) mod rules;
pub(crate) mod save;
pub mod scoring;
mod session;
mod store;
pub(crate) mod supervisor;
pub(crate) mod trash;
pub(crate) mod watching;
