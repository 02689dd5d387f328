//! Synonyms by which the palette finds actions.

use super::action::Action;

impl Action {
    /// Synonyms by which the palette finds it.
    #[must_use]
    pub fn synonyms(self) -> &'static str {
        match self {
            Self::OpenFolder => "add import browse directory load",
            Self::OpenPhotos => "add import images pictures files",
            Self::OpenPath => "type folder go to location add",
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
            Self::CopyPaths => "clipboard file path location",
            Self::View => "enlarge large open zoom preview",
            Self::CloseView => "back escape grid",
            Self::Compare => "side by side loupe difference",
            Self::Survey => "burst series stack",
            Self::Why => "heat map explain region attention reason",
            Self::Heaps => "groups clusters suggest propose sort topics",
            Self::Ask => "estimate errors check precision recall wrong missed",
            Self::Searches => "smart folder album save query",
            Self::Tour => "cleanup overview tidy duplicates blurred screenshots free space",
            Self::Copies => "duplicates same twice similar",
            Self::Stacks => "burst series collapse group expand",
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::organize::marks::Colour;

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
}
