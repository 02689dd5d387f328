//! The window, operated as a person does, by the names that a screen reader announces.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fixtures.rs"]
mod fixtures;
#[path = "../common/gps.rs"]
mod gps;
#[path = "../common/hub.rs"]
mod hub;
#[path = "../common/window.rs"]
mod window;

mod accessibility;
mod arrange;
mod clusters;
mod devices;
mod dialogs;
mod export;
mod heat_map;
mod instance;
mod keys;
mod keys_doc;
mod keywords;
mod label_edits;
mod labels;
mod languages;
mod many_labels;
mod messages;
mod models;
mod opening;
mod places;
mod questions;
mod rules;
mod saved_searches;
mod search;
mod sorting;
mod stacks;
mod store;
mod teach;
mod tour;
mod translated;
mod typing;
mod videos;
mod viewer;
mod watched;
mod welcome;
mod work;
