//! Lumisift sifts photos by typed labels, with CLIP, on the person's own machine.
//!
//! [`engine`] does all that needs no window; [`settings`] says where things are kept; [`logging`] keeps the log; with the
//! feature `gui` come `app`, the window's state and commands, `ui`, what is drawn of it, and `window`, which has both. The program
//! in `main.rs` puts the window or a command line on top.

#[cfg(feature = "gui")]
pub mod app;
pub mod engine;
pub mod logging;
pub mod settings;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod window;
