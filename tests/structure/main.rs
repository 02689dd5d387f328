//! Rules for dependencies between source files, and for tests.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/sources.rs"]
mod sources;

mod asked;
mod circles;
mod errors;
mod families;
mod honest;
mod layers;
mod messages;
