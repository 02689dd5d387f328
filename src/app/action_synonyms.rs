//! Synonyms by which the command palette finds actions.

use super::action::Action;
use crate::{t, text};

impl Action {
    /// Synonyms that the command palette also matches.
    #[must_use]
    pub fn synonyms(self) -> &'static str {
        match self {
            Self::OpenFolder => t!("synonyms-open-folder"),
            Self::OpenPhotos => t!("synonyms-open-photos"),
            Self::OpenPath => t!("synonyms-open-path"),
            Self::Samples => t!("synonyms-samples"),
            Self::Rescan => t!("synonyms-rescan"),
            Self::CloseFolders => t!("synonyms-close-folders"),
            Self::Export => t!("synonyms-export"),
            Self::MoveRejects => t!("synonyms-move-rejects"),
            Self::TrashRejects => t!("synonyms-trash-rejects"),
            Self::Keywords => t!("synonyms-keywords"),
            Self::Models => t!("synonyms-models"),
            Self::Settings => t!("synonyms-settings"),
            Self::Quit => t!("synonyms-quit"),
            Self::Undo => t!("synonyms-undo"),
            Self::Redo => t!("synonyms-redo"),
            Self::SelectAll => t!("synonyms-select-all"),
            Self::SelectNone => t!("synonyms-select-none"),
            Self::CopyPaths => t!("synonyms-copy-paths"),
            Self::View => t!("synonyms-view"),
            Self::CloseView => t!("synonyms-close-view"),
            Self::Compare => t!("synonyms-compare"),
            Self::Survey => t!("synonyms-survey"),
            Self::Why => t!("synonyms-why"),
            Self::Clusters => t!("synonyms-heaps"),
            Self::Ask => t!("synonyms-ask"),
            Self::Searches => t!("synonyms-searches"),
            Self::Rules => t!("synonyms-rules"),
            Self::Tour => t!("synonyms-tour"),
            Self::Copies => t!("synonyms-copies"),
            Self::Stacks => t!("synonyms-stacks"),
            Self::Open => t!("synonyms-open"),
            Self::Reveal => t!("synonyms-reveal"),
            Self::FindSimilar => t!("synonyms-find-similar"),
            Self::Pick => t!("synonyms-pick"),
            Self::Reject => t!("synonyms-reject"),
            Self::Unflag => t!("synonyms-unflag"),
            Self::Stars(_) => t!("synonyms-stars"),
            Self::Colour(_) => t!("synonyms-colour"),
            Self::AddLabel => t!("synonyms-add-label"),
            Self::Example => t!("synonyms-example"),
            Self::CounterExample => t!("synonyms-counter-example"),
            Self::LabelFromThese => t!("synonyms-label-from-these"),
            Self::PasteLabels => t!("synonyms-paste-labels"),
            Self::LabelSets => t!("synonyms-label-sets"),
            Self::ClearLabels => t!("synonyms-clear-labels"),
            Self::Search => t!("synonyms-search"),
            Self::ClearFilter => t!("synonyms-clear-filter"),
            Self::Larger => t!("synonyms-larger"),
            Self::Smaller => t!("synonyms-smaller"),
            Self::ActualSize => t!("synonyms-actual-size"),
            Self::FullScreen => t!("synonyms-full-screen"),
            Self::Panels => t!("synonyms-panels"),
            Self::NextPane => t!("synonyms-next-pane"),
            Self::Captions => t!("synonyms-captions"),
            Self::Theme => t!("synonyms-theme"),
            Self::Subfolders => t!("synonyms-subfolders"),
            Self::AutoAdvance => t!("synonyms-auto-advance"),
            Self::Pause => t!("synonyms-pause"),
            Self::Cancel => t!("synonyms-cancel"),
            Self::Failures => t!("synonyms-failures"),
            Self::Palette => t!("synonyms-palette"),
            Self::Keys => t!("synonyms-keys"),
            Self::Welcome => t!("synonyms-welcome"),
            Self::About => t!("synonyms-about"),
        }
    }

    /// `Some(true)` if the name contains all typed words, `Some(false)` if some of them only match the start of a
    /// synonym, `None` if a word matches neither. Case and accents are ignored.
    #[must_use]
    pub fn is_called(self, typed: &str) -> Option<bool> {
        let typed = text::fold(typed);
        let name = text::fold(self.entry().name);
        if typed.split_whitespace().all(|word| name.contains(word)) {
            return Some(true);
        }
        let synonyms = text::fold(self.synonyms());
        let begins = |word: &str| {
            name.contains(word) || synonyms.split(' ').any(|other| other.starts_with(word))
        };
        typed.split_whitespace().all(begins).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::organize::marks::Colour;
    use crate::text::{Locale, keep_to_thread};

    #[test]
    fn commands_are_found_by_other_words() {
        for (typed, action) in [
            ("advance", Action::AutoAdvance),
            ("next", Action::AutoAdvance),
            ("preferences", Action::Settings),
            ("language", Action::Settings),
            ("text size", Action::Settings),
            ("delete reject", Action::TrashRejects),
            ("color red", Action::Colour(Colour::Red)),
        ] {
            assert!(action.is_called(typed).is_some(), "{typed}");
        }
        assert_eq!(Action::Undo.is_called("undo"), Some(true));
        assert_eq!(Action::Undo.is_called("export"), None);
    }

    #[test]
    fn commands_are_found_without_accents() {
        for (locale, typed, action, by_name) in [
            (Locale::French, "reglages", Action::Settings, true),
            (Locale::French, "Réglages", Action::Settings, true),
            (Locale::French, "preferences", Action::Settings, false),
            (Locale::German, "ruckgangig", Action::Undo, true),
            (Locale::Spanish, "configuracion", Action::Settings, false),
        ] {
            keep_to_thread(locale);
            assert_eq!(action.is_called(typed), Some(by_name), "{typed}");
        }
        keep_to_thread(Locale::English);
    }
}
