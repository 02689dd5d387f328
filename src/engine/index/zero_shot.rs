//! A model with its background embeddings: everything needed for scoring without a store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use half::f16;
use rayon::prelude::*;

use super::error::SessionError;
use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::media::photo::Failure;
use crate::engine::media::reading::{MediaReader, Reading};
use crate::engine::media::samples::PHOTOS;
use crate::engine::search::bundled_prompts::{self, BACKGROUND};
use crate::engine::search::query::{self, Axes, Query, Term, TermKind};
use crate::engine::search::score::{
    Background, Calibration, DEFAULT_MIN_MATCH, Score, Scorer, Scores,
};
use crate::engine::search::teach::{self, Classifier, ClassifierSet, Example, TrainingSet};

/// Factor of the masses of negated words. A photo that fits a negated word as well as a label of one prompt then has at
/// most the default minimum match: M / (M + B + 4 M) <= 1/5.
const NEGATED_FACTOR: f32 = 1.0 / DEFAULT_MIN_MATCH - 1.0;

/// Number of embeddings whose background sums one task computes.
const TASK_ROWS: usize = 96;

/// Source of embeddings for example pictures in labels.
pub trait Pictures {
    /// The embedding of a picture file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or the model fails.
    fn vector(&self, path: &Path) -> Result<Vec<f32>, SessionError>;

    /// The mean embedding of pictures in general.
    ///
    /// # Errors
    /// Returns an error if they cannot be read or the model fails.
    fn axis(&self) -> Result<Vec<f32>, SessionError>;
}

/// A model and its background embeddings.
pub struct ZeroShot {
    model: Arc<dyn Model>,
    background: Embeddings,
    sums: Background,
    /// The result of [`Self::sample_mean`], once computed.
    sample_mean: OnceLock<Vec<f32>>,
}

impl ZeroShot {
    /// Embeds the background prompts, which takes seconds with a large model.
    ///
    /// # Errors
    /// Returns an error if the model fails.
    pub fn new(model: Arc<dyn Model>) -> Result<Self, ModelError> {
        let background = BACKGROUND.embed(model.as_ref())?;
        Ok(Self::with_background(model, background))
    }

    /// Uses background embeddings that were computed earlier.
    pub(super) fn with_background(model: Arc<dyn Model>, background: Embeddings) -> Self {
        let sums = Background::new(&background, model.info().logit_scale);
        Self {
            model,
            background,
            sums,
            sample_mean: OnceLock::new(),
        }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<dyn Model> {
        &self.model
    }

    /// The embeddings of the background prompts.
    #[must_use]
    pub fn background(&self) -> &Embeddings {
        &self.background
    }

    /// The embeddings of a picture file: of the model's standard crop, and of further crops of a wide picture; or of a
    /// video's frames.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or the model fails.
    pub fn embed_file(&self, path: &Path) -> Result<Embeddings, SessionError> {
        self.embed(self.reader().file(path, &Cancel::default()))
    }

    /// Like [`Self::embed_file`] for a picture in memory, called `name` in messages.
    ///
    /// # Errors
    /// Returns an error if the data is not a picture or the model fails.
    pub fn embed_bytes(&self, name: &Path, bytes: &[u8]) -> Result<Embeddings, SessionError> {
        self.embed(self.reader().bytes(name, bytes, &Cancel::default()))
    }

    /// The mean embedding of the bundled sample photos, which stand for photos in general where no others are known.
    /// The mean of texts cannot do so, because texts and images lie in different cones.
    pub(super) fn sample_mean(&self) -> Result<Vec<f32>, SessionError> {
        if let Some(known) = self.sample_mean.get() {
            return Ok(known.clone());
        }
        let vector = |(name, bytes): &(&str, &[u8])| -> Result<Vec<f32>, SessionError> {
            let parts = self.embed_bytes(Path::new(name), bytes)?;
            Ok(parts.rows().next().unwrap_or_default().to_vec())
        };
        let vectors: Vec<Vec<f32>> = PHOTOS.iter().map(vector).collect::<Result<_, _>>()?;
        let computed = mean(vectors.iter().map(Vec::as_slice));
        Ok(self.sample_mean.get_or_init(|| computed).clone())
    }

    fn reader(&self) -> MediaReader {
        MediaReader::new(self.model.info().preprocess)
    }

    fn embed(&self, reading: Result<Reading, Failure>) -> Result<Embeddings, SessionError> {
        let reading = reading.map_err(|failure| SessionError::Picture {
            path: failure.path,
            message: failure.message,
        })?;
        Ok(self
            .model
            .embed_images(&reading.crops, &Cancel::default())?)
    }

    /// The embeddings of all queries' alternatives, concatenated; a query without a comma has one alternative. Negated
    /// texts have no part in them, only in [classifiers](Self::teach).
    ///
    /// # Errors
    /// Returns an error if a picture cannot be read or the model rejects a text.
    pub fn embed_queries(
        &self,
        queries: &[Query],
        pictures: &dyn Pictures,
    ) -> Result<Embeddings, SessionError> {
        let queries: Vec<Query> = { queries.iter() }
            .map(|query| self.as_read(query))
            .collect();
        let alternatives: Vec<Vec<Term>> = queries.iter().flat_map(Query::blended).collect();
        let terms = || alternatives.iter().flatten();
        let phrases: Vec<Vec<String>> = terms().filter_map(|term| term.what.texts()).collect();
        let texts = query::embed_phrases(self.model.as_ref(), &phrases)?;
        let likes = terms().any(|term| matches!(term.what, TermKind::Like(_)));
        let mut texts = texts.rows();
        let mut embedded = Vec::with_capacity(alternatives.len());
        for terms in &alternatives {
            let mut vectors = Vec::with_capacity(terms.len());
            for term in terms {
                vectors.push(match &term.what {
                    TermKind::Like(path) => pictures.vector(path)?,
                    _ => texts.next().map(<[f32]>::to_vec).unwrap_or_default(),
                });
            }
            embedded.push(vectors);
        }
        // Computed last, and only for pictures, because it takes time.
        let image = match likes {
            true => pictures.axis()?,
            false => Vec::new(),
        };
        let text = mean(self.background.rows());
        let axes = Axes { image, text };
        let queries = alternatives.iter().zip(&embedded);
        Ok(Embeddings {
            dim: self.model.info().dim,
            values: queries
                .flat_map(|(terms, vectors)| query::combine(terms, vectors, &axes))
                .collect(),
        })
    }

    /// Adapts a query to the model's languages.
    fn as_read(&self, query: &Query) -> Query {
        query.for_model(self.model.is_english_only())
    }

    /// Trains the classifiers of all training sets.
    ///
    /// # Errors
    /// Same as [`Self::teach`].
    pub fn teach_all(
        &self,
        training_sets: &[TrainingSet],
        pictures: &dyn Pictures,
    ) -> Result<ClassifierSet, SessionError> {
        let classifiers = training_sets
            .iter()
            .map(|training_set| self.teach(training_set, pictures));
        let classifiers: Vec<Classifier> = classifiers.collect::<Result<_, _>>()?;
        Ok(ClassifierSet::new(self.model.info().dim, &classifiers))
    }

    /// The classifier of a training set: that of its text, with a correction fitted to the examples. Where the text
    /// consists of pictures, positive examples are further pictures too.
    ///
    /// # Errors
    /// Returns an error if a picture cannot be read or the model rejects a text.
    pub fn teach(
        &self,
        training_set: &TrainingSet,
        pictures: &dyn Pictures,
    ) -> Result<Classifier, SessionError> {
        let (shown, not) = (&training_set.examples, &training_set.counter_examples);
        let learns = !training_set.text_only && shown.len() + not.len() > 0;
        let mut query = self.as_read(&training_set.query);
        let weights = query.weights();
        if learns {
            add_pictures(&mut query, shown);
        }
        let plain = self.classifier(query, &weights, pictures)?;
        if !learns {
            return Ok(plain);
        }
        let info = self.model.info();
        let scorer = self.classifier_scorer(&ClassifierSet::new(info.dim, [&plain]));
        let example = |path: &PathBuf| {
            let vector = pictures.vector(path)?;
            let matched = self.score_vector(&scorer, &vector).matches[0];
            Ok(Example::new(vector, matched))
        };
        let shown: Result<Vec<_>, SessionError> = shown.iter().map(example).collect();
        let not: Result<Vec<_>, SessionError> = not.iter().map(example).collect();
        let (shown, not) = (shown?, not?);
        let centre = pictures.axis()?;
        Ok(teach::fit(&plain, info.logit_scale, &centre, &shown, &not))
    }

    /// The classifier of a query in the model's language; `weights` are those of its alternatives.
    fn classifier(
        &self,
        query: Query,
        weights: &[f32],
        pictures: &dyn Pictures,
    ) -> Result<Classifier, SessionError> {
        let negated = query.negated();
        let texts = negated.iter().filter_map(|term| term.what.texts());
        let texts: Vec<Vec<String>> = texts.collect();
        let against = query::embed_phrases(self.model.as_ref(), &texts)?;
        let factor = |term: &Term| -term.weight * NEGATED_FACTOR;
        let importance: Vec<f32> = negated.iter().map(factor).collect();
        let vectors = self.embed_queries(&[query], pictures)?;
        Ok(Classifier::from_texts(&vectors, weights).and_not(&against, &importance))
    }

    /// A scorer for text labels.
    #[must_use]
    pub fn scorer(&self, labels: &Embeddings) -> Scorer {
        let scale = self.model.info().logit_scale;
        self.calibrated(Scorer::new(labels, &self.background, scale))
    }

    /// A scorer for trained labels.
    #[must_use]
    pub fn classifier_scorer(&self, labels: &ClassifierSet) -> Scorer {
        let scale = self.model.info().logit_scale;
        self.calibrated(Scorer::for_classifiers(labels, &self.background, scale))
    }

    /// Calibration of the decision threshold, for models for which it was measured.
    #[must_use]
    pub fn calibration(&self) -> Option<Calibration> {
        bundled_prompts::is_starter(self.model.info()).then_some(Calibration::STARTER)
    }

    /// Applies the model's score calibration.
    fn calibrated(&self, scorer: Scorer) -> Scorer {
        let info = self.model.info();
        scorer
            .with_match_bias(info.match_bias)
            .with_sigmoid(info.sigmoid_bias)
    }

    /// Scores a single embedding.
    #[must_use]
    pub fn score_vector(&self, scorer: &Scorer, vector: &[f32]) -> Score {
        let parts = Embeddings {
            dim: vector.len(),
            values: vector.to_vec(),
        };
        self.score_picture(scorer, &parts)
    }

    /// Scores a picture from the embeddings of its parts, of which there must be at least one.
    #[must_use]
    pub fn score_picture(&self, scorer: &Scorer, parts: &Embeddings) -> Score {
        self.score_pictures(scorer, parts, &[parts.len()]).of(0)
    }

    /// Scores pictures whose parts are concatenated; `counts` is the number of parts of each, at least one.
    #[must_use]
    pub fn score_pictures(&self, scorer: &Scorer, parts: &Embeddings, counts: &[usize]) -> Scores {
        let values: Vec<f16> = parts.values.iter().map(|v| f16::from_f32(*v)).collect();
        let (mut firsts, mut others, mut wide) = (Vec::new(), Vec::new(), Vec::new());
        let mut row = 0u32;
        for (picture, count) in counts.iter().enumerate() {
            firsts.push(row);
            others.extend((row + 1..).take(count.saturating_sub(1)));
            if *count > 1 {
                wide.push((picture, count - 1));
            }
            row += *count as u32;
        }
        let sums = self.background_sums(&values);
        let mut scores = scorer.score(&values, &sums, &firsts);
        if !others.is_empty() {
            let part = scorer.score(&values, &sums, &others);
            scores.add_parts(&wide, &part);
        }
        scores
    }

    /// The log-sum-exp of each embedding over the background, computed on all cores.
    #[must_use]
    pub fn background_sums(&self, values: &[f16]) -> Vec<f32> {
        let dim = self.background.dim.max(1);
        let mut sums = vec![0f32; values.len() / dim];
        (sums.par_chunks_mut(TASK_ROWS))
            .zip(values.par_chunks(TASK_ROWS * dim))
            .for_each(|(sums, values)| self.sums.log_sums(values, sums));
        sums
    }
}

/// Adds pictures to the alternatives that consist of pictures alone. The mean of several represents them better than a
/// correction of the first one.
fn add_pictures(query: &mut Query, paths: &[PathBuf]) {
    let is_picture = |term: &Term| matches!(term.what, TermKind::Like(_)) && term.weight > 0.0;
    for terms in &mut query.alternatives {
        if terms.iter().all(is_picture) {
            terms.extend(paths.iter().map(|path| Term {
                what: TermKind::Like(path.clone()),
                weight: 1.0,
            }));
        }
    }
}

/// Always reads picture files anew, so that a label means the same on every machine.
impl Pictures for ZeroShot {
    fn vector(&self, path: &Path) -> Result<Vec<f32>, SessionError> {
        let parts = self.embed_file(path)?;
        Ok(parts.rows().next().unwrap_or_default().to_vec())
    }

    fn axis(&self) -> Result<Vec<f32>, SessionError> {
        self.sample_mean()
    }
}

/// The mean of some embeddings; empty if there are none.
pub(super) fn mean<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_further_pictures_of_labels_that_are_pictures() {
        let terms = |text: &str| {
            let mut query = Query::parse(text).unwrap();
            add_pictures(&mut query, &["b.jpg".into(), "c.jpg".into()]);
            query.alternatives[0].len()
        };
        assert_eq!(terms("like:a.jpg"), 3);
        assert_eq!(terms("dog"), 1);
        assert_eq!(terms("red like:a.jpg"), 2);
        assert_eq!(terms("-like:a.jpg"), 1);
    }
}
