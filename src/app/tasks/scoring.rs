//! The scoring thread: computes embeddings, scores and the display order.
//!
//! The window sends a snapshot of its state with each request, and keeps drawing the last response. A new request
//! replaces one that is still waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use jiff::Zoned;

use crate::app::document::arrange::{ArrangeRequest, Arrangement, arrange};
use crate::app::document::filter::{Filter, Grouping, Sorting};
use crate::app::document::labels::{Label, LabelId};
use crate::app::document::library::{ItemId, Snapshot};
use crate::app::document::scored::LabelScores;
use crate::app::document::search_text::SearchText;
use crate::app::document::training_photos::TrainingPhotos;
use crate::engine::index::pipeline::Notify;
use crate::engine::index::session::Session;
use crate::engine::library::{BestFrames, IncrementalScorer, Photos};
use crate::engine::search::label_set::{Wording, label_query};
use crate::engine::search::score::Scores;
use crate::engine::search::teach::TrainingSet;
use crate::t;

/// A scoring request.
#[derive(Clone)]
pub struct ScoringRequest {
    /// Sequence number, repeated in the response.
    pub number: u64,
    /// The model and the store. Without them, the response has no scores.
    pub session: Option<Arc<Session>>,
    /// The photos.
    pub library: Snapshot,
    /// The labels.
    pub labels: Vec<Label>,
    /// The search text.
    pub search: String,
    /// The sort order.
    pub sorting: Sorting,
    /// How photos are grouped.
    pub grouping: Grouping,
    /// The label that is being typed.
    pub draft: Option<LabelId>,
    /// The filter.
    pub filter: Filter,
}

/// The result that the window displays.
#[derive(Clone, Default)]
pub struct ScoringResponse {
    /// The number of the request.
    pub number: u64,
    /// The labels of the request.
    pub labels: Vec<Label>,
    /// The label that was being typed, which is the last one.
    pub draft: Option<LabelId>,
    /// For each label, its column in the scores.
    pub columns: Vec<Option<usize>>,
    /// For each label, why it cannot be scored.
    pub problems: Vec<Option<String>>,
    /// Label scores by item.
    pub scores: Arc<Scores>,
    /// Search scores by item, if there is a search.
    pub search: Option<Arc<Scores>>,
    /// For videos, the frame that fits each label best.
    pub frames: Arc<BestFrames>,
    /// For videos, the frame that fits the search best.
    pub search_frames: Arc<BestFrames>,
    /// Why the search cannot be scored.
    pub search_problem: Option<String>,
    /// For each label, how many of its training photos above the threshold are examples, and their total.
    pub recognised: Vec<(usize, usize)>,
    /// The displayed photos in order.
    pub arrangement: Arrangement,
    /// Why the request failed as a whole.
    pub problem: Option<String>,
}

impl ScoringResponse {
    /// The scores together with their labels.
    #[must_use]
    pub fn scored(&self) -> LabelScores<'_> {
        LabelScores {
            labels: &self.labels,
            columns: &self.columns,
            scores: &self.scores,
            search: self.search.as_deref(),
        }
    }

    /// The scores without those of the label that is being typed, which exports and keywords must not use.
    #[must_use]
    pub fn kept(&self) -> LabelScores<'_> {
        let last = self.labels.last().map(|label| label.id);
        let drafts = usize::from(self.draft.is_some() && last == self.draft);
        let count = self.labels.len() - drafts;
        LabelScores {
            labels: &self.labels[..count],
            columns: self.columns.get(..count).unwrap_or_default(),
            ..self.scored()
        }
    }

    /// The index of the frame that represents a video: the one that fits the search best, otherwise the best label. 0
    /// for photos.
    #[must_use]
    pub fn best_frame(&self, item: ItemId) -> usize {
        let of_search = self
            .search
            .as_ref()
            .and_then(|_| self.search_frames.get(item, 0));
        let of_label = || {
            let (label, _) = self.scored().best(item)?;
            self.frames.get(item, (*self.columns.get(label)?)?)
        };
        of_search.or_else(of_label).unwrap_or_default()
    }

    /// The index of the video frame that fits one label best; 0 for photos.
    #[must_use]
    pub fn frame_for(&self, label: usize, item: ItemId) -> usize {
        let column = self.columns.get(label).copied().flatten();
        let frame = column.and_then(|column| self.frames.get(item, column));
        frame.unwrap_or_default()
    }

    /// Translates item ids after items were removed. Scores are dropped until the next response.
    pub fn renumber(&mut self, new: &[Option<ItemId>]) {
        let follow = |id: &ItemId| new.get(*id as usize).copied().flatten();
        self.arrangement.order = self.arrangement.order.iter().filter_map(follow).collect();
        self.arrangement.groups.clear();
        self.arrangement.best.clear();
        self.scores = Arc::default();
        self.columns.iter_mut().for_each(|column| *column = None);
        self.search = None;
        self.frames = Arc::default();
        self.search_frames = Arc::default();
    }
}

/// A handle to the scoring thread.
pub struct ScoringWorker {
    requests: Sender<Box<ScoringRequest>>,
    waiting: Receiver<Box<ScoringRequest>>,
    responses: Receiver<Box<ScoringResponse>>,
    replaced: Sender<ScoringResponse>,
}

impl ScoringWorker {
    /// Starts the thread. `notify` is called for each response.
    ///
    /// # Errors
    /// Returns an error if the thread cannot be started.
    pub fn start(notify: Notify) -> std::io::Result<Self> {
        let (requests, waiting) = bounded::<Box<ScoringRequest>>(1);
        let (response_sender, responses) = bounded(4);
        let (replaced, outdated) = bounded::<ScoringResponse>(4);
        let inbox = waiting.clone();
        std::thread::Builder::new()
            .name("lumisift-score".into())
            .spawn(move || {
                let mut kept = KeptResults::default();
                for request in inbox {
                    outdated.try_iter().for_each(drop);
                    let response = catch_unwind(AssertUnwindSafe(|| respond(&mut kept, &request)));
                    let response = response.unwrap_or_else(|_| {
                        kept = KeptResults::default();
                        panicked(&request)
                    });
                    drop(request);
                    if response_sender.send(Box::new(response)).is_err() {
                        return;
                    }
                    notify();
                }
            })?;
        Ok(Self {
            requests,
            waiting,
            responses,
            replaced,
        })
    }

    /// Sends a request, replacing one that is still waiting.
    pub fn send(&self, request: ScoringRequest) {
        let mut next = Box::new(request);
        while let Err(TrySendError::Full(back)) = self.requests.try_send(next) {
            let _ = self.waiting.try_recv();
            next = back;
        }
    }

    /// Lets the scoring thread free a response that is no longer displayed, because freeing it here would delay a frame.
    pub fn discard(&self, response: ScoringResponse) {
        // If the channel is full, it is freed here.
        let _ = self.replaced.try_send(response);
    }

    /// The newest response since the last call, if any.
    #[must_use]
    pub fn newest(&self) -> Option<Box<ScoringResponse>> {
        let mut newest = self.responses.try_recv().ok()?;
        for newer in self.responses.try_iter() {
            let outdated = std::mem::replace(&mut newest, newer);
            self.discard(*outdated);
        }
        Some(newest)
    }
}

/// The response if scoring panicked: all photos, unsorted.
fn panicked(request: &ScoringRequest) -> ScoringResponse {
    let order = 0..request.library.items.len() as ItemId;
    ScoringResponse {
        number: request.number,
        arrangement: Arrangement {
            order: order.collect(),
            ..Arrangement::default()
        },
        problem: Some(t!("scoring-crashed").into()),
        ..ScoringResponse::default()
    }
}

/// The local year and month of a timestamp.
fn month_of(today: &Zoned) -> (u32, u32) {
    let year = u32::try_from(today.year()).unwrap_or_default();
    (year, u32::try_from(today.month()).unwrap_or(1))
}

/// Results of earlier requests that later ones reuse.
#[derive(Default)]
struct KeptResults {
    scorer: IncrementalScorer,
    training: TrainingPhotos,
}

/// Computes the response to a request.
fn respond(kept: &mut KeptResults, request: &ScoringRequest) -> ScoringResponse {
    let mut response = ScoringResponse {
        number: request.number,
        labels: request.labels.clone(),
        draft: request.draft,
        columns: vec![None; request.labels.len()],
        problems: vec![None; request.labels.len()],
        ..ScoringResponse::default()
    };
    let search = SearchText::parse(&request.search, month_of(&Zoned::now()));
    if let Some(session) = &request.session {
        let scorer = &mut kept.scorer;
        score(scorer, session, request, &search.meaning, &mut response);
    }
    let training = &mut kept.training;
    response.recognised = training.recognised(&request.library, response.scored());
    let wanted = ArrangeRequest {
        sorting: request.sorting,
        grouping: request.grouping,
        filter: &request.filter,
        draft: request.draft,
        search: &search,
    };
    response.arrangement = arrange(&request.library, response.scored(), wanted);
    response
}

/// Scores the enabled labels and the meaning part of the search.
fn score(
    scorer: &mut IncrementalScorer,
    session: &Session,
    request: &ScoringRequest,
    meaning: &str,
    response: &mut ScoringResponse,
) {
    let (mut places, mut labels) = (Vec::new(), Vec::new());
    for (at, label) in request.labels.iter().enumerate().filter(|(_, l)| l.on) {
        match label.training_set() {
            Ok(training_set) => {
                places.push(at);
                labels.push(training_set);
            }
            Err(error) => response.problems[at] = Some(error.to_string()),
        }
    }
    let query = match meaning {
        "" => None,
        _ => Some(label_query(meaning, &Wording::default()).map(TrainingSet::of)),
    };
    let items = &request.library.items;
    let photos = Photos {
        count: items.len(),
        epoch: request.library.epoch,
        row: &|at| items[at].row(),
        is_video: &|at| items[at].facts().is_some_and(|facts| facts.video.is_some()),
    };
    let search = query.as_ref().and_then(|query| query.as_ref().ok());
    let result = scorer.score(session, &labels, search, photos);
    match result.scores {
        Ok(scored) => {
            (response.scores, response.frames) = (scored.scores, scored.frames);
            for (at, column) in places.into_iter().zip(result.columns) {
                match column {
                    Ok(column) => response.columns[at] = Some(column),
                    Err(error) => response.problems[at] = Some(error.to_string()),
                }
            }
        }
        Err(error) => response.problems.fill(Some(error.to_string())),
    }
    match (query, result.search) {
        (Some(Err(error)), _) => response.search_problem = Some(error.to_string()),
        (_, Some(Err(error))) => response.search_problem = Some(error.to_string()),
        (_, Some(Ok(found))) => {
            (response.search, response.search_frames) = (Some(found.scores), found.frames);
        }
        (_, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_count_from_the_clock_on_the_wall() {
        let new_year: Zoned = "2025-01-01T00:30:00+01:00[+01:00]".parse().expect("a time");
        assert_eq!(month_of(&new_year), (2025, 1));
    }
}
