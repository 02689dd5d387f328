//! The store of data computed from photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;

mod damage;
mod eviction;
mod full;
mod generation;
mod rows;
mod volumes;
