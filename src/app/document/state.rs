//! The window's state. Panels read it; only `app::apply` changes it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrange::Heading;
use super::filter::{Grouping, Sorting};
use super::grid_layout::{GAP, GridLayout, HEADER};
use super::heaps::Heaps;
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

/// Folders that are offered again.
pub const RECENT: usize = 10;
/// Earlier labels that are suggested.
pub const PAST_LABELS: usize = 40;
/// Sides of thumbnails in points.
pub const CELL_SIDES: std::ops::RangeInclusive<f32> = 80.0..=320.0;

/// The model and the store.
#[derive(Default)]
pub enum SessionState {
    /// Being opened.
    #[default]
    Loading,
    /// Ready.
    Ready(engine::library::Library),
    /// Not to be had, and why.
    Failed(String),
}

/// The work in the background.
#[derive(Default)]
pub struct BackgroundWork {
    /// The running job.
    pub job: Option<JobHandle>,
    /// Counts jobs.
    pub generation: u64,
    /// How far the last job is.
    pub progress: Progress,
    /// What the last job did, once it is over.
    pub summary: Option<Summary>,
    /// Folders and files that could not even be looked at.
    pub unreachable: Vec<Failure>,
    /// Whether events of the job wait.
    pub behind: bool,
}

impl BackgroundWork {
    /// Whether photos are being read.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.job.is_some() && self.progress.phase != Phase::Done
    }

    /// Whether the job is held up.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.job.as_ref().is_some_and(JobHandle::is_paused)
    }
}

/// A label that was given examples, until it is known what that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaughtLabel {
    /// Which.
    pub label: LabelId,
    /// How many photos fitted before.
    pub before: usize,
    /// The first answer that knows of the examples.
    pub answer: u64,
}

/// Rejects that are put away, and copies of them that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejects {
    /// What goes.
    pub going: Vec<ItemId>,
    /// What stays, because it would be the last copy and was not rejected itself.
    pub kept: Vec<RejectedCopy>,
}

/// A copy that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectedCopy {
    /// Which.
    pub item: ItemId,
    /// Its content.
    pub content: ContentId,
    /// How many copies there are, this one included.
    pub copies: usize,
}

/// Where a frame put things on the screen.
#[derive(Default)]
pub struct FrameLayout {
    /// Size of the window in points.
    pub size: [f32; 2],
    /// The layout of the grid's cells, if there is a grid.
    pub grid: Option<GridState>,
    /// Where the photo that is seen large was moved and zoomed to.
    pub viewer: Option<Viewer>,
}

/// What the state asks of the view, which alone knows text that is being typed and where the keyboard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewRequest {
    /// A dialog was opened or closed: reset it.
    BeginDialog,
    /// Choose the rejects and a move in the export dialog that opens next.
    ExportRejects,
    /// Give the field for new labels the keyboard.
    FocusLabelBox,
    /// Give the search box the keyboard.
    FocusSearchBox,
    /// Give the next pane the keyboard.
    NextPane,
    /// Request thumbnails again: a store was opened.
    RetryThumbnails,
    /// Fetch a photo's thumbnail again: there is a better one.
    RenewThumbnail(ContentId),
}

/// Where the grid is.
#[derive(Default)]
pub struct GridState {
    /// Points scrolled down from the top.
    pub offset: f64,
    /// Height of what is seen, in points.
    pub height: f32,
    /// Where the cells of the last frame lay.
    pub layout: Option<Arc<GridLayout>>,
    /// Of which answer it is.
    pub answer: u64,
    /// A photo and where its top was on the screen, to be there again in the next layout.
    pub anchor: Option<(ItemId, f32)>,
}

impl GridState {
    /// Scrolls no farther than to the ends of a layout.
    pub fn clamp(&mut self, layout: &GridLayout) {
        let end = (layout.height() - f64::from(self.height)).max(0.0);
        self.offset = self.offset.clamp(0.0, end);
    }
}

/// What a message is about, so that it goes when that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeCause {
    /// Folders that could not be read.
    Reading,
    /// Labels that could not be scored.
    Scoring,
}

/// A message: it goes when a person takes it away, when its cause is over, or by itself if nothing went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One sentence.
    pub text: String,
    /// Whether something went wrong.
    pub bad: bool,
    /// What it is about.
    pub cause: Option<NoticeCause>,
    /// When it was posted.
    pub since: Instant,
}

impl Notice {
    /// Whether it has been seen long enough: what went wrong never has.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        !self.bad && now.saturating_duration_since(self.since) >= NOTICE_TIME
    }
}

/// How long a message stays that needs no answer.
pub const NOTICE_TIME: Duration = Duration::from_secs(8);

/// Messages that stay as long as what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StandingNotices {
    /// Why decisions are not in their database.
    pub marks: Option<String>,
    /// Why results wait to be written into the store.
    pub store: Option<String>,
    /// Why settings are not in their file.
    pub settings: Option<String>,
}

/// Everything that the window knows.
pub struct State {
    /// What a person chose.
    pub settings: Settings,
    /// What comes back at the next start.
    pub memory: SavedWindow,
    /// The model and the store.
    pub session: SessionState,
    /// The models that can be chosen.
    pub models: Models,
    /// How much the store holds, once it was asked.
    pub store_size: Option<StoreSize>,
    /// The photos.
    pub library: PhotoList,
    /// The label whose threshold and members are shown.
    pub open_label: Option<LabelId>,
    /// The label that was given examples just now.
    pub pending_training: Option<TaughtLabel>,
    /// What is typed as a label but not added yet.
    pub draft: String,
    /// What is typed into the search box.
    pub search: String,
    /// The order and the groups of what is searched for, in place of those that come back at the next start; none while
    /// nothing is.
    pub search_order: Option<(Sorting, Grouping)>,
    /// The last scores and order.
    pub answer: ScoringResponse,
    /// The chosen photos.
    pub selection: Selection,
    /// What is seen large.
    pub viewer: Option<Viewer>,
    /// Whether only photos are seen, and nothing around them.
    pub panels_hidden: bool,
    /// Where the grid is.
    pub grid: GridState,
    /// The work in the background.
    pub work: BackgroundWork,
    /// Exports.
    pub exports: Exports,
    /// Keywords on their way into sidecars or photos.
    pub keywords: KeywordWork,
    /// The look over all photos.
    pub overview: Overview,
    /// Heaps that are proposed.
    pub heaps: Heaps,
    /// Rules for photos that arrive.
    pub rules: Rules,
    /// Questions about a label, while they are asked.
    pub questions: Option<Questioning>,
    /// Where the current label is seen in a photo.
    pub heat: Heat,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// What is wrong with the path that was typed.
    pub path_problem: Option<String>,
    /// Messages.
    pub notices: Vec<Notice>,
    /// Messages of this run, the last first.
    pub said: VecDeque<Notice>,
    /// Messages that cannot be taken away.
    pub standing: StandingNotices,
    /// What can be undone.
    pub history: History,
}

impl State {
    /// Remembers where a photo is on the screen, because the order or the cells are about to change: the
    /// one under the keyboard's cursor if it is seen, otherwise the first one unless the grid is at its top.
    pub fn keep_place(&mut self) {
        let Some(layout) = &self.grid.layout else {
            return;
        };
        let order = &self.answer.arrangement.order;
        let offset = self.grid.offset;
        let seen = layout.visible(offset, offset + f64::from(self.grid.height));
        let seen = seen.start.min(order.len())..seen.end.min(order.len());
        let cursor = self.selection.cursor;
        let place = seen.clone().find(|at| Some(order[*at]) == cursor);
        let place = place.or_else(|| seen.clone().next().filter(|_| offset > 0.0));
        self.grid.anchor = place.map(|at| (order[at], (layout.top(at) - offset) as f32));
    }

    /// Scrolls to the photos of a label, with the heading over them in sight.
    pub fn go_to(&mut self, id: LabelId) {
        if let Some(item) = self.first_of(id) {
            self.grid.anchor = Some((item, HEADER + GAP));
        }
    }

    /// One item.
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

    /// The order in which photos are shown.
    #[must_use]
    pub fn sorting(&self) -> Sorting {
        self.search_order
            .map_or(self.memory.sorting, |(sorting, _)| sorting)
    }

    /// What photos are put together by.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        self.search_order
            .map_or(self.memory.grouping, |(_, grouping)| grouping)
    }

    /// The label that is being typed, from its first letter on.
    #[must_use]
    pub fn draft_label(&self) -> Option<Label> {
        let typed = super::labels::typed(&self.draft)?;
        super::labels::new_label(&self.memory.labels, self.memory.next_label, typed).ok()
    }

    /// Orders and filters by labels that are gone are forgotten.
    pub fn forget_gone_labels(&mut self) {
        self.memory.forget_gone_labels();
        if let Some((sorting, _)) = &mut self.search_order
            && self.memory.sorts_by_gone_label(*sorting)
        {
            *sorting = Sorting::of_search();
        }
    }

    /// The first of the photos of a label in what is shown.
    #[must_use]
    pub fn first_of(&self, id: LabelId) -> Option<ItemId> {
        let scored = self.answer.scored();
        let place = scored.place(id)?;
        let arrangement = &self.answer.arrangement;
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

    /// How many files and folders could not be used.
    #[must_use]
    pub fn failure_count(&self) -> usize {
        self.library.failure_count() + self.work.unreachable.len()
    }
}
