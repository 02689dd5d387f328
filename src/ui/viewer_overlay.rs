//! Overlays of the viewer: the marks, which can be changed by clicking, and a loupe while the space bar is held.

use egui::{
    Color32, CornerRadius, Key, Popup, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, epaint::RectShape, pos2, vec2,
};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use super::top_bar::stars_text;
use super::viewer_layout::PlacedPhoto;
use super::widgets::{elided, percent};
use super::{Interface, cell, photos_id, videos};
use crate::app::command::{Action, Command};
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::document::state::State;
use crate::app::document::viewer::Viewer;
use crate::engine::organize::marks::{Colour, Flag};
use crate::{t, text};

/// Preferred size of a mark button, the size below which they use more rows, and the minimum.
const SIGN: f32 = 24.0;
const SMALL_SIGN: f32 = 18.0;
const MIN_MARK_SIZE: f32 = 10.0;
/// Number of mark buttons per row, in layouts with one, two and three rows: flags, stars and colours.
static ROWS: [&[usize]; 3] = [&[12], &[7, 5], &[2, 5, 5]];
/// Width of the loupe in points.
const LOUPE: f32 = 300.0;
/// How many seconds the space bar must be held for the loupe. Releasing it sooner closes the viewer.
pub const HOLD: f64 = 0.25;

/// A button for a mark.
struct MarkButton {
    name: String,
    on: bool,
    icon: Option<Icon>,
    colour: Color32,
    action: Action,
}

/// Buttons for pick, reject, stars and colours of a photo, which show the current marks.
pub fn marks(
    ui: &Ui,
    pane: Rect,
    id: ItemId,
    item: &LibraryItem,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let compared = state.viewer.as_ref().is_some_and(Viewer::is_comparison);
    let signs = signs(id, state);
    let (side, rows) = mark_rows(pane.width() - 16.0);
    let longest = rows.iter().copied().max().unwrap_or_default();
    let size = vec2(side * longest as f32 + 8.0, side * rows.len() as f32 + 6.0);
    let middle = pane.center_bottom() - vec2(0.0, size.y / 2.0 + 8.0);
    let ground = Rect::from_center_size(middle, size);
    let radius = (side + 6.0) / 2.0;
    ui.painter()
        .rect_filled(ground, radius, Color32::from_black_alpha(170));
    if compared {
        let line = pane.with_max_y(ground.min.y - 4.0);
        caption(ui, line.shrink2(vec2(8.0, 0.0)), id, item, state);
    }
    let places = rows.iter().enumerate().flat_map(|(row, len)| {
        let left = ground.center().x - side * *len as f32 / 2.0;
        (0..*len).map(move |column| (left + side * column as f32, row as f32))
    });
    for ((at, sign), (left, row)) in signs.into_iter().enumerate().zip(places) {
        let corner = pos2(left, ground.min.y + 3.0 + side * row);
        let rect = Rect::from_min_size(corner, vec2(side, side));
        let scope = ui.scope_id().with(("mark", id, at));
        let response = ui.interact(rect, scope, Sense::CLICK);
        let name = match compared {
            false => sign.name.clone(),
            true => format!("{}: {}", item.name, sign.name),
        };
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, sign.on, &name));
        paint(ui, rect, &sign, response.hovered());
        if response.on_hover_text(name).clicked() {
            if compared {
                commands.push(Command::FocusCompared(id));
            }
            commands.push(Command::Do(sign.action));
        }
    }
}

/// The part of a photo that the loupe covers, where 1 is the whole photo. `size` is in pixels, and `shown` is the size
/// on the screen in points. The loupe shows the photo at 1:1, or at twice its present scale if that is more.
fn loupe_part(size: Vec2, shown: Vec2, pixels_per_point: f32) -> Vec2 {
    let one_to_one = Vec2::splat(LOUPE * pixels_per_point) / size;
    let doubled = Vec2::splat(LOUPE / 2.0) / shown;
    one_to_one.min(doubled)
}

/// The index and the match of the open label, or else of the label in the photo's caption.
fn current_match(id: ItemId, state: &State) -> Option<(usize, f32)> {
    let scored = state.response.scored();
    let mut labels = scored.labels.iter();
    let open = labels.position(|label| Some(label.id) == state.open_label);
    let matched = open.and_then(|at| Some((at, scored.matched(at, id)?)));
    matched.or_else(|| {
        let (at, matched, _) = cell::caption_label(id, None, state)?;
        Some((at, matched))
    })
}

/// The file name of a compared photo and its match with the current label, at the lower edge of `pane`.
fn caption(ui: &Ui, pane: Rect, id: ItemId, item: &LibraryItem, state: &State) {
    const MARGIN: f32 = 6.0;
    let room = pane.width() - 3.0 * MARGIN;
    let palette = theme::DARK;
    let matched = current_match(id, state).map(|(at, matched)| {
        let label = &state.response.labels[at].text;
        let text = t!("spoken-fits", label = label, percent = percent(matched));
        elided(ui, &text, theme::TEXT_S, palette.weak, room * 0.5)
    });
    let matched_width = matched.as_ref().map_or(0.0, |text| text.size().x + MARGIN);
    let name_room = room - matched_width;
    let name = elided(ui, &item.name, theme::TEXT_S, palette.text, name_room);
    let size = vec2(
        name.size().x + matched_width + 2.0 * MARGIN,
        name.size().y + 4.0,
    );
    let middle = pane.center_bottom() - vec2(0.0, size.y / 2.0);
    let ground = Rect::from_center_size(middle, size);
    ui.painter()
        .rect_filled(ground, theme::RADIUS, Color32::from_black_alpha(170));
    let at = ground.min + vec2(MARGIN, 2.0);
    let name_width = name.size().x;
    ui.painter().galley(at, name, palette.text);
    if let Some(matched) = matched {
        let at = at + vec2(name_width + MARGIN, 0.0);
        ui.painter().galley(at, matched, palette.weak);
    }
}

/// The size of mark buttons in the given width, and the number per row. All buttons are always visible: in narrow panes
/// they are smaller or in several rows.
fn mark_rows(width: f32) -> (f32, &'static [usize]) {
    let side = |rows: &[usize]| width / rows.iter().copied().max().unwrap_or(1) as f32;
    let fits = |rows: &&&[usize]| side(rows) >= SMALL_SIGN;
    let rows = ROWS.iter().find(fits).unwrap_or(&ROWS[ROWS.len() - 1]);
    (side(rows).clamp(MIN_MARK_SIZE, SIGN), rows)
}

fn signs(id: ItemId, state: &State) -> Vec<MarkButton> {
    let mark = state.library.mark(id);
    // The buttons have a dark background in every theme.
    let palette = theme::DARK;
    let flag = |name: &str, flag: Flag, icon, colour, action| MarkButton {
        name: name.into(),
        on: mark.flag == flag,
        icon: Some(icon),
        colour,
        action: if mark.flag == flag {
            Action::Unflag
        } else {
            action
        },
    };
    let mut signs = vec![
        flag(
            t!("sign-pick"),
            Flag::Pick,
            Icon::Tick,
            palette.good,
            Action::Pick,
        ),
        flag(
            t!("sign-reject"),
            Flag::Reject,
            Icon::Cross,
            palette.bad,
            Action::Reject,
        ),
    ];
    signs.extend((1..=5).map(|stars| MarkButton {
        name: stars_text(stars),
        on: mark.stars >= stars,
        icon: Some(Icon::Star),
        colour: Color32::from_rgb(0xF2, 0xB8, 0x4B),
        action: Action::Stars(if mark.stars == stars { 0 } else { stars }),
    }));
    signs.extend(Colour::ALL.into_iter().map(|colour| MarkButton {
        name: t!(
            "sign-colour",
            colour = text::in_sentence(&text::words(colour.name()))
        ),
        on: mark.colour == Some(colour),
        icon: None,
        colour: theme::mark_colour(colour),
        action: Action::Colour(colour),
    }));
    signs
}

fn paint(ui: &Ui, rect: Rect, sign: &MarkButton, hovered: bool) {
    let faint = Color32::from_white_alpha(if hovered { 200 } else { 90 });
    let colour = if sign.on { sign.colour } else { faint };
    match sign.icon {
        Some(icon) => {
            let margin = rect.width() / 6.0;
            icons::paint(ui.painter(), icon, rect.shrink(margin), colour);
        }
        None => {
            let fill = sign
                .colour
                .gamma_multiply(if sign.on || hovered { 1.0 } else { 0.5 });
            let radius = rect.width() / 4.0;
            ui.painter().circle_filled(rect.center(), radius, fill);
            if sign.on {
                let line = Stroke::new(2.0, Color32::WHITE);
                ui.painter()
                    .circle_stroke(rect.center(), radius + 2.0, line);
            }
        }
    }
}

impl Interface {
    /// While the space bar is held, magnifies what is under the pointer to at least full resolution. Returns the photo
    /// that must be loaded at full size for that.
    pub(super) fn loupe(
        &mut self,
        ui: &Ui,
        placed: &[PlacedPhoto],
        state: &State,
    ) -> Option<ItemId> {
        let (held, now, pointer) = ui.input(|input| {
            let pointer = input.pointer.latest_pos();
            (input.key_down(Key::Space), input.time, pointer)
        });
        // As for other keys, a dialog, a menu or a widget that has the focus comes first.
        let focused = ui.memory(|memory| memory.focused());
        let is_elsewhere = state.dialog.is_some()
            || Popup::is_any_open(ui.ctx())
            || focused.is_some_and(|id| id != photos_id());
        if !held || is_elsewhere {
            self.loupe = None;
            return None;
        }
        let since = *self.loupe.get_or_insert(now);
        if now - since < HOLD {
            ui.ctx().request_repaint();
            return None;
        }
        let pointer = pointer?;
        let photo = placed.iter().find(|photo| photo.pane.contains(pointer))?;
        let item = state.item(photo.item)?.clone();
        let facts = item.facts()?;
        let content = videos::shown(state, photo.item, &item);
        let texture = self.texture_of(&item, content)?;
        let size = vec2(facts.width as f32, facts.height as f32);
        let at = (pointer - photo.whole.min) / photo.whole.size();
        let half = loupe_part(size, photo.whole.size(), ui.pixels_per_point()) / 2.0;
        let seen = Rect::from_min_max((at - half).to_pos2(), (at + half).to_pos2());
        let glass = Rect::from_center_size(pointer, Vec2::splat(LOUPE));
        let all = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let inside = seen.intersect(all);
        let painter = ui.painter();
        painter.rect_filled(glass, 8.0, palette(ui).background);
        if inside.is_positive() {
            let to_glass = |uv: Pos2| glass.min + (uv - seen.min) / seen.size() * glass.size();
            let part = Rect::from_min_max(to_glass(inside.min), to_glass(inside.max));
            let shape = RectShape::filled(part, CornerRadius::ZERO, Color32::WHITE);
            painter.add(shape.with_texture(texture.id(), inside));
        }
        let line = Stroke::new(2.0, palette(ui).accent);
        painter.rect_stroke(glass, 8.0, line, StrokeKind::Outside);
        let id = ui.scope_id().with("loupe");
        let response = ui.interact(glass, id, Sense::hover());
        let name = t!("loupe-over", name = item.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        Some(photo.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loupe_magnifies_large_and_small_photos() {
        // The scale in the loupe, in points per photo pixel.
        let scale = |size: Vec2, shown: Vec2, pixels_per_point: f32| {
            let covered = loupe_part(size, shown, pixels_per_point) * size;
            assert!((covered.x - covered.y).abs() < 0.1, "{covered}");
            LOUPE / covered.x
        };
        let same = |a: f32, b: f32| (a - b).abs() < 1e-3;
        // Shown at 0.15, the photo is seen at 1:1.
        assert!(same(
            scale(vec2(6000.0, 4000.0), vec2(900.0, 600.0), 1.0),
            1.0
        ));
        assert!(same(
            scale(vec2(6000.0, 4000.0), vec2(900.0, 600.0), 2.0),
            0.5
        ));
        // A small photo is already shown at 2:1, and a photo may be zoomed.
        assert!(same(scale(vec2(48.0, 32.0), vec2(96.0, 64.0), 1.0), 4.0));
        assert!(same(
            scale(vec2(600.0, 400.0), vec2(4800.0, 3200.0), 2.0),
            16.0
        ));
    }

    #[test]
    fn all_signs_find_room_in_any_pane() {
        for width in [60.0, 110.0, 150.0, 270.0, 400.0, 1900.0] {
            let (side, rows) = mark_rows(width);
            assert_eq!(rows.iter().sum::<usize>(), 12);
            assert!(
                rows.iter().all(|row| side * *row as f32 <= width + 0.1),
                "{width}"
            );
            assert!((MIN_MARK_SIZE..=SIGN).contains(&side));
        }
        assert_eq!(mark_rows(400.0), (SIGN, ROWS[0]));
        // Four photos at 800x600, and nine.
        assert!(mark_rows(271.0).0 >= 22.0);
        assert_eq!(mark_rows(171.0), (SIGN, ROWS[1]));
    }
}
