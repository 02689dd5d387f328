//! Measured precision at thresholds: the proportion of photos above a threshold that match; pure.

/// Pairs of a threshold and the precision measured at it, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration(&'static [(f32, f32)]);

impl Calibration {
    /// For the starter model: the mean over ten labels on two sets of captioned photos, measured by
    /// `benches/relevance.rs` and reported in `docs/scores.md`.
    pub const STARTER: Self = Self(&[
        (0.05, 0.54),
        (0.1, 0.63),
        (0.2, 0.73),
        (0.3, 0.80),
        (0.5, 0.82),
        (0.7, 0.92),
        (0.9, 0.98),
    ]);

    /// The interpolated precision at `threshold`; `None` below the measured range.
    #[must_use]
    pub fn share_above(&self, threshold: f32) -> Option<f32> {
        let upper = self.0.iter().position(|(known, _)| *known >= threshold);
        let (first, last) = (self.0.first()?, self.0.last()?);
        match upper {
            Some(0) => (threshold >= first.0).then_some(first.1),
            None => Some(last.1),
            Some(at) => {
                let ((from, low), (to, high)) = (self.0[at - 1], self.0[at]);
                Some(low + (high - low) * (threshold - from) / (to - from))
            }
        }
    }
}

/// Lowest and highest thresholds that steps lead to.
const LOWEST: f32 = 0.005;
const HIGHEST: f32 = 0.995;

/// Moves a threshold by `steps` of 0.5 in log-odds, up for stricter and down for looser, so that it stays between 0 and
/// 1. One that is beyond the lowest or highest already is not moved back.
#[must_use]
pub fn stepped_threshold(threshold: f32, steps: f32) -> f32 {
    if threshold <= 0.0 || threshold >= 1.0 {
        return threshold;
    }
    let logit = (threshold / (1.0 - threshold)).ln() + 0.5 * steps;
    let moved = 1.0 / (1.0 + (-logit).exp());
    moved.clamp(threshold.min(LOWEST), threshold.max(HIGHEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_rise_with_the_line_and_are_known_from_where_they_were_measured() {
        let share = |threshold| Calibration::STARTER.share_above(threshold);
        assert_eq!(share(0.01), None);
        assert_eq!(share(1.0), share(0.9));
        let lines = (5..100).map(|percent| percent as f32 / 100.0);
        let shares: Vec<f32> = lines.filter_map(share).collect();
        assert_eq!(shares.len(), 95);
        assert!(shares.is_sorted() && shares.iter().all(|share| (0.0..=1.0).contains(share)));
    }

    #[test]
    fn stricter_and_looser_take_each_other_back() {
        for threshold in [0.02, 0.2, 0.5, 0.9] {
            let there = stepped_threshold(threshold, 1.0);
            assert!(there > threshold && (stepped_threshold(there, -1.0) - threshold).abs() < 1e-3);
        }
        assert_eq!(
            (stepped_threshold(0.0, 1.0), stepped_threshold(1.0, -1.0)),
            (0.0, 1.0)
        );
        // Neither takes a threshold the wrong way.
        for threshold in [0.001, 0.005, 0.0051, 0.5, 0.9949, 0.995, 0.999] {
            assert!(
                stepped_threshold(threshold, 1.0) >= threshold,
                "{threshold}"
            );
            assert!(
                stepped_threshold(threshold, -1.0) <= threshold,
                "{threshold}"
            );
        }
        let far = (0..100).fold(0.2, |threshold, _| stepped_threshold(threshold, 1.0));
        assert!(far < 1.0);
    }
}
