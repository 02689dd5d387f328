//! Notifications (toasts) as an overlay in a corner, and the list of past notifications under a bell icon.

use egui::{
    Align, Align2, Area, Color32, Frame, Id, Layout, Margin, Order, Popup, RichText, ScrollArea,
    TextStyle, Ui, vec2,
};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use super::tour;
use super::widgets::icon_button_sized;
use crate::app::command::{Action, Command};
use crate::app::document::state::{SessionState, State};
use crate::text::Surface;
use crate::{t, text};

/// Maximum number of visible notifications.
const SHOWN: usize = 4;
/// Width of a notification.
const WIDTH: f32 = 380.0;

/// Width reserved for the button that dismisses a notification, and for a button with text.
const CROSS_ROOM: f32 = 30.0;
const BUTTON_ROOM: f32 = 120.0;
/// Side of the sign before the text, and minimum height of a notification's content.
const SIGN: f32 = 18.0;
const MIN_HEIGHT: f32 = 24.0;

/// Space in points between the notifications and the offer of the clean-up summary above them.
const GAP: f32 = 6.0;

/// Draws the notifications over everything but dialogs, and the offer above them if there is one.
pub fn show(ui: &Ui, state: &State, offer: Option<&str>, commands: &mut Vec<Command>) {
    let persistent = &state.persistent_notices;
    let persistent = [&persistent.marks, &persistent.store, &persistent.settings];
    let failed = matches!(state.session, SessionState::Failed(_));
    let has_persistent = persistent.iter().any(|text| text.is_some());
    let nothing = state.notices.is_empty() && !failed && !has_persistent;
    let screen = ui.ctx().content_rect();
    let width = WIDTH.min(screen.width() - 32.0);
    let messages = Id::unique("messages");
    if let Some(sentence) = offer {
        // In its own area, so that notifications do not move when it appears.
        let seen = ui.ctx().memory(|memory| memory.area_rect(messages));
        let above = seen
            .filter(|_| !nothing)
            .map_or(0.0, |seen| seen.height() + GAP);
        Area::new(Id::unique("tour offer"))
            .order(Order::Middle)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-18.0, -44.0 - above))
            .show(ui.ctx(), |ui| {
                ui.set_width(width);
                tour::offer(ui, sentence, commands);
            });
    }
    if nothing {
        return;
    }
    Area::new(messages)
        .order(Order::Middle)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-18.0, -44.0))
        .show(ui.ctx(), |ui| {
            ui.set_width(width);
            if let SessionState::Failed(problem) = &state.session {
                let text = text::advice(problem, Surface::Window)
                    .unwrap_or_else(|| t!("choose-another", problem = text::sentence(problem)));
                message(ui, &text, true, BUTTON_ROOM, |ui| {
                    if ui.button(t!("settings")).clicked() {
                        commands.push(Command::Do(Action::Settings));
                    }
                });
            }
            for text in persistent.into_iter().flatten() {
                message(ui, text, true, 0.0, |_| {});
            }
            // The newest ones are at the end.
            let first = state.notices.len().saturating_sub(SHOWN);
            for notice in state.notices.iter().skip(first) {
                message(ui, &notice.text, notice.is_error, CROSS_ROOM, |ui| {
                    if icon_button_sized(ui, Icon::Cross, t!("dismiss"), 22.0).clicked() {
                        commands.push(Command::DismissNotice(notice.text.clone()));
                    }
                });
            }
        });
}

/// Draws a notification. `room` is the width reserved for its buttons.
fn message(ui: &mut Ui, text: &str, is_error: bool, room: f32, buttons: impl FnOnce(&mut Ui)) {
    let palette = palette(ui);
    let colour = if is_error { palette.warn } else { palette.good };
    Frame::new()
        .fill(palette.panel)
        .stroke(egui::Stroke::new(1.0, colour))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(10, 6))
        .shadow(ui.visuals().popup_shadow)
        .show(ui, |ui| {
            let width = ui.available_width();
            let text_width = width - SIGN - ui.spacing().item_spacing.x - room;
            let font = TextStyle::Body.resolve(ui.style());
            let text = text.to_owned();
            let text = (ui.painter()).layout(text, font, Color32::PLACEHOLDER, text_width);
            // The height is known first, so that the sign and the buttons are centred beside several lines.
            let size = vec2(width, text.size().y.max(MIN_HEIGHT));
            let layout = Layout::left_to_right(Align::Center);
            ui.allocate_ui_with_layout(size, layout, |ui| {
                ui.set_min_height(size.y);
                sign(ui, is_error);
                let label = ui.add(egui::Label::new(text));
                ui.ctx().accesskit_node_builder(label.id, |node| {
                    node.set_live(egui::accesskit::Live::Polite);
                });
                ui.with_layout(Layout::right_to_left(Align::Center), buttons);
            });
        });
}

fn sign(ui: &mut Ui, is_error: bool) {
    let palette = palette(ui);
    let (icon, colour) = match is_error {
        true => (Icon::Warning, palette.warn),
        false => (Icon::Tick, palette.good),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(SIGN, SIGN), egui::Sense::hover());
    icons::paint(ui.painter(), icon, rect, colour);
}

/// The bell icon, which opens all notifications since the start.
pub fn bell(ui: &mut Ui, state: &State) {
    let button = icon_button_sized(ui, Icon::Bell, t!("messages"), 22.0);
    Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_width(WIDTH);
            // The size is fixed while notifications arrive.
            let area = ScrollArea::vertical().auto_shrink([false, false]);
            area.max_height(240.0).show(ui, |ui| {
                if state.past_notices.is_empty() {
                    ui.label(RichText::new(t!("no-messages")).weak());
                }
                for notice in &state.past_notices {
                    ui.horizontal(|ui| {
                        sign(ui, notice.is_error);
                        let text = RichText::new(&notice.text).size(theme::TEXT_S);
                        ui.add(egui::Label::new(text).wrap());
                    });
                }
            });
        });
}
