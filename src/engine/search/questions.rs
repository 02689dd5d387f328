//! Estimates how many photos match a label from a few yes-or-no answers, with a credible interval. Pure.
//!
//! The probability that a photo matches is modelled as a logistic function of its score with unknown position and
//! slope, or, if the model does not know what the label means, as a constant. All have broad priors on a grid, and each
//! answer reweights the grid points by Bayes' rule (for the logistic curve see Platt, "Probabilistic outputs for support
//! vector machines", 1999). Counts are averaged over the posterior, so intervals are wide as long as several curves
//! explain the answers. Questions are stratified over the curve, near its midpoint first, because answers about obvious
//! photos would add no information. `benches/heaps/intervals.py` is a port of this file that measures the intervals.

use std::collections::HashSet;

use super::math::log_odds;

/// Number of midpoints on the grid, and their maximum distance from the threshold in log-odds.
const PLACES: usize = 49;
const REACH: f64 = 7.0;
/// Standard deviation of the midpoint's prior around the threshold, in log-odds.
const PLACE_SPREAD: f64 = 2.5;
/// Slopes on the grid, from flat, where scores say little, to steep.
const SLOPES: [f64; 8] = [0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6];
/// Match probabilities of the constant curves, where scores say nothing.
const RATES: [f64; 4] = [0.003, 0.01, 0.03, 0.1];
/// Prior probability of the constant curves together.
const CONSTANT_WEIGHT: f64 = 0.2;
/// Match probabilities at which successive questions are asked.
const TARGETS: [f64; 5] = [0.5, 0.2, 0.8, 0.35, 0.65];
/// Bin width of scores, in log-odds; photos in a bin are counted together.
const CLASS: f64 = 0.1;
/// Probability content of credible intervals.
const WITHIN: f64 = 0.9;

/// Questions about the photos of one label, and their answers.
pub struct Questions {
    scores: Vec<f64>,
    threshold: f64,
    /// At most one answer per photo.
    answers: Vec<(usize, bool)>,
    /// Photos that are not asked about.
    skipped: HashSet<usize>,
}

/// A credible interval for a number of photos.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The 5% quantile.
    pub low: f64,
    /// The expected value.
    pub expected: f64,
    /// The 95% quantile.
    pub high: f64,
}

/// The result of the answers so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number of photos that reach the threshold.
    pub fitting: usize,
    /// The number of false positives: photos that reach the threshold but do not match.
    pub wrong: Interval,
    /// The number of false negatives: photos that match but do not reach the threshold.
    pub missed: Interval,
    /// The match score from which a photo is more likely to match than not.
    pub threshold: f32,
}

/// A point of the grid, with its weight.
struct Curve {
    shape: Shape,
    weight: f64,
}

/// How the match probability depends on the score.
enum Shape {
    Logistic { middle: f64, slope: f64 },
    Constant(f64),
}

impl Curve {
    fn chance(&self, score: f64) -> f64 {
        match self.shape {
            Shape::Logistic { middle, slope } => 1.0 / (1.0 + (-slope * (score - middle)).exp()),
            Shape::Constant(rate) => rate,
        }
    }
}

/// A bin of photos with similar scores.
struct ScoreClass {
    score: f64,
    photos: f64,
}

impl Questions {
    /// Starts with the photos' match scores and the label's current threshold.
    #[must_use]
    pub fn new(matches: &[f32], threshold: f32) -> Self {
        Self {
            scores: matches.iter().map(|m| log_odds(*m)).collect(),
            threshold: log_odds(threshold),
            answers: Vec::new(),
            skipped: HashSet::new(),
        }
    }

    /// Records whether a photo matches. This replaces an earlier answer.
    pub fn answer(&mut self, photo: usize, fits: bool) {
        if photo < self.scores.len() {
            self.answers.retain(|(answered, _)| *answered != photo);
            self.answers.push((photo, fits));
        }
    }

    /// Excludes a photo from further questions, and withdraws its answer.
    pub fn skip(&mut self, photo: usize) {
        self.answers.retain(|(answered, _)| *answered != photo);
        self.skipped.insert(photo);
    }

    /// The answers so far.
    #[must_use]
    pub fn answers(&self) -> &[(usize, bool)] {
        &self.answers
    }

    /// The most informative photo to ask about next; `None` if there are no more.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let curves = self.curves();
        let target = TARGETS[self.answers.len() % TARGETS.len()];
        let chance = |score: f64| -> f64 {
            curves
                .iter()
                .map(|curve| curve.weight * curve.chance(score))
                .sum()
        };
        // The probability increases with the score, so bisection finds the score to look for. If it stays below the
        // target, the search ends above all scores, and the photo with the highest score is chosen.
        let (mut low, mut high) = (-40.0, 40.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            match chance(middle) < target {
                true => low = middle,
                false => high = middle,
            }
        }
        let is_open = |at: &usize| !self.is_answered(*at) && !self.skipped.contains(at);
        let open = (0..self.scores.len()).filter(is_open);
        let away = |at: &usize| (self.scores[*at] - low).abs();
        open.filter(|at| !self.scores[*at].is_nan())
            .min_by(|a, b| away(a).total_cmp(&away(b)).then(a.cmp(b)))
    }

    /// Estimates counts at the label's threshold, and a better threshold, from the answers.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.estimate_above(self.threshold)
    }

    /// Like [`Self::estimate`], but counts at another threshold, given as a match score. The prior stays centred on the
    /// label's threshold.
    #[must_use]
    pub fn estimate_at(&self, threshold: f32) -> Estimate {
        self.estimate_above(log_odds(threshold))
    }

    fn estimate_above(&self, line: f64) -> Estimate {
        let curves = self.curves();
        let is_above = |at: usize| self.scores[at] >= line;
        let known = |above: bool, fits: bool| {
            let answers = self.answers.iter();
            answers
                .filter(|(at, answer)| is_above(*at) == above && *answer == fits)
                .count() as f64
        };
        let above = self.classes(|score| score >= line);
        let below = self.classes(|score| score < line);
        let wrong = interval(&curves, &above, known(true, false), |chance| 1.0 - chance);
        let missed = interval(&curves, &below, known(false, true), |chance| chance);
        Estimate {
            fitting: (0..self.scores.len()).filter(|at| is_above(*at)).count(),
            wrong,
            missed,
            threshold: likely_threshold(&curves, self.threshold),
        }
    }

    /// The threshold of [`Self::estimate`], without the counts, which take most of the time.
    #[must_use]
    pub fn likely_threshold(&self) -> f32 {
        likely_threshold(&self.curves(), self.threshold)
    }

    fn is_answered(&self, photo: usize) -> bool {
        self.answers.iter().any(|(answered, _)| *answered == photo)
    }

    /// The posterior: all curves with weights that sum to 1.
    fn curves(&self) -> Vec<Curve> {
        let mut curves = prior(self.threshold);
        for curve in &mut curves {
            // An answer about a photo without a score says nothing about the curve.
            let scored = self.answers.iter();
            let scored = scored.map(|(photo, fits)| (self.scores[*photo], *fits));
            let scored = scored.filter(|(score, _)| !score.is_nan());
            let answers = scored.map(|(score, fits)| {
                let chance = curve.chance(score);
                let chance = if fits { chance } else { 1.0 - chance };
                chance.max(1e-9).ln()
            });
            let likelihood: f64 = answers.sum();
            curve.weight = curve.weight.ln() + likelihood;
        }
        let most = curves
            .iter()
            .map(|curve| curve.weight)
            .fold(f64::MIN, f64::max);
        let sum: f64 = curves.iter().map(|curve| (curve.weight - most).exp()).sum();
        for curve in &mut curves {
            curve.weight = (curve.weight - most).exp() / sum;
        }
        curves
    }

    /// Bins the unanswered photos with certain scores by score.
    fn classes(&self, counts: impl Fn(f64) -> bool) -> Vec<ScoreClass> {
        let mut scores: Vec<f64> = (0..self.scores.len())
            .filter(|at| !self.is_answered(*at) && !self.scores[*at].is_nan())
            .map(|at| self.scores[at])
            .filter(|score| counts(*score))
            .collect();
        scores.sort_by(f64::total_cmp);
        let classes = scores.chunk_by(|a, b| (a / CLASS).floor() == (b / CLASS).floor());
        classes
            .map(|class| ScoreClass {
                score: class.iter().sum::<f64>() / class.len() as f64,
                photos: class.len() as f64,
            })
            .collect()
    }
}

/// All curves with their prior weights, which sum to 1.
fn prior(threshold: f64) -> Vec<Curve> {
    let places: Vec<(f64, f64)> = (0..PLACES)
        .map(|place| {
            let away = REACH * (2.0 * place as f64 / (PLACES - 1) as f64 - 1.0);
            (away, (-0.5 * (away / PLACE_SPREAD).powi(2)).exp())
        })
        .collect();
    let sum: f64 = places.iter().map(|(_, weight)| weight).sum();
    let logistic = (1.0 - CONSTANT_WEIGHT) / (sum * SLOPES.len() as f64);
    let mut curves = Vec::with_capacity(PLACES * SLOPES.len() + RATES.len());
    for (away, weight) in places {
        let middle = threshold + away;
        curves.extend(SLOPES.map(|slope| Curve {
            shape: Shape::Logistic { middle, slope },
            weight: logistic * weight,
        }));
    }
    curves.extend(RATES.map(|rate| Curve {
        shape: Shape::Constant(rate),
        weight: CONSTANT_WEIGHT / RATES.len() as f64,
    }));
    curves
}

/// The match score from which a photo is more likely to match than not. Constant curves have no such score; if only
/// they explain the answers, this is the label's threshold, which is given in log-odds.
fn likely_threshold(curves: &[Curve], threshold: f64) -> f32 {
    let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
    for curve in curves {
        if let Shape::Logistic { middle, .. } = curve.shape {
            sum += curve.weight * middle;
            weights += curve.weight;
        }
    }
    // The weights of all logistic curves can underflow.
    let middle = match weights < f64::MIN_POSITIVE {
        true => threshold,
        false => sum / weights,
    };
    (1.0 / (1.0 + (-middle).exp())) as f32
}

/// The credible interval of a count: `known` photos, plus the photos of `classes`, each of which counts with the
/// probability `of(p)`, where p is its match probability.
fn interval(
    curves: &[Curve],
    classes: &[ScoreClass],
    known: f64,
    of: impl Fn(f64) -> f64,
) -> Interval {
    // For each curve, the count is a sum of independent Bernoulli variables, approximately normal.
    let counts: Vec<(f64, f64, f64)> = curves
        .iter()
        .map(|curve| {
            let (mut mean, mut variance) = (known, 0.0);
            for class in classes {
                let chance = of(curve.chance(class.score));
                mean += class.photos * chance;
                variance += class.photos * chance * (1.0 - chance);
            }
            (curve.weight, mean, variance.sqrt())
        })
        .collect();
    let most = known + classes.iter().map(|class| class.photos).sum::<f64>();
    let below = |count: f64| -> f64 {
        let each = counts.iter().map(|(weight, mean, spread)| {
            // Continuity correction, since counts are integers.
            weight * normal((count + 0.5 - mean) / spread.max(0.05))
        });
        each.sum()
    };
    let quantile = |part: f64| {
        let (mut low, mut high) = (known, most);
        for _ in 0..50 {
            let middle = (low + high) / 2.0;
            match below(middle) < part {
                true => low = middle,
                false => high = middle,
            }
        }
        // If the quantile is `known`, `low` is exact, and rounding up does not change it.
        low
    };
    let outside = (1.0 - WITHIN) / 2.0;
    Interval {
        low: quantile(outside).floor(),
        expected: counts.iter().map(|(weight, mean, _)| weight * mean).sum(),
        high: quantile(1.0 - outside).ceil(),
    }
}

/// The standard normal distribution function, by formula 26.2.17 of Abramowitz and Stegun.
fn normal(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let sum = series
        .iter()
        .rev()
        .fold(0.0, |sum, factor| t * (factor + sum));
    let tail = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum;
    if x >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests;
