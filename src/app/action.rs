//! All named commands. Menus, the command palette, keyboard shortcuts and tests are built from this list.

use egui::Key;

use super::keys::{Keys, ctrl, ctrl_shift, plain};
use crate::engine::organize::marks::Colour;
use crate::t;

/// A named command for menus, the command palette and keyboard shortcuts.
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
    Clusters,
    Ask,
    Search,
    Searches,
    /// Open the dialog for rules about new photos.
    Rules,
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
    Welcome,
    About,
}

/// The section in which an action is listed.
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
    /// All sections, in menu order.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Edit,
        Self::Photo,
        Self::Labels,
        Self::View,
        Self::Work,
        Self::Help,
    ];

    /// The display name of the section.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => t!("section-file"),
            Self::Edit => t!("section-edit"),
            Self::Photo => t!("section-photo"),
            Self::Labels => t!("section-labels"),
            Self::View => t!("section-view"),
            Self::Work => t!("section-tasks"),
            Self::Help => t!("section-help"),
        }
    }
}

/// How an action is presented.
#[derive(Clone, Copy, Debug)]
pub struct CommandEntry {
    /// The section in which it is listed.
    pub section: Section,
    /// The display name.
    pub name: &'static str,
    /// The keyboard shortcuts.
    pub keys: &'static [Keys],
}

impl Action {
    /// All actions, in display order.
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
        Self::Clusters,
        Self::Ask,
        Self::Search,
        Self::Searches,
        Self::Rules,
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
        Self::Welcome,
        Self::About,
    ];

    /// The section, name and shortcuts of the action.
    #[must_use]
    pub fn entry(self) -> CommandEntry {
        use Section::{Edit, File, Help, Labels, Photo, View, Work};
        let (section, name, keys): (_, _, &'static [Keys]) = match self {
            Self::OpenFolder => (File, t!("action-open-folder"), const { &[ctrl(Key::O)] }),
            Self::OpenPhotos => (
                File,
                t!("action-open-photos"),
                const { &[ctrl_shift(Key::O)] },
            ),
            Self::OpenPath => (
                File,
                t!("action-open-path"),
                const { &[ctrl_shift(Key::G)] },
            ),
            Self::Samples => (File, t!("action-samples"), &[]),
            Self::Rescan => (File, t!("action-rescan"), const { &[plain(Key::F5)] }),
            Self::CloseFolders => (File, t!("action-close-folders"), const { &[ctrl(Key::W)] }),
            Self::Export => (File, t!("action-export"), const { &[ctrl(Key::E)] }),
            Self::MoveRejects => (File, t!("action-move-rejects"), &[]),
            Self::TrashRejects => (File, t!("action-trash-rejects"), &[]),
            Self::Keywords => (File, t!("action-keywords"), const { &[ctrl_shift(Key::K)] }),
            Self::Models => (File, t!("action-models"), const { &[ctrl(Key::M)] }),
            Self::Settings => (File, t!("action-settings"), const { &[ctrl(Key::Comma)] }),
            Self::Quit => (File, t!("action-quit"), const { &[ctrl(Key::Q)] }),
            Self::Undo => (Edit, t!("action-undo"), const { &[ctrl(Key::Z)] }),
            Self::Redo => (
                Edit,
                t!("action-redo"),
                const { &[ctrl_shift(Key::Z), ctrl(Key::Y)] },
            ),
            Self::SelectAll => (Edit, t!("action-select-all"), const { &[ctrl(Key::A)] }),
            Self::SelectNone => (
                Edit,
                t!("action-select-none"),
                const { &[ctrl_shift(Key::A)] },
            ),
            Self::CopyPaths => (Edit, t!("action-copy-paths"), const { &[ctrl(Key::C)] }),
            Self::View => (
                Photo,
                t!("action-view"),
                const { &[plain(Key::Enter), plain(Key::Space)] },
            ),
            Self::CloseView => (
                View,
                t!("action-close-view"),
                const { &[plain(Key::Escape)] },
            ),
            Self::Compare => (Photo, t!("action-compare"), const { &[plain(Key::C)] }),
            Self::Survey => (
                Photo,
                t!("action-survey"),
                const {
                    &[Keys {
                        command: false,
                        shift: true,
                        key: Key::C,
                    }]
                },
            ),
            Self::Why => (Photo, t!("action-why"), const { &[plain(Key::H)] }),
            Self::Open => (Photo, t!("action-open"), const { &[ctrl(Key::Enter)] }),
            Self::Reveal => (Photo, t!("action-reveal"), const { &[ctrl(Key::R)] }),
            Self::FindSimilar => (Photo, t!("action-find-similar"), const { &[plain(Key::F)] }),
            Self::Pick => (Photo, t!("action-pick"), const { &[plain(Key::P)] }),
            Self::Reject => (Photo, t!("action-reject"), const { &[plain(Key::X)] }),
            Self::Unflag => (Photo, t!("action-unflag"), const { &[plain(Key::U)] }),
            Self::Stars(0) => (Photo, t!("action-stars-0"), const { &[plain(Key::Num0)] }),
            Self::Stars(1) => (Photo, t!("action-stars-1"), const { &[plain(Key::Num1)] }),
            Self::Stars(2) => (Photo, t!("action-stars-2"), const { &[plain(Key::Num2)] }),
            Self::Stars(3) => (Photo, t!("action-stars-3"), const { &[plain(Key::Num3)] }),
            Self::Stars(4) => (Photo, t!("action-stars-4"), const { &[plain(Key::Num4)] }),
            Self::Stars(_) => (Photo, t!("action-stars-5"), const { &[plain(Key::Num5)] }),
            Self::Colour(Colour::Red) => (
                Photo,
                t!("action-colour-red"),
                const { &[plain(Key::Num6)] },
            ),
            Self::Colour(Colour::Yellow) => (
                Photo,
                t!("action-colour-yellow"),
                const { &[plain(Key::Num7)] },
            ),
            Self::Colour(Colour::Green) => (
                Photo,
                t!("action-colour-green"),
                const { &[plain(Key::Num8)] },
            ),
            Self::Colour(Colour::Blue) => (
                Photo,
                t!("action-colour-blue"),
                const { &[plain(Key::Num9)] },
            ),
            Self::Colour(Colour::Purple) => (Photo, t!("action-colour-purple"), &[]),
            Self::AddLabel => (
                Labels,
                t!("action-add-label"),
                const { &[plain(Key::Slash)] },
            ),
            Self::Example => (Labels, t!("action-example"), const { &[plain(Key::T)] }),
            Self::CounterExample => (
                Labels,
                t!("action-counter-example"),
                const {
                    &[Keys {
                        command: false,
                        shift: true,
                        key: Key::T,
                    }]
                },
            ),
            Self::LabelFromThese => (Labels, t!("action-label-from-these"), &[]),
            Self::PasteLabels => (Labels, t!("action-paste-labels"), &[]),
            Self::LabelSets => (Labels, t!("action-label-sets"), const { &[ctrl(Key::L)] }),
            Self::ClearLabels => (Labels, t!("action-clear-labels"), &[]),
            Self::Clusters => (Labels, t!("action-heaps"), const { &[ctrl_shift(Key::H)] }),
            Self::Ask => (Labels, t!("action-ask"), &[]),
            Self::Searches => (View, t!("action-searches"), &[]),
            Self::Rules => (View, t!("action-rules"), &[]),
            Self::Tour => (View, t!("action-tour"), const { &[ctrl(Key::T)] }),
            Self::Copies => (View, t!("action-copies"), &[]),
            Self::Stacks => (View, t!("action-stacks"), const { &[plain(Key::S)] }),
            Self::Search => (View, t!("action-search"), const { &[ctrl(Key::F)] }),
            Self::ClearFilter => (
                View,
                t!("action-clear-filter"),
                const { &[ctrl(Key::Backspace)] },
            ),
            Self::Larger => (
                View,
                t!("action-larger"),
                const { &[plain(Key::Plus), plain(Key::Equals)] },
            ),
            Self::Smaller => (View, t!("action-smaller"), const { &[plain(Key::Minus)] }),
            Self::ActualSize => (View, t!("action-actual-size"), const { &[plain(Key::Z)] }),
            Self::FullScreen => (View, t!("action-full-screen"), const { &[plain(Key::F11)] }),
            Self::Panels => (View, t!("action-panels"), const { &[plain(Key::Tab)] }),
            Self::NextPane => (View, t!("action-next-pane"), const { &[plain(Key::F6)] }),
            Self::Captions => (View, t!("action-captions"), const { &[plain(Key::I)] }),
            Self::Theme => (View, t!("action-theme"), const { &[ctrl(Key::D)] }),
            Self::Subfolders => (File, t!("action-subfolders"), &[]),
            Self::AutoAdvance => (View, t!("action-auto-advance"), &[]),
            Self::Pause => (Work, t!("action-pause"), const { &[ctrl(Key::Period)] }),
            Self::Cancel => (Work, t!("action-cancel"), &[]),
            Self::Failures => (Work, t!("action-failures"), &[]),
            Self::Palette => (
                Help,
                t!("action-palette"),
                const { &[ctrl(Key::P), ctrl(Key::K)] },
            ),
            Self::Keys => (
                Help,
                t!("action-keys"),
                const { &[plain(Key::F1), plain(Key::Questionmark)] },
            ),
            Self::Welcome => (Help, t!("action-welcome"), &[]),
            Self::About => (Help, t!("action-about"), &[]),
        };
        CommandEntry {
            section,
            name,
            keys,
        }
    }

    /// The display text of the first shortcut, if there is one.
    #[must_use]
    pub fn key_text(self) -> Option<String> {
        self.entry().keys.first().map(|keys| keys.text())
    }

    /// Whether holding the key repeats the action. Marks and toggles must not repeat.
    #[must_use]
    pub fn repeats(self) -> bool {
        matches!(self, Self::Undo | Self::Redo | Self::Larger | Self::Smaller)
    }

    /// Whether the action opens a text field or dialog that receives the keys pressed after it.
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
                | Self::Clusters
                | Self::Ask
                | Self::Searches
                | Self::Rules
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
                | Self::Welcome
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
