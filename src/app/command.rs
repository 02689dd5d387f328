//! All commands of the window.

use std::path::PathBuf;

use crate::app::document::export_choices::ExportChoices;
use crate::app::document::exports::ExportRequest;
use crate::app::document::filter::{Filter, Grouping, LabelFit, Sorting};
use crate::app::document::grid_layout::GridMove;
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

/// A command, with what it needs to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// An action of the list.
    Do(Action),
    /// Open folders and photos besides those that are open.
    OpenPaths(Vec<PathBuf>),
    /// No longer show a folder.
    CloseFolder(PathBuf),
    /// What the text field for new labels holds, which counts as a label while it is typed.
    DraftLabel(String),
    /// Add one label, in which a comma means "or".
    AddLabel(String),
    /// Add labels from a list, one per line or between commas.
    AddLabels(String),
    /// Change a label's text.
    SetLabelText(LabelId, String),
    /// Change a label's threshold.
    SetMinMatch(LabelId, f32),
    /// Count a label or not.
    SetLabelOn(LabelId, bool),
    /// Let a label shut photos out, or not.
    SetNegated(LabelId, bool),
    /// Give a label another colour.
    SetColour(LabelId, usize),
    /// Put a label in another place.
    MoveLabel(LabelId, usize),
    /// Remove a label.
    RemoveLabel(LabelId),
    /// Add the chosen photos to a label's examples.
    AddExamples(LabelId),
    /// Add the chosen photos to those that do not show a label.
    AddCounterExamples(LabelId),
    /// Let a label's examples count, or its text only.
    SetTextOnly(LabelId, bool),
    /// Let a label stand for one of its members, or not.
    SetMember(LabelId, String, bool),
    /// Use a label's words alone, or with their expansion.
    SetExactly(LabelId, bool),
    /// Take a label's words as they were typed, or in English where the model knows no other language.
    SetAsTyped(LabelId, bool),
    /// Move the lines of all labels by so many steps: up is stricter.
    MoveLines(f32),
    /// Forget a label's examples.
    ClearExamples(LabelId),
    /// Keep the labels under a name.
    SaveLabelSet(String),
    /// Put the labels of a set in the place of the present ones.
    UseLabelSet(String),
    /// Put the labels of a set that comes with the program in the place of the present ones.
    UseReadySet(usize),
    /// Forget a set.
    RemoveLabelSet(String),
    /// Search.
    SearchFor(String),
    /// Sort.
    SortBy(Sorting),
    /// Put photos together under headings.
    GroupBy(Grouping),
    /// Filter.
    FilterBy(Box<Filter>),
    /// Show a label's threshold and members, and scroll to its photos.
    GoToLabel(LabelId),
    /// Show only what fits a label, and after it what is just below its line; or that no longer.
    ToggleNear(LabelId),
    /// Show only what fits a label, or all again.
    ToggleFit(LabelFit),
    /// A click on a photo or a step to it.
    SelectionMode(ItemId, SelectionMode),
    /// Select several photos, besides those that are selected if the second is set.
    SelectItems(Vec<ItemId>, bool),
    /// Step with the keyboard, extending the selection if the second is set.
    GridMove(GridMove, bool),
    /// Show a photo large.
    ViewItem(ItemId),
    /// Of the photos that are seen side by side, the one that keys are about.
    FocusCompared(ItemId),
    /// Side of thumbnails in points.
    CellSide(f32),
    /// Open a dialog, or close the one that is open with all behind it.
    Show(Option<Dialog>),
    /// Close the dialog that is open, and go back to the one behind it.
    CloseDialog,
    /// Change settings.
    ChangeSettings(Box<Settings>),
    /// Choose a folder with the platform's dialog, for a purpose.
    Choose(super::services::FolderPurpose),
    /// Fetch a model, by its repository.
    GetModel(String),
    /// Stop fetching it.
    CancelDownload,
    /// Use a model; the starter if none.
    UseModel(Option<PathBuf>),
    /// Free a model.
    RemoveModel(PathBuf),
    /// Go on with the command that waits, with the selected photos that are shown alone.
    OnlyShown,
    /// Go on with the command that waits, with those that are not shown too.
    HiddenToo,
    /// Forget all that the store holds.
    ClearStore,
    /// Forget what the store need not keep.
    TidyStore,
    /// Decide what an export would do.
    PlanExport(Box<ExportRequest>),
    /// Remember what was chosen for exports.
    KeepExportChoices(Box<ExportChoices>),
    /// Do what was planned.
    StartExport,
    /// Go on with an export that was interrupted.
    FinishExport(String),
    /// Take an export back.
    UndoExport(String),
    /// Put rejects into the trash.
    TrashRejects,
    /// Stop copying.
    CancelExport,
    /// Open what was dropped onto the window.
    Dropped(Vec<PathBuf>),
    /// Use a path that was typed.
    TypePath(String),
    /// Open paths that were pasted.
    Paste(String),
    /// Search for what looks like a picture that was dropped; open it if it is a folder.
    SearchDropped(PathBuf),
    /// Decide which keywords would be written.
    PlanKeywords(Box<KeywordRequest>),
    /// Write what was planned.
    WriteKeywords,
    /// Take back the keywords that were written last.
    UndoKeywords,
    /// Show a folder in the file manager.
    RevealPath(PathBuf),
    /// Put text on the clipboard.
    CopyText(String),
    /// Do something with what was found among the photos.
    Found(FindingCommand),
    /// Do something with rules for photos that arrive.
    Rules(RuleCommand),
    /// Dismiss a message.
    DismissNotice(usize),
}

impl Command {
    /// Whether it does something to all selected photos, or begins to.
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

/// What a dialog is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// Settings.
    Settings,
    /// Keys.
    Keys,
    /// Commands to be found by name.
    Palette,
    /// What could not be read.
    Failures,
    /// Copying photos.
    Export,
    /// An export that was interrupted.
    Interrupted,
    /// Whether rejects go to the trash.
    Trash,
    /// Whether a command is about selected photos that are not shown, too.
    Hidden(Box<Command>),
    /// Writing keywords.
    Keywords,
    /// Labels under names.
    LabelSets,
    /// A list of labels.
    PasteLabels,
    /// Whether to clear the store.
    ClearStore,
    /// Models.
    Models,
    /// Whether to remove a model.
    RemoveModel(PathBuf),
    /// Typing a path.
    Path(PathPrompt),
    /// Whether a picture that was dropped is opened or searched for.
    Dropped(PathBuf),
    /// What there is to clear away.
    Tour,
    /// Copies of photos, from the tour or by itself.
    Copies {
        /// Whether closing it leads back to the tour.
        from_tour: bool,
    },
    /// Heaps that are proposed.
    Heaps,
    /// Questions about a label.
    Questions,
    /// Searches under names.
    Searches,
    /// Rules for photos that arrive.
    Rules,
    /// The welcome of the first start.
    Welcome(WelcomeStep),
    /// The program.
    About,
}

/// A step of the welcome.
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
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Language, Self::Photos, Self::Model];

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// The one before it.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        let before = (self as usize).checked_sub(1)?;
        Self::ALL.get(before).copied()
    }
}

impl Dialog {
    /// The dialog behind it, to which closing it leads back.
    #[must_use]
    pub fn back(self) -> Option<Self> {
        match self {
            Self::Path(prompt) => prompt.back.map(|back| *back),
            Self::ClearStore => Some(Self::Settings),
            Self::RemoveModel(_) => Some(Self::Models),
            Self::Copies { from_tour: true } => Some(Self::Tour),
            _ => None,
        }
    }
}

/// What a typed path is for.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPrompt {
    /// What it is for.
    pub purpose: FolderPurpose,
    /// Why it is typed, where the platform's dialog would be seen otherwise.
    pub reason: Option<String>,
    /// The dialog that comes back.
    pub back: Option<Box<Dialog>>,
}
