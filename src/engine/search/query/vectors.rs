//! Vectors of terms, combined into that of a query.

use super::{Term, TermKind};
use crate::engine::inference::{Embeddings, Model, ModelError};

/// Vectors of phrases: of each, the mean over its prompts, normalised.
///
/// # Errors
/// If the model refuses a text.
pub fn embed_phrases(model: &dyn Model, phrases: &[Vec<String>]) -> Result<Embeddings, ModelError> {
    let texts: Vec<&str> = phrases.iter().flatten().map(String::as_str).collect();
    let all = model.embed_texts(&texts)?;
    let mut rows = all.rows();
    let mut values = Vec::with_capacity(phrases.len() * all.dim);
    for phrase in phrases {
        let mut mean = vec![0f32; all.dim];
        for row in rows.by_ref().take(phrase.len()) {
            mean.iter_mut().zip(row).for_each(|(m, v)| *m += v);
        }
        normalise(&mut mean);
        values.extend(mean);
    }
    Ok(Embeddings {
        dim: all.dim,
        values,
    })
}

/// Scales a vector to length 1; a zero vector stays.
pub fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|v| *v /= norm);
    }
}

/// Means of a model's two kinds of vectors. Texts and pictures each lie in a cone of their own; the
/// means are the cones' axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axes {
    /// Mean of the background prompts' vectors.
    pub text: Vec<f32>,
    /// Mean of pictures' vectors.
    pub image: Vec<f32>,
}

/// The vector of a query from those of its terms, in order.
///
/// A picture is first moved from the cone of pictures to that of texts, so that its cosine with photos
/// is comparable with a text's. What is subtracted is only what sets a term apart from the text axis:
/// subtracting the axis too would turn the query away from everything.
#[must_use]
pub fn combine(terms: &[Term], vectors: &[Vec<f32>], axes: &Axes) -> Vec<f32> {
    let mut sum = vec![0f32; axes.text.len()];
    if terms.iter().all(|term| term.weight < 0.0) {
        sum.copy_from_slice(&axes.text);
    }
    for (term, vector) in terms.iter().zip(vectors) {
        let mut vector = vector.clone();
        if matches!(term.what, TermKind::Like(_)) {
            for ((v, image), text) in vector.iter_mut().zip(&axes.image).zip(&axes.text) {
                *v += text - image;
            }
            normalise(&mut vector);
        }
        for ((s, v), text) in sum.iter_mut().zip(&vector).zip(&axes.text) {
            *s += term.weight * if term.weight < 0.0 { v - text } else { *v };
        }
    }
    normalise(&mut sum);
    sum
}
