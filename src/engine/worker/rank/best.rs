//! The best hits so far.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Hit;

/// A heap of the best hits, with the worst of them on top.
#[derive(Default)]
pub struct Best(BinaryHeap<Ranked>);

struct Ranked(Hit);

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }
}

impl Best {
    /// The match score that another hit must reach.
    pub fn threshold(&self, top: usize) -> f32 {
        match self.0.peek() {
            Some(worst) if self.0.len() >= top => worst.0.matched,
            _ => f32::NEG_INFINITY,
        }
    }

    /// Adds a hit, and removes the worst if there are more than `top`.
    pub fn push(&mut self, hit: Hit, top: usize) {
        self.0.push(Ranked(hit));
        if self.0.len() > top {
            self.0.pop();
        }
    }

    /// All hits, best first.
    pub fn into_sorted(self) -> Vec<Hit> {
        let sorted = self.0.into_sorted_vec();
        sorted.into_iter().map(|one| one.0).collect()
    }
}
