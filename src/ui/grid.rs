//! The grid of thumbnails. Only visible cells are drawn, even in a library of a hundred thousand photos.

use egui::{
    PointerButton, Popup, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::cell::cell_id;
use super::textures::side_for;
use super::theme::palette;
use super::widgets::photos;
use super::{Interface, headings, lay_out, photos_id, videos};
use crate::app::command::Command;
use crate::app::document::grid_layout::GridLayout;
use crate::app::document::library::ItemId;
use crate::app::document::state::{GridState, State};
use crate::app::tasks::pictures::ThumbKey;
use crate::t;

/// Width of the scroll bar.
const BAR: f32 = 12.0;
/// Scroll speed in points per frame while a rubber band is dragged beyond the viewport.
const BAND_SCROLL: f64 = 12.0;

/// A rubber band that is being dragged.
pub(super) struct RubberBand {
    /// Its start, in content coordinates of the grid.
    start: (f32, f64),
    /// The photos that it selected last, and whether they were added to the selection.
    selected: Option<(Vec<ItemId>, bool)>,
}

impl Interface {
    /// Draws the grid, and returns its scroll state and layout.
    pub(super) fn grid(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> GridState {
        let whole = ui.available_rect_before_wrap();
        let view = whole.with_max_x(whole.max.x - BAR);
        let (layout, mut grid) = lay_out(view.size(), state);
        let senses = Sense::CLICK | Sense::DRAG;
        let background = ui.interact(view, ui.scope_id().with("grid"), senses);
        scroll(ui, view, &mut grid, state, commands);
        scroll_bar(ui, whole.with_min_x(view.max.x), &layout, &mut grid);
        grid.clamp(&layout);
        let list = egui::UiBuilder::new()
            .scope_id(photos_id())
            .max_rect(view)
            .sense(Sense::focusable_noninteractive());
        let mut area = ui.new_child(list);
        take_keyboard(&area, state);
        area.expand_to_include_rect(view);
        name_list(&area, view, state);
        area.set_clip_rect(view.intersect(ui.clip_rect()));
        let offset = grid.offset;
        self.cells(&mut area, view, &layout, offset, state, commands);
        headings::show(&mut area, view, &layout, offset, state, commands);
        let order = &state.response.arrangement.order;
        self.rubber_band(
            &area,
            view,
            &background,
            &layout,
            &mut grid,
            order,
            commands,
        );
        if background.clicked() {
            commands.push(Command::SelectItems(Vec::new(), false));
        }
        ui.advance_cursor_after_rect(whole);
        grid.layout = Some(layout);
        grid
    }

    fn cells(
        &mut self,
        ui: &mut Ui,
        view: Rect,
        layout: &GridLayout,
        offset: f64,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        let order = &state.response.arrangement.order;
        let groups = &state.response.arrangement.groups;
        let seen = layout.visible(offset, offset + f64::from(view.height()));
        for place in seen.clone() {
            let Some(id) = order.get(place) else { break };
            let rect = layout.cell(place, offset).translate(view.min.to_vec2());
            let group = groups.partition_point(|group| group.first <= place);
            let heading = group.checked_sub(1).map(|at| &groups[at].heading);
            self.cell(ui, rect, *id, heading, state, commands);
            let (place, of) = (place + 1, order.len());
            let node = cell_id(ui, *id);
            ui.ctx().accesskit_node_builder(node, |node| {
                node.set_position_in_set(place);
                node.set_size_of_set(of);
            });
        }
        // Prefetch two rows below and above the viewport, after the visible ones.
        let ahead = 2 * layout.columns();
        let side = side_for(layout.cell_width() * ui.pixels_per_point());
        let after = seen.end..(seen.end + ahead).min(order.len());
        let before = seen.start.saturating_sub(ahead)..seen.start;
        for place in after.chain(before) {
            let shown = |id: &ItemId| videos::shown(state, *id, state.item(*id)?);
            let content = order.get(place).and_then(shown);
            if let Some(content) = content {
                self.textures.request(ThumbKey { content, side });
            }
        }
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one gesture over everything that the grid shows"
    )]
    fn rubber_band(
        &mut self,
        ui: &Ui,
        view: Rect,
        background: &Response,
        layout: &GridLayout,
        grid: &mut GridState,
        order: &[ItemId],
        commands: &mut Vec<Command>,
    ) {
        let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else {
            return;
        };
        let in_content = |point: Pos2, offset: f64| {
            (
                point.x - view.min.x,
                f64::from(point.y - view.min.y) + offset,
            )
        };
        if background.drag_started_by(PointerButton::Primary) {
            let origin = ui
                .input(|input| input.pointer.press_origin())
                .unwrap_or(pointer);
            self.band = Some(RubberBand {
                start: in_content(origin, grid.offset),
                selected: None,
            });
        }
        if !background.dragged_by(PointerButton::Primary) {
            self.band = None;
        }
        let Some(band) = &mut self.band else { return };
        let start = band.start;
        if pointer.y > view.max.y {
            grid.offset += BAND_SCROLL;
            ui.ctx().request_repaint();
        } else if pointer.y < view.min.y {
            grid.offset -= BAND_SCROLL;
            ui.ctx().request_repaint();
        }
        let end = in_content(pointer, grid.offset);
        let places = layout.within(start, end).into_iter();
        let ids: Vec<ItemId> = places
            .filter_map(|place| order.get(place).copied())
            .collect();
        let adds = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        let selected = (ids, adds);
        if band.selected.as_ref() != Some(&selected) {
            commands.push(Command::SelectItems(selected.0.clone(), adds));
            band.selected = Some(selected);
        }
        let on_screen =
            |(x, y): (f32, f64)| pos2(view.min.x + x, view.min.y + (y - grid.offset) as f32);
        let band = Rect::from_two_pos(on_screen(start), on_screen(end));
        let accent = palette(ui).accent;
        ui.painter().rect(
            band,
            2.0,
            accent.gamma_multiply(0.15),
            Stroke::new(1.0, accent),
            StrokeKind::Inside,
        );
    }
}

/// Focuses the grid while nothing else has the focus, and keeps its keys from egui's focus navigation.
fn take_keyboard(ui: &Ui, state: &State) {
    let elsewhere = state.dialog.is_some() || Popup::is_any_open(ui.ctx());
    ui.memory_mut(|memory| match (memory.focused(), elsewhere) {
        (None, false) => memory.request_focus(photos_id()),
        (Some(id), true) if id == photos_id() => memory.surrender_focus(id),
        _ => {}
    });
    let ours = egui::EventFilter {
        tab: true,
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(photos_id(), ours));
}

/// Describes the list of photos to screen readers, and marks the one at the cursor as the active descendant.
fn name_list(ui: &Ui, view: Rect, state: &State) {
    let order = &state.response.arrangement.order;
    let cursor = state.selection.cursor.map(|id| cell_id(ui, id));
    let count = photos(order.len());
    ui.ctx().accesskit_node_builder(photos_id(), |node| {
        node.set_role(egui::accesskit::Role::ListBox);
        node.set_label(t!("photos-list", count = count));
        node.set_multiselectable();
        node.set_size_of_set(order.len());
        node.set_bounds(egui::accesskit::Rect {
            x0: view.min.x.into(),
            y0: view.min.y.into(),
            x1: view.max.x.into(),
            y1: view.max.y.into(),
        });
        if let Some(cursor) = cursor {
            node.set_active_descendant(cursor.accesskit_id());
        }
    });
}

/// The wheel scrolls; with Ctrl it changes the thumbnail size.
fn scroll(ui: &Ui, view: Rect, grid: &mut GridState, state: &State, commands: &mut Vec<Command>) {
    if !ui.rect_contains_pointer(view) {
        return;
    }
    let (delta, zoom) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    grid.offset -= f64::from(delta);
    if (zoom - 1.0).abs() > f32::EPSILON {
        commands.push(Command::CellSide(state.memory.cell_side * zoom));
    }
}

fn scroll_bar(ui: &Ui, bar: Rect, layout: &GridLayout, grid: &mut GridState) {
    let (seen, whole) = (f64::from(bar.height()), layout.height());
    if whole <= seen {
        return;
    }
    let response = ui.interact(
        bar,
        ui.scope_id().with("scroll bar"),
        Sense::click_and_drag(),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, t!("scroll-bar-name")));
    let handle = ((seen / whole) as f32 * bar.height()).max(28.0);
    let way = bar.height() - handle;
    if let Some(pointer) = response.interact_pointer_pos() {
        let part = ((pointer.y - bar.min.y - handle / 2.0) / way).clamp(0.0, 1.0);
        grid.offset = f64::from(part) * (whole - seen);
    }
    let top = bar.min.y + (grid.offset / (whole - seen)).clamp(0.0, 1.0) as f32 * way;
    let lively = response.hovered() || response.dragged();
    let width = if lively { 8.0 } else { 5.0 };
    let rect = Rect::from_min_size(pos2(bar.center().x - width / 2.0, top), vec2(width, handle));
    let palette = palette(ui);
    let colour = if lively { palette.weak } else { palette.line };
    ui.painter()
        .rect_filled(rect.shrink2(vec2(0.0, 2.0)), width / 2.0, colour);
}
