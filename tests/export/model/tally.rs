//! Totals over all histories.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Totals over all histories, which show that the test exercises something.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) exported: AtomicUsize,
    pub(super) triggered: AtomicUsize,
    pub(super) finished: AtomicUsize,
    pub(super) restored: AtomicUsize,
    pub(super) kept: AtomicUsize,
    pub(super) compared: AtomicUsize,
    pub(super) edits: AtomicUsize,
}

pub(super) static TALLY: Tally = Tally {
    exported: AtomicUsize::new(0),
    triggered: AtomicUsize::new(0),
    finished: AtomicUsize::new(0),
    restored: AtomicUsize::new(0),
    kept: AtomicUsize::new(0),
    compared: AtomicUsize::new(0),
    edits: AtomicUsize::new(0),
};

impl Tally {
    pub(super) fn all(&self) -> [(&'static str, usize); 7] {
        [
            ("files exported", &self.exported),
            ("kills and faults", &self.triggered),
            ("files of exports that were gone on with", &self.finished),
            ("files restored", &self.restored),
            ("files kept, and said so", &self.kept),
            ("trees compared after undoing", &self.compared),
            ("edits", &self.edits),
        ]
        .map(|(name, count)| (name, count.load(Ordering::Relaxed)))
    }
}

pub(super) fn add(counter: &AtomicUsize, count: usize) {
    counter.fetch_add(count, Ordering::Relaxed);
}
