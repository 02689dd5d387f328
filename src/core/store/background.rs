//! For each vector, the mass of the background prompts: what a match is weighed against.
//!
//! Labels change with every key stroke, the background never: its sum over a few hundred prompts is
//! computed once for a vector and kept in a file beside the vectors, row for row. The file is
//! derived: its name carries a hash of the background, and it can be deleted at any time.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::VectorMap;
use super::vectors::open_or_create;
use crate::core::mmap::map_file;
use crate::core::score::Background;

/// Rows that one task sums up.
const TASK_ROWS: usize = 256;

/// The log-sums, one for each row of the vectors that they were opened with.
pub struct BackgroundSums {
    values: Vec<f32>,
}

impl BackgroundSums {
    /// Reads the file at `path`, and computes and appends what it lacks for `vectors`.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn open(path: &Path, vectors: &VectorMap, background: &Background) -> io::Result<Self> {
        let mut file = open_or_create(path)?;
        let mut values = read(&file, vectors.len())?;
        let known = values.len();
        if known < vectors.len() {
            values.resize(vectors.len(), 0.0);
            let rows = &vectors.values()[known * vectors.dim()..];
            values[known..]
                .par_chunks_mut(TASK_ROWS)
                .zip(rows.par_chunks(TASK_ROWS * vectors.dim()))
                .for_each(|(sums, rows)| background.log_sums(rows, sums));
            // Two processes write the same numbers to the same places: neither needs to wait.
            file.seek(SeekFrom::Start(known as u64 * 4))?;
            file.write_all(bytemuck::cast_slice(&values[known..]))?;
        }
        Ok(Self { values })
    }

    /// The log-sums.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// Values from the file's start up to the first that is not there. A hole, left by a process that
/// wrote behind another's end, reads as zero, which no sum over many prompts is.
fn read(file: &File, rows: usize) -> io::Result<Vec<f32>> {
    if file.metadata()?.len() < 4 {
        return Ok(Vec::new());
    }
    let map = map_file(file)?;
    let whole = map.len() / 4 * 4;
    let values: &[f32] = bytemuck::try_cast_slice(&map[..whole]).unwrap_or_default();
    let there = |v: &&f32| v.is_finite() && **v != 0.0;
    Ok(values
        .iter()
        .take(rows)
        .take_while(there)
        .copied()
        .collect())
}
