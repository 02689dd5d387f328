//! The axis on which matches and thresholds are drawn. Most interesting values are near 0 or 1, where a linear axis
//! shows nothing, so this one is linear in log-odds.

/// The match at the left end of the axis; the right end is at `1 - END`. It is half a step, so that only the ends
/// themselves are displayed as 0 and 1.
const END: f32 = 0.0005;
/// Smallest step of a threshold: 0.1 %.
pub const STEP: f32 = 0.001;
/// Number of steps from 0 to 1.
const STEPS: f32 = 1000.0;

fn logit(matched: f32) -> f32 {
    (matched / (1.0 - matched)).ln()
}

/// The position of a match on the axis, from 0 (left) to 1 (right).
#[must_use]
pub fn place(matched: f32) -> f32 {
    let matched = matched.clamp(END, 1.0 - END);
    (0.5 + 0.5 * logit(matched) / logit(1.0 - END)).clamp(0.0, 1.0)
}

/// The threshold at a position, rounded to steps. Positions beyond the ends return 0 or 1.
#[must_use]
pub fn matched_at(place: f32) -> f32 {
    if place <= 0.0 || place >= 1.0 {
        return place.clamp(0.0, 1.0);
    }
    let logit = (place - 0.5) * 2.0 * logit(1.0 - END);
    in_steps(1.0 / (1.0 + (-logit).exp()))
}

/// A threshold rounded to steps, from 0 to 1.
#[must_use]
pub fn in_steps(matched: f32) -> f32 {
    ((matched * STEPS).round() / STEPS).clamp(0.0, 1.0)
}

/// The bins of a histogram over this axis.
pub struct HistogramBins<const COUNT: usize> {
    /// Lower bounds of all bins but the first.
    edges: [f32; COUNT],
    /// For each step of odds, the bin of its lowest match.
    first: Vec<u8>,
}

/// Number of low bits of a float that are ignored within a step of odds. A step is at most a thirty-second of an
/// octave, far narrower than a bin.
const STEP_BITS: u32 = 18;

/// The step of a match's odds. The upper bits of a float approximate its logarithm.
fn step(matched: f32) -> usize {
    let matched = matched.clamp(END, 1.0 - END);
    let odds = matched / (1.0 - matched);
    let lowest = (END / (1.0 - END)).to_bits() >> STEP_BITS;
    ((odds.to_bits() >> STEP_BITS).saturating_sub(lowest)) as usize
}

impl<const COUNT: usize> HistogramBins<COUNT> {
    /// Computes the bins.
    #[must_use]
    pub fn new() -> Self {
        let edges = edges();
        let lowest = (END / (1.0 - END)).to_bits() >> STEP_BITS;
        let first = (0..=step(1.0)).map(|step| {
            let odds = f32::from_bits((lowest + step as u32) << STEP_BITS);
            let matched = odds / (1.0 + odds);
            edges[..COUNT - 1].partition_point(|edge| *edge <= matched) as u8
        });
        Self {
            first: first.collect(),
            edges,
        }
    }

    /// The bin of a match. A binary search among the edges takes ten times as long, because of mispredicted branches.
    #[must_use]
    pub fn bar(&self, matched: f32) -> usize {
        let first = self.first.get(step(matched)).copied().unwrap_or_default();
        let mut bar = usize::from(first).saturating_sub(1);
        while bar < COUNT - 1 && self.edges[bar] <= matched {
            bar += 1;
        }
        bar
    }
}

impl<const COUNT: usize> Default for HistogramBins<COUNT> {
    fn default() -> Self {
        Self::new()
    }
}

/// Lower bounds of all bins but the first.
fn edges<const BARS: usize>() -> [f32; BARS] {
    std::array::from_fn(|at| {
        let logit = ((at + 1) as f32 / BARS as f32 - 0.5) * 2.0 * logit(1.0 - END);
        1.0 / (1.0 + (-logit).exp())
    })
}

/// Parses a percentage as people type it: "12", "12.5 %", "12,5". Returns a match rounded to steps.
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
        // Near its ends, a tenth of the axis covers far less than a tenth of all matches.
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
    fn the_bar_of_a_match_is_the_one_that_a_search_finds() {
        let (edges, bars) = (edges::<32>(), HistogramBins::<32>::new());
        let ends = edges.iter().flat_map(|edge| {
            let bits = edge.to_bits();
            [bits - 1, bits, bits + 1].map(f32::from_bits)
        });
        let even = (0..=100_000).map(|n| n as f32 / 100_000.0);
        let tiny = (0..200).map(|n| 1.1_f32.powi(-n));
        for matched in ends.chain(even).chain(tiny).map(|m| m.clamp(0.0, 1.0)) {
            let searched = edges[..31].partition_point(|edge| *edge <= matched);
            assert_eq!(bars.bar(matched), searched, "{matched}");
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
