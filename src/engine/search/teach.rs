//! Trains a label's classifier from photos that show it and photos that do not.
//!
//! A few examples are blended into the label's vector. With five of each, a logistic regression is fitted on their vectors:
//! its prior is the text's vector, so that few examples move it little, and it stays a vector and a bias, which score as
//! quickly as any label.

use std::path::PathBuf;

use super::query::Query;
use crate::engine::inference::Embeddings;
use crate::engine::search::math::{dot, sigmoid};

/// Examples of each kind from which a head is fitted.
pub const HEAD_EXAMPLES: usize = 5;
/// How strongly a head is held to what the text says. Chosen on the sets of `tests/commands/teach.rs`.
const RIDGE: f32 = 1e-3;
/// Steps of the fit: many more than it needs for three digits.
const STEPS: usize = 300;

/// What a label is to be learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingSet {
    /// Its text.
    pub query: Query,
    /// Photos that show it.
    pub examples: Vec<PathBuf>,
    /// Photos that do not.
    pub counter_examples: Vec<PathBuf>,
    /// Whether only the text counts for now.
    pub text_only: bool,
}

impl TrainingSet {
    /// A text alone.
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

/// One of the vectors by which a label is scored: the logit of a photo v is `s v.t + b`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifierVector {
    /// What the text alone says, by which prompts of the same meaning are found.
    pub text: Vec<f32>,
    /// t.
    pub vector: Vec<f32>,
    /// b.
    pub bias: f32,
}

/// A label as it is scored: by as many vectors as there are alternatives in its query, at least one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifier {
    /// The vectors.
    pub members: Vec<ClassifierVector>,
}

/// Labels as they are scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassifierSet {
    /// The vectors of their members' texts, label after label.
    pub texts: Embeddings,
    /// The vectors by which photos are scored.
    pub vectors: Embeddings,
    /// The biases.
    pub biases: Vec<f32>,
    /// How many members each label has.
    pub groups: Vec<usize>,
}

impl ClassifierSet {
    /// Labels whose vectors are `dim` wide.
    pub fn new<'a>(dim: usize, labels: impl IntoIterator<Item = &'a Classifier>) -> Self {
        let mut set = Self::default();
        (set.texts.dim, set.vectors.dim) = (dim, dim);
        for classifiers in labels {
            set.groups.push(classifiers.members.len());
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
    /// What texts alone say, whose masses count `weights`.
    #[must_use]
    pub fn from_texts(vectors: &Embeddings, weights: &[f32]) -> Self {
        let member = |(vector, weight): (&[f32], &f32)| ClassifierVector {
            text: vector.to_vec(),
            vector: vector.to_vec(),
            bias: weight.ln(),
        };
        Self {
            members: vectors.rows().zip(weights).map(member).collect(),
        }
    }
}

/// A photo to learn from.
#[derive(Clone, Debug)]
pub struct Example {
    /// Its vector, normalised.
    pub vector: Vec<f32>,
    /// The logit of its match with the text, `ln(m / (1 - m))`.
    pub logit: f32,
}

impl Example {
    /// A photo with its match with the text.
    #[must_use]
    pub fn new(vector: Vec<f32>, matched: f32) -> Self {
        let matched = matched.clamp(1e-6, 1.0 - 1e-6);
        Self {
            vector,
            logit: (matched / (1.0 - matched)).ln(),
        }
    }
}

/// Fits a head: logistic regression of what the texts' logits leave unexplained, both kinds weighing the same,
/// by Nesterov's accelerated gradient. `plain` is the label as its texts say it, whose members all move alike;
/// `logit_scale` is the model's s.
#[must_use]
pub fn fit(plain: &Classifier, logit_scale: f32, shown: &[Example], not: &[Example]) -> Classifier {
    let weight = |examples: &[Example]| 1.0 / examples.len().max(1) as f32;
    let kinds = [(shown, 1.0, weight(shown)), (not, 0.0, weight(not))];
    // The gradient's Lipschitz constant: a quarter of the squared lengths, of which each kind has 2 in all.
    let step = 1.0 / (1.0 + RIDGE);
    // The bias is one more value of each vector.
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
        let along = plain.vector.iter().zip(direction);
        ClassifierVector {
            text: plain.text.clone(),
            vector: along.map(|(t, w)| t + w / logit_scale).collect(),
            bias: plain.bias + bias[0],
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
        // The text says the first axis; the examples differ along the second.
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
