//! Memory maps of files, and the only place that makes them.
//!
//! A map is sound as long as nobody shortens the file under it. Model files belong to the person, who
//! is told not to change them while they are in use, as every program that maps weights assumes;
//! the store's own files are only ever appended to or replaced by rename.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::PathBuf;

use candle_core::safetensors::MmapedSafetensors;
use memmap2::Mmap;

/// Maps a whole file for reading.
///
/// # Errors
/// If the file cannot be mapped.
pub fn map_file(file: &File) -> io::Result<Mmap> {
    // SAFETY: see the module's documentation: the file is not shortened while it is mapped.
    unsafe { Mmap::map(file) }
}

/// Maps the weights of a model, one file or several shards.
///
/// # Errors
/// If a file cannot be read or its header does not describe it.
pub fn map_weights(paths: &[PathBuf]) -> candle_core::Result<MmapedSafetensors> {
    // SAFETY: as in `map_file`.
    unsafe { MmapedSafetensors::multi(paths) }
}
