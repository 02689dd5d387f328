//! The index file: a header, centroids, and the lists, each with its vectors, log-sums and row numbers.
//!
//! The index can be rebuilt from its source files. All offsets are checked against the file's length, so a damaged
//! index leads at worst to an error or wrong hits; the sections that locate lists have a checksum.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use half::f16;
use serde::{Deserialize, Serialize};

use super::super::super::WorkerError;
use crate::engine::files::mmap::map_file;
use crate::engine::files::paths::absolute;
use crate::engine::files::regular::open_regular;
use crate::engine::media::photo::Candidate;

/// The magic at the start of the file.
const MAGIC: &[u8; 8] = b"LUMIIVF1";
/// Alignment of sections, in bytes, so that values are aligned for the CPU.
const ALIGNED: usize = 64;

/// A source file in its state at indexing time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    path: String,
    bytes: u64,
    modified_ns: i64,
}

impl Source {
    /// The current state of a file.
    pub fn of(path: &Path) -> Result<Self, WorkerError> {
        let path = absolute(path);
        let metadata = std::fs::metadata(&path).map_err(|source| WorkerError::Io {
            path: path.clone(),
            source,
        })?;
        let file = Candidate::new(path, &metadata);
        Ok(Self {
            // Paths that are not valid UTF-8 become lossy, but still differ by length and modification time.
            path: file.path.to_string_lossy().into_owned(),
            bytes: file.size,
            modified_ns: file.modified_ns,
        })
    }
}

/// What determines an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The model's fingerprint.
    pub model: String,
    /// A hash of the background embeddings.
    pub background: String,
    /// The embedding dimension.
    pub dim: usize,
    /// The source files.
    pub sources: Vec<Source>,
    /// The requested number of lists; 0 for automatic.
    pub lists: usize,
}

/// The header of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What determines the index.
    pub made_of: Header,
    /// Number of rows of each source file, including those without an embedding.
    pub rows: Vec<u64>,
    /// Number of vectors of each list.
    pub lengths: Vec<u32>,
    /// A checksum of the data between the header and the lists.
    pub centroids: String,
}

/// Offsets of the sections of the file, in bytes.
#[derive(Clone, Debug)]
pub struct Layout {
    dim: usize,
    /// The number of the first vector of each list, then the total number of vectors.
    starts: Vec<usize>,
    centroids: usize,
    vectors: usize,
    sums: usize,
    rows: usize,
    /// The length of the file in bytes.
    pub end: usize,
}

fn aligned(at: usize) -> Option<usize> {
    at.checked_next_multiple_of(ALIGNED)
}

impl Layout {
    /// Computes the layout for lists of these lengths after a header of `head` bytes; `None` on overflow.
    pub fn new(dim: usize, lengths: &[u32], head: usize) -> Option<Self> {
        let mut starts = vec![0usize];
        for length in lengths {
            let last = starts.last().copied().unwrap_or_default();
            starts.push(last.checked_add(*length as usize)?);
        }
        let count = starts.last().copied().unwrap_or_default();
        let centroids = aligned(head)?;
        let vectors = aligned(centroids.checked_add(2 * dim * lengths.len())?)?;
        let sums = aligned(vectors.checked_add(count.checked_mul(2 * dim)?)?)?;
        let rows = aligned(sums.checked_add(count.checked_mul(4)?)?)?;
        let end = rows.checked_add(count.checked_mul(4)?)?;
        Some(Self {
            dim,
            starts,
            centroids,
            vectors,
            sums,
            rows,
            end,
        })
    }

    /// The range of a list's vectors among all.
    pub fn list(&self, list: usize) -> Option<Range<usize>> {
        Some(*self.starts.get(list)?..*self.starts.get(list + 1)?)
    }

    /// The offsets of a vector, its log-sum and its row number.
    pub fn vector(&self, number: usize) -> (u64, u64, u64) {
        let at = |start: usize, size: usize| (start + number * size) as u64;
        (
            at(self.vectors, 2 * self.dim),
            at(self.sums, 4),
            at(self.rows, 4),
        )
    }

    fn count(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }
}

/// Writes the header and the centroids, and returns the layout of the rest.
pub fn write_head(
    file: &mut File,
    made_of: &Header,
    rows: &[u64],
    lengths: &[u32],
    centroids: &[f16],
) -> io::Result<Layout> {
    let contents = Contents {
        made_of: made_of.clone(),
        rows: rows.to_vec(),
        lengths: lengths.to_vec(),
        centroids: centroid_checksum(centroids),
    };
    let header = serde_json::to_vec(&contents)?;
    let head = MAGIC.len() + 8 + header.len();
    let layout = Layout::new(made_of.dim, lengths, head);
    let layout = layout.ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut out = Vec::with_capacity(layout.vectors);
    out.extend(MAGIC);
    out.extend((header.len() as u64).to_le_bytes());
    out.extend(header);
    out.resize(layout.centroids, 0);
    out.extend(bytemuck::cast_slice::<f16, u8>(centroids));
    out.resize(layout.vectors, 0);
    file.write_all(&out)?;
    file.set_len(layout.end as u64)?;
    Ok(layout)
}

fn centroid_checksum(centroids: &[f16]) -> String {
    let hash = blake3::hash(bytemuck::cast_slice(centroids));
    hash.to_hex().to_string()
}

/// A memory-mapped index.
pub struct IndexFile {
    map: Bytes,
    layout: Layout,
    /// The first row of each source file, counted over all files, then the total.
    first_rows: Vec<u64>,
    path: std::path::PathBuf,
}

/// A list of the index.
pub struct List<'a> {
    /// Its vectors, concatenated.
    pub vectors: &'a [f16],
    /// Their log-sums over the background.
    pub sums: &'a [f32],
    /// Their row numbers, counted over all files.
    pub rows: &'a [u32],
}

impl IndexFile {
    /// Opens an index; `None` if it does not exist or was made from something else.
    ///
    /// # Errors
    /// Returns an error if the file is not an index, since it could be valuable and must not be replaced.
    pub fn open(path: &Path, made_of: &Header) -> Result<Option<Self>, WorkerError> {
        let io = |source| WorkerError::Io {
            path: path.into(),
            source,
        };
        let file = match open_regular(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let no_index = || WorkerError::Invalid {
            path: path.into(),
            message: "it exists but is not an index: name another file with --index".into(),
        };
        if file.metadata().map_err(io)?.len() < MAGIC.len() as u64 {
            return Err(no_index());
        }
        let map = Bytes::from_owner(map_file(&file).map_err(io)?);
        if !map.starts_with(MAGIC) {
            return Err(no_index());
        }
        Ok(Self::read(map, path, made_of))
    }

    /// Parses the mapped file; `None` if it is incomplete or was made from something else.
    fn read(map: Bytes, path: &Path, made_of: &Header) -> Option<Self> {
        let start = MAGIC.len() + 8;
        let length = map.get(MAGIC.len()..start)?.try_into().ok()?;
        let head = start.checked_add(usize::try_from(u64::from_le_bytes(length)).ok()?)?;
        let contents: Contents = serde_json::from_slice(map.get(start..head)?).ok()?;
        if contents.made_of != *made_of {
            return None;
        }
        let layout = Layout::new(made_of.dim, &contents.lengths, head)?;
        if layout.end != map.len() {
            return None;
        }
        let mut first_rows = vec![0u64];
        for rows in &contents.rows {
            first_rows.push(first_rows.last()?.checked_add(*rows)?);
        }
        let file = Self {
            map,
            layout,
            first_rows,
            path: path.into(),
        };
        let checksum = centroid_checksum(file.centroids());
        (checksum == contents.centroids).then_some(file)
    }

    fn part<T: bytemuck::AnyBitPattern>(&self, start: usize, count: usize) -> &[T] {
        let bytes = self.map.get(start..start + count * size_of::<T>());
        bytemuck::try_cast_slice(bytes.unwrap_or_default()).unwrap_or_default()
    }

    /// The number of lists.
    pub fn lists(&self) -> usize {
        self.layout.starts.len() - 1
    }

    /// The number of vectors.
    pub fn rows(&self) -> usize {
        self.layout.count()
    }

    /// The number of vectors of a list.
    pub fn length(&self, list: usize) -> usize {
        self.layout.list(list).map_or(0, |list| list.len())
    }

    /// The centroids, concatenated.
    pub fn centroids(&self) -> &[f16] {
        self.part(self.layout.centroids, self.lists() * self.layout.dim)
    }

    /// The contents of a list.
    pub fn list(&self, list: usize) -> Result<List<'_>, WorkerError> {
        let numbers = self.layout.list(list).ok_or_else(|| self.damaged())?;
        let (start, count) = (numbers.start, numbers.len());
        let Layout { dim, .. } = self.layout;
        Ok(List {
            vectors: self.part(self.layout.vectors + start * 2 * dim, count * dim),
            sums: self.part(self.layout.sums + start * 4, count),
            rows: self.part(self.layout.rows + start * 4, count),
        })
    }

    /// The source file of a row, and the row's number within it.
    pub fn place(&self, row: u32) -> Result<(usize, u64), WorkerError> {
        let row = u64::from(row);
        let file = self.first_rows.partition_point(|first| *first <= row);
        match file.checked_sub(1) {
            Some(file) if file + 1 < self.first_rows.len() => {
                Ok((file, row - self.first_rows[file]))
            }
            _ => Err(self.damaged()),
        }
    }

    fn damaged(&self) -> WorkerError {
        WorkerError::Invalid {
            path: self.path.clone(),
            message: "it is damaged: delete it to have it rebuilt".into(),
        }
    }
}
