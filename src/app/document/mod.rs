//! The window's state and what is derived from it; only `app::apply` changes it.

pub mod arrange;
pub mod burst;
pub mod calendar;
pub mod chips;
pub mod export_choices;
pub mod exports;
pub mod filter;
pub mod grid_layout;
pub mod history;
pub mod keywords;
pub mod labels;
pub mod library;
pub mod match_axis;
pub mod memory;
mod messages;
pub mod models;
pub mod pasted;
pub mod scored;
pub mod search_text;
pub mod selection;
pub mod state;
mod targets;
pub mod viewer;
