//! For each vector, the mass of the background prompts: what a match is weighed against.
//!
//! Labels change with every key stroke, the background never: its sum over a few hundred prompts is
//! computed once for a vector and kept in a file beside the vectors, row for row. The file is
//! derived: its name carries a hash of the background, and it can be deleted at any time.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::vectors::open_or_create;
use super::{ModelKey, VectorMap};
use crate::core::score::Background;

/// Rows that one task sums up.
const TASK_ROWS: usize = 256;

/// Rows whose vectors are in memory at a time.
const PART_ROWS: usize = 1 << 14;

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
            let parts = values[known..].chunks_mut(PART_ROWS);
            for (sums, rows) in parts.zip(rows.chunks(PART_ROWS * vectors.dim())) {
                sums.par_chunks_mut(TASK_ROWS)
                    .zip(rows.par_chunks(TASK_ROWS * vectors.dim()))
                    .for_each(|(sums, rows)| background.log_sums(rows, sums));
                // All vectors of a large store would not fit into memory.
                if vectors.len() > PART_ROWS {
                    vectors.release();
                }
            }
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
    // Read, not mapped: the file is shortened when rows are written anew.
    let mut bytes = Vec::new();
    file.take(rows as u64 * 4).read_to_end(&mut bytes)?;
    let values = bytes.as_chunks::<4>().0.iter();
    let there = |v: &f32| v.is_finite() && *v != 0.0;
    Ok(values
        .map(|b| f32::from_ne_bytes(*b))
        .take_while(there)
        .collect())
}

/// Drops the sums of rows from `first` on, of all backgrounds of a model: other vectors go there.
///
/// # Errors
/// If a file cannot be shortened.
pub fn forget_from(model: &ModelKey, first: u32) -> io::Result<()> {
    let prefix = format!("background-{}-", model.stem);
    let Some(dir) = model.path.parent() else {
        return Ok(());
    };
    for entry in fs::read_dir(dir)?.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(&prefix);
        let end = u64::from(first) * 4;
        if ours && entry.metadata()?.len() > end {
            File::options()
                .write(true)
                .open(entry.path())?
                .set_len(end)?;
        }
    }
    Ok(())
}
