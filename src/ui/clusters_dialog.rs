//! Suggested clusters ("heaps"), each with its photos, name and number. They can become labels, or be renamed, merged
//! or dismissed.

use egui::{
    Align, Key, Layout, Popup, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::dialog_parts::{list_height, title};
use super::icons::Icon;
use super::theme::{self, palette};
use super::tour::progress;
use super::widgets::{icon_button_sized, photos};
use super::{Interface, videos};
use crate::app::command::{Command, FindingCommand};
use crate::app::document::clusters::Cluster;
use crate::app::document::state::State;
use crate::text::Surface;
use crate::{t, text};

/// Height of a cluster.
const ROW: f32 = 84.0;
/// Number of photos shown per cluster, and their size.
const COVERS: usize = 3;
const COVER: egui::Vec2 = vec2(84.0, 63.0);

impl Interface {
    pub(super) fn clusters_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("heaps-title"), commands);
        progress(ui, state);
        let clusters = &state.clusters;
        if let Some(problem) = &clusters.problem {
            let bad = palette(ui).bad;
            ui.add(
                egui::Label::new(RichText::new(text::advised(problem, Surface::Window)).color(bad))
                    .wrap(),
            );
        }
        if clusters.is_proposing {
            ui.label(RichText::new(t!("heaps-searching")).weak());
        }
        let dismissed = state.memory.dismissed_heaps.len();
        if dismissed > 0 && !clusters.is_proposing && ui.button(t!("heaps-again")).clicked() {
            commands.push(Command::Found(FindingCommand::ProposeAgain));
        }
        if clusters.proposed.is_empty() {
            if clusters.is_known && !clusters.is_proposing {
                ui.label(t!("heaps-none"));
            }
            return;
        }
        let text = t!("heaps-what");
        ui.add(egui::Label::new(RichText::new(text).weak()).wrap());
        let height = list_height(ui);
        let area = ScrollArea::vertical().auto_shrink([false, false]);
        area.max_height(height)
            .show_rows(ui, ROW, clusters.proposed.len(), |ui, rows| {
                for at in rows {
                    let width = ui.available_width();
                    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
                    let cluster = &clusters.proposed[at];
                    // A child `Ui` that allocates no space, so that all rows have the same height.
                    let place = UiBuilder::new().id_salt(("heap", at)).max_rect(rect);
                    let mut row = ui.new_child(place);
                    self.cluster(&mut row, rect, state, at, cluster, commands);
                }
            });
    }

    fn cluster(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        state: &State,
        at: usize,
        cluster: &Cluster,
        commands: &mut Vec<Command>,
    ) {
        let heap = text::label_word(&cluster.name);
        let inner = rect.shrink2(vec2(0.0, 3.0));
        // An outline rather than a fill, because the text field has the colour of raised surfaces.
        let line = Stroke::new(1.0, palette(ui).line);
        ui.painter()
            .rect_stroke(inner, theme::RADIUS, line, StrokeKind::Inside);
        let most = if rect.width() < 560.0 { 1 } else { COVERS };
        let mut left = inner.min.x + 8.0;
        for id in cluster.photos.iter().take(most) {
            let place = Rect::from_min_size(pos2(left, inner.min.y + 8.0), COVER);
            let content = { state.item(*id) }.and_then(|item| videos::shown(state, *id, item));
            if let Some(content) = content {
                self.paint_thumbnail(ui, place, content, 1.0);
            }
            let response = ui.interact(place, ui.scope_id().with(("cover", id)), Sense::CLICK);
            let name = { state.item(*id) }.map_or("", |item| item.name.as_str());
            let accessible_name = t!("in-the-heap", heap = heap, name = name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
            if response.on_hover_text(accessible_name).clicked() {
                commands.push(Command::Show(None));
                commands.push(Command::ViewItem(*id));
            }
            left += COVER.x + 6.0;
        }
        let rest = Rect::from_min_max(
            pos2(left + 6.0, inner.min.y + 8.0),
            inner.max - vec2(8.0, 4.0),
        );
        let area = UiBuilder::new()
            .max_rect(rest)
            .layout(Layout::top_down(Align::Min));
        ui.scope_builder(area, |ui| {
            ui.horizontal(|ui| {
                self.cluster_name(ui, at, cluster, commands);
                ui.label(photos(cluster.photos.len()));
            });
            ui.horizontal(|ui| {
                let response = ui.button(t!("make-it-a-label"));
                let accessible_name = t!("make-heap-a-label", heap = heap);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
                if response.clicked() {
                    commands.push(Command::Found(FindingCommand::AddCluster(at)));
                }
                merge(ui, state, at, cluster, commands);
                let dismiss = t!("dismiss-the-heap", heap = heap);
                if icon_button_sized(ui, Icon::Cross, &dismiss, 24.0).clicked() {
                    commands.push(Command::Found(FindingCommand::DismissCluster(at)));
                }
                let others = alternative_names(cluster);
                if !others.is_empty() {
                    let others = RichText::new(t!("heap-also", words = text::list(others)));
                    ui.add(egui::Label::new(others.small().weak()).truncate());
                }
            });
        });
    }

    fn cluster_name(
        &mut self,
        ui: &mut Ui,
        at: usize,
        cluster: &Cluster,
        commands: &mut Vec<Command>,
    ) {
        let heap = text::label_word(&cluster.name);
        let typed = &mut self.buffers.cluster_name;
        let is_typed = typed.as_ref().is_some_and(|(of, _)| *of == at);
        let mut text = match typed {
            Some((of, text)) if *of == at => text.clone(),
            _ => heap.to_owned(),
        };
        let edit = TextEdit::singleline(&mut text).desired_width(150.0);
        let response = ui.add(edit);
        let accessible_name = t!("name-of-the-heap", heap = heap);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(accessible_name));
        if response.changed() {
            *typed = Some((at, text.clone()));
        }
        if response.lost_focus() && is_typed {
            *typed = None;
            if !ui.input(|input| input.key_pressed(Key::Escape)) {
                // First, because the click that ends the typing may remove a cluster before this one.
                commands.insert(0, Command::Found(FindingCommand::RenameCluster(at, text)));
            }
        }
    }
}

/// The alternative names as they are shown. Several words may have the same translation.
fn alternative_names(cluster: &Cluster) -> Vec<&str> {
    let mut shown = vec![text::label_word(&cluster.name)];
    for name in &cluster.alternative_names {
        let name = text::label_word(name);
        if !shown.contains(&name) {
            shown.push(name);
        }
    }
    shown.split_off(1)
}

fn merge(ui: &mut Ui, state: &State, at: usize, cluster: &Cluster, commands: &mut Vec<Command>) {
    if state.clusters.proposed.len() < 2 {
        return;
    }
    let response = ui.button(t!("merge"));
    let accessible_name = t!("merge-heap", heap = text::label_word(&cluster.name));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(180.0);
        let area = ScrollArea::vertical().auto_shrink([false, true]);
        area.max_height(260.0).show(ui, |ui| {
            for (into, other) in state.clusters.proposed.iter().enumerate() {
                if into == at {
                    continue;
                }
                if ui
                    .button(t!("merge-into", heap = text::label_word(&other.name)))
                    .clicked()
                {
                    commands.push(Command::Found(FindingCommand::MergeClusters(at, into)));
                    ui.close();
                }
            }
        });
    });
}
