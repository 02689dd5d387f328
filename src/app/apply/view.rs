//! Commands that change what is visible without a new scoring request: selection, viewer, scrolling.

use crate::app::App;
use crate::app::command::Command;
use crate::app::document::grid_layout::{GridMove, reveal};
use crate::app::document::selection::SelectionMode;
use crate::app::document::state::CELL_SIDES;
use crate::app::document::viewer::Viewer;

impl App {
    pub(super) fn view_or_close(&mut self) {
        if self.state.viewer.is_some() {
            self.close_viewer();
        } else if let Some(item) = self.state.target()
            && !self.open_stack(item)
        {
            self.state.viewer = Some(Viewer::of(item));
        }
    }

    /// Escape: closes the viewer or shows the panels; otherwise clears the search, then the selection.
    pub(super) fn close_or_clear(&mut self) {
        if self.state.viewer.is_some() {
            return self.close_viewer();
        }
        if std::mem::take(&mut self.state.panels_hidden) {
            return;
        }
        if !self.state.search.is_empty() {
            self.search(String::new());
        } else {
            self.state.selection.clear();
        }
    }

    pub(super) fn toggle_actual_size(&mut self) {
        if let Some(viewer) = &mut self.state.viewer {
            viewer.zoom = match viewer.zoom {
                None => Some(1.0),
                Some(_) => None,
            };
            viewer.centre = egui::vec2(0.5, 0.5);
        }
    }

    /// Commands that need no new scoring request.
    pub(super) fn apply_view_command(&mut self, command: Command) {
        match command {
            Command::SelectionMode(id, mode) => {
                let order = &self.state.response.arrangement.order;
                self.state.selection.select(id, mode, order);
            }
            Command::SelectItems(ids, add) => self.state.selection.set(ids, add),
            Command::GridMove(step, extend) => self.step(step, extend),
            Command::ViewItem(id) => {
                self.apply(Command::SelectionMode(id, SelectionMode::Only));
                if !self.open_stack(id) {
                    self.state.viewer = Some(Viewer::of(id));
                }
            }
            Command::FocusCompared(id) => self.focus_compared(id),
            Command::CellSide(side) => {
                self.state.keep_place();
                self.state.memory.cell_side = side.clamp(*CELL_SIDES.start(), *CELL_SIDES.end());
            }
            _ => {}
        }
    }

    pub(super) fn step(&mut self, step: GridMove, extend: bool) {
        if self
            .state
            .viewer
            .as_ref()
            .is_some_and(Viewer::is_comparison)
        {
            return self.step_compared(step);
        }
        let state = &mut self.state;
        let order = &state.response.arrangement.order;
        let Some(layout) = &state.grid.layout else {
            return;
        };
        if order.is_empty() {
            return;
        }
        let viewed = state.viewer.as_ref().map(Viewer::item);
        let cursor = viewed.or(state.selection.cursor);
        let place = cursor.and_then(|id| order.iter().position(|other| *other == id));
        // In the viewer, Up and Down also go to the previous and next photo.
        let step = match (state.viewer.is_some(), step) {
            (true, GridMove::Up) => GridMove::Left,
            (true, GridMove::Down) => GridMove::Right,
            (_, step) => step,
        };
        let goal = match place {
            Some(place) => layout.step_from(place, step, order.len(), state.grid.height),
            None => step_from_hidden(state.selection.marked_at(), step, order.len()),
        };
        let id = order[goal];
        let mode = if extend {
            SelectionMode::Range
        } else {
            SelectionMode::Only
        };
        state.selection.select(id, mode, order);
        state.grid.offset = reveal(layout, goal, state.grid.offset, state.grid.height);
        if state.viewer.is_some() {
            state.viewer = Some(Viewer::of(id));
        }
    }
}

/// Where the cursor goes from a photo that is hidden. If a mark hid it, it goes on from there.
fn step_from_hidden(marked_at: Option<usize>, step: GridMove, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match (marked_at, step) {
        (None, _) | (_, GridMove::Home) => 0,
        (_, GridMove::End) => last,
        (Some(place), GridMove::Left | GridMove::Up | GridMove::PageUp) => {
            place.saturating_sub(1).min(last)
        }
        (Some(place), GridMove::Right | GridMove::Down | GridMove::PageDown) => place.min(last),
    }
}
