//! Undoes an export: removes copies and links, moves photos back and restores backups. Files that differ from the
//! journal are left alone and reported.

use std::path::Path;

use super::ExportError;
use super::exporter::Exporter;
use super::journal::{ExportJournal, PastExport, PastExportState, device_of};
use super::rollback::Rollback;
use crate::engine::media::photo::{Failure, Stage};

/// The result of an undo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoReport {
    /// The number of files that were rolled back.
    pub restored: usize,
    /// Files that could not be rolled back, and why.
    pub kept: Vec<Failure>,
}

/// Undoes an export. May be interrupted and repeated.
///
/// # Errors
/// Returns an error if the journal cannot be read or written, or the export is still running.
pub fn undo(journals: &Path, id: &str) -> Result<UndoReport, ExportError> {
    Exporter::new(journals).undo(id)
}

impl Exporter<'_> {
    /// Undoes an export. May be interrupted and repeated.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read or written, or the export is still running.
    pub fn undo(self, id: &str) -> Result<UndoReport, ExportError> {
        let (journal, past) = ExportJournal::reopen(self.journals, id, self.ops)?;
        let mut undone = UndoReport::default();
        if past.state == PastExportState::Undone {
            return Ok(undone);
        }
        tracing::info!(id, files = past.files.len(), "undoing an export begins");
        let way_back = Rollback {
            journal: &journal,
            ops: self.ops,
            away: is_disconnected(&past),
        };
        for (n, known) in past.files.iter().enumerate().rev() {
            if known.restored {
                continue;
            }
            match way_back.one(n, known) {
                Ok(was_there) => {
                    undone.restored += usize::from(was_there);
                    journal.restored(n).map_err(|e| journal.error(e))?;
                }
                Err(message) => {
                    let path = match known.damaged {
                        true => &past.target,
                        false => &known.step.target,
                    };
                    undone.kept.push(Failure::new(path, Stage::Export, message));
                }
            }
        }
        for folder in past.folders.iter().rev().filter(|f| f.is_absolute()) {
            // Fails, as intended, if the folder is not empty.
            let _ = self.ops.remove_dir(folder);
        }
        // What could not be rolled back, for example on a disconnected disk, can be rolled back later.
        let noted = if undone.kept.is_empty() {
            journal.undone()
        } else {
            journal.finished()
        };
        noted
            .and_then(|()| journal.flush())
            .map_err(|e| journal.error(e))?;
        let (restored, kept) = (undone.restored, undone.kept.len());
        tracing::info!(id, restored, kept, "an export was undone");
        Ok(undone)
    }
}

/// Whether the target's disk is disconnected.
fn is_disconnected(past: &PastExport) -> bool {
    let folder = &past.target;
    let device = device_of(folder);
    !folder.is_dir()
        && (folder.parent().is_some_and(|above| !above.is_dir())
            || (past.device.is_some() && past.device != device))
        && !created_parent(past)
}

/// Whether the export created the target's parent folder, which an earlier undo may therefore have removed.
fn created_parent(past: &PastExport) -> bool {
    let above = past.target.parent();
    above.is_some_and(|above| past.folders.iter().any(|folder| folder == above))
        && past.device == device_of(&past.target)
}
