//! Progress of the analysis of all photos, and its summary. Pure data.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::findings::Kind;
use crate::engine::inference::Fingerprint;
use crate::t;
use crate::text::{self, Digits};

/// Progress of the analysis, reported by its thread.
#[derive(Debug, Default)]
pub struct AnalysisProgress {
    done: AtomicUsize,
    of: AtomicUsize,
    compares: AtomicUsize,
}

impl AnalysisProgress {
    /// Sets the number of photos done and their total. `compares` is set while photos are compared with each other.
    pub fn set(&self, compares: bool, done: usize, of: usize) {
        self.compares
            .store(usize::from(compares), Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    /// Whether photos are being compared, how many are done, and the total.
    #[must_use]
    pub fn get(&self) -> (bool, usize, usize) {
        let load = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        (load(&self.compares) > 0, load(&self.done), load(&self.of))
    }
}

/// Identifies the input of an analysis. The same input yields the same findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnalysisInput {
    /// The model.
    pub model: Fingerprint,
    /// [`Snapshot::epoch`](super::library::Snapshot::epoch).
    pub epoch: u64,
    /// The number of photos.
    pub count: usize,
}

/// State of the analysis.
#[derive(Debug, Default)]
pub struct Overview {
    /// Progress of the running analysis, if any.
    pub running: Option<Arc<AnalysisProgress>>,
    /// The input of the last analysis.
    pub analysed_input: Option<AnalysisInput>,
    /// Whether marks have changed since. They affect which duplicate is kept.
    pub is_outdated: bool,
    /// Why the last analysis failed.
    pub problem: Option<String>,
    /// Whether a notification offers the clean-up summary.
    pub is_offered: bool,
}

/// A line of the clean-up summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TourLine {
    /// The kind.
    pub kind: Kind,
    /// The number of photos or groups.
    pub count: usize,
    /// The size in bytes, for kinds that can be cleaned up; otherwise 0.
    pub bytes: u64,
    /// How many of them are rejected.
    pub rejected: usize,
}

/// The clean-up summary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    /// A line for each kind.
    pub lines: Vec<TourLine>,
    /// Number of rejected photos.
    pub rejected: usize,
    /// Their total size in bytes.
    pub rejected_bytes: u64,
}

impl Tour {
    /// A sentence such as "40 copies (120 MB), 12 bursts, 31 screenshots". `None` if there is nothing.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let part = |line: &TourLine| match line.bytes {
            0 => line.kind.counted(line.count),
            size => t!(
                "tour-part",
                found = line.kind.counted(line.count),
                size = text::bytes(size, Digits::Grouped)
            ),
        };
        let there = self.lines.iter().filter(|line| line.count > 0);
        let parts: Vec<String> = there.map(part).collect();
        (!parts.is_empty()).then(|| text::list(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_lists_all_findings() {
        let line = |kind, count, bytes| TourLine {
            kind,
            count,
            bytes,
            rejected: 0,
        };
        let tour = Tour {
            lines: vec![
                line(Kind::Copies, 40, 120_000_000),
                line(Kind::Bursts, 1, 0),
                line(Kind::Screenshots, 0, 0),
                line(Kind::Undated, 9, 0),
            ],
            ..Tour::default()
        };
        let sentence = tour.sentence();
        assert_eq!(
            sentence.as_deref(),
            Some("40 copies (120.0 MB), 1 burst, 9 undated")
        );
        assert_eq!(Tour::default().sentence(), None);
    }
}
