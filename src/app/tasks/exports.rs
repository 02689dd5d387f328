//! Exports from the window: planned while the dialog is open, then run, finished or undone on request.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::supervisor::Slot;
use crate::app::command::Dialog;
use crate::app::document::export_choices::ExportWhat;
use crate::app::document::export_choices::PlanSummary;
use crate::app::document::exports::{ExportRequest, ExportState};
use crate::app::document::history::HistoryStep;
use crate::app::document::library::{ItemId, LibraryItem, Snapshot};
use crate::app::document::state::{NoticeCause, State};
use crate::app::tasks::scoring::ScoringResponse;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::engine::files::paths::RootIndex;
use crate::engine::media::photo::ContentId;
use crate::engine::organize::export::journal::past;
use crate::engine::organize::export::manifest::{LabelNote, Manifest, ManifestError, ModelNote};
use crate::engine::organize::export::{
    self, ExportError, ExportItem, ExportPlan, ExportProgress, ExportReport, FittingLabel,
    PastExport, PastExportState, Transfer, UndoReport,
};
use crate::t;
use crate::text::{self, Surface};

/// Label scores and content ids of photos by path, for the manifest.
type PhotoNotes = HashMap<PathBuf, (Vec<LabelNote>, Option<ContentId>)>;

/// File name of the manifest, without extension.
const MANIFEST: &str = "lumisift-manifest";

/// Messages from the export tasks.
pub enum ExportMessage {
    /// The plan with this number is ready, or planning failed.
    Planned(u64, Result<(ExportPlan, PlanSummary), ExportError>),
    /// Progress of the running export.
    ExportProgress(ExportProgress),
    /// The export has ended.
    Done(Result<ExportReport, ExportError>),
    /// The export was undone.
    Undone(Result<UndoReport, ExportError>),
    /// Exports that were interrupted when the program was killed.
    Interrupted(Vec<PastExport>),
}

/// The photos of an export, or those whose keywords are written, with the state at the time of the request. Lists can
/// have hundreds of thousands of entries, so they are built in the background.
pub(super) struct Chosen {
    ids: Vec<ItemId>,
    pub(super) library: Snapshot,
    pub(super) response: ScoringResponse,
    roots: Vec<PathBuf>,
}

impl Chosen {
    pub(super) fn of(state: &State, what: ExportWhat, rejects: bool) -> Self {
        Self {
            ids: state.export_ids(what, rejects),
            library: state.library.snapshot().clone(),
            response: state.response.clone(),
            roots: state.memory.roots.clone(),
        }
    }

    pub(super) fn items(&self) -> impl Iterator<Item = (ItemId, &LibraryItem)> {
        let item = |id: &ItemId| Some((*id, &**self.library.items.get(*id as usize)?));
        self.ids.iter().filter_map(item)
    }

    /// The photos in the form that the export engine expects.
    fn list(&self) -> Vec<ExportItem> {
        let scored = self.response.kept();
        let roots = RootIndex::new(&self.roots);
        let item = |(id, item): (ItemId, &LibraryItem)| {
            let path = &item.file.path;
            let fitting = scored
                .fitting(id)
                .into_iter()
                .map(|(at, matched)| FittingLabel {
                    label: scored.labels[at].text.clone(),
                    matched,
                });
            ExportItem {
                source: path.clone(),
                labels: fitting.collect(),
                taken: item.facts().and_then(|facts| facts.taken.clone()),
                root: roots.around(path),
                place: None,
                is_duplicate: false,
            }
        };
        self.items().map(item).collect()
    }

    /// Label scores and content ids for the manifest.
    fn notes(&self) -> PhotoNotes {
        let scored = self.response.kept();
        let note = |id: ItemId, at: usize| {
            Some(LabelNote {
                label: scored.labels[at].text.clone(),
                matched: scored.matched(at, id)?,
                probability: scored.probability(at, id)?,
                threshold: scored.labels[at].min_match,
            })
        };
        let notes = |(id, item): (ItemId, &LibraryItem)| {
            let labels = 0..scored.labels.len();
            let facts = item.facts();
            let content = facts.and_then(|facts| facts.whole_hash(item.file.size));
            let labels = labels.filter_map(|at| note(id, at)).collect();
            (item.file.path.clone(), (labels, content))
        };
        self.items().map(notes).collect()
    }
}

impl App {
    /// Looks for interrupted exports.
    pub(in crate::app) fn find_interrupted_exports(&mut self) {
        let journals = self.services.dirs.journals();
        self.replace(Slot::Journals, move |_| {
            let interrupted = past(&journals).into_iter();
            let interrupted = interrupted.filter(|past| past.state == PastExportState::Interrupted);
            TaskMessage::Export(ExportMessage::Interrupted(interrupted.collect()))
        });
    }

    /// Plans an export and invalidates earlier plans.
    pub(in crate::app) fn plan_export(&mut self, request: ExportRequest) {
        let chosen = Chosen::of(&self.state, request.what, request.rejects);
        let options = request.options.clone();
        let exports = &mut self.state.exports;
        exports.plans += 1;
        exports.state = ExportState::Planning;
        exports.request = Some(request);
        let number = exports.plans;
        self.replace(Slot::ExportPlan, move |cancel| {
            let items = chosen.list();
            // Changes to the library copy its lists as long as a snapshot shares them.
            drop(chosen);
            let plan = export::plan_until(&items, &options, cancel);
            let plan = plan.map(|plan| {
                let summary = PlanSummary::of(&plan);
                (plan, summary)
            });
            TaskMessage::Export(ExportMessage::Planned(number, plan))
        });
    }

    /// Runs the planned export.
    pub(in crate::app) fn start_export(&mut self) {
        let exports = &mut self.state.exports;
        let (ExportState::Planned(plan), Some(request)) = (&exports.state, &exports.request) else {
            return;
        };
        let (plan, request) = (plan.clone(), request.clone());
        exports.state = ExportState::Running(ExportProgress {
            of: plan.steps.len(),
            ..ExportProgress::default()
        });
        exports.cancel = Cancel::default();
        let cancel = exports.cancel.clone();
        let noted = request
            .manifest
            .then(|| Chosen::of(&self.state, request.what, request.rejects));
        let model = self.state.session().map(|session| {
            let info = session.model().info();
            ModelNote {
                name: info.name.clone(),
                fingerprint: info.fingerprint.to_string(),
            }
        });
        self.run_export(move |journals, on_progress| {
            let mut report = export::run(&plan, journals, &cancel, on_progress)?;
            let notes = noted.map(|chosen| chosen.notes());
            let written = notes.map(|notes| write_manifest(&request, model, &mut report, &notes));
            Ok(match written {
                Some(Err(error)) => ExportReport {
                    problem: Some(report.problem.unwrap_or_else(|| error.to_string())),
                    ..report
                },
                _ => report,
            })
        });
    }

    /// Completes an interrupted export.
    pub(in crate::app) fn finish_export(&mut self, id: String) {
        let exports = &mut self.state.exports;
        exports.interrupted.retain(|past| past.id != id);
        exports.cancel = Cancel::default();
        exports.state = ExportState::Running(ExportProgress::default());
        let cancel = exports.cancel.clone();
        self.state.dialog = Some(Dialog::Export);
        self.run_export(move |journals, on_progress| {
            export::finish(journals, &id, &cancel, on_progress)
        });
    }

    fn run_export(
        &mut self,
        work: impl FnOnce(&Path, &(dyn Fn(ExportProgress) + Sync)) -> Result<ExportReport, ExportError>
        + Send
        + 'static,
    ) {
        let journals = self.services.dirs.journals();
        let (sender, notify) = (self.sender.clone(), self.notify.clone());
        self.queue(Slot::Export, move |_| {
            let progress = |progress| {
                // If the channel is full, the message is dropped: a newer one will follow.
                let message = TaskMessage::Export(ExportMessage::ExportProgress(progress));
                if sender.try_send(message).is_ok() {
                    notify();
                }
            };
            TaskMessage::Export(ExportMessage::Done(work(&journals, &progress)))
        });
    }

    /// Cancels the running export. Files that were already transferred stay.
    pub(in crate::app) fn cancel_export(&mut self) {
        self.state.exports.cancel.cancel();
    }

    /// Undoes an export.
    pub(in crate::app) fn undo_export(&mut self, id: String) {
        self.state.exports.interrupted.retain(|past| past.id != id);
        self.state.resolve_cause(NoticeCause::RuleExport);
        let journals = self.services.dirs.journals();
        self.queue(Slot::Undo, move |_| {
            TaskMessage::Export(ExportMessage::Undone(export::undo(&journals, &id)))
        });
    }

    pub(in crate::app) fn handle_export_message(&mut self, message: ExportMessage) {
        match message {
            ExportMessage::Planned(number, plan) if number == self.state.exports.plans => {
                // Ignore a plan that arrives after another export has started.
                if self.state.exports.state == ExportState::Planning {
                    let exports = &mut self.state.exports;
                    match plan {
                        Ok((plan, summary)) => {
                            exports.summary = summary;
                            exports.state = ExportState::Planned(Arc::new(plan));
                        }
                        Err(error) => exports.state = ExportState::Refused(error.to_string()),
                    }
                }
            }
            ExportMessage::Planned(..) => {}
            ExportMessage::ExportProgress(progress) => {
                if let ExportState::Running(now) = &mut self.state.exports.state {
                    *now = progress;
                }
            }
            ExportMessage::Done(Ok(report)) => self.export_done(report),
            ExportMessage::Done(Err(error)) => {
                self.state.exports.state = ExportState::Refused(error.to_string());
            }
            ExportMessage::Undone(undone) => self.export_undone(undone),
            ExportMessage::Interrupted(list) => {
                self.state.exports.interrupted = list;
                if !self.state.exports.interrupted.is_empty() && self.state.dialog.is_none() {
                    self.state.dialog = Some(Dialog::Interrupted);
                }
            }
        }
    }

    fn export_done(&mut self, report: ExportReport) {
        if !report.exported.is_empty() {
            let step = HistoryStep::Export(report.id.clone());
            self.state.history.push(step, None);
        }
        let moved = report.moved;
        let request = self.state.exports.request.as_ref();
        if moved && request.is_some_and(|request| request.what == ExportWhat::Rejected) {
            // Remove the rejection of the copies that stay, so that the next export does not include them unasked.
            let kept = self.state.rejects().kept;
            let kept: Vec<_> = kept.iter().map(|kept| kept.content).collect();
            self.forget_rejections(&kept);
        }
        self.state.exports.state = ExportState::Done(Arc::new(report));
        if moved {
            self.read_folders();
        }
    }

    fn export_undone(&mut self, undone: Result<UndoReport, ExportError>) {
        match undone {
            Ok(undone) => {
                let text = t!("export-undone", count = undone.restored);
                self.state.notify(text, false);
                for failure in &undone.kept {
                    let text = text::failure(failure, Surface::Window);
                    self.state.notify(text, true);
                }
            }
            Err(error) => self.state.notify(error.to_string(), true),
        }
        self.read_folders();
        self.request_refresh(RefreshPriority::Soon);
    }
}

fn write_manifest(
    request: &ExportRequest,
    model: Option<ModelNote>,
    report: &mut ExportReport,
    notes: &PhotoNotes,
) -> Result<(), ManifestError> {
    if report.exported.is_empty() {
        return Ok(());
    }
    report.note_contents(|source| notes.get(source)?.1);
    let target = &request.options.target;
    let transfer: Transfer = request.options.transfer;
    let known = |source: &Path| notes.get(source).map(|note| note.0.clone());
    let known = |source: &Path| known(source).unwrap_or_default();
    let manifest = Manifest::new(target, transfer, model, report, known);
    manifest.write_beside(target, MANIFEST)
}
