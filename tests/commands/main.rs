//! The command line, run as the real program in temporary folders.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fixtures.rs"]
mod fixtures;

mod cli;
mod desktop;
mod devices;
mod duplicates;
mod expansion;
mod export;
mod heaps;
mod help_language;
mod home;
mod import;
mod keywords;
mod languages;
mod locales;
mod logging;
mod marks;
mod pipeline;
mod rank_index;
mod scale;
mod starter_threshold;
mod store;
mod teach;
mod watched_folders;
mod worker;
