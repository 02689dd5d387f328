use super::*;
use crate::engine::search::teach::ClassifierSet;
use half::f16;
use proptest::prelude::*;

fn unit(values: &[f32]) -> Vec<f32> {
    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    values.iter().map(|v| v / norm).collect()
}

fn embeddings(rows: &[Vec<f32>]) -> Embeddings {
    Embeddings {
        dim: rows[0].len(),
        values: rows.concat(),
    }
}

/// Computes scores directly from their definition, in double precision.
fn definition(
    v: &[f32],
    labels: &Embeddings,
    background: &Embeddings,
    s: f64,
    match_bias: f64,
) -> Score {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    let kept = |label: &[f32]| -> f64 {
        let others = background
            .rows()
            .filter(|b| dot(label, b) <= f64::from(SAME_MEANING));
        others.map(|b| (s * dot(v, b)).exp()).sum()
    };
    let masses: Vec<f64> = labels
        .rows()
        .map(|t| (s * dot(v, t) + match_bias).exp())
        .collect();
    let matches = labels
        .rows()
        .zip(&masses)
        .map(|(t, m)| (m / (m + kept(t))) as f32)
        .collect();
    let rest: f64 = background
        .rows()
        .filter(|b| labels.rows().all(|t| dot(t, b) <= f64::from(SAME_MEANING)))
        .map(|b| (s * dot(v, b)).exp())
        .sum();
    let total = masses.iter().sum::<f64>() + rest;
    Score {
        matches,
        probabilities: masses.iter().map(|m| (m / total) as f32).collect(),
        something_else: (rest / total) as f32,
    }
}

fn vectors(count: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
    let vector = proptest::collection::vec(-1f32..1.0, 12).prop_map(|v| unit(&v));
    proptest::collection::vec(vector, count)
}

proptest! {
    #[test]
    fn scores_follow_their_definition(
        photos in vectors(5), labels in vectors(3), background in vectors(9), s in 5f32..100.0,
        bias in prop_oneof![Just(0f32), -2f32..2.0],
    ) {
        let mut background = background;
        // A prompt with the same meaning as a label, which must be left out.
        background.push(labels[0].clone());
        let (labels, background) = (embeddings(&labels), embeddings(&background));
        let values: Vec<f16> = photos.concat().into_iter().map(f16::from_f32).collect();
        let mut sums = vec![0f32; 5];
        Background::new(&background, s).log_sums(&values, &mut sums);
        let scorer = Scorer::new(&labels, &background, s).with_match_bias(bias);
        let scores = scorer.score(&values, &sums, &[4, 0, 2]);
        for (at, row) in [4usize, 0, 2].into_iter().enumerate() {
            let wide: Vec<f32> = values[row * 12..][..12].iter().map(|v| v.to_f32()).collect();
            let want = definition(&wide, &labels, &background, s.into(), bias.into());
            let got = scores.of(at);
            let all = |s: &Score| [&s.matches[..], &s.probabilities, &[s.something_else]].concat();
            for (a, b) in all(&got).iter().zip(all(&want)) {
                prop_assert!((a - b).abs() < 2e-3, "{got:?}, not {want:?}");
            }
            let total: f32 = got.probabilities.iter().sum::<f32>() + got.something_else;
            prop_assert!((total - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_ranking_is_a_falling_permutation(matches in proptest::collection::vec(0f32..=1.0, 0..200)) {
        let photos = matches.len() / 2;
        let scores = Scores { labels: 2, matches: matches[..photos * 2].to_vec(), probabilities: vec![] };
        for label in [None, Some(0), Some(1)] {
            let order = scores.ranking(label);
            let top = scores.top(label, 7);
            prop_assert_eq!(&top, &order[..order.len().min(7)]);
            let value = |photo: u32| match label {
                Some(label) => scores.matches_of(photo as usize)[label],
                None => scores.best(photo as usize).expect("labels").1,
            };
            prop_assert!(order.windows(2).all(|pair| value(pair[0]) >= value(pair[1])));
            let mut sorted = order;
            sorted.sort_unstable();
            prop_assert!(sorted.into_iter().eq(0..photos as u32));
        }
    }
}

#[test]
fn scores_follow_their_definition_on_the_short_way() {
    let row = |seed: usize| {
        let values: Vec<f32> = (0..48)
            .map(|i| ((i * seed) % 31) as f32 / 15.0 - 1.0)
            .collect();
        unit(&values)
    };
    let rows = |seeds: std::ops::Range<usize>| embeddings(&seeds.map(row).collect::<Vec<_>>());
    let photos = rows(50..91);
    let values: Vec<f16> = photos.values.iter().copied().map(f16::from_f32).collect();
    let background = rows(1..20);
    let mut sums = vec![0f32; photos.len()];
    Background::new(&background, 20.0).log_sums(&values, &mut sums);
    for (count, bias) in [(1, 0.0), (10, 1.4), (15, 0.0), (16, 1.4), (30, -0.5)] {
        let labels = rows(100..100 + count);
        let order: Vec<u32> = (0..photos.len() as u32).rev().collect();
        // A reused buffer with other contents.
        let mut scores = Scores {
            matches: vec![7.0; 100],
            ..Scores::default()
        };
        let scorer = Scorer::new(&labels, &background, 20.0).with_match_bias(bias);
        scorer.score_into(&values, &sums, &order, &mut scores);
        for (at, photo) in order.iter().enumerate() {
            let photo = &values[*photo as usize * 48..][..48];
            let wide: Vec<f32> = photo.iter().map(|v| v.to_f32()).collect();
            let want = definition(&wide, &labels, &background, 20.0, bias.into());
            let got = scores.of(at);
            let all = |s: &Score| [&s.matches[..], &s.probabilities, &[s.something_else]].concat();
            for (a, b) in all(&got).iter().zip(all(&want)) {
                assert!(
                    (a - b).abs() < 1e-3,
                    "{count} labels: {got:?}, not {want:?}"
                );
            }
        }
    }
}

#[test]
fn labels_have_the_same_masses_together_and_alone() {
    let row = |seed: usize| {
        let values: Vec<f32> = (0..16)
            .map(|i| ((i * seed) % 31) as f32 / 15.0 - 1.0)
            .collect();
        unit(&values)
    };
    let photos: Vec<Vec<f32>> = (50..120).map(row).collect();
    let labels = [3, 7, 11].map(row);
    // The first label and the last one leave out a prompt.
    let similar = unit(&[&labels[2][..15], &[0.0]].concat());
    let background: Vec<Vec<f32>> = (20..30)
        .map(row)
        .chain([labels[0].clone(), similar])
        .collect();
    let (photos, background) = (embeddings(&photos), embeddings(&background));
    let values: Vec<f16> = photos.values.iter().copied().map(f16::from_f32).collect();
    let mut sums = vec![0f32; photos.len()];
    Background::new(&background, 10.0).log_sums(&values, &mut sums);
    let order: Vec<u32> = (0..photos.len() as u32).rev().collect();
    let masses = |labels: &[Vec<f32>]| {
        let scorer = Scorer::new(&embeddings(labels), &background, 10.0);
        scorer.masses(&values, &sums, &order)
    };
    let scores = |labels: Vec<&LabelMasses>| {
        let background: Vec<f32> = order.iter().map(|row| sums[*row as usize]).collect();
        let mut scores = Scores::default();
        Shares::of(&labels).append(&labels, &background, 0, &mut scores);
        scores
    };
    let together = masses(&labels);
    let alone: Vec<LabelMasses> = labels
        .iter()
        .flat_map(|label| masses(std::slice::from_ref(label)))
        .collect();
    let (together, alone) = (
        scores(together.iter().collect()),
        scores(alone.iter().collect()),
    );
    assert_eq!((together.labels, together.photos()), (3, photos.len()));
    let all = |scores: &Scores| [&scores.matches[..], &scores.probabilities].concat();
    for (a, b) in all(&together).iter().zip(all(&alone)) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }
    let at_once = Scorer::new(&embeddings(&labels), &background, 10.0);
    let at_once = at_once.score(&values, &sums, &order);
    for (a, b) in all(&together).iter().zip(all(&at_once)) {
        assert!((a - b).abs() < 1e-5, "{a} is not {b}");
    }
}

#[test]
fn members_add_up_to_twice_the_largest_at_most() {
    let members = embeddings(&[
        unit(&[1.0, 0.1, 0.0]),
        unit(&[0.9, 0.3, 0.0]),
        unit(&[0.9, 0.0, 0.4]),
        unit(&[0.0, 0.2, 1.0]),
    ]);
    let background = embeddings(&[unit(&[0.5, 0.5, 0.1]), unit(&[0.9, 0.3, 0.01])]);
    let set = ClassifierSet {
        texts: members.clone(),
        vectors: members.clone(),
        biases: vec![0.3, 0.0, 0.0, 0.1],
        groups: vec![3, 1],
        negated: vec![0, 0],
    };
    for photo in [[0.8, 0.6, 0.0], [0.0, 0.6, 0.8], [1.0, 0.0, 0.0]] {
        let photo = photo.map(f16::from_f32);
        let wide = photo.map(f32::from);
        let mut sum = [0.0];
        Background::new(&background, 8.0).log_sums(&photo, &mut sum);
        let scorer = Scorer::for_classifiers(&set, &background, 8.0).with_match_bias(0.5);
        let got = scorer.score(&photo, &sum, &[0]).of(0);
        let mass = |at: usize| {
            (8.0 * dot(&wide, members.rows().nth(at).expect("a row")) + set.biases[at] + 0.5).exp()
        };
        let largest = mass(0).max(mass(1)).max(mass(2));
        let first = (mass(0) + mass(1) + mass(2)).min(MAX_MEMBER_GAIN * largest);
        // The second prompt has the same meaning as a member of the first label.
        let prompt = (8.0 * dot(&wide, &background.values[..3])).exp();
        let same = (8.0 * dot(&wide, &background.values[3..])).exp();
        let want = [
            first / (first + prompt),
            mass(3) / (mass(3) + prompt + same),
        ];
        for (got, want) in got.matches.iter().zip(want) {
            assert!((got - want).abs() < 2e-3, "{got}, not {want}");
        }
        let total: f32 = got.probabilities.iter().sum::<f32>() + got.something_else;
        assert!((total - 1.0).abs() < 1e-4);
    }
}

#[test]
fn negated_members_compete_with_their_label_alone() {
    let members = embeddings(&[
        unit(&[1.0, 0.1, 0.0]),
        unit(&[0.0, 1.0, 0.1]),
        unit(&[0.0, 0.2, 1.0]),
    ]);
    // The second prompt has the same meaning as the negated member, and stays. The third is that of the label.
    let background = embeddings(&[
        unit(&[0.5, 0.5, 0.1]),
        unit(&[0.0, 1.0, 0.1]),
        unit(&[1.0, 0.1, 0.0]),
    ]);
    let set = ClassifierSet {
        texts: members.clone(),
        vectors: members.clone(),
        biases: vec![0.3, -0.2, 0.1],
        groups: vec![1, 1],
        negated: vec![1, 0],
    };
    let scorer = Scorer::for_classifiers(&set, &background, 8.0).with_match_bias(0.5);
    for photo in [[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 1.0, 0.0]] {
        let photo = photo.map(f16::from_f32);
        let wide = photo.map(f32::from);
        let mut sum = [0.0];
        Background::new(&background, 8.0).log_sums(&photo, &mut sum);
        let got = scorer.score(&photo, &sum, &[0]).of(0);
        let mass = |at: usize| {
            (8.0 * dot(&wide, members.rows().nth(at).expect("a row")) + set.biases[at] + 0.5).exp()
        };
        let others = sum[0].exp();
        let same = (8.0 * dot(&wide, &background.values[6..])).exp();
        let want = [
            mass(0) / (mass(0) + others - same + mass(1)),
            mass(2) / (mass(2) + others),
        ];
        for (got, want) in got.matches.iter().zip(want) {
            assert!((got - want).abs() < 2e-3, "{got}, not {want}");
        }
    }
}

#[test]
fn the_match_of_a_sigmoid_model_is_its_own_score() {
    let labels = embeddings(&[unit(&[1.0, 0.2]), unit(&[-0.3, 1.0])]);
    let background = embeddings(&[unit(&[0.5, 0.5]), unit(&[0.9, -0.4])]);
    let photo = [f16::from_f32(0.6), f16::from_f32(0.8)];
    let mut sum = [0.0];
    Background::new(&background, 8.0).log_sums(&photo, &mut sum);
    let scorer = Scorer::new(&labels, &background, 8.0).with_sigmoid(Some(-3.0));
    let got = scorer.score(&photo, &sum, &[0]);
    let wide = photo.map(f32::from);
    let want = exact(&wide, &labels, 8.0, Some(-3.0));
    for (got, want) in got.matches.iter().zip(want) {
        assert!((got - want).abs() < 1e-3, "{got}, not {want}");
    }
}

#[test]
fn rows_that_are_not_there_score_no_number() {
    let labels = embeddings(&[vec![1.0, 0.0]]);
    let scores = Scorer::new(&labels, &labels, 10.0).score(&[], &[], &[7]);
    assert!(scores.matches[0].is_nan() && scores.probabilities[0].is_nan());
}

#[test]
fn the_exact_reading_sums_to_one_and_always_crowns_a_winner() {
    let labels = embeddings(&[vec![1.0, 0.0], vec![0.8, 0.6]]);
    let probabilities = exact(&[0.0, -1.0], &labels, 100.0, None);
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    assert!(probabilities[0] > 0.99);
}
