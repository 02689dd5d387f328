//! Exact top-k search over embeddings in any number of files, reading each once and keeping only the best hits.
//!
//! A match score compares a label to hundreds of background prompts, but few embeddings need all these products: the
//! mean of the prompts gives an upper bound (by Jensen's inequality, a sum of exponentials is at least their number
//! times the exponential of the mean), and only embeddings whose bound reaches the current threshold are scored.

mod best;
mod bound;
mod index;

use std::cmp::Ordering;
use std::ops::Range;
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
use bound::{Bound, BoundScratch, BoundedRow};

pub use index::{Index, IndexOptions, IndexStep};

/// Rows per parallel task.
const TASK_ROWS: usize = 2048;
/// Rows that are bounded at a time, so that their products stay in the first-level cache.
const BOUNDED_ROWS: usize = 128;
/// Rows that are scored at a time. Few, because each may raise the threshold for the others.
const SCORED_ROWS: usize = 48;

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

/// A label, prepared for any number of searches.
pub struct RankQuery<'a> {
    zero_shot: &'a ZeroShot,
    scorer: Scorer,
    bound: Bound,
}

impl<'a> RankQuery<'a> {
    /// Embeds and trains a label.
    ///
    /// # Errors
    /// Returns an error if the label cannot be prepared.
    pub fn new(zero_shot: &'a ZeroShot, label: &TrainingSet) -> Result<Self, WorkerError> {
        let classifiers = zero_shot.teach_all(std::slice::from_ref(label), zero_shot)?;
        let info = zero_shot.model().info();
        Ok(Self {
            zero_shot,
            scorer: zero_shot.classifier_scorer(&classifiers),
            bound: Bound::new(&classifiers, zero_shot.background(), info),
        })
    }

    /// The match scores of vectors, from their log-sums over the background.
    fn matches(&self, vectors: &[f16], sums: &[f32]) -> Vec<f32> {
        let rows: Vec<u32> = (0..).take(sums.len()).collect();
        self.scorer.score(vectors, sums, &rows).matches
    }
}

/// The state of a search.
struct RankSearch<'a> {
    query: &'a RankQuery<'a>,
    top: usize,
    best: Mutex<Best>,
}

/// Finds the `top` rows of these files with the highest match scores, best first.
///
/// # Errors
/// Returns an error if a file cannot be read or lacks embeddings of the query's model.
pub fn rank(query: &RankQuery<'_>, files: &[PathBuf], top: usize) -> Result<Vec<Hit>, WorkerError> {
    let search = RankSearch {
        query,
        top,
        best: Mutex::default(),
    };
    if top == 0 {
        return Ok(Vec::new());
    }
    let info = query.zero_shot.model().info();
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

    fn task(&self, file: usize, block: &Block, rows: Range<usize>) {
        let threshold = self.best().threshold(self.top);
        let (mut reaching, mut scratch) = (Vec::new(), BoundScratch::default());
        for start in rows.clone().step_by(BOUNDED_ROWS) {
            let values = block.row_values(start..(start + BOUNDED_ROWS).min(rows.end));
            let bound = &self.query.bound;
            bound.reaching(values, threshold, &mut scratch, |bounded| {
                let row = start + bounded.row;
                if block.is_valid(row) {
                    reaching.push(BoundedRow { row, ..bounded });
                }
            });
        }
        // The most promising rows first: the threshold that they set rules out most of the others. Until there are
        // `top` hits, every row reaches it.
        reaching.sort_unstable_by(|a, b| b.most.total_cmp(&a.most).then(a.row.cmp(&b.row)));
        for rows in reaching.chunks(SCORED_ROWS) {
            let threshold = self.best().threshold(self.top);
            let threshold = self.query.bound.log_odds(threshold);
            let count = rows.partition_point(|row| row.most >= threshold);
            self.score(file, block, &rows[..count]);
            if count < rows.len() {
                return;
            }
        }
    }

    fn score(&self, file: usize, block: &Block, rows: &[BoundedRow]) {
        if rows.is_empty() {
            return;
        }
        let zero_shot = self.query.zero_shot;
        let mut vectors = Vec::new();
        for BoundedRow { row, length, .. } in rows {
            let values = block.row_values(*row..row + 1);
            values.append_to(&mut vectors, *length);
        }
        let sums = zero_shot.background_sums(&vectors);
        let matches = self.query.matches(&vectors, &sums);
        let mut best = self.best();
        for (matched, BoundedRow { row, .. }) in matches.into_iter().zip(rows) {
            if !matched.is_nan() && matched >= best.threshold(self.top) {
                let hit = Hit {
                    file,
                    row: block.first_row + *row as u64,
                    key: block.key(*row),
                    matched,
                };
                best.push(hit, self.top);
            }
        }
    }
}
