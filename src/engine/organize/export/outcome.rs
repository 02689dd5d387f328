//! The outcome of transferring one file.

use std::io;

use super::attributes::LostAttributes;
use super::journal::StepRecord;
use super::plan::ExportStep;
use super::record::IncompleteRecord;
use crate::engine::media::photo::{ContentId, MISSING_FILE};

/// A file that reached its target.
#[derive(Debug, Default)]
pub(super) struct TransferredFile {
    /// The hash of its bytes, if they were read.
    pub content: Option<ContentId>,
    /// The attributes that the file system did not accept.
    pub lost: LostAttributes,
    /// Why the original remains after a move.
    pub original_kept: Option<OriginalKept>,
    /// The updated record of the file, if this run transferred it.
    pub known: Option<Box<StepRecord>>,
    /// Whether another file was backed up to free its name.
    pub replaced: bool,
    /// The error that kept the journal from recording the arrival.
    pub journal_error: Option<io::Error>,
}

/// Why the original of a moved file remains.
#[derive(Debug)]
pub(super) struct OriginalKept {
    /// The reason, as a clause.
    pub why: String,
    /// Whether its copy is at the target.
    pub is_copied: bool,
}

impl OriginalKept {
    /// The original remains although its copy is at the target. `why` is a clause.
    pub fn beside_copy(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            is_copied: true,
        }
    }

    /// Describes the state of both files as a sentence.
    pub fn words(&self, step: &ExportStep) -> String {
        let (why, to) = (&self.why, step.target.display());
        match self.is_copied {
            true => format!("it stayed in its folder, because {why}; a copy is at {to}"),
            false => format!("it stayed in its folder, because {why}"),
        }
    }
}

/// Why a file was not transferred.
#[derive(Debug)]
pub(super) enum TransferError {
    /// An I/O error.
    File(io::Error),
    /// The journal lacks necessary information about the file.
    IncompleteRecord(IncompleteRecord),
    /// The source is now a folder or device.
    NotAFile,
    /// The photo has changed since planning.
    Changed,
    /// The journal could not be written, so nothing was done.
    Journal(io::Error),
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl TransferError {
    /// The error as a sentence.
    pub fn words(&self, step: &ExportStep) -> String {
        let to = step.target.display();
        let error = match self {
            Self::IncompleteRecord(why) => return why.to_string(),
            Self::NotAFile => return "it is no longer a file".into(),
            Self::Changed => {
                return "it changed since the export was planned: plan it again".into();
            }
            Self::Journal(error) => {
                return format!(
                    "it was left where it is, because the move could not be recorded: {error}"
                );
            }
            Self::File(error) => error,
        };
        match error.kind() {
            io::ErrorKind::NotFound => MISSING_FILE.into(),
            io::ErrorKind::AlreadyExists => {
                format!("{to} appeared since the export was planned: plan it again")
            }
            io::ErrorKind::PermissionDenied => format!("no permission to read it or to write {to}"),
            io::ErrorKind::CrossesDevices => {
                format!(
                    "{to} is on another disk, and hard links do not work across disks: copy instead"
                )
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                format!("the disk is full: there is no room for {to}")
            }
            io::ErrorKind::FileTooLarge => {
                format!("it is larger than the disk of {to} can hold: choose another disk")
            }
            io::ErrorKind::ReadOnlyFilesystem => format!("the disk of {to} cannot be written to"),
            _ => error.to_string(),
        }
    }
}
