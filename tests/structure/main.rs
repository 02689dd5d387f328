//! Rules for dependencies between source files, for tests, and for paths in the documentation.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod asked;
mod circles;
mod doc_paths;
mod errors;
mod families;
mod honest;
mod layers;
mod messages;
mod sources;
mod untranslated;
