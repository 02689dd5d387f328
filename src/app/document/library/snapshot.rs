//! Snapshots of the library for other threads.

use std::sync::Arc;

use super::item::{LibraryItem, OrderFacts};
use super::shared_list::SharedList;
use crate::app::document::findings::{Findings, Lines};
use crate::engine::organize::marks::Mark;

/// An immutable snapshot of items and marks.
#[derive(Clone, Default)]
pub struct Snapshot {
    /// The items, by id.
    pub items: SharedList<Arc<LibraryItem>>,
    /// Compact facts about the items, by id.
    pub order_facts: Arc<Vec<OrderFacts>>,
    /// The marks, by id.
    pub marks: Arc<Vec<Mark>>,
    /// Changes whenever earlier ids or scores become invalid.
    pub epoch: u64,
    /// Findings about the items.
    pub findings: Arc<Findings>,
    /// Thresholds of flaws.
    pub lines: Lines,
    /// Whether stacks are folded.
    pub folded: bool,
}

impl Snapshot {
    /// Creates a snapshot with these items and marks.
    #[must_use]
    pub fn new(items: Vec<LibraryItem>, marks: Vec<Mark>) -> Self {
        Self {
            order_facts: Arc::new(items.iter().map(OrderFacts::of).collect()),
            items: items.into_iter().map(Arc::new).collect(),
            marks: Arc::new(marks),
            ..Self::default()
        }
    }

    /// Changes a mark. Most marks stay the same when metadata arrives, and then none are copied.
    pub(super) fn set_mark(&mut self, at: usize, mark: Mark) {
        if self.marks[at] != mark {
            Arc::make_mut(&mut self.marks)[at] = mark;
        }
    }
}
