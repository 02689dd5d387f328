//! A model with a store and a background: everything that questions need, ready.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use half::f16;
use rayon::prelude::*;

use super::store::{BackgroundSums, ModelKey, Store, StoreError, VectorMap};
use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::decode::{self, DecodeError};
use crate::engine::media::photo::Candidate;
use crate::engine::media::preprocess::Resampler;
#[cfg(feature = "video")]
use crate::engine::media::video::{self, Frame, Video, VideoError};
use crate::engine::search::query::{self, Axes, Query, Term, What};
use crate::engine::search::score::{
    self, Background, Calibration, LabelMasses, Score, Scorer, Scores, Shares,
};
use crate::engine::search::teach::{
    self, Classifier, ClassifierSet, Example, HEAD_EXAMPLES, TrainingSet,
};

/// Everyday nouns and scenes that labels are weighed against, one a line.
static BACKGROUND: &str = include_str!("../../../assets/background-prompts.txt");

/// Pictures whose mean stands for the axis of all.
const AXIS_ROWS: usize = 4096;

/// Rows of vectors that are in memory at a time when all are gone through once.
const PART_ROWS: usize = 1 << 14;

/// What can go wrong with a question.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A picture in a query.
    #[error("{}: {message}", path.display())]
    Picture {
        /// The picture.
        path: std::path::PathBuf,
        /// Why it cannot be used.
        message: String,
    },
}

/// A model, a store and the model's background vectors.
pub struct Session {
    model: Arc<dyn Model>,
    store: Arc<Store>,
    key: ModelKey,
    background: Embeddings,
    notices: Vec<String>,
    vectors: Mutex<Option<Arc<VectorMap>>>,
    ready: Mutex<Option<Arc<Ready>>>,
}

/// What scoring reads, kept from one question to the next while the store has no other vectors.
struct Ready {
    vectors: Arc<VectorMap>,
    sums: BackgroundSums,
}

impl Session {
    /// Opens a session; the background's vectors come from the store or are computed and kept there.
    ///
    /// # Errors
    /// If the store cannot be used or the model fails.
    pub fn open(model: Arc<dyn Model>, store: Arc<Store>) -> Result<Self, SessionError> {
        let (key, notices) = store.model(model.info())?;
        let phrases: Vec<Vec<String>> = BACKGROUND.lines().map(background_prompt).collect();
        let mut hash = blake3::Hasher::new();
        phrases.iter().flatten().for_each(|text| {
            hash.update(text.as_bytes()).update(b"\n");
        });
        let texts_key = hash.finalize();
        let background = match store.texts(&key, texts_key.as_bytes())? {
            Some(kept) if kept.len() == phrases.len() => kept,
            _ => {
                let computed = query::embed_phrases(model.as_ref(), &phrases)?;
                store.write_texts(&key, texts_key.as_bytes(), &computed)?;
                computed
            }
        };
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
            model,
            store,
            key,
            background,
            notices,
            vectors: Mutex::default(),
            ready: Mutex::default(),
        })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<dyn Model> {
        &self.model
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

    /// What was set aside on opening, in words.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.store
            .notices()
            .iter()
            .chain(&self.notices)
            .map(String::as_str)
    }

    /// The vector of a picture file, as the model's own example cuts it.
    ///
    /// # Errors
    /// If it cannot be read or the model fails.
    pub fn embed_picture(&self, path: &Path) -> Result<Vec<f32>, SessionError> {
        let parts = self.embed_parts(path)?;
        Ok(parts.rows().next().unwrap_or_default().to_vec())
    }

    /// The vectors of a picture file: that of [`Self::embed_picture`], and those of more parts of a wide one; or those of
    /// a video's frames.
    ///
    /// # Errors
    /// If it cannot be read or the model fails.
    pub fn embed_parts(&self, path: &Path) -> Result<Embeddings, SessionError> {
        let refuse = |message: String| SessionError::Picture {
            path: path.into(),
            message,
        };
        #[cfg(feature = "video")]
        if video::is_video_file(path) {
            return self.embed_video(path);
        }
        let bytes = decode::read_file(path, &Cancel::default())
            .map_err(|failure| refuse(failure.message))?;
        self.embed_bytes(path, &bytes)
    }

    #[cfg(feature = "video")]
    fn embed_video(&self, path: &Path) -> Result<Embeddings, SessionError> {
        let spec = self.model.info().preprocess;
        let cancel = Cancel::default();
        let mut resampler = Resampler::default();
        let mut crops = Vec::new();
        let each = |frame: Frame| {
            let crop = resampler.crop(&frame.pixels, &spec);
            crops.push(crop.map_err(|_| VideoError::Damaged("its frames are empty"))?);
            Ok(())
        };
        let read =
            Video::open(path, &cancel).and_then(|video| video.frames(2 * spec.side, &cancel, each));
        read.map_err(|error| SessionError::Picture {
            path: path.into(),
            message: error.to_string(),
        })?;
        Ok(self.model.embed_images(&crops, &cancel)?)
    }

    /// The same of a picture's bytes, which are called `name` in messages.
    ///
    /// # Errors
    /// If they are no picture or the model fails.
    pub fn embed_bytes(&self, name: &Path, bytes: &[u8]) -> Result<Embeddings, SessionError> {
        let refuse = |message: String| SessionError::Picture {
            path: name.into(),
            message,
        };
        let spec = self.model.info().preprocess;
        let decoded = decode::decode(bytes, 2 * spec.side, &Cancel::default())
            .map_err(|e: DecodeError| refuse(e.to_string()))?;
        let crops = Resampler::default()
            .crops(&decoded.pixels, &spec)
            .map_err(|e| refuse(e.to_string()))?;
        drop(decoded);
        Ok(self.model.embed_images(&crops, &Cancel::default())?)
    }

    /// The vectors of queries' alternatives, query after query: one each where there is no comma in it.
    ///
    /// # Errors
    /// If a picture cannot be read, the model refuses a text, or the store cannot be read.
    pub fn embed_queries(&self, queries: &[Query]) -> Result<Embeddings, SessionError> {
        let terms = || queries.iter().flat_map(Query::terms);
        let phrases: Vec<Vec<String>> = terms().filter_map(|term| term.what.texts()).collect();
        let texts = query::embed_phrases(self.model.as_ref(), &phrases)?;
        let axes = self.axes(terms().any(|term| matches!(term.what, What::Like(_))))?;
        let mut texts = texts.rows();
        let mut values = Vec::new();
        for terms in queries.iter().flat_map(|query| &query.alternatives) {
            let mut vectors = Vec::with_capacity(terms.len());
            for term in terms {
                vectors.push(match &term.what {
                    What::Like(path) => self.photo_vector(path)?,
                    _ => texts.next().map(<[f32]>::to_vec).unwrap_or_default(),
                });
            }
            values.extend(query::combine(terms, &vectors, &axes));
        }
        Ok(Embeddings {
            dim: self.model.info().dim,
            values,
        })
    }

    /// What lessons teach, ready for scoring.
    ///
    /// # Errors
    /// If a picture cannot be read, the model refuses a text, or the store cannot be read.
    pub fn teach_all(&self, lessons: &[TrainingSet]) -> Result<ClassifierSet, SessionError> {
        let taught = lessons.iter().map(|lesson| self.teach(lesson));
        let taught: Vec<Classifier> = taught.collect::<Result<_, _>>()?;
        Ok(ClassifierSet::new(self.model.info().dim, &taught))
    }

    /// What a lesson teaches: its text, blended with a few examples, or a head fitted on enough of them.
    ///
    /// # Errors
    /// As [`Self::teach_all`].
    pub fn teach(&self, lesson: &TrainingSet) -> Result<Classifier, SessionError> {
        let text_only = lesson.text_only;
        let some = |paths: &[PathBuf]| !text_only && paths.len() >= HEAD_EXAMPLES;
        let (shown, not) = (&lesson.examples, &lesson.counter_examples);
        if some(shown) && some(not) {
            let texts = self.embed_queries(std::slice::from_ref(&lesson.query))?;
            let plain = Classifier::from_texts(&texts, &lesson.query.weights());
            let scorer = self.taught_scorer(&ClassifierSet::new(texts.dim, [&plain]));
            let example = |path: &PathBuf| {
                let vector = self.photo_vector(path)?;
                let matched = self.score_vector(&scorer, &vector).matches[0];
                Ok(Example::new(vector, matched))
            };
            let shown: Result<Vec<_>, SessionError> = shown.iter().map(example).collect();
            let not: Result<Vec<_>, SessionError> = not.iter().map(example).collect();
            let scale = self.model.info().logit_scale;
            return Ok(teach::fit(&plain, scale, &shown?, &not?));
        }
        let mut query = lesson.query.clone();
        if !text_only {
            let like = |path: &PathBuf, weight| Term {
                what: What::Like(path.clone()),
                weight,
            };
            for terms in &mut query.alternatives {
                terms.extend(shown.iter().map(|path| like(path, 1.0)));
                // Turning away is half as strong: what a photo does not show is told less by one photo.
                terms.extend(not.iter().map(|path| like(path, -0.5)));
            }
        }
        let weights = lesson.query.weights();
        Ok(Classifier::from_texts(
            &self.embed_queries(&[query])?,
            &weights,
        ))
    }

    /// The vector of a photo: the store's, if it knows the file as it is.
    fn photo_vector(&self, path: &Path) -> Result<Vec<f32>, SessionError> {
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

    /// The axes of the model's two cones; that of pictures only if it is needed.
    fn axes(&self, pictures: bool) -> Result<Axes, SessionError> {
        let text = mean(self.background.rows());
        if !pictures {
            return Ok(Axes {
                image: text.clone(),
                text,
            });
        }
        let vectors = self.vectors()?;
        let step = (vectors.len() / AXIS_ROWS).max(1);
        let rows: Vec<Vec<f32>> = vectors
            .values()
            .chunks_exact(vectors.dim())
            .step_by(step)
            .map(|row| row.iter().map(|v| v.to_f32()).collect())
            .collect();
        let image = mean(rows.iter().map(Vec::as_slice));
        Ok(Axes {
            image: if image.is_empty() {
                text.clone()
            } else {
                image
            },
            text,
        })
    }

    /// Labels ready for scoring.
    #[must_use]
    pub fn scorer(&self, labels: &Embeddings) -> Scorer {
        let info = self.model.info();
        self.calibrated(Scorer::new(labels, &self.background, info.logit_scale))
    }

    /// Taught labels ready for scoring.
    #[must_use]
    pub fn taught_scorer(&self, labels: &ClassifierSet) -> Scorer {
        let info = self.model.info();
        self.calibrated(Scorer::taught(labels, &self.background, info.logit_scale))
    }

    /// What is known of lines between photos that fit and those that do not; only where it was measured.
    #[must_use]
    pub fn calibration(&self) -> Option<Calibration> {
        let starter = self.model.info().match_bias != 0.0;
        starter.then_some(Calibration::STARTER)
    }

    /// A scorer whose matches are calibrated as the model asks.
    fn calibrated(&self, scorer: Scorer) -> Scorer {
        let info = self.model.info();
        scorer
            .with_match_bias(info.match_bias)
            .with_sigmoid(info.sigmoid_bias)
    }

    /// Scores photos by the rows of their vectors. Of the vectors only a part is in memory at a time, however many they
    /// are: of a question that is asked again and again, [`Self::masses`] are better kept.
    ///
    /// # Errors
    /// If the store cannot be read.
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

    /// Whether there are photos with several vectors: videos and wide pictures.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn has_parts(&self) -> Result<bool, SessionError> {
        Ok(self.ready()?.vectors.has_wide())
    }

    /// What each label of a scorer weighs in photos, by the first rows of their vectors.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn masses(&self, scorer: &Scorer, rows: &[u32]) -> Result<Vec<LabelMasses>, SessionError> {
        let ready = self.ready()?;
        Ok(scorer.masses(ready.vectors.values(), ready.sums.values(), rows))
    }

    /// Adds the scores of photos to those of the photos before them. `labels` has what all of them weigh, `rows` the
    /// first rows of those to be added. Other parts of photos are scored by `scorer`, without which there are none.
    ///
    /// # Errors
    /// If the store cannot be read.
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
        let shares = Shares::of(labels).with_sigmoid(self.model.info().sigmoid_bias);
        shares.append(labels, &sums, first, scores);
        if let Some(scorer) = scorer {
            score_parts(&ready, scorer, rows, first, scores);
        }
        Ok(())
    }

    /// For photos by the first rows of their vectors, which of a photo's parts fits each label best: of a video, which
    /// frame.
    ///
    /// # Errors
    /// If the store cannot be read.
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

    /// The vectors as they are now. The store is asked each time: rows of another generation are an error, never
    /// other photos.
    ///
    /// # Errors
    /// If the store cannot be read.
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

    fn ready(&self) -> Result<Arc<Ready>, SessionError> {
        let vectors = self.vectors()?;
        let mut kept = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = kept
            .as_ref()
            .filter(|ready| Arc::ptr_eq(&ready.vectors, &vectors))
        {
            return Ok(ready.clone());
        }
        let scale = self.model.info().logit_scale;
        let sums = self
            .store
            .background_sums(&self.key, &vectors, &self.background, scale);
        let ready = Arc::new(Ready { vectors, sums });
        *kept = Some(ready.clone());
        Ok(ready)
    }

    /// Scores one vector that is not in the store.
    #[must_use]
    pub fn score_vector(&self, scorer: &Scorer, vector: &[f32]) -> Score {
        let parts = Embeddings {
            dim: vector.len(),
            values: vector.to_vec(),
        };
        self.score_picture(scorer, &parts)
    }

    /// Scores the parts of one picture that is not in the store, at least one.
    #[must_use]
    pub fn score_picture(&self, scorer: &Scorer, parts: &Embeddings) -> Score {
        let values: Vec<f16> = parts.values.iter().map(|v| f16::from_f32(*v)).collect();
        let scale = self.model.info().logit_scale;
        let mut sums = vec![0f32; parts.len()];
        Background::new(&self.background, scale).log_sums(&values, &mut sums);
        let mut scores = scorer.score(&values, &sums, &[0]);
        if parts.len() > 1 {
            let others: Vec<u32> = (1..).take(parts.len() - 1).collect();
            let part = scorer.score(&values, &sums, &others);
            scores.add_parts(&[(0, others.len())], &part);
        }
        scores.of(0)
    }
}

/// Scores what more rows there are of wide photos. `rows` are the first of each photo, whose scores begin at `first`.
fn score_parts(ready: &Ready, scorer: &Scorer, rows: &[u32], first: usize, scores: &mut Scores) {
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

/// One template is enough here: several cost a first start seconds and change no ranking.
fn background_prompt(words: &str) -> Vec<String> {
    vec![format!("a photo of {words}")]
}

fn mean<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut sum: Vec<f32> = Vec::new();
    let mut count = 0f32;
    for row in rows {
        sum.resize(row.len(), 0.0);
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
        count += 1.0;
    }
    sum.iter_mut().for_each(|s| *s /= count.max(1.0));
    sum
}
