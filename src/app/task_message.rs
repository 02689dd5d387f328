//! Results of background tasks, as messages to the window.

use std::path::PathBuf;
use std::sync::Arc;

use super::tasks::marks_writer::MarksMessage;
use super::tasks::supervisor::Slot;
use super::{apply, document, services, tasks};
use crate::engine::hub::download::{DownloadError, DownloadProgress};
use crate::engine::hub::installed::InstalledModel;
use crate::engine::index::store::{StoreError, StoreSize, Tidied};
use crate::engine::library::{Library, LibraryError};
use crate::engine::media::metadata::PhotoMetadata;

/// Results of background tasks.
pub(super) enum TaskMessage {
    /// The number of the attempt to open the session, and its result.
    Session(u64, Result<Library, LibraryError>),
    /// The paths chosen in a file dialog, or why it could not be shown.
    Chosen(services::FolderPurpose, Result<Vec<PathBuf>, String>),
    /// A typed path, or what is wrong with it.
    Typed(services::FolderPurpose, Result<PathBuf, String>),
    /// A message about an export.
    Export(tasks::exports::ExportMessage),
    /// The result of moving files to the trash.
    Trashed(tasks::trash::Trashed),
    /// The result of restoring files from the trash.
    Restored(tasks::trash::Restored),
    /// A message from the analysis of all photos.
    Overview(tasks::overview::OverviewMessage),
    /// A message about rules.
    Rules(tasks::rules::RuleMessage),
    /// Watching of the open folders has started or failed.
    Watched(tasks::watching::Watched),
    /// A message about writing keywords.
    Keywords(tasks::keywords::KeywordMessage),
    /// New metadata of photos whose metadata changed.
    Metadata(Vec<(PathBuf, Arc<PhotoMetadata>)>),
    /// The size of the store, if known.
    StoreSize(Option<StoreSize>),
    /// All models but the built-in starter.
    Models(Vec<InstalledModel>),
    /// The measured speed of this machine in billions of operations per second, if known.
    Speed(Option<f32>),
    /// Progress of a model download.
    DownloadProgressed(DownloadProgress),
    /// The result of a model download.
    DownloadFinished(Result<PathBuf, DownloadError>),
    /// The result of removing unneeded data from the store.
    Tidied(Result<Tidied, StoreError>),
    /// The result of clearing the store.
    Cleared(Result<(), StoreError>),
    /// Those of the opened paths that are folders.
    Folders(Vec<PathBuf>),
    /// The result of copying files to the clipboard.
    Copied(Vec<PathBuf>, Result<(), String>),
    /// Dropped or pasted paths, sorted by what can be done with them.
    Dropped(tasks::opening::SortedPaths),
    /// Labels read from a file.
    Labels(Vec<document::labels::Label>),
    /// The folder of the sample photos, or why they could not be written.
    Samples(Result<PathBuf, apply::SamplesError>),
    /// The task in a slot panicked.
    TaskPanicked(Slot),
    /// Settings were written, or the error.
    Saved(Option<String>),
    /// A message from the thread that saves marks.
    Marks(MarksMessage),
    /// A task finished without a result.
    Done,
    /// An error message for the user.
    UserError(String),
}
