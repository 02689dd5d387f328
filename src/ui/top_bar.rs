//! The bar at the top: menu, folders, search and thumbnail size.

use egui::{Align, Key, Layout, Popup, RichText, Slider, TextEdit, Ui, vec2};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use super::widgets::{icon_button, menu_entries, menu_entry};
use super::{Focus, Interface};
use crate::app::command::{Action, Command, Section};
use crate::app::document::state::{CELL_SIDES, State};
use crate::text::Surface;
use crate::{t, text};

impl Interface {
    pub(super) fn top_bar(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let narrow = ui.available_width() < 1000.0;
        ui.horizontal(|ui| {
            main_menu(ui, state, commands);
            folders_button(ui, state, commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                size_slider(ui, state, narrow, commands);
                self.search_field(ui, state, commands);
            });
        });
    }

    fn search_field(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let width = ui.available_width().clamp(80.0, 420.0);
        let clear = !state.search.is_empty();
        let mut text = state.search.clone();
        let edit = TextEdit::singleline(&mut text)
            .hint_text(t!("search-hint"))
            .margin(egui::Margin {
                left: 30,
                right: if clear { 28 } else { 8 },
                top: 5,
                bottom: 5,
            })
            .desired_width(width);
        let response = ui
            .allocate_ui_with_layout(
                vec2(width, 28.0),
                Layout::left_to_right(Align::Center),
                |ui| ui.add(edit),
            )
            .inner;
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("search")));
        self.search_box = response.rect;
        let palette = palette(ui);
        let glass = egui::Rect::from_center_size(
            response.rect.left_center() + vec2(16.0, 0.0),
            vec2(16.0, 16.0),
        );
        icons::paint(ui.painter(), Icon::Search, glass, palette.weak);
        if self.focus == Some(Focus::Search) {
            self.focus = None;
            response.request_focus();
        }
        if response.changed() {
            commands.push(Command::SearchFor(text));
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            commands.push(Command::SearchFor(String::new()));
        }
        if clear {
            let rect = egui::Rect::from_center_size(
                response.rect.right_center() - vec2(16.0, 0.0),
                vec2(22.0, 22.0),
            );
            let button = ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
                super::widgets::icon_button_sized(ui, Icon::Cross, t!("clear-the-search"), 22.0)
            });
            if button.inner.clicked() {
                commands.push(Command::SearchFor(String::new()));
            }
        }
        if let Some(problem) = &state.response.search_problem
            && clear
        {
            response.on_hover_text(
                RichText::new(text::advised(problem, Surface::Window)).color(palette.bad),
            );
        }
    }
}

fn main_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let button = icon_button(ui, Icon::Menu, t!("menu"));
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(150.0);
        for section in Section::ALL {
            ui.menu_button(section.name(), |ui| {
                ui.set_min_width(260.0);
                menu_entries(ui, |ui| {
                    let all = Action::ALL.iter();
                    for action in all.filter(|action| action.entry().section == section) {
                        toggle_or_entry(ui, state, *action, commands);
                    }
                });
            });
        }
    });
}

/// A menu entry, with a check mark if it is a toggle that is on.
fn toggle_or_entry(ui: &mut Ui, state: &State, action: Action, commands: &mut Vec<Command>) {
    let on = match action {
        Action::Subfolders => state.memory.subfolders,
        Action::AutoAdvance => state.memory.auto_advance,
        Action::Captions => state.memory.captions_show_matches,
        _ => return menu_entry(ui, state, action, commands),
    };
    let mut now = on;
    if ui.checkbox(&mut now, action.entry().name).clicked() {
        commands.push(Command::Do(action));
        ui.close();
    }
}

fn folders_button(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let open = ui.button(t!("open-folder"));
    if open.on_hover_text(t!("or-drop")).clicked() {
        commands.push(Command::Do(Action::OpenFolder));
    }
    let button = icon_button(ui, Icon::Down, t!("folders"));
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(300.0);
        menu_entries(ui, |ui| folder_entries(ui, state, commands));
    });
}

fn folder_entries(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    for root in &state.memory.roots {
        ui.horizontal(|ui| {
            let name = t!("close-folder", folder = root.display());
            if icon_button(ui, Icon::Cross, &name).clicked() {
                commands.push(Command::CloseFolder(root.clone()));
            }
            ui.label(root.display().to_string());
        });
    }
    if !state.memory.roots.is_empty() {
        ui.separator();
    }
    let open = &state.memory.roots;
    let closed = || state.memory.recent.iter().filter(|dir| !open.contains(dir));
    if closed().next().is_some() {
        ui.label(RichText::new(t!("recent-folders")).small().weak());
    }
    for dir in closed() {
        if ui.button(dir.display().to_string()).clicked() {
            commands.push(Command::OpenPaths(vec![dir.clone()]));
            ui.close();
        }
    }
    toggle_or_entry(ui, state, Action::Subfolders, commands);
    menu_entry(ui, state, Action::Rescan, commands);
    menu_entry(ui, state, Action::OpenPhotos, commands);
    menu_entry(ui, state, Action::OpenPath, commands);
    menu_entry(ui, state, Action::Samples, commands);
}

fn size_slider(ui: &mut Ui, state: &State, narrow: bool, commands: &mut Vec<Command>) {
    let mut side = state.memory.cell_side;
    ui.spacing_mut().slider_width = if narrow { 60.0 } else { 100.0 };
    let slider = Slider::new(&mut side, CELL_SIDES).show_value(false);
    let response = ui.add(slider);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(t!("size-of-thumbnails")));
    if response.on_hover_text(t!("size-of-thumbnails")).changed() {
        commands.push(Command::CellSide(side));
    }
}

/// A star rating as text: "1 star", "3 stars".
pub fn stars_text(count: u8) -> String {
    t!("stars", count = count)
}

/// A panel heading.
pub fn heading(ui: &mut Ui, text: &str) {
    let colour = palette(ui).text;
    ui.label(
        RichText::new(text)
            .size(theme::TEXT + 1.0)
            .strong()
            .color(colour),
    );
}
