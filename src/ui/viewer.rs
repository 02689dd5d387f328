//! One photo, large: fitted or at any zoom, with what is known of it and how it fits each label.

use egui::{
    Color32, CornerRadius, Frame, Margin, Panel, Pos2, Rect, Role, Sense, Ui, WidgetInfo,
    epaint::RectShape, pos2, vec2,
};

use super::about_photo::about;
use super::icons::{self, Icon};
use super::textures::side_for;
use super::theme::{self, palette};
use super::widgets::{centred, elided, icon_button};
use super::{Interface, grid, videos};
use crate::app::command::{Action, Command};
use crate::app::document::grid_layout::GridMove;
use crate::app::document::library::{Item, ItemId};
use crate::app::document::state::{State, Viewer};
use crate::app::tasks::pictures::{ThumbKey, ViewKey};
use crate::engine::media::photo::ContentId;

/// Zooms, in pixels of the screen for a pixel of the photo.
const ZOOMS: std::ops::RangeInclusive<f32> = 0.02..=16.0;

impl Interface {
    /// Draws the photo that is seen large, and returns where it was moved and zoomed to.
    pub(super) fn viewer(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) -> Option<Viewer> {
        let viewer = state.viewer?;
        let item = state.item(viewer.item).cloned()?;
        self.views.take(ui.ctx());
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
                let shown = videos::shown(state, viewer.item, &item);
                let held = self.views.find(&item, shown);
                let camera = held.and_then(|held| Some(&held.shown.as_ref().ok()?.camera));
                about(ui, state, viewer.item, &item, camera);
            });
        let chosen = self.frames(ui, state, viewer.item, &item);
        let viewer = Viewer {
            frame: chosen.or(viewer.frame),
            ..viewer
        };
        let shown = videos::shown(state, viewer.item, &item);
        let view = ui.available_rect_before_wrap();
        let sense = Sense::click_and_drag();
        let response = ui.interact(view, ui.scope_id().with("photo"), sense);
        response.widget_info(|| {
            let mark = state.library.mark(viewer.item);
            let name = grid::accessible_name(&item, viewer.item, mark, state);
            WidgetInfo::labeled(Role::Image, true, name)
        });
        let moved = self.photo(ui, view, viewer, &item, shown, &response);
        if response.double_clicked() {
            commands.push(Command::Do(Action::ActualSize));
        }
        controls(ui, view, state, commands);
        self.fetch(ui, view, state);
        Some(moved)
    }

    /// Draws the photo, and returns where the person moved and zoomed it to.
    fn photo(
        &mut self,
        ui: &Ui,
        view: Rect,
        mut viewer: Viewer,
        item: &Item,
        content: Option<ContentId>,
        response: &egui::Response,
    ) -> Viewer {
        let palette = palette(ui);
        let painter = ui.painter().with_clip_rect(view);
        let Some(facts) = item.facts() else {
            return no_picture(ui, view, viewer, item.warning().unwrap_or_default());
        };
        let held = self.views.find(item, content);
        if let Some(Err(trouble)) = held.map(|held| &held.shown) {
            return no_picture(ui, view, viewer, trouble);
        }
        // Until the photo is there, its thumbnail stands in.
        let texture = held
            .and_then(|held| held.shown.as_ref().ok())
            .map(|shown| shown.texture.clone());
        let texture = texture.or_else(|| {
            let key = ThumbKey {
                content: content.unwrap_or(facts.content),
                side: side_for(f32::INFINITY),
            };
            self.textures.get(key).cloned()
        });
        let size = vec2(facts.width as f32, facts.height as f32) / ui.pixels_per_point();
        viewer = zoom_and_pan(ui, view, viewer, size, response);
        let scale = viewer.zoom.unwrap_or_else(|| fitting(view, size));
        let shown = size * scale;
        let centre = view.center() + (vec2(0.5, 0.5) - viewer.centre) * shown;
        let rect = Rect::from_center_size(centre, shown);
        match texture {
            Some(texture) => {
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                let shape = RectShape::filled(rect, CornerRadius::ZERO, Color32::WHITE);
                painter.add(shape.with_texture(texture.id(), uv));
            }
            None => centred(&painter, view, "Loading…", theme::TEXT, palette.weak),
        }
        viewer
    }

    /// Wishes for the photo as large as it is seen, and for its neighbours as large as the window.
    fn fetch(&mut self, ui: &Ui, view: Rect, state: &State) {
        let Some(viewer) = state.viewer else { return };
        let max_side = ui.input(|input| input.raw.max_texture_side).unwrap_or(4096) as u32;
        let window = view.size() * ui.pixels_per_point();
        let key = |id: ItemId, zoom: Option<f32>| {
            let item = state.item(id)?;
            let facts = item.facts()?;
            let (width, height) = (facts.width as f32, facts.height as f32);
            let fit = (window.x / width).min(window.y / height).min(1.0);
            let scale = zoom.map_or(fit, |zoom| zoom.clamp(fit, 1.0));
            Some(ViewKey {
                path: item.file.path.clone(),
                content: videos::shown(state, id, item),
                time_ms: videos::time_ms(state, id, item),
                short_side: (width.min(height) * scale).ceil() as u32,
                max_side,
            })
        };
        let order = &state.answer.arrangement.order;
        let place = order.iter().position(|id| *id == viewer.item);
        let neighbour = |by: isize| {
            let id = order.get(place?.checked_add_signed(by)?)?;
            key(*id, None)
        };
        let keys = [key(viewer.item, viewer.zoom), neighbour(1), neighbour(-1)];
        self.views.want(keys.into_iter().flatten().collect());
    }
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
    let bar = Rect::from_min_size(view.min + vec2(10.0, 10.0), vec2(240.0, 36.0));
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
                    (Icon::Tick, "Pick", Command::Do(Action::Pick)),
                    (Icon::Cross, "Reject", Command::Do(Action::Reject)),
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
        .and_then(|viewer| order.iter().position(|id| *id == viewer.item));
    if let Some(place) = place {
        let text = format!("{} of {}", place + 1, order.len());
        let at = pos2(view.min.x + 12.0, view.max.y - 30.0);
        super::widgets::badge(ui.painter(), at, &text, palette(ui).raised);
    }
}
