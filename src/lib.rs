//! Lumisift sorts photos by typed labels with CLIP, on the user's own machine.
//!
//! [`engine`] is everything that needs no window; [`settings`] has all folders and the settings file; [`logging`] writes the
//! log; [`text`] has all messages in several languages; the feature `gui` adds `app`, the window's state and commands, `ui`, which draws it, and `window`, which owns both.
//! The program in `main.rs` runs the window or the command line.

#[cfg(feature = "gui")]
pub mod app;
pub mod engine;
pub mod logging;
pub mod settings;
pub mod text;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod window;
