//! Incremental scoring for queries that are repeated while the user types labels and photos arrive.
//!
//! Classifiers and per-label scores of earlier queries are reused: a keystroke changes one label, so only that label is
//! recomputed.

use std::collections::HashMap;
use std::sync::Arc;

use super::score_cache::{ClassifierColumn, RowCache, ScoreCache, oldest_kept};
pub use super::score_cache::{PhotoScores, Photos};
use crate::engine::index::session::{Session, SessionError};
use crate::engine::inference::Fingerprint;
use crate::engine::search::teach::{Classifier, TrainingSet};

/// Maximum number of cached classifiers in addition to those of the current query, which are always kept.
const KEPT_CLASSIFIERS: usize = 512;

/// Scores of photos for labels and for a search query.
pub struct ScoringResult {
    /// For each label, its column in the scores, or the error that prevented one.
    pub columns: Vec<Result<usize, SessionError>>,
    /// Scores of the labels that have a column.
    pub scores: Result<PhotoScores, SessionError>,
    /// Scores of the search query, if there is one.
    pub search: Option<Result<PhotoScores, SessionError>>,
}

/// Scores queries, reusing the results of earlier ones.
#[derive(Default)]
pub struct IncrementalScorer {
    model: Option<Fingerprint>,
    classifiers: HashMap<String, CachedClassifier>,
    /// Query counter, the clock of the caches.
    query_count: u64,
    rows: RowCache,
    labels: ScoreCache,
    search: ScoreCache,
}

/// A classifier, and the counter value of the last query that used it.
struct CachedClassifier {
    classifier: Arc<Classifier>,
    last_used: u64,
}

impl IncrementalScorer {
    /// Scores photos. An error in one label does not affect the others.
    pub fn score(
        &mut self,
        session: &Session,
        labels: &[TrainingSet],
        search: Option<&TrainingSet>,
        photos: Photos<'_>,
    ) -> ScoringResult {
        self.use_model(session);
        self.query_count += 1;
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
        ScoringResult {
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

    /// Returns the classifier of a training set, from the cache if possible.
    fn column(
        &mut self,
        session: &Session,
        training: &TrainingSet,
    ) -> Result<ClassifierColumn, SessionError> {
        let key = format!("{training:?}");
        let query = self.query_count;
        let classifier = match self.classifiers.get_mut(&key) {
            Some(kept) => {
                kept.last_used = query;
                kept.classifier.clone()
            }
            None => {
                // Errors are not cached: the next query may succeed, for example once a missing photo has been indexed.
                let classifier = Arc::new(session.teach(training)?);
                let kept = CachedClassifier {
                    classifier: classifier.clone(),
                    last_used: query,
                };
                self.classifiers.insert(key.clone(), kept);
                classifier
            }
        };
        Ok(ClassifierColumn { key, classifier })
    }

    /// Evicts the least recently used classifiers, but none that this query uses.
    fn forget_old_classifiers(&mut self) {
        let last_used = self.classifiers.values().map(|kept| kept.last_used);
        let oldest = oldest_kept(last_used, KEPT_CLASSIFIERS);
        self.classifiers.retain(|_, kept| kept.last_used >= oldest);
    }
}
