//! The thread that answers questions: texts to vectors, vectors to scores, scores to an order.
//!
//! The window asks with a snapshot of all it knows and goes on drawing the last answer. Only the newest
//! question waits; what an earlier one computed is used again: a label's vector while its text stays,
//! scores while the labels stay, with only new photos added.

use std::collections::HashMap;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use crate::app::document::arrange::{Arrangement, arrange};
use crate::app::document::filter::{Filter, Sorting};
use crate::app::document::labels::Label;
use crate::app::document::library::{Item, ItemId, Snapshot};
use crate::app::document::scored::Scored;
use crate::engine::index::pipeline::Notify;
use crate::engine::index::session::Session;
use crate::engine::inference::Fingerprint;
use crate::engine::search::query::Query;
use crate::engine::search::score::Scores;
use crate::engine::search::teach::{Classifier, ClassifierSet, TrainingSet};

/// Vectors of texts that are kept beyond a question. Those that the question itself needs are kept however many
/// they are.
const KEPT_TEXTS: usize = 512;

/// What the window wants to know.
#[derive(Clone)]
pub struct ScoringRequest {
    /// Counts up; the answer carries it.
    pub number: u64,
    /// The model and the store; without them only what needs no scores is answered.
    pub session: Option<Arc<Session>>,
    /// The photos.
    pub library: Snapshot,
    /// The labels.
    pub labels: Vec<Label>,
    /// What is typed into the search box.
    pub search: String,
    /// How to sort.
    pub sorting: Sorting,
    /// What to show.
    pub filter: Filter,
}

/// What the window draws.
#[derive(Clone, Default)]
pub struct ScoringResponse {
    /// The question's number.
    pub number: u64,
    /// The labels that it is about.
    pub labels: Vec<Label>,
    /// For each label its column in the scores.
    pub columns: Vec<Option<usize>>,
    /// For each label, why it cannot be scored.
    pub troubles: Vec<Option<String>>,
    /// Scores by item.
    pub scores: Arc<Scores>,
    /// Matches with the search by item, if there is one.
    pub search: Option<Arc<Scores>>,
    /// Why the search cannot be scored.
    pub search_trouble: Option<String>,
    /// Of each label's examples and counter-examples above its line, how many show it, and how many there are.
    pub told: Vec<(usize, usize)>,
    /// What is shown.
    pub arrangement: Arrangement,
    /// What went wrong with the answer as a whole.
    pub trouble: Option<String>,
}

impl ScoringResponse {
    /// The scores with what says what they mean.
    #[must_use]
    pub fn scored(&self) -> Scored<'_> {
        Scored {
            labels: &self.labels,
            columns: &self.columns,
            scores: &self.scores,
            search: self.search.as_deref(),
        }
    }

    /// Which items of an earlier numbering are which now; nothing shown is kept that is gone.
    pub fn renumber(&mut self, new: &[Option<ItemId>]) {
        let follow = |id: &ItemId| new.get(*id as usize).copied().flatten();
        self.arrangement.order = self.arrangement.order.iter().filter_map(follow).collect();
        self.arrangement.groups.clear();
        self.scores = Arc::default();
        self.columns.iter_mut().for_each(|column| *column = None);
        self.search = None;
    }
}

/// The thread, from the window's side.
pub struct ScoringWorker {
    questions: Sender<Box<ScoringRequest>>,
    waiting: Receiver<Box<ScoringRequest>>,
    answers: Receiver<Box<ScoringResponse>>,
}

impl ScoringWorker {
    /// Starts the thread. `notify` is called when there is an answer.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(notify: Notify) -> std::io::Result<Self> {
        let (questions, waiting) = bounded::<Box<ScoringRequest>>(1);
        let (answer_sender, answers) = bounded(4);
        let inbox = waiting.clone();
        std::thread::Builder::new()
            .name("lumisift-score".into())
            .spawn(move || {
                let mut thinker = Worker::default();
                for question in inbox {
                    let answer = catch_unwind(AssertUnwindSafe(|| thinker.answer(&question)));
                    let answer = answer.unwrap_or_else(|_| {
                        thinker = Worker::default();
                        gave_up(&question)
                    });
                    drop(question);
                    if answer_sender.send(Box::new(answer)).is_err() {
                        return;
                    }
                    notify();
                }
            })?;
        Ok(Self {
            questions,
            waiting,
            answers,
        })
    }

    /// Asks; a question that still waits is dropped for this one.
    pub fn ask(&self, question: ScoringRequest) {
        let mut next = Box::new(question);
        while let Err(TrySendError::Full(back)) = self.questions.try_send(next) {
            let _ = self.waiting.try_recv();
            next = back;
        }
    }

    /// The newest answer that has come, if any.
    #[must_use]
    pub fn newest(&self) -> Option<Box<ScoringResponse>> {
        self.answers.try_iter().last()
    }
}

/// In place of an answer whose making panicked: the photos as they are.
fn gave_up(question: &ScoringRequest) -> ScoringResponse {
    let order = 0..question.library.items.len() as ItemId;
    ScoringResponse {
        number: question.number,
        arrangement: Arrangement {
            order: order.collect(),
            ..Arrangement::default()
        },
        trouble: Some(
            "Scoring gave up on these labels: this is a defect of the program, please report it"
                .into(),
        ),
        ..ScoringResponse::default()
    }
}

/// Of each label's examples and counter-examples above its line, how many show it, and how many there are.
fn told(library: &Snapshot, scored: Scored<'_>) -> Vec<(usize, usize)> {
    let mut told = vec![(0, 0); scored.labels.len()];
    let mut known: HashMap<&Path, Vec<(usize, bool)>> = HashMap::new();
    for (at, label) in scored.labels.iter().enumerate() {
        let shown = label.examples.iter().map(|path| (path, true));
        let not = label.counter_examples.iter().map(|path| (path, false));
        for (path, shows) in shown.chain(not) {
            known.entry(path).or_default().push((at, shows));
        }
    }
    if known.is_empty() {
        return told;
    }
    for (id, item) in (0..).zip(library.items.iter()) {
        let path: &Path = &item.file.path;
        for (at, shows) in known.get(path).into_iter().flatten() {
            let line = scored.labels[*at].min_match;
            if scored
                .matched(*at, id)
                .is_some_and(|matched| matched >= line)
            {
                told[*at].0 += usize::from(*shows);
                told[*at].1 += 1;
            }
        }
    }
    told
}

/// What is used again between questions.
#[derive(Default)]
struct Worker {
    model: Option<Fingerprint>,
    texts: HashMap<String, Kept>,
    /// Counts questions.
    asked: u64,
    labels: Mailbox,
    search: Mailbox,
}

/// What a lesson taught, and the question that needed it last.
struct Kept {
    taught: Classifier,
    asked: u64,
}

/// Scores of one set of texts over a growing library.
#[derive(Default)]
struct Mailbox {
    keys: Vec<String>,
    epoch: u64,
    scores: Arc<Scores>,
    photos: usize,
    /// The scores before these, whose room the next ones take once the window has let go of them.
    spare: Arc<Scores>,
}

impl Worker {
    fn answer(&mut self, question: &ScoringRequest) -> ScoringResponse {
        let mut columns = vec![None; question.labels.len()];
        let mut troubles = vec![None; question.labels.len()];
        let mut search_trouble = None;
        let mut search = None;
        let mut scores = Arc::default();
        if let Some(session) = &question.session {
            self.use_model(session);
            self.asked += 1;
            let mut keys = Vec::new();
            for (at, label) in question.labels.iter().enumerate().filter(|(_, l)| l.on) {
                let lesson = label.lesson().map_err(|e| e.to_string());
                match self.key(session, lesson) {
                    Ok(key) => {
                        columns[at] = Some(keys.len());
                        keys.push(key);
                    }
                    Err(trouble) => troubles[at] = Some(trouble),
                }
            }
            match self
                .labels
                .score(session, &self.texts, keys, &question.library)
            {
                Ok(found) => scores = found,
                Err(trouble) => {
                    columns.fill(None);
                    troubles.fill(Some(trouble));
                }
            }
            if !question.search.trim().is_empty() {
                let query = Query::parse(&question.search).map_err(|e| e.to_string());
                let key = self.key(session, query.map(TrainingSet::of));
                let found = key.and_then(|key| {
                    let keys = vec![key];
                    self.search
                        .score(session, &self.texts, keys, &question.library)
                });
                match found {
                    Ok(found) => search = Some(found),
                    Err(trouble) => search_trouble = Some(trouble),
                }
            }
            self.forget_old_texts();
        }
        let mut answer = ScoringResponse {
            number: question.number,
            labels: question.labels.clone(),
            columns,
            troubles,
            scores,
            search,
            search_trouble,
            told: Vec::new(),
            arrangement: Arrangement::default(),
            trouble: None,
        };
        answer.told = told(&question.library, answer.scored());
        answer.arrangement = arrange(
            &question.library,
            answer.scored(),
            question.sorting,
            &question.filter,
        );
        answer
    }

    fn use_model(&mut self, session: &Session) {
        let model = session.model().info().fingerprint;
        if self.model != Some(model) {
            *self = Self {
                model: Some(model),
                ..Self::default()
            };
        }
    }

    /// The key under which what a lesson teaches is kept; it is computed if it is not there yet.
    fn key(
        &mut self,
        session: &Session,
        lesson: Result<TrainingSet, String>,
    ) -> Result<String, String> {
        let lesson = lesson?;
        let key = format!("{lesson:?}");
        let asked = self.asked;
        if let Some(kept) = self.texts.get_mut(&key) {
            kept.asked = asked;
        } else {
            // What fails is not kept: it may succeed next time, when a photo is there that was not.
            let taught = session.teach(&lesson).map_err(|e| e.to_string())?;
            self.texts.insert(key.clone(), Kept { taught, asked });
        }
        Ok(key)
    }

    /// Makes room by what no recent question needed; never by what this one did.
    fn forget_old_texts(&mut self) {
        if self.texts.len() <= KEPT_TEXTS {
            return;
        }
        let mut ages: Vec<u64> = self.texts.values().map(|kept| kept.asked).collect();
        ages.sort_unstable();
        let oldest = ages[ages.len() - KEPT_TEXTS];
        self.texts.retain(|_, kept| kept.asked >= oldest);
    }
}

impl Mailbox {
    /// Scores of `keys` over the library: those of photos that were scored already are kept.
    fn score(
        &mut self,
        session: &Session,
        texts: &HashMap<String, Kept>,
        keys: Vec<String>,
        library: &Snapshot,
    ) -> Result<Arc<Scores>, String> {
        let photos = library.items.len();
        let fresh = self.keys != keys || self.epoch != library.epoch || self.photos > photos;
        if fresh {
            (self.keys, self.epoch, self.photos) = (keys, library.epoch, 0);
        }
        if self.photos == photos && !fresh {
            return Ok(self.scores.clone());
        }
        // A column for each key, in their order: a missing one would shift all that follow.
        let taught = self.keys.iter().map(|key| texts.get(key));
        let taught: Option<Vec<&Classifier>> = taught.map(|kept| Some(&kept?.taught)).collect();
        let Some(taught) = taught else {
            self.keys.clear();
            return Err("Scoring lost a label: please type it again".into());
        };
        let taught = ClassifierSet::new(session.model().info().dim, taught);
        let scorer = session.taught_scorer(&taught);
        let rows: Vec<u32> = library.items[self.photos..]
            .iter()
            .map(|item: &Arc<Item>| item.row())
            .collect();
        if self.photos == 0 {
            let mut scores = Arc::into_inner(mem::take(&mut self.spare)).unwrap_or_default();
            (session.score_into(&scorer, &rows, &mut scores)).map_err(|e| e.to_string())?;
            self.spare = mem::replace(&mut self.scores, Arc::new(scores));
        } else {
            let new = session.score(&scorer, &rows).map_err(|e| e.to_string())?;
            let scores = Arc::make_mut(&mut self.scores);
            scores.matches.extend(new.matches);
            scores.probabilities.extend(new.probabilities);
        }
        self.photos = photos;
        Ok(self.scores.clone())
    }
}
