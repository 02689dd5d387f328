//! Progress of a download.

use std::time::{Duration, Instant};

/// Time between two reports of progress.
const REPORT: Duration = Duration::from_millis(125);

/// How far a download is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DownloadProgress {
    /// What is being done.
    pub step: DownloadStage,
    /// Bytes that are here.
    pub done: u64,
    /// Bytes of all files, once they are known.
    pub total: u64,
    /// Bytes a second, lately.
    pub rate: f64,
}

impl DownloadProgress {
    /// Time left, once a rate is known.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total.saturating_sub(self.done);
        (self.rate > 0.0).then(|| Duration::from_secs_f64(left as f64 / self.rate))
    }
}

/// What a download is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DownloadStage {
    /// Asking what there is.
    #[default]
    Looking,
    /// Files are on their way.
    Fetching,
    /// The hub is busy, or the connection broke: waiting to go on.
    Waiting,
    /// Everything is here and being checked.
    Checking,
}

/// Counts bytes and reports progress at intervals.
pub struct ProgressReporter<'a> {
    pub arrival: DownloadProgress,
    on_progress: &'a mut dyn FnMut(&DownloadProgress),
    last_report: Instant,
    /// Bytes since the last report.
    fresh: u64,
}

impl<'a> ProgressReporter<'a> {
    /// Nothing yet.
    pub fn new(on_progress: &'a mut dyn FnMut(&DownloadProgress)) -> Self {
        let mut reporter = Self {
            arrival: DownloadProgress::default(),
            on_progress,
            last_report: Instant::now(),
            fresh: 0,
        };
        reporter.report();
        reporter
    }

    /// Bytes that just came.
    pub fn add(&mut self, bytes: u64) {
        self.arrival.done += bytes;
        self.fresh += bytes;
        let since = self.last_report.elapsed();
        if since >= REPORT {
            let now = self.fresh as f64 / since.as_secs_f64();
            let before = self.arrival.rate;
            // A rate that varies widely predicts nothing.
            self.arrival.rate = if before > 0.0 {
                0.9 * before + 0.1 * now
            } else {
                now
            };
            self.report();
        }
    }

    /// Bytes that are here already.
    pub fn known(&mut self, bytes: u64) {
        self.arrival.done += bytes;
    }

    /// Bytes that have to come again.
    pub fn take_back(&mut self, bytes: u64) {
        self.arrival.done = self.arrival.done.saturating_sub(bytes);
    }

    /// Tells how far it is.
    pub fn report(&mut self) {
        self.last_report = Instant::now();
        self.fresh = 0;
        (self.on_progress)(&self.arrival);
    }
}
