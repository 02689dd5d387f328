//! The status bar: current work and progress, model and device.

use egui::{Align, Layout, ProgressBar, RichText, Role, Ui, WidgetInfo};

use super::icons::Icon;
use super::notices::bell;
use super::theme::{self, palette};
use super::widgets::{duration, icon_button_sized, photos};
use crate::app::command::{Action, Command};
use crate::app::document::exports::ExportState;
use crate::app::document::state::{SessionState, State};
use crate::engine::index::pipeline::Phase;
use crate::t;
use crate::text::{self, Digits, Surface};

/// Draws the status bar.
pub fn show(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.set_min_height(22.0);
        work(ui, state, commands);
        failures(ui, state, commands);
        analysis_status(ui, state, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            bell(ui, state);
            let model = ui.label(small(ui, &model_text(state)));
            if let Some(words) = about_model(state) {
                model.on_hover_text(words);
            }
            if let ExportState::Running(progress) = state.exports.state {
                let text = t!("exporting", done = progress.files, count = progress.of);
                if ui.button(RichText::new(text).size(theme::TEXT_S)).clicked() {
                    commands.push(Command::Do(Action::Export));
                }
            }
        });
    });
}

fn small(ui: &Ui, text: &str) -> RichText {
    RichText::new(text)
        .size(theme::TEXT_S)
        .color(palette(ui).weak)
}

fn model_text(state: &State) -> String {
    match &state.session {
        SessionState::Loading => t!("model-loading").into(),
        SessionState::Ready(library) => {
            let session = library.session();
            let info = session.model().info();
            t!(
                "runs-on-model",
                device = text::sentence(&info.runs_on()),
                model = text::model_title(&info.name)
            )
        }
        SessionState::Failed(_) => t!("no-model").into(),
    }
}

/// The tooltip of the model's name.
fn about_model(state: &State) -> Option<String> {
    let info = state.session()?.model().info();
    let device = &info.device;
    let why = device.reason.as_ref();
    let why = why.map(|why| {
        t!(
            "runs-because",
            device = device.name,
            why = text::advised(why, Surface::Window)
        )
    });
    if state.settings.model.is_none() {
        let words = t!("starter-knows");
        return Some(why.map_or_else(
            || words.into(),
            |why| t!("two-sentences", words = words, why = why),
        ));
    }
    why
}

fn work(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let work = &state.work;
    let progress = &work.progress;
    if !work.is_running() {
        ui.label(small(ui, &idle_text(state)));
        return;
    }
    let (icon, hint) = match work.is_paused() {
        true => (Icon::Play, t!("resume")),
        false => (Icon::Pause, t!("pause")),
    };
    let pause = icon_button_sized(ui, icon, hint, 22.0);
    pause.widget_info(|| WidgetInfo::selected(Role::Button, true, work.is_paused(), t!("paused")));
    if pause.clicked() {
        commands.push(Command::Do(Action::Pause));
    }
    if icon_button_sized(ui, Icon::Stop, t!("stop"), 22.0).clicked() {
        commands.push(Command::Do(Action::Cancel));
    }
    let (done, total) = (progress.done(), progress.total);
    if progress.phase == Phase::Reading && total > 0 {
        let bar = ProgressBar::new(done as f32 / total as f32)
            .desired_width(120.0)
            .desired_height(8.0);
        let response = ui.add(bar);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("progress")));
    }
    ui.label(small(ui, &progress_text(state)));
}

fn progress_text(state: &State) -> String {
    let progress = &state.work.progress;
    let stage = match (state.work.is_paused(), progress.phase) {
        (true, _) => t!("paused"),
        (_, Phase::Listing) => t!("stage-listing"),
        _ => t!("stage-reading"),
    };
    let mut text = match (read_by(state), progress.phase) {
        (Some(words), _) => t!("stage-words", stage = stage, words = words),
        // While files are still being counted, there is no total for a progress bar.
        (None, Phase::Listing) => t!("stage-found", stage = stage, count = progress.total),
        (None, _) => t!(
            "stage-done",
            stage = stage,
            done = progress.done(),
            count = progress.total
        ),
    };
    if progress.images_per_second > 0.05 && !state.work.is_paused() {
        let rate = text::decimal(progress.images_per_second, 1);
        text = t!("progress-rate", text = text, rate = rate);
    }
    if let Some(left) = progress.time_left().filter(|_| !state.work.is_paused()) {
        text = t!("progress-left", text = text, left = duration(left));
    }
    text
}

/// A text such as "9,804 photos, 1,200 read by SigLIP 2", while the model has not read all photos.
fn read_by(state: &State) -> Option<String> {
    let (all, unread) = (state.library.len(), state.library.unread_count());
    let session = state.session().filter(|_| unread > 0)?;
    let read = all - unread - state.library.failure_count();
    let model = text::model_title(&session.model().info().name);
    Some(t!("read-by", count = all, read = read, model = model))
}

fn idle_text(state: &State) -> String {
    if state.memory.roots.is_empty() {
        return t!("no-folder-open").into();
    }
    if matches!(state.session, SessionState::Loading) {
        return t!("starting").into();
    }
    let Some(summary) = &state.work.summary else {
        return photos(state.library.len());
    };
    let mut text = read_by(state).unwrap_or_else(|| photos(state.library.len()));
    if summary.cancelled {
        text = t!("stopped", text = text);
    }
    for words in text::skipped_photos(&summary.skipped, Digits::Grouped) {
        text.push_str(t!("spoken-separator"));
        text.push_str(&words);
    }
    text
}

/// Progress of the analysis; afterwards, a link to its results.
fn analysis_status(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if let Some(running) = &state.overview.running {
        let (_, done, of) = running.get();
        let text = match of {
            0 => t!("analysing").to_owned(),
            _ => t!("analysing-of", done = done, count = of),
        };
        ui.label(small(ui, &text));
    } else if state.is_analysed() && !state.library.is_empty() {
        let text = RichText::new(Action::Tour.entry().name).size(theme::TEXT_S);
        if ui.button(text).clicked() {
            commands.push(Command::Do(Action::Tour));
        }
    }
}

fn failures(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let count = state.failure_count();
    if count == 0 {
        return;
    }
    let text = RichText::new(t!("could-not-be-read", count = count))
        .size(theme::TEXT_S)
        .color(palette(ui).warn);
    if ui.button(text).clicked() {
        commands.push(Command::Do(Action::Failures));
    }
}
