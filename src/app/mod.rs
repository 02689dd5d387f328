//! The window's state and the single place that changes it.
//!
//! [`App`] owns the [`document::state::State`]. Widgets (`ui`) read it and return [`command::Command`]s, which only
//! `apply` executes. `window` owns both and the event loop. Worker threads do the rest: a job reads photos
//! (`engine::index::pipeline`), [`tasks::scoring`] scores and sorts, [`tasks::fetcher`] loads pictures. Each frame
//! handles their messages for at most a few milliseconds.

mod action;
mod action_synonyms;
mod apply;
pub mod command;
pub mod document;
mod enabled;
mod file_dialogs;
mod finding_command;
mod keys;
mod rule_command;
mod scoring_requests;
pub mod services;
mod shortcuts;
pub mod single_instance;
mod task_message;
pub mod tasks;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use egui::Context;

use crate::engine::index::pipeline::Notify;
use crate::engine::media::metadata::PhotoMetadata;
use crate::engine::media::photo::ContentId;
use crate::settings::{self, Settings};
use crate::t;
use command::{Command, Dialog, WelcomeStep};
use document::library::PhotoList;
use document::memory::SavedWindow;
use document::state::{FrameLayout, State, ViewRequest};
use scoring_requests::{PendingRequests, RefreshPriority};
use services::Services;
use task_message::TaskMessage;
use tasks::marks_writer::{MarksMessage, MarksWriter};
use tasks::pictures::StoreSlot;
use tasks::scoring::ScoringWorker;
use tasks::supervisor::{Slot, Supervisor};

/// How long closing the window waits for settings to be written.
const SAVE_TIME: Duration = Duration::from_secs(2);
/// How long closing the window waits for background tasks. An export that takes longer is offered for completion at the
/// next start.
const EXIT_TIME: Duration = Duration::from_millis(120);
/// Capacity of the channel for task results.
const MESSAGE_CAPACITY: usize = 64;

/// Requests a repaint from worker threads, at most once per frame.
struct RepaintSignal {
    ctx: Context,
    requested: AtomicBool,
}

/// The application behind the window.
pub struct App {
    state: State,
    services: Services,
    repaint: Arc<RepaintSignal>,
    notify: Notify,
    supervisor: Supervisor<TaskMessage>,
    scoring: ScoringWorker,
    store_slot: StoreSlot,
    messages: Receiver<TaskMessage>,
    sender: Sender<TaskMessage>,
    marks: Option<MarksWriter>,
    scoring_requests: PendingRequests,
    watching: tasks::watching::Watching,
    rounds: tasks::rules::RuleRounds,
    opening: u64,
    was_focused: bool,
    saved: tasks::save::SaveState,
    /// Requests to the view that are not handled yet.
    requests: Vec<ViewRequest>,
    /// Metadata that is not applied to the library yet.
    metadata: VecDeque<(PathBuf, Arc<PhotoMetadata>)>,
    /// Receives the paths of later program starts.
    instance: Option<Arc<single_instance::Instance>>,
}

impl App {
    /// Opens `paths`, or what was open at the last exit if `paths` is empty.
    ///
    /// # Errors
    /// Returns an error if a thread cannot be started.
    pub fn new(ctx: &Context, services: Services, paths: Vec<PathBuf>) -> std::io::Result<Self> {
        let (settings, broken) = settings::load::<Settings>(&services.dirs.settings_file());
        let (memory, broken_memory) = settings::load::<SavedWindow>(&services.dirs.window_file());
        let saved = tasks::save::SaveState::new(&settings, &memory);
        let repaint = Arc::new(RepaintSignal {
            ctx: ctx.clone(),
            requested: AtomicBool::new(false),
        });
        let notify: Notify = {
            let repaint = repaint.clone();
            Arc::new(move || {
                if !repaint.requested.swap(true, Ordering::AcqRel) {
                    repaint.ctx.request_repaint();
                }
            })
        };
        let store_slot = StoreSlot::default();
        let (sender, messages) = bounded(MESSAGE_CAPACITY);
        let supervisor = Supervisor::new(sender.clone(), notify.clone(), TaskMessage::TaskPanicked);
        let mut app = Self {
            state: new_state(settings, memory),
            scoring: ScoringWorker::start(notify.clone())?,
            services,
            repaint,
            notify,
            supervisor,
            store_slot,
            messages,
            sender,
            marks: None,
            scoring_requests: PendingRequests::new(),
            watching: tasks::watching::Watching::default(),
            rounds: tasks::rules::RuleRounds::default(),
            opening: 0,
            was_focused: true,
            saved,
            requests: Vec::new(),
            metadata: VecDeque::new(),
            instance: None,
        };
        for notice in broken.into_iter().chain(broken_memory) {
            app.state.notify(notice, true);
        }
        app.open_marks();
        let alone = app.state.memory.rejected_alone.iter();
        let alone: Vec<_> = alone
            .map(|copy| (copy.path.clone(), Some(ContentId(copy.content))))
            .collect();
        app.state.library.reject_individually(&alone);
        app.find_interrupted_exports();
        app.read_rules();
        if !paths.is_empty() {
            app.state.memory.roots.clear();
            app.add_roots(paths);
        }
        app.welcome_once();
        Ok(app)
    }

    /// Shows the welcome dialog on the first start if no paths were given.
    fn welcome_once(&mut self) {
        let memory = &mut self.state.memory;
        let is_new = !memory.was_welcomed && memory.roots.is_empty() && memory.recent.is_empty();
        memory.was_welcomed = true;
        if is_new && self.state.dialog.is_none() {
            self.state.dialog = Some(Dialog::Welcome(WelcomeStep::Language));
        }
    }

    /// The window's state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether the displayed response is up to date with the user's input.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.scoring_requests.priority == RefreshPriority::Nothing
            && self.scoring_requests.answered == self.scoring_requests.number
            && self.metadata.is_empty()
    }

    /// The slot that contains the store once it is open.
    #[must_use]
    pub fn store_slot(&self) -> &StoreSlot {
        &self.store_slot
    }

    /// Requests a repaint; can be called from any thread.
    #[must_use]
    pub fn notify(&self) -> &Notify {
        &self.notify
    }

    /// Takes the pending requests to the view.
    pub fn take_requests(&mut self) -> Vec<ViewRequest> {
        std::mem::take(&mut self.requests)
    }

    fn request_view(&mut self, request: ViewRequest) {
        self.requests.push(request);
    }

    /// Executes a command as if the user had issued it.
    pub fn command(&mut self, command: Command) {
        self.apply(command);
    }

    fn open_marks(&mut self) {
        let file = self.services.dirs.marks_file();
        match MarksWriter::start(&file, self.sender.clone(), self.notify.clone()) {
            Ok((writer, known)) => {
                self.state.library = PhotoList::new(known);
                self.marks = Some(writer);
            }
            Err(error) => {
                let text = t!("no-thread-for-decisions", error = error);
                self.state.persistent_notices.marks = Some(text);
            }
        }
    }

    fn handle_marks_message(&mut self, message: MarksMessage) {
        match message {
            MarksMessage::Known(known) => {
                self.state.library.decide(&known);
                self.request_refresh(RefreshPriority::Now);
            }
            MarksMessage::Problem(problem) => self.state.persistent_notices.marks = problem,
            MarksMessage::Notice(text) => self.state.notify(text, true),
        }
    }
}

/// Called by the window once per frame, in this order.
impl App {
    /// Handles messages from worker threads for at most a few milliseconds, and starts due tasks.
    pub fn begin_frame(&mut self, ctx: &Context) {
        self.repaint.requested.store(false, Ordering::Release);
        // Loading the model occupies all cores for a moment, so the first frame is painted before that.
        match self.opening {
            0 if ctx.cumulative_frame_nr() > 0 => self.open_session(),
            0 => ctx.request_repaint(),
            _ => {}
        }
        self.open_handed_over(ctx);
        self.handle_task_messages();
        self.apply_metadata();
        self.handle_events();
        self.take_response();
        self.reopen_outdated_store();
        self.detect_changes(ctx);
        self.check_watched_folders(ctx);
        self.run_due_rules(ctx);
        self.start_heat_map();
        self.send_scoring_request();
        self.save_changes();
        if let Some(left) = self.state.forget_seen() {
            ctx.request_repaint_after(left);
        }
        if self.state.work.behind {
            ctx.request_repaint();
        }
    }

    /// Stores the layout of the frame, then executes its commands.
    pub fn end_frame(&mut self, drawn: FrameLayout, commands: Vec<Command>) {
        self.state.memory.window = drawn.size;
        if let Some(grid) = drawn.grid {
            self.state.grid = grid;
        }
        if let Some(moved) = drawn.viewer {
            self.state.viewer = Some(moved);
        }
        for command in commands {
            self.apply(command);
        }
        self.send_scoring_request();
    }

    /// Saves pending changes and ends all tasks.
    pub fn exit(&mut self) {
        self.remember_download_rate();
        self.save_now();
        self.stop_rules();
        for slot in [Slot::Save, Slot::RuleFile] {
            self.supervisor.wait_for(slot, SAVE_TIME);
        }
        if let Some(job) = self.state.work.job.take() {
            job.end_within(EXIT_TIME);
        }
        self.supervisor.end_within(EXIT_TIME);
    }
}

fn new_state(settings: Settings, memory: SavedWindow) -> State {
    State {
        settings,
        memory: memory.at_start(),
        session: document::state::SessionState::Loading,
        store_size: None,
        models: document::models::Models::default(),
        library: PhotoList::default(),
        draft: String::new(),
        search: String::new(),
        open_label: None,
        pending_training: None,
        search_order: None,
        response: tasks::scoring::ScoringResponse::default(),
        selection: document::selection::Selection::default(),
        viewer: None,
        panels_hidden: false,
        grid: document::state::GridState::default(),
        work: document::state::BackgroundWork::default(),
        exports: document::exports::Exports::default(),
        keywords: document::keywords::KeywordWork::default(),
        overview: document::overview::Overview::default(),
        clusters: document::clusters::Clusters::default(),
        rules: document::rules::Rules::default(),
        questions: None,
        heat: document::heat::Heat::default(),
        dialog: None,
        path_problem: None,
        notices: Vec::new(),
        past_notices: std::collections::VecDeque::new(),
        persistent_notices: document::state::PersistentNotices::default(),
        history: document::history::History::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Dirs;

    /// Timeout of the tests.
    pub(in crate::app) const TEST_TIMEOUT: Duration = Duration::from_secs(20);

    /// An application with all of its files in one folder.
    pub(in crate::app) fn app(home: &Path) -> App {
        let dirs = Dirs::within(home);
        App::new(&Context::default(), Services::real(dirs), Vec::new()).expect("threads")
    }
}
