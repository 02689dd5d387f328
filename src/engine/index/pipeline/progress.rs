//! Counters shared by the threads of a job, and the progress derived from them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Interval between progress reports.
pub const INTERVAL: Duration = Duration::from_millis(125);

/// Phases of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Folders are being listed.
    #[default]
    Listing,
    /// All files are known; photos are being processed.
    Reading,
    /// The job has ended.
    Done,
}

/// Progress of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Current phase.
    pub phase: Phase,
    /// Number of candidate files found so far; final once the phase is `Reading`.
    pub total: u64,
    /// Photos found unchanged in the store.
    pub cached: u64,
    /// Photos whose content the store knows under another path.
    pub recognised: u64,
    /// Photos encoded.
    pub encoded: u64,
    /// Files that failed.
    pub failed: u64,
    /// Time since the start of the job.
    pub elapsed: Duration,
    /// Encoding rate in photos per second, measured from the first photo to be read.
    pub images_per_second: f64,
}

impl Progress {
    /// Number of files processed, with any result.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.cached + self.recognised + self.encoded + self.failed
    }

    /// Estimated time left, once all files and the rate are known.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total.saturating_sub(self.done());
        let known = self.phase == Phase::Reading && self.images_per_second > 0.0;
        known.then(|| Duration::from_secs_f64(left as f64 / self.images_per_second))
    }
}

/// Total time that the job was paused by the user.
#[derive(Default)]
struct Paused {
    before: Duration,
    since: Option<Instant>,
}

/// The counters behind [`Progress`].
#[derive(Default)]
pub struct Counters {
    pub listed: AtomicBool,
    /// Number of files counted ahead of the scan, and whether that count is complete.
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
    /// Starts the clock of the job.
    pub fn start(&self) {
        self.started.get_or_init(Instant::now);
    }

    /// Starts the clock for the rate, at the first photo to be read.
    pub fn start_reading(&self) {
        self.reading.get_or_init(Instant::now);
    }

    /// Stops or resumes the clock for the rate.
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
        // A folder may change between counting and scanning; the scan's number is authoritative.
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

    /// Whether a report is due; true at most once per interval across all threads.
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
        // Some files disappeared meanwhile.
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
