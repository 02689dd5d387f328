//! Trains a label's classifier on positive and negative examples.
//!
//! A few examples are blended into the label's embedding. From five of each kind on, a logistic regression is fitted to
//! their embeddings. Its prior is the text embedding, so that few examples change it little, and the result is a vector
//! and a bias, which score as fast as any label.

use std::path::PathBuf;

use super::query::Query;
use crate::engine::inference::Embeddings;
use crate::engine::search::math::{dot, sigmoid};

/// Minimum number of examples of each kind for fitting a head.
pub const HEAD_EXAMPLES: usize = 5;
/// Strength of the regularisation towards the text. Chosen on the sets of `tests/commands/teach.rs`.
const RIDGE: f32 = 1e-3;
/// Iterations of the fit, far more than three digits of accuracy require.
const STEPS: usize = 300;

/// The training data of a label.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingSet {
    /// Its text.
    pub query: Query,
    /// Paths of positive examples.
    pub examples: Vec<PathBuf>,
    /// Paths of negative examples.
    pub counter_examples: Vec<PathBuf>,
    /// Whether to ignore the examples for now.
    pub text_only: bool,
}

impl TrainingSet {
    /// Creates a training set from text alone.
    #[must_use]
    pub fn of(query: Query) -> Self {
        Self {
            query,
            examples: Vec::new(),
            counter_examples: Vec::new(),
            text_only: false,
        }
    }
}

/// A member of a classifier: the logit of a photo v is `s v.t + b`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifierVector {
    /// The embedding of the text alone, which determines the left-out background prompts.
    pub text: Vec<f32>,
    /// The vector t.
    pub vector: Vec<f32>,
    /// The bias b.
    pub bias: f32,
    /// Whether photos that fit it do not fit the label.
    pub negated: bool,
}

/// The classifier of a label: a member for each alternative of its query, at least one, and for each negated word.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifier {
    /// The members; negated ones are last.
    pub members: Vec<ClassifierVector>,
}

/// The classifiers of several labels, with their members concatenated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifierSet {
    /// The members' text embeddings.
    pub texts: Embeddings,
    /// The members' vectors.
    pub vectors: Embeddings,
    /// The members' biases.
    pub biases: Vec<f32>,
    /// Number of members of each label that are not negated.
    pub groups: Vec<usize>,
    /// Number of negated members of each label, which follow its others.
    pub negated: Vec<usize>,
}

impl ClassifierSet {
    /// Concatenates the members of `labels`, whose vectors have `dim` dimensions.
    pub fn new<'a>(dim: usize, labels: impl IntoIterator<Item = &'a Classifier>) -> Self {
        let mut set = Self::default();
        (set.texts.dim, set.vectors.dim) = (dim, dim);
        for classifiers in labels {
            let negated = classifiers.members.iter().filter(|member| member.negated);
            let negated = negated.count();
            set.groups.push(classifiers.members.len() - negated);
            set.negated.push(negated);
            for member in &classifiers.members {
                set.texts.values.extend_from_slice(&member.text);
                set.vectors.values.extend_from_slice(&member.vector);
                set.biases.push(member.bias);
            }
        }
        set
    }
}

impl Classifier {
    /// Creates a classifier from text embeddings alone, with masses scaled by `weights`.
    #[must_use]
    pub fn from_texts(vectors: &Embeddings, weights: &[f32]) -> Self {
        Self {
            members: members(vectors, weights, false).collect(),
        }
    }

    /// Adds negated members, with masses scaled by `weights`.
    #[must_use]
    pub fn and_not(mut self, vectors: &Embeddings, weights: &[f32]) -> Self {
        self.members.extend(members(vectors, weights, true));
        self
    }
}

fn members(
    vectors: &Embeddings,
    weights: &[f32],
    negated: bool,
) -> impl Iterator<Item = ClassifierVector> {
    (vectors.rows().zip(weights)).map(move |(vector, weight)| ClassifierVector {
        text: vector.to_vec(),
        vector: vector.to_vec(),
        bias: weight.ln(),
        negated,
    })
}

/// A photo to learn from.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its normalised embedding.
    pub vector: Vec<f32>,
    /// The log-odds of its match score m for the text, `ln(m / (1 - m))`.
    pub logit: f32,
}

impl Example {
    /// Creates an example from an embedding and its match score for the text.
    #[must_use]
    pub fn new(vector: Vec<f32>, matched: f32) -> Self {
        let matched = matched.clamp(1e-6, 1.0 - 1e-6);
        Self {
            vector,
            logit: (matched / (1.0 - matched)).ln(),
        }
    }
}

/// Fits a head by regularised logistic regression on embeddings, with the text's logits as offset and equal weight for
/// both classes, using Nesterov's accelerated gradient. The correction is added to the members of the text-only
/// classifier `plain` that are not negated; `logit_scale` is the model's s.
#[must_use]
pub fn fit(plain: &Classifier, logit_scale: f32, shown: &[Example], not: &[Example]) -> Classifier {
    let weight = |examples: &[Example]| 1.0 / examples.len().max(1) as f32;
    let kinds = [(shown, 1.0, weight(shown)), (not, 0.0, weight(not))];
    // The gradient's Lipschitz constant is a quarter of the weighted squared norms, which sum to 2 for each class.
    let step = 1.0 / (1.0 + RIDGE);
    // The bias is an additional component of each vector.
    let dim = plain.members.first().map_or(0, |member| member.text.len());
    let width = dim + 1;
    let (mut now, mut before) = (vec![0f32; width], vec![0f32; width]);
    for n in 0..STEPS {
        let momentum = n as f32 / (n as f32 + 3.0);
        let ahead: Vec<f32> = now
            .iter()
            .zip(&before)
            .map(|(now, before)| now + momentum * (now - before))
            .collect();
        let mut gradient: Vec<f32> = ahead.iter().map(|value| RIDGE * value).collect();
        for (examples, wanted, weight) in &kinds {
            for example in *examples {
                let (direction, bias) = ahead.split_at(dim);
                let logit = example.logit + dot(&example.vector, direction) + bias[0];
                let error = weight * (sigmoid(logit) - wanted);
                for (g, v) in gradient.iter_mut().zip(&example.vector) {
                    *g += error * v;
                }
                gradient[dim] += error;
            }
        }
        before = now;
        now = ahead
            .iter()
            .zip(&gradient)
            .map(|(a, g)| a - step * g)
            .collect();
    }
    let (direction, bias) = now.split_at(dim);
    let member = |plain: &ClassifierVector| {
        if plain.negated {
            return plain.clone();
        }
        let along = plain.vector.iter().zip(direction);
        ClassifierVector {
            text: plain.text.clone(),
            vector: along.map(|(t, w)| t + w / logit_scale).collect(),
            bias: plain.bias + bias[0],
            negated: false,
        }
    };
    Classifier {
        members: plain.members.iter().map(member).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &[f32]) -> Classifier {
        let vectors = Embeddings {
            dim: text.len(),
            values: text.to_vec(),
        };
        Classifier::from_texts(&vectors, &[1.0])
    }

    #[test]
    fn a_head_learns_what_the_text_does_not_say() {
        // The text determines the first axis; the examples differ along the second.
        let example =
            |second: f32| Example::new(vec![0.6, second, (0.64 - second * second).sqrt()], 0.5);
        let shown: Vec<Example> = (0..6).map(|n| example(0.5 + 0.02 * n as f32)).collect();
        let not: Vec<Example> = (0..6).map(|n| example(-0.5 - 0.02 * n as f32)).collect();
        let text = [1.0, 0.0, 0.0];
        let classifiers = fit(&one(&text), 20.0, &shown, &not).members.remove(0);
        let logit = |e: &Example| {
            let learned = dot(&e.vector, &classifiers.vector) - dot(&e.vector, &text);
            e.logit + 20.0 * learned + classifiers.bias
        };
        assert!(shown.iter().all(|e| logit(e) > 1.0), "{classifiers:?}");
        assert!(not.iter().all(|e| logit(e) < -1.0), "{classifiers:?}");
    }

    #[test]
    fn what_the_text_says_already_is_hardly_moved() {
        let example =
            |first: f32, matched| Example::new(vec![first, (1.0 - first * first).sqrt()], matched);
        let shown = vec![example(0.5, 0.9999); 5];
        let not = vec![example(0.1, 0.0001); 5];
        let classifiers = fit(&one(&[1.0, 0.0]), 50.0, &shown, &not).members.remove(0);
        assert!(
            (classifiers.vector[0] - 1.0).abs() < 0.01 && classifiers.bias.abs() < 0.1,
            "{classifiers:?}"
        );
    }
}
