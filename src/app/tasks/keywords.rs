//! Writing keywords to sidecars from the window: planned while the dialog is open, then written or undone on request.

use std::io;
use std::sync::Arc;

use super::exports::Chosen;
use super::supervisor::Slot;
use crate::app::document::history::HistoryStep;
use crate::app::document::keywords::{KeywordRequest, KeywordState, KeywordSummary};
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::{App, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::engine::media::photo::Failure;
use crate::engine::organize::sidecars::{self, SidecarCount, SidecarEdit, SidecarPlan};
use crate::t;
use crate::text::{self, Digits, Surface};

/// Messages from the keyword tasks.
pub enum KeywordMessage {
    /// The plan with this number is ready, with its totals.
    Planned(u64, SidecarPlan, KeywordSummary),
    /// The number of written and unchanged files, and the failures; or why nothing could be written.
    Written(io::Result<(SidecarCount, usize, Vec<Failure>)>),
    /// The number of restored files, and those that could not be restored.
    Undone(io::Result<(SidecarCount, Vec<Failure>)>),
}

impl Chosen {
    /// The changes to write. Drops the snapshot, because changes to the library copy whatever is still shared, and
    /// reading the sidecars takes a while.
    fn into_edits(self, request: &KeywordRequest, cancel: &Cancel) -> Vec<SidecarEdit> {
        let scored = self.response.kept();
        let edit = |(id, item): (ItemId, &LibraryItem)| {
            let fitting = match request.labels {
                true => scored.fitting(id),
                false => Vec::new(),
            };
            let texts = fitting.into_iter();
            let texts = texts.map(|(at, _)| scored.labels[at].text.clone());
            let mark = self.library.marks.get(id as usize).copied();
            let description = request.contents.descriptions.then(|| {
                let taken = item.facts().and_then(|facts| facts.taken.as_ref());
                let taken = taken.map(|taken| taken.as_str());
                self.library.findings.description(id, taken)
            });
            request.contents.edit(
                item.file.path.clone(),
                texts.collect(),
                mark.unwrap_or_default(),
                description.flatten(),
            )
        };
        let items = self.items().take_while(|_| !cancel.is_cancelled());
        items.filter_map(edit).collect()
    }
}

impl App {
    /// Plans the changes and invalidates earlier plans.
    pub(in crate::app) fn plan_keywords(&mut self, request: KeywordRequest) {
        let chosen = Chosen::of(&self.state, request.what, true);
        let keywords = &mut self.state.keywords;
        keywords.plans += 1;
        keywords.state = KeywordState::Planning;
        keywords.request = Some(request.clone());
        let number = keywords.plans;
        self.replace(Slot::KeywordPlan, move |cancel| {
            let edits = chosen.into_edits(&request, cancel);
            let Some(plan) = sidecars::plan_until(&edits, request.way, cancel) else {
                return TaskMessage::Done;
            };
            let summary = KeywordSummary::of(&plan);
            TaskMessage::Keywords(KeywordMessage::Planned(number, plan, summary))
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
            KeywordMessage::Planned(number, plan, summary) => {
                if number == keywords.plans && keywords.state == KeywordState::Planning {
                    keywords.summary = summary;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::export_choices::ExportWhat;
    use crate::app::document::library::tests::item;
    use crate::app::tests::app;
    use crate::engine::media::metadata::Additions;
    use crate::engine::media::photo::ContentId;
    use crate::engine::organize::marks::{Flag, Mark};
    use crate::engine::organize::sidecars::{SidecarContents, SidecarPlacement};

    #[test]
    fn edits_are_made_from_the_state_at_the_time_of_the_request() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let library = &mut app.state.library;
        library.put(item("a.jpg", 1), 1);
        library.put(item("b.jpg", 2), 1);
        let rejected = Mark {
            flag: Flag::Reject,
            ..Mark::default()
        };
        let starred = Mark {
            stars: 3,
            flag: Flag::Pick,
            ..Mark::default()
        };
        let [a, b] = [1, 2].map(|content| ContentId([content; 32]));
        library.decide(&[(a, Some(rejected)), (b, Some(starred))]);
        app.state.response.arrangement.order = vec![1, 0];
        let request = KeywordRequest {
            what: ExportWhat::Shown,
            labels: true,
            contents: SidecarContents {
                stars: true,
                rejects: true,
                ..SidecarContents::default()
            },
            way: SidecarPlacement::default(),
        };
        let chosen = || Chosen::of(&app.state, request.what, true);
        let (before, cancelled) = (chosen(), chosen());
        app.state.library.decide(&[(a, None), (b, None)]);
        let edit = |photo: &str, rating| SidecarEdit {
            photo: photo.into(),
            additions: Additions {
                rating: Some(rating),
                ..Additions::default()
            },
        };
        let cancel = Cancel::default();
        let edits = before.into_edits(&request, &cancel);
        assert_eq!(edits, [edit("b.jpg", 3), edit("a.jpg", -1)]);
        cancel.cancel();
        assert!(cancelled.into_edits(&request, &cancel).is_empty());
        assert_eq!(sidecars::plan_until(&edits, request.way, &cancel), None);
    }
}
