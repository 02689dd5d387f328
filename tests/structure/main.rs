//! Rules for dependencies between source files, for tests, and for paths in the documentation.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod dependency_cycles;
mod doc_paths;
mod errors;
mod families;
mod layers;
mod message_keys;
mod messages;
mod skipped_tests;
mod sources;
mod untranslated;
