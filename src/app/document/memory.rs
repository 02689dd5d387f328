//! State of the window that is restored at the next start.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::export_choices::ExportChoices;
use super::filter::{Filter, Grouping, LabelFit, SortKey, Sorting};
use super::findings::Lines;
use super::labels::{FIRST_LABEL, Label, LabelId, SavedLabels};
use crate::app::services::FolderPurpose;
use crate::engine::files::path_serde;
use crate::engine::organize::export::Transfer;
use crate::settings::FileValues;

/// State that is restored at the next start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedWindow {
    /// Window size in points.
    pub window: [f32; 2],
    /// Open folders and photos.
    pub roots: Vec<PathBuf>,
    /// Recent folders, last one first.
    pub recent: Vec<PathBuf>,
    /// The start folders of file dialogs.
    pub starts: BTreeMap<FolderPurpose, PathBuf>,
    /// Whether subfolders are scanned.
    pub subfolders: bool,
    /// The labels.
    pub labels: Vec<Label>,
    /// The next label id. Ids are never reused, so that a reference to a removed label cannot become one to another
    /// label.
    pub next_label: LabelId,
    /// Saved label sets.
    pub sets: Vec<SavedLabels>,
    /// Texts of earlier labels, last one first.
    pub past_labels: Vec<String>,
    /// The sort order.
    pub sorting: Sorting,
    /// How photos are grouped.
    pub grouping: Grouping,
    /// The filters.
    pub filter: Filter,
    /// Thumbnail size in points.
    pub cell_side: f32,
    /// Whether cells show the best label instead of the file name.
    pub captions_show_matches: bool,
    /// Whether marking a photo moves on to the next one.
    pub auto_advance: bool,
    /// The last choices in the export dialog.
    pub export: ExportChoices,
    /// Thresholds of flaws.
    pub lines: Lines,
    /// Whether stacks are folded.
    pub folded: bool,
    /// Copies that are rejected individually, without their content. Shared, because a list of thousands is compared in
    /// each frame with the one saved last.
    #[serde(with = "shared_copies")]
    pub rejected_alone: Arc<Vec<RejectedCopy>>,
    /// Names of dismissed clusters.
    pub dismissed_heaps: Vec<String>,
    /// Saved searches.
    pub searches: Vec<SavedSearch>,
    /// Whether the welcome dialog has been shown.
    pub was_welcomed: bool,
    /// Average rate in bytes per second of the last model download that could be measured.
    pub download_rate: Option<NonZeroU64>,
}

/// A copy that is rejected individually, without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedCopy {
    /// The path of the copy.
    #[serde(with = "path_serde")]
    pub path: PathBuf,
    /// The content id.
    #[serde(with = "content_hex")]
    pub content: [u8; 32],
}

/// Serialises a content id as hexadecimal digits, because the numbers of an array have a line each. Earlier versions
/// wrote arrays.
mod content_hex {
    use blake3::Hash;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Hex(String),
        Bytes([u8; 32]),
    }

    pub fn serialize<S: Serializer>(content: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Hash::from_bytes(*content).to_hex())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Hex(digits) => {
                let hash = Hash::from_hex(digits).map_err(D::Error::custom)?;
                Ok(*hash.as_bytes())
            }
            Written::Bytes(bytes) => Ok(bytes),
        }
    }
}

/// Serialises a shared list of copies like the list itself.
mod shared_copies {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::RejectedCopy;

    pub fn serialize<S: Serializer>(
        copies: &[RejectedCopy],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        copies.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<Vec<RejectedCopy>>, D::Error> {
        Vec::deserialize(deserializer).map(Arc::new)
    }
}

/// A saved search with its filters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedSearch {
    /// The name.
    pub name: String,
    /// The search text.
    pub text: String,
    /// The filters.
    pub filter: Filter,
}

impl Default for SavedWindow {
    fn default() -> Self {
        Self {
            // With decorations and system bars, it fits a 1280x800 screen.
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
            rejected_alone: Arc::default(),
            dismissed_heaps: Vec::new(),
            searches: Vec::new(),
            was_welcomed: false,
            download_rate: None,
        }
    }
}

impl FileValues for SavedWindow {}

impl SavedWindow {
    /// Adjusts the state after loading, whichever version of the program saved it.
    #[must_use]
    pub fn at_start(mut self) -> Self {
        // For safety, moving must be chosen each time.
        if self.export.transfer == Transfer::Move {
            self.export.transfer = Transfer::Copy;
        }
        // Earlier versions saved the temporary sort order of a search.
        if self.sorting.key == SortKey::Search {
            self.sorting = Sorting::default();
        }
        // The search text is not restored, so neither are its options.
        self.filter.search_shows_all = false;
        // Findings are recomputed after the start, and until then no photo would pass.
        self.filter.kind = None;
        let used = self.labels.iter().map(|label| label.id);
        let above = used.max().map_or(FIRST_LABEL, |id| id.saturating_add(1));
        self.next_label = self.next_label.max(above);
        self.forget_removed_labels();
        self
    }

    /// Returns a new label id.
    pub fn new_label_id(&mut self) -> LabelId {
        let id = self.next_label;
        self.next_label = id.saturating_add(1);
        id
    }

    /// Whether a label exists.
    #[must_use]
    pub fn has_label(&self, id: LabelId) -> bool {
        self.labels.iter().any(|label| label.id == id)
    }

    /// Resets a sort order and a filter that refer to a removed label.
    pub fn forget_removed_labels(&mut self) {
        if self.sorts_by_removed_label(self.sorting) {
            self.sorting = Sorting::default();
        }
        match self.filter.fit {
            LabelFit::Label(id) if self.has_label(id) => {}
            LabelFit::Label(_) => self.filter.set_fit(LabelFit::All, false),
            other => self.filter.set_fit(other, false),
        }
    }

    /// Whether a sort order refers to a removed label.
    #[must_use]
    pub fn sorts_by_removed_label(&self, sorting: Sorting) -> bool {
        match sorting.key {
            SortKey::Match(id) | SortKey::Probability(id) => !self.has_label(id),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    #[test]
    fn what_an_earlier_version_kept_is_read() {
        let kept = r#"{
            "labels": [{"id": 4, "text": "cat"}],
            "sorting": {"key": "Search", "descending": true},
            "filter": {"fit": {"Label": 9}, "near": true, "search_shows_all": true},
            "rejected_alone": [{"path": "a.jpg", "content": CONTENT}],
            "export": {"transfer": "move"}
        }"#;
        let kept = kept.replace("CONTENT", &format!("{:?}", [7; 32]));
        let memory: SavedWindow = serde_json::from_str(&kept).expect("read");
        let mut memory = memory.at_start();
        let copy = RejectedCopy {
            path: "a.jpg".into(),
            content: [7; 32],
        };
        assert_eq!(*memory.rejected_alone, [copy]);
        let written = serde_json::to_string(&memory).expect("written");
        assert!(written.contains(&"07".repeat(32)));
        let read: SavedWindow = serde_json::from_str(&written).expect("read");
        assert_eq!(read.rejected_alone, memory.rejected_alone);
        assert_eq!(memory.sorting, Sorting::default());
        assert_eq!(memory.filter, Filter::default());
        assert_eq!(memory.export.transfer, Transfer::Copy);
        assert_eq!((memory.new_label_id(), memory.new_label_id()), (5, 6));
        assert_eq!(memory.download_rate, None);
    }

    #[test]
    fn the_rate_of_downloads_is_kept_unless_it_is_zero() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("window.json");
        let memory = SavedWindow {
            download_rate: NonZeroU64::new(3_100_000),
            ..SavedWindow::default()
        };
        settings::save(&memory, &path).expect("saved");
        assert_eq!(settings::load::<SavedWindow>(&path), (memory, None));
        let edited = r#"{ "was_welcomed": true, "download_rate": 0 }"#;
        std::fs::write(&path, edited).expect("written");
        let (memory, notice) = settings::load::<SavedWindow>(&path);
        assert_eq!((memory.download_rate, memory.was_welcomed), (None, true));
        assert!(notice.is_some_and(|notice| notice.contains("download_rate")));
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
