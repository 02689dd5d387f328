//! Exact top-k search over embeddings in any number of files, reading each once and keeping only the best hits.
//!
//! A match score compares a label to hundreds of background prompts, but few embeddings need all these products: the
//! mean of the prompts gives an upper bound (by Jensen's inequality, a sum of exponentials is at least their number
//! times the exponential of the mean), and only embeddings whose bound reaches the current threshold are scored.

mod best;
mod bound;
mod index;

use std::cmp::Ordering;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use half::f16;
use rayon::prelude::*;

use super::WorkerError;
use super::embedding_file::{Block, EmbeddingFile, Wanted};
use crate::engine::index::zero_shot::ZeroShot;
use crate::engine::search::score::Scorer;
use crate::engine::search::teach::TrainingSet;
use best::Best;
use bound::Bound;

pub use index::{Index, IndexOptions, IndexStep};

/// Rows per parallel task.
const TASK_ROWS: usize = 2048;
/// Rows that are converted to f32 at a time, so that they are in a core's own cache when they are multiplied.
const CONVERTED_ROWS: usize = 32;

/// A row among the best.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The index of its file.
    pub file: usize,
    /// Its number within that file, from 0.
    pub row: u64,
    /// Its key in the file: path, name, key or URL; `None` if there is no such column.
    pub key: Option<String>,
    /// Its match score.
    pub matched: f32,
}

impl Hit {
    /// Higher match scores first; ties in the order of files and rows.
    fn order(&self, other: &Self) -> Ordering {
        let by_match = other.matched.total_cmp(&self.matched);
        by_match.then((self.file, self.row).cmp(&(other.file, other.row)))
    }
}

/// The state of a search for one label.
struct RankSearch<'a> {
    zero_shot: &'a ZeroShot,
    scorer: Scorer,
    bound: Bound,
    top: usize,
    best: Mutex<Best>,
}

/// Finds the `top` rows of these files with the highest match scores for a label, best first.
///
/// # Errors
/// Returns an error if a file cannot be read, lacks embeddings of this model, or the label cannot be prepared.
pub fn rank(
    zero_shot: &ZeroShot,
    label: &TrainingSet,
    files: &[PathBuf],
    top: usize,
) -> Result<Vec<Hit>, WorkerError> {
    let info = zero_shot.model().info();
    let classifiers = zero_shot.teach_all(std::slice::from_ref(label), zero_shot)?;
    let search = RankSearch {
        zero_shot,
        scorer: zero_shot.classifier_scorer(&classifiers),
        bound: Bound::new(&classifiers, zero_shot.background(), info),
        top,
        best: Mutex::default(),
    };
    if top == 0 {
        return Ok(Vec::new());
    }
    for (file, path) in files.iter().enumerate() {
        let opened = EmbeddingFile::open(path, info, Wanted::VectorsAndKey)?;
        let parts: Vec<_> = opened.parts().collect();
        let scanned = parts
            .into_par_iter()
            .map(|part| opened.blocks(part, |block| search.scan(file, &block)));
        scanned.collect::<Result<(), WorkerError>>()?;
    }
    let best = search.best.into_inner();
    let best = best.unwrap_or_else(PoisonError::into_inner);
    Ok(best.into_sorted())
}

impl RankSearch<'_> {
    fn best(&self) -> std::sync::MutexGuard<'_, Best> {
        self.best.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scan(&self, file: usize, block: &Block) {
        let tasks = block.rows().div_ceil(TASK_ROWS);
        (0..tasks).into_par_iter().for_each(|task| {
            let first = task * TASK_ROWS;
            let rows = first..(first + TASK_ROWS).min(block.rows());
            self.task(file, block, rows);
        });
    }

    fn task(&self, file: usize, block: &Block, rows: std::ops::Range<usize>) {
        let threshold = self.best().threshold(self.top);
        let dim = self.zero_shot.background().dim;
        let mut wide = Vec::new();
        let (mut kept, mut vectors) = (Vec::new(), Vec::<f16>::new());
        for start in rows.clone().step_by(CONVERTED_ROWS) {
            let values = block.values(start..(start + CONVERTED_ROWS).min(rows.end), &mut wide);
            self.bound.reaching(values, threshold, |at, length| {
                if block.is_valid(start + at) {
                    kept.push(start + at);
                    let vector = &values[at * dim..][..dim];
                    vectors.extend(vector.iter().map(|v| f16::from_f32(v / length)));
                }
            });
        }
        if kept.is_empty() {
            return;
        }
        let sums = self.zero_shot.background_sums(&vectors);
        let numbers: Vec<u32> = (0..).take(kept.len()).collect();
        let scores = self.scorer.score(&vectors, &sums, &numbers);
        let mut best = self.best();
        for (matched, row) in scores.matches.iter().zip(kept) {
            if !matched.is_nan() && *matched >= best.threshold(self.top) {
                let hit = Hit {
                    file,
                    row: block.first_row + row as u64,
                    key: block.key(row),
                    matched: *matched,
                };
                best.push(hit, self.top);
            }
        }
    }
}
