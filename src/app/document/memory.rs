//! State of the window that is restored at the next start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::export_choices::ExportChoices;
use super::filter::{Filter, Grouping, LabelFit, SortKey, Sorting};
use super::findings::Lines;
use super::labels::{FIRST_LABEL, Label, LabelId, SavedLabels};
use crate::app::services::FolderPurpose;
use crate::engine::files::path_serde;
use crate::engine::organize::export::Transfer;
use crate::settings::FileValues;

/// What comes back at the next start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedWindow {
    /// Size of the window in points.
    pub window: [f32; 2],
    /// Folders and photos that are open.
    pub roots: Vec<PathBuf>,
    /// Folders that were open, the last first.
    pub recent: Vec<PathBuf>,
    /// Where the dialogs for files and folders begin.
    pub starts: BTreeMap<FolderPurpose, PathBuf>,
    /// Whether folders in folders are walked.
    pub subfolders: bool,
    /// The labels.
    pub labels: Vec<Label>,
    /// The identity of the next label: none is given twice, so that nothing that refers to a label that is gone means
    /// another one.
    pub next_label: LabelId,
    /// Labels under names.
    pub sets: Vec<SavedLabels>,
    /// Texts of earlier labels, the last first.
    pub past_labels: Vec<String>,
    /// The order.
    pub sorting: Sorting,
    /// What is put together under headings.
    pub grouping: Grouping,
    /// What is shown.
    pub filter: Filter,
    /// Side of thumbnails in points.
    pub cell_side: f32,
    /// Whether cells show the best label instead of the name.
    pub captions_show_matches: bool,
    /// Whether a decision leads on to the next photo.
    pub auto_advance: bool,
    /// What was chosen for the last export.
    pub export: ExportChoices,
    /// The lines from which on a photo has a flaw.
    pub lines: Lines,
    /// Whether of a stack only one photo is shown.
    pub folded: bool,
    /// Copies that are rejected while others of their content are kept.
    pub rejected_alone: Vec<RejectedCopy>,
    /// Proposed heaps that the person does not want to see, by name.
    pub dismissed_heaps: Vec<String>,
    /// Searches under names.
    pub searches: Vec<SavedSearch>,
    /// Whether the welcome of the first start was shown.
    pub was_welcomed: bool,
}

/// A copy that is rejected while others of its content are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedCopy {
    /// Which.
    #[serde(with = "path_serde")]
    pub path: PathBuf,
    /// Its content.
    pub content: [u8; 32],
}

/// A search with its filters, to come back to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSearch {
    /// What the person called it.
    pub name: String,
    /// What was typed.
    pub text: String,
    /// The filters.
    pub filter: Filter,
}

impl Default for SavedWindow {
    fn default() -> Self {
        Self {
            // With its frame and the system's bars, it fits a screen of 1280 by 800.
            window: [1180.0, 680.0],
            roots: Vec::new(),
            recent: Vec::new(),
            starts: BTreeMap::new(),
            subfolders: true,
            labels: Vec::new(),
            next_label: FIRST_LABEL,
            sets: Vec::new(),
            past_labels: Vec::new(),
            sorting: Sorting::default(),
            grouping: Grouping::default(),
            filter: Filter::default(),
            cell_side: 168.0,
            captions_show_matches: true,
            auto_advance: false,
            export: ExportChoices::default(),
            lines: Lines::default(),
            folded: false,
            rejected_alone: Vec::new(),
            dismissed_heaps: Vec::new(),
            searches: Vec::new(),
            was_welcomed: false,
        }
    }
}

impl FileValues for SavedWindow {}

impl SavedWindow {
    /// As it counts when the program starts, whatever version of the program wrote it.
    #[must_use]
    pub fn at_start(mut self) -> Self {
        // Moving photos has to be chosen each time.
        if self.export.transfer == Transfer::Move {
            self.export.transfer = Transfer::Copy;
        }
        // An order that earlier versions kept while something was searched for.
        if self.sorting.key == SortKey::Search {
            self.sorting = Sorting::default();
        }
        // What is searched for does not come back, nor how.
        self.filter.search_shows_all = false;
        // What is found anew after the start cannot be asked for before.
        self.filter.kind = None;
        let used = self.labels.iter().map(|label| label.id);
        let above = used.max().map_or(FIRST_LABEL, |id| id.saturating_add(1));
        self.next_label = self.next_label.max(above);
        self.forget_gone_labels();
        self
    }

    /// The identity of a new label.
    pub fn new_label_id(&mut self) -> LabelId {
        let id = self.next_label;
        self.next_label = id.saturating_add(1);
        id
    }

    /// Whether a label is among those that are kept.
    #[must_use]
    pub fn has_label(&self, id: LabelId) -> bool {
        self.labels.iter().any(|label| label.id == id)
    }

    /// An order by a label that is gone becomes the usual one, and a filter by it lets everything through.
    pub fn forget_gone_labels(&mut self) {
        if self.sorts_by_gone_label(self.sorting) {
            self.sorting = Sorting::default();
        }
        match self.filter.fit {
            LabelFit::Label(id) if self.has_label(id) => {}
            LabelFit::Label(_) => self.filter.set_fit(LabelFit::All, false),
            other => self.filter.set_fit(other, false),
        }
    }

    /// Whether an order is by a label that is gone.
    #[must_use]
    pub fn sorts_by_gone_label(&self, sorting: Sorting) -> bool {
        match sorting.key {
            SortKey::Match(id) | SortKey::Probability(id) => !self.has_label(id),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_version_kept_is_read() {
        let kept = r#"{
            "labels": [{"id": 4, "text": "cat"}],
            "sorting": {"key": "Search", "descending": true},
            "filter": {"fit": {"Label": 9}, "near": true, "search_shows_all": true},
            "export": {"transfer": "move"}
        }"#;
        let memory: SavedWindow = serde_json::from_str(kept).expect("read");
        let mut memory = memory.at_start();
        assert_eq!(memory.sorting, Sorting::default());
        assert_eq!(memory.filter, Filter::default());
        assert_eq!(memory.export.transfer, Transfer::Copy);
        assert_eq!((memory.new_label_id(), memory.new_label_id()), (5, 6));
    }

    #[test]
    fn identities_stay_used_after_their_labels_are_gone() {
        let mut memory = SavedWindow::default();
        let id = memory.new_label_id();
        memory.labels.push(Label {
            id,
            ..Label::default()
        });
        memory.labels.clear();
        let kept = serde_json::to_string(&memory).expect("written");
        let memory: SavedWindow = serde_json::from_str(&kept).expect("read");
        assert!(memory.at_start().new_label_id() > id);
    }
}
