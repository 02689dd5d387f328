//! The engine as a batch worker: tables of pictures in, the same tables with embeddings and match scores out, in Arrow
//! formats.
//!
//! A worker keeps no state between runs. [`Worker::run_stream`] processes Arrow's stream format over a pipe, for Spark,
//! Ray and Beam; [`Worker::run_shard`] writes one shard of a list, tar or table, for array jobs; [`rank`] searches
//! their output, and [`import`] adds it to a store. A picture that cannot be read becomes a row with an error.
//! `docs/scale.md` specifies the protocol.

mod columns;
mod dictionaries;
mod embedding_file;
mod flow;
pub mod identity;
mod import;
pub mod input;
pub mod rank;
mod row_filter;
mod shard;
mod sink;
mod source;
mod stream;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Metadata};

use super::index::session::SessionError;
use super::index::store::StoreError;
use super::index::zero_shot::ZeroShot;
use super::inference::{Embeddings, Model, ModelError};
use super::search::fit::FitRule;
use super::search::score::{Scorer, Scores};
use super::search::teach::TrainingSet;
use columns::{OutputColumns, RowMatches};
use flow::{Flow, RowOutcome};
use input::Batches;

pub use embedding_file::TableError;
pub use import::{Imported, import};
pub use row_filter::{RowFilter, RowFilterError};
pub use shard::{FileFormat, Shard, ShardOutcome};

/// Errors of workers. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file has invalid content.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A table of embeddings cannot be read.
    #[error("{}: {source}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: TableError,
    },
    /// The input is not a valid Arrow stream, or is truncated.
    #[error("the input stream cannot be read: {0}")]
    Stream(String),
    /// The input columns are unsuitable.
    #[error("{0}")]
    Columns(String),
    /// The labels are invalid.
    #[error("{0}")]
    Labels(String),
    /// The output cannot be written.
    #[error("the results cannot be written: {0}")]
    Output(#[source] std::io::Error),
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A label's example cannot be read.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system refused to start a thread.
    #[error("no threads could be started: {0}")]
    Threads(std::io::Error),
}

impl WorkerError {
    /// Converts an error of an Arrow writer, usually a closed pipe or a full disk.
    fn output(error: ArrowError) -> Self {
        Self::Output(match error {
            ArrowError::IoError(_, error) => error,
            other => std::io::Error::other(other.to_string()),
        })
    }
}

/// The labels of a worker.
#[derive(Clone, Debug, Default)]
pub struct WorkerLabels {
    /// Their names.
    pub names: Vec<String>,
    /// Their rules.
    pub rules: Vec<FitRule>,
    /// Their training sets.
    pub training_sets: Vec<TrainingSet>,
}

/// Options of a worker.
#[derive(Clone, Debug, Default)]
pub struct WorkerOptions {
    /// Number of decoder threads; 0 for one per core.
    pub threads: usize,
    /// The condition for writing rows; all rows if `None`.
    pub keep: Option<RowFilter>,
}

/// Row counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerCounts {
    /// Input rows.
    pub rows: u64,
    /// Output rows.
    pub written: u64,
    /// Rows whose picture could not be read.
    pub failed: u64,
}

/// Labels prepared for scoring.
struct LabelScorer {
    zero_shot: ZeroShot,
    scorer: Scorer,
}

/// A model with labels, which processes tables of pictures.
pub struct Worker {
    model: Arc<dyn Model>,
    labels: WorkerLabels,
    options: WorkerOptions,
    identity: Metadata,
}

impl Worker {
    /// Creates a worker and checks the labels, which are prepared only when there is work to do.
    ///
    /// # Errors
    /// Returns an error if a label's example cannot be read, two labels are equal, or `keep` refers to an unknown
    /// label.
    pub fn new(
        model: Arc<dyn Model>,
        labels: WorkerLabels,
        options: WorkerOptions,
    ) -> Result<Self, WorkerError> {
        let mut seen = HashSet::new();
        if let Some(twice) = labels.names.iter().find(|name| !seen.insert(*name)) {
            let message = format!("the label {twice:?} is given twice: remove one of them");
            return Err(WorkerError::Labels(message));
        }
        if let Some(keep) = &options.keep {
            (keep.check(&labels.names)).map_err(|error| WorkerError::Labels(error.to_string()))?;
        }
        let identity = identity::of(model.info(), &labels, options.keep.as_ref())?;
        Ok(Self {
            model,
            labels,
            options,
            identity,
        })
    }

    /// Prepares the labels. Their examples are read again, so that they mean the same on every machine.
    fn label_scorer(&self) -> Result<Option<LabelScorer>, WorkerError> {
        if self.labels.names.is_empty() {
            return Ok(None);
        }
        let zero_shot = ZeroShot::new(self.model.clone())?;
        let classifiers = zero_shot.teach_all(&self.labels.training_sets, &zero_shot)?;
        let scorer = zero_shot.classifier_scorer(&classifiers);
        Ok(Some(LabelScorer { zero_shot, scorer }))
    }

    /// Runs the model on all batches, and passes each with its results to `write`.
    fn run(
        &self,
        batches: Batches,
        columns: &OutputColumns,
        label_scorer: Option<&LabelScorer>,
        mut write: impl FnMut(&RecordBatch) -> Result<(), WorkerError>,
    ) -> Result<WorkerCounts, WorkerError> {
        let mut counts = WorkerCounts::default();
        for done in Flow::start(&self.model, self.options.threads, columns.source(), batches)? {
            let (input, rows) = done?;
            let output = self.output_batch(columns, label_scorer, &input, &rows)?;
            counts.rows += rows.len() as u64;
            counts.failed += rows.iter().filter(|row| row.is_err()).count() as u64;
            counts.written += output.num_rows() as u64;
            write(&output)?;
        }
        Ok(counts)
    }

    fn output_batch(
        &self,
        columns: &OutputColumns,
        label_scorer: Option<&LabelScorer>,
        input: &RecordBatch,
        rows: &[RowOutcome],
    ) -> Result<RecordBatch, WorkerError> {
        let row_matches = label_scorer.map(|label_scorer| RowMatches {
            scores: label_scorer.score(rows),
            rules: &self.labels.rules,
            names: &self.labels.names,
        });
        let kept = self.options.keep.as_ref().zip(row_matches.as_ref());
        let kept = kept.map(|(keep, row_matches)| keep.mask(row_matches, rows));
        columns.batch(input, rows, row_matches.as_ref(), kept.as_ref())
    }
}

impl LabelScorer {
    /// The scores of the readable rows, in order.
    fn score(&self, rows: &[RowOutcome]) -> Scores {
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        let dim = self.zero_shot.background().dim;
        for row in rows.iter().flatten() {
            values.extend_from_slice(&row.vectors);
            counts.push(row.vectors.len() / dim.max(1));
        }
        let parts = Embeddings { dim, values };
        self.zero_shot.score_pictures(&self.scorer, &parts, &counts)
    }
}
