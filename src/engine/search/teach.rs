//! Trains a label's classifier on positive and negative examples.
//!
//! A logistic regression is fitted to the examples' embeddings, as a correction of the text's logits. Its prior is the
//! text, so that few examples change it little, and the result is a vector and a bias, which score as fast as any label.

use std::path::PathBuf;

use super::query::Query;
use crate::engine::inference::Embeddings;
use crate::engine::search::math::{dot, sigmoid};

/// Strength of the regularisation towards the text. Chosen on half of the classes of `docs/heap.md`, "Examples from
/// answers".
const RIDGE: f32 = 0.02;
/// Lower bound of the photos' variance, so that rounding errors of nearly equal photos are not learned.
const MIN_VARIANCE: f32 = 0.01;
/// Iterations of the fit. In simulations, the error of logits was about 0.001 with 20 examples of each kind, and 0.03
/// with 200.
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

/// Fits a correction w of the text's logits to examples, by regularised logistic regression.
///
/// Let `l` be an example's logit for the text, `y` 1 for positive and 0 for negative examples, and `x = (v - c) / d` its
/// standardised embedding: c is the mean embedding of photos, `centre`, and `d^2 = 1 - |c|^2` is the mean squared
/// distance of unit vectors from it. w minimises
///
/// `sum of ln(1 + e^-(l + w.x)) / sqrt(n1) if y = 1, or ln(1 + e^(l + w.x)) / sqrt(n0) if y = 0, + RIDGE / 2 |w|^2`
///
/// with n1 positive and n0 negative examples. These count as their square roots, because examples of a label resemble
/// each other, and so that many of one kind do not outweigh a few of the other.
///
/// This is the maximum a posteriori estimate with a Gaussian prior at the text; with the hinge loss, it is the adaptive
/// SVM of Yang, Yan and Hauptmann, "Cross-domain video concept detection using adaptive SVMs" (2007). Examples that the
/// text already classifies with certainty have hardly any effect, so counter-examples do not reverse a ranking. There is
/// no further bias: examples are not a random sample of photos, and those unlike them should keep their matches.
///
/// The correction is added to the members of the text-only classifier `plain` that are not negated; `logit_scale` is the
/// model's s. The method of optimisation is Nesterov's accelerated gradient.
#[must_use]
pub fn fit(
    plain: &Classifier,
    logit_scale: f32,
    centre: &[f32],
    shown: &[Example],
    not: &[Example],
) -> Classifier {
    let deviation = (1.0 - dot(centre, centre)).max(MIN_VARIANCE).sqrt();
    let kinds = [(shown, 1.0), (not, 0.0)];
    let standardise = |(examples, wanted): (&[Example], f32)| -> Vec<Standardised> {
        let weight = 1.0 / (examples.len().max(1) as f32).sqrt();
        let examples = examples.iter().map(|example| {
            let centred = example.vector.iter().zip(centre);
            Standardised {
                vector: centred.map(|(v, c)| (v - c) / deviation).collect(),
                logit: example.logit,
                wanted,
                weight,
            }
        });
        examples.collect()
    };
    let examples: Vec<Standardised> = kinds.into_iter().flat_map(standardise).collect();
    let correction = minimise(&examples, centre.len());
    // w.x = w.v / d - w.c / d, and a member's logit is s v.t + b.
    let shift = dot(&correction, centre) / deviation;
    let factor = 1.0 / (deviation * logit_scale);
    let member = |plain: &ClassifierVector| {
        if plain.negated {
            return plain.clone();
        }
        let along = plain.vector.iter().zip(&correction);
        ClassifierVector {
            text: plain.text.clone(),
            vector: along.map(|(t, w)| t + w * factor).collect(),
            bias: plain.bias - shift,
            negated: false,
        }
    };
    Classifier {
        members: plain.members.iter().map(member).collect(),
    }
}

/// An example as [`fit`] uses it.
struct Standardised {
    /// The vector x.
    vector: Vec<f32>,
    /// The logit l for the text.
    logit: f32,
    /// The probability y.
    wanted: f32,
    /// The factor of its loss.
    weight: f32,
}

/// The correction w of [`fit`].
fn minimise(examples: &[Standardised], dim: usize) -> Vec<f32> {
    // The gradient's Lipschitz constant is at most a quarter of the weighted squared norms, plus the regularisation.
    let norms: f32 = examples
        .iter()
        .map(|example| example.weight * dot(&example.vector, &example.vector))
        .sum();
    let step = 1.0 / (norms / 4.0 + RIDGE);
    let (mut now, mut before) = (vec![0f32; dim], vec![0f32; dim]);
    for n in 0..STEPS {
        let momentum = n as f32 / (n as f32 + 3.0);
        let ahead = now.iter().zip(&before);
        let ahead: Vec<f32> = ahead
            .map(|(now, before)| now + momentum * (now - before))
            .collect();
        let mut gradient: Vec<f32> = ahead.iter().map(|value| RIDGE * value).collect();
        for example in examples {
            let logit = example.logit + dot(&example.vector, &ahead);
            let error = example.weight * (sigmoid(logit) - example.wanted);
            for (g, x) in gradient.iter_mut().zip(&example.vector) {
                *g += error * x;
            }
        }
        before = now;
        now = ahead
            .iter()
            .zip(&gradient)
            .map(|(a, g)| a - step * g)
            .collect();
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: f32 = 20.0;

    fn one(text: &[f32]) -> Classifier {
        let vectors = Embeddings {
            dim: text.len(),
            values: text.to_vec(),
        };
        Classifier::from_texts(&vectors, &[1.0])
    }

    /// What training adds to the logit of a photo.
    fn learned(trained: &Classifier, text: &[f32], photo: &[f32]) -> f32 {
        let member = &trained.members[0];
        SCALE * (dot(photo, &member.vector) - dot(photo, text)) + member.bias
    }

    #[test]
    fn a_head_learns_what_the_text_does_not_say() {
        // The text determines the first axis; the examples differ along the second.
        let example =
            |second: f32| Example::new(vec![0.6, second, (0.64 - second * second).sqrt()], 0.5);
        let shown: Vec<Example> = (0..6).map(|n| example(0.5 + 0.02 * n as f32)).collect();
        let not: Vec<Example> = (0..6).map(|n| example(-0.5 - 0.02 * n as f32)).collect();
        let text = [1.0, 0.0, 0.0];
        let trained = fit(&one(&text), SCALE, &[0.0; 3], &shown, &not);
        let logit = |e: &Example| e.logit + learned(&trained, &text, &e.vector);
        assert!(shown.iter().all(|e| logit(e) > 1.0), "{trained:?}");
        assert!(not.iter().all(|e| logit(e) < -1.0), "{trained:?}");
    }

    #[test]
    fn what_the_text_says_already_is_hardly_moved() {
        let example =
            |first: f32, matched| Example::new(vec![first, (1.0 - first * first).sqrt()], matched);
        let shown = vec![example(0.5, 0.9999); 5];
        let not = vec![example(0.1, 0.0001); 5];
        let trained = fit(&one(&[1.0, 0.0]), 50.0, &[0.0; 2], &shown, &not);
        let member = &trained.members[0];
        assert!(
            (member.vector[0] - 1.0).abs() < 0.01 && member.bias.abs() < 0.1,
            "{member:?}"
        );
    }

    #[test]
    fn without_examples_the_text_is_unchanged() {
        let plain = one(&[0.6, 0.0, 0.8]);
        assert_eq!(fit(&plain, SCALE, &[0.3, 0.2, 0.1], &[], &[]), plain);
    }

    #[test]
    fn counter_examples_alone_do_not_reverse_the_ranking() {
        let (text, good, bad) = ([1.0, 0.0, 0.0], [0.6, 0.0, 0.8], [0.1, 0.0, 0.995]);
        // The text takes some of the counter-examples for matches.
        for matched in [0.001, 0.2, 0.9] {
            let not = vec![Example::new(vec![0.5, 0.866, 0.0], matched); 10];
            let trained = fit(&one(&text), SCALE, &[0.0; 3], &[], &not);
            let logit = |photo: &[f32]| SCALE * dot(photo, &text) + learned(&trained, &text, photo);
            assert!(logit(&good) > logit(&bad) + 5.0, "{matched}: {trained:?}");
            let fallen = learned(&trained, &text, &not[0].vector);
            assert!(fallen < 0.0 && not[0].logit + fallen < -1.0, "{trained:?}");
        }
    }

    #[test]
    fn one_example_raises_photos_like_it_alone() {
        let (text, centre) = ([0.8, 0.6, 0.0, 0.0], [0.8, 0.0, 0.0, 0.0]);
        let shown = Example::new(vec![0.8, 0.0, 0.6, 0.0], 0.01);
        let trained = fit(
            &one(&text),
            SCALE,
            &centre,
            std::slice::from_ref(&shown),
            &[],
        );
        let raised = learned(&trained, &text, &shown.vector);
        assert!(shown.logit + raised > 0.0, "{raised}");
        // It has only the mean of all photos in common with the example.
        let other = learned(&trained, &text, &[0.8, 0.0, 0.0, 0.6]);
        assert!(other.abs() < 1e-3, "{other}");
    }
}
