//! Groups of duplicates: which photo is best kept and why, and a button that rejects the others.

use std::borrow::Cow;

use egui::{
    Align, Align2, FontId, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::dialog_parts::{list_height, title};
use super::response_cache::CopiesSummary;
use super::theme::{self, palette};
use super::tour::progress;
use super::widgets::{badge, bytes, elided, main_button};
use super::{Interface, videos};
use crate::app::command::{Action, Command, Dialog, FindingCommand};
use crate::app::document::findings::{CopyGroup, CopyOf, Kind};
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::engine::organize::marks::Flag;
use crate::{t, text};

/// Height of a group.
const ROW: f32 = 142.0;
/// Sizes of the kept photo and of each duplicate.
const KEPT: egui::Vec2 = vec2(124.0, 93.0);
const COPY: egui::Vec2 = vec2(92.0, 69.0);
/// Width of the buttons in each group.
const BUTTONS: f32 = 176.0;

impl Interface {
    pub(super) fn copies_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("copies-title"), commands);
        progress(ui, state);
        let findings = state.findings().clone();
        if findings.copies.is_empty() {
            if state.is_analysed() {
                ui.label(t!("copies-none"));
            }
            return;
        }
        let counted = self.buffers.copies.get(state, || CopiesSummary::of(state));
        summary(ui, state, counted, findings.copies.len(), commands);
        ui.separator();
        let height = list_height(ui);
        let area = ScrollArea::vertical().auto_shrink([false, false]);
        area.max_height(height)
            .show_rows(ui, ROW, findings.copies.len(), |ui, rows| {
                for at in rows {
                    let width = ui.available_width();
                    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
                    // A child `Ui` that allocates no space, so that all rows have the same height.
                    let place = UiBuilder::new().id_salt(("copies", at)).max_rect(rect);
                    let mut row = ui.new_child(place);
                    let group = &findings.copies[at];
                    self.copy_group(&mut row, rect, state, at, group, commands);
                }
            });
    }

    fn copy_group(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        state: &State,
        at: usize,
        group: &CopyGroup,
        commands: &mut Vec<Command>,
    ) {
        let palette = palette(ui);
        let inner = rect.shrink2(vec2(0.0, 4.0));
        ui.painter()
            .rect_filled(inner, theme::RADIUS, palette.raised.gamma_multiply(0.5));
        let top = inner.min + vec2(8.0, 8.0);
        let kept = Rect::from_min_size(top, KEPT);
        self.kept_photo(ui, kept, state, group, commands);
        let mut left = kept.max.x + 12.0;
        let end = inner.max.x - BUTTONS - 12.0;
        let mut shown = 0;
        for copy in &group.copies {
            let is_last = shown + 1 == group.copies.len();
            // Duplicates that do not fit are shown as a number.
            let room = if is_last { 0.0 } else { 44.0 };
            if left + COPY.x + room > end {
                break;
            }
            let place = Rect::from_min_size(pos2(left, top.y), COPY);
            self.copy_photo(ui, place, state, copy, commands);
            left += COPY.x + 8.0;
            shown += 1;
        }
        if shown < group.copies.len() {
            let text = format!("+{}", group.copies.len() - shown);
            let at = pos2(left + 4.0, top.y + COPY.y / 2.0);
            let font = FontId::proportional(theme::TEXT);
            ui.painter()
                .text(at, Align2::LEFT_CENTER, text, font, palette.weak);
        }
        let lines = Rect::from_min_max(
            pos2(kept.min.x, kept.max.y + 4.0),
            pos2(end, inner.max.y - 2.0),
        );
        reason(ui, lines, state, group);
        let buttons = Rect::from_min_max(pos2(end + 12.0, top.y), inner.max);
        let area = UiBuilder::new()
            .max_rect(buttons)
            .layout(Layout::top_down(Align::Min));
        ui.scope_builder(area, |ui| buttons_of(ui, state, at, group, commands));
    }

    fn kept_photo(
        &mut self,
        ui: &mut Ui,
        place: Rect,
        state: &State,
        group: &CopyGroup,
        commands: &mut Vec<Command>,
    ) {
        let name = name_of(state, group.keeper);
        let accessible_name = t!(
            "copies-best-of",
            count = group.copies.len() + 1,
            name = name
        );
        self.photo_of_group(
            ui,
            place,
            state,
            group.keeper,
            &accessible_name,
            1.0,
            commands,
        );
        let good = palette(ui).good;
        badge(
            ui.painter(),
            place.min + vec2(3.0, 3.0),
            t!("copies-keep"),
            good,
        );
    }

    fn copy_photo(
        &mut self,
        ui: &mut Ui,
        place: Rect,
        state: &State,
        copy: &CopyOf,
        commands: &mut Vec<Command>,
    ) {
        let palette = palette(ui);
        let name = name_of(state, copy.item);
        let is_rejected = state.library.mark(copy.item).flag == Flag::Reject;
        let size = bytes(copy.bytes);
        let likeness = text::words(copy.likeness);
        let accessible_name = match is_rejected {
            true => t!(
                "copy-rejected",
                name = name,
                likeness = likeness,
                size = size
            ),
            false => t!("copy", name = name, likeness = likeness, size = size),
        };
        let dim = if is_rejected { 0.35 } else { 1.0 };
        self.photo_of_group(ui, place, state, copy.item, &accessible_name, dim, commands);
        if is_rejected {
            let at = place.min + vec2(3.0, 3.0);
            badge(ui.painter(), at, t!("copies-rejected-badge"), palette.bad);
        }
        let text = t!(
            "copy-caption",
            likeness = text::words(copy.likeness),
            size = size
        );
        let text = elided(ui, &text, theme::TEXT_S, palette.weak, place.width());
        ui.painter()
            .galley(place.left_bottom() + vec2(0.0, 2.0), text, palette.weak);
    }

    #[allow(clippy::too_many_arguments, reason = "one photo of one group")]
    fn photo_of_group(
        &mut self,
        ui: &mut Ui,
        place: Rect,
        state: &State,
        id: ItemId,
        accessible_name: &str,
        dim: f32,
        commands: &mut Vec<Command>,
    ) {
        let response = ui.interact(place, ui.scope_id().with(("photo", id)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, accessible_name));
        let content = state
            .item(id)
            .and_then(|item| videos::shown(state, id, item));
        if let Some(content) = content {
            self.paint_thumbnail(ui, place, content, dim);
        }
        let path = state
            .item(id)
            .map(|item| item.file.path.display().to_string());
        let hint = format!("{accessible_name}\n{}", path.unwrap_or_default());
        if response.on_hover_text(hint).clicked() {
            commands.push(Command::Show(None));
            commands.push(Command::ViewItem(id));
        }
    }
}

fn name_of(state: &State, id: ItemId) -> &str {
    state.item(id).map_or("", |item| item.name.as_str())
}

/// The number and size of all duplicates, and the button that rejects them all.
fn summary(
    ui: &mut Ui,
    state: &State,
    counted: &CopiesSummary,
    groups: usize,
    commands: &mut Vec<Command>,
) {
    let (count, open) = (counted.copies, counted.open);
    ui.horizontal_wrapped(|ui| {
        let text = t!(
            "copies-summary",
            copies = count,
            groups = groups,
            size = bytes(counted.bytes)
        );
        ui.label(RichText::new(text).strong());
        if open < count {
            let text = t!("count-rejected", count = count - open);
            ui.label(RichText::new(text).weak());
        }
    });
    ui.horizontal(|ui| {
        if open == 0 {
            if ui.button(t!("move-rejects-to-trash")).clicked() {
                commands.push(Command::Show(Some(Dialog::Trash)));
            }
        } else if main_button(ui, t!("copies-keep-all-best")).clicked() {
            commands.push(Command::Found(FindingCommand::KeepBest(None)));
        }
        if ui
            .add_enabled(state.history.can_undo(), egui::Button::new(t!("undo")))
            .clicked()
        {
            commands.push(Command::Do(Action::Undo));
        }
        if ui.button(t!("copies-in-grid")).clicked() {
            commands.push(Command::Found(FindingCommand::ShowKind(Kind::Copies)));
        }
    });
}

/// One line that explains why the kept photo is the best.
fn reason(ui: &Ui, place: Rect, state: &State, group: &CopyGroup) {
    let palette = palette(ui);
    let name = name_of(state, group.keeper);
    let mut reasons: Vec<Cow<'_, str>> = Vec::new();
    for copy in &group.copies {
        let reason = text::words_or_sentence(&copy.reason);
        if !reason.is_empty() && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let text = match reasons.is_empty() {
        true => t!("copies-keep-name", name = name),
        false => t!(
            "copies-keep-because",
            name = name,
            reasons = reasons.join(t!("reason-separator"))
        ),
    };
    let text = elided(ui, &text, theme::TEXT_S, palette.text, place.width());
    ui.painter().galley(place.min, text, palette.text);
}

fn buttons_of(
    ui: &mut Ui,
    state: &State,
    at: usize,
    group: &CopyGroup,
    commands: &mut Vec<Command>,
) {
    let name = name_of(state, group.keeper);
    let is_open = |copy: &CopyOf| state.library.mark(copy.item).flag != Flag::Reject;
    let has_open = group.copies.iter().any(is_open);
    let keep = ui.add_enabled(has_open, egui::Button::new(t!("copies-keep-best")));
    let accessible_name = t!("copies-keep-name-reject", name = name);
    keep.widget_info(|| WidgetInfo::labeled(Role::Button, has_open, &accessible_name));
    if keep.clicked() {
        commands.push(Command::Found(FindingCommand::KeepBest(Some(at))));
    }
    let compare = ui.button(t!("copies-compare"));
    let accessible_name = t!("copies-compare-name", name = name);
    compare.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
    if compare.clicked() {
        commands.push(Command::Found(FindingCommand::CompareCopies(at)));
    }
}
