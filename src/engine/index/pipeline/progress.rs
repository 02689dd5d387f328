//! Counters that all threads of a job share, and the progress derived from them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Time between two reports of progress.
pub const INTERVAL: Duration = Duration::from_millis(125);

/// What a job is busy with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Folders are still being listed.
    #[default]
    Listing,
    /// All files are known; photos are being read.
    Reading,
    /// Over.
    Done,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// What it is busy with.
    pub phase: Phase,
    /// Files found so far that may be photos; all of them once it is busy reading.
    pub total: u64,
    /// Photos that the store knew as they are.
    pub cached: u64,
    /// Photos that the store knew under another name.
    pub recognised: u64,
    /// Photos encoded.
    pub encoded: u64,
    /// Files that failed.
    pub failed: u64,
    /// Time since the start.
    pub elapsed: Duration,
    /// Photos encoded a second, since the first was begun.
    pub images_per_second: f64,
}

impl Progress {
    /// Files that are finished, one way or another.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.cached + self.recognised + self.encoded + self.failed
    }

    /// Time left, once all files and a rate are known.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total.saturating_sub(self.done());
        let known = self.phase == Phase::Reading && self.images_per_second > 0.0;
        known.then(|| Duration::from_secs_f64(left as f64 / self.images_per_second))
    }
}

/// Time that a person's pauses took.
#[derive(Default)]
struct Paused {
    before: Duration,
    since: Option<Instant>,
}

/// The counters behind [`Progress`].
#[derive(Default)]
pub struct Counters {
    pub listed: AtomicBool,
    /// Files that a walk ahead of the reading has counted, and whether it counted all.
    pub counted: AtomicU64,
    pub counted_all: AtomicBool,
    pub finished: AtomicBool,
    pub total: AtomicU64,
    pub cached: AtomicU64,
    pub recognised: AtomicU64,
    pub encoded: AtomicU64,
    pub failed: AtomicU64,
    started: OnceLock<Instant>,
    reading: OnceLock<Instant>,
    paused: Mutex<Paused>,
    reported: Mutex<Option<Instant>>,
}

impl Counters {
    /// Starts the clock of the whole job.
    pub fn start(&self) {
        self.started.get_or_init(Instant::now);
    }

    /// Starts the clock of the rate, at the first photo that must be read.
    pub fn start_reading(&self) {
        self.reading.get_or_init(Instant::now);
    }

    /// Stops the clock of the rate, or lets it go on.
    pub fn set_paused(&self, paused: bool) {
        let mut state = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = state.since.take() {
            state.before += since.elapsed();
        }
        state.since = paused.then(Instant::now);
    }

    fn pauses(&self) -> Duration {
        let state = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        state.before + state.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub fn snapshot(&self) -> Progress {
        let since =
            |clock: &OnceLock<Instant>| clock.get().map_or(Duration::ZERO, Instant::elapsed);
        let encoded = self.encoded.load(Relaxed);
        let reading = since(&self.reading)
            .saturating_sub(self.pauses())
            .as_secs_f64();
        let total = self.total.load(Relaxed);
        let listed = self.listed.load(Relaxed);
        // A folder may change between the two walks: the one that reads is right.
        let ahead = if listed {
            0
        } else {
            self.counted.load(Relaxed)
        };
        let known = listed || self.counted_all.load(Relaxed);
        Progress {
            phase: match (known, self.finished.load(Relaxed)) {
                (_, true) => Phase::Done,
                (true, false) => Phase::Reading,
                (false, false) => Phase::Listing,
            },
            total: total.max(ahead),
            cached: self.cached.load(Relaxed),
            recognised: self.recognised.load(Relaxed),
            encoded,
            failed: self.failed.load(Relaxed),
            elapsed: since(&self.started),
            images_per_second: if reading > 0.0 {
                encoded as f64 / reading
            } else {
                0.0
            },
        }
    }

    /// Whether it is time for a report; true at most once an interval, over all threads.
    pub fn due(&self) -> bool {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        let due = reported.is_none_or(|at| at.elapsed() >= INTERVAL);
        if due {
            *reported = Some(Instant::now());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_only_when_it_can_be() {
        let mut progress = Progress {
            total: 30,
            encoded: 8,
            failed: 2,
            ..Progress::default()
        };
        progress.images_per_second = 4.0;
        assert_eq!(progress.time_left(), None, "folders are still being listed");
        progress.phase = Phase::Reading;
        assert_eq!(progress.time_left(), Some(Duration::from_secs(5)));
        progress.images_per_second = 0.0;
        assert_eq!(progress.time_left(), None);
    }

    #[test]
    fn a_count_ahead_is_the_total_until_the_walk_that_reads_has_ended() {
        let counters = Counters::default();
        counters.total.store(70, Relaxed);
        counters.counted.store(500, Relaxed);
        let progress = counters.snapshot();
        assert_eq!((progress.phase, progress.total), (Phase::Listing, 500));
        counters.counted_all.store(true, Relaxed);
        assert_eq!(counters.snapshot().phase, Phase::Reading);
        // Some went away meanwhile.
        counters.total.store(498, Relaxed);
        counters.listed.store(true, Relaxed);
        assert_eq!(counters.snapshot().total, 498);
    }

    #[test]
    fn reports_are_rationed() {
        let counters = Counters::default();
        assert!(counters.due());
        assert!(!counters.due());
    }
}
