//! Videos among photos: the representative frame, its badge and time, and the strip of all frames in the viewer.

use egui::{
    Align2, Color32, CornerRadius, FontId, Panel, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, epaint::RectShape, pos2, vec2,
};

use super::Interface;
use super::icons::{self, Icon};
use super::textures::side_for;
use super::theme::{self, palette};
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::document::state::State;
use crate::app::tasks::pictures::ThumbKey;
use crate::engine::media::photo::{ContentId, VideoFacts};
use crate::t;

/// Height of a frame in the strip.
const FRAME: f32 = 64.0;

/// The content to display for an item: a photo, or the representative frame of a video.
pub fn shown(state: &State, id: ItemId, item: &LibraryItem) -> Option<ContentId> {
    shown_at(item, frame(state, id, item))
}

/// The content of one frame of an item.
pub fn shown_at(item: &LibraryItem, frame: usize) -> Option<ContentId> {
    let last = video(item).map_or(0, |video| video.frames_ms.len().saturating_sub(1));
    Some(item.content()?.of_part(frame.min(last)))
}

/// The index of the representative frame; 0 for photos. In the viewer, the user may choose another.
pub fn frame(state: &State, id: ItemId, item: &LibraryItem) -> usize {
    let Some(video) = video(item) else { return 0 };
    let chosen = state.viewer.as_ref().filter(|viewer| viewer.item() == id);
    let chosen = chosen.and_then(|viewer| viewer.frame);
    let frame = chosen.unwrap_or_else(|| state.response.best_frame(id));
    frame.min(video.frames_ms.len().saturating_sub(1))
}

/// The time of the representative frame in milliseconds; `None` for photos.
pub fn time_ms(state: &State, id: ItemId, item: &LibraryItem) -> Option<u64> {
    video(item)?.frames_ms.get(frame(state, id, item)).copied()
}

fn video(item: &LibraryItem) -> Option<&VideoFacts> {
    item.facts()?.video.as_deref()
}

/// The addition to the accessible name: "video, 0:12 of 1:05".
pub fn accessible_text(state: &State, id: ItemId, item: &LibraryItem) -> String {
    spoken_at(item, frame(state, id, item))
}

/// The same for a given frame.
pub fn spoken_at(item: &LibraryItem, frame: usize) -> String {
    let of_frame = |video: &VideoFacts| Some((*video.frames_ms.get(frame)?, video.duration()));
    match video(item).and_then(of_frame) {
        Some((time, Some(duration))) => t!(
            "spoken-video",
            time = clock(time),
            duration = clock(duration)
        ),
        Some((time, None)) => t!("spoken-video-at", time = clock(time)),
        None => String::new(),
    }
}

/// The display text of a video's duration, if it is known.
pub fn duration(item: &LibraryItem) -> Option<String> {
    video(item)?.duration().map(clock)
}

/// `1:05`, or `1:02:03` from one hour.
fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// The time of a frame, and the duration if it is known.
fn position(time: u64, duration: Option<u64>) -> String {
    match duration {
        Some(duration) => format!("{} / {}", clock(time), clock(duration)),
        None => clock(time),
    }
}

/// The badge of a video over its picture, with the time of the frame and the duration.
pub fn paint_mark(ui: &Ui, picture: Rect, state: &State, id: ItemId, item: &LibraryItem) {
    let (Some(video), Some(time)) = (video(item), time_ms(state, id, item)) else {
        return;
    };
    let text = position(time, video.duration());
    let font = FontId::proportional(theme::TEXT_S);
    let galley = ui.painter().layout_no_wrap(text, font, Color32::WHITE);
    let size = galley.size() + vec2(26.0, 4.0);
    let at = pos2(
        picture.center().x - size.x / 2.0,
        picture.max.y - size.y - 2.0,
    );
    let ground = Rect::from_min_size(at, size);
    ui.painter()
        .rect_filled(ground, 8.0, Color32::from_black_alpha(170));
    let icon = Rect::from_center_size(ground.left_center() + vec2(12.0, 0.0), vec2(12.0, 12.0));
    icons::paint(ui.painter(), Icon::Play, icon, Color32::WHITE);
    ui.painter()
        .galley(at + vec2(21.0, 2.0), galley, Color32::WHITE);
}

impl Interface {
    /// The strip of all frames below the video in the viewer. Returns the index of the clicked one.
    pub(super) fn frames(
        &mut self,
        ui: &mut Ui,
        state: &State,
        id: ItemId,
        item: &LibraryItem,
    ) -> Option<usize> {
        let video = video(item).filter(|video| video.frames_ms.len() > 1)?;
        let (content, shown) = (item.content()?, frame(state, id, item));
        let mut clicked = None;
        let mut strip = |ui: &mut Ui| {
            for (number, time) in video.frames_ms.iter().enumerate() {
                let key = ThumbKey {
                    content: content.of_part(number),
                    side: side_for(2.0 * FRAME * ui.pixels_per_point()),
                };
                if self.strip_frame(ui, key, *time, number == shown) {
                    clicked = Some(number);
                }
            }
        };
        Panel::bottom("frames of the video").show(ui, |ui| {
            egui::ScrollArea::horizontal().show(ui, |ui| ui.horizontal(&mut strip));
        });
        clicked
    }

    /// A frame of the strip. Returns whether it was clicked.
    fn strip_frame(&mut self, ui: &mut Ui, key: ThumbKey, time_ms: u64, selected: bool) -> bool {
        let texture = self.textures.get(key).cloned();
        let shape = texture.as_ref().map_or(vec2(FRAME, FRAME), |texture| {
            let size = texture.size_vec2();
            size * (FRAME / size.y.max(1.0))
        });
        let (rect, response) = ui.allocate_exact_size(shape, Sense::click());
        response.widget_info(|| {
            let name = t!("frame-at", time = clock(time_ms));
            WidgetInfo::selected(Role::ListItem, true, selected, name)
        });
        let palette = palette(ui);
        match texture {
            Some(texture) => {
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                let shape = RectShape::filled(rect, CornerRadius::same(3), Color32::WHITE);
                ui.painter().add(shape.with_texture(texture.id(), uv));
            }
            None => {
                ui.painter().rect_filled(rect, 3.0, palette.panel);
            }
        }
        ui.painter().text(
            rect.center_bottom() - vec2(0.0, 2.0),
            Align2::CENTER_BOTTOM,
            clock(time_ms),
            FontId::proportional(theme::TEXT_S),
            Color32::WHITE,
        );
        if selected {
            let line = Stroke::new(2.5, palette.accent);
            ui.painter()
                .rect_stroke(rect, 3.0, line, StrokeKind::Inside);
        }
        response.clicked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_on_a_clock() {
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(65_900), "1:05");
        assert_eq!(clock(3_723_000), "1:02:03");
    }

    #[test]
    fn an_unknown_duration_is_not_shown() {
        assert_eq!(position(5000, Some(65_900)), "0:05 / 1:05");
        assert_eq!(position(5000, None), "0:05");
    }
}
