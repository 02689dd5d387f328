//! Everything that the window can be told to do, in one list: menus, palette, keys and tests come from it.

use std::path::PathBuf;

use egui::{Key, Modifiers};

use crate::app::document::filter::{Filter, Fit, Sorting};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::labels::LabelId;
use crate::app::document::library::ItemId;
use crate::app::document::selection::SelectionMode;
use crate::app::document::state::{Dialog, State};
use crate::app::tasks::exports::ExportRequest;
use crate::app::tasks::keywords::KeywordRequest;
use crate::engine::organize::marks::{Colour, Flag};
use crate::settings::Settings;

/// A command with a name, for menus, the palette and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its name in words in `Action::entry`")]
pub enum Action {
    OpenFolder,
    OpenPhotos,
    Samples,
    Rescan,
    CloseFolders,
    Export,
    MoveRejects,
    TrashRejects,
    Keywords,
    Models,
    Settings,
    Quit,
    Undo,
    Redo,
    SelectAll,
    SelectNone,
    CopyPaths,
    View,
    CloseView,
    Open,
    Reveal,
    FindSimilar,
    Pick,
    Reject,
    Unflag,
    Stars(u8),
    Colour(Colour),
    AddLabel,
    LabelSets,
    PasteLabels,
    ClearLabels,
    Search,
    ClearFilter,
    Larger,
    Smaller,
    ActualSize,
    Captions,
    Theme,
    Subfolders,
    AutoAdvance,
    Pause,
    Cancel,
    Failures,
    Palette,
    Keys,
    About,
}

/// Under which heading an action is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum Section {
    File,
    Edit,
    Photo,
    Labels,
    View,
    Work,
    Help,
}

impl Section {
    /// All, in the order of the menu.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Edit,
        Self::Photo,
        Self::Labels,
        Self::View,
        Self::Work,
        Self::Help,
    ];

    /// The heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::Photo => "Photo",
            Self::Labels => "Labels",
            Self::View => "View",
            Self::Work => "Work",
            Self::Help => "Help",
        }
    }
}

/// What is said of an action.
#[derive(Clone, Copy, Debug)]
pub struct CommandEntry {
    /// Where it is listed.
    pub section: Section,
    /// What it is called.
    pub name: &'static str,
    /// Keys that call it.
    pub keys: &'static [Keys],
}

/// A key with modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Ctrl, or Cmd on a Mac.
    pub command: bool,
    /// Shift.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

const fn plain(key: Key) -> Keys {
    Keys {
        command: false,
        shift: false,
        key,
    }
}

const fn ctrl(key: Key) -> Keys {
    Keys {
        command: true,
        shift: false,
        key,
    }
}

const fn ctrl_shift(key: Key) -> Keys {
    Keys {
        command: true,
        shift: true,
        key,
    }
}

impl Keys {
    /// As it is written on keys.
    #[must_use]
    pub fn text(self) -> String {
        let command = match (self.command, cfg!(target_os = "macos")) {
            (false, _) => "",
            (true, true) => "Cmd+",
            (true, false) => "Ctrl+",
        };
        let shift = if self.shift { "Shift+" } else { "" };
        let key = match self.key {
            Key::Escape => "Esc",
            Key::Plus => "+",
            Key::Minus => "-",
            Key::Slash => "/",
            Key::Questionmark => "?",
            Key::Comma => ",",
            other => other.name(),
        };
        format!("{command}{shift}{key}")
    }

    /// Whether a pressed key is this one. Shift does not matter for keys that need it to be typed.
    #[must_use]
    pub fn is(self, key: Key, modifiers: Modifiers) -> bool {
        let typed = matches!(self.key, Key::Plus | Key::Questionmark | Key::Slash);
        self.key == key
            && self.command == modifiers.command
            && (self.shift == modifiers.shift || typed)
            && !modifiers.alt
    }
}

impl Action {
    /// All, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::OpenFolder,
        Self::OpenPhotos,
        Self::Samples,
        Self::Rescan,
        Self::CloseFolders,
        Self::Export,
        Self::MoveRejects,
        Self::TrashRejects,
        Self::Keywords,
        Self::Models,
        Self::Settings,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::SelectAll,
        Self::SelectNone,
        Self::CopyPaths,
        Self::View,
        Self::CloseView,
        Self::Open,
        Self::Reveal,
        Self::FindSimilar,
        Self::Pick,
        Self::Reject,
        Self::Unflag,
        Self::Stars(0),
        Self::Stars(1),
        Self::Stars(2),
        Self::Stars(3),
        Self::Stars(4),
        Self::Stars(5),
        Self::Colour(Colour::Red),
        Self::Colour(Colour::Yellow),
        Self::Colour(Colour::Green),
        Self::Colour(Colour::Blue),
        Self::Colour(Colour::Purple),
        Self::AddLabel,
        Self::PasteLabels,
        Self::LabelSets,
        Self::ClearLabels,
        Self::Search,
        Self::ClearFilter,
        Self::Larger,
        Self::Smaller,
        Self::ActualSize,
        Self::Captions,
        Self::Theme,
        Self::Subfolders,
        Self::AutoAdvance,
        Self::Pause,
        Self::Cancel,
        Self::Failures,
        Self::Palette,
        Self::Keys,
        Self::About,
    ];

    /// What is said of it.
    #[must_use]
    pub fn entry(self) -> CommandEntry {
        use Section::{Edit, File, Help, Labels, Photo, View, Work};
        let (section, name, keys): (_, _, &'static [Keys]) = match self {
            Self::OpenFolder => (File, "Open folder…", const { &[ctrl(Key::O)] }),
            Self::OpenPhotos => (File, "Open photos…", const { &[ctrl_shift(Key::O)] }),
            Self::Samples => (File, "Try it with sample photos", &[]),
            Self::Rescan => (File, "Look for new photos", const { &[plain(Key::F5)] }),
            Self::CloseFolders => (File, "Close all folders", const { &[ctrl(Key::W)] }),
            Self::Export => (File, "Export…", const { &[ctrl(Key::E)] }),
            Self::MoveRejects => (File, "Move rejects to a folder…", &[]),
            Self::TrashRejects => (File, "Move rejects to the trash…", &[]),
            Self::Keywords => (File, "Write keywords…", const { &[ctrl_shift(Key::K)] }),
            Self::Models => (File, "Models…", const { &[ctrl(Key::M)] }),
            Self::Settings => (File, "Settings…", const { &[ctrl(Key::Comma)] }),
            Self::Quit => (File, "Quit", const { &[ctrl(Key::Q)] }),
            Self::Undo => (Edit, "Undo", const { &[ctrl(Key::Z)] }),
            Self::Redo => (Edit, "Redo", const { &[ctrl_shift(Key::Z), ctrl(Key::Y)] }),
            Self::SelectAll => (Edit, "Select all shown", const { &[ctrl(Key::A)] }),
            Self::SelectNone => (Edit, "Select none", const { &[ctrl_shift(Key::A)] }),
            Self::CopyPaths => (Edit, "Copy path", const { &[ctrl(Key::C)] }),
            Self::View => (
                Photo,
                "View",
                const { &[plain(Key::Enter), plain(Key::Space)] },
            ),
            Self::CloseView => (View, "Close or clear", const { &[plain(Key::Escape)] }),
            Self::Open => (
                Photo,
                "Open in another program",
                const { &[ctrl(Key::Enter)] },
            ),
            Self::Reveal => (Photo, "Show in file manager", const { &[ctrl(Key::R)] }),
            Self::FindSimilar => (Photo, "Find similar", const { &[plain(Key::F)] }),
            Self::Pick => (Photo, "Pick", const { &[plain(Key::P)] }),
            Self::Reject => (Photo, "Reject", const { &[plain(Key::X)] }),
            Self::Unflag => (Photo, "Neither pick nor reject", const { &[plain(Key::U)] }),
            Self::Stars(0) => (Photo, "No stars", const { &[plain(Key::Num0)] }),
            Self::Stars(1) => (Photo, "1 star", const { &[plain(Key::Num1)] }),
            Self::Stars(2) => (Photo, "2 stars", const { &[plain(Key::Num2)] }),
            Self::Stars(3) => (Photo, "3 stars", const { &[plain(Key::Num3)] }),
            Self::Stars(4) => (Photo, "4 stars", const { &[plain(Key::Num4)] }),
            Self::Stars(_) => (Photo, "5 stars", const { &[plain(Key::Num5)] }),
            Self::Colour(Colour::Red) => (Photo, "Colour red", const { &[plain(Key::Num6)] }),
            Self::Colour(Colour::Yellow) => (Photo, "Colour yellow", const { &[plain(Key::Num7)] }),
            Self::Colour(Colour::Green) => (Photo, "Colour green", const { &[plain(Key::Num8)] }),
            Self::Colour(Colour::Blue) => (Photo, "Colour blue", const { &[plain(Key::Num9)] }),
            Self::Colour(Colour::Purple) => (Photo, "Colour purple", &[]),
            Self::AddLabel => (Labels, "Add a label", const { &[plain(Key::Slash)] }),
            Self::PasteLabels => (Labels, "Paste a list of labels", &[]),
            Self::LabelSets => (Labels, "Label sets…", const { &[ctrl(Key::L)] }),
            Self::ClearLabels => (Labels, "Remove all labels", &[]),
            Self::Search => (View, "Search", const { &[ctrl(Key::F)] }),
            Self::ClearFilter => (
                View,
                "Clear filters and search",
                const { &[ctrl(Key::Backspace)] },
            ),
            Self::Larger => (
                View,
                "Larger thumbnails",
                const { &[plain(Key::Plus), plain(Key::Equals)] },
            ),
            Self::Smaller => (View, "Smaller thumbnails", const { &[plain(Key::Minus)] }),
            Self::ActualSize => (View, "Actual size or fit", const { &[plain(Key::Z)] }),
            Self::Captions => (View, "Show matches or names", const { &[plain(Key::I)] }),
            Self::Theme => (View, "Light or dark", const { &[ctrl(Key::D)] }),
            Self::Subfolders => (File, "Include subfolders", &[]),
            Self::AutoAdvance => (View, "Go on to the next photo after a decision", &[]),
            Self::Pause => (Work, "Pause or go on", const { &[ctrl(Key::Period)] }),
            Self::Cancel => (Work, "Stop reading photos", &[]),
            Self::Failures => (Work, "Photos that could not be read…", &[]),
            Self::Palette => (
                Help,
                "Find a command…",
                const { &[ctrl(Key::P), ctrl(Key::K)] },
            ),
            Self::Keys => (
                Help,
                "Keys",
                const { &[plain(Key::F1), plain(Key::Questionmark)] },
            ),
            Self::About => (Help, "About Lumisift", &[]),
        };
        CommandEntry {
            section,
            name,
            keys,
        }
    }

    /// The first key that calls it, in words.
    #[must_use]
    pub fn key_text(self) -> Option<String> {
        self.entry().keys.first().map(|keys| keys.text())
    }

    /// Whether it can do something now.
    #[must_use]
    pub fn enabled(self, state: &State) -> bool {
        match self {
            Self::Rescan | Self::CloseFolders => !state.memory.roots.is_empty(),
            Self::Export | Self::Keywords | Self::SelectAll => {
                !state.answer.arrangement.order.is_empty()
            }
            Self::MoveRejects | Self::TrashRejects => !state.flagged(Flag::Reject).is_empty(),
            Self::Undo => state.history.can_undo(),
            Self::Redo => state.history.can_redo(),
            Self::SelectNone => !state.selection.is_empty(),
            Self::CopyPaths
            | Self::View
            | Self::Open
            | Self::Reveal
            | Self::FindSimilar
            | Self::Pick
            | Self::Reject
            | Self::Unflag
            | Self::Stars(_)
            | Self::Colour(_) => state.has_target(),
            Self::ClearLabels => !state.memory.labels.is_empty(),
            Self::ClearFilter => !state.memory.filter.is_clear() || !state.search.is_empty(),
            Self::ActualSize => state.viewer.is_some(),
            Self::Pause | Self::Cancel => state.work.is_running(),
            Self::Failures => state.failure_count() > 0,
            _ => true,
        }
    }
}

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
    /// Add labels from a list.
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
    /// Take a label's words alone, or with what they stand for.
    SetExactly(LabelId, bool),
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
    /// Filter.
    FilterBy(Filter),
    /// Show only what fits a label, or all again.
    ToggleFit(Fit),
    /// A click on a photo or a step to it.
    SelectionMode(ItemId, SelectionMode),
    /// Select several photos, besides those that are selected if the second is set.
    SelectItems(Vec<ItemId>, bool),
    /// Step with the keyboard, extending the selection if the second is set.
    GridMove(GridMove, bool),
    /// Show a photo large.
    ViewItem(ItemId),
    /// Side of thumbnails in points.
    CellSide(f32),
    /// Open a dialog, or close the one that is open.
    Show(Option<Dialog>),
    /// Change settings.
    ChangeSettings(Box<Settings>),
    /// Choose a folder with the platform's dialog, for a purpose.
    Choose(super::services::Purpose),
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
    /// Take a message away.
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
            ),
            Self::AddExamples(_) | Self::AddCounterExamples(_) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_calls_two_actions() {
        let all: Vec<(Keys, Action)> = Action::ALL
            .iter()
            .flat_map(|action| action.entry().keys.iter().map(|keys| (*keys, *action)))
            .collect();
        for (at, (keys, action)) in all.iter().enumerate() {
            for (other, second) in &all[..at] {
                assert_ne!(keys, other, "{action:?} and {second:?}");
            }
        }
    }

    #[test]
    fn keys_that_need_shift_are_found_with_it() {
        let question = Action::Keys.entry().keys[1];
        assert!(question.is(Key::Questionmark, Modifiers::SHIFT));
        let undo = Action::Undo.entry().keys[0];
        assert!(undo.is(Key::Z, Modifiers::COMMAND));
        assert!(!undo.is(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT));
        assert!(!Action::Pick.entry().keys[0].is(Key::P, Modifiers::COMMAND));
    }
}
