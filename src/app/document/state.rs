//! The window's state. Widgets read it; only `app::apply` changes it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrange::Heading;
use super::clusters::Clusters;
use super::filter::{Grouping, Sorting};
use super::grid_layout::{GAP, GridLayout, HEADER};
use super::heat::Heat;
use super::history::History;
use super::labels::{Label, LabelId};
use super::library::{ItemId, LibraryItem, PhotoList};
use super::memory::SavedWindow;
use super::overview::Overview;
use super::questioning::Questioning;
use super::rules::Rules;
use super::selection::Selection;
use super::viewer::Viewer;
use crate::app::command::Dialog;
use crate::app::document::exports::Exports;
use crate::app::document::keywords::KeywordWork;
use crate::app::document::models::Models;
use crate::app::tasks::scoring::ScoringResponse;
use crate::engine;
use crate::engine::index::pipeline::{JobHandle, Phase, Progress, Summary};
use crate::engine::index::session::Session;
use crate::engine::index::store::StoreSize;
use crate::engine::media::photo::{ContentId, Failure};
use crate::settings::Settings;

/// Maximum number of recent folders.
pub const RECENT: usize = 10;
/// Maximum number of earlier labels that are suggested.
pub const PAST_LABELS: usize = 40;
/// The range of thumbnail sizes in points.
pub const CELL_SIDES: std::ops::RangeInclusive<f32> = 80.0..=320.0;

/// State of the session, which owns the model and the store.
#[derive(Default)]
pub enum SessionState {
    /// It is being opened.
    #[default]
    Loading,
    /// It is ready.
    Ready(engine::library::Library),
    /// It could not be opened, with the reason.
    Failed(String),
}

/// State of reading photos in the background.
#[derive(Default)]
pub struct BackgroundWork {
    /// The running job.
    pub job: Option<JobHandle>,
    /// Number of the current job.
    pub generation: u64,
    /// Progress of the last job.
    pub progress: Progress,
    /// Result of the last job, once it is over.
    pub summary: Option<Summary>,
    /// Folders and files that could not be accessed.
    pub unreachable: Vec<Failure>,
    /// Whether unhandled events are left for the next frame.
    pub behind: bool,
}

impl BackgroundWork {
    /// Whether photos are being read.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.job.is_some() && self.progress.phase != Phase::Done
    }

    /// Whether the job is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.job.as_ref().is_some_and(JobHandle::is_paused)
    }
}

/// A label with new examples, whose effect is reported once known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaughtLabel {
    /// The label.
    pub label: LabelId,
    /// How many photos fitted before.
    pub before: usize,
    /// The first response that takes the examples into account.
    pub response: u64,
}

/// The rejects to be removed, and copies of them that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    /// Photos to be removed.
    pub to_remove: Vec<ItemId>,
    /// Photos that stay, because each is the last copy and was not rejected directly.
    pub kept: Vec<RejectedCopy>,
}

/// A copy that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectedCopy {
    /// The photo.
    pub item: ItemId,
    /// Its content.
    pub content: ContentId,
    /// Total number of copies, including this one.
    pub copies: usize,
}

/// The layout of a frame, which is needed for the next one.
#[derive(Default)]
pub struct FrameLayout {
    /// Window size in points.
    pub size: [f32; 2],
    /// State of the grid, if visible.
    pub grid: Option<GridState>,
    /// The photo in the viewer, with its pan and zoom, if open.
    pub viewer: Option<Viewer>,
}

/// Requests to the view, which owns transient state such as text being typed and the keyboard focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewRequest {
    /// A dialog was opened or closed: reset its transient state.
    BeginDialog,
    /// Make the next export dialog start with moving the rejects.
    ExportRejects,
    /// Focus the field for new labels.
    FocusLabelBox,
    /// Focus the search box.
    FocusSearchBox,
    /// Move the focus to the next pane.
    NextPane,
    /// Request missing thumbnails again, because a store was opened.
    RetryThumbnails,
    /// Reload a photo's thumbnail, because there is a better one.
    RenewThumbnail(ContentId),
}

/// Scroll state and layout of the grid.
#[derive(Default)]
pub struct GridState {
    /// Scroll offset in points.
    pub offset: f64,
    /// Height of the viewport in points.
    pub height: f32,
    /// The layout of the last frame.
    pub layout: Option<Arc<GridLayout>>,
    /// The number of the response to which the layout belongs.
    pub response: u64,
    /// A photo and its top relative to the viewport, to be restored in the next layout.
    pub anchor: Option<(ItemId, f32)>,
}

impl GridState {
    /// Limits the scroll offset to the content of a layout.
    pub fn clamp(&mut self, layout: &GridLayout) {
        let end = (layout.height() - f64::from(self.height)).max(0.0);
        self.offset = self.offset.clamp(0.0, end);
    }
}

/// The cause of a notification, which is removed once the cause is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeCause {
    /// Folders that could not be read.
    Reading,
    /// Labels that could not be scored.
    Scoring,
    /// Examples that changed how many photos fit a label.
    Training,
    /// Rejects that were moved to the trash.
    Trash,
    /// Copies that were rejected.
    Copies,
    /// Photos that rules have marked.
    RuleMarks,
    /// Photos that rules have copied or moved.
    RuleExport,
}

/// A notification (toast). It disappears when dismissed or resolved, or after a timeout if it is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The text, one sentence.
    pub text: String,
    /// Whether it is an error.
    pub is_error: bool,
    /// Its cause, if that can be resolved.
    pub cause: Option<NoticeCause>,
    /// When it was shown.
    pub since: Instant,
}

impl Notice {
    /// Whether it has timed out. Errors never do.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        !self.is_error && now.saturating_duration_since(self.since) >= NOTICE_TIME
    }
}

/// How long notifications other than errors stay.
pub const NOTICE_TIME: Duration = Duration::from_secs(8);

/// Warnings that stay as long as the problem persists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersistentNotices {
    /// Why marks are not in their database.
    pub marks: Option<String>,
    /// Why results cannot be written to the store yet.
    pub store: Option<String>,
    /// Why settings could not be saved.
    pub settings: Option<String>,
}

/// The state of the window.
pub struct State {
    /// The settings.
    pub settings: Settings,
    /// State that is restored at the next start.
    pub memory: SavedWindow,
    /// The model and the store.
    pub session: SessionState,
    /// The available models.
    pub models: Models,
    /// The size of the store, once measured.
    pub store_size: Option<StoreSize>,
    /// The photos.
    pub library: PhotoList,
    /// The label whose details are open.
    pub open_label: Option<LabelId>,
    /// The label that has just been given examples.
    pub pending_training: Option<TaughtLabel>,
    /// The text in the field for new labels.
    pub draft: String,
    /// The search text.
    pub search: String,
    /// The sort order and grouping of the current search, which temporarily replace the saved ones.
    pub search_order: Option<(Sorting, Grouping)>,
    /// The last scoring response.
    pub response: ScoringResponse,
    /// The selection.
    pub selection: Selection,
    /// The viewer, if open.
    pub viewer: Option<Viewer>,
    /// Whether all panels are hidden.
    pub panels_hidden: bool,
    /// The grid.
    pub grid: GridState,
    /// Reading photos.
    pub work: BackgroundWork,
    /// Exports.
    pub exports: Exports,
    /// Writing keywords.
    pub keywords: KeywordWork,
    /// The analysis of all photos.
    pub overview: Overview,
    /// Suggested clusters.
    pub clusters: Clusters,
    /// Rules for new photos.
    pub rules: Rules,
    /// Questions about a label, while their dialog is open.
    pub questions: Option<Questioning>,
    /// The heat map.
    pub heat: Heat,
    /// The open dialog.
    pub dialog: Option<Dialog>,
    /// The error about the typed path.
    pub path_problem: Option<String>,
    /// Visible notifications.
    pub notices: Vec<Notice>,
    /// All notifications since the start, last one first.
    pub past_notices: VecDeque<Notice>,
    /// Warnings that cannot be dismissed.
    pub persistent_notices: PersistentNotices,
    /// The undo history.
    pub history: History,
}

impl State {
    /// Saves the scroll anchor before the order or layout changes: the cursor's photo if visible, otherwise the first
    /// visible photo, or none at the top of the grid.
    pub fn keep_place(&mut self) {
        let Some(layout) = &self.grid.layout else {
            return;
        };
        let order = &self.response.arrangement.order;
        let offset = self.grid.offset;
        let seen = layout.visible(offset, offset + f64::from(self.grid.height));
        let seen = seen.start.min(order.len())..seen.end.min(order.len());
        let cursor = self.selection.cursor;
        let place = seen.clone().find(|at| Some(order[*at]) == cursor);
        let place = place.or_else(|| seen.clone().next().filter(|_| offset > 0.0));
        self.grid.anchor = place.map(|at| (order[at], (layout.top(at) - offset) as f32));
    }

    /// Scrolls to the photos of a label, with their heading visible.
    pub fn go_to(&mut self, id: LabelId) {
        if let Some(item) = self.first_of(id) {
            self.grid.anchor = Some((item, HEADER + GAP));
        }
    }

    /// The item with an id.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&Arc<LibraryItem>> {
        self.library.get(id)
    }

    /// The session, if it is ready.
    #[must_use]
    pub fn session(&self) -> Option<&Arc<Session>> {
        match &self.session {
            SessionState::Ready(library) => Some(library.session()),
            _ => None,
        }
    }

    /// The effective sort order.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        self.search_order
            .map_or(self.memory.sorting, |(sorting, _)| sorting)
    }

    /// The effective grouping.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        self.search_order
            .map_or(self.memory.grouping, |(_, grouping)| grouping)
    }

    /// The draft label: the text being typed, once it contains a word and is not a label already.
    #[must_use]
    pub fn draft_label(&self) -> Option<Label> {
        let typed = super::labels::typed(&self.draft)?;
        super::labels::new_label(&self.memory.labels, self.memory.next_label, typed).ok()
    }

    /// Resets sort orders and filters that refer to removed labels.
    pub fn forget_removed_labels(&mut self) {
        self.memory.forget_removed_labels();
        if let Some((sorting, _)) = &mut self.search_order
            && self.memory.sorts_by_removed_label(*sorting)
        {
            *sorting = Sorting::of_search();
        }
    }

    /// The first displayed photo that belongs to a label.
    #[must_use]
    pub fn first_of(&self, id: LabelId) -> Option<ItemId> {
        let scored = self.response.scored();
        let place = scored.place(id)?;
        let arrangement = &self.response.arrangement;
        let group = arrangement
            .groups
            .iter()
            .find(|group| group.heading == Heading::Label(place));
        match group {
            Some(group) => arrangement.order.get(group.first).copied(),
            None => {
                let mut shown = arrangement.order.iter().copied();
                shown.find(|item| scored.fits(place, *item))
            }
        }
    }

    /// The number of files and folders that could not be read.
    #[must_use]
    pub fn failure_count(&self) -> usize {
        self.library.failure_count() + self.work.unreachable.len()
    }
}
