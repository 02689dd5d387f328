//! How the source files may depend on each other, and that tests are honest.
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
