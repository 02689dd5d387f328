//! The clean-up summary: offered in a notification when the photos have been read, and shown line by line in a dialog.
//! A line leads to its photos; the dialog itself changes nothing.

use egui::{
    Align, Frame, Layout, Margin, ProgressBar, RichText, Role, ScrollArea, TextStyle, Ui,
    WidgetInfo, vec2,
};

use super::Interface;
use super::dialog_parts::title;
use super::theme::{self, palette};
use super::widgets::{bytes, main_button, photos};
use crate::app::command::{Action, Command, Dialog, FindingCommand};
use crate::app::document::findings::Kind;
use crate::app::document::overview::{Tour, TourLine};
use crate::app::document::state::State;
use crate::text::Surface;
use crate::{t, text};

impl Interface {
    /// The summary as a sentence, until the user opens or dismisses it.
    pub(super) fn tour_offer(&mut self, state: &State) -> Option<String> {
        let is_seen = state.overview.is_offered && state.viewer.is_none() && state.dialog.is_none();
        if !is_seen {
            return None;
        }
        let tour = self.buffers.tour.get(state, || Tour::of(state));
        tour.sentence()
    }

    /// The dialog with the summary.
    pub(super) fn tour_dialog(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        title(ui, t!("tour-title"), commands);
        progress(ui, state);
        if !state.is_analysed() {
            return;
        }
        let tour = self.buffers.tour.get(state, || Tour::of(state));
        match tour.sentence() {
            Some(sentence) => ui.add(egui::Label::new(RichText::new(sentence).strong()).wrap()),
            None => ui.label(t!("tour-nothing")),
        };
        ui.add_space(theme::SPACE_S);
        let height = (ui.ctx().content_rect().height() - 330.0).clamp(120.0, 360.0);
        let area = ScrollArea::vertical().auto_shrink([false, true]);
        area.max_height(height).show(ui, |ui| {
            let there = tour.lines.iter().filter(|line| line.count > 0);
            there.for_each(|line| row(ui, line, commands));
        });
        let none = tour.lines.iter().filter(|line| line.count == 0);
        let none: Vec<String> = none
            .map(|line| text::in_sentence(line.kind.name()))
            .collect();
        if !none.is_empty() {
            let text = t!("tour-none", kinds = text::list(none));
            ui.add(egui::Label::new(RichText::new(text).small().weak()).wrap());
        }
        ui.separator();
        rejected(ui, tour, commands);
        let note = t!("tour-note");
        ui.add(egui::Label::new(RichText::new(note).small().weak()).wrap());
    }
}

/// The notification that offers the summary.
pub fn offer(ui: &mut Ui, sentence: &str, commands: &mut Vec<Command>) {
    let palette = palette(ui);
    let frame = Frame::new()
        .fill(palette.panel)
        .stroke(egui::Stroke::new(1.0, palette.accent))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(12, 10))
        .shadow(ui.visuals().popup_shadow);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(t!("found-among")).strong());
        let response = ui.add(egui::Label::new(sentence).wrap());
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_live(egui::accesskit::Live::Polite);
        });
        ui.horizontal(|ui| {
            if main_button(ui, t!("show-tour")).clicked() {
                commands.push(Command::Do(Action::Tour));
            }
            if ui.button(t!("not-now")).clicked() {
                commands.push(Command::Found(FindingCommand::DismissOffer));
            }
        });
    });
}

/// Progress of the analysis, or why it failed.
pub fn progress(ui: &mut Ui, state: &State) {
    if state.work.is_running() {
        let text = t!("still-being-read");
        ui.label(RichText::new(text).weak());
    }
    if let Some(problem) = &state.overview.problem {
        let bad = palette(ui).bad;
        ui.add(
            egui::Label::new(RichText::new(text::advised(problem, Surface::Window)).color(bad))
                .wrap(),
        );
    }
    ui.horizontal(|ui| {
        // The line is always there, even without progress, so that nothing moves when the analysis ends.
        ui.set_min_height(ui.text_style_height(&TextStyle::Body));
        let Some(running) = &state.overview.running else {
            return;
        };
        let (compares, done, of) = running.get();
        let what = match compares {
            true => t!("comparing"),
            false => t!("analysing"),
        };
        let text = match of {
            0 => t!("progress-begins", what = what),
            _ => t!("analysis-progress", what = what, done = done, count = of),
        };
        let bar = ProgressBar::new(done as f32 / of.max(1) as f32);
        let response = ui.add(bar.desired_width(140.0).desired_height(8.0));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(t!("name-of-analysis-progress"))
        });
        ui.label(RichText::new(text).weak());
    });
}

/// A line: the number of photos, their size, and how many are already rejected. A click shows them.
fn row(ui: &mut Ui, line: &TourLine, commands: &mut Vec<Command>) {
    let text = line.kind.counted(line.count);
    ui.horizontal(|ui| {
        let button = egui::Button::new(&text).min_size(vec2(190.0, 28.0));
        let response = ui.add(button);
        let name = t!("show-found", text = text);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.on_hover_text(hint(line.kind)).clicked() {
            commands.push(match line.kind {
                Kind::Copies => Command::Show(Some(Dialog::Copies { from_tour: true })),
                kind => Command::Found(FindingCommand::ShowKind(kind)),
            });
        }
        if line.bytes > 0 {
            ui.label(bytes(line.bytes));
        }
        if line.rejected > 0 {
            let text = t!("count-rejected", count = line.rejected);
            ui.label(RichText::new(text).small().weak());
        }
    });
}

fn hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Copies => t!("hint-copies"),
        Kind::Bursts => t!("hint-bursts"),
        _ => t!("hint-kind"),
    }
}

/// The number of rejects, and the space that removing them frees.
fn rejected(ui: &mut Ui, tour: &Tour, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if tour.rejected == 0 {
            ui.label(RichText::new(t!("nothing-rejected")).weak());
            return;
        }
        let size = bytes(tour.rejected_bytes);
        ui.label(t!("photos-rejected", count = tour.rejected, size = size));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = t!("move-to-trash-photos", photos = photos(tour.rejected));
            if ui
                .button(t!("move-to-trash-dots"))
                .on_hover_text(name)
                .clicked()
            {
                commands.push(Command::Show(Some(Dialog::Trash)));
            }
        });
    });
}
