//! Builds an index: centroids from a sample, then the list of each vector, then the vectors list by list.
//!
//! The files are read three times and never loaded into memory; per vector, only its list number is kept.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use half::f16;
use rayon::prelude::*;

use super::super::super::WorkerError;
use super::super::super::embedding_file::{Block, EmbeddingFile, Wanted};
use super::IndexStep;
use super::clusters::Centroids;
use super::file::{Header, Layout, write_head};
use crate::engine::files::atomic_write::atomic_write_with;
use crate::engine::index::zero_shot::ZeroShot;
use crate::engine::search::query::normalise;

/// Sampled vectors per list.
const SAMPLED: usize = 40;
/// Maximum number of lists; beyond it, assigning vectors costs more than queries save.
const MAX_LISTS: usize = 16_384;
/// Minimum mean number of vectors per list.
const MIN_LENGTH: usize = 16;
/// Rows per block.
const BLOCK_ROWS: usize = 8192;
/// The list number of a row without an embedding.
const NONE: u32 = u32::MAX;

/// A suitable number of lists: four times the square root of the number of vectors. With fewer, the best vectors of a
/// label share their lists with too many others; with more, a build takes longer than queries save.
fn suitable_lists(rows: usize) -> usize {
    let root = (rows as f64).sqrt() as usize;
    (4 * root)
        .next_multiple_of(64)
        .min(rows / MIN_LENGTH)
        .clamp(1, MAX_LISTS)
}

/// Builds the index.
pub fn build(
    zero_shot: &ZeroShot,
    path: &Path,
    files: &[PathBuf],
    made_of: &Header,
    mut watch: impl FnMut(IndexStep),
) -> Result<(), WorkerError> {
    let info = zero_shot.model().info();
    let opened = files
        .iter()
        .map(|file| EmbeddingFile::open(file, info, Wanted::VectorsAlone));
    let opened: Vec<EmbeddingFile> = opened.collect::<Result<_, _>>()?;
    let rows: Vec<u64> = opened.iter().map(EmbeddingFile::rows).collect();
    let all: u64 = rows.iter().sum();
    if all >= u64::from(NONE) {
        return Err(WorkerError::Invalid {
            path: path.into(),
            message: format!("an index holds up to {NONE} rows, but there are {all}: make several"),
        });
    }
    let count = usize::try_from(all).unwrap_or(usize::MAX);
    let lists = match made_of.lists {
        0 => suitable_lists(count),
        lists => lists.min(count.max(1)),
    };
    watch(IndexStep::Clustering(lists));
    let sample = sample(&opened, made_of.dim, count, lists * SAMPLED)?;
    let centroids = Centroids::of(&sample, made_of.dim, lists);
    drop(sample);
    watch(IndexStep::Assigning(all));
    let list_of = assign(&opened, made_of.dim, &centroids, count)?;
    let lists = centroids.values.len() / made_of.dim.max(1);
    let mut lengths = vec![0u32; lists];
    for list in list_of.iter().filter(|list| **list != NONE) {
        lengths[*list as usize] += 1;
    }
    watch(IndexStep::Writing(all));
    let halves: Vec<f16> = centroids.values.iter().map(|v| f16::from_f32(*v)).collect();
    let mut outcome = Ok(());
    let written = atomic_write_with(path, |file| {
        let layout = write_head(file, made_of, &rows, &lengths, &halves)?;
        outcome = Lists::new(file, &layout, lists).fill(zero_shot, &opened, &list_of);
        match outcome {
            Ok(()) => Ok(()),
            Err(_) => Err(io::Error::other("the index was not written")),
        }
    });
    // A read error is more informative than the resulting write error.
    outcome?;
    written.map_err(|source| WorkerError::Io {
        path: path.into(),
        source,
    })
}

/// Passes all rows to `work` in blocks: the number of the first row, counted over all files, and the normalised
/// vectors, with zeros for rows without one.
fn each_block(
    files: &[EmbeddingFile],
    dim: usize,
    work: impl Fn(usize, &[f32]) -> Result<(), WorkerError> + Sync,
) -> Result<(), WorkerError> {
    let mut first = 0usize;
    for file in files {
        let parts: Vec<usize> = file.parts().collect();
        parts.into_par_iter().try_for_each(|part| {
            file.batches(part, |batch, first_row| {
                let block = Block::new(batch, first_row, dim);
                let block = block.map_err(|error| file.damaged(error))?;
                let start = first + usize::try_from(first_row).unwrap_or(usize::MAX);
                let tasks = block.rows().div_ceil(BLOCK_ROWS);
                (0..tasks).into_par_iter().try_for_each(|task| {
                    let begin = task * BLOCK_ROWS;
                    let rows = begin..(begin + BLOCK_ROWS).min(block.rows());
                    let vectors = unit_vectors(&block, rows, dim);
                    work(start + begin, &vectors)
                })
            })
        })?;
        first += usize::try_from(file.rows()).unwrap_or(usize::MAX);
    }
    Ok(())
}

fn unit_vectors(block: &Block, rows: std::ops::Range<usize>, dim: usize) -> Vec<f32> {
    let mut room = Vec::new();
    let mut vectors = block.values(rows.clone(), &mut room).to_vec();
    for (vector, row) in vectors.chunks_exact_mut(dim).zip(rows) {
        let length = vector.iter().map(|v| v * v).sum::<f32>();
        match block.is_valid(row) && length.is_finite() && length > 0.0 {
            // As in `rank`: unit vectors are not rescaled.
            true if (length.sqrt() - 1.0).abs() < super::super::bound::UNIT => {}
            true => normalise(vector),
            false => vector.fill(0.0),
        }
    }
    vectors
}

fn has_vector(vector: &[f32]) -> bool {
    vector.iter().any(|value| *value != 0.0)
}

/// About `wanted` vectors, at equal intervals over all rows.
fn sample(
    files: &[EmbeddingFile],
    dim: usize,
    rows: usize,
    wanted: usize,
) -> Result<Vec<f32>, WorkerError> {
    let step = (rows / wanted.max(1)).max(1);
    let found: Mutex<Vec<(usize, Vec<f32>)>> = Mutex::default();
    each_block(files, dim, |first, vectors| {
        let mut own = Vec::new();
        for (row, vector) in (first..).zip(vectors.chunks_exact(dim)) {
            if row % step == 0 && has_vector(vector) {
                own.extend_from_slice(vector);
            }
        }
        lock(&found).push((first, own));
        Ok(())
    })?;
    let mut found = std::mem::take(&mut *lock(&found));
    found.sort_by_key(|(first, _)| *first);
    Ok(found.into_iter().flat_map(|(_, own)| own).collect())
}

/// The list number of each row.
fn assign(
    files: &[EmbeddingFile],
    dim: usize,
    centroids: &Centroids,
    rows: usize,
) -> Result<Vec<u32>, WorkerError> {
    let lists = Mutex::new(vec![NONE; rows]);
    each_block(files, dim, |first, vectors| {
        let mut nearest = centroids.nearest(vectors);
        for (list, vector) in nearest.iter_mut().zip(vectors.chunks_exact(dim)) {
            if !has_vector(vector) {
                *list = NONE;
            }
        }
        if let Some(to) = lock(&lists).get_mut(first..first + nearest.len()) {
            to.copy_from_slice(&nearest);
        }
        Ok(())
    })?;
    Ok(std::mem::take(&mut *lock(&lists)))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    (mutex.lock()).unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Lists being filled.
struct Lists<'a> {
    file: Mutex<&'a mut File>,
    layout: &'a Layout,
    /// Number of vectors written to each list so far.
    filled: Mutex<Vec<usize>>,
}

impl<'a> Lists<'a> {
    fn new(file: &'a mut File, layout: &'a Layout, lists: usize) -> Self {
        Self {
            file: Mutex::new(file),
            layout,
            filled: Mutex::new(vec![0; lists]),
        }
    }

    /// Writes all vectors; those of each block are grouped by list.
    fn fill(
        &self,
        zero_shot: &ZeroShot,
        files: &[EmbeddingFile],
        list_of: &[u32],
    ) -> Result<(), WorkerError> {
        let dim = zero_shot.model().info().dim;
        each_block(files, dim, |first, vectors| {
            let halves: Vec<f16> = vectors.iter().map(|v| f16::from_f32(*v)).collect();
            let sums = zero_shot.background_sums(&halves);
            let lists = list_of.get(first..first + sums.len()).unwrap_or_default();
            let mut rows: Vec<usize> = (0..lists.len()).collect();
            rows.retain(|row| lists[*row] != NONE);
            rows.sort_by_key(|row| lists[*row]);
            for own in rows.chunk_by(|a, b| lists[*a] == lists[*b]) {
                let list = lists[own[0]] as usize;
                let vectors = own.iter().flat_map(|row| &halves[row * dim..][..dim]);
                let vectors: Vec<f16> = vectors.copied().collect();
                let sums: Vec<f32> = own.iter().map(|row| sums[*row]).collect();
                let numbers = own.iter().map(|row| u32::try_from(first + row));
                let numbers: Vec<u32> = numbers.map(|n| n.unwrap_or(NONE)).collect();
                self.write(list, &vectors, &sums, &numbers)
                    .map_err(WorkerError::Output)?;
            }
            Ok(())
        })
    }

    fn write(&self, list: usize, vectors: &[f16], sums: &[f32], rows: &[u32]) -> io::Result<()> {
        let number = {
            let mut filled = lock(&self.filled);
            let range = self.layout.list(list).unwrap_or_default();
            let number = range.start + filled[list];
            filled[list] += sums.len();
            if number + sums.len() > range.end {
                return Err(io::Error::other(
                    "a file was changed in the meantime: run this again",
                ));
            }
            number
        };
        let (vectors_at, sums_at, rows_at) = self.layout.vector(number);
        let mut file = lock(&self.file);
        write_at(&mut file, vectors_at, bytemuck::cast_slice(vectors))?;
        write_at(&mut file, sums_at, bytemuck::cast_slice(sums))?;
        write_at(&mut file, rows_at, bytemuck::cast_slice(rows))
    }
}

#[cfg(unix)]
fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.write_all_at(bytes, at)
}

#[cfg(not(unix))]
fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}
