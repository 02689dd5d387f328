//! A model's vector file: a header, followed by rows of f16; append-only and memory-mapped.
//!
//! A file belongs to one generation, which is part of its name and header. Within a generation rows are only appended,
//! so a row number refers to the same photo as long as the file is readable. Rows are appended in segments, whose
//! checksums are stored in the database.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use half::f16;
use memmap2::Mmap;
use rayon::prelude::*;

use super::checksum::{self, Checksum128, Generation};
pub use super::rows::PhotoRows;
use crate::engine::files::mmap::{map_file, release};
use crate::engine::files::private;
use crate::engine::files::regular::{open_no_link, open_regular};

/// Header size in bytes: magic number, dimension, generation and reserved space.
pub const HEADER: usize = 64;
const MAGIC: &[u8; 8] = b"LUMIVEC2";

/// Errors of vector files.
#[derive(Debug)]
pub enum VectorsError {
    /// An I/O error; the file itself may be intact.
    Io(io::Error),
    /// The file does not match the database.
    Damaged,
}

impl From<io::Error> for VectorsError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Rows written in one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorSegment {
    /// Index of the first row.
    pub first: u32,
    /// Number of rows.
    pub rows: u32,
    /// Checksum of the rows and their position.
    pub checksum: Checksum128,
}

impl VectorSegment {
    /// The row after the last one.
    pub fn end(&self) -> u32 {
        self.first.saturating_add(self.rows)
    }
}

/// Whether segments are contiguous from row 0.
pub fn are_contiguous(segments: &[VectorSegment]) -> bool {
    let mut next = 0;
    segments.iter().all(|segment| {
        let follows = segment.first == next && segment.rows > 0;
        next = segment.end();
        follows
    })
}

/// An open vector file.
pub struct VectorFile {
    file: File,
    dim: usize,
    generation: Generation,
}

impl VectorFile {
    /// Creates a file for a generation without rows.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn create(path: &Path, dim: usize, generation: Generation) -> io::Result<Self> {
        let mut file = private::options()
            .read(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        file.write_all(&header(dim, &generation))?;
        Ok(Self {
            file,
            dim,
            generation,
        })
    }

    /// Opens a file of vectors of dimension `dim`.
    ///
    /// # Errors
    /// Returns an error if it cannot be opened, or belongs to a different model or generation.
    pub fn open(path: &Path, dim: usize, generation: Generation) -> Result<Self, VectorsError> {
        // A file on a read-only disk can still be read.
        let writable = open_no_link(OpenOptions::new().read(true).write(true), path);
        let mut file = writable.or_else(|_| open_regular(path))?;
        let mut found = [0; HEADER];
        match file.read_exact(&mut found) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(VectorsError::Damaged);
            }
            read => read?,
        }
        if found != header(dim, &generation) {
            return Err(VectorsError::Damaged);
        }
        Ok(Self {
            file,
            dim,
            generation,
        })
    }

    /// Opens a file with a possibly damaged header; its rows have their own checksums.
    ///
    /// # Errors
    /// Returns an error if it cannot be opened.
    pub fn open_damaged(path: &Path, dim: usize, generation: Generation) -> io::Result<Self> {
        let file = open_regular(path)?;
        Ok(Self {
            file,
            dim,
            generation,
        })
    }

    fn offset(&self, row: u32) -> u64 {
        HEADER as u64 + u64::from(row) * self.dim as u64 * 2
    }

    /// Appends rows after the first `first` rows and syncs them to disk before the database refers to them.
    ///
    /// # Errors
    /// Returns an error if they cannot be written, for example if the disk is full, or if the preceding rows are
    /// missing.
    pub fn append(mut self, first: u32, values: &[f16]) -> Result<VectorSegment, VectorsError> {
        if self.file.metadata()?.len() < self.offset(first) {
            return Err(VectorsError::Damaged);
        }
        let bytes: &[u8] = bytemuck::cast_slice(values);
        self.file.seek(SeekFrom::Start(self.offset(first)))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        let rows = u32::try_from(values.len() / self.dim.max(1)).unwrap_or(u32::MAX);
        Ok(VectorSegment {
            first,
            rows,
            checksum: checksum::segment(&self.generation, first, rows, bytes),
        })
    }

    /// Writes all rows of a new file in segments of `segment_rows` and syncs them to disk.
    ///
    /// # Errors
    /// Returns an error if they cannot be written.
    pub fn fill<'a>(
        self,
        mut rows: impl Iterator<Item = &'a [f16]>,
        segment_rows: usize,
    ) -> io::Result<Vec<VectorSegment>> {
        let mut segments = Vec::new();
        let mut out = BufWriter::new(&self.file);
        let mut first = 0;
        loop {
            let values: Vec<f16> = rows
                .by_ref()
                .take(segment_rows)
                .flatten()
                .copied()
                .collect();
            if values.is_empty() {
                break;
            }
            let bytes: &[u8] = bytemuck::cast_slice(&values);
            out.write_all(bytes)?;
            let rows = u32::try_from(values.len() / self.dim.max(1)).unwrap_or(u32::MAX);
            let checksum = checksum::segment(&self.generation, first, rows, bytes);
            segments.push(VectorSegment {
                first,
                rows,
                checksum,
            });
            first += rows;
        }
        out.flush()?;
        drop(out);
        self.file.sync_all()?;
        Ok(segments)
    }

    /// Maps the file, whatever its length.
    ///
    /// # Errors
    /// Returns an error if it cannot be mapped.
    pub fn map(self, segments: Vec<VectorSegment>) -> io::Result<VectorMap> {
        Ok(VectorMap {
            map: Some(map_file(&self.file)?),
            dim: self.dim,
            generation: self.generation,
            rows: segments.last().map_or(0, |last| last.end() as usize),
            segments,
            counts: Vec::new(),
        })
    }
}

fn header(dim: usize, generation: &Generation) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&u32::try_from(dim).unwrap_or(u32::MAX).to_le_bytes());
    header[16..32].copy_from_slice(generation);
    header
}

/// The memory-mapped vectors of a model, limited to rows in the database.
pub struct VectorMap {
    map: Option<Mmap>,
    dim: usize,
    generation: Generation,
    rows: usize,
    segments: Vec<VectorSegment>,
    /// For the first row of each photo, its number of rows; empty if every photo has a single row.
    counts: Vec<u8>,
}

impl VectorMap {
    /// For a model without vectors.
    pub(super) fn empty(dim: usize, generation: Generation) -> Self {
        Self {
            map: None,
            dim,
            generation,
            rows: 0,
            segments: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Row-major values; each row has norm 1.
    #[must_use]
    pub fn values(&self) -> &[f16] {
        let bytes = self.map.as_deref().and_then(|map| map.get(HEADER..));
        let bytes = bytes.unwrap_or_default();
        let there = (bytes.len() / (2 * self.dim)).min(self.rows);
        // A mapping is page-aligned and the header size is even, so the rows are aligned.
        bytemuck::try_cast_slice(&bytes[..there * 2 * self.dim]).unwrap_or_default()
    }

    /// Releases the memory of pages that were read. They can be read again from the file or the page cache.
    pub fn release(&self) {
        if let Some(map) = &self.map {
            release(map);
        }
    }

    /// Records which photos have several rows.
    pub(super) fn set_wide(&mut self, wide: &[PhotoRows]) {
        if !wide.is_empty() {
            self.counts = vec![1; self.rows];
        }
        for rows in wide.iter().filter(|rows| rows.end() as usize <= self.rows) {
            self.counts[rows.first as usize] = rows.count;
        }
    }

    /// Whether any photo has several rows.
    #[must_use]
    pub fn has_wide(&self) -> bool {
        !self.counts.is_empty()
    }

    /// The rows of the photo whose first row is given.
    #[must_use]
    pub fn rows_of(&self, first: u32) -> std::ops::Range<u32> {
        let count = self.counts.get(first as usize).copied().unwrap_or(1);
        first..first.saturating_add(count.into())
    }

    /// Embedding dimension.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// A single vector.
    #[must_use]
    pub fn row(&self, row: u32) -> Option<&[f16]> {
        let start = (row as usize).checked_mul(self.dim)?;
        self.values().get(start..start.checked_add(self.dim)?)
    }

    /// The segments in which the rows were written.
    pub(super) fn segments(&self) -> &[VectorSegment] {
        &self.segments
    }

    /// The segments from row `from` that match their checksums.
    pub(super) fn valid_segments(&self, from: u32) -> Vec<VectorSegment> {
        let values = self.values();
        let is_valid = |segment: &VectorSegment| {
            let place = segment.first as usize * self.dim..segment.end() as usize * self.dim;
            values.get(place).is_some_and(|values| {
                let bytes = bytemuck::cast_slice(values);
                let checksum =
                    checksum::segment(&self.generation, segment.first, segment.rows, bytes);
                checksum == segment.checksum
            })
        };
        let later = self.segments.par_iter().filter(|s| s.first >= from);
        later.copied().filter(is_valid).collect()
    }

    /// Whether all rows from `from` match their checksums.
    pub(super) fn is_valid(&self, from: u32) -> bool {
        let wanted = self.segments.iter().filter(|s| s.first >= from).count();
        self.values().len() == self.rows * self.dim
            && are_contiguous(&self.segments)
            && self.valid_segments(from).len() == wanted
    }
}
