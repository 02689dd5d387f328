//! Embeds terms and combines their embeddings to that of a query.

use super::{Term, TermKind};
use crate::engine::inference::{Embeddings, Model, ModelError};

/// Embeds phrases, each as the normalised mean over its prompts.
///
/// # Errors
/// Returns an error if the model rejects a text.
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

/// Scales a vector to unit length; a zero vector is unchanged.
pub fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|v| *v /= norm);
    }
}

/// The mean embeddings of a model's two modalities. Text and image embeddings each lie in a narrow cone (the modality
/// gap); the means are the axes of these cones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axes {
    /// Mean of the background prompts' embeddings.
    pub text: Vec<f32>,
    /// Mean of image embeddings.
    pub image: Vec<f32>,
}

/// Combines the embeddings of the terms, in order, to that of a query.
///
/// An image embedding is first shifted from the image cone to the text cone, so that its cosine with photos is
/// comparable to that of a text. Of a negated term, only the deviation from the text axis is subtracted; subtracting
/// the axis too would turn the query away from everything.
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
