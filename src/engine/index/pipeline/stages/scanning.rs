//! Lists the files of a job and reports those whose results are in the store.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::{JobContext, photo};
use crate::engine::index::pipeline::{Event, VectorSource};
use crate::engine::media::photo::Candidate;
use crate::engine::media::scan::{Scan, ScanItem, ScanOptions, Skipped};
use crate::engine::media::takeout::TakeoutDates;

/// Number of known photos reported in one event.
const KNOWN_BATCH: usize = 128;
/// Maximum delay before a known photo is reported while the scan continues.
const KNOWN_WAIT: Duration = Duration::from_millis(20);

/// Lists files, reports those in the store, and passes the others on. `waits` receives a message when the scan has to
/// wait for decoders, or at the first unknown file if all files are to be counted before any is read.
pub fn scan(
    shared: &JobContext,
    roots: &[PathBuf],
    options: ScanOptions,
    files: &Sender<Candidate>,
    waits: &Sender<()>,
) -> Skipped {
    let _note = shared.panic_guard();
    shared.counters.start();
    let mut scan = Scan::new(roots, options);
    let mut batch = Vec::new();
    let mut takeout = TakeoutDates::default();
    let mut since = Instant::now();
    for found in scan.by_ref() {
        if shared.cancel.is_cancelled() {
            break;
        }
        shared.counters.total.fetch_add(1, Relaxed);
        match found {
            ScanItem::Failure(failure) => shared.fail(failure),
            ScanItem::Candidate(file) => {
                let event = known(shared, &file, &mut takeout);
                let is_read = matches!(event, Some(Event::Photo { .. }));
                batch.extend(event);
                if !is_read {
                    if shared.listed.is_closed() {
                        let _ = waits.try_send(());
                    }
                    // May block until the decoders catch up.
                    shared.events.send_all(std::mem::take(&mut batch));
                    let sent = match files.try_send(file) {
                        Err(TrySendError::Full(file)) => {
                            // One message suffices.
                            let _ = waits.try_send(());
                            files.send(file).is_ok()
                        }
                        sent => sent.is_ok(),
                    };
                    if !sent {
                        break;
                    }
                }
            }
        }
        if batch.len() >= KNOWN_BATCH || since.elapsed() >= KNOWN_WAIT {
            shared.events.send_all(std::mem::take(&mut batch));
            since = Instant::now();
        }
        shared.report();
    }
    shared.events.send_all(batch);
    shared.counters.listed.store(true, Relaxed);
    shared.listed.set_closed(false);
    scan.skipped().clone()
}

/// Counts files ahead of the scan, so that the total and the remaining time are known early. Decoders start afterwards
/// if the job is to list all files first. No list is kept, so memory usage is constant. A scan that never waits needs
/// no count.
pub fn count(shared: &JobContext, roots: &[PathBuf], options: ScanOptions, waited: &Receiver<()>) {
    let _note = shared.panic_guard();
    if waited.recv().is_err() {
        return;
    }
    let counters = &shared.counters;
    for _ in Scan::counting(roots, options) {
        if shared.cancel.is_cancelled() || counters.listed.load(Relaxed) {
            return;
        }
        counters.counted.fetch_add(1, Relaxed);
        shared.report();
    }
    counters.counted_all.store(true, Relaxed);
    shared.events.offer(Event::Progress(counters.snapshot()));
    shared.listed.set_closed(false);
}

/// The event for an unchanged file in the store.
fn known(shared: &JobContext, file: &Candidate, takeout: &mut TakeoutDates) -> Option<Event> {
    // Read errors of the store are ignored here: the file counts as new, and the error recurs on writing.
    let session = &shared.session;
    let known = session.store().lookup(session.key(), file).ok()??;
    let photo = photo(file.clone(), known.facts, takeout);
    let Some(row) = known.row else {
        return Some(Event::Unread(photo));
    };
    shared.counters.cached.fetch_add(1, Relaxed);
    Some(Event::Photo {
        photo,
        row,
        source: VectorSource::Cached,
    })
}
