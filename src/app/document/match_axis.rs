//! Where a match lies on the axis of a threshold. Most of what matters lies close to 0 or close to 1, where a linear
//! axis shows nothing: this one is even in odds.

/// The match at the left end of the axis; at the right end it is as far from 1. Half of a step, so that only the ends
/// themselves mean 0 and 1.
const END: f32 = 0.0005;
/// Least step of a threshold: 0.1 %.
pub const STEP: f32 = 0.001;
/// Steps from 0 to 1.
const STEPS: f32 = 1000.0;

fn logit(matched: f32) -> f32 {
    (matched / (1.0 - matched)).ln()
}

/// Where a match lies, from 0 at the left end to 1 at the right one.
#[must_use]
pub fn place(matched: f32) -> f32 {
    let matched = matched.clamp(END, 1.0 - END);
    (0.5 + 0.5 * logit(matched) / logit(1.0 - END)).clamp(0.0, 1.0)
}

/// The threshold at a place, in whole steps. What lies beyond the ends is 0 or 1.
#[must_use]
pub fn matched_at(place: f32) -> f32 {
    if place <= 0.0 || place >= 1.0 {
        return place.clamp(0.0, 1.0);
    }
    let logit = (place - 0.5) * 2.0 * logit(1.0 - END);
    in_steps(1.0 / (1.0 + (-logit).exp()))
}

/// A threshold in whole steps, from 0 to 1.
#[must_use]
pub fn in_steps(matched: f32) -> f32 {
    ((matched * STEPS).round() / STEPS).clamp(0.0, 1.0)
}

/// The matches at which the bars of a histogram over this axis begin, but for the first.
#[must_use]
pub fn edges<const BARS: usize>() -> [f32; BARS] {
    std::array::from_fn(|at| {
        let logit = ((at + 1) as f32 / BARS as f32 - 0.5) * 2.0 * logit(1.0 - END);
        1.0 / (1.0 + (-logit).exp())
    })
}

/// A match in percent as people type it: "12", "12.5 %", "12,5".
#[must_use]
pub fn from_text(text: &str) -> Option<f32> {
    let number = text.trim().trim_end_matches('%').trim().replace(',', ".");
    let percent: f32 = number.parse().ok()?;
    (0.0..=100.0)
        .contains(&percent)
        .then(|| in_steps(percent / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_matches_lead_to_each_other() {
        for matched in [0.001, 0.004, 0.02, 0.2, 0.5, 0.9, 0.985, 0.999] {
            assert!((matched_at(place(matched)) - matched).abs() < 1e-6);
        }
        assert_eq!((place(0.0), place(1.0)), (0.0, 1.0));
        assert_eq!((matched_at(-0.1), matched_at(1.2)), (0.0, 1.0));
        // A tenth of the axis is far less than a tenth of all matches near its ends.
        assert!(matched_at(0.1) < 0.005 && place(0.01) > 0.15);
    }

    #[test]
    fn bars_are_as_wide_as_each_other_on_the_axis() {
        let edges = edges::<32>();
        for (at, edge) in edges[..31].iter().enumerate() {
            assert!((place(*edge) - (at + 1) as f32 / 32.0).abs() < 1e-3);
        }
    }

    #[test]
    fn typed_thresholds_are_understood() {
        assert_eq!(from_text(" 12,5 % "), Some(0.125));
        assert_eq!(from_text("0.1"), Some(0.001));
        assert_eq!(from_text("100"), Some(1.0));
        assert_eq!((from_text("many"), from_text("101")), (None, None));
    }
}
