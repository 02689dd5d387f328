//! What the window knows and what follows from it; only `app::apply` changes it.

pub mod arrange;
pub mod filter;
pub mod grid_layout;
pub mod history;
pub mod labels;
pub mod library;
pub mod scored;
pub mod selection;
pub mod state;
