//! Access to scores by label: which labels fit, and which fits best. Pure functions.

use super::labels::{Label, LabelId};
use super::library::ItemId;
use crate::engine::search::fit::{self, LabelMatch};
use crate::engine::search::score::{Scores, stepped_threshold};

/// How far below a threshold near misses may be, in steps of [`stepped_threshold`].
const NEAR_STEPS: f32 = 2.0;

/// Scores of the items, with the labels of their columns.
#[derive(Clone, Copy)]
pub struct LabelScores<'a> {
    /// The labels, in the user's order.
    pub labels: &'a [Label],
    /// For each label, its column in the scores; `None` if it is disabled or could not be scored.
    pub columns: &'a [Option<usize>],
    /// Label scores of all items, by id.
    pub scores: &'a Scores,
    /// Search matches of all items, by id, if there is a search.
    pub search: Option<&'a Scores>,
}

/// A score; `None` for NaN, which means that the photo has no score.
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

    /// The matches of a photo with the scored labels.
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

    /// The fitting labels of a photo with their matches, best first.
    #[must_use]
    pub fn fitting(&self, item: ItemId) -> Vec<(usize, f32)> {
        fit::fitting(self.matches(item))
    }

    /// The best fitting label of a photo with its match.
    #[must_use]
    pub fn best(&self, item: ItemId) -> Option<(usize, f32)> {
        fit::best(self.matches(item))
    }

    /// The highest match of any label that is not negated, fitting or not.
    pub(in crate::app) fn highest(&self, item: ItemId) -> Option<f32> {
        fit::highest(self.matches(item))
    }

    /// The label whose threshold a photo misses by the smallest ratio of odds, with its match. `None` if a label fits
    /// the photo or a negated label excludes it.
    #[must_use]
    pub fn nearest(&self, item: ItemId) -> Option<(usize, f32)> {
        let (_, label, matched) = self.miss(item)?;
        Some((label, matched))
    }

    /// Like [`Self::nearest`], preceded by the ratio of the match's odds to the threshold's, which is less than 1.
    pub(in crate::app) fn miss(&self, item: ItemId) -> Option<(f32, usize, f32)> {
        match self.best(item) {
            Some(_) => None,
            None => self.miss_of_unfitting(item),
        }
    }

    /// Like [`Self::miss`], for a photo that is known to fit no label.
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

    /// The lowest match at which a photo is a near miss of a label.
    #[must_use]
    pub fn near_threshold(&self, label: usize) -> f32 {
        stepped_threshold(self.labels[label].min_match, -NEAR_STEPS)
    }

    /// Whether a photo is just below the threshold of a label.
    #[must_use]
    pub fn is_near(&self, label: usize, item: ItemId) -> bool {
        let wanted = &self.labels[label];
        let below = self.matched(label, item).filter(|m| *m < wanted.min_match);
        below.is_some_and(|matched| matched >= self.near_threshold(label))
            && (wanted.negated || !fit::is_excluded(self.matches(item)))
    }

    /// The index of a label.
    pub(in crate::app) fn place(&self, id: LabelId) -> Option<usize> {
        self.labels.iter().position(|label| label.id == id)
    }
}
