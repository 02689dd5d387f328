//! Progress of a download.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// Interval between progress reports.
const REPORT: Duration = Duration::from_millis(125);
/// Minimum number of bytes and minimum time for an average rate: at the start, connections are slower or faster than
/// later on.
const MIN_BYTES: u64 = 4_000_000;
const MIN_TIME: Duration = Duration::from_secs(1);

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
    /// Average rate in bytes per second, once enough data has been received.
    pub average_rate: Option<NonZeroU64>,
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

/// The data received in a download, and the time that it took, without connecting, waiting and verifying.
#[derive(Default)]
struct Received {
    bytes: u64,
    time: Duration,
}

impl Received {
    fn add(&mut self, bytes: u64, time: Duration) {
        self.bytes += bytes;
        self.time += time;
    }

    /// The average rate in bytes per second, if there is enough data for one.
    fn rate(&self) -> Option<NonZeroU64> {
        if self.bytes < MIN_BYTES || self.time < MIN_TIME {
            return None;
        }
        NonZeroU64::new((self.bytes as f64 / self.time.as_secs_f64()) as u64)
    }
}

/// Counts bytes and reports progress at intervals.
pub struct ProgressReporter<'a> {
    pub download_progress: DownloadProgress,
    on_progress: &'a mut dyn FnMut(&DownloadProgress),
    last_report: Instant,
    /// Bytes since the last report.
    unreported: u64,
    /// All data received so far, from any hub.
    received: Received,
    /// When data was last received, or began to be.
    last_received: Instant,
}

impl<'a> ProgressReporter<'a> {
    /// Starts with no progress and reports it.
    pub fn new(on_progress: &'a mut dyn FnMut(&DownloadProgress)) -> Self {
        let mut reporter = Self {
            download_progress: DownloadProgress::default(),
            on_progress,
            last_report: Instant::now(),
            unreported: 0,
            received: Received::default(),
            last_received: Instant::now(),
        };
        reporter.report();
        reporter
    }

    /// Must be called before the data of a response is received.
    pub fn start_receiving(&mut self) {
        self.last_received = Instant::now();
    }

    /// Counts newly received bytes.
    pub fn add(&mut self, bytes: u64) {
        self.received.add(bytes, self.last_received.elapsed());
        self.last_received = Instant::now();
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
        self.download_progress.average_rate = self.received.rate();
        (self.on_progress)(&self.download_progress);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_rate_needs_enough_bytes_and_time() {
        let rate = |bytes: u64, time: Duration| {
            let mut received = Received::default();
            received.add(bytes / 2, time / 2);
            received.add(bytes - bytes / 2, time / 2);
            received.rate().map(NonZeroU64::get)
        };
        assert_eq!(rate(0, Duration::ZERO), None);
        assert_eq!(rate(MIN_BYTES, MIN_TIME / 2), None);
        assert_eq!(rate(MIN_BYTES - 1, MIN_TIME), None);
        assert_eq!(rate(MIN_BYTES, MIN_TIME), Some(4_000_000));
        assert_eq!(rate(93_000_000, Duration::from_secs(30)), Some(3_100_000));
        assert_eq!(rate(MIN_BYTES, Duration::from_secs(8_000_000)), None);
    }

    #[test]
    fn another_hub_does_not_lose_what_was_measured() {
        let mut last = None;
        let mut on_progress = |progress: &DownloadProgress| last = progress.average_rate;
        let mut reporter = ProgressReporter::new(&mut on_progress);
        reporter.received.add(8_000_000, Duration::from_secs(2));
        reporter.download_progress = DownloadProgress::default();
        reporter.report();
        assert_eq!(last, NonZeroU64::new(4_000_000));
    }
}
