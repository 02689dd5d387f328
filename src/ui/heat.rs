//! The heat map of the current label over a photo in the viewer.

use egui::{
    Color32, ColorImage, Rect, Role, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo, pos2,
    vec2,
};

use super::Interface;
use super::theme::palette;
use super::widgets::{badge, percent};
use crate::app::document::heat::{HeatMapState, MIN_HEAT_MATCH};
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::engine::library::HeatMap;
use crate::text::Surface;
use crate::{t, text};

/// Side of the heat map texture in pixels, which is stretched over the photo.
const SIDE: usize = 72;
/// Maximum opacity of the shade where there is no heat, and of the tint where it is hottest.
const SHADE: f32 = 0.62;
const TINT: f32 = 0.42;

/// The texture of a heat map, with the number of its request.
pub struct DrawnHeat {
    number: u64,
    texture: TextureHandle,
}

impl Interface {
    /// Draws the heat map over a photo, if switched on.
    pub(super) fn heat(&mut self, ui: &Ui, pane: Rect, whole: Rect, id: ItemId, state: &State) {
        if !state.heat.is_on
            || state
                .viewer
                .as_ref()
                .is_none_or(|viewer| viewer.item() != id)
        {
            return;
        }
        let subject = state.heat.subject.as_ref().filter(|of| of.item == id);
        let Some(subject) = subject else {
            let facts = state.item(id).and_then(|item| item.facts());
            let text = match facts.is_some_and(|facts| facts.video.is_some()) {
                true => t!("heat-not-videos"),
                false => t!("heat-add-label"),
            };
            return paint_message(ui, pane, id, text);
        };
        let label = &subject.label.text;
        match &state.heat.map {
            HeatMapState::Waiting => {
                paint_message(ui, pane, id, &t!("heat-computing", label = label))
            }
            HeatMapState::Failed(problem) => {
                paint_message(ui, pane, id, &text::advised(problem, Surface::Window))
            }
            HeatMapState::Ready(map) => {
                let painter = ui.painter().with_clip_rect(pane);
                let texture = self.heat_texture(ui, state.heat.number, map);
                let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
                painter.image(texture.id(), whole, all, Color32::WHITE);
                let matched = percent(map.matched);
                let text = match map.matched < MIN_HEAT_MATCH {
                    true => {
                        t!("heat-hardly", label = label, matched = matched)
                    }
                    false => t!("heat-where", label = label, matched = matched),
                };
                paint_message(ui, pane, id, &text);
            }
        }
    }

    fn heat_texture(&mut self, ui: &Ui, number: u64, map: &HeatMap) -> &TextureHandle {
        let made = self.heat.take().filter(|heat| heat.number == number);
        let drawn = made.unwrap_or_else(|| DrawnHeat {
            number,
            texture: { ui.ctx() }.load_texture("heat", picture(map), TextureOptions::LINEAR),
        });
        &self.heat.insert(drawn).texture
    }
}

/// A message about the heat map, at the top right of the photo.
fn paint_message(ui: &Ui, pane: Rect, id: ItemId, text: &str) {
    let width = text.chars().count() as f32 * 7.0 + 16.0;
    let left = (pane.max.x - width - 12.0).max(pane.min.x + 12.0);
    let rect = badge(
        ui.painter(),
        pos2(left, pane.min.y + 54.0),
        text,
        palette(ui).raised,
    );
    let response = ui.interact(rect, ui.scope_id().with(("heat", id)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// Converts a heat map to a picture: dark where the label is not found, tinted red to yellow where it is.
fn picture(map: &HeatMap) -> ColorImage {
    let along = |at: usize| (at as f32 + 0.5) / SIDE as f32;
    let pixel = |at: usize| {
        let heat = map.at(along(at % SIDE), along(at / SIDE)).clamp(0.0, 1.0);
        let tint = TINT * heat;
        let shade = SHADE * (1.0 - heat);
        // The tint is blended over the shade, and the photo shows through both.
        let alpha = 1.0 - (1.0 - tint) * (1.0 - shade);
        let green = (2.0 * heat - 1.0).max(0.0);
        let part = |value: f32| (255.0 * value).round() as u8;
        Color32::from_rgba_premultiplied(part(tint), part(tint * green), 0, part(alpha))
    };
    let pixels = (0..SIDE * SIDE).map(pixel).collect();
    ColorImage {
        size: [SIDE, SIDE],
        source_size: vec2(SIDE as f32, SIDE as f32),
        pixels,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::library::CELLS;

    #[test]
    fn a_map_is_clear_where_it_is_hot_and_dark_where_it_is_not() {
        let mut cells = vec![0.0; CELLS * CELLS];
        cells[0] = 1.0;
        let picture = picture(&HeatMap {
            matched: 0.5,
            cells,
        });
        let (hot, cold) = (picture[(0, 0)], picture[(SIDE - 1, SIDE - 1)]);
        assert!(hot.r() > 90 && hot.g() > 90 && hot.a() < 120, "{hot:?}");
        assert!(cold.r() == 0 && cold.a() > 140, "{cold:?}");
    }
}
