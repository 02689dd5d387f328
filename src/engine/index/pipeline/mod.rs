//! The pipeline from folders to stored embeddings: scan -> N decoders -> one encoder -> writer. A further thread counts
//! files ahead of the scan, once the scan has to wait or, if the job lists all files first, before any is read.
//!
//! Channels are bounded: a slow stage throttles the previous ones, and memory usage does not depend on the number of
//! files. A [`JobHandle`] owns the threads; dropping it stops them, even while a picture is being decoded.

pub(crate) mod batching;
mod decoders;
pub mod embed;
mod embedded;
mod progress;
mod stages;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::session::Session;
use crate::engine::cancel::Cancel;
use crate::engine::media::photo::{Failure, Photo};
use crate::engine::media::scan::{ScanOptions, Skipped};
use crate::engine::media::thumbnail;
use crate::engine::pause::Gate;

pub(crate) use decoders::decoder_threads;
use progress::Counters;
pub use progress::{Phase, Progress};

/// Default time for which writing to a full store is retried.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// Called from any thread when messages are available.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// Maximum number of decoder threads: more have no benefit, and each needs memory.
pub const MAX_DECODERS: usize = 256;

/// Inputs and settings of a job.
#[derive(Clone)]
pub struct JobOptions {
    /// Files and folders to process.
    pub roots: Vec<PathBuf>,
    /// Options for walking folders.
    pub scan: ScanOptions,
    /// Number of decoder threads; 0 means one per core.
    pub decoders: usize,
    /// JPEG quality of new thumbnails, 1 to 100.
    pub thumbnail_quality: u8,
    /// Whether photos that are slow to decode are shown by their embedded thumbnails in the meantime.
    pub embedded_thumbnails: bool,
    /// Distinguishes this job's messages from those of earlier jobs.
    pub generation: u64,
    /// Whether to count all files before reading any, so that the total and the remaining time are known from the
    /// start. Photos in the store are reported meanwhile.
    pub list_first: bool,
    /// How long writing to a full store is retried before the job fails; indefinitely if `None`.
    pub write_timeout: Option<Duration>,
    /// Called when messages are available.
    pub notify: Notify,
}

impl JobOptions {
    /// Default options for `roots`.
    #[must_use]
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            scan: ScanOptions::default(),
            decoders: 0,
            thumbnail_quality: thumbnail::QUALITY,
            embedded_thumbnails: false,
            generation: 0,
            list_first: false,
            write_timeout: Some(WRITE_TIMEOUT),
            notify: Arc::new(|| {}),
        }
    }
}

/// Origin of a photo's embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorSource {
    /// The file was known to the store and was not opened.
    Cached,
    /// The content was known under another path; the file was read but not decoded.
    Recognised,
    /// The photo was decoded and encoded.
    Encoded,
}

/// Events of a job.
#[derive(Clone, Debug)]
pub enum Event {
    /// A photo is in the store.
    Photo {
        /// The photo.
        photo: Photo,
        /// First row of its embeddings.
        row: u32,
        /// Origin of the embeddings.
        source: VectorSource,
    },
    /// The store has a thumbnail of a photo that this model has not encoded yet.
    Unread(Photo),
    /// A file could not be processed.
    Failed(Failure),
    /// Why results cannot be written at the moment, such as a full disk; `None` when writing has resumed.
    Waiting(Option<String>),
    /// The model has moved to another device because its first one failed; the text states the reason.
    Fallback(String),
    /// Progress report, about eight times per second.
    Progress(Progress),
    /// The final event.
    Finished(Summary),
}

/// An event with its job.
#[derive(Clone, Debug)]
pub struct Message {
    /// Generation of the job.
    pub generation: u64,
    /// The event.
    pub event: Event,
}

/// Result of a job.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Final progress.
    pub progress: Progress,
    /// Files that were skipped.
    pub skipped: Skipped,
    /// Whether the job was cancelled before its end.
    pub cancelled: bool,
    /// Why the job failed, in one sentence.
    pub problem: Option<String>,
}

impl Summary {
    /// The summary of a job in which a thread panicked.
    #[must_use]
    pub fn panicked(progress: Progress) -> Self {
        Self {
            progress,
            problem: Some(PANICKED.into()),
            ..Self::default()
        }
    }
}

const PANICKED: &str = "a part of the program crashed: please report it, and try again";

/// A running job. Dropping it cancels the job and joins its threads.
pub struct JobHandle {
    generation: u64,
    cancel: Cancel,
    gate: Gate,
    counters: Arc<Counters>,
    events: Option<Receiver<Vec<Event>>>,
    /// Received events that have not been returned yet.
    taken: Mutex<VecDeque<Event>>,
    threads: Vec<JoinHandle<()>>,
}

impl JobHandle {
    /// Generation of the job.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Requests cancellation. Results so far are kept.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Ends the job, waiting at most `limit` for its threads; slower ones are detached. Encoded results are normally
    /// written in that time.
    pub fn end_within(mut self, limit: Duration) {
        self.cancel.cancel();
        // Dropping the receiver wakes senders that are blocked on the full channel.
        self.events = None;
        let until = Instant::now() + limit;
        while !self.is_over() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.threads.retain(JoinHandle::is_finished);
    }

    /// Pauses the job after the photos in progress, or resumes it.
    pub fn set_paused(&self, paused: bool) {
        self.gate.set_closed(paused);
        self.counters.set_paused(paused);
    }

    /// Whether the job is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.gate.is_closed()
    }

    /// Current progress.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.counters.snapshot()
    }

    /// Waits for the next message; `None` after the last one.
    #[must_use]
    pub fn next(&self) -> Option<Message> {
        self.take(|events| events.recv().ok())
    }

    fn take(
        &self,
        receive: impl FnOnce(&Receiver<Vec<Event>>) -> Option<Vec<Event>>,
    ) -> Option<Message> {
        let taken = || self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let next = taken().pop_front();
        let event = match next {
            Some(event) => event,
            // The lock is not held while waiting.
            None => {
                let mut batch = receive(self.events.as_ref()?)?.into_iter();
                let first = batch.next()?;
                taken().extend(batch);
                first
            }
        };
        Some(Message {
            generation: self.generation,
            event,
        })
    }

    /// Whether all threads have ended. If this happens before the final message, one of them panicked.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// The next message, if one is available.
    #[must_use]
    pub fn try_next(&self) -> Option<Message> {
        self.take(|events| events.try_recv().ok())
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.cancel.cancel();
        // Dropping the receiver wakes senders that are blocked on the full channel.
        self.events = None;
        for thread in self.threads.drain(..) {
            // The panic has already been reported by its thread.
            let _ = thread.join();
        }
    }
}

/// Capacity of the event channel, in batches.
const EVENTS: usize = 256;
/// Capacity of the channel to the decoders.
const FILES: usize = 64;
/// Capacity of the channel to the writer.
const RESULTS: usize = 64;

/// Starts a job.
///
/// # Errors
/// Returns an error if threads cannot be created.
pub fn start(session: &Arc<Session>, options: JobOptions) -> std::io::Result<JobHandle> {
    let decoders = decoder_threads(options.decoders);
    let folder_count = options.roots.len();
    let batches = session.model().info().batch_sizes();
    let (event_sender, events) = bounded(EVENTS);
    let (file_sender, files) = bounded(FILES);
    let (wait_sender, waited) = bounded(1);
    let (crop_sender, crops) = bounded(2 * batches.1);
    let (result_sender, results) = bounded(RESULTS);
    let counters = Arc::new(Counters::default());
    let (cancel, gate) = (Cancel::default(), Gate::default());
    let listed = Gate::default();
    listed.set_closed(options.list_first);
    let shared = stages::JobContext {
        panicked: Arc::default(),
        session: session.clone(),
        device: session.model().info().device.name.clone(),
        fell_back: Arc::default(),
        cancel: cancel.clone(),
        gate: gate.clone(),
        listed,
        thumbnail_quality: options.thumbnail_quality,
        embedded_thumbnails: options.embedded_thumbnails,
        write_timeout: options.write_timeout,
        counters: counters.clone(),
        events: EventSender {
            sender: event_sender,
            notify: options.notify,
        },
    };
    // The handle owns the threads, so that returning an error below stops those already running.
    let mut job = JobHandle {
        generation: options.generation,
        cancel,
        gate,
        counters,
        events: Some(events),
        taken: Mutex::default(),
        threads: Vec::new(),
    };
    let (panicked, stop) = (shared.panicked.clone(), job.cancel.clone());
    let mut spawn = |name: String, work: Box<dyn FnOnce() + Send>| {
        let (panicked, stop) = (panicked.clone(), stop.clone());
        // If a thread stopped silently, the job would end early but appear complete.
        let work = move || {
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                panicked.store(true, Ordering::Release);
                stop.cancel();
            }
        };
        job.threads
            .push(std::thread::Builder::new().name(name).spawn(work)?);
        std::io::Result::Ok(())
    };
    for n in 0..decoders {
        let (shared, files) = (shared.clone(), files.clone());
        let (crops, results) = (crop_sender.clone(), result_sender.clone());
        let work = move || stages::decode(&shared, &files, &crops, &results);
        spawn(format!("lumisift-decode-{n}"), Box::new(work))?;
    }
    drop(crop_sender);
    for n in 0..shared.session.model().callers() {
        let (shared, crops, results) = (shared.clone(), crops.clone(), result_sender.clone());
        let work = move || stages::encode(&shared, batches, &crops, &results);
        spawn(format!("lumisift-encode-{n}"), Box::new(work))?;
    }
    drop(crops);
    let counter = shared.clone();
    let (roots, scan) = (options.roots.clone(), options.scan.clone());
    spawn(
        "lumisift-count".into(),
        Box::new(move || stages::count(&counter, &roots, scan, &waited)),
    )?;
    let scanner = shared.clone();
    let skipped = Arc::new(std::sync::OnceLock::new());
    let (roots, scan, counts) = (options.roots, options.scan, skipped.clone());
    spawn(
        "lumisift-scan".into(),
        Box::new(move || {
            let skipped = stages::scan(&scanner, &roots, scan, &file_sender, &wait_sender);
            // The writer reads this after its channel is closed, which this sender still keeps open.
            let _ = counts.set(skipped);
            drop(result_sender);
        }),
    )?;
    spawn(
        "lumisift-store".into(),
        Box::new(move || stages::write(&shared, &results, &skipped)),
    )?;
    tracing::info!(
        generation = options.generation,
        decoders,
        folders = folder_count,
        "reading photos"
    );
    Ok(job)
}

/// Sends events in batches, because waking the receiver costs more than processing most events.
#[derive(Clone)]
struct EventSender {
    sender: Sender<Vec<Event>>,
    notify: Notify,
}

impl EventSender {
    /// Sends an event, blocking while the channel is full. A missing receiver is ignored: the job is being dropped.
    fn send(&self, event: Event) {
        self.send_all(vec![event]);
    }

    /// Sends several events in order, like [`Self::send`].
    fn send_all(&self, events: Vec<Event>) {
        if !events.is_empty() {
            let _ = self.sender.send(events);
            (self.notify)();
        }
    }

    /// Sends an event unless the channel is full, for events that the next one supersedes.
    fn offer(&self, event: Event) {
        if self.sender.try_send(vec![event]).is_ok() {
            (self.notify)();
        }
    }
}
