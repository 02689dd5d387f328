//! For each vector, the sum over the background prompts: the denominator of a match score.
//!
//! Labels change with every keystroke, but the background is constant, so its sum over a few hundred prompts is
//! computed once per vector and cached in a file beside the vectors. The file has one block per vector segment: a
//! checksum, followed by the sums of its rows. The checksum covers that of the vectors, so that sums never outlive the
//! vectors they were computed from. Invalid blocks are recomputed.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::VectorMap;
use super::checksum::{self, Checksum128};
use super::vectors::VectorSegment;
use crate::engine::files::private;
use crate::engine::files::regular::open_regular;
use crate::engine::search::score::Background;

/// Number of rows per parallel task.
const TASK_ROWS: usize = 256;
/// Size of the checksum before a block's values, in bytes.
const SUM: usize = size_of::<Checksum128>();
/// Maximum number of rows in memory at a time.
const PART_ROWS: usize = 1 << 14;

/// The log-sums, one per row of the vectors.
pub struct BackgroundSums {
    values: Vec<f32>,
}

impl BackgroundSums {
    /// Reads the file at `path`, then computes and appends missing blocks for `vectors`. The file is only a cache: if
    /// it cannot be read or written, all sums are computed.
    #[must_use]
    pub fn open(path: &Path, vectors: &VectorMap, background: &Background) -> Self {
        let blocks = BackgroundLayout::new(vectors);
        let bytes = read(path, blocks.bytes()).unwrap_or_default();
        let mut values = vec![0f32; vectors.len()];
        let missing = blocks.take(&bytes, &mut values);
        if missing.is_empty() {
            return Self { values };
        }
        for run in runs(&missing) {
            let rows = &vectors.values()[run.start * vectors.dim()..run.end * vectors.dim()];
            let parts = values[run].chunks_mut(PART_ROWS);
            for (sums, rows) in parts.zip(rows.chunks(PART_ROWS * vectors.dim())) {
                sums.par_chunks_mut(TASK_ROWS)
                    .zip(rows.par_chunks(TASK_ROWS * vectors.dim()))
                    .for_each(|(sums, rows)| background.log_sums(rows, sums));
                // The vectors of a large store may not fit in memory.
                if vectors.len() > PART_ROWS {
                    vectors.release();
                }
            }
        }
        // Concurrent processes write identical bytes to the same offsets. Errors only cost recomputation next time.
        let _ = blocks.write(path, &values, &missing);
        Self { values }
    }

    /// The log-sums.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    open_regular(path)?
        .take(most as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Merges adjacent segments into ranges of rows.
fn runs(segments: &[(usize, VectorSegment)]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (_, segment) in segments {
        let (first, end) = (segment.first as usize, segment.end() as usize);
        match runs.last_mut() {
            Some(last) if last.end == first => last.end = end,
            _ => runs.push(first..end),
        }
    }
    runs
}

/// Layout of the cache file.
struct BackgroundLayout<'a> {
    segments: &'a [VectorSegment],
}

impl<'a> BackgroundLayout<'a> {
    fn new(vectors: &'a VectorMap) -> Self {
        Self {
            segments: vectors.segments(),
        }
    }

    fn bytes(&self) -> usize {
        let rows = self.segments.last().map_or(0, |last| last.end() as usize);
        rows * 4 + self.segments.len() * SUM
    }

    fn offset(at: usize, segment: &VectorSegment) -> usize {
        segment.first as usize * 4 + at * SUM
    }

    /// Decodes the values of all valid blocks, and returns the segments of the invalid ones.
    fn take(&self, bytes: &[u8], values: &mut [f32]) -> Vec<(usize, VectorSegment)> {
        let mut missing = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let start = Self::offset(at, segment);
            let block = bytes.get(start..start + SUM + 4 * segment.rows as usize);
            match block {
                Some(block) if block[..SUM] == block_checksum(segment, &block[SUM..]) => {
                    let target = &mut values[segment.first as usize..segment.end() as usize];
                    for (value, bytes) in target.iter_mut().zip(block[SUM..].as_chunks::<4>().0) {
                        *value = f32::from_le_bytes(*bytes);
                    }
                }
                _ => missing.push((at, *segment)),
            }
        }
        missing
    }

    fn write(
        &self,
        path: &Path,
        values: &[f32],
        which: &[(usize, VectorSegment)],
    ) -> io::Result<()> {
        let mut file = private::open_or_create(path)?;
        let mut out: Vec<u8> = Vec::new();
        let mut start = 0;
        for (at, segment) in which {
            let offset = Self::offset(*at, segment);
            if start + out.len() != offset {
                file.seek(SeekFrom::Start(start as u64))?;
                file.write_all(&out)?;
                out.clear();
                start = offset;
            }
            let sums = &values[segment.first as usize..segment.end() as usize];
            let sums: Vec<u8> = sums.iter().flat_map(|v| v.to_le_bytes()).collect();
            out.extend(block_checksum(segment, &sums));
            out.extend(sums);
        }
        file.seek(SeekFrom::Start(start as u64))?;
        file.write_all(&out)
    }
}

fn block_checksum(segment: &VectorSegment, values: &[u8]) -> Checksum128 {
    checksum::digest(b'b', &[&segment.checksum, values])
}
