//! Finds out which labels fit each photo, in one pass over the scores.

use rayon::prelude::*;

use super::{BARS, FEW};
use crate::app::document::library::{ItemId, OrderFacts, UNREAD};
use crate::app::document::match_axis::HistogramBins;
use crate::app::document::scored::LabelScores;
use crate::engine::search::fit::{self, FitRule, LabelMatch};

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
#[derive(Clone)]
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

/// Tests all photos against all labels.
pub fn evaluate(scored: LabelScores<'_>, order_facts: &[OrderFacts]) -> LabelVerdicts {
    let labels = scored.labels.iter().enumerate();
    let tests: Vec<LabelTest> = labels
        .filter_map(|(label, of)| {
            let rule = of.rule();
            let is_missed = !rule.excludes && rule.min_match > 0.0;
            Some(LabelTest {
                label,
                column: (*scored.columns.get(label)?)?,
                rule,
                near: scored.near_threshold(label),
                per_odds: is_missed.then(|| 1.0 / odds(rule.min_match)),
            })
        })
        .collect();
    let (columns, bars) = (scored.scores.labels.max(1), HistogramBins::new());
    let rows = scored.scores.matches.as_slice();
    let none = || PhotoRange::of(scored.labels.len());
    let parts = order_facts
        .par_chunks(FEW)
        .enumerate()
        .map(|(at, order_facts)| {
            let first = at * FEW;
            let mut part = none();
            for (id, facts) in (first..).zip(order_facts) {
                // Photos that arrived after scoring have no scores yet.
                let row = rows
                    .get(id * columns..(id + 1) * columns)
                    .unwrap_or_default();
                part.add(&tests, row, *facts, &bars);
            }
            part
        });
    // Collect in order, because verdicts are indexed by item.
    let parts: Vec<PhotoRange> = parts.collect();
    let mut evaluated = LabelVerdicts {
        verdicts: Vec::with_capacity(order_facts.len()),
        counted: none().counted,
        something_else: 0,
    };
    for part in parts {
        evaluated.verdicts.extend(part.verdicts);
        evaluated.something_else += part.something_else;
        for (all, some) in evaluated.counted.iter_mut().zip(part.counted) {
            all.fitting += some.fitting;
            all.near += some.near;
            for (bar, more) in all.bars.iter_mut().zip(some.bars) {
                *bar += more;
            }
        }
    }
    if tests.is_empty() {
        evaluated.something_else = 0;
    }
    evaluated
}

/// The results for a range of photos.
struct PhotoRange {
    verdicts: Vec<Verdict>,
    counted: Vec<LabelCounts>,
    something_else: usize,
}

impl PhotoRange {
    fn of(labels: usize) -> Self {
        let none = LabelCounts {
            fitting: 0,
            near: 0,
            bars: [0; BARS],
        };
        Self {
            verdicts: Vec::with_capacity(FEW),
            counted: vec![none; labels],
            something_else: 0,
        }
    }

    fn add(
        &mut self,
        tests: &[LabelTest],
        row: &[f32],
        facts: OrderFacts,
        bars: &HistogramBins<BARS>,
    ) {
        let matches = tests.iter().filter_map(|test| {
            let matched = row.get(test.column).copied().filter(|m| !m.is_nan())?;
            let (label, rule) = (test.label, test.rule);
            Some((
                test,
                LabelMatch {
                    label,
                    matched,
                    rule,
                },
            ))
        });
        let is_excluded = fit::is_excluded(matches.clone().map(|(_, matched)| matched));
        let mut miss = f32::NAN;
        for (test, one) in matches.clone() {
            let counted = &mut self.counted[test.label];
            counted.bars[bars.bar(one.matched)] += 1;
            let counts = test.rule.excludes || !is_excluded;
            counted.fitting += usize::from(one.reaches() && counts);
            counted.near += usize::from(!one.reaches() && one.matched >= test.near && counts);
            if let Some(per_odds) = test.per_odds {
                miss = miss.max(odds(one.matched) * per_odds);
            }
        }
        let best = fit::best(matches.map(|(_, matched)| matched));
        self.something_else += usize::from(best.is_none() && facts.row != UNREAD);
        self.verdicts.push(match best {
            Some((label, value)) => Verdict {
                label: label as u32,
                value,
            },
            None => Verdict {
                label: NONE,
                value: if is_excluded { f32::NAN } else { miss },
            },
        });
    }
}

/// The photos with the highest matches for a label, best first.
pub fn best(scored: LabelScores<'_>, label: usize, items: ItemId, most: usize) -> Vec<ItemId> {
    let mut best: Vec<(f32, ItemId)> = Vec::with_capacity(most + 1);
    for item in 0..items {
        let Some(matched) = scored.matched(label, item) else {
            continue;
        };
        if best.len() < most || best.last().is_some_and(|last| matched > last.0) {
            let at = best.partition_point(|other| other.0 >= matched);
            best.insert(at, (matched, item));
            best.truncate(most);
        }
    }
    best.into_iter().map(|(_, item)| item).collect()
}
