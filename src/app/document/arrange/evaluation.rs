//! Finds out which labels fit each photo, in one pass over the scores.

use rayon::prelude::*;

use super::{BARS, FEW};
use crate::app::document::labels::Label;
use crate::app::document::library::{ItemId, OrderFacts, UNREAD};
use crate::app::document::match_axis::HistogramBins;
use crate::app::document::scored::LabelScores;
use crate::engine::search::fit::FitRule;

/// Replaces the label index if no label fits.
const NONE: u32 = u32::MAX;

/// How the labels fit one photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    label: u32,
    /// The match of the best fitting label. If none fits, the highest ratio of the photo's odds to the odds of a
    /// label's threshold, which is below 1; NaN without scores.
    value: f32,
}

impl Verdict {
    /// No label fits, and none is missed: without scores, or if a label excludes the photo.
    const UNFIT: Self = Self {
        label: NONE,
        value: f32::NAN,
    };

    /// The best fitting label and its match.
    pub fn best(self) -> Option<(usize, f32)> {
        (self.label != NONE).then_some((self.label as usize, self.value))
    }

    /// How close a photo without a fitting label comes to a threshold, as a ratio of odds below 1.
    pub fn miss(self) -> Option<f32> {
        (self.label == NONE && !self.value.is_nan()).then_some(self.value)
    }
}

/// Counts of one label over all photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelCounts {
    pub fitting: usize,
    pub near: usize,
    pub bars: [u32; BARS],
}

/// How the labels fit all photos.
pub struct LabelVerdicts {
    /// By item id.
    pub verdicts: Vec<Verdict>,
    /// By label index.
    pub counted: Vec<LabelCounts>,
    /// Number of photos that were read and fit no label; 0 without labels.
    pub something_else: usize,
}

/// Tests all photos against all labels.
pub fn evaluate(scored: LabelScores<'_>, order_facts: &[OrderFacts]) -> LabelVerdicts {
    let tests = LabelTests::new(scored);
    let (columns, rows) = (scored.scores.labels.max(1), &scored.scores.matches[..]);
    let labels = scored.labels.len();
    let none = move || PhotoCounts::of(labels);
    let mut verdicts = vec![Verdict::UNFIT; order_facts.len()];
    let counts = (verdicts.par_chunks_mut(FEW))
        .zip(order_facts.par_chunks(FEW))
        .enumerate()
        .map(|(at, (verdicts, order_facts))| {
            let mut counts = none();
            let photos = verdicts.iter_mut().zip(order_facts);
            for (id, (verdict, facts)) in (at * FEW..).zip(photos) {
                // Photos that arrived after scoring have no scores yet.
                let row = rows.get(id * columns..(id + 1) * columns);
                *verdict = tests.verdict(row.unwrap_or_default(), &mut counts.counted);
                let fits_none = verdict.label == NONE && facts.row != UNREAD;
                counts.something_else += usize::from(fits_none);
            }
            counts
        })
        .reduce(none, PhotoCounts::plus);
    LabelVerdicts {
        verdicts,
        counted: counts.counted,
        something_else: match tests.tests.is_empty() {
            true => 0,
            false => counts.something_else,
        },
    }
}

/// Counts over some photos.
struct PhotoCounts {
    counted: Vec<LabelCounts>,
    something_else: usize,
}

impl PhotoCounts {
    fn of(labels: usize) -> Self {
        Self {
            counted: vec![LabelCounts::default(); labels],
            something_else: 0,
        }
    }

    fn plus(mut self, more: Self) -> Self {
        self.something_else += more.something_else;
        for (all, some) in self.counted.iter_mut().zip(more.counted) {
            all.fitting += some.fitting;
            all.near += some.near;
            for (bar, more) in all.bars.iter_mut().zip(some.bars) {
                *bar += more;
            }
        }
        self
    }
}

/// A label with precomputed values for testing photos.
struct LabelTest {
    label: usize,
    column: usize,
    rule: FitRule,
    /// Minimum match of a near miss.
    near: f32,
    /// Reciprocal of the odds of the threshold; `None` if photos cannot miss the label.
    per_odds: Option<f32>,
}

fn odds(matched: f32) -> f32 {
    matched / (1.0 - matched).max(f32::MIN_POSITIVE)
}

/// The tests of all labels that have scores.
struct LabelTests {
    /// In the order of the labels.
    tests: Vec<LabelTest>,
    /// Columns and thresholds of the labels that exclude photos.
    excluding: Vec<(usize, f32)>,
    bars: HistogramBins<BARS>,
}

impl LabelTests {
    fn new(scored: LabelScores<'_>) -> Self {
        let test = |(label, of): (usize, &Label)| {
            let rule = of.rule();
            let is_missed = !rule.excludes && rule.min_match > 0.0;
            Some(LabelTest {
                label,
                column: (*scored.columns.get(label)?)?,
                rule,
                near: scored.near_threshold(label),
                per_odds: is_missed.then(|| 1.0 / odds(rule.min_match)),
            })
        };
        let labels = scored.labels.iter().enumerate();
        let tests: Vec<LabelTest> = labels.filter_map(test).collect();
        let excluding = tests.iter().filter(|test| test.rule.excludes);
        Self {
            excluding: excluding
                .map(|test| (test.column, test.rule.min_match))
                .collect(),
            tests,
            bars: HistogramBins::new(),
        }
    }

    /// Tests a photo by its matches, and counts it for each label. This runs for every photo at every keystroke, so it
    /// goes through the labels once, instead of calling several functions of [`fit`](crate::engine::search::fit).
    fn verdict(&self, row: &[f32], counted: &mut [LabelCounts]) -> Verdict {
        let is_excluded = { self.excluding.iter() }
            .any(|(column, min_match)| row.get(*column).is_some_and(|m| m >= min_match));
        let mut best: Option<(usize, f32)> = None;
        let mut miss = f32::NAN;
        for test in &self.tests {
            let Some(matched) = row.get(test.column).copied().filter(|m| !m.is_nan()) else {
                continue;
            };
            let reaches = matched >= test.rule.min_match;
            let counts = test.rule.excludes || !is_excluded;
            let counted = &mut counted[test.label];
            counted.bars[self.bars.bar(matched)] += 1;
            counted.fitting += usize::from(reaches && counts);
            counted.near += usize::from(!reaches && matched >= test.near && counts);
            if let Some(per_odds) = test.per_odds {
                miss = miss.max(odds(matched) * per_odds);
            }
            // Of equal matches, the one of the first label is the best.
            let is_best = best.is_none_or(|(_, most)| matched.total_cmp(&most).is_gt());
            if reaches && !test.rule.excludes && is_best {
                best = Some((test.label, matched));
            }
        }
        match best {
            _ if is_excluded => Verdict::UNFIT,
            Some((label, value)) => Verdict {
                label: label as u32,
                value,
            },
            None => Verdict {
                label: NONE,
                value: miss,
            },
        }
    }
}

/// The photos with the highest matches for a label, best first, and of equal matches the first photos.
pub fn best(scored: LabelScores<'_>, label: usize, items: ItemId, most: usize) -> Vec<ItemId> {
    let photos = (0..items).into_par_iter().with_min_len(FEW);
    let matches = photos.filter_map(|item| Some((scored.matched(label, item)?, item)));
    let with = |best, photo| with_photo(best, photo, most);
    let parts = matches.fold(Vec::new, with);
    let best = parts.reduce(Vec::new, |best, more| more.into_iter().fold(best, with));
    best.into_iter().map(|(_, item)| item).collect()
}

/// Adds a photo to the `most` best ones of those before it, if it is one of them.
fn with_photo(
    mut best: Vec<(f32, ItemId)>,
    photo: (f32, ItemId),
    most: usize,
) -> Vec<(f32, ItemId)> {
    if best.len() < most || best.last().is_some_and(|last| photo.0 > last.0) {
        let at = best.partition_point(|other| other.0 >= photo.0);
        best.insert(at, photo);
        best.truncate(most);
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::document::library::FileStatus;
    use crate::engine::search::score::Scores;

    const LABELS: usize = 4;

    /// Some thresholds, equal ones among them.
    fn any_thresholds() -> impl Strategy<Value = [f32; LABELS]> {
        let threshold = proptest::sample::select(vec![0.0, 0.2, 0.5, 0.9]);
        proptest::collection::vec(threshold, LABELS)
            .prop_map(|all| std::array::from_fn(|at| all[at]))
    }

    /// Matches of some photos, equal ones and missing ones among them.
    fn any_matches() -> impl Strategy<Value = Vec<f32>> {
        let tenths = (0u8..=10).prop_map(|tenth| f32::from(tenth) / 10.0);
        let matched = prop_oneof![8 => tenths, 4 => 0f32..=1.0, 1 => Just(f32::NAN)];
        proptest::collection::vec(matched, 3..90)
    }

    fn labels(thresholds: [f32; LABELS], negated: [bool; LABELS]) -> Vec<Label> {
        let label = |(id, (min_match, negated))| Label {
            id,
            min_match,
            negated,
            ..Label::default()
        };
        let all = thresholds.into_iter().zip(negated);
        (1..).zip(all).map(label).collect()
    }

    proptest! {
        #[test]
        fn verdicts_and_counts_are_those_of_each_photo_alone(
            matches in any_matches(), thresholds in any_thresholds(), negated: [bool; LABELS],
        ) {
            // More photos than a task has, and the last ones without scores.
            let photos = FEW + 300;
            let scores = Scores {
                labels: 3,
                matches: matches.into_iter().cycle().take((photos - 7) * 3).collect(),
                probabilities: Vec::new(),
            };
            let labels = labels(thresholds, negated);
            let columns = [Some(2), None, Some(0), Some(1)];
            let scored = LabelScores { labels: &labels, columns: &columns, scores: &scores, search: None };
            let facts = |id: usize| OrderFacts {
                row: if id.is_multiple_of(5) { UNREAD } else { 0 },
                day: 0,
                kind: FileStatus::Photo,
            };
            let facts: Vec<OrderFacts> = (0..photos).map(facts).collect();
            let got = evaluate(scored, &facts);
            let ids = || 0..photos as ItemId;
            for (id, verdict) in ids().zip(&got.verdicts) {
                prop_assert_eq!(verdict.best(), scored.best(id));
                let (miss, plain) = (verdict.miss(), scored.miss(id).map(|(miss, ..)| miss));
                prop_assert_eq!(miss.is_some(), plain.is_some());
                let (miss, plain) = (miss.unwrap_or_default(), plain.unwrap_or_default());
                prop_assert!((miss - plain).abs() <= 1e-5, "{} is not {}", miss, plain);
            }
            let nothing = ids().zip(&facts).filter(|(id, facts)| {
                facts.row != UNREAD && scored.best(*id).is_none()
            });
            prop_assert_eq!(got.something_else, nothing.count());
            let bins = HistogramBins::<BARS>::new();
            for (label, counted) in got.counted.iter().enumerate() {
                let mut plain = LabelCounts {
                    fitting: ids().filter(|id| scored.fits(label, *id)).count(),
                    near: ids().filter(|id| scored.is_near(label, *id)).count(),
                    ..LabelCounts::default()
                };
                for matched in ids().filter_map(|id| scored.matched(label, id)) {
                    plain.bars[bins.bar(matched)] += 1;
                }
                prop_assert_eq!(counted, &plain);
            }
            let mut ranked: Vec<ItemId> = ids().filter(|id| scored.matched(0, *id).is_some()).collect();
            ranked.sort_by(|a, b| scored.matched(0, *b).partial_cmp(&scored.matched(0, *a)).expect("numbers"));
            ranked.truncate(6);
            prop_assert_eq!(best(scored, 0, photos as ItemId, 6), ranked);
        }
    }
}
