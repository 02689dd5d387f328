//! Exports: plans, runs, journals and undo.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/exports.rs"]
mod exports;
#[path = "../common/faults.rs"]
mod faults;

mod failures;
mod identity;
mod journal;
mod model;
mod names;
mod photo_sets;
mod runs;
