//! The settings dialog.

use std::path::PathBuf;

use egui::{
    ComboBox, DragValue, Grid, Response, RichText, Role, ScrollArea, Slider, Ui, WidgetInfo,
};

use super::Interface;
use super::dialog_parts::title;
use super::icons::Icon;
use super::keywords_dialog::naming_choice;
use super::widgets::{bytes, icon_button_sized};
use crate::app::command::{Command, Dialog};
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::inference::Precision;
use crate::engine::inference::device::{self, DeviceChoice};
use crate::engine::media::memory_budget::default_limit;
use crate::settings::{Settings, TEXT_SIZES, Theme};
use crate::text::LanguageChoice;
use crate::{t, text};

/// The initial size limit: enough for thumbnails and vectors of about 300,000 photos.
const DEFAULT_LIMIT_MB: u64 = 5000;

impl Interface {
    pub(super) fn settings_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("settings-title"), commands);
        let mut settings = state.settings.clone();
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                Grid::new("settings")
                    .num_columns(2)
                    .spacing([16.0, 12.0])
                    .show(ui, |ui| {
                        language_row(ui, &mut settings);
                        theme_row(ui, &mut settings);
                        text_row(ui, &mut settings);
                        model_row(ui, state, commands);
                        device_row(ui, state, &mut settings);
                        precision_row(ui, state, &mut settings);
                        threads_row(ui, &mut settings);
                        memory_row(ui, &mut settings);
                        store_row(ui, state, &mut settings, commands);
                        quality_row(ui, &mut settings);
                        #[cfg(feature = "video")]
                        videos_row(ui, &mut settings);
                        excluded_row(ui, &mut settings, commands);
                        ui.label(t!("sidecars-row"));
                        naming_choice(ui, &state.settings, commands);
                        ui.end_row();
                    });
            });
        if settings != state.settings {
            commands.push(Command::ChangeSettings(Box::new(settings)));
        }
    }
}

fn language_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("language"));
    let combo = ComboBox::from_id_salt("language")
        .width(220.0)
        .selected_text(language_name(settings.language))
        .show_ui(ui, |ui| {
            for choice in LanguageChoice::offered() {
                ui.selectable_value(&mut settings.language, choice, language_name(choice));
            }
        });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label(t!("language")));
    ui.end_row();
}

/// The name of a language in that language, so that users can find theirs whatever the current language is.
pub fn language_name(choice: LanguageChoice) -> String {
    match choice {
        LanguageChoice::System => t!("language-system").to_owned(),
        LanguageChoice::Chosen(locale) if locale.is_draft() => {
            t!("language-draft", language = locale.name())
        }
        LanguageChoice::Chosen(locale) => locale.name().to_owned(),
    }
}

fn theme_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("theme"));
    ui.horizontal(|ui| {
        ui.selectable_value(&mut settings.theme, Theme::System, t!("theme-system"));
        ui.selectable_value(&mut settings.theme, Theme::Light, t!("theme-light"));
        ui.selectable_value(&mut settings.theme, Theme::Dark, t!("theme-dark"));
    });
    ui.end_row();
}

fn text_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("text-size"));
    ui.horizontal(|ui| {
        for percent in TEXT_SIZES {
            let text = text::percent(f64::from(percent) / 100.0, 0);
            ui.selectable_value(&mut settings.text_size, percent, text);
        }
    });
    ui.end_row();
}

fn model_row(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.label(t!("model"));
    ui.horizontal(|ui| {
        let name = match state.session() {
            Some(session) => text::model_title(&session.model().info().name).to_owned(),
            None => t!("model-none").into(),
        };
        ui.label(name);
        if ui.button(t!("models")).clicked() {
            commands.push(Command::Show(Some(Dialog::Models {
                back: state.dialog.clone().map(Box::new),
            })));
        }
    });
    ui.end_row();
}

/// Names a choice that several rows have by its row, such as "Device: Automatic".
fn name_choice(choice: &Response, on: bool, row: &str, value: &str) {
    let name = t!("value-now", name = row, value = value);
    choice.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
}

fn device_row(ui: &mut Ui, state: &State, settings: &mut Settings) {
    ui.label(t!("device"));
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            let auto =
                ui.selectable_value(&mut settings.device, DeviceChoice::Auto, t!("device-auto"));
            let on = settings.device == DeviceChoice::Auto;
            name_choice(&auto, on, t!("device"), t!("device-auto"));
            ui.selectable_value(&mut settings.device, DeviceChoice::Cpu, t!("device-cpu"));
            for name in device::built_for() {
                // A device given by number in the settings file stays selected.
                let (choice, name) = match (name, settings.device) {
                    ("GPU", card @ DeviceChoice::Gpu(Some(number))) => {
                        (card, t!("graphics-card-number", number = number))
                    }
                    ("GPU", _) => (DeviceChoice::Gpu(None), t!("graphics-card").into()),
                    ("CUDA", card @ DeviceChoice::Cuda(1..)) => (card, card.to_string()),
                    ("CUDA", _) => (DeviceChoice::Cuda(0), name.into()),
                    ("Metal", _) => (DeviceChoice::Metal, name.into()),
                    _ => continue,
                };
                ui.selectable_value(&mut settings.device, choice, name);
            }
        });
        #[cfg(feature = "gpu")]
        if settings.device == DeviceChoice::Auto {
            ui.checkbox(&mut settings.gpu_on_battery, t!("gpu-on-battery"));
        }
        if let Some(session) = state.session() {
            let info = session.model().info();
            let on = info.runs_on();
            let device = text::sentence(&on);
            let text = match &info.device.reason {
                Some(reason) => t!(
                    "device-in-use-because",
                    device = device,
                    reason = text::sentence(reason)
                ),
                None => t!("device-in-use", device = device),
            };
            ui.add(egui::Label::new(RichText::new(text).small().weak()).wrap());
        }
    });
    ui.end_row();
}

fn precision_row(ui: &mut Ui, state: &State, settings: &mut Settings) {
    ui.label(t!("precision"));
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            for (precision, name) in [
                (Precision::Auto, t!("precision-auto")),
                (Precision::F32, t!("precision-full")),
                (Precision::Int8, t!("precision-int8")),
            ] {
                let choice = ui.selectable_value(&mut settings.precision, precision, name);
                if precision == Precision::Auto {
                    let on = settings.precision == Precision::Auto;
                    name_choice(&choice, on, t!("precision"), name);
                    choice.on_hover_text(t!("precision-auto-hint"));
                }
            }
        });
        let accuracy = state.session().and_then(|s| s.model().info().int8);
        if let Some(accuracy) = accuracy {
            let text = t!(
                "precision-agrees",
                number = text::decimal(accuracy.lowest.into(), 4)
            );
            ui.label(RichText::new(text).small().weak());
        }
    });
    ui.end_row();
}

fn threads_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("threads-row"));
    ui.horizontal(|ui| {
        let mut all = settings.threads == 0;
        if ui.checkbox(&mut all, t!("one-per-core")).changed() {
            settings.threads = usize::from(!all);
        }
        if !all {
            let response = ui.add(DragValue::new(&mut settings.threads).range(1..=256));
            ui.ctx()
                .accesskit_node_builder(response.id, |node| node.set_label(t!("threads")));
        }
    });
    ui.end_row();
}

fn memory_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("memory-row"));
    ui.horizontal(|ui| {
        let mut usual = settings.decode_memory_mb == 0;
        if ui.checkbox(&mut usual, t!("quarter-of-memory")).changed() {
            let mebibytes = u32::try_from(default_limit() >> 20).unwrap_or(u32::MAX);
            settings.decode_memory_mb = if usual { 0 } else { mebibytes };
        }
        if !usual {
            let mebibytes = &mut settings.decode_memory_mb;
            let field = DragValue::new(mebibytes)
                .range(64..=1 << 20)
                .suffix(t!("mebibytes-suffix"));
            let response = ui.add(field);
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_label(t!("memory-for-decoding"))
            });
        }
    });
    ui.end_row();
}

fn store_row(ui: &mut Ui, state: &State, settings: &mut Settings, commands: &mut Vec<Command>) {
    ui.label(t!("store"));
    ui.vertical(|ui| {
        if let Some(session) = state.session() {
            let dir = session.store().dir().display().to_string();
            ui.add(egui::Label::new(RichText::new(dir).small()).wrap());
        }
        if let Some(size) = &state.store_size {
            let count = usize::try_from(size.photos).unwrap_or(usize::MAX);
            let text = t!("store-knows", count = count, size = bytes(size.bytes));
            ui.label(RichText::new(text).small().weak());
        }
        ui.horizontal_wrapped(|ui| {
            if ui.button(t!("move-to")).clicked() {
                commands.push(Command::Choose(FolderPurpose::Store));
            }
            if settings.store.is_some() && ui.button(t!("default-location")).clicked() {
                settings.store = None;
            }
            if ui
                .button(t!("tidy-up"))
                .on_hover_text(t!("tidy-hint"))
                .clicked()
            {
                commands.push(Command::TidyStore);
            }
            if ui.button(t!("clear")).clicked() {
                commands.push(Command::Show(Some(Dialog::ClearStore)));
            }
        });
        limit_row(ui, settings);
    });
    ui.end_row();
}

/// The size limit of the store.
fn limit_row(ui: &mut Ui, settings: &mut Settings) {
    ui.horizontal(|ui| {
        let mut limited = settings.store_limit_mb.is_some();
        if ui.checkbox(&mut limited, t!("limit-its-size")).changed() {
            settings.store_limit_mb = limited.then_some(DEFAULT_LIMIT_MB);
        }
        if let Some(most) = &mut settings.store_limit_mb {
            let response = ui.add(
                DragValue::new(most)
                    .range(50..=10_000_000)
                    .suffix(t!("megabytes-suffix")),
            );
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_label(t!("size-of-the-store"))
            });
        }
    });
}

fn quality_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("thumbnail-quality"));
    let response = ui.add(Slider::new(&mut settings.thumbnail_quality, 50..=95));
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(t!("thumbnail-quality")));
    response.on_hover_text(t!("thumbnail-hint"));
    ui.end_row();
}

#[cfg(feature = "video")]
fn videos_row(ui: &mut Ui, settings: &mut Settings) {
    ui.label(t!("videos"));
    ui.checkbox(&mut settings.videos, t!("show-videos"))
        .on_hover_text(t!("videos-hint"));
    ui.end_row();
}

fn excluded_row(ui: &mut Ui, settings: &mut Settings, commands: &mut Vec<Command>) {
    ui.label(t!("excluded-folders"));
    ui.vertical(|ui| {
        let mut removed: Option<PathBuf> = None;
        for folder in &settings.excluded_folders {
            ui.horizontal(|ui| {
                let name = t!("no-longer-exclude", folder = folder.display());
                if icon_button_sized(ui, Icon::Cross, &name, 22.0).clicked() {
                    removed = Some(folder.clone());
                }
                let text = RichText::new(folder.display().to_string()).small();
                ui.add(egui::Label::new(text).truncate());
            });
        }
        settings
            .excluded_folders
            .retain(|folder| Some(folder) != removed.as_ref());
        if ui.button(t!("add-a-folder")).clicked() {
            commands.push(Command::Choose(FolderPurpose::Exclude));
        }
        let note = t!("always-excluded");
        ui.label(RichText::new(note).small().weak());
    });
    ui.end_row();
}
