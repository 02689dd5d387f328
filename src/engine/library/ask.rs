//! Queries that are repeated while labels are typed and photos arrive.
//!
//! Results of earlier queries are reused: classifiers of labels, and each label's scores. A keystroke changes one label, so
//! only one label is computed.

use std::collections::HashMap;
use std::sync::Arc;

use super::score_cache::{ClassifierColumn, RowCache, ScoreCache, oldest_kept};
pub use super::score_cache::{PhotoScores, Photos};
use crate::engine::index::session::{Session, SessionError};
use crate::engine::inference::Fingerprint;
use crate::engine::search::teach::{Classifier, TrainingSet};

/// Classifiers that are kept beyond a question. Those that the question itself needs are kept however many they are.
const KEPT_CLASSIFIERS: usize = 512;

/// Scores of photos for labels, and for a search.
pub struct Answer {
    /// For each label its column in the scores, or why it has none.
    pub columns: Vec<Result<usize, SessionError>>,
    /// Scores of the labels that have a column.
    pub scores: Result<PhotoScores, SessionError>,
    /// Scores of the search, if there is one.
    pub search: Option<Result<PhotoScores, SessionError>>,
}

/// Answers questions, each from what the ones before it left.
#[derive(Default)]
pub struct Asker {
    model: Option<Fingerprint>,
    classifiers: HashMap<String, CachedClassifier>,
    /// Counts questions.
    asked: u64,
    rows: RowCache,
    labels: ScoreCache,
    search: ScoreCache,
}

/// A classifier, and the question that needed it last.
struct CachedClassifier {
    classifier: Arc<Classifier>,
    asked: u64,
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
    ) -> Result<ClassifierColumn, SessionError> {
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
                let kept = CachedClassifier {
                    classifier: classifier.clone(),
                    asked,
                };
                self.classifiers.insert(key.clone(), kept);
                classifier
            }
        };
        Ok(ClassifierColumn { key, classifier })
    }

    /// Evicts entries that no recent query needed; never those of this one.
    fn forget_old_classifiers(&mut self) {
        let ages = self.classifiers.values().map(|kept| kept.asked);
        let oldest = oldest_kept(ages, KEPT_CLASSIFIERS);
        self.classifiers.retain(|_, kept| kept.asked >= oldest);
    }
}
