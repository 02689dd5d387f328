//! Which actions are enabled in the current state.

use super::action::Action;
use super::document::state::State;
use crate::engine::organize::marks::Flag;

impl Action {
    /// Whether the action is enabled.
    #[must_use]
    pub fn enabled(self, state: &State) -> bool {
        match self {
            Self::Rescan | Self::CloseFolders => !state.memory.roots.is_empty(),
            Self::Export | Self::Keywords | Self::SelectAll => {
                !state.response.arrangement.order.is_empty()
            }
            Self::MoveRejects | Self::TrashRejects => {
                let mut marks = state.library.snapshot().marks.iter();
                marks.any(|mark| mark.flag == Flag::Reject)
            }
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
            Self::Why => state.viewer.is_some(),
            Self::Tour | Self::Copies | Self::Clusters | Self::Stacks => !state.library.is_empty(),
            Self::Ask => !state.memory.labels.is_empty(),
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
