//! Details of a photo: its marks, matches, file and camera.

use std::borrow::Cow;

use egui::{Color32, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::theme::{self, palette};
use super::top_bar::heading;
use super::widgets::{bytes, elided, percent};
use super::{cell, videos};
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::document::match_axis;
use crate::app::document::state::State;
use crate::engine::media::metadata::MetadataSource;
use crate::engine::organize::marks::Flag;
use crate::{t, text};

/// The details panel next to a photo.
pub fn about(
    ui: &mut Ui,
    state: &State,
    id: ItemId,
    item: &LibraryItem,
    camera: Option<&Vec<(&'static str, String)>>,
) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.add(egui::Label::new(RichText::new(&item.name).size(16.0).strong()).wrap());
            decision(ui, state, id);
            labels(ui, state, id);
            ui.add_space(theme::SPACE_M);
            heading(ui, t!("details"));
            let mut rows: Vec<(Cow<'_, str>, String)> = Vec::new();
            if let Some(facts) = item.facts() {
                rows.push((
                    t!("fact-size").into(),
                    format!("{} x {}", facts.width, facts.height),
                ));
                rows.extend(
                    videos::duration(item).map(|length| (t!("fact-duration").into(), length)),
                );
                if let Some(taken) = &facts.taken {
                    let when = taken.as_str().replace('T', " ");
                    let when = match taken.source().note().trim_start() {
                        "" => when,
                        note => t!("taken-noted", taken = when, note = text::words(note)),
                    };
                    rows.push((t!("fact-taken").into(), when));
                }
            }
            rows.push((t!("fact-file").into(), bytes(item.file.size)));
            let metadata = metadata(state, item).into_iter();
            rows.extend(metadata.map(|(name, value)| (name.into(), value)));
            rows.extend(
                camera
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| (text::words(name), value.clone())),
            );
            egui::Grid::new("facts")
                .num_columns(2)
                .spacing([12.0, 4.0])
                .show(ui, |ui| {
                    for (name, value) in rows {
                        ui.label(RichText::new(name.as_ref()).small().weak());
                        ui.add(egui::Label::new(RichText::new(value).small()).wrap());
                        ui.end_row();
                    }
                });
            position(ui, item);
            let folder = item.file.path.parent().map(|dir| dir.display().to_string());
            ui.add(
                egui::Label::new(RichText::new(folder.unwrap_or_default()).small().weak()).wrap(),
            );
            if let Some(warning) = item.warning() {
                let warn = palette(ui).warn;
                ui.add(egui::Label::new(RichText::new(text::sentence(warning)).color(warn)).wrap());
            }
        });
}

/// Metadata written by other programs, and where it is stored.
fn metadata(state: &State, item: &LibraryItem) -> Vec<(&'static str, String)> {
    let Some(metadata) = &item.metadata else {
        return Vec::new();
    };
    let (facts, origins) = (&metadata.facts, &metadata.origins);
    let decided = item.content().and_then(|c| state.library.decision(&c));
    let theirs = decided.is_none();
    let keywords = text::list(&facts.keywords);
    let rating = facts.rating.filter(|rating| theirs && *rating != 0);
    let rating = rating.map(|rating| match rating {
        1.. => t!("stars", count = rating.unsigned_abs()),
        _ => t!("fact-rejected").into(),
    });
    let colour = facts.colour.clone().filter(|_| theirs);
    let from = |value: Option<String>, origin: &Option<MetadataSource>| {
        let origin = origin.as_ref()?.to_string();
        Some(t!(
            "fact-from",
            value = value?,
            origin = text::words(&origin)
        ))
    };
    let known = item.facts().and_then(|facts| facts.taken.as_ref());
    let taken = facts.taken.as_ref().filter(|_| known.is_none());
    let taken = taken.map(|taken| taken.as_str().replace('T', " "));
    let rows = [
        (t!("fact-taken"), from(taken, &origins.taken)),
        (t!("fact-rating"), from(rating, &origins.rating)),
        (t!("fact-label"), from(colour, &origins.colour)),
        (t!("fact-keywords"), from(Some(keywords), &origins.keywords)),
        (
            t!("fact-place"),
            metadata.place.map(|place| place.to_string()),
        ),
    ];
    let known = rows
        .into_iter()
        .filter_map(|(name, row)| Some((name, row?)));
    known.collect()
}

/// The coordinates as a link. The map is only requested on a click, because that reveals the place to its provider.
fn position(ui: &mut Ui, item: &LibraryItem) {
    let metadata = item.metadata.as_ref();
    if let Some(at) = metadata.and_then(|metadata| metadata.facts.position) {
        let text = RichText::new(at.to_string()).small();
        let link = ui.hyperlink_to(text, at.map_address());
        link.on_hover_text(t!("show-on-map"));
    }
}

fn decision(ui: &mut Ui, state: &State, id: ItemId) {
    let mark = state.library.mark(id);
    let palette = palette(ui);
    let (text, colour) = match mark.flag {
        Flag::Pick => (t!("mark-picked"), palette.good),
        Flag::Reject => (t!("mark-rejected"), palette.bad),
        Flag::None => (t!("mark-keys"), palette.weak),
    };
    ui.label(RichText::new(text).small().color(colour));
    if mark.stars > 0 {
        let (rect, _) = ui.allocate_exact_size(vec2(90.0, 18.0), Sense::hover());
        cell::stars(ui, rect.left_bottom(), mark.stars);
    }
    if let Some(colour) = mark.colour {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
            cell::colour_dot(ui, rect.center(), colour);
            ui.label(RichText::new(text::words(colour.name())).small());
        });
    }
}

/// A bar for each label with its match and threshold; the probability is below.
fn labels(ui: &mut Ui, state: &State, id: ItemId) {
    let scored = state.response.scored();
    let rows: Vec<_> = (0..scored.labels.len())
        .filter_map(|at| Some((at, scored.matched(at, id)?, scored.probability(at, id)?)))
        .collect();
    if rows.is_empty() {
        return;
    }
    ui.add_space(theme::SPACE_M);
    heading(ui, t!("match-and-probability"));
    for (at, matched, probability) in rows {
        let label = &scored.labels[at];
        let colour = theme::label_colour(label.colour);
        bar(
            ui,
            &label.text,
            matched,
            Some(label.min_match),
            probability,
            colour,
        );
    }
    if let Some(rest) = scored.something_else(id) {
        let weak = palette(ui).weak;
        let text = t!("something-else-percent", percent = percent(rest));
        ui.label(RichText::new(text).small().color(weak));
    }
}

fn bar(
    ui: &mut Ui,
    name: &str,
    matched: f32,
    threshold: Option<f32>,
    probability: f32,
    colour: Color32,
) {
    let palette = palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    response.widget_info(|| {
        let text = t!(
            "label-match-probability",
            name = name,
            matched = percent(matched),
            probability = percent(probability)
        );
        WidgetInfo::labeled(Role::Label, true, text)
    });
    let values = t!(
        "match-likely",
        matched = percent(matched),
        probability = percent(probability)
    );
    let values = elided(ui, &values, theme::TEXT_S, palette.weak, 130.0);
    let text = elided(
        ui,
        name,
        theme::TEXT_S,
        palette.text,
        rect.width() - values.size().x - 8.0,
    );
    let right = rect.max.x - values.size().x;
    ui.painter().galley(rect.min, text, palette.text);
    ui.painter()
        .galley(pos2(right, rect.min.y), values, palette.weak);
    let track = Rect::from_min_max(
        pos2(rect.min.x, rect.max.y - 12.0),
        pos2(rect.max.x, rect.max.y - 5.0),
    );
    ui.painter().rect_filled(track, 3.0, palette.raised);
    let end = track.min.x + track.width() * match_axis::place(matched);
    ui.painter().rect_filled(track.with_max_x(end), 3.0, colour);
    if let Some(threshold) = threshold {
        let x = track.min.x + track.width() * match_axis::place(threshold);
        let stroke = egui::Stroke::new(1.5, palette.text);
        ui.painter()
            .vline(x, track.min.y - 2.0..=track.max.y + 2.0, stroke);
    }
}
