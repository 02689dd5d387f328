//! Writing keywords to sidecars from the window: planned while the dialog is open, then written or undone on request.

use std::io;
use std::sync::Arc;

use super::supervisor::Slot;
use crate::app::document::history::HistoryStep;
use crate::app::document::keywords::{KeywordRequest, KeywordState};
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::app::{App, TaskMessage};
use crate::engine::media::photo::Failure;
use crate::engine::organize::sidecars::{self, SidecarCount, SidecarEdit, SidecarPlan};
use crate::t;
use crate::text::{self, Digits, Surface};

/// Messages from the keyword tasks.
pub enum KeywordMessage {
    /// The plan with this number is ready.
    Planned(u64, SidecarPlan),
    /// The number of written and unchanged files, and the failures; or why nothing could be written.
    Written(io::Result<(SidecarCount, usize, Vec<Failure>)>),
    /// The number of restored files, and those that could not be restored.
    Undone(io::Result<(SidecarCount, Vec<Failure>)>),
}

impl State {
    /// The changes to write for the requested photos.
    fn edits(&self, request: &KeywordRequest) -> Vec<SidecarEdit> {
        let scored = self.response.scored();
        let edit = |id: ItemId| {
            let fitting = scored.fitting(id).into_iter();
            let texts = fitting.map(|(at, _)| scored.labels[at].text.clone());
            let keywords = texts.filter(|_| request.labels).collect();
            let item = self.item(id)?;
            let photo = item.file.path.clone();
            let mark = self.library.mark(id);
            let description = request.contents.descriptions.then(|| {
                let taken = item.facts().and_then(|facts| facts.taken.as_ref());
                let taken = taken.map(|taken| taken.as_str());
                self.findings().description(id, taken)
            });
            let description = description.flatten();
            request.contents.edit(photo, keywords, mark, description)
        };
        let items = self.export_items(request.what).into_iter();
        items.filter_map(edit).collect()
    }
}

impl App {
    /// Plans the changes and invalidates earlier plans.
    pub(in crate::app) fn plan_keywords(&mut self, request: KeywordRequest) {
        let edits = self.state.edits(&request);
        let way = request.way;
        let keywords = &mut self.state.keywords;
        keywords.plans += 1;
        keywords.state = KeywordState::Planning;
        keywords.request = Some(request);
        let number = keywords.plans;
        self.replace(Slot::KeywordPlan, move |_| {
            let plan = sidecars::plan(&edits, way);
            TaskMessage::Keywords(KeywordMessage::Planned(number, plan))
        });
    }

    /// Writes the planned changes.
    pub(in crate::app) fn write_keywords(&mut self) {
        let keywords = &mut self.state.keywords;
        let KeywordState::Planned(plan) = &keywords.state else {
            return;
        };
        let plan = plan.clone();
        keywords.state = KeywordState::Writing;
        let records = self.services.dirs.sidecars();
        self.queue(Slot::Keywords, move |_| {
            let written = sidecars::apply(&plan, &records);
            let written = written.map(|(count, failures)| (count, plan.unchanged, failures));
            TaskMessage::Keywords(KeywordMessage::Written(written))
        });
    }

    /// Undoes the last write.
    pub(in crate::app) fn undo_keywords(&mut self) {
        let records = self.services.dirs.sidecars();
        self.queue(Slot::Keywords, move |_| {
            TaskMessage::Keywords(KeywordMessage::Undone(sidecars::undo(&records)))
        });
    }

    pub(in crate::app) fn handle_keyword_message(&mut self, message: KeywordMessage) {
        let keywords = &mut self.state.keywords;
        match message {
            KeywordMessage::Planned(number, plan) => {
                if number == keywords.plans && keywords.state == KeywordState::Planning {
                    keywords.state = KeywordState::Planned(Arc::new(plan));
                }
            }
            KeywordMessage::Written(Ok((count, unchanged, failures))) => {
                keywords.state = KeywordState::Done(count, unchanged, failures);
                if count.total() > 0 {
                    // Only the last write can be undone.
                    self.state.history.forget(&HistoryStep::Keywords);
                    self.state.history.push(HistoryStep::Keywords, None);
                    self.read_metadata();
                }
            }
            KeywordMessage::Written(Err(error)) => {
                keywords.state = KeywordState::Refused(error.to_string());
            }
            KeywordMessage::Undone(undone) => self.keywords_undone(undone),
        }
    }

    fn keywords_undone(&mut self, undone: io::Result<(SidecarCount, Vec<Failure>)>) {
        match undone {
            Ok((count, kept)) => {
                let text = text::sidecars_restored(count, Digits::Grouped);
                self.state.notify(text, false);
                for failure in &kept {
                    let text = text::failure(failure, Surface::Window);
                    self.state.notify(text, true);
                }
            }
            Err(problem) => {
                let text = t!(
                    "keywords-not-undone",
                    problem = text::advised(&problem.to_string(), Surface::Window)
                );
                self.state.notify(text, true);
            }
        }
        self.read_metadata();
    }
}
