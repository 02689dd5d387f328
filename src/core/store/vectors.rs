//! The file of one model's vectors: a header, then rows of f16, appended to and mapped.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use half::f16;
use memmap2::Mmap;

use crate::core::mmap::{map_file, release};

/// Bytes before the first row: the magic, the width, room to grow.
const HEADER: usize = 64;
const MAGIC: &[u8; 8] = b"LUMIVEC1";

/// Opens a file for reading and writing as it is, or makes an empty one.
///
/// # Errors
/// If it cannot be opened.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// An open file of vectors.
pub struct VectorFile {
    file: File,
    dim: usize,
}

impl VectorFile {
    /// Opens a file of vectors of width `dim`, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened or its header is another's.
    pub fn open(path: &Path, dim: usize) -> io::Result<Self> {
        let mut file = open_or_create(path)?;
        let width = u32::try_from(dim).unwrap_or(u32::MAX).to_le_bytes();
        if file.metadata()?.len() == 0 {
            let mut header = [0; HEADER];
            header[..8].copy_from_slice(MAGIC);
            header[8..12].copy_from_slice(&width);
            file.write_all(&header)?;
        } else {
            let mut header = [0; HEADER];
            file.read_exact(&mut header)?;
            if header[..8] != MAGIC[..] || header[8..12] != width {
                return Err(io::Error::other("not a file of vectors of this model"));
            }
        }
        Ok(Self { file, dim })
    }

    fn offset(&self, row: u32) -> u64 {
        HEADER as u64 + u64::from(row) * self.dim as u64 * 2
    }

    /// Whether the file is long enough for `rows` rows.
    pub fn holds(&self, rows: u32) -> bool {
        self.file
            .metadata()
            .is_ok_and(|m| m.len() >= self.offset(rows))
    }

    /// Writes rows from `first` on and waits until they are on the disk: what names them comes later.
    ///
    /// # Errors
    /// If they cannot be written, as when the disk is full.
    pub fn write(mut self, first: u32, values: &[f16]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.offset(first)))?;
        self.file.write_all(bytemuck::cast_slice(values))?;
        self.file.sync_data()
    }

    /// Maps the rows that are there.
    ///
    /// # Errors
    /// If the file cannot be mapped.
    pub fn map(&self) -> io::Result<VectorMap> {
        Ok(VectorMap {
            map: map_file(&self.file)?,
            dim: self.dim,
        })
    }
}

/// The vectors of a model, mapped.
pub struct VectorMap {
    map: Mmap,
    dim: usize,
}

impl VectorMap {
    /// All values, row by row, each normalised to length 1.
    #[must_use]
    pub fn values(&self) -> &[f16] {
        let bytes = self.map.get(HEADER..).unwrap_or_default();
        let whole = bytes.len() / (2 * self.dim) * (2 * self.dim);
        // A map starts at a page and the header is even, so the rows are aligned.
        bytemuck::try_cast_slice(&bytes[..whole]).unwrap_or_default()
    }

    /// Lets go of the memory that reading took. What is read again comes from the file, or from the system's cache.
    pub fn release(&self) {
        release(&self.map);
    }

    /// Width of a vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values().len() / self.dim
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One vector.
    #[must_use]
    pub fn row(&self, row: u32) -> Option<&[f16]> {
        let start = (row as usize).checked_mul(self.dim)?;
        self.values().get(start..start.checked_add(self.dim)?)
    }
}
