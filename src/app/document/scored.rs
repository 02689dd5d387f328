//! Scores of the items, read by label: what fits, and what fits best; pure.

use super::labels::{Label, LabelId};
use super::library::ItemId;
use crate::engine::search::score::Scores;

/// Scores of the items, and which label is in which column.
#[derive(Clone, Copy)]
pub struct Scored<'a> {
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

impl Scored<'_> {
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

    /// Whether a label marked "not" fits, so that no other does.
    fn is_shut_out(&self, item: ItemId) -> bool {
        let over = |(at, label): (usize, &Label)| {
            label.negated && self.matched(at, item).is_some_and(|m| m >= label.min_match)
        };
        self.labels.iter().enumerate().any(over)
    }

    /// Whether a photo fits a label.
    #[must_use]
    pub fn fits(&self, label: usize, item: ItemId) -> bool {
        let Some(matched) = self.matched(label, item) else {
            return false;
        };
        let wanted = &self.labels[label];
        matched >= wanted.min_match && (wanted.negated || !self.is_shut_out(item))
    }

    /// The labels that fit a photo, the best first, with their matches.
    #[must_use]
    pub fn fitting(&self, item: ItemId) -> Vec<(usize, f32)> {
        let fits = |at: &usize| !self.labels[*at].negated && self.fits(*at, item);
        let fitting = (0..self.labels.len()).filter(fits);
        let mut fitting: Vec<(usize, f32)> = fitting
            .filter_map(|at| Some((at, self.matched(at, item)?)))
            .collect();
        fitting.sort_by(|a, b| b.1.total_cmp(&a.1));
        fitting
    }

    /// The label that fits a photo best, with its match.
    #[must_use]
    pub fn best(&self, item: ItemId) -> Option<(usize, f32)> {
        let fitting = self.labels.iter().enumerate().filter_map(|(at, label)| {
            let matched = self.matched(at, item)?;
            (!label.negated && matched >= label.min_match).then_some((at, matched))
        });
        let best = fitting.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        (!self.is_shut_out(item)).then_some(best)
    }

    /// The highest match of any label that is not marked "not", fitting or not.
    pub(in crate::app) fn highest(&self, item: ItemId) -> Option<f32> {
        let matches = (0..self.labels.len())
            .filter(|at| !self.labels[*at].negated)
            .filter_map(|at| self.matched(at, item));
        matches.max_by(f32::total_cmp)
    }

    /// The place of a label.
    pub(in crate::app) fn place(&self, id: LabelId) -> Option<usize> {
        self.labels.iter().position(|label| label.id == id)
    }
}
