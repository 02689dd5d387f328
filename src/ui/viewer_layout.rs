//! Layout of the viewer: positions and zoom of photos, and which regions of them are loaded.

use egui::{Rect, Ui, vec2};

use crate::app::document::library::ItemId;
use crate::app::document::viewer::Viewer;

/// The position of a photo on the screen.
pub struct PlacedPhoto {
    /// The photo.
    pub item: ItemId,
    /// The rectangle of the whole photo, which may extend beyond the pane.
    pub whole: Rect,
    /// The pane that shows the photo.
    pub pane: Rect,
}

/// The range of zoom factors, in screen pixels per photo pixel.
const ZOOMS: std::ops::RangeInclusive<f32> = 0.02..=16.0;

/// Space between panes.
const BETWEEN: f32 = 6.0;

/// The visible region of a photo, if it must be loaded separately because the whole photo exceeds the maximum texture
/// size. `window` is in pixels. The borders are aligned to a coarse grid, so that small movements need no new region.
pub fn region(
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

/// The panes of a comparison: one row for up to three photos, otherwise a nearly square grid.
pub fn panes(view: Rect, count: usize) -> Vec<Rect> {
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

/// The scale at which a photo fits the window, limited to 2 for small photos.
pub fn fitting(view: Rect, size: egui::Vec2) -> f32 {
    (view.width() / size.x).min(view.height() / size.y).min(2.0)
}

/// Applies zoom and pan from the wheel and the pointer.
pub fn zoom_and_pan(
    ui: &Ui,
    view: Rect,
    viewer: &mut Viewer,
    size: egui::Vec2,
    response: &egui::Response,
) {
    let fit = fitting(view, size);
    let before = viewer.zoom.unwrap_or(fit);
    let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
    let factor = pinch * (wheel * 0.004).exp();
    if response.hovered() && (factor - 1.0).abs() > 1e-4 {
        let after = (before * factor).clamp(*ZOOMS.start(), *ZOOMS.end());
        // Keep the point under the pointer fixed.
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
}

#[cfg(test)]
mod tests {
    use egui::pos2;

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
