//! Everything that the window can be told to do, in one list: menus, palette, keys and tests come from it.

use std::path::PathBuf;

use egui::{Key, Modifiers};

use crate::app::document::export_choices::ExportChoices;
use crate::app::document::exports::ExportRequest;
use crate::app::document::filter::{Filter, Fit, Grouping, Sorting};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::keywords::KeywordRequest;
use crate::app::document::labels::LabelId;
use crate::app::document::library::ItemId;
use crate::app::document::selection::SelectionMode;
use crate::app::document::state::{Dialog, State};
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
    Compare,
    Survey,
    Open,
    Reveal,
    FindSimilar,
    Pick,
    Reject,
    Unflag,
    Stars(u8),
    Colour(Colour),
    AddLabel,
    Example,
    CounterExample,
    LabelFromThese,
    LabelSets,
    PasteLabels,
    ClearLabels,
    Search,
    ClearFilter,
    Larger,
    Smaller,
    ActualSize,
    FullScreen,
    Panels,
    NextPane,
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
            Key::Tab => "Tab",
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
        Self::Compare,
        Self::Survey,
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
        Self::Example,
        Self::CounterExample,
        Self::LabelFromThese,
        Self::PasteLabels,
        Self::LabelSets,
        Self::ClearLabels,
        Self::Search,
        Self::ClearFilter,
        Self::Larger,
        Self::Smaller,
        Self::ActualSize,
        Self::FullScreen,
        Self::Panels,
        Self::NextPane,
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
            Self::Compare => (Photo, "Compare side by side", const { &[plain(Key::C)] }),
            Self::Survey => (
                Photo,
                "Survey the burst",
                const {
                    &[Keys {
                        command: false,
                        shift: true,
                        key: Key::C,
                    }]
                },
            ),
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
            Self::Example => (
                Labels,
                "These show the open label",
                const { &[plain(Key::T)] },
            ),
            Self::CounterExample => (
                Labels,
                "These do not show the open label",
                const {
                    &[Keys {
                        command: false,
                        shift: true,
                        key: Key::T,
                    }]
                },
            ),
            Self::LabelFromThese => (Labels, "New label from these photos", &[]),
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
            Self::FullScreen => (View, "Full screen", const { &[plain(Key::F11)] }),
            Self::Panels => (View, "Hide or show panels", const { &[plain(Key::Tab)] }),
            Self::NextPane => (View, "Go to the next pane", const { &[plain(Key::F6)] }),
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

    /// Other words for it, by which the palette finds it.
    #[must_use]
    pub fn synonyms(self) -> &'static str {
        match self {
            Self::OpenFolder => "add import browse directory load",
            Self::OpenPhotos => "add import images pictures files",
            Self::Samples => "demo example tutorial",
            Self::Rescan => "refresh reload update scan",
            Self::CloseFolders => "remove empty clear",
            Self::Export => "copy move save send share",
            Self::MoveRejects => "clean up delete",
            Self::TrashRejects => "delete remove bin clean up",
            Self::Keywords => "tags xmp iptc metadata sidecar",
            Self::Models => "clip siglip download ai network",
            Self::Settings => "preferences options configuration",
            Self::Quit => "exit close",
            Self::Undo => "revert back",
            Self::Redo => "again repeat",
            Self::SelectAll => "everything mark",
            Self::SelectNone => "deselect nothing unmark",
            Self::CopyPaths => "clipboard file location",
            Self::View => "enlarge large open zoom preview",
            Self::CloseView => "back escape grid",
            Self::Compare => "side by side loupe difference",
            Self::Survey => "burst series stack",
            Self::Open => "external editor application",
            Self::Reveal => "finder explorer folder location",
            Self::FindSimilar => "like duplicates lookalike",
            Self::Pick => "flag keep accept favourite favorite yes",
            Self::Reject => "flag discard delete no bad",
            Self::Unflag => "clear flag undecided",
            Self::Stars(_) => "rating rate",
            Self::Colour(_) => "color label tag",
            Self::AddLabel => "new category class tag type",
            Self::Example => "teach train positive shows learn",
            Self::CounterExample => "teach train negative not learn wrong",
            Self::LabelFromThese => "teach train examples category similar",
            Self::PasteLabels => "list many import categories",
            Self::LabelSets => "presets templates save load categories",
            Self::ClearLabels => "delete reset categories",
            Self::Search => "find query look for",
            Self::ClearFilter => "reset show everything",
            Self::Larger => "bigger zoom in grow",
            Self::Smaller => "zoom out shrink",
            Self::ActualSize => "zoom 100 percent pixels 1:1",
            Self::FullScreen => "fullscreen maximize",
            Self::Panels => "sidebar distraction hide interface",
            Self::NextPane => "focus keyboard panel switch",
            Self::Captions => "filenames labels text",
            Self::Theme => "dark mode night appearance",
            Self::Subfolders => "recursive nested",
            Self::AutoAdvance => "advance next automatically step",
            Self::Pause => "resume hold continue wait",
            Self::Cancel => "abort stop",
            Self::Failures => "errors problems broken damaged",
            Self::Palette => "commands actions",
            Self::Keys => "shortcuts keyboard hotkeys help",
            Self::About => "version licence license",
        }
    }

    /// Whether all words that were typed are in its name, or begin a word of its name or a synonym; nothing if not.
    #[must_use]
    pub fn is_called(self, typed: &str) -> Option<bool> {
        let typed = typed.to_lowercase();
        let name = self.entry().name.to_lowercase();
        if typed.split_whitespace().all(|word| name.contains(word)) {
            return Some(true);
        }
        let begins = |word: &str| {
            name.contains(word)
                || self
                    .synonyms()
                    .split(' ')
                    .any(|other| other.starts_with(word))
        };
        typed.split_whitespace().all(begins).then_some(false)
    }

    /// The first key that calls it, in words.
    #[must_use]
    pub fn key_text(self) -> Option<String> {
        self.entry().keys.first().map(|keys| keys.text())
    }

    /// Whether it opens a text field or a dialog, to which the keys after it belong.
    #[must_use]
    pub fn takes_keyboard(self) -> bool {
        matches!(
            self,
            Self::AddLabel
                | Self::Search
                | Self::Palette
                | Self::PasteLabels
                | Self::LabelSets
                | Self::Export
                | Self::MoveRejects
                | Self::TrashRejects
                | Self::Keywords
                | Self::Models
                | Self::Settings
                | Self::Failures
                | Self::Keys
                | Self::About
        )
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
            | Self::Compare
            | Self::Survey
            | Self::Open
            | Self::Reveal
            | Self::FindSimilar
            | Self::Pick
            | Self::Reject
            | Self::Unflag
            | Self::Stars(_)
            | Self::Colour(_) => state.has_target(),
            Self::LabelFromThese => state.has_target(),
            Self::Example | Self::CounterExample => {
                state.has_target() && !state.memory.labels.is_empty()
            }
            Self::ClearLabels => !state.memory.labels.is_empty(),
            Self::ClearFilter => !state.memory.filter.is_clear() || !state.search.is_empty(),
            Self::ActualSize => state.viewer.is_some(),
            Self::Panels => !state.library.is_empty(),
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
    /// Put photos together under headings.
    GroupBy(Grouping),
    /// Filter.
    FilterBy(Box<Filter>),
    /// Show a label's line and words, and scroll to its photos.
    GoToLabel(LabelId),
    /// Show only what fits a label, and after it what is just below its line; or that no longer.
    ToggleNear(LabelId),
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
    /// Of the photos that are seen side by side, the one that keys are about.
    FocusCompared(ItemId),
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
                    | Action::Example
                    | Action::CounterExample
                    | Action::LabelFromThese
            ),
            Self::AddExamples(_) | Self::AddCounterExamples(_) => true,
            _ => false,
        }
    }
}

/// What the grid and the viewer do with keys and the pointer besides commands.
pub const GESTURES: [(&str, &str); 9] = [
    ("Arrows, Page, Home, End", "Move"),
    ("Shift with these", "Extend the selection"),
    (
        "Ctrl and a click",
        "Add a photo to the selection, or take it out",
    ),
    ("A click on a heading", "Select the photos below it"),
    ("Ctrl and the wheel", "Size of thumbnails"),
    ("The wheel over a large photo", "Zoom"),
    ("The space bar held over a large photo", "Loupe"),
    ("Left and right at a threshold", "A step of 0.1 %"),
    ("Shift with these", "A step of 1 %"),
];

/// The keys of a section: what is pressed, and what it does.
#[must_use]
pub fn keys_of(section: Section) -> Vec<(String, &'static str)> {
    let all = Action::ALL.iter().map(|action| action.entry());
    let with_keys = all.filter(|entry| entry.section == section && !entry.keys.is_empty());
    with_keys
        .map(|entry| {
            let keys: Vec<String> = entry.keys.iter().map(|keys| keys.text()).collect();
            (keys.join("  or  "), entry.name)
        })
        .collect()
}

/// The page of all keys, in Markdown.
#[must_use]
pub fn keys_page() -> String {
    let mut page = String::from(
        "# Keys\n\nKeys belong to what has the focus: an open menu, a dialog, a text field, and otherwise the photos.\n",
    );
    let mut table = |title: &str, rows: &[(String, &str)]| {
        page.push_str(&format!("\n## {title}\n\n| key | does |\n|---|---|\n"));
        for (keys, does) in rows {
            page.push_str(&format!("| {keys} | {does} |\n"));
        }
    };
    for section in Section::ALL {
        let rows = keys_of(section);
        if !rows.is_empty() {
            table(section.name(), &rows);
        }
    }
    table(
        "Photos",
        &GESTURES.map(|(keys, does)| (keys.to_owned(), does)),
    );
    page
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
    fn commands_are_found_by_other_words() {
        for (typed, action) in [
            ("advance", Action::AutoAdvance),
            ("next", Action::AutoAdvance),
            ("preferences", Action::Settings),
            ("delete reject", Action::TrashRejects),
            ("color red", Action::Colour(Colour::Red)),
        ] {
            assert!(action.is_called(typed).is_some(), "{typed}");
        }
        assert_eq!(Action::Undo.is_called("undo"), Some(true));
        assert_eq!(Action::Undo.is_called("export"), None);
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
