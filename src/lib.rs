//! Lumisift sorts photos by typed labels with CLIP, locally on the user's machine.
//!
//! [`engine`] contains everything independent of the window; [`settings`] the folders and the settings file;
//! [`logging`] the log; [`text`] the messages in several languages. The feature `gui` adds `app`, the window's state
//! and commands, `ui`, which draws it, and `window`, which owns both. The program in `main.rs` runs the window or the
//! command line.

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
