//! For each vector, the sum over the background prompts: the denominator of a match.
//!
//! Labels change with every keystroke, the background never: its sum over a few hundred prompts is computed once per vector
//! and kept in a file beside the vectors. The file has a block for each segment of vectors: a checksum, then the sums of its
//! rows. The checksum covers that of the vectors, so sums never outlive the vectors that they were computed from. Blocks
//! that fail their check are computed again.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use super::VectorMap;
use super::checksum::{self, Checksum128};
use super::vectors::VectorSegment;
use crate::engine::files::private;
use crate::engine::files::regular::open_regular;
use crate::engine::search::score::Background;

/// Rows that one task sums up.
const TASK_ROWS: usize = 256;
/// Bytes of a block before its values.
const SUM: usize = size_of::<Checksum128>();
/// Rows whose vectors are in memory at a time.
const PART_ROWS: usize = 1 << 14;

/// The log-sums, one for each row of the vectors that they were opened with.
pub struct BackgroundSums {
    values: Vec<f32>,
}

impl BackgroundSums {
    /// Reads the file at `path`, and computes and adds what it lacks for `vectors`. The file only saves time: where
    /// it cannot be read or written, the sums are computed.
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
                // All vectors of a large store would not fit into memory.
                if vectors.len() > PART_ROWS {
                    vectors.release();
                }
            }
        }
        // Two processes write the same bytes to the same places. A full disk costs the time to compute them again.
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

/// Rows of segments that follow each other, together.
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

/// Where the file has what.
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

    /// Takes the values of all blocks that hold, and returns the segments of those that do not.
    fn take(&self, bytes: &[u8], values: &mut [f32]) -> Vec<(usize, VectorSegment)> {
        let mut missing = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            let start = Self::offset(at, segment);
            let block = bytes.get(start..start + SUM + 4 * segment.rows as usize);
            match block {
                Some(block) if block[..SUM] == block_sum(segment, &block[SUM..]) => {
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
            out.extend(block_sum(segment, &sums));
            out.extend(sums);
        }
        file.seek(SeekFrom::Start(start as u64))?;
        file.write_all(&out)
    }
}

fn block_sum(segment: &VectorSegment, values: &[u8]) -> Checksum128 {
    checksum::sum(b'b', &[&segment.sum, values])
}
