//! All commands of the window.

use std::path::PathBuf;

use crate::app::document::export_choices::ExportChoices;
use crate::app::document::exports::ExportRequest;
use crate::app::document::filter::{Filter, Grouping, LabelFit, Sorting};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::history::LabelEdit;
use crate::app::document::keywords::KeywordRequest;
use crate::app::document::labels::LabelId;
use crate::app::document::library::ItemId;
use crate::app::document::selection::SelectionMode;
use crate::app::services::FolderPurpose;
use crate::settings::Settings;

pub use super::action::{Action, CommandEntry, Section};
pub use super::finding_command::FindingCommand;
pub use super::keys::Keys;
pub use super::rule_command::RuleCommand;
pub use super::shortcuts::{gestures, keys_of, keys_page};

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A named action.
    Do(Action),
    /// Add folders and photos to those that are open.
    OpenPaths(Vec<PathBuf>),
    /// Close a folder.
    CloseFolder(PathBuf),
    /// The current text of the field for new labels. It is scored as a draft label while the user types.
    DraftLabel(String),
    /// Add one label. A comma in the text means "or".
    AddLabel(String),
    /// Add labels from a list separated by newlines or commas.
    AddLabels(String),
    /// Change a label's text.
    SetLabelText(LabelId, String),
    /// Change a label's threshold.
    SetMinMatch(LabelId, f32),
    /// End a continuous edit, which forms one undo step. In a label's text, a leading minus then makes the label exclude
    /// photos.
    EndEdit(LabelEdit),
    /// Enable or disable a label.
    SetLabelOn(LabelId, bool),
    /// Set whether a label excludes photos.
    SetNegated(LabelId, bool),
    /// Change a label's colour.
    SetColour(LabelId, usize),
    /// Move a label to another position.
    MoveLabel(LabelId, usize),
    /// Remove a label.
    RemoveLabel(LabelId),
    /// Add the selected photos to a label's examples.
    AddExamples(LabelId),
    /// Add the selected photos to a label's counter-examples.
    AddCounterExamples(LabelId),
    /// Set whether a label uses only its text and ignores its examples.
    SetTextOnly(LabelId, bool),
    /// Include or exclude one member of a general label (e.g. "dog" for "animal").
    SetMember(LabelId, String, bool),
    /// Set whether a label matches exactly its own words, without expansion to members.
    SetExactly(LabelId, bool),
    /// Set whether a label is used as typed or translated into English for models that only understand English.
    SetAsTyped(LabelId, bool),
    /// Shift the thresholds of all labels by a number of steps. A positive number is stricter.
    MoveLines(f32),
    /// Remove a label's examples.
    ClearExamples(LabelId),
    /// Save the labels as a named set.
    SaveLabelSet(String),
    /// Replace the labels with those of a saved set.
    UseLabelSet(String),
    /// Replace the labels with those of a built-in set.
    UseReadySet(usize),
    /// Delete a saved set.
    RemoveLabelSet(String),
    /// Set the search text.
    SearchFor(String),
    /// Set the sort order.
    SortBy(Sorting),
    /// Set how photos are grouped.
    GroupBy(Grouping),
    /// Set the filter.
    FilterBy(Box<Filter>),
    /// Open a label and scroll to its photos.
    GoToLabel(LabelId),
    /// Toggle a filter for one label that also shows the photos just below its threshold.
    ToggleNear(LabelId),
    /// Toggle a filter by label.
    ToggleFit(LabelFit),
    /// Change the selection as after a click on a photo or a cursor move to it.
    SelectionMode(ItemId, SelectionMode),
    /// Select photos. If the flag is set, they are added to the selection.
    SelectItems(Vec<ItemId>, bool),
    /// Move the keyboard cursor. If the flag is set, the selection is extended.
    GridMove(GridMove, bool),
    /// Open a photo in the viewer.
    ViewItem(ItemId),
    /// Focus one of the compared photos, so that keyboard commands apply to it.
    FocusCompared(ItemId),
    /// Set the thumbnail size in points.
    CellSide(f32),
    /// Open a dialog, or close the open one together with those behind it.
    Show(Option<Dialog>),
    /// Close the open dialog and return to the one behind it.
    CloseDialog,
    /// Apply changed settings.
    ChangeSettings(Box<Settings>),
    /// Open the platform's file dialog for a purpose.
    Choose(super::services::FolderPurpose),
    /// Download a model, given by its repository.
    GetModel(String),
    /// Cancel the model download.
    CancelDownload,
    /// Use a model, or the built-in starter model if `None`.
    UseModel(Option<PathBuf>),
    /// Remove a model.
    RemoveModel(PathBuf),
    /// Continue the pending command with the visible selected photos only.
    OnlyShown,
    /// Continue the pending command with all selected photos, including hidden ones.
    HiddenToo,
    /// Clear the store.
    ClearStore,
    /// Remove data from the store that is no longer needed.
    TidyStore,
    /// Plan an export.
    PlanExport(Box<ExportRequest>),
    /// Remember the choices of the export dialog.
    KeepExportChoices(Box<ExportChoices>),
    /// Run the planned export.
    StartExport,
    /// Finish an interrupted export.
    FinishExport(String),
    /// Undo an export.
    UndoExport(String),
    /// Move the rejects to the trash.
    TrashRejects,
    /// Cancel the running export.
    CancelExport,
    /// Open files dropped onto the window.
    Dropped(Vec<PathBuf>),
    /// Use a typed path.
    TypePath(String),
    /// Open pasted paths.
    Paste(String),
    /// Search for photos similar to a dropped picture; open the path if it is a folder.
    SearchDropped(PathBuf),
    /// Plan which keywords to write.
    PlanKeywords(Box<KeywordRequest>),
    /// Write the planned keywords.
    WriteKeywords,
    /// Undo the last write of keywords.
    UndoKeywords,
    /// Show a folder in the file manager.
    RevealPath(PathBuf),
    /// Copy text to the clipboard.
    CopyText(String),
    /// A command about findings.
    Found(FindingCommand),
    /// A command about rules for new photos.
    Rules(RuleCommand),
    /// Dismiss the first notification with this text.
    DismissNotice(String),
}

impl Command {
    /// Whether the command changes all selected photos, or opens a dialog that does.
    #[must_use]
    pub fn is_about_selection(&self) -> bool {
        match self {
            Self::Do(action) => matches!(
                action,
                Action::Pick
                    | Action::Reject
                    | Action::Unflag
                    | Action::Stars(_)
                    | Action::Colour(_)
                    | Action::Export
                    | Action::Keywords
                    | Action::CopyPaths
                    | Action::Example
                    | Action::CounterExample
                    | Action::LabelFromThese
            ),
            Self::AddExamples(_) | Self::AddCounterExamples(_) => true,
            _ => false,
        }
    }
}

/// The open dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Settings.
    Settings,
    /// Keyboard shortcuts.
    Keys,
    /// The command palette.
    Palette,
    /// Files that could not be read.
    Failures,
    /// Exporting photos.
    Export,
    /// Interrupted exports.
    Interrupted,
    /// Confirmation for moving rejects to the trash.
    Trash,
    /// Asks whether a command also applies to selected photos that are hidden.
    Hidden(Box<Command>),
    /// Writing keywords.
    Keywords,
    /// Saved label sets.
    LabelSets,
    /// Pasting a list of labels.
    PasteLabels,
    /// Confirmation for clearing the store.
    ClearStore,
    /// Models, opened from the welcome dialog, from the settings or directly.
    Models {
        /// The dialog to return to.
        back: Option<Box<Dialog>>,
    },
    /// Confirmation for removing a model.
    RemoveModel {
        /// The model's folder.
        dir: PathBuf,
        /// The dialog to return to.
        back: Option<Box<Dialog>>,
    },
    /// Typing a path.
    Path(PathPrompt),
    /// Asks whether to open a dropped picture or search for similar photos.
    Dropped(PathBuf),
    /// The clean-up summary.
    Tour,
    /// Duplicate photos, opened from the clean-up summary or directly.
    Copies {
        /// Whether closing the dialog returns to the clean-up summary.
        from_tour: bool,
    },
    /// Suggested clusters of photos.
    Clusters,
    /// Questions that calibrate a label.
    Questions,
    /// Saved searches.
    Searches,
    /// Rules for new photos.
    Rules,
    /// The welcome dialog of the first start.
    Welcome(WelcomeStep),
    /// Information about the program.
    About,
}

/// A step of the welcome dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WelcomeStep {
    /// Choosing a language.
    Language,
    /// Opening photos.
    Photos,
    /// Choosing a model.
    Model,
}

impl WelcomeStep {
    /// All steps, in order.
    pub const ALL: [Self; 3] = [Self::Language, Self::Photos, Self::Model];

    /// The next step.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// The previous step.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        let before = (self as usize).checked_sub(1)?;
        Self::ALL.get(before).copied()
    }
}

impl Dialog {
    /// The dialog behind this one, which is shown again when this one closes.
    #[must_use]
    pub fn back(self) -> Option<Self> {
        match self {
            Self::Path(PathPrompt { back, .. })
            | Self::Models { back }
            | Self::RemoveModel { back, .. } => back.map(|back| *back),
            Self::ClearStore => Some(Self::Settings),
            Self::Copies { from_tour: true } => Some(Self::Tour),
            _ => None,
        }
    }
}

/// The dialog for typing a path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPrompt {
    /// The purpose of the path.
    pub purpose: FolderPurpose,
    /// Why a path must be typed instead of chosen in the platform's file dialog.
    pub reason: Option<String>,
    /// The dialog to return to.
    pub back: Option<Box<Dialog>>,
}
