//! The threads that turn folders into stored vectors: scan -> N decoders -> one encoder -> sink. Another counts files
//! ahead of the scan as soon as that has to wait, or before anything is read if a job is to list everything first.
//!
//! Channels are bounded, so a slow stage slows those before it and memory does not grow with the folder. A [`JobHandle`]
//! owns the threads; dropping it stops them, even in the middle of a picture.

pub(crate) mod batching;
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

use progress::Counters;
pub use progress::{Phase, Progress};

/// How long writing to a full store is usually retried.
const PATIENCE: Duration = Duration::from_secs(60);

/// Called when there is something new to receive, from any thread.
pub type Notify = Arc<dyn Fn() + Send + Sync>;

/// Most threads that decode: more than any machine has use for, and each takes memory.
pub const MAX_DECODERS: usize = 256;

/// What a job works on, and how.
#[derive(Clone)]
pub struct JobOptions {
    /// Files and folders.
    pub roots: Vec<PathBuf>,
    /// How folders are walked.
    pub scan: ScanOptions,
    /// Threads that decode; 0 for one a core.
    pub decoders: usize,
    /// JPEG quality of new thumbnails, 1 to 100.
    pub thumbnail_quality: u8,
    /// Whether photos that take long to decode are shown by the thumbnails in their files until they are read.
    pub embedded_thumbnails: bool,
    /// Tells this job's messages from those of earlier ones.
    pub generation: u64,
    /// Whether nothing is read before all files are counted, so that the total and the time left are known from the
    /// start. Photos that the store knows are sent meanwhile.
    pub list_first: bool,
    /// How long a store that has no room is tried again before the job gives up; as long as it takes if none.
    pub patience: Option<Duration>,
    /// Called when there is something new to receive.
    pub notify: Notify,
}

impl JobOptions {
    /// The usual options for `roots`.
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
            patience: Some(PATIENCE),
            notify: Arc::new(|| {}),
        }
    }
}

/// Where a photo's vector came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorSource {
    /// The store knew the file: it was not opened.
    Cached,
    /// The store knew the content under another name: it was read, but not decoded.
    Recognised,
    /// It was decoded and encoded.
    Encoded,
}

/// Events of a job.
#[derive(Clone, Debug)]
pub enum Event {
    /// A photo is in the store.
    Photo {
        /// The photo.
        photo: Photo,
        /// The row of its vector.
        row: u32,
        /// Where the vector came from.
        source: VectorSource,
    },
    /// The store has a thumbnail of a photo, but this model has not read it yet.
    Unread(Photo),
    /// A file could not be used.
    Failed(Failure),
    /// Why results cannot be written at the moment, such as a full disk; `None` when they are written again.
    Waiting(Option<String>),
    /// The model runs on another device since the job began, because the first failed; the text says why.
    Fallback(String),
    /// How far the job is, about eight times a second.
    Progress(Progress),
    /// The last message.
    Finished(Summary),
}

/// An event of one job.
#[derive(Clone, Debug)]
pub struct Message {
    /// Of which job.
    pub generation: u64,
    /// What happened.
    pub event: Event,
}

/// What a job did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The last progress.
    pub progress: Progress,
    /// What was passed over.
    pub skipped: Skipped,
    /// Whether it was cancelled before its end.
    pub cancelled: bool,
    /// Why it had to stop before its end, in one sentence.
    pub problem: Option<String>,
}

impl Summary {
    /// The summary of a job of which a thread panicked.
    #[must_use]
    pub fn gave_up(progress: Progress) -> Self {
        Self {
            progress,
            problem: Some(GAVE_UP.into()),
            ..Self::default()
        }
    }
}

const GAVE_UP: &str = "a part of the program gave up: please report it, and try again";

/// A running job. Dropping it cancels and joins its threads.
pub struct JobHandle {
    generation: u64,
    cancel: Cancel,
    gate: Gate,
    counters: Arc<Counters>,
    events: Option<Receiver<Vec<Event>>>,
    /// What has come, and not been asked for yet.
    taken: Mutex<VecDeque<Event>>,
    threads: Vec<JoinHandle<()>>,
}

impl JobHandle {
    /// Which job it is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Asks the job to stop. What is done stays done.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Ends the job, waiting for its threads for so long at most: those that take longer are left to the
    /// end of the process. What was encoded is written in time, unless the disk is slower than that.
    pub fn end_within(mut self, limit: Duration) {
        self.cancel.cancel();
        // A sender that waits for the full channel wakes when its receiver is dropped.
        self.events = None;
        let until = Instant::now() + limit;
        while !self.is_over() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.threads.retain(JoinHandle::is_finished);
    }

    /// Holds the job up after the photos in work, or lets it go on.
    pub fn set_paused(&self, paused: bool) {
        self.gate.set_closed(paused);
        self.counters.set_paused(paused);
    }

    /// Whether it is held up.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.gate.is_closed()
    }

    /// How far it is, at any time.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.counters.snapshot()
    }

    /// The next message; `None` after the last.
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
            // The lock is free while this waits.
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

    /// Whether all its threads have ended. After its last message it is; before that, one of them gave up.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// The next message if there is one now.
    #[must_use]
    pub fn try_next(&self) -> Option<Message> {
        self.take(|events| events.try_recv().ok())
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.cancel.cancel();
        // A sender that waits for the full channel wakes when its receiver is dropped.
        self.events = None;
        for thread in self.threads.drain(..) {
            // A panic was the thread's own message; there is nothing to add here.
            let _ = thread.join();
        }
    }
}

/// Batches of messages that wait to be received.
const EVENTS: usize = 256;
/// Files that wait for a decoder.
const FILES: usize = 64;
/// Results that wait to be written.
const RESULTS: usize = 64;

/// Starts a job.
///
/// # Errors
/// If the system gives no threads.
pub fn start(session: &Arc<Session>, options: JobOptions) -> std::io::Result<JobHandle> {
    let decoders = match options.decoders {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n.min(MAX_DECODERS),
    };
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
        gave_up: Arc::default(),
        session: session.clone(),
        device: session.model().info().device.name.clone(),
        fell_back: Arc::default(),
        cancel: cancel.clone(),
        gate: gate.clone(),
        listed,
        thumbnail_quality: options.thumbnail_quality,
        embedded_thumbnails: options.embedded_thumbnails,
        patience: options.patience,
        counters: counters.clone(),
        events: EventSender {
            sender: event_sender,
            notify: options.notify,
        },
    };
    // The handle collects the threads, so that an error here stops those that run already.
    let mut job = JobHandle {
        generation: options.generation,
        cancel,
        gate,
        counters,
        events: Some(events),
        taken: Mutex::default(),
        threads: Vec::new(),
    };
    let (gave_up, stop) = (shared.gave_up.clone(), job.cancel.clone());
    let mut spawn = |name: String, work: Box<dyn FnOnce() + Send>| {
        let (gave_up, stop) = (gave_up.clone(), stop.clone());
        // Without one of its threads a job would end early and look complete.
        let work = move || {
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                gave_up.store(true, Ordering::Release);
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
    let (roots, scan, found) = (options.roots, options.scan, skipped.clone());
    spawn(
        "lumisift-scan".into(),
        Box::new(move || {
            let passed_over = stages::scan(&scanner, &roots, scan, &file_sender, &wait_sender);
            // The sink reads this after its channel has closed, which this sender still keeps open.
            let _ = found.set(passed_over);
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

/// The way of messages out of a job. They go in batches: waking the receiver costs more than most of them.
#[derive(Clone)]
struct EventSender {
    sender: Sender<Vec<Event>>,
    notify: Notify,
}

impl EventSender {
    /// Sends, waiting while the channel is full. A missing receiver is no error: the job is being dropped.
    fn send(&self, event: Event) {
        self.send_all(vec![event]);
    }

    /// Sends several in their order, as [`Self::send`].
    fn send_all(&self, events: Vec<Event>) {
        if !events.is_empty() {
            let _ = self.sender.send(events);
            (self.notify)();
        }
    }

    /// Sends unless the channel is full: for events that the next one replaces.
    fn offer(&self, event: Event) {
        if self.sender.try_send(vec![event]).is_ok() {
            (self.notify)();
        }
    }
}
