//! The engine's entry point for both the window and the command line: open a model and a store, index folders, score
//! photos for labels.
//!
//! ```no_run
//! use std::path::{Path, PathBuf};
//! use lumisift::engine::index::pipeline::JobOptions;
//! use lumisift::engine::inference::{LoadOptions, ModelChoice};
//! use lumisift::engine::index::store::StoreLimits;
//! use lumisift::engine::library::Library;
//! use lumisift::engine::search::query::Query;
//! use lumisift::engine::search::teach::TrainingSet;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let limits = StoreLimits::megabytes(None);
//! let library = Library::open(&LoadOptions::new(ModelChoice::Starter), Path::new("store"), limits)?;
//! let indexed = library.index(JobOptions::new(vec![PathBuf::from("photos")]), |_| ())?;
//! let labels = [TrainingSet::of(Query::parse("cat")?), TrainingSet::of(Query::parse("dog")?)];
//! let scores = library.score(&labels, &indexed)?.scores;
//! for (at, (photo, _)) in indexed.photos.iter().enumerate() {
//!     println!("{}: {:?}", photo.file.path.display(), scores.matches_of(at));
//! }
//! # Ok(())
//! # }
//! ```

mod appearances;
mod clusters;
mod content_flaws;
mod duplicates;
mod explain;
mod flaws;
mod frames;
mod incremental;
mod indexed;
mod languages;
mod overview;
mod score_cache;
mod tags;
mod watching;

use std::path::Path;
use std::sync::Arc;

use super::cancel::Cancel;
use super::index::pipeline::{self, Event, JobHandle, JobOptions};
use super::index::session::{Session, SessionError};
use super::index::store::{Store, StoreError, StoreLimits};
use super::inference::{self, LoadOptions, Model, ModelError};
use super::search::teach::TrainingSet;

pub use clusters::words;
pub use duplicates::{DuplicateReport, PhotoDetails};
pub use explain::{CELLS, HeatMap};
pub use flaws::{Flaw, Flaws};
pub use frames::BestFrames;
pub use incremental::{IncrementalScorer, PhotoScores, Photos, ScoringResult};
pub use indexed::Indexed;
pub use languages::{families_for, models_for, translation_text};
pub use watching::{
    FolderRule, HandledLog, InvalidRules, KeepMarks, LayoutText, MarkedFile, RoundOptions,
    RuleAction, RuleMark, RuleText, RulesError, SortedFile, UnknownMark, WatchError, WatchRound,
    WindowClosed, read_rule_texts, read_rules, write_rule_texts,
};

/// Errors of a [`Library`]. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The model cannot be loaded.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A query failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The operating system refused to start a thread.
    #[error("no threads could be started: {0}")]
    Threads(std::io::Error),
    /// Indexing stopped early.
    #[error("{0}")]
    Stopped(String),
}

fn cancelled() -> LibraryError {
    LibraryError::Stopped("the work was cancelled".into())
}

fn check(cancel: &Cancel) -> Result<(), LibraryError> {
    match cancel.is_cancelled() {
        true => Err(cancelled()),
        false => Ok(()),
    }
}

/// A model and a store of what it has indexed.
#[derive(Clone)]
pub struct Library {
    session: Arc<Session>,
    notices: Arc<[String]>,
}

impl Library {
    /// Loads a model and opens the store in a folder, creating the folder if necessary.
    ///
    /// # Errors
    /// Returns an error if the model cannot be loaded or the store cannot be opened.
    pub fn open(
        model: &LoadOptions,
        store: &Path,
        limits: StoreLimits,
    ) -> Result<Self, LibraryError> {
        Self::with_model(inference::load(model)?, store, limits)
    }

    /// Opens the store with a model that is already loaded.
    ///
    /// # Errors
    /// Returns an error if the store cannot be opened, or the model cannot encode the background prompts.
    pub fn with_model(
        model: Arc<dyn Model>,
        store: &Path,
        limits: StoreLimits,
    ) -> Result<Self, LibraryError> {
        let store = Store::open(store)?;
        // A store whose clean-up fails is still readable.
        let tidied = store.tidy_if_due(limits);
        let session = Session::open(model, Arc::new(store))?;
        let mut notices: Vec<String> = session.notices().map(ToOwned::to_owned).collect();
        notices.extend(tidied.err().map(|error| error.to_string()));
        Ok(Self {
            session: Arc::new(session),
            notices: notices.into(),
        })
    }

    /// The session, which has the model and the store.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Notices for the user from opening the store: data that was quarantined or repaired, or a failed clean-up.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Starts indexing folders on background threads.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started.
    pub fn start_indexing(&self, options: JobOptions) -> Result<JobHandle, LibraryError> {
        pipeline::start(&self.session, options).map_err(LibraryError::Threads)
    }

    /// Indexes folders and waits until this is complete. `watch` receives every event.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started, or the job stops early.
    pub fn index(
        &self,
        options: JobOptions,
        watch: impl FnMut(&Event),
    ) -> Result<Indexed, LibraryError> {
        Indexed::wait_for(&self.start_indexing(options)?, watch)
    }

    /// Scores photos for labels, in the order of both. Waits for the store's integrity checks, because the result is
    /// final; callers that repeat queries and can refine their results use an [`IncrementalScorer`] instead.
    ///
    /// # Errors
    /// Returns an error if a label's example cannot be read, the model rejects a text, or the store cannot be read.
    pub fn score(
        &self,
        labels: &[TrainingSet],
        photos: &Indexed,
    ) -> Result<PhotoScores, LibraryError> {
        self.session.store().finish_checks();
        let classifiers = self.session.teach_all(labels)?;
        let scorer = self.session.classifier_scorer(&classifiers);
        let scores = self.session.score(&scorer, &photos.rows())?;
        let mut frames = BestFrames::default();
        frames.add(&self.session, &scorer, photos.videos())?;
        Ok(PhotoScores {
            scores: scores.into(),
            frames: frames.into(),
        })
    }
}
