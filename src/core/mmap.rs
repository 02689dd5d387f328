//! Memory maps of files, and the only place that makes them.
//!
//! A map is sound as long as nobody shortens the file under it. Model files belong to the person, who
//! is told not to change them while they are in use, as every program that maps weights assumes;
//! the store's own files are only ever appended to or replaced by rename.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a whole file for reading.
///
/// # Errors
/// If the file cannot be mapped.
pub fn map_file(file: &File) -> io::Result<Mmap> {
    // SAFETY: see the module's documentation: the file is not shortened while it is mapped.
    unsafe { Mmap::map(file) }
}
