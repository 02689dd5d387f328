//! Reads whole files within the shared memory budget of the decoders.

use std::io::ErrorKind;
use std::ops::Deref;
use std::path::Path;

use super::DecodeError;
use crate::engine::cancel::Cancel;
use crate::engine::files::regular::read_regular;
use crate::engine::media::memory_budget::{DecodeMemory, Reservation};
use crate::engine::media::photo::{Failure, Stage};

/// Maximum size of a file that is read.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// The bytes of a file, with their reservation in the memory budget.
#[derive(Debug)]
pub struct FileBytes {
    bytes: Vec<u8>,
    _memory: Option<Reservation>,
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a whole file, once memory for it is available.
///
/// # Errors
/// Returns an error if the path is not a regular file, is too large or cannot be read, or if `cancel` is raised.
pub fn read_file(path: &Path, cancel: &Cancel) -> Result<FileBytes, Failure> {
    let refuse = |message| Failure::new(path, Stage::Read, message);
    let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let files = &DecodeMemory::of_process().files;
    let memory = files
        .reserve_at_most_all(length.min(MAX_FILE_BYTES), cancel)
        .map_err(|_| Failure::new(path, Stage::Read, DecodeError::Cancelled))?;
    let bytes = read_regular(path, MAX_FILE_BYTES).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => refuse("a folder, not a photo"),
        ErrorKind::InvalidInput => refuse("not a regular file, so it was not opened"),
        ErrorKind::FileTooLarge => refuse("larger than 1 GiB, which is more than a photo takes"),
        _ => Failure::io(path, Stage::Read, &error),
    })?;
    Ok(FileBytes {
        bytes,
        _memory: Some(memory),
    })
}
