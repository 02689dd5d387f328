//! Writes results to the store, reports them and completes the job.

use std::sync::OnceLock;
use std::sync::atomic::Ordering::{self, Relaxed};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::{EncodedPhoto, JobContext, photo};
use crate::engine::index::pipeline::{Event, PANICKED, Summary, VectorSource};
use crate::engine::index::store::{PhotoRecord, StoreError};
use crate::engine::media::scan::Skipped;
use crate::engine::media::takeout::TakeoutDates;

/// Polling interval for cancellation.
const CANCEL_NOTICE: Duration = Duration::from_millis(25);
/// Maximum delay before a result is written.
const WRITE_WAIT: Duration = Duration::from_millis(500);
/// Initial and maximum delay before a failed write is retried.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// Number of results per transaction.
const WRITE_BATCH: usize = 256;

/// Writes results in batches, reports each after it has been committed, and completes the job.
pub fn write(shared: &JobContext, results: &Receiver<EncodedPhoto>, skipped: &OnceLock<Skipped>) {
    let mut batch: Vec<EncodedPhoto> = Vec::new();
    let mut takeout = TakeoutDates::default();
    let mut since = Instant::now();
    let mut problem = None;
    loop {
        match results.recv_timeout(CANCEL_NOTICE) {
            Ok(outcome) => {
                if batch.is_empty() {
                    since = Instant::now();
                }
                batch.push(outcome);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if batch.len() >= WRITE_BATCH || (!batch.is_empty() && since.elapsed() >= WRITE_WAIT) {
            problem = write_batch(shared, &mut batch, &mut takeout);
        }
        if problem.is_some() || shared.cancel.is_cancelled() {
            shared.cancel.cancel();
            break;
        }
        shared.report();
    }
    let panicked = shared.panicked.load(Ordering::Acquire);
    problem = problem.or_else(|| panicked.then(|| PANICKED.into()));
    let cancelled = shared.cancel.is_cancelled() && problem.is_none();
    // Encoded results are written even after an error or cancellation.
    let unwritten = write_batch(shared, &mut batch, &mut takeout);
    problem = problem.or(unwritten);
    shared.session.store().flush_seen();
    shared.counters.finished.store(true, Relaxed);
    let progress = shared.counters.snapshot();
    tracing::info!(
        cached = progress.cached,
        recognised = progress.recognised,
        encoded = progress.encoded,
        failed = progress.failed,
        seconds = progress.elapsed.as_secs_f64(),
        cancelled,
        problem = problem.as_deref(),
        "photos were read"
    );
    shared.events.send(Event::Finished(Summary {
        progress,
        skipped: skipped.get().cloned().unwrap_or_default(),
        cancelled,
        problem,
    }));
}

/// Writes and clears a batch; returns an error message on failure.
fn write_batch(
    shared: &JobContext,
    batch: &mut Vec<EncodedPhoto>,
    takeout: &mut TakeoutDates,
) -> Option<String> {
    if batch.is_empty() {
        return None;
    }
    let (records, sources): (Vec<PhotoRecord>, Vec<VectorSource>) = batch.drain(..).unzip();
    let rows = match write_with_retries(shared, &records) {
        Ok(rows) => rows,
        Err(error) => return Some(error.to_string()),
    };
    let mut events = Vec::with_capacity(rows.len());
    for ((record, source), row) in records.into_iter().zip(sources).zip(rows) {
        let counter = match source {
            VectorSource::Encoded => &shared.counters.encoded,
            VectorSource::Recognised => &shared.counters.recognised,
            VectorSource::Cached => &shared.counters.cached,
        };
        counter.fetch_add(1, Relaxed);
        let photo = photo(record.file, record.facts, takeout);
        events.push(Event::Photo { photo, row, source });
    }
    shared.events.send_all(events);
    None
}

/// Writes records. If the disk is full or read-only, reports that and retries until the write succeeds, the job is
/// cancelled or its patience is exhausted.
fn write_with_retries(
    shared: &JobContext,
    records: &[PhotoRecord],
) -> Result<Vec<u32>, StoreError> {
    let session = &shared.session;
    let since = Instant::now();
    let mut wait = RETRY_WAIT.0;
    let mut reported = false;
    loop {
        let error = match session.store().write(session.key(), records) {
            Ok(rows) => {
                if reported {
                    shared.events.send(Event::Waiting(None));
                }
                return Ok(rows);
            }
            Err(error) => error,
        };
        let timed_out = shared
            .write_timeout
            .is_some_and(|most| since.elapsed() >= most);
        if !error.is_transient() || timed_out || shared.cancel.is_cancelled() {
            return Err(error);
        }
        if !reported {
            shared.events.send(Event::Waiting(Some(error.to_string())));
            reported = true;
        }
        let until = Instant::now() + wait;
        while Instant::now() < until && !shared.cancel.is_cancelled() {
            std::thread::sleep(CANCEL_NOTICE);
        }
        wait = (2 * wait).min(RETRY_WAIT.1);
    }
}
