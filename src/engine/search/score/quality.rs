//! How well a label's matches separate photos that show it from those that do not; pure.

/// Bins of the calibration error.
const BINS: usize = 10;

/// What was found of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LabelQuality {
    /// Photos that show it.
    pub shown: usize,
    /// Photos that do not.
    pub not_shown: usize,
    /// Of those at the line or above, the share that shows it; 1 if there is none.
    pub precision: f64,
    /// Of those that show it, the share at the line or above.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// The mean of the precisions at each photo that shows it, by falling match.
    pub average_precision: f64,
    /// Expected calibration error: the mean distance of matches from the share of photos that show it.
    pub calibration_error: f64,
}

impl LabelQuality {
    /// From matches with whether each photo shows the label; a photo fits from `threshold` on.
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
    // Of equal matches those that do not show it come first: ties earn nothing.
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
        // Each lies in a bin of its own.
        let far = (0.05 + 0.85 + 0.65 + 0.85 + 0.05) / 5.0;
        assert!(near(found.calibration_error, far));
    }

    #[test]
    fn what_cannot_be_told_is_no_error() {
        assert_eq!(LabelQuality::of(&[], 0.2).precision, 1.0);
        let none = LabelQuality::of(&[(0.5, false)], 0.2);
        assert_eq!(
            (none.precision, none.f1, none.average_precision),
            (0.0, 0.0, 0.0)
        );
    }
}
