//! One photo, large: fitted or at any zoom, with what is known of it and how it fits each label.

use egui::{
    Color32, CornerRadius, Frame, Margin, Panel, Pos2, Rect, Role, Sense, Ui, WidgetInfo,
    epaint::RectShape, pos2, vec2,
};

use super::about_photo::about;
use super::icons::{self, Icon};
use super::textures::side_for;
use super::theme::{self, palette};
use super::viewer_overlay::marks;
use super::widgets::{centred, elided, icon_button};
use super::{Interface, grid, videos};
use crate::app::command::{Action, Command};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::library::{Item, ItemId};
use crate::app::document::state::{State, Viewer};
use crate::app::tasks::pictures::{ThumbKey, ViewKey};
use crate::engine::media::photo::ContentId;
use crate::engine::plural::thousands;

/// Zooms, in pixels of the screen for a pixel of the photo.
const ZOOMS: std::ops::RangeInclusive<f32> = 0.02..=16.0;

/// Height of the strip of photos below.
const STRIP: f32 = 84.0;
/// Space between photos that are seen side by side.
const BETWEEN: f32 = 6.0;

/// Where a photo lies on the screen.
pub struct Placed {
    /// Which.
    pub item: ItemId,
    /// All of it, which may be larger than what is seen.
    pub whole: Rect,
    /// What it is seen in.
    pub pane: Rect,
}

impl Interface {
    /// Draws the photo that is seen large, or several side by side, and returns where they were moved and zoomed to.
    pub(super) fn viewer(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> Option<Viewer> {
        let viewer = state.viewer?;
        let item = state.item(viewer.item).cloned()?;
        self.views.take(ui.ctx());
        let alone = state.compared.is_empty();
        if !state.panels_hidden {
            self.beside(ui, state, viewer.item, &item);
            if alone {
                let frame = Frame::new().fill(palette(ui).panel);
                Panel::bottom("filmstrip")
                    .frame(frame)
                    .exact_size(STRIP)
                    .show(ui, |ui| self.filmstrip(ui, state, commands));
            }
        }
        let frame = self.frames(ui, state, viewer.item, &item);
        let view = ui.available_rect_before_wrap();
        let shown = match alone {
            true => vec![viewer.item],
            false => state.compared.clone(),
        };
        let panes = panes(view, shown.len());
        let mut moved = Viewer {
            frame: frame.or(viewer.frame),
            ..viewer
        };
        let mut placed = Vec::new();
        for (id, pane) in shown.iter().zip(&panes) {
            // Zoom and place are the same for all.
            let this = Viewer { item: *id, ..moved };
            let (after, whole) = self.pane(ui, *pane, this, state, commands);
            (moved.zoom, moved.centre) = (after.zoom, after.centre);
            placed.extend(whole.map(|whole| Placed {
                item: *id,
                whole,
                pane: *pane,
            }));
        }
        let magnified = self.loupe(ui, &placed, state);
        controls(ui, view, state, commands);
        self.fetch(ui, &panes, &shown, moved, magnified, state);
        Some(moved)
    }

    fn beside(&mut self, ui: &mut Ui, state: &State, id: ItemId, item: &Item) {
        let frame = Frame::new()
            .fill(palette(ui).panel)
            .inner_margin(Margin::same(12));
        let width = if ui.available_width() < 900.0 {
            220.0
        } else {
            290.0
        };
        Panel::right("about the photo")
            .frame(frame)
            .default_size(width)
            .size_range(180.0..=460.0)
            .show(ui, |ui| {
                let held = self.views.find(item, videos::shown(state, id, item));
                let camera = held.and_then(|held| Some(&held.shown.as_ref().ok()?.camera));
                about(ui, state, id, item, camera);
            });
    }

    /// One photo, with its decision over it; returns where it was moved to, and where all of it lies.
    fn pane(
        &mut self,
        ui: &mut Ui,
        pane: Rect,
        viewer: Viewer,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> (Viewer, Option<Rect>) {
        let id = viewer.item;
        let Some(item) = state.item(id).cloned() else {
            return (viewer, None);
        };
        let sense = Sense::click_and_drag();
        let response = ui.interact(pane, ui.scope_id().with(("photo", id)), sense);
        response.widget_info(|| {
            let mark = state.library.mark(id);
            let name = grid::accessible_name(&item, id, mark, state);
            WidgetInfo::labeled(Role::Image, true, name)
        });
        let content = videos::shown(state, id, &item);
        let (moved, whole) = self.photo(ui, pane, viewer, &item, content, &response);
        if response.double_clicked() {
            commands.push(Command::Do(Action::ActualSize));
        } else if response.clicked() && !state.compared.is_empty() {
            commands.push(Command::FocusCompared(id));
        }
        let focused = state.viewer.is_some_and(|viewer| viewer.item == id);
        if focused && !state.compared.is_empty() {
            let line = egui::Stroke::new(2.0, palette(ui).accent);
            ui.painter()
                .rect_stroke(pane, 2.0, line, egui::StrokeKind::Inside);
        }
        marks(ui, pane, id, &item, state, commands);
        (moved, whole)
    }

    /// Draws the photo, and returns where the person moved and zoomed it to, and where all of it lies.
    fn photo(
        &mut self,
        ui: &Ui,
        view: Rect,
        mut viewer: Viewer,
        item: &Item,
        content: Option<ContentId>,
        response: &egui::Response,
    ) -> (Viewer, Option<Rect>) {
        let palette = palette(ui);
        let painter = ui.painter().with_clip_rect(view);
        let Some(facts) = item.facts() else {
            let trouble = item.warning().unwrap_or_default();
            return (no_picture(ui, view, viewer, trouble), None);
        };
        if let Some(Err(trouble)) = self.views.find(item, content).map(|held| &held.shown) {
            return (no_picture(ui, view, viewer, trouble), None);
        }
        let size = vec2(facts.width as f32, facts.height as f32) / ui.pixels_per_point();
        viewer = zoom_and_pan(ui, view, viewer, size, response);
        let scale = viewer.zoom.unwrap_or_else(|| fitting(view, size));
        let shown = size * scale;
        let centre = view.center() + (vec2(0.5, 0.5) - viewer.centre) * shown;
        let rect = Rect::from_center_size(centre, shown);
        let all = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let draw = |texture: &egui::TextureHandle, rect: Rect| {
            let shape = RectShape::filled(rect, CornerRadius::ZERO, Color32::WHITE);
            painter.add(shape.with_texture(texture.id(), all));
        };
        match self.texture_of(item, content) {
            Some(texture) => {
                draw(&texture, rect);
            }
            None => centred(&painter, view, "Loading…", theme::TEXT, palette.weak),
        }
        if let Some((texture, [left, top, width, height])) = self.views.find_region(item, content)
            && viewer.zoom.is_some()
        {
            let pixel = scale / ui.pixels_per_point();
            let corner = rect.min + vec2(left as f32, top as f32) * pixel;
            let part = vec2(width as f32, height as f32) * pixel;
            let part = Rect::from_min_size(corner, part).intersect(rect);
            draw(texture, part);
        }
        (viewer, Some(rect))
    }

    /// The photo as large as it is there; until then, its thumbnail stands in.
    pub(super) fn texture_of(
        &mut self,
        item: &Item,
        content: Option<ContentId>,
    ) -> Option<egui::TextureHandle> {
        let held = self.views.find(item, content);
        let texture = held
            .and_then(|held| held.shown.as_ref().ok())
            .map(|shown| shown.texture.clone());
        texture.or_else(|| {
            let key = ThumbKey {
                content: content?,
                side: side_for(f32::INFINITY),
            };
            self.textures.get(key).cloned()
        })
    }

    /// Wishes for the photos as large as they are seen, and for the neighbours of one as large as the window.
    fn fetch(
        &mut self,
        ui: &Ui,
        panes: &[Rect],
        shown: &[ItemId],
        viewer: Viewer,
        magnified: Option<ItemId>,
        state: &State,
    ) {
        let max_side = ui.input(|input| input.raw.max_texture_side).unwrap_or(4096) as u32;
        let scale = ui.pixels_per_point();
        let key = |id: ItemId, pane: Rect, zoom: Option<f32>| {
            let item = state.item(id)?;
            let facts = item.facts()?;
            let window = pane.size() * scale;
            let (width, height) = (facts.width as f32, facts.height as f32);
            let fit = (window.x / width).min(window.y / height).min(1.0);
            let zoom = if magnified == Some(id) {
                Some(1.0)
            } else {
                zoom
            };
            let part = zoom.map_or(fit, |zoom| zoom.clamp(fit, 1.0));
            Some(ViewKey {
                path: item.file.path.clone(),
                content: videos::shown(state, id, item),
                time_ms: videos::time_ms(state, id, item),
                short_side: (width.min(height) * part).ceil() as u32,
                max_side,
                region: None,
            })
        };
        let mut keys: Vec<Option<ViewKey>> = Vec::new();
        for (id, pane) in shown.iter().zip(panes) {
            let whole = key(*id, *pane, viewer.zoom);
            let facts = state.item(*id).and_then(|item| item.facts());
            // Frames of videos are shown as large as they are.
            let facts = facts.filter(|facts| facts.video.is_none());
            let part = facts.zip(viewer.zoom).and_then(|(facts, zoom)| {
                let window = pane.size() * scale;
                region(
                    [facts.width, facts.height],
                    max_side,
                    window,
                    zoom,
                    viewer.centre,
                )
            });
            let part = part.zip(whole.clone()).map(|(part, whole)| ViewKey {
                short_side: u32::MAX,
                region: Some(part),
                ..whole
            });
            keys.extend([whole, part]);
        }
        if let ([only], [pane]) = (shown, panes) {
            let order = &state.answer.arrangement.order;
            let place = order.iter().position(|id| id == only);
            let neighbour = |by: isize| {
                let id = order.get(place?.checked_add_signed(by)?)?;
                key(*id, *pane, None)
            };
            keys.extend([neighbour(1), neighbour(-1)]);
        }
        self.views.want(keys.into_iter().flatten().collect());
    }
}

/// The part of a photo that is seen in a window of so many pixels and must be fetched by itself, because the whole photo
/// is too large for the graphics adapter to show it sharp. Its borders lie on a coarse grid, so that a small move needs
/// no other part.
fn region(
    size: [u32; 2],
    max_side: u32,
    window: egui::Vec2,
    zoom: f32,
    centre: egui::Vec2,
) -> Option<[u32; 4]> {
    const STEP: u32 = 512;
    let long = size[0].max(size[1]);
    if long <= max_side || zoom.min(1.0) * long as f32 <= max_side as f32 {
        return None;
    }
    let part = |at: usize| {
        let (centre, seen) = match at {
            0 => (centre.x, window.x),
            _ => (centre.y, window.y),
        };
        let middle = centre * size[at] as f32;
        let half = seen / zoom / 2.0;
        let first = ((middle - half).max(0.0) as u32) / STEP * STEP;
        let end = (((middle + half) as u32) / STEP + 1) * STEP;
        (first, end.min(size[at]).saturating_sub(first).min(max_side))
    };
    let ((left, width), (top, height)) = (part(0), part(1));
    Some([left, top, width, height])
}

/// Where photos lie that are seen side by side, in rows that leave each as much room as there is.
fn panes(view: Rect, count: usize) -> Vec<Rect> {
    let count = count.max(1);
    let columns = match count {
        1..=3 => count,
        _ => (count as f32).sqrt().ceil() as usize,
    };
    let rows = count.div_ceil(columns);
    let size = vec2(
        (view.width() - BETWEEN * (columns - 1) as f32) / columns as f32,
        (view.height() - BETWEEN * (rows - 1) as f32) / rows as f32,
    );
    let pane = |at: usize| {
        let step = vec2((at % columns) as f32, (at / columns) as f32);
        let corner = view.min + step * (size + egui::Vec2::splat(BETWEEN));
        Rect::from_min_size(corner, size)
    };
    (0..count).map(pane).collect()
}

fn no_picture(ui: &Ui, view: Rect, viewer: Viewer, trouble: &str) -> Viewer {
    let palette = palette(ui);
    let middle = Rect::from_center_size(view.center() - vec2(0.0, 40.0), vec2(64.0, 64.0));
    icons::paint(ui.painter(), Icon::Broken, middle, palette.weak);
    let text = elided(ui, trouble, theme::TEXT, palette.text, view.width() - 40.0);
    let at = view.center() - vec2(text.size().x / 2.0, 0.0);
    ui.painter().galley(at, text, palette.text);
    viewer
}

/// The scale at which a photo fits the window; small ones are not enlarged beyond twice their size.
fn fitting(view: Rect, size: egui::Vec2) -> f32 {
    (view.width() / size.x).min(view.height() / size.y).min(2.0)
}

fn zoom_and_pan(
    ui: &Ui,
    view: Rect,
    mut viewer: Viewer,
    size: egui::Vec2,
    response: &egui::Response,
) -> Viewer {
    let fit = fitting(view, size);
    let before = viewer.zoom.unwrap_or(fit);
    let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    let factor = pinch * (wheel * 0.004).exp();
    if response.hovered() && (factor - 1.0).abs() > 1e-4 {
        let after = (before * factor).clamp(*ZOOMS.start(), *ZOOMS.end());
        // The point under the pointer stays there.
        let pointer = ui
            .input(|input| input.pointer.latest_pos())
            .unwrap_or(view.center());
        let from_middle = (pointer - view.center()) / size;
        viewer.centre += from_middle / before - from_middle / after;
        viewer.zoom = (after > fit).then_some(after);
    }
    if response.dragged() && viewer.zoom.is_some() {
        viewer.centre -= response.drag_delta() / (size * before);
    }
    if viewer.zoom.is_none() {
        viewer.centre = vec2(0.5, 0.5);
    }
    viewer.centre = viewer.centre.clamp(egui::Vec2::ZERO, vec2(1.0, 1.0));
    viewer
}

/// Buttons over the photo.
fn controls(ui: &mut Ui, view: Rect, state: &State, commands: &mut Vec<Command>) {
    let bar = Rect::from_min_size(view.min + vec2(10.0, 10.0), vec2(180.0, 36.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(bar), |ui| {
        let frame = Frame::new()
            .fill(palette(ui).panel.gamma_multiply(0.9))
            .corner_radius(theme::RADIUS)
            .inner_margin(Margin::same(4));
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let buttons = [
                    (
                        Icon::Grid,
                        "Back to the grid",
                        Command::Do(Action::CloseView),
                    ),
                    (
                        Icon::Left,
                        "Photo before",
                        Command::GridMove(GridMove::Left, false),
                    ),
                    (
                        Icon::Right,
                        "Next photo",
                        Command::GridMove(GridMove::Right, false),
                    ),
                    (
                        Icon::Search,
                        "Actual size or fit",
                        Command::Do(Action::ActualSize),
                    ),
                ];
                for (icon, name, command) in buttons {
                    if icon_button(ui, icon, name).clicked() {
                        commands.push(command);
                    }
                }
            });
        });
    });
    let order = &state.answer.arrangement.order;
    let place = state
        .viewer
        .filter(|_| state.compared.is_empty())
        .and_then(|viewer| order.iter().position(|id| *id == viewer.item));
    if let Some(place) = place {
        let text = format!("{} of {}", thousands(place + 1), thousands(order.len()));
        let at = pos2(view.min.x + 12.0, view.max.y - 30.0);
        super::widgets::badge(ui.painter(), at, &text, palette(ui).raised);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_fill_the_view() {
        let view = Rect::from_min_size(pos2(10.0, 20.0), vec2(900.0, 600.0));
        for count in 1..=9 {
            let panes = panes(view, count);
            assert_eq!(panes.len(), count);
            assert!(
                panes
                    .iter()
                    .all(|pane| view.expand(0.1).contains_rect(*pane))
            );
            for (at, a) in panes.iter().enumerate() {
                assert!(panes[..at].iter().all(|b| !a.intersects(*b)), "{count}");
            }
        }
        assert_eq!(panes(view, 4)[3].max, view.max);
    }

    #[test]
    fn only_what_the_adapter_cannot_hold_is_fetched_in_parts() {
        let window = vec2(1000.0, 700.0);
        let middle = vec2(0.5, 0.5);
        assert_eq!(region([6000, 4000], 8192, window, 1.0, middle), None);
        assert_eq!(region([20_000, 4000], 8192, window, 0.2, middle), None);
        let [left, top, width, height] =
            region([20_000, 4000], 8192, window, 1.0, middle).expect("a part");
        assert!(left <= 9500 && left + width >= 10_500 && width <= 8192);
        assert!(top <= 1650 && top + height >= 2350 && height <= 4000);
        let end = region([20_000, 4000], 8192, window, 1.0, vec2(1.0, 1.0)).expect("a part");
        assert_eq!((end[0] + end[2], end[1] + end[3]), (20_000, 4000));
    }
}
