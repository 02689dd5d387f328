//! Lumisift sifts photos by typed labels, with CLIP, on the person's own machine.
//!
//! [`core`] is the engine; [`settings`] says where things are kept. The program in `main.rs` puts a
//! command line on top.

pub mod core;
pub mod settings;
