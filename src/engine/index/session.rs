//! Model, store and background embeddings, opened together.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

pub use super::error::SessionError;
use super::store::{BackgroundSums, ModelKey, Store, StoreError, VectorMap};
use super::zero_shot::{Pictures, ZeroShot, mean};
use crate::engine::inference::{Embeddings, Model, ModelInfo};
use crate::engine::media::photo::Candidate;
use crate::engine::search::bundled_prompts::{BACKGROUND, BundledPrompts};
use crate::engine::search::query::{self, Query};
use crate::engine::search::score::{self, Calibration, LabelMasses, Score, Scorer, Scores, Shares};
use crate::engine::search::teach::{Classifier, ClassifierSet, TrainingSet};

/// Number of pictures whose mean represents all of them.
const AXIS_ROWS: usize = 4096;

/// Maximum number of vector rows in memory when all are processed once.
const PART_ROWS: usize = 1 << 14;

/// A model, a store and the model's background embeddings.
pub struct Session {
    zero_shot: ZeroShot,
    store: Arc<Store>,
    key: ModelKey,
    notices: Vec<String>,
    vectors: Mutex<Option<Arc<VectorMap>>>,
    ready: Mutex<Option<Arc<LoadedVectors>>>,
}

/// Inputs of scoring, reused between queries while the store's vectors are unchanged.
struct LoadedVectors {
    vectors: Arc<VectorMap>,
    sums: BackgroundSums,
}

impl Session {
    /// Opens a session. Background embeddings that are not bundled are read from the store, or else computed and cached
    /// there.
    ///
    /// # Errors
    /// Returns an error if the store cannot be used or the model fails.
    pub fn open(model: Arc<dyn Model>, store: Arc<Store>) -> Result<Self, SessionError> {
        let (key, notices) = store.model(model.info())?;
        let background = cached_embeddings(
            &BACKGROUND,
            model.info(),
            (&store, &key),
            || -> Result<_, SessionError> { Ok(BACKGROUND.embed(model.as_ref())?) },
        )?;
        let facts = &model.info().device;
        tracing::info!(
            model = %model.info().name,
            device = %facts.name,
            store = ?store.dir(),
            "the model is loaded and the store is open"
        );
        for notice in store.notices().iter().chain(&notices) {
            tracing::warn!("{notice}");
        }
        Ok(Self {
            zero_shot: ZeroShot::with_background(model, background),
            store,
            key,
            notices,
            vectors: Mutex::default(),
            ready: Mutex::default(),
        })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<dyn Model> {
        self.zero_shot.model()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The model's key in the store.
    #[must_use]
    pub fn key(&self) -> &ModelKey {
        &self.key
    }

    /// Messages about files that were quarantined on opening.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.store
            .notices()
            .iter()
            .chain(&self.notices)
            .map(String::as_str)
    }

    /// The embedding of a picture file's standard crop.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or the model fails.
    pub fn embed_picture(&self, path: &Path) -> Result<Vec<f32>, SessionError> {
        self.zero_shot.vector(path)
    }

    /// The embeddings of a picture file: that of [`Self::embed_picture`], and those of further crops of a wide picture;
    /// or those of a video's frames.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or the model fails.
    pub fn embed_parts(&self, path: &Path) -> Result<Embeddings, SessionError> {
        self.zero_shot.embed_file(path)
    }

    /// Like [`Self::embed_parts`] for a picture in memory, called `name` in messages.
    ///
    /// # Errors
    /// Returns an error if the data is not a picture or the model fails.
    pub fn embed_bytes(&self, name: &Path, bytes: &[u8]) -> Result<Embeddings, SessionError> {
        self.zero_shot.embed_bytes(name, bytes)
    }

    /// The embeddings of all queries' alternatives, concatenated; a query without a comma has one alternative.
    ///
    /// # Errors
    /// Returns an error if a picture or the store cannot be read, or the model rejects a text.
    pub fn embed_queries(&self, queries: &[Query]) -> Result<Embeddings, SessionError> {
        self.zero_shot.embed_queries(queries, self)
    }

    /// Trains the classifiers of all training sets.
    ///
    /// # Errors
    /// Returns an error if a picture or the store cannot be read, or the model rejects a text.
    pub fn teach_all(&self, training_sets: &[TrainingSet]) -> Result<ClassifierSet, SessionError> {
        self.zero_shot.teach_all(training_sets, self)
    }

    /// The classifier of a training set: that of its text, with a correction fitted to the examples.
    ///
    /// # Errors
    /// Same as [`Self::teach_all`].
    pub fn teach(&self, training_set: &TrainingSet) -> Result<Classifier, SessionError> {
        self.zero_shot.teach(training_set, self)
    }

    /// A scorer for text labels.
    #[must_use]
    pub fn scorer(&self, labels: &Embeddings) -> Scorer {
        self.zero_shot.scorer(labels)
    }

    /// A scorer for trained labels.
    #[must_use]
    pub fn classifier_scorer(&self, labels: &ClassifierSet) -> Scorer {
        self.zero_shot.classifier_scorer(labels)
    }

    /// Calibration of the decision threshold, for models for which it was measured.
    #[must_use]
    pub fn calibration(&self) -> Option<Calibration> {
        self.zero_shot.calibration()
    }

    /// Scores photos, given by the first rows of their vectors. Only part of the vectors is in memory at a time. For
    /// queries that are repeated often, it is better to keep [`Self::masses`].
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn score(&self, scorer: &Scorer, rows: &[u32]) -> Result<Scores, SessionError> {
        let mut scores = Scores::default();
        if rows.len() <= PART_ROWS {
            self.score_into(scorer, rows, &mut scores)?;
            return Ok(scores);
        }
        let ready = self.ready()?;
        let row = |at: &u32| rows[*at as usize];
        let mut order: Vec<u32> = (0..).take(rows.len()).collect();
        order.par_sort_unstable_by_key(row);
        let (mut part_rows, mut part_scores) = (Vec::new(), Scores::default());
        let span = u32::try_from(PART_ROWS).unwrap_or(u32::MAX);
        for part in order.chunk_by(|a, b| row(a) / span == row(b) / span) {
            part_rows.clear();
            part_rows.extend(part.iter().map(row));
            let (values, sums) = (ready.vectors.values(), ready.sums.values());
            scorer.score_into(values, sums, &part_rows, &mut part_scores);
            scores.put(part, &part_scores, rows.len());
            ready.vectors.release();
        }
        score_parts(&ready, scorer, rows, 0, &mut scores);
        Ok(scores)
    }

    fn score_into(
        &self,
        scorer: &Scorer,
        rows: &[u32],
        scores: &mut Scores,
    ) -> Result<(), SessionError> {
        let ready = self.ready()?;
        scorer.score_into(ready.vectors.values(), ready.sums.values(), rows, scores);
        score_parts(&ready, scorer, rows, 0, scores);
        Ok(())
    }

    /// Whether any photo has several vectors, as videos and wide pictures do.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn has_parts(&self) -> Result<bool, SessionError> {
        Ok(self.ready()?.vectors.has_wide())
    }

    /// The softmax mass of each label for photos, given by the first rows of their vectors.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn masses(&self, scorer: &Scorer, rows: &[u32]) -> Result<Vec<LabelMasses>, SessionError> {
        let ready = self.ready()?;
        Ok(scorer.masses(ready.vectors.values(), ready.sums.values(), rows))
    }

    /// Appends the scores of photos. `labels` contains the masses of all photos, `rows` the first vector rows of those
    /// to append. `scorer` scores further parts of photos, which are left out if it is `None`.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn append_scores(
        &self,
        labels: &[&LabelMasses],
        rows: &[u32],
        scorer: Option<&Scorer>,
        scores: &mut Scores,
    ) -> Result<(), SessionError> {
        let ready = self.ready()?;
        let sums = ready.sums.values();
        let sum = |row: &u32| sums.get(*row as usize).copied().unwrap_or(f32::NAN);
        let sums: Vec<f32> = rows.iter().map(sum).collect();
        let first = scores.photos();
        let shares = Shares::of(labels).with_sigmoid(self.model().info().sigmoid_bias);
        shares.append(labels, &sums, first, scores);
        if let Some(scorer) = scorer {
            score_parts(&ready, scorer, rows, first, scores);
        }
        Ok(())
    }

    /// For photos, given by the first rows of their vectors, the part that matches each label best: for a video, the
    /// frame.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn best_parts(&self, scorer: &Scorer, rows: &[u32]) -> Result<Vec<Vec<u8>>, SessionError> {
        let ready = self.ready()?;
        let best = |row: &u32| {
            let parts: Vec<u32> = ready.vectors.rows_of(*row).collect();
            let scores = scorer.score(ready.vectors.values(), ready.sums.values(), &parts);
            let of_label = |label: usize| {
                let matches = (0..parts.len()).map(|part| scores.matches_of(part)[label]);
                let matches: Vec<f32> = matches.collect();
                let best = score::best(&matches).map_or(0, |(part, _)| part);
                u8::try_from(best).unwrap_or_default()
            };
            (0..scores.labels).map(of_label).collect()
        };
        Ok(rows.iter().map(best).collect())
    }

    /// The current vectors. The store is queried each time, so that rows of another generation cause an error and never
    /// refer to other photos.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn vectors(&self) -> Result<Arc<VectorMap>, SessionError> {
        let count = self.store.vector_count(&self.key)?;
        let mut kept = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vectors) = kept.as_ref().filter(|v| v.len() == count as usize) {
            return Ok(vectors.clone());
        }
        let verified = kept
            .as_ref()
            .map_or(0, |v| u32::try_from(v.len()).unwrap_or(0));
        *kept = None;
        let vectors = Arc::new(self.store.vectors_after(&self.key, verified)?);
        *kept = Some(vectors.clone());
        Ok(vectors)
    }

    fn ready(&self) -> Result<Arc<LoadedVectors>, SessionError> {
        let vectors = self.vectors()?;
        let mut kept = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = kept
            .as_ref()
            .filter(|ready| Arc::ptr_eq(&ready.vectors, &vectors))
        {
            return Ok(ready.clone());
        }
        let scale = self.model().info().logit_scale;
        let background = self.zero_shot.background();
        let sums = (self.store).background_sums(&self.key, &vectors, background, scale);
        let ready = Arc::new(LoadedVectors { vectors, sums });
        *kept = Some(ready.clone());
        Ok(ready)
    }

    /// Scores a single embedding that is not in the store.
    #[must_use]
    pub fn score_vector(&self, scorer: &Scorer, vector: &[f32]) -> Score {
        self.zero_shot.score_vector(scorer, vector)
    }

    /// Scores the parts, at least one, of a picture that is not in the store.
    #[must_use]
    pub fn score_picture(&self, scorer: &Scorer, parts: &Embeddings) -> Score {
        self.zero_shot.score_picture(scorer, parts)
    }
}

/// Uses stored vectors where available.
impl Pictures for Session {
    fn vector(&self, path: &Path) -> Result<Vec<f32>, SessionError> {
        let known = std::fs::metadata(path).ok().and_then(|metadata| {
            let file = Candidate::new(path.into(), &metadata);
            self.store.lookup(&self.key, &file).ok()??.row
        });
        let stored = known.and_then(|row| {
            let vectors = self.vectors().ok()?;
            let row = vectors.row(row)?;
            Some(row.iter().map(|value| value.to_f32()).collect::<Vec<f32>>())
        });
        match stored {
            Some(mut vector) => {
                query::normalise(&mut vector);
                Ok(vector)
            }
            None => self.embed_picture(path),
        }
    }

    fn axis(&self) -> Result<Vec<f32>, SessionError> {
        let vectors = self.vectors()?;
        let step = (vectors.len() / AXIS_ROWS).max(1);
        let rows: Vec<Vec<f32>> = vectors
            .values()
            .chunks_exact(vectors.dim())
            .step_by(step)
            .map(|row| row.iter().map(|v| v.to_f32()).collect())
            .collect();
        let image = mean(rows.iter().map(Vec::as_slice));
        match image.is_empty() {
            true => self.zero_shot.sample_mean(),
            false => Ok(image),
        }
    }
}

/// The embeddings of a list of words: bundled, cached in the store, or computed by `embed` and cached there.
///
/// # Errors
/// Returns an error if the store cannot be used or `embed` fails.
pub fn cached_embeddings<E: From<StoreError>>(
    list: &BundledPrompts,
    model: &ModelInfo,
    (store, key): (&Store, &ModelKey),
    embed: impl FnOnce() -> Result<Embeddings, E>,
) -> Result<Embeddings, E> {
    if let Some(bundled) = list.bundled(model) {
        return Ok(bundled);
    }
    let texts_key = list.key();
    match store.texts(key, &texts_key)? {
        Some(cached) if cached.len() == list.words().len() => Ok(cached),
        _ => {
            let computed = embed()?;
            store.write_texts(key, &texts_key, &computed)?;
            Ok(computed)
        }
    }
}

/// Scores the further rows of wide photos. `rows` are the first rows of the photos, whose scores start at `first`.
fn score_parts(
    ready: &LoadedVectors,
    scorer: &Scorer,
    rows: &[u32],
    first: usize,
    scores: &mut Scores,
) {
    if !ready.vectors.has_wide() {
        return;
    }
    let (mut photos, mut others) = (Vec::new(), Vec::new());
    for (photo, row) in (first..).zip(rows) {
        let of = ready.vectors.rows_of(*row);
        if of.len() > 1 {
            photos.push((photo, of.len() - 1));
            others.extend(of.skip(1));
        }
    }
    let part = scorer.score(ready.vectors.values(), ready.sums.values(), &others);
    scores.add_parts(&photos, &part);
}
