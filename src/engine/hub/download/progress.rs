//! Progress of a download.

use std::time::{Duration, Instant};

/// Interval between progress reports.
const REPORT: Duration = Duration::from_millis(125);

/// Progress of a download.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DownloadProgress {
    /// Current stage.
    pub step: DownloadStage,
    /// Bytes received, including those of earlier attempts.
    pub done: u64,
    /// Total size in bytes, once known.
    pub total: u64,
    /// Smoothed rate in bytes per second.
    pub rate: f64,
}

impl DownloadProgress {
    /// Estimated time left, once the rate is known.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.total.saturating_sub(self.done);
        (self.rate > 0.0).then(|| Duration::from_secs_f64(left as f64 / self.rate))
    }
}

/// Stages of a download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DownloadStage {
    /// Querying the hub for files.
    #[default]
    Looking,
    /// Downloading files.
    Fetching,
    /// Waiting to retry, because the hub is busy or the connection broke.
    Waiting,
    /// Verifying the downloaded files.
    Checking,
}

/// Counts bytes and reports progress at intervals.
pub struct ProgressReporter<'a> {
    pub download_progress: DownloadProgress,
    on_progress: &'a mut dyn FnMut(&DownloadProgress),
    last_report: Instant,
    /// Bytes since the last report.
    unreported: u64,
}

impl<'a> ProgressReporter<'a> {
    /// Starts with no progress and reports it.
    pub fn new(on_progress: &'a mut dyn FnMut(&DownloadProgress)) -> Self {
        let mut reporter = Self {
            download_progress: DownloadProgress::default(),
            on_progress,
            last_report: Instant::now(),
            unreported: 0,
        };
        reporter.report();
        reporter
    }

    /// Counts newly received bytes.
    pub fn add(&mut self, bytes: u64) {
        self.download_progress.done += bytes;
        self.unreported += bytes;
        let since = self.last_report.elapsed();
        if since >= REPORT {
            let now = self.unreported as f64 / since.as_secs_f64();
            let before = self.download_progress.rate;
            // Smoothed, because a fluctuating rate is useless for an estimate.
            self.download_progress.rate = if before > 0.0 {
                0.9 * before + 0.1 * now
            } else {
                now
            };
            self.report();
        }
    }

    /// Counts bytes that are already present.
    pub fn known(&mut self, bytes: u64) {
        self.download_progress.done += bytes;
    }

    /// Subtracts bytes that must be downloaded again.
    pub fn subtract(&mut self, bytes: u64) {
        self.download_progress.done = self.download_progress.done.saturating_sub(bytes);
    }

    /// Reports the current progress.
    pub fn report(&mut self) {
        self.last_report = Instant::now();
        self.unreported = 0;
        (self.on_progress)(&self.download_progress);
    }
}
