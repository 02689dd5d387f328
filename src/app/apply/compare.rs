//! Comparing photos side by side: opening, stepping and closing.

use crate::app::App;
use crate::app::document::burst::{COMPARED, SURVEYED, around, burst};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::library::ItemId;
use crate::app::document::viewer::Viewer;
use crate::t;

impl App {
    /// Shows the selected photos side by side. A single photo is compared with those taken right before and after it,
    /// or else with the next one. A second call shows the focused photo alone.
    pub(super) fn compare(&mut self) {
        if let Some(viewer) = &mut self.state.viewer
            && viewer.is_comparison()
        {
            return viewer.end_comparison();
        }
        let Some(target) = self.state.target() else {
            return;
        };
        let order = &self.state.response.arrangement.order;
        let mut chosen = self.state.selection.command_targets(order);
        if chosen.len() < 2 && self.open_stack(target) {
            return;
        }
        let order = &self.state.response.arrangement.order;
        if chosen.len() < 2 || !chosen.contains(&target) {
            let taken_together = burst(self.state.library.snapshot(), target);
            chosen = around(&taken_together, target, COMPARED);
        }
        if chosen.len() < 2 {
            let place = order.iter().position(|id| *id == target).unwrap_or(0);
            let next = order.get(place + 1).or(order.get(place.wrapping_sub(1)));
            chosen.extend(next);
        }
        let chosen = around(&chosen, target, COMPARED);
        self.show_together(chosen, target);
    }

    /// Shows up to nine photos of a burst side by side.
    pub(super) fn survey(&mut self) {
        let Some(target) = self.state.target() else {
            return;
        };
        let taken_together = burst(self.state.library.snapshot(), target);
        if taken_together.len() < 2 {
            let text = t!("no-burst");
            return self.state.notify(text, false);
        }
        self.show_together(around(&taken_together, target, SURVEYED), target);
    }

    fn show_together(&mut self, items: Vec<ItemId>, target: ItemId) {
        if items.len() > 1 {
            self.state.viewer = Viewer::together(items, target);
        }
    }

    /// Closes the viewer and returns to the grid.
    pub(super) fn close_viewer(&mut self) {
        self.state.viewer = None;
    }

    /// Focuses another of the compared photos. Zoom and position stay.
    pub(super) fn focus_compared(&mut self, id: ItemId) {
        if let Some(viewer) = &mut self.state.viewer {
            viewer.focus(id);
        }
    }

    pub(super) fn step_compared(&mut self, step: GridMove) {
        let Some(viewer) = &mut self.state.viewer else {
            return;
        };
        let compared = viewer.items();
        let last = compared.len().saturating_sub(1);
        let here = viewer.item();
        let place = compared.iter().position(|id| *id == here).unwrap_or(0);
        let goal = match step {
            GridMove::Left | GridMove::Up | GridMove::PageUp => place.saturating_sub(1),
            GridMove::Right | GridMove::Down | GridMove::PageDown => (place + 1).min(last),
            GridMove::Home => 0,
            GridMove::End => last,
        };
        let goal = compared[goal];
        viewer.focus(goal);
    }

    pub(super) fn toggle_full_screen(&mut self) {
        let ctx = &self.repaint.ctx;
        let now = ctx
            .input(|input| input.viewport().fullscreen)
            .unwrap_or(false);
        ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!now));
    }
}
