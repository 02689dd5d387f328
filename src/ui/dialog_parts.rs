//! Parts shared by several dialogs.

use egui::{RichText, ScrollArea, TextStyle, Ui};

use super::icons::Icon;
use super::theme::{self, palette};
use super::widgets::{icon_button_sized, photos};
use crate::app::command::Command;
use crate::app::document::state::{RejectedCopy, State};
use crate::engine::media::photo::Failure;
use crate::text::Surface;
use crate::{t, text};

/// A dialog's heading with a close button.
pub fn title(ui: &mut Ui, text: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(text).size(18.0).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icon_button_sized(ui, Icon::Cross, t!("close"), 26.0).clicked() {
                commands.push(Command::CloseDialog);
            }
        });
    });
    ui.add_space(theme::SPACE_S);
}

/// Width of the names in dialog rows.
const NAMES: f32 = 64.0;

/// A dialog row with a name. Unlike in [`egui::Grid`], which must measure its columns in a first frame, the position of
/// all rows is final from the first frame.
pub fn row(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SPACE_L;
        let height = ui.spacing().interact_size.y;
        let size = egui::vec2(NAMES, height);
        let left = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, left, |ui| {
            ui.set_min_size(size);
            ui.label(name);
        });
        ui.spacing_mut().item_spacing.x = theme::SPACE_M;
        ui.vertical(contents);
    });
}

/// Explains which copies stay when rejects are removed.
pub fn kept_copies(ui: &mut Ui, state: &State, kept: &[RejectedCopy]) {
    const LISTED: usize = 5;
    for kept in kept.iter().take(LISTED) {
        let path = state
            .item(kept.item)
            .map(|item| item.file.path.display().to_string());
        let path = path.unwrap_or_default();
        let text = match kept.copies {
            1 => t!("kept-last-copy", path = path),
            copies => t!("kept-one-of", copies = copies, path = path),
        };
        ui.label(RichText::new(text).small());
    }
    if kept.len() > LISTED {
        let text = t!("kept-more", photos = photos(kept.len() - LISTED));
        ui.label(RichText::new(text).small());
    }
    if !kept.is_empty() {
        let why = t!("kept-why");
        ui.label(RichText::new(why).small().weak());
    }
}

/// Height of a dialog's main button, and of a table's header, with the space around them.
const BUTTON: f32 = 52.0;
const HEADER: f32 = 40.0;
/// Minimum height of a table or list.
const LEAST: f32 = 60.0;

/// Draws the part of a dialog above its main button. In a small window it scrolls, so that the button stays in sight.
pub fn above_button<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let height = (ui.available_height() - BUTTON).max(LEAST);
    let area = ScrollArea::vertical().auto_shrink([false, true]);
    area.max_height(height).show(ui, contents).inner
}

/// Height for the rows of a table that takes the remaining space.
pub fn table_height(ui: &Ui) -> f32 {
    (ui.available_height() - HEADER).max(LEAST)
}

/// Height for a list of large rows that takes the remaining space. In a small window it is less than a row, which
/// scrolls, so that the end of the list stays in the window.
pub fn list_height(ui: &Ui) -> f32 {
    ui.available_height().max(LEAST)
}

/// A list whose entries come and go. Its height is fixed, so that nothing below it moves.
pub fn fixed_list(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    const LIST: f32 = 200.0;
    let area = ScrollArea::vertical().auto_shrink([false, false]);
    area.max_height(LIST).show(ui, contents);
}

/// A list of failures under a heading.
pub fn failures(ui: &mut Ui, failures: &[Failure], text: fn(usize) -> String) {
    if failures.is_empty() {
        return;
    }
    let bad = palette(ui).bad;
    let heading = text(failures.len());
    ui.label(RichText::new(&heading).color(bad));
    let row_height = ui.text_style_height(&TextStyle::Small);
    ScrollArea::vertical()
        .id_salt(heading)
        .max_height(90.0)
        .show_rows(ui, row_height, failures.len(), |ui, rows| {
            for failure in &failures[rows] {
                let text = text::failure(failure, Surface::Window);
                ui.add(egui::Label::new(RichText::new(text).small()).truncate());
            }
        });
}
