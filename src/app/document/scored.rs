//! Scores of the items, read by label: what fits, and what fits best; pure.

use super::labels::{Label, LabelId};
use super::library::ItemId;
use crate::engine::search::fit::{self, LabelMatch};
use crate::engine::search::score::{Scores, stepped_threshold};

/// How far below a line a photo is just below it, in steps of [`stepped_threshold`].
const NEAR_STEPS: f32 = 2.0;

/// Scores of the items, and which label is in which column.
#[derive(Clone, Copy)]
pub struct LabelScores<'a> {
    /// The labels, in the person's order.
    pub labels: &'a [Label],
    /// For each label its column in the scores; none if it is off or says nothing.
    pub columns: &'a [Option<usize>],
    /// Scores of all items, by number.
    pub scores: &'a Scores,
    /// Matches with the search, by number, if there is one.
    pub search: Option<&'a Scores>,
}

/// A score, unless the photo has none.
fn number(score: Option<&f32>) -> Option<f32> {
    score.copied().filter(|score| !score.is_nan())
}

impl LabelScores<'_> {
    /// The match of a label.
    #[must_use]
    pub fn matched(&self, label: usize, item: ItemId) -> Option<f32> {
        let column = (*self.columns.get(label)?)?;
        let start = item as usize * self.scores.labels;
        number(self.scores.matches.get(start + column))
    }

    /// The probability of a label.
    #[must_use]
    pub fn probability(&self, label: usize, item: ItemId) -> Option<f32> {
        let column = (*self.columns.get(label)?)?;
        let start = item as usize * (self.scores.labels + 1);
        number(self.scores.probabilities.get(start + column))
    }

    /// The probability that no label fits.
    #[must_use]
    pub fn something_else(&self, item: ItemId) -> Option<f32> {
        let end = (item as usize + 1) * (self.scores.labels + 1);
        number(self.scores.probabilities.get(end - 1))
    }

    /// The match with the search.
    #[must_use]
    pub fn search_match(&self, item: ItemId) -> Option<f32> {
        number(self.search?.matches.get(item as usize))
    }

    /// The matches of a photo with the labels that count.
    fn matches(&self, item: ItemId) -> impl Iterator<Item = LabelMatch> + Clone {
        let labels = self.labels.iter().enumerate();
        labels.filter_map(move |(at, label)| {
            Some(LabelMatch {
                label: at,
                matched: self.matched(at, item)?,
                rule: label.rule(),
            })
        })
    }

    /// Whether a photo fits a label.
    #[must_use]
    pub fn fits(&self, label: usize, item: ItemId) -> bool {
        let Some(matched) = self.matched(label, item) else {
            return false;
        };
        let rule = self.labels[label].rule();
        matched >= rule.min_match && (rule.excludes || !fit::is_excluded(self.matches(item)))
    }

    /// The labels that fit a photo, the best first, with their matches.
    #[must_use]
    pub fn fitting(&self, item: ItemId) -> Vec<(usize, f32)> {
        fit::fitting(self.matches(item))
    }

    /// The label that fits a photo best, with its match.
    #[must_use]
    pub fn best(&self, item: ItemId) -> Option<(usize, f32)> {
        fit::best(self.matches(item))
    }

    /// The highest match of any label that is not marked "not", fitting or not.
    pub(in crate::app) fn highest(&self, item: ItemId) -> Option<f32> {
        fit::highest(self.matches(item))
    }

    /// The label that a photo misses by least, with its match: the one whose line is the fewest times its odds. Of
    /// photos that fit a label it says nothing, nor of those that a label marked "not" shuts out.
    #[must_use]
    pub fn nearest(&self, item: ItemId) -> Option<(usize, f32)> {
        let (_, label, matched) = self.miss(item)?;
        Some((label, matched))
    }

    /// The same with how many times the line's odds the photo has, which is less than 1.
    pub(in crate::app) fn miss(&self, item: ItemId) -> Option<(f32, usize, f32)> {
        match self.best(item) {
            Some(_) => None,
            None => self.miss_of_unfitting(item),
        }
    }

    /// The same of a photo that is known to fit no label.
    pub(in crate::app) fn miss_of_unfitting(&self, item: ItemId) -> Option<(f32, usize, f32)> {
        if fit::is_excluded(self.matches(item)) {
            return None;
        }
        let odds = |matched: f32| matched / (1.0 - matched).max(f32::MIN_POSITIVE);
        let all = self.labels.iter().enumerate();
        let all = all.filter(|(_, label)| !label.negated && label.min_match > 0.0);
        let near = all.filter_map(|(at, label)| {
            let matched = self.matched(at, item)?;
            Some((odds(matched) / odds(label.min_match), at, matched))
        });
        near.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
    }

    /// The match from which a photo that does not fit a label is just below its line.
    #[must_use]
    pub fn near_threshold(&self, label: usize) -> f32 {
        stepped_threshold(self.labels[label].min_match, -NEAR_STEPS)
    }

    /// Whether a photo is just below the line of a label.
    #[must_use]
    pub fn is_near(&self, label: usize, item: ItemId) -> bool {
        let wanted = &self.labels[label];
        let below = self.matched(label, item).filter(|m| *m < wanted.min_match);
        below.is_some_and(|matched| matched >= self.near_threshold(label))
            && (wanted.negated || !fit::is_excluded(self.matches(item)))
    }

    /// The place of a label.
    pub(in crate::app) fn place(&self, id: LabelId) -> Option<usize> {
        self.labels.iter().position(|label| label.id == id)
    }
}
