//! What is shown instead of the grid if there are no photos.

use egui::{RichText, Ui, vec2};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use super::widgets::main_button;
use crate::app::command::{Action, Command};
use crate::app::document::arrange::HiddenBy;
use crate::app::document::filter::Filter;
use crate::app::document::search_text::asks_nothing;
use crate::app::document::state::{SessionState, State};
use crate::t;

/// Draws the placeholder for the grid.
pub fn show(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let palette = palette(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((height * 0.5 - 130.0).max(theme::SPACE_L));
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, 72.0), egui::Sense::hover());
        icons::paint(ui.painter(), Icon::Folder, rect, palette.accent);
        if state.work.is_running() {
            ui.label(RichText::new(t!("looking-for-photos")).size(20.0));
            // Reserve the line from the start, so that nothing moves.
            let found = usize::try_from(state.work.progress.total).unwrap_or(usize::MAX);
            let found = match found {
                0 => " ".to_owned(),
                found => t!("found-so-far", count = found),
            };
            ui.label(RichText::new(found).color(palette.weak));
            return;
        }
        if !state.memory.roots.is_empty() && matches!(state.session, SessionState::Loading) {
            ui.label(RichText::new(t!("loading-model")).size(20.0));
            return;
        }
        if matches!(state.session, SessionState::Failed(_)) {
            no_model(ui, commands);
            return;
        }
        let title = if state.memory.roots.is_empty() {
            t!("drop-a-folder")
        } else {
            t!("no-photos-in-folders")
        };
        ui.label(RichText::new(title).size(22.0).strong());
        let line = t!("then-type-labels");
        ui.label(RichText::new(line).color(palette.weak));
        if let Some(words) = skipped_note(state) {
            ui.label(RichText::new(words).color(palette.warn));
        }
        ui.add_space(theme::SPACE_M);
        if main_button(ui, t!("open-folder")).clicked() {
            commands.push(Command::Do(Action::OpenFolder));
        }
        if ui.button(Action::Samples.entry().name).clicked() {
            commands.push(Command::Do(Action::Samples));
        }
        ui.add_space(theme::SPACE_M);
        let promise = t!("promise");
        ui.label(
            RichText::new(promise)
                .size(theme::TEXT_S)
                .color(palette.weak),
        );
    });
}

/// Shown if no model could be loaded. A notification explains the reason.
fn no_model(ui: &mut Ui, commands: &mut Vec<Command>) {
    let title = t!("no-model-title");
    ui.label(RichText::new(title).size(22.0).strong());
    ui.add_space(theme::SPACE_M);
    if main_button(ui, t!("choose-another-model")).clicked() {
        commands.push(Command::Do(Action::Settings));
    }
}

/// Files that the last job skipped, if that may explain why there are no photos.
fn skipped_note(state: &State) -> Option<String> {
    let skipped = &state.work.summary.as_ref()?.skipped;
    let count = skipped.unsupported;
    if skipped.exported > 0 {
        return Some(t!("all-exported").into());
    }
    (count > 0).then(|| t!("files-unsupported", count = count))
}

/// Shown if no photo passes the filters.
pub fn nothing_fits(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space(height * 0.35);
        let is_searching = !asks_nothing(&state.search);
        let arrangement = &state.response.arrangement;
        let by_search = is_searching && arrangement.hidden[HiddenBy::Search as usize] > 0;
        let text = if state.response.number == 0 {
            t!("sorting").to_owned()
        } else if nothing_read(state) {
            t!("being-read").to_owned()
        } else if by_search && !arrangement.has_nearest {
            t!("nothing-meets-search", search = state.search.trim())
        } else {
            t!("nothing-fits").to_owned()
        };
        ui.label(RichText::new(text).size(18.0));
        if is_searching
            && arrangement.has_nearest
            && main_button(ui, t!("show-the-nearest")).clicked()
        {
            let filter = Filter {
                search_shows_all: true,
                ..state.memory.filter.clone()
            };
            commands.push(Command::FilterBy(Box::new(filter)));
        }
        if Action::ClearFilter.enabled(state) && ui.button(t!("clear-filters-and-search")).clicked()
        {
            commands.push(Command::Do(Action::ClearFilter));
        }
    });
}

/// Whether no photo has been read yet, so that labels and searches have no results.
fn nothing_read(state: &State) -> bool {
    let unread = state.library.unread_count() + state.library.failure_count();
    state.work.is_running() && unread == state.library.len()
}
