//! Measures how well match scores separate photos that show a label from those that do not; pure.

/// Number of bins of the calibration error.
const BINS: usize = 10;

/// Quality metrics of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LabelQuality {
    /// Number of photos that show it.
    pub shown: usize,
    /// Number of photos that do not.
    pub not_shown: usize,
    /// Precision at the threshold; 1 if no photo reaches it.
    pub precision: f64,
    /// Recall at the threshold.
    pub recall: f64,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
    /// Average precision: the mean of the precisions at the rank of each photo that shows the label.
    pub average_precision: f64,
    /// Expected calibration error: the mean difference of match score and frequency over equal-width bins, weighted by
    /// size.
    pub calibration_error: f64,
}

impl LabelQuality {
    /// Computes the metrics from match scores and ground truth; a photo matches if its score is at least `threshold`.
    #[must_use]
    pub fn of(matches: &[(f32, bool)], threshold: f32) -> Self {
        let shown = matches.iter().filter(|(_, shows)| *shows).count();
        let fits: Vec<bool> = (matches.iter().filter(|(m, _)| *m >= threshold))
            .map(|(_, shows)| *shows)
            .collect();
        let right = fits.iter().filter(|shows| **shows).count();
        let share = |part: usize, of: usize| {
            if of == 0 {
                1.0
            } else {
                part as f64 / of as f64
            }
        };
        let (precision, recall) = (share(right, fits.len()), share(right, shown));
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        Self {
            shown,
            not_shown: matches.len() - shown,
            precision,
            recall,
            f1,
            average_precision: average_precision(matches),
            calibration_error: calibration_error(matches),
        }
    }
}

fn average_precision(matches: &[(f32, bool)]) -> f64 {
    let mut falling = matches.to_vec();
    // Negatives first among ties, so that ties earn nothing.
    falling.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut right, mut sum) = (0.0, 0.0);
    for (rank, (_, shows)) in falling.iter().enumerate() {
        if *shows {
            right += 1.0;
            sum += right / (rank + 1) as f64;
        }
    }
    if right == 0.0 { 0.0 } else { sum / right }
}

fn calibration_error(matches: &[(f32, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for (matched, shows) in matches {
        let at = ((f64::from(*matched) * BINS as f64) as usize).min(BINS - 1);
        bins[at].0 += f64::from(*matched);
        bins[at].1 += f64::from(u8::from(*shows));
    }
    let far: f64 = bins
        .iter()
        .map(|(matched, shown)| (matched - shown).abs())
        .sum();
    far / (matches.len() as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_their_definitions() {
        let matches = [
            (0.95, true),
            (0.85, false),
            (0.35, true),
            (0.15, true),
            (0.05, false),
        ];
        let found = LabelQuality::of(&matches, 0.3);
        assert_eq!((found.shown, found.not_shown), (3, 2));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        assert!(near(found.precision, 2.0 / 3.0) && near(found.recall, 2.0 / 3.0));
        assert!(near(found.f1, 2.0 / 3.0));
        let precisions = (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0;
        assert!(near(found.average_precision, precisions));
        // Each is in a bin of its own.
        let far = (0.05 + 0.85 + 0.65 + 0.85 + 0.05) / 5.0;
        assert!(near(found.calibration_error, far));
    }

    #[test]
    fn undefined_measures_are_not_errors() {
        assert_eq!(LabelQuality::of(&[], 0.2).precision, 1.0);
        let none = LabelQuality::of(&[(0.5, false)], 0.2);
        assert_eq!(
            (none.precision, none.f1, none.average_precision),
            (0.0, 0.0, 0.0)
        );
    }
}
