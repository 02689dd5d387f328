//! The choices of an export, and the request that results from them.

use std::str::FromStr;

use crate::app::document::export_choices::{ExportChoices, ExportWhat, first_choice};
use crate::app::document::exports::ExportRequest;
use crate::app::document::state::State;
use crate::engine::organize::export::names::{Pattern, PatternError};
use crate::engine::organize::export::{ExportOptions, FolderLayout, MultiLabel, Transfer};

/// The choices in the dialog.
#[derive(Clone, Debug, Default)]
pub struct ExportDialogChoices {
    pub(super) now: ExportChoices,
    /// Number of photos for each of [`CHOICES`], and the response and option they were computed for.
    counts: [usize; 5],
    counted: Option<(u64, bool)>,
    /// Whether the dialog is about moving rejects. These choices are not remembered.
    pub(super) for_rejects: bool,
    /// Whether the next dialog to open is about moving rejects.
    pub(super) opens_for_rejects: bool,
    /// Whether to keep the choices, because the dialog was only closed to type a path.
    pub(in crate::ui) stays: bool,
}

/// The choices of photos, with the ids of their texts.
pub const CHOICES: [(ExportWhat, &str); 5] = [
    (ExportWhat::Selected, "export-selected"),
    (ExportWhat::Shown, "export-shown"),
    (ExportWhat::Fitting, "export-fitting"),
    (ExportWhat::Picked, "export-picked"),
    (ExportWhat::Rejected, "export-rejected"),
];

impl ExportDialogChoices {
    /// Starts with the last choices.
    pub(super) fn begin(&mut self, state: &State) {
        self.for_rejects = std::mem::take(&mut self.opens_for_rejects);
        self.counted = None;
        self.now = match self.for_rejects {
            true => ExportChoices {
                what: Some(ExportWhat::Rejected),
                transfer: Transfer::Move,
                layout: FolderLayout::Flat,
                ..ExportChoices::default()
            },
            false => state.memory.export.clone(),
        };
        self.count(state);
        if !self.for_rejects {
            self.now.what = first_choice(self.now.what, |what| self.count_of(what));
        }
    }

    /// Counts the photos of each choice, once per response, because that takes a while in large libraries.
    pub(super) fn count(&mut self, state: &State) {
        let of = Some((state.response.number, self.now.rejects));
        if self.counted != of {
            let rejects = self.now.rejects;
            self.counts = CHOICES.map(|(what, _)| state.export_count(what, rejects));
            self.counted = of;
        }
    }

    pub(super) fn count_of(&self, what: ExportWhat) -> usize {
        let at = CHOICES.iter().position(|(choice, _)| *choice == what);
        at.map_or(0, |at| self.counts[at])
    }

    /// The request, or `None` while a choice is missing.
    pub(super) fn request(&self, state: &State) -> Result<Option<ExportRequest>, PatternError> {
        let now = &self.now;
        let names = Pattern::from_str(now.names.trim())?;
        let (Some(target), Some(what)) = (state.memory.export.target.clone(), now.what) else {
            return Ok(None);
        };
        let options = ExportOptions {
            target,
            transfer: now.transfer,
            layout: now.layout,
            names,
            conflict: now.conflict,
            several: if now.every_label {
                MultiLabel::All
            } else {
                MultiLabel::Best
            },
            paired_files: now.paired_files,
        };
        Ok(Some(ExportRequest {
            what,
            rejects: now.rejects,
            options,
            manifest: now.manifest,
        }))
    }
}
