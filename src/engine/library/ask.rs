//! Questions that are asked again and again while labels are typed and photos come.
//!
//! What an earlier question computed is used again: what a label's text and examples teach while they stay, and scores
//! while the labels stay, with only new photos added.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use super::frames::BestFrames;
use crate::engine::index::session::{Session, SessionError};
use crate::engine::inference::Fingerprint;
use crate::engine::search::score::Scores;
use crate::engine::search::teach::{Classifier, ClassifierSet, TrainingSet};

/// Classifiers that are kept beyond a question. Those that the question itself needs are kept however many they are.
const KEPT_CLASSIFIERS: usize = 512;

/// The photos that a question is about.
#[derive(Clone, Copy)]
pub struct Photos<'a> {
    /// How many there are.
    pub count: usize,
    /// Changes whenever a photo that was there has another row or place; a count that grows is no such change.
    pub epoch: u64,
    /// The row of a photo's vector, by its place; of a video the first.
    pub row: &'a dyn Fn(usize) -> u32,
    /// Whether it is a video.
    pub is_video: &'a dyn Fn(usize) -> bool,
}

/// Scores of photos, and which frames of videos they are of.
#[derive(Clone, Default)]
pub struct Scored {
    /// The scores, by place.
    pub scores: Arc<Scores>,
    /// The frames.
    pub frames: Arc<BestFrames>,
}

/// Scores of photos for labels, and for a search.
pub struct Answer {
    /// For each label its column in the scores, or why it has none.
    pub columns: Vec<Result<usize, SessionError>>,
    /// Scores of the labels that have a column.
    pub scores: Result<Scored, SessionError>,
    /// Scores of the search, if there is one.
    pub search: Option<Result<Scored, SessionError>>,
}

/// Answers questions, each from what the ones before it left.
#[derive(Default)]
pub struct Asker {
    model: Option<Fingerprint>,
    classifiers: HashMap<String, Kept>,
    /// Counts questions.
    asked: u64,
    rows: RowCache,
    labels: ScoreCache,
    search: ScoreCache,
}

/// A classifier, and the question that needed it last.
struct Kept {
    classifier: Arc<Classifier>,
    asked: u64,
}

/// A classifier under a key that says all that it was made from.
#[derive(Clone)]
struct Column {
    key: String,
    classifier: Arc<Classifier>,
}

/// The rows of a growing list of photos.
#[derive(Default)]
struct RowCache {
    epoch: u64,
    /// By place; of a video the first.
    rows: Vec<u32>,
    /// Places of videos, with their first rows.
    videos: Vec<(u32, u32)>,
}

impl RowCache {
    /// Adds the photos that came, or begins anew.
    fn update(&mut self, photos: Photos<'_>) {
        if self.epoch != photos.epoch || self.rows.len() > photos.count {
            *self = Self {
                epoch: photos.epoch,
                ..Self::default()
            };
        }
        for at in self.rows.len()..photos.count {
            let row = (photos.row)(at);
            self.rows.push(row);
            if (photos.is_video)(at) {
                self.videos
                    .push((u32::try_from(at).unwrap_or(u32::MAX), row));
            }
        }
    }
}

/// Scores of one set of columns over a growing list of photos.
#[derive(Default)]
struct ScoreCache {
    columns: Vec<Column>,
    epoch: u64,
    scored: Scored,
    photos: usize,
    /// The scores before these, whose memory the next ones take once nobody else holds them.
    spare: Arc<Scores>,
}

impl Asker {
    /// Scores photos. What goes wrong with one label costs that label alone.
    pub fn ask(
        &mut self,
        session: &Session,
        labels: &[TrainingSet],
        search: Option<&TrainingSet>,
        photos: Photos<'_>,
    ) -> Answer {
        self.use_model(session);
        self.asked += 1;
        self.rows.update(photos);
        let mut wanted = Vec::new();
        let columns = labels.iter().map(|label| {
            wanted.push(self.column(session, label)?);
            Ok(wanted.len() - 1)
        });
        let columns = columns.collect();
        let scores = self.labels.score(session, wanted, &self.rows);
        let search = search.map(|search| {
            let column = self.column(session, search)?;
            self.search.score(session, vec![column], &self.rows)
        });
        self.forget_old_classifiers();
        Answer {
            columns,
            scores,
            search,
        }
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

    /// What a training set teaches; computed if it is not known yet.
    fn column(
        &mut self,
        session: &Session,
        training: &TrainingSet,
    ) -> Result<Column, SessionError> {
        let key = format!("{training:?}");
        let asked = self.asked;
        let classifier = match self.classifiers.get_mut(&key) {
            Some(kept) => {
                kept.asked = asked;
                kept.classifier.clone()
            }
            None => {
                // What fails is not kept: it may succeed next time, when a photo is there that was not.
                let classifier = Arc::new(session.teach(training)?);
                let kept = Kept {
                    classifier: classifier.clone(),
                    asked,
                };
                self.classifiers.insert(key.clone(), kept);
                classifier
            }
        };
        Ok(Column { key, classifier })
    }

    /// Makes room by what no recent question needed; never by what this one did.
    fn forget_old_classifiers(&mut self) {
        if self.classifiers.len() <= KEPT_CLASSIFIERS {
            return;
        }
        let mut ages: Vec<u64> = self.classifiers.values().map(|kept| kept.asked).collect();
        ages.sort_unstable();
        let oldest = ages[ages.len() - KEPT_CLASSIFIERS];
        self.classifiers.retain(|_, kept| kept.asked >= oldest);
    }
}

impl ScoreCache {
    /// Scores of `columns` over the photos: those of photos that were scored already are kept.
    fn score(
        &mut self,
        session: &Session,
        columns: Vec<Column>,
        all: &RowCache,
    ) -> Result<Scored, SessionError> {
        let known = self.columns.iter().map(|column| &column.key);
        let same = known.eq(columns.iter().map(|column| &column.key)) && self.epoch == all.epoch;
        let count = all.rows.len();
        let fresh = !same || self.photos > count;
        if fresh {
            (self.columns, self.epoch, self.photos) = (columns, all.epoch, 0);
        } else if self.photos == count {
            return Ok(self.scored.clone());
        }
        let classifiers = self.columns.iter().map(|column| &*column.classifier);
        let classifiers = ClassifierSet::new(session.model().info().dim, classifiers);
        let scorer = session.taught_scorer(&classifiers);
        let rows = &all.rows[self.photos..];
        let seen = all
            .videos
            .partition_point(|(at, _)| (*at as usize) < self.photos);
        let videos = all.videos[seen..].iter().copied();
        if self.photos == 0 {
            let mut scores = Arc::into_inner(mem::take(&mut self.spare)).unwrap_or_default();
            session.score_into(&scorer, rows, &mut scores)?;
            self.scored.frames = Arc::default();
            self.spare = mem::replace(&mut self.scored.scores, Arc::new(scores));
        } else {
            let new = session.score(&scorer, rows)?;
            let scores = Arc::make_mut(&mut self.scored.scores);
            scores.matches.extend(new.matches);
            scores.probabilities.extend(new.probabilities);
        }
        Arc::make_mut(&mut self.scored.frames).add(session, &scorer, videos)?;
        self.photos = count;
        Ok(self.scored.clone())
    }
}
