//! Models: catalogue, downloads and installed files.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fixtures.rs"]
mod fixtures;
#[path = "../common/hub.rs"]
mod hub;

mod download;
mod malicious_hub;
mod models;
