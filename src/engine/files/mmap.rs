//! Memory maps of files; no other module creates any.
//!
//! A map is safe as long as nobody truncates the file. Model files and embedding files belong to the user, who is told
//! not to change them while they are in use, as every program that maps weights assumes; the store's own files are only
//! appended to or replaced by rename.
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

/// Takes the pages of a map out of this process's memory. They come back from the file when they are read.
pub fn release(map: &Mmap) {
    #[cfg(unix)]
    {
        // SAFETY: the map is of a file and only read, so what is dropped is read again as it was.
        let released = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
        // A system without this call keeps the pages as long as it has memory.
        let _ = released;
    }
    #[cfg(not(unix))]
    let _ = map;
}
