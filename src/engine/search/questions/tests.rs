use super::*;

struct SplitRandom(u64);

impl SplitRandom {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A library with few photos of a label among many others, and whether each matches, drawn from a random curve.
fn library(random: &mut SplitRandom) -> (Vec<f32>, Vec<bool>) {
    let middle = log_odds(0.2) + 1.5 * random.normal();
    let slope = 0.8 * (1.2 * random.uniform()).exp();
    let mut matches = Vec::new();
    let mut fits = Vec::new();
    for n in 0..600 {
        let mean: f64 = if n % 6 == 0 { 1.0 } else { -5.0 };
        let score = mean + 2.0 * random.normal();
        matches.push((1.0 / (1.0 + (-score).exp())) as f32);
        fits.push(random.uniform() < 1.0 / (1.0 + (-slope * (score - middle)).exp()));
    }
    (matches, fits)
}

/// A library with a label that the model does not know: scores say nothing about the few photos that match.
fn unknown_label(random: &mut SplitRandom) -> (Vec<f32>, Vec<bool>) {
    let rate = 0.01 * (2.0 * random.uniform()).exp();
    let photos = (0..600).map(|_| {
        let score = -5.0 + 2.0 * random.normal();
        let fits = random.uniform() < rate;
        ((1.0 / (1.0 + (-score).exp())) as f32, fits)
    });
    photos.unzip()
}

/// A library in which up to half of the photos that match have scores like the others.
fn blind_share(random: &mut SplitRandom) -> (Vec<f32>, Vec<bool>) {
    let share = 0.5 * random.uniform();
    let photos = (0..600).map(|n| {
        let fits = n % 20 == 0;
        let is_seen = fits && random.uniform() >= share;
        let mean: f64 = if is_seen { 1.0 } else { -5.0 };
        let score = mean + 2.0 * random.normal();
        ((1.0 / (1.0 + (-score).exp())) as f32, fits)
    });
    photos.unzip()
}

/// The number of libraries whose intervals contain the numbers of wrong and of missed photos after ten answers.
fn inside(
    runs: usize,
    random: &mut SplitRandom,
    library: impl Fn(&mut SplitRandom) -> (Vec<f32>, Vec<bool>),
) -> (usize, usize) {
    let (mut wrong, mut missed) = (0, 0);
    for _ in 0..runs {
        let (matches, fits) = library(random);
        let mut questions = Questions::new(&matches, 0.2);
        for _ in 0..10 {
            let photo = questions.next().expect("a photo");
            questions.answer(photo, fits[photo]);
        }
        let estimate = questions.estimate();
        let count = |above: bool, expected: bool| {
            let photos = matches.iter().zip(&fits);
            photos
                .filter(|(m, fits)| (**m >= 0.2) == above && **fits == expected)
                .count() as f64
        };
        let contains = |interval: Interval, truth: f64| {
            usize::from(interval.low <= truth && truth <= interval.high)
        };
        wrong += contains(estimate.wrong, count(true, false));
        missed += contains(estimate.missed, count(false, true));
    }
    (wrong, missed)
}

#[test]
fn the_truth_lies_in_nine_of_ten_intervals() {
    let (wrong, missed) = inside(1000, &mut SplitRandom(5), library);
    assert!(wrong >= 900 && missed >= 900, "{wrong}, {missed}");
}

#[test]
fn the_truth_lies_in_the_interval_where_scores_say_little_or_nothing() {
    for library in [unknown_label, blind_share] {
        let (wrong, missed) = inside(300, &mut SplitRandom(7), library);
        assert!(wrong >= 270 && missed >= 270, "{wrong}, {missed}");
    }
}

#[test]
fn answers_make_the_interval_narrow() {
    let matches: Vec<f32> = (0..400).map(|n| n as f32 / 400.0).collect();
    let mut questions = Questions::new(&matches, 0.2);
    let width = |questions: &Questions| {
        let missed = questions.estimate().missed;
        let wrong = questions.estimate().wrong;
        missed.high - missed.low + wrong.high - wrong.low
    };
    let before = width(&questions);
    let mut asked = Vec::new();
    for _ in 0..10 {
        let photo = questions.next().expect("a photo");
        assert!(!asked.contains(&photo));
        asked.push(photo);
        questions.answer(photo, matches[photo] >= 0.5);
    }
    let after = width(&questions);
    assert!(after < before / 3.0, "{before} to {after}");
    let estimate = questions.estimate();
    assert!((0.35..0.65).contains(&estimate.threshold), "{estimate:?}");
    assert_eq!(questions.likely_threshold(), estimate.threshold);
    assert_eq!(estimate.fitting, 320);
    assert_eq!(questions.answers().len(), 10);
    // A skipped photo remains unknown and is not asked about again.
    let before = questions.estimate();
    let skipped = questions.next().expect("a photo");
    questions.skip(skipped);
    assert_ne!(questions.next(), Some(skipped));
    assert_eq!(questions.estimate(), before);
}

#[test]
fn the_last_answer_about_a_photo_counts() {
    let mut questions = Questions::new(&[0.1, 0.3], 0.2);
    questions.answer(0, true);
    questions.answer(0, false);
    assert_eq!(questions.answers(), [(0, false)]);
    questions.skip(0);
    assert!(questions.answers().is_empty());
    assert_eq!(questions.next(), Some(1));
    questions.answer(0, true);
    assert_eq!(questions.answers(), [(0, true)]);
}

#[test]
fn when_all_is_known_nothing_is_asked_and_nothing_is_open() {
    let mut questions = Questions::new(&[0.9, 0.1, 0.5], 0.2);
    for (photo, fits) in [(0, true), (1, true), (2, false)] {
        questions.answer(photo, fits);
    }
    questions.answer(7, true);
    let estimate = questions.estimate();
    assert_eq!((questions.next(), estimate.fitting), (None, 2));
    assert_eq!((estimate.wrong.low, estimate.wrong.high), (1.0, 1.0));
    assert_eq!((estimate.missed.low, estimate.missed.high), (1.0, 1.0));
    assert!(Questions::new(&[], 0.2).next().is_none());
}

#[test]
fn nothing_is_added_if_all_open_photos_are_unlikely() {
    let curves = [Curve {
        shape: Shape::Constant(1e-6),
        weight: 1.0,
    }];
    let classes = [ScoreClass {
        score: 0.0,
        photos: 100.0,
    }];
    let found = interval(&curves, &classes, 2.0, |chance| chance);
    assert_eq!((found.low, found.high), (2.0, 2.0));
}

#[test]
fn an_answer_about_a_photo_without_a_score_changes_nothing_else() {
    let mut questions = Questions::new(&[0.1, 0.3, f32::NAN], 0.2);
    let before = questions.estimate();
    questions.answer(2, false);
    assert_eq!(questions.estimate(), before);
}

#[test]
fn the_threshold_stays_if_scores_say_nothing() {
    let mut questions = Questions::new(&[1.0; 400], 0.2);
    for photo in 0..400 {
        questions.answer(photo, false);
    }
    let threshold = questions.likely_threshold();
    assert!((threshold - 0.2).abs() < 1e-6, "{threshold}");
}

#[test]
fn counts_at_another_threshold_keep_the_prior() {
    let matches: Vec<f32> = (1..200).map(|at| at as f32 / 200.0).collect();
    let mut questions = Questions::new(&matches, 0.2);
    questions.answer(100, true);
    questions.answer(20, false);
    let (usual, higher) = (questions.estimate(), questions.estimate_at(0.6));
    assert_eq!(questions.estimate_at(0.2), usual);
    assert_eq!(higher.threshold, usual.threshold);
    assert!(higher.fitting < usual.fitting);
    assert!(higher.wrong.expected < usual.wrong.expected);
    assert!(higher.missed.expected > usual.missed.expected);
}
