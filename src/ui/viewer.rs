//! The viewer: one photo, fitted or at any zoom, with its details and matches.

use egui::{
    Color32, CornerRadius, Frame, Margin, Panel, Pos2, Rect, Role, Sense, Ui, WidgetInfo,
    epaint::RectShape, pos2, vec2,
};

use super::about_photo::about;
use super::icons::{self, Icon};
use super::textures::side_for;
use super::theme::{self, palette};
use super::viewer_layout::{PlacedPhoto, fitting, panes, region, zoom_and_pan};
use super::viewer_overlay::marks;
use super::widgets::{centred, elided, icon_button};
use super::{Interface, cell, videos};
use crate::app::command::{Action, Command};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::document::state::State;
use crate::app::document::viewer::Viewer;
use crate::app::tasks::pictures::{ThumbKey, ViewKey};
use crate::engine::media::photo::ContentId;
use crate::text::Surface;
use crate::{t, text};

/// Height of the filmstrip.
const STRIP: f32 = 84.0;
impl Interface {
    /// Draws one photo or several side by side, and returns the viewer's state with the new pan and zoom.
    pub(super) fn viewer(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> Option<Viewer> {
        let viewer = state.viewer.as_ref()?;
        let item = state.item(viewer.item()).cloned()?;
        self.views.take(ui.ctx());
        let place = self.place_of(viewer.item(), state);
        if !state.panels_hidden {
            self.beside(ui, state, viewer.item(), &item);
            if !viewer.is_comparison() {
                let frame = Frame::new().fill(palette(ui).panel);
                Panel::bottom("filmstrip")
                    .frame(frame)
                    .exact_size(STRIP)
                    .show(ui, |ui| self.filmstrip(ui, state, place, commands));
            }
        }
        let frame = self.frames(ui, state, viewer.item(), &item);
        let view = ui.available_rect_before_wrap();
        let shown = viewer.items();
        let panes = panes(view, shown.len());
        let mut moved = viewer.clone();
        moved.frame = frame.or(viewer.frame);
        let mut placed = Vec::new();
        for (id, pane) in shown.iter().zip(&panes) {
            // All panes share the same zoom and position.
            let whole = self.pane(ui, *pane, *id, &mut moved, state, commands);
            placed.extend(whole.map(|whole| PlacedPhoto {
                item: *id,
                whole,
                pane: *pane,
            }));
        }
        let magnified = self.loupe(ui, &placed, state);
        let place = place.filter(|_| !viewer.is_comparison());
        controls(ui, view, state, place, commands);
        self.fetch(ui, &panes, &moved, place, magnified, state);
        Some(moved)
    }

    /// The index of a photo in the display order. The search starts near the index in the previous frame.
    fn place_of(&mut self, item: ItemId, state: &State) -> Option<usize> {
        let order = &state.response.arrangement.order;
        let before = self.viewed_place;
        let near = before.saturating_sub(1)..=before + 1;
        let mut near = near.filter(|at| order.get(*at) == Some(&item));
        let place = near.next();
        let place = place.or_else(|| order.iter().position(|id| *id == item));
        self.viewed_place = place.unwrap_or(before);
        place
    }

    fn beside(&mut self, ui: &mut Ui, state: &State, id: ItemId, item: &LibraryItem) {
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

    /// One pane with a photo and its marks. Returns the rectangle of the whole photo.
    fn pane(
        &mut self,
        ui: &mut Ui,
        pane: Rect,
        id: ItemId,
        viewer: &mut Viewer,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> Option<Rect> {
        let item = state.item(id).cloned()?;
        let sense = Sense::click_and_drag();
        let response = ui.interact(pane, ui.scope_id().with(("photo", id)), sense);
        response.widget_info(|| {
            let mark = state.library.mark(id);
            let name = cell::accessible_name(&item, id, mark, state);
            WidgetInfo::labeled(Role::Image, true, name)
        });
        let content = videos::shown(state, id, &item);
        let whole = self.photo(ui, pane, viewer, &item, content, &response);
        if response.double_clicked() {
            commands.push(Command::Do(Action::ActualSize));
        } else if response.clicked() && viewer.is_comparison() {
            commands.push(Command::FocusCompared(id));
        }
        if viewer.is_comparison() && viewer.item() == id {
            let line = egui::Stroke::new(2.0, palette(ui).accent);
            ui.painter()
                .rect_stroke(pane, 2.0, line, egui::StrokeKind::Inside);
        }
        if let Some(whole) = whole {
            self.heat(ui, pane, whole, id, state);
        }
        marks(ui, pane, id, &item, state, commands);
        whole
    }

    /// Draws the photo with pan and zoom, and returns the rectangle of the whole photo.
    fn photo(
        &mut self,
        ui: &Ui,
        view: Rect,
        viewer: &mut Viewer,
        item: &LibraryItem,
        content: Option<ContentId>,
        response: &egui::Response,
    ) -> Option<Rect> {
        let palette = palette(ui);
        let painter = ui.painter().with_clip_rect(view);
        let Some(facts) = item.facts() else {
            let problem = item.warning().unwrap_or_default();
            no_picture(ui, view, &text::advised(problem, Surface::Window));
            return None;
        };
        if let Some(Err(problem)) = self.views.find(item, content).map(|held| &held.shown) {
            no_picture(ui, view, &text::advised(problem, Surface::Window));
            return None;
        }
        let size = vec2(facts.width as f32, facts.height as f32) / ui.pixels_per_point();
        zoom_and_pan(ui, view, viewer, size, response);
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
            None => centred(&painter, view, t!("loading"), theme::TEXT, palette.weak),
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
        Some(rect)
    }

    /// The texture of a photo, or its thumbnail until that is loaded.
    pub(super) fn texture_of(
        &mut self,
        item: &LibraryItem,
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

    /// Requests the visible photos at display resolution, and the neighbours of a single photo at window size. `place`
    /// is its index in the display order.
    fn fetch(
        &mut self,
        ui: &Ui,
        panes: &[Rect],
        viewer: &Viewer,
        place: Option<usize>,
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
        let shown = viewer.items();
        for (id, pane) in shown.iter().zip(panes) {
            let whole = key(*id, *pane, viewer.zoom);
            let facts = state.item(*id).and_then(|item| item.facts());
            // Video frames are not split into regions.
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
        if let (Some(place), [pane]) = (place, panes) {
            let order = &state.response.arrangement.order;
            let neighbour = |by: isize| {
                let id = order.get(place.checked_add_signed(by)?)?;
                key(*id, *pane, None)
            };
            keys.extend([neighbour(1), neighbour(-1)]);
        }
        self.views.want(keys.into_iter().flatten().collect());
    }
}

fn no_picture(ui: &Ui, view: Rect, problem: &str) {
    let palette = palette(ui);
    let middle = Rect::from_center_size(view.center() - vec2(0.0, 40.0), vec2(64.0, 64.0));
    icons::paint(ui.painter(), Icon::Broken, middle, palette.weak);
    let text = elided(ui, problem, theme::TEXT, palette.text, view.width() - 40.0);
    let at = view.center() - vec2(text.size().x / 2.0, 0.0);
    ui.painter().galley(at, text, palette.text);
}

/// Buttons over the photo, and its position in the display order.
fn controls(
    ui: &mut Ui,
    view: Rect,
    state: &State,
    place: Option<usize>,
    commands: &mut Vec<Command>,
) {
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
                        t!("back-to-grid"),
                        Command::Do(Action::CloseView),
                    ),
                    (
                        Icon::Left,
                        t!("previous-photo"),
                        Command::GridMove(GridMove::Left, false),
                    ),
                    (
                        Icon::Right,
                        t!("next-photo"),
                        Command::GridMove(GridMove::Right, false),
                    ),
                    (
                        Icon::Search,
                        t!("actual-size"),
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
    if let Some(place) = place {
        let order = &state.response.arrangement.order;
        let text = text::of_all(place + 1, order.len());
        let at = pos2(view.min.x + 12.0, view.max.y - 30.0);
        super::widgets::badge(ui.painter(), at, &text, palette(ui).raised);
    }
}
