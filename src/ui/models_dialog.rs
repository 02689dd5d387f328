//! The models dialog: available models, their strengths, and downloads.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use egui::scroll_area::ScrollBarVisibility;
use egui::{Align, Key, Layout, ProgressBar, RichText, ScrollArea, TextEdit, TextStyle, Ui, vec2};

use super::Interface;
use super::dialog_parts::title;
use super::icons::Icon;
use super::theme::{self, palette};
use super::widgets::{bytes, duration, icon_button_sized, main_button};
use crate::app::command::{Command, Dialog};
use crate::app::document::models::Download;
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::hub::catalog::{CatalogModel, STARTER_GFLOP};
use crate::engine::hub::download::{DownloadProgress, DownloadStage};
use crate::engine::hub::installed::{InstalledModel, ModelOrigin};
use crate::engine::inference::speed::{relative_word, seconds_for};
use crate::settings::Settings;
use crate::text::Surface;
use crate::{t, text};

/// The speed of a connection in Mbit/s that serves as an example until a download has been measured.
const EXAMPLE_MBIT: u64 = 100;

impl Interface {
    pub(super) fn models_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("models-title"), commands);
        let download = state.models.download.as_ref();
        // Space is reserved for what is below, so that it does not move.
        let height = ui.available_height() - 96.0;
        // The bar is always there, so that rows do not get narrower when it appears.
        let area = ScrollArea::vertical()
            .auto_shrink([false, false])
            .scroll_bar_visibility(ScrollBarVisibility::AlwaysVisible);
        area.max_height(height).show(ui, |ui| {
            if let Some(problem) = &state.models.problem {
                ui.label(
                    RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad),
                );
            }
            starter(ui, state, commands);
            for shelved in &state.models.list {
                ui.separator();
                row(ui, state, shelved, commands);
            }
            let listed = |download: &&Download| {
                let repo = download.repo.as_str();
                let same = |s: &InstalledModel| s.entry.is_some_and(|entry| entry.repo == repo);
                state.models.list.iter().any(same)
            };
            if let Some(other) = download.filter(|download| !listed(download)) {
                ui.separator();
                ui.label(RichText::new(other.repo.as_str()).strong());
                download_row(ui, &other.download_progress, commands);
            }
        });
        ui.separator();
        self.another_model(ui, state, commands);
        self.mirrors(ui, state, commands);
    }

    /// Fields for a repository that is not in the catalogue, or a folder.
    fn another_model(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.buffers.repository)
                .hint_text(t!("repository-hint"))
                .desired_width(300.0);
            let response = ui.add(edit);
            ui.ctx()
                .accesskit_node_builder(response.id, |node| node.set_label(t!("repository")));
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = self.buffers.repository.trim().to_owned();
            let ready = !name.is_empty() && state.models.download.is_none();
            let get = ui.add_enabled(ready, egui::Button::new(t!("get")));
            if ready && (get.clicked() || enter) {
                commands.push(Command::GetModel(name));
            }
            if ui.button(t!("add-a-folder")).clicked() {
                commands.push(Command::Choose(FolderPurpose::Model));
            }
        });
    }

    fn mirrors(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(t!("mirror")).small());
            if self.dialog_is_new {
                self.buffers.mirrors = state.settings.mirrors.join(", ");
            }
            let edit = TextEdit::singleline(&mut self.buffers.mirrors)
                .hint_text(t!("mirror-hint"))
                .desired_width(320.0);
            let response = ui.add(edit);
            ui.ctx()
                .accesskit_node_builder(response.id, |node| node.set_label(t!("mirror")));
            if response.lost_focus() {
                let mirrors = self.buffers.mirrors.split([',', ' ']).map(str::trim);
                let mirrors = mirrors.filter(|m| !m.is_empty()).map(ToOwned::to_owned);
                let mirrors: Vec<String> = mirrors.collect();
                if mirrors != state.settings.mirrors {
                    let settings = Settings {
                        mirrors,
                        ..state.settings.clone()
                    };
                    // First, because the click that ends the typing may be on "Get" or "Use".
                    commands.insert(0, Command::ChangeSettings(Box::new(settings)));
                }
            }
        });
    }
}

/// The row of the built-in starter model.
pub fn starter(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - 130.0);
            ui.spacing_mut().item_spacing.y = theme::SPACE_S;
            ui.label(RichText::new(t!("starter")).strong());
            let mut about = t!("starter-about").to_owned();
            let speed = speed_of(state.models.rate, STARTER_GFLOP);
            about = format!("{about} · {speed}");
            ui.add(egui::Label::new(RichText::new(about).small().weak()).truncate());
            time_line(ui, state, STARTER_GFLOP);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            use_button(ui, state, t!("the-starter"), None, commands);
        });
    });
}

/// "In use", or a button that switches to the model.
fn use_button(
    ui: &mut Ui,
    state: &State,
    name: &str,
    dir: Option<&PathBuf>,
    commands: &mut Vec<Command>,
) {
    if state.settings.model.as_ref() == dir {
        ui.label(RichText::new(t!("in-use")).color(palette(ui).good));
        return;
    }
    let button = ui.button(t!("use"));
    button.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, t!("use-named", name = name))
    });
    if button.clicked() {
        commands.push(Command::UseModel(dir.cloned()));
    }
}

/// A model of the catalogue or in a folder, with its actions.
pub fn row(ui: &mut Ui, state: &State, shelved: &InstalledModel, commands: &mut Vec<Command>) {
    let name = shelved
        .entry
        .map_or(shelved.name.as_str(), |entry| entry.name);
    let on_its_way = state.models.download.as_ref().filter(|download| {
        let repo = download.repo.as_str();
        shelved.entry.is_some_and(|entry| entry.repo == repo)
    });
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width(ui.available_width() - 130.0);
            ui.spacing_mut().item_spacing.y = theme::SPACE_S;
            ui.horizontal(|ui| {
                ui.label(RichText::new(name).strong());
                if let Some(advice) = shelved.entry.and_then(|entry| entry.advice) {
                    let text = t!("recommended-for", advice = text::words(advice));
                    ui.label(RichText::new(text).small().color(palette(ui).good));
                }
            });
            let about = shelved.entry.map_or_else(
                || where_it_is(shelved),
                |entry| about(entry, state.models.rate),
            );
            // The licence comes last, and must not be cut off.
            ui.add(egui::Label::new(RichText::new(about).small().weak()).wrap());
            if let Some(entry) = shelved.entry {
                if shelved.place.is_none() && on_its_way.is_none() {
                    let text = download_estimate(entry, state.memory.download_rate);
                    ui.add(egui::Label::new(RichText::new(text).small().weak()).wrap());
                }
                time_line(ui, state, entry.gflop);
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui, state, shelved, name, commands);
        });
    });
    if let Some(download) = on_its_way {
        download_row(ui, &download.download_progress, commands);
    }
}

fn buttons(
    ui: &mut Ui,
    state: &State,
    shelved: &InstalledModel,
    name: &str,
    commands: &mut Vec<Command>,
) {
    let Some((dir, owner)) = &shelved.place else {
        if let Some(entry) = shelved.entry {
            let text = t!("get-size", size = bytes(entry.bytes));
            let free = state.models.download.is_none();
            let button = |ui: &mut Ui| match entry.advice {
                Some(_) => main_button(ui, &text),
                None => ui.button(&text),
            };
            let get = ui.add_enabled_ui(free, button).inner;
            get.widget_info(|| {
                let words = t!("get-named-size", name = name, size = bytes(entry.bytes));
                egui::WidgetInfo::labeled(egui::Role::Button, free, words)
            });
            if get.clicked() {
                commands.push(Command::GetModel(entry.repo.into()));
            }
        }
        return;
    };
    if *owner != ModelOrigin::Cache
        && icon_button_sized(ui, Icon::Cross, &t!("remove-named", name = name), 22.0).clicked()
    {
        commands.push(Command::Show(Some(Dialog::RemoveModel {
            dir: dir.clone(),
            back: state.dialog.clone().map(Box::new),
        })));
    }
    use_button(ui, state, name, Some(dir), commands);
}

/// The speed of a model: measured if known, otherwise relative to the others.
fn speed_of(rate: Option<f32>, gflop: f32) -> String {
    rate.map_or_else(
        || text::words(relative_word(gflop)).into_owned(),
        |rate| text::speed(rate, gflop),
    )
}

/// The estimated time for reading all open photos. Its line is empty until the speed of this machine is known, so that
/// nothing moves then.
fn time_line(ui: &mut Ui, state: &State, gflop: f32) {
    let photos = state.library.len();
    if photos == 0 {
        return;
    }
    let Some(rate) = state.models.rate else {
        let height = ui.text_style_height(&TextStyle::Small);
        ui.allocate_space(vec2(0.0, height));
        return;
    };
    let text = text::time_for(photos, seconds_for(photos, rate, gflop));
    let text = egui::Label::new(RichText::new(text).small().weak());
    ui.add(text.truncate());
}

/// A description of a model for deciding whether to download it.
fn about(entry: &CatalogModel, rate: Option<f32>) -> String {
    let mut parts = vec![text::words(entry.languages).into_owned()];
    if let Some(imagenet) = entry.imagenet {
        let digits = usize::from(imagenet.fract() != 0.0);
        let percent = text::percent(f64::from(imagenet) / 100.0, digits);
        parts.push(t!("on-imagenet", percent = percent));
    }
    parts.push(speed_of(rate, entry.gflop));
    parts.push(entry.licence.into());
    parts.join(" · ")
}

/// The size of a model, and how long its download would take at the rate of the last download or of an example.
fn download_estimate(entry: &CatalogModel, rate: Option<NonZeroU64>) -> String {
    let size = bytes(entry.bytes);
    let time = |rate: u64| text::download_time(entry.bytes as f64 / rate as f64);
    match rate.map(NonZeroU64::get) {
        Some(rate) => t!(
            "download-time",
            size = size,
            time = time(rate),
            rate = bytes(rate)
        ),
        None => t!(
            "download-time-example",
            size = size,
            time = time(EXAMPLE_MBIT * 1_000_000 / 8),
            speed = EXAMPLE_MBIT
        ),
    }
}

fn where_it_is(shelved: &InstalledModel) -> String {
    let dir = shelved
        .place
        .as_ref()
        .map(|(dir, _)| dir.display().to_string());
    dir.unwrap_or_default()
}

/// Progress of a download, with a cancel button.
fn download_row(ui: &mut Ui, download_progress: &DownloadProgress, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let part = download_progress.done as f32 / download_progress.total.max(1) as f32;
        let bar = ui.add(
            ProgressBar::new(part)
                .desired_width(180.0)
                .desired_height(8.0),
        );
        ui.ctx()
            .accesskit_node_builder(bar.id, |node| node.set_label(t!("download")));
        ui.label(RichText::new(download_text(download_progress)).small());
        if ui.button(t!("stop")).clicked() {
            commands.push(Command::CancelDownload);
        }
    });
}

fn download_text(download_progress: &DownloadProgress) -> String {
    match download_progress.step {
        DownloadStage::Looking => t!("download-connecting").into(),
        DownloadStage::Waiting => t!("download-waiting").into(),
        DownloadStage::Checking => t!("download-checking").into(),
        DownloadStage::Fetching => {
            let left = download_progress.time_left().map(duration);
            let rate = bytes(download_progress.rate as u64);
            let (done, total) = (
                bytes(download_progress.done),
                bytes(download_progress.total),
            );
            match left {
                Some(left) => t!(
                    "download-left",
                    done = done,
                    total = total,
                    rate = rate,
                    left = left
                ),
                None => t!("download-rate", done = done, total = total, rate = rate),
            }
        }
    }
}

/// Asks for confirmation before a model is removed.
pub fn remove_model(ui: &mut Ui, state: &State, dir: &Path, commands: &mut Vec<Command>) {
    title(ui, t!("remove-model-title"), commands);
    let ours =
        state.models.list.iter().any(|shelved| {
            shelved.place.as_ref() == Some(&(dir.to_path_buf(), ModelOrigin::Program))
        });
    let text = if ours {
        t!("remove-ours")
    } else {
        t!("remove-theirs")
    };
    ui.label(text);
    ui.label(RichText::new(dir.display().to_string()).small().weak());
    ui.add_space(theme::SPACE_S);
    ui.horizontal(|ui| {
        if main_button(ui, t!("remove")).clicked() {
            commands.push(Command::RemoveModel(dir.to_path_buf()));
            commands.push(Command::CloseDialog);
        }
        if ui.button(t!("keep-it")).clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}
