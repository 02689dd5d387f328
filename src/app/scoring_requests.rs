//! Scoring requests: how urgent they are, when they are sent, and what their responses change.

use std::mem;
use std::time::{Duration, Instant};

use super::App;
use super::document::labels::LabelId;
use super::document::library::Snapshot;
use super::document::state::NoticeCause;
use super::tasks::scoring::ScoringRequest;

/// Minimum interval between scoring requests while results stream in.
const STREAM_INTERVAL: Duration = Duration::from_millis(250);

/// How urgently a scoring request must be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RefreshPriority {
    /// No request is due.
    #[default]
    Nothing,
    /// Photos arrived: send soon, keep the scroll position.
    Soon,
    /// The user changed thresholds, filters or marks: send now, keep the scroll position.
    Now,
    /// The user changed the query: send now, scroll to the top.
    FromTop,
}

/// The scoring requests in flight.
pub(super) struct PendingRequests {
    pub(super) priority: RefreshPriority,
    pub(super) number: u64,
    /// Responses with lower numbers use outdated item ids.
    pub(super) valid_from: u64,
    pub(super) answered: u64,
    /// The first unanswered request whose response scrolls the grid to the top.
    top_from: Option<u64>,
    /// The label to scroll to once the newest request is answered.
    pub(super) goal: Option<LabelId>,
    last: Instant,
}

impl PendingRequests {
    pub(super) fn new() -> Self {
        Self {
            priority: RefreshPriority::FromTop,
            number: 0,
            valid_from: 0,
            answered: 0,
            top_from: None,
            goal: None,
            last: Instant::now(),
        }
    }
}

impl App {
    pub(super) fn request_refresh(&mut self, priority: RefreshPriority) {
        self.scoring_requests.priority = self.scoring_requests.priority.max(priority);
    }

    /// Sends a scoring request if one is due.
    pub(super) fn send_scoring_request(&mut self) {
        let priority = self.scoring_requests.priority;
        let busy = self.scoring_requests.answered < self.scoring_requests.number;
        let wait = STREAM_INTERVAL.saturating_sub(self.scoring_requests.last.elapsed());
        if priority == RefreshPriority::Nothing || (priority == RefreshPriority::Soon && busy) {
            return;
        }
        if priority == RefreshPriority::Soon && !wait.is_zero() {
            self.repaint.ctx.request_repaint_after(wait);
            return;
        }
        self.scoring_requests.priority = RefreshPriority::Nothing;
        self.scoring_requests.number += 1;
        self.scoring_requests.last = Instant::now();
        if priority == RefreshPriority::FromTop {
            self.state.selection.set_marked_at(None);
            self.scoring_requests
                .top_from
                .get_or_insert(self.scoring_requests.number);
        }
        let draft = self.state.draft_label();
        let draft_id = draft.as_ref().map(|label| label.id);
        let library = Snapshot {
            lines: self.state.memory.lines,
            folded: self.state.folds_stacks(),
            ..self.state.library.snapshot().clone()
        };
        self.scoring.send(ScoringRequest {
            number: self.scoring_requests.number,
            session: self.state.session().cloned(),
            library,
            labels: { self.state.memory.labels.iter().cloned() }
                .chain(draft)
                .collect(),
            search: self.state.search.clone(),
            sorting: self.state.sorting(),
            grouping: self.state.grouping(),
            draft: draft_id,
            filter: self.state.memory.filter.clone(),
        });
    }

    pub(super) fn take_response(&mut self) {
        let Some(response) = self.scoring.newest() else {
            return;
        };
        self.scoring_requests.answered = response.number;
        if response.number < self.scoring_requests.valid_from {
            return self.scoring.discard(*response);
        }
        if let Some(problem) = &response.problem {
            self.state.notify_of(NoticeCause::Scoring, problem.clone());
        } else {
            self.state.resolve_cause(NoticeCause::Scoring);
        }
        if self
            .scoring_requests
            .top_from
            .is_some_and(|from| from <= response.number)
        {
            self.scoring_requests.top_from = None;
            self.state.grid.offset = 0.0;
        } else {
            self.state.keep_place();
        }
        let outdated = mem::replace(&mut self.state.response, *response);
        self.scoring.discard(outdated);
        if let Some(label) = self.scoring_requests.goal
            && self.state.response.number == self.scoring_requests.number
        {
            self.scoring_requests.goal = None;
            self.state.go_to(label);
        }
        self.report_training();
    }
}
