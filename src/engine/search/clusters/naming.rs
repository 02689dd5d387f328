//! Names clusters by words that match their photos better than the rest.

use half::f16;

use super::{Vocabulary, mean};

/// Weight of a word's absolute similarity to the cluster, relative to the difference between the cluster and the rest.
const FITS_AT_ALL: f32 = 0.5;

/// The mean of all embeddings before centring.
pub struct UncentredMean {
    mean: Vec<f32>,
    count: f32,
}

impl UncentredMean {
    /// Computes the mean of all embeddings.
    pub fn of(vectors: &[f32], dim: usize) -> Self {
        Self {
            mean: mean(vectors, dim),
            count: (vectors.len() / dim) as f32,
        }
    }
}

/// For each cluster, indices of words, best first. No two clusters have the same first word.
pub fn name<'a>(
    plain: &UncentredMean,
    clusters: &[Vec<usize>],
    vocabulary: &Vocabulary<'_>,
    most: usize,
    vector: impl Fn(usize) -> &'a [f16],
) -> Vec<Vec<usize>> {
    let scores: Vec<Vec<f32>> = clusters
        .iter()
        .map(|cluster| word_scores(plain, cluster, vocabulary, &vector))
        .collect();
    // The word with the highest score is assigned first.
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (cluster, scores) in scores.iter().enumerate() {
        for word in best(scores, clusters.len() + most) {
            pairs.push((scores[word], cluster, word));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut names: Vec<Vec<usize>> = vec![Vec::new(); clusters.len()];
    let mut taken = vec![false; vocabulary.words.len()];
    for (_, cluster, word) in pairs {
        if names[cluster].is_empty() && !taken[word] {
            names[cluster].push(word);
            taken[word] = true;
        }
    }
    for (name, scores) in names.iter_mut().zip(&scores) {
        for word in best(scores, most) {
            if name.len() < most && !name.contains(&word) {
                name.push(word);
            }
        }
    }
    names
}

/// Scores each word by how much better it matches the cluster's mean than that of the rest.
fn word_scores<'a>(
    plain: &UncentredMean,
    cluster: &[usize],
    vocabulary: &Vocabulary<'_>,
    vector: &impl Fn(usize) -> &'a [f16],
) -> Vec<f32> {
    let mut own = vec![0f32; plain.mean.len()];
    for number in cluster {
        let values = vector(*number);
        own.iter_mut()
            .zip(values)
            .for_each(|(sum, v)| *sum += v.to_f32());
    }
    let count = cluster.len() as f32;
    let others = (plain.count - count).max(1.0);
    let apart: Vec<f32> = own
        .iter()
        .zip(&plain.mean)
        .map(|(sum, all)| {
            let rest = (all * plain.count - sum) / others;
            // If the cluster contains all photos, there is no rest.
            let rest = if plain.count > count { rest } else { 0.0 };
            sum / count * (1.0 + FITS_AT_ALL) - rest
        })
        .collect();
    let dot = |word: &[f32]| word.iter().zip(&apart).map(|(a, b)| a * b).sum();
    vocabulary.vectors.rows().map(dot).collect()
}

/// Indices of the highest scores.
fn best(scores: &[f32], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order.truncate(most);
    order
}
