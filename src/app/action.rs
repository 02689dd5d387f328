//! All named commands in one list, from which menus, the palette, keyboard shortcuts and tests are built.

use egui::Key;

use super::keys::{Keys, ctrl, ctrl_shift, plain};
use crate::engine::organize::marks::Colour;

/// A command with a name, for menus, the palette and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its name in words in `Action::entry`")]
pub enum Action {
    OpenFolder,
    OpenPhotos,
    OpenPath,
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
    Why,
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
    Heaps,
    Ask,
    Search,
    Searches,
    ClearFilter,
    Tour,
    Copies,
    Stacks,
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
            Self::Work => "Tasks",
            Self::Help => "Help",
        }
    }
}

/// The description of an action.
#[derive(Clone, Copy, Debug)]
pub struct CommandEntry {
    /// Where it is listed.
    pub section: Section,
    /// What it is called.
    pub name: &'static str,
    /// Keys that call it.
    pub keys: &'static [Keys],
}

impl Action {
    /// All, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::OpenFolder,
        Self::OpenPhotos,
        Self::OpenPath,
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
        Self::Why,
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
        Self::Heaps,
        Self::Ask,
        Self::Search,
        Self::Searches,
        Self::ClearFilter,
        Self::Tour,
        Self::Copies,
        Self::Stacks,
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

    /// Its description.
    #[must_use]
    pub fn entry(self) -> CommandEntry {
        use Section::{Edit, File, Help, Labels, Photo, View, Work};
        let (section, name, keys): (_, _, &'static [Keys]) = match self {
            Self::OpenFolder => (File, "Open folder…", const { &[ctrl(Key::O)] }),
            Self::OpenPhotos => (File, "Open photos…", const { &[ctrl_shift(Key::O)] }),
            Self::OpenPath => (File, "Open by path…", const { &[ctrl_shift(Key::G)] }),
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
            Self::CopyPaths => (Edit, "Copy files and paths", const { &[ctrl(Key::C)] }),
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
            Self::Why => (
                Photo,
                "Show where the label is seen",
                const { &[plain(Key::H)] },
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
            Self::Unflag => (Photo, "Clear pick or reject", const { &[plain(Key::U)] }),
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
                "Mark as examples of the open label",
                const { &[plain(Key::T)] },
            ),
            Self::CounterExample => (
                Labels,
                "Mark as counter-examples of the open label",
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
            Self::Heaps => (Labels, "Name my heaps…", const { &[ctrl_shift(Key::H)] }),
            Self::Ask => (Labels, "Ten questions about the open label…", &[]),
            Self::Searches => (View, "Saved searches…", &[]),
            Self::Tour => (View, "Clean up…", const { &[ctrl(Key::T)] }),
            Self::Copies => (View, "Copies…", &[]),
            Self::Stacks => (View, "Fold or unfold stacks", const { &[plain(Key::S)] }),
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
            Self::Captions => (View, "Show matches in captions", const { &[plain(Key::I)] }),
            Self::Theme => (
                View,
                "Switch between light and dark",
                const { &[ctrl(Key::D)] },
            ),
            Self::Subfolders => (File, "Include subfolders", &[]),
            Self::AutoAdvance => (View, "Advance to the next photo after a decision", &[]),
            Self::Pause => (Work, "Pause or resume", const { &[ctrl(Key::Period)] }),
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

    /// The name of its first key.
    #[must_use]
    pub fn key_text(self) -> Option<String> {
        self.entry().keys.first().map(|keys| keys.text())
    }

    /// Whether it is done again and again while its key is held: what leads on step by step, but no decision and
    /// nothing that is switched back by a second time.
    #[must_use]
    pub fn repeats(self) -> bool {
        matches!(self, Self::Undo | Self::Redo | Self::Larger | Self::Smaller)
    }

    /// Whether it opens a text field or a dialog, to which the keys after it belong.
    #[must_use]
    pub fn takes_keyboard(self) -> bool {
        matches!(
            self,
            Self::AddLabel
                | Self::Search
                | Self::NextPane
                | Self::OpenPath
                | Self::Palette
                | Self::PasteLabels
                | Self::LabelSets
                | Self::Heaps
                | Self::Ask
                | Self::Searches
                | Self::Tour
                | Self::Copies
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
        use egui::{Key, Modifiers};
        let question = Action::Keys.entry().keys[1];
        assert!(question.is(Key::Questionmark, Modifiers::SHIFT));
        let undo = Action::Undo.entry().keys[0];
        assert!(undo.is(Key::Z, Modifiers::COMMAND));
        assert!(!undo.is(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT));
        assert!(!Action::Pick.entry().keys[0].is(Key::P, Modifiers::COMMAND));
    }
}
