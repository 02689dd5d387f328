//! How far the look over all photos is, and what it says in a sentence; pure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::findings::Kind;
use crate::engine::inference::Fingerprint;
use crate::{t, text};

/// Progress of the overview, reported by its thread.
#[derive(Debug, Default)]
pub struct LookProgress {
    done: AtomicUsize,
    of: AtomicUsize,
    compares: AtomicUsize,
}

impl LookProgress {
    /// So many photos of so many were looked at, or compared with all others.
    pub fn set(&self, compares: bool, done: usize, of: usize) {
        self.compares
            .store(usize::from(compares), Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }

    /// Whether photos are compared, and how many of how many are done.
    #[must_use]
    pub fn get(&self) -> (bool, usize, usize) {
        let load = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        (load(&self.compares) > 0, load(&self.done), load(&self.of))
    }
}

/// What a look was about: with the same photos and model it finds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookedAt {
    /// The model.
    pub model: Fingerprint,
    /// What changed the numbers of photos.
    pub epoch: u64,
    /// How many photos there were.
    pub count: usize,
}

/// The look over all photos.
#[derive(Debug, Default)]
pub struct Overview {
    /// How far it is, while it runs.
    pub running: Option<Arc<LookProgress>>,
    /// What the last one was about.
    pub looked_at: Option<LookedAt>,
    /// Whether decisions changed since: they are among the reasons to keep a photo.
    pub is_outdated: bool,
    /// Why there was none.
    pub problem: Option<String>,
    /// Whether what was found is offered over the photos.
    pub is_offered: bool,
}

/// One line of the tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TourLine {
    /// What it is about.
    pub kind: Kind,
    /// How many there are.
    pub count: usize,
    /// What they take, where they can go.
    pub bytes: u64,
    /// How many of them are rejected.
    pub rejected: usize,
}

/// All that the tour tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    /// What there is of each kind.
    pub lines: Vec<TourLine>,
    /// Photos that are rejected.
    pub rejected: usize,
    /// What they take.
    pub rejected_bytes: u64,
}

impl Tour {
    /// "40 copies (120 MB), 12 bursts, 31 screenshots"; nothing if there is nothing.
    #[must_use]
    pub fn sentence(&self, bytes: impl Fn(u64) -> String) -> Option<String> {
        let part = |line: &TourLine| match line.bytes {
            0 => line.kind.counted(line.count),
            size => t!(
                "tour-part",
                found = line.kind.counted(line.count),
                size = bytes(size)
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
    fn a_sentence_tells_what_there_is() {
        let line = |kind, count, bytes| TourLine {
            kind,
            count,
            bytes,
            rejected: 0,
        };
        let tour = Tour {
            lines: vec![
                line(Kind::Copies, 40, 120),
                line(Kind::Bursts, 1, 0),
                line(Kind::Screenshots, 0, 0),
                line(Kind::Undated, 9, 0),
            ],
            ..Tour::default()
        };
        let said = tour.sentence(|bytes| format!("{bytes} MB"));
        assert_eq!(
            said.as_deref(),
            Some("40 copies (120 MB), 1 burst, 9 undated")
        );
        assert_eq!(Tour::default().sentence(|_| String::new()), None);
    }
}
