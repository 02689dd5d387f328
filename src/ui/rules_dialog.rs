//! Rules for new photos: the existing ones, and a new one from a label or a saved search, with a preview of its effect.

use std::path::Path;

use egui::{ComboBox, Label, RichText, Role, ScrollArea, Ui, WidgetInfo};

use super::Interface;
use super::dialog_parts::{row, title};
use super::icons::Icon;
use super::theme::palette;
use super::widgets::{TextTable, icon_button_sized, main_button, photos};
use crate::app::command::{Command, RuleCommand};
use crate::app::document::rules::{PreviewState, RuleChoice, RulePreview, RuleSource, mark_text};
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::library::{LayoutText, RuleMark, RuleText};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::text::Surface;
use crate::{t, text};

/// Maximum height of the list of rules, and height of the rows below a preview.
const LIST: f32 = 130.0;
const BELOW: f32 = 92.0;

/// The action of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RuleActionKind {
    #[default]
    Copy,
    Move,
    Mark,
}

/// The choices for a new rule.
#[derive(Clone, Debug, Default)]
pub struct RuleChoices {
    source: Option<RuleSource>,
    action: RuleActionKind,
    layout: LayoutText,
    mark: Option<RuleMark>,
}

impl RuleChoices {
    /// The chosen source.
    fn chosen<'a>(&self, choices: &'a [RuleChoice]) -> Option<&'a RuleChoice> {
        choices
            .iter()
            .find(|choice| Some(&choice.source) == self.source.as_ref())
    }

    /// Why the chosen source cannot become a rule.
    fn refusal(&self, choices: &[RuleChoice]) -> Option<&'static str> {
        self.chosen(choices)?.rule.as_ref().err().copied()
    }

    /// The new rule; `None` while a choice is missing.
    fn rule(&self, state: &State, choices: &[RuleChoice]) -> Option<RuleText> {
        let mut rule = self.chosen(choices)?.rule.clone().ok()?;
        match self.action {
            RuleActionKind::Mark => rule.mark = Some(self.mark?),
            action => {
                rule.to = Some(state.rules.target.clone()?);
                rule.layout = Some(self.layout);
                rule.moves = action == RuleActionKind::Move;
            }
        }
        (!rule.folders.is_empty()).then_some(rule)
    }
}

impl Interface {
    pub(super) fn rules_dialog(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        title(ui, t!("rules-title"), commands);
        if let Some(problem) = &state.rules.problem {
            let bad = palette(ui).bad;
            ui.add(
                Label::new(RichText::new(text::advised(problem, Surface::Window)).color(bad))
                    .wrap(),
            );
            return;
        }
        let text = t!("rules-what");
        ui.add(Label::new(RichText::new(text).weak()).wrap());
        rule_list(ui, state, commands);
        ui.separator();
        let choices = state.memory.rule_choices();
        let new = &mut self.buffers.rule;
        if self.dialog_is_new && state.rules.source.is_some() {
            new.source.clone_from(&state.rules.source);
        }
        new_rule(ui, state, new, &choices, commands);
        let Some(rule) = new.rule(state, &choices) else {
            let text = match (state.memory.roots.is_empty(), choices.is_empty()) {
                (true, _) => t!("rule-open-first"),
                (_, true) => t!("rule-label-first"),
                _ => new.refusal(&choices).unwrap_or(t!("rule-choose-first")),
            };
            ui.label(RichText::new(text).weak());
            return;
        };
        if state.rules.previewed.as_ref() != Some(&rule) {
            // The existing preview belongs to another rule.
            commands.push(Command::Rules(RuleCommand::Preview(Box::new(rule))));
            ui.label(t!("rule-preview-running"));
            return;
        }
        match &state.rules.preview {
            PreviewState::Ready(preview) => {
                if show_preview(ui, preview, rule, commands) {
                    // A second click must not add the rule again.
                    new.source = None;
                }
            }
            PreviewState::Failed(problem) => {
                ui.label(
                    RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad),
                );
            }
            _ => {
                ui.label(t!("rule-preview-running"));
            }
        }
    }
}

/// The list of existing rules.
fn rule_list(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let rules = &state.rules.list;
    if rules.is_empty() {
        ui.label(RichText::new(t!("no-rules")).weak());
    }
    ScrollArea::vertical()
        .max_height(LIST)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (at, rule) in rules.iter().enumerate() {
                ui.horizontal(|ui| {
                    let mut on = rule.enabled;
                    let response = ui.checkbox(&mut on, "");
                    let accessible_name = t!("run-the-rule", name = rule.name());
                    response.widget_info(|| {
                        WidgetInfo::selected(Role::CheckBox, true, on, &accessible_name)
                    });
                    if response.changed() {
                        commands.push(Command::Rules(RuleCommand::Switch(at, on)));
                    }
                    let name = t!("delete-the-rule", name = rule.name());
                    if icon_button_sized(ui, Icon::Cross, &name, 22.0).clicked() {
                        commands.push(Command::Rules(RuleCommand::Remove(at)));
                    }
                    let text = rule_text(rule);
                    ui.add(Label::new(&text).truncate()).on_hover_text(text);
                });
            }
        });
    if ui.button(t!("open-rule-log")).clicked() {
        commands.push(Command::Rules(RuleCommand::OpenLog));
    }
}

/// A description such as "receipts: receipt from 60 %, copy to /home/me/Receipts, by month".
fn rule_text(rule: &RuleText) -> String {
    let min_match = rule.min_match.unwrap_or(DEFAULT_MIN_MATCH);
    let percent = text::percent(min_match.into(), 0);
    let (label, action) = (&rule.label, action_text(rule));
    match &rule.name {
        Some(name) if name != label => t!(
            "rule-line-named",
            name = name,
            label = label,
            percent = percent,
            action = action
        ),
        _ => t!(
            "rule-line",
            label = label,
            percent = percent,
            action = action
        ),
    }
}

/// The action as text, such as "copy to /home/me/Receipts, by label and month".
fn action_text(rule: &RuleText) -> String {
    if let Some(mark) = rule.mark {
        return t!("rule-marks", mark = mark_text(mark));
    }
    let folder = rule.to.as_deref().unwrap_or(Path::new("")).display();
    let action = match rule.moves {
        true => t!("rule-moves-to", folder = folder),
        false => t!("rule-copies-to", folder = folder),
    };
    match rule.layout.unwrap_or_default() {
        LayoutText::Flat => action,
        LayoutText::Label => t!("rule-action-by-label", action = action),
        LayoutText::Month => t!("rule-action-by-month", action = action),
        LayoutText::MonthOnly => t!("rule-action-by-month-only", action = action),
    }
}

/// The form for a new rule.
fn new_rule(
    ui: &mut Ui,
    state: &State,
    new: &mut RuleChoices,
    choices: &[RuleChoice],
    commands: &mut Vec<Command>,
) {
    row(ui, t!("row-photos"), |ui| source_row(ui, new, choices));
    row(ui, t!("row-do"), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.radio_value(&mut new.action, RuleActionKind::Copy, t!("rule-copy"));
            ui.radio_value(&mut new.action, RuleActionKind::Move, t!("rule-move"));
            ui.radio_value(&mut new.action, RuleActionKind::Mark, t!("mark"));
        });
    });
    if new.action == RuleActionKind::Mark {
        return row(ui, t!("mark"), |ui| mark_row(ui, new));
    }
    row(ui, t!("row-to"), |ui| {
        ui.horizontal(|ui| {
            if ui.button(t!("choose-a-folder")).clicked() {
                commands.push(Command::Choose(FolderPurpose::RuleTarget));
            }
            let chosen = state.rules.target.as_ref();
            let text = chosen.map_or_else(
                || t!("rule-no-folder").into(),
                |dir| dir.display().to_string(),
            );
            ui.add(Label::new(RichText::new(text).small()).truncate());
        });
    });
    row(ui, t!("row-folders"), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.radio_value(&mut new.layout, LayoutText::Flat, t!("layout-flat"));
            ui.radio_value(&mut new.layout, LayoutText::Label, t!("rule-by-label"));
            ui.radio_value(&mut new.layout, LayoutText::Month, t!("rule-by-month"));
            let month_only = t!("rule-by-month-only");
            ui.radio_value(&mut new.layout, LayoutText::MonthOnly, month_only);
        });
    });
}

fn source_row(ui: &mut Ui, new: &mut RuleChoices, choices: &[RuleChoice]) {
    let shown = |choice: &RuleChoice| match &choice.source {
        RuleSource::Label(_) => t!("rule-of-label", name = choice.name),
        RuleSource::Search(_) => t!("rule-of-search", name = choice.name),
    };
    let chosen = new.chosen(choices);
    let text = chosen.map_or_else(|| t!("choose-rule-source").into(), shown);
    let combo = ComboBox::from_id_salt("rule source").selected_text(text);
    let combo = combo.width(300.0).show_ui(ui, |ui| {
        for choice in choices {
            let is_chosen = Some(&choice.source) == new.source.as_ref();
            let button = egui::Button::selectable(is_chosen, shown(choice));
            let response = ui.add_enabled(choice.rule.is_ok(), button);
            let why = choice.rule.as_ref().err().copied().unwrap_or_default();
            if response.on_disabled_hover_text(why).clicked() {
                new.source = Some(choice.source.clone());
            }
        }
    });
    ui.ctx().accesskit_node_builder(combo.response.id, |node| {
        node.set_label(t!("photos-of-the-rule"))
    });
}

fn mark_row(ui: &mut Ui, new: &mut RuleChoices) {
    let text = new
        .mark
        .map_or_else(|| t!("choose-a-mark").into(), mark_text);
    let combo = ComboBox::from_id_salt("rule mark").selected_text(text);
    let combo = combo.show_ui(ui, |ui| {
        for mark in RuleMark::ALL {
            ui.selectable_value(&mut new.mark, Some(mark), mark_text(mark));
        }
    });
    ui.ctx().accesskit_node_builder(combo.response.id, |node| {
        node.set_label(t!("mark-of-the-rule"))
    });
    combo.response.on_hover_text(t!("only-where-undecided"));
}

/// The preview of a rule, and the buttons that save it. Returns whether one was clicked.
fn show_preview(
    ui: &mut Ui,
    preview: &RulePreview,
    rule: RuleText,
    commands: &mut Vec<Command>,
) -> bool {
    let photos = photos(preview.photos.len());
    let others = t!("rule-others", count = preview.others);
    let mut text = match (rule.mark, rule.moves) {
        (Some(_), _) => t!("rule-would-mark", photos = photos, others = others),
        (None, true) => t!("rule-would-move", photos = photos, others = others),
        (None, false) => t!("rule-would-copy", photos = photos, others = others),
    };
    if preview.failed > 0 {
        text = t!("rule-would-fail", text = text, failed = preview.failed);
    }
    ui.label(text);
    let table = TextTable {
        id: "rule",
        headings: [
            t!("heading-photo"),
            if rule.mark.is_some() {
                t!("mark")
            } else {
                t!("heading-goes-to")
            },
        ],
        first: 190.0,
        height: (ui.available_height() - BELOW).max(60.0),
    };
    table.show(ui, preview.photos.len(), |at| {
        let (photo, what) = &preview.photos[at];
        let name = photo.file_name().unwrap_or_default().display().to_string();
        [name, what.clone()]
    });
    let buttons = ui.horizontal(|ui| {
        let on = main_button(ui, t!("switch-the-rule-on")).clicked();
        let off = ui.button(t!("keep-it-off")).clicked();
        (on, off)
    });
    let (on, off) = buttons.inner;
    if on || off {
        let rule = RuleText {
            enabled: on,
            ..rule
        };
        commands.push(Command::Rules(RuleCommand::Add(Box::new(rule))));
    }
    on || off
}
