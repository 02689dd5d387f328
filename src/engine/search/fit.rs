//! Decides which labels match a photo, from its match scores and each label's threshold; pure.

/// Decides whether a photo matches a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitRule {
    /// Minimum match score, 0 to 1.
    pub min_match: f32,
    /// Whether a photo that matches this label matches no other.
    pub excludes: bool,
}

/// A photo's match score for a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelMatch {
    /// The index of the label in the user's order.
    pub label: usize,
    /// The match score; NaN for a photo without an embedding.
    pub matched: f32,
    /// The label's rule.
    pub rule: FitRule,
}

impl LabelMatch {
    /// Whether the score reaches the threshold.
    #[must_use]
    pub fn reaches(&self) -> bool {
        self.matched >= self.rule.min_match
    }
}

/// Whether any excluding label matches.
#[must_use]
pub fn is_excluded(mut matches: impl Iterator<Item = LabelMatch>) -> bool {
    matches.any(|one| one.rule.excludes && one.reaches())
}

/// The best matching label and its score; ties go to the label listed first.
#[must_use]
pub fn best(matches: impl Iterator<Item = LabelMatch> + Clone) -> Option<(usize, f32)> {
    let fitting = matches
        .clone()
        .filter(|one| !one.rule.excludes && one.reaches());
    let order = |a: &LabelMatch, b: &LabelMatch| {
        let by_match = a.matched.total_cmp(&b.matched);
        by_match.then(b.label.cmp(&a.label))
    };
    let best = fitting.max_by(order)?;
    (!is_excluded(matches)).then_some((best.label, best.matched))
}

/// The matching labels and their scores, best first.
#[must_use]
pub fn fitting(matches: impl Iterator<Item = LabelMatch> + Clone) -> Vec<(usize, f32)> {
    if is_excluded(matches.clone()) {
        return Vec::new();
    }
    let mut fitting: Vec<(usize, f32)> = matches
        .filter(|one| !one.rule.excludes && one.reaches())
        .map(|one| (one.label, one.matched))
        .collect();
    fitting.sort_by(|a, b| b.1.total_cmp(&a.1));
    fitting
}

/// The highest score of any non-excluding label, whether or not it matches.
#[must_use]
pub fn highest(matches: impl Iterator<Item = LabelMatch>) -> Option<f32> {
    matches
        .filter(|one| !one.rule.excludes && !one.matched.is_nan())
        .map(|one| one.matched)
        .max_by(f32::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [(f32, bool); 3] = [(0.2, false), (0.5, false), (0.3, true)];

    fn matches(values: [f32; 3]) -> impl Iterator<Item = LabelMatch> + Clone {
        let labels = values.into_iter().zip(RULES).enumerate();
        labels.map(|(label, (matched, (min_match, excludes)))| LabelMatch {
            label,
            matched,
            rule: FitRule {
                min_match,
                excludes,
            },
        })
    }

    #[test]
    fn each_label_has_its_line_and_some_exclude_all_others() {
        assert_eq!(best(matches([0.3, 0.4, 0.0])), Some((0, 0.3)));
        assert_eq!(best(matches([0.3, 0.6, 0.0])), Some((1, 0.6)));
        assert_eq!(best(matches([0.3, 0.6, 0.3])), None);
        assert_eq!(fitting(matches([0.3, 0.6, 0.0])), [(1, 0.6), (0, 0.3)]);
        assert!(fitting(matches([0.3, 0.6, 0.9])).is_empty());
    }

    #[test]
    fn of_equal_matches_the_first_label_is_the_best() {
        assert_eq!(best(matches([0.6, 0.6, 0.0])), Some((0, 0.6)));
    }

    #[test]
    fn what_has_no_vector_fits_nothing() {
        let none = matches([f32::NAN; 3]);
        assert_eq!(best(none.clone()), None);
        assert!(fitting(none.clone()).is_empty());
        assert_eq!(highest(none), None);
        assert_eq!(highest(matches([0.1, 0.4, 0.9])), Some(0.4));
    }
}
