//! What each thread of a job does. Every function returns when its input ends or the job is cancelled.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{self, Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};

use super::batching::BatchSizer;
use super::embedded::embedded_thumbnail;
use super::{Counters, Event, EventSender, Summary, VectorSource};
use crate::engine::cancel::Cancel;
use crate::engine::index::session::Session;
use crate::engine::index::store::{NewContent, PhotoRecord, StoreError};
use crate::engine::inference::{Model, ModelError};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::decode::{self, DecodeError};
use crate::engine::media::photo::{Candidate, ContentId, Failure, Photo, PhotoFacts, Stage};
use crate::engine::media::preprocess::{Crop, Resampler};
use crate::engine::media::scan::{Scan, ScanItem, ScanOptions, Skipped};
use crate::engine::media::takeout::TakeoutDates;
use crate::engine::media::thumbnail;
#[cfg(feature = "video")]
use crate::engine::media::video::{self, Video, VideoError, VideoFrame};
use crate::engine::pause::Gate;

/// How long the encoder waits for a batch to fill.
const BATCH_WAIT: Duration = Duration::from_millis(20);
/// How soon the sink notices that its job is cancelled.
const CANCEL_NOTICE: Duration = Duration::from_millis(25);
/// How long a result waits to be written at most.
const WRITE_WAIT: Duration = Duration::from_millis(500);
/// Delay before writing to a full store is retried, at first and at most.
const RETRY_WAIT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// Known photos that are reported in one event.
const KNOWN_BATCH: usize = 128;
/// How long a known photo waits at most to be reported, while the scan goes on.
const KNOWN_WAIT: Duration = Duration::from_millis(20);
/// Results that are written at once.
const WRITE_BATCH: usize = 256;

/// What all stages of a job share.
#[derive(Clone)]
pub struct JobContext {
    pub session: Arc<Session>,
    /// The name of the model's device when the job began.
    pub device: String,
    /// Whether it was said that the model runs on another one since.
    pub fell_back: Arc<AtomicBool>,
    pub cancel: Cancel,
    pub gate: Gate,
    /// Closed while files are counted that are to be counted before any is read.
    pub listed: Gate,
    pub thumbnail_quality: u8,
    pub embedded_thumbnails: bool,
    pub patience: Option<Duration>,
    pub counters: Arc<Counters>,
    pub events: EventSender,
    /// Whether one of the job's threads panicked.
    pub gave_up: Arc<AtomicBool>,
}

/// Notes a panic before a stage lets go of its channels: the last thread must not take their end for a proper one.
struct PanicNote<'a>(&'a AtomicBool);

impl Drop for PanicNote<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

impl JobContext {
    fn note_panics(&self) -> PanicNote<'_> {
        PanicNote(&self.gave_up)
    }

    fn fail(&self, failure: Failure) {
        tracing::debug!(path = ?failure.path, "{}", failure.message);
        self.counters.failed.fetch_add(1, Relaxed);
        self.events.send(Event::Failed(failure));
    }

    /// Says once if the model's device failed.
    fn report_device(&self, model: &dyn Model) {
        if let Some(text) = model.info().fallback_from(&self.device)
            && !self.fell_back.swap(true, Relaxed)
        {
            self.events.send(Event::Fallback(text));
        }
    }

    fn report(&self) {
        if self.counters.due() {
            self.events.offer(Event::Progress(self.counters.snapshot()));
        }
    }
}

/// A file with what its content says of it. Its date may stand in its name, or beside it.
pub fn photo(file: Candidate, facts: PhotoFacts, takeout: &mut TakeoutDates) -> Photo {
    let mut photo = Photo::new(file, facts);
    let taken = &mut photo.facts.taken;
    *taken = (taken.take()).or_else(|| takeout.taken(&photo.file.path));
    photo
}

/// A photo on its way to the encoder.
pub struct PreparedPhoto {
    file: Candidate,
    facts: PhotoFacts,
    thumbnail: Vec<u8>,
    /// Those of a video's other frames.
    frame_thumbnails: Vec<Vec<u8>>,
    /// What it looks like; nothing of a video.
    appearance: Option<Appearance>,
    /// What the model reads of it: one square, and more of a wide picture; or one of each frame.
    crops: Vec<Crop>,
}

/// A result on its way to the store, and where it came from.
pub type EncodedPhoto = (PhotoRecord, VectorSource);

/// Lists files, answers those that the store knows, and hands on the rest. `waits` is told when that has to wait for
/// decoders, or at the first of the rest if all files are to be counted before one is read.
pub fn scan(
    shared: &JobContext,
    roots: &[PathBuf],
    options: ScanOptions,
    files: &Sender<Candidate>,
    waits: &Sender<()>,
) -> Skipped {
    let _note = shared.note_panics();
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
                    // This may wait for the decoders.
                    shared.events.send_all(std::mem::take(&mut batch));
                    let sent = match files.try_send(file) {
                        Err(TrySendError::Full(file)) => {
                            // Told once is enough.
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

/// Counts the files while the walk that reads them waits, so that the total and the time left are known early; decoders
/// begin after it if they are to know all files first. It keeps no list: a million files cost it no memory. A walk that
/// never waits needs no count.
pub fn count(shared: &JobContext, roots: &[PathBuf], options: ScanOptions, waited: &Receiver<()>) {
    let _note = shared.note_panics();
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

/// The event for a file that the store knows unchanged.
fn known(shared: &JobContext, file: &Candidate, takeout: &mut TakeoutDates) -> Option<Event> {
    // A store that cannot be read will say so when it is written; until then the file counts as new.
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

/// Reads and decodes files until there are none.
pub fn decode(
    shared: &JobContext,
    files: &Receiver<Candidate>,
    crops: &Sender<PreparedPhoto>,
    results: &Sender<EncodedPhoto>,
) {
    let _note = shared.note_panics();
    let mut resampler = Resampler::default();
    let mut takeout = TakeoutDates::default();
    for file in files {
        shared.listed.pass(&shared.cancel);
        shared.counters.start_reading();
        shared.gate.pass(&shared.cancel);
        if shared.cancel.is_cancelled() {
            return;
        }
        // A decoder that panics over a hostile file costs that file, not the run.
        let prepared = catch_unwind(AssertUnwindSafe(|| {
            prepare(shared, &mut resampler, &mut takeout, file.clone())
        }));
        let sent = match prepared {
            Ok(Ok(NextStep::Encode(prepared))) => crops.send(*prepared).is_ok(),
            Ok(Ok(NextStep::Recognised(record))) => {
                results.send((*record, VectorSource::Recognised)).is_ok()
            }
            Ok(Ok(NextStep::Cancelled)) => false,
            Ok(Err(failure)) => {
                shared.fail(failure);
                true
            }
            Err(_) => {
                tracing::error!(path = ?file.path, "a decoder panicked over this photo");
                resampler = Resampler::default();
                let message = "the decoder gave up on this file: it is probably damaged, look for another copy of the photo";
                shared.fail(Failure::new(file.path, Stage::Decode, message));
                true
            }
        };
        if !sent {
            return;
        }
    }
}

/// What becomes of a file that was read.
enum NextStep {
    Encode(Box<PreparedPhoto>),
    Recognised(Box<PhotoRecord>),
    Cancelled,
}

/// Shows a photo that is about to be decoded by the thumbnail in its file, which the store hands out until the photo is
/// written.
fn show_embedded(
    shared: &JobContext,
    resampler: &mut Resampler,
    takeout: &mut TakeoutDates,
    file: &Candidate,
    content: ContentId,
    bytes: &[u8],
) {
    let store = shared.session.store();
    // Another model has read it: what the store has is better.
    let has_thumbnail = || store.thumbnail(&content).is_ok_and(|known| known.is_some());
    if !shared.embedded_thumbnails || has_thumbnail() {
        return;
    }
    let quality = shared.thumbnail_quality;
    let found = embedded_thumbnail(bytes, resampler, quality, &shared.cancel);
    if let Some((decoded, jpeg)) = found {
        store.show_provisionally(content, jpeg);
        let photo = photo(file.clone(), decoded.facts(content), takeout);
        shared.events.send(Event::Unread(photo));
    }
}

/// What is known of a content, if the session's model has read it.
fn recognised(shared: &JobContext, file: &Candidate, content: &ContentId) -> Option<NextStep> {
    let session = &shared.session;
    let known = session
        .store()
        .lookup_content(session.key(), content)
        .ok()??;
    known.row?;
    Some(NextStep::Recognised(Box::new(PhotoRecord {
        file: file.clone(),
        facts: known.facts,
        new: None,
    })))
}

fn prepare(
    shared: &JobContext,
    resampler: &mut Resampler,
    takeout: &mut TakeoutDates,
    file: Candidate,
) -> Result<NextStep, Failure> {
    #[cfg(feature = "video")]
    if video::is_video_file(&file.path) {
        return prepare_video(shared, resampler, file);
    }
    let bytes = match decode::read_file(&file.path, &shared.cancel) {
        Err(_) if shared.cancel.is_cancelled() => return Ok(NextStep::Cancelled),
        read => read?,
    };
    #[cfg(feature = "video")]
    if video::is_video(&bytes) {
        drop(bytes);
        return prepare_video(shared, resampler, file);
    }
    let content = ContentId::of(&bytes);
    if let Some(step) = recognised(shared, &file, &content) {
        return Ok(step);
    }
    show_embedded(shared, resampler, takeout, &file, content, &bytes);
    let spec = shared.session.model().info().preprocess;
    let side = spec.decoded_side();
    let decoded = match decode::decode(&bytes, side, &shared.cancel) {
        Ok(decoded) => decoded,
        Err(DecodeError::Cancelled) => return Ok(NextStep::Cancelled),
        Err(error) => return Err(Failure::new(file.path, Stage::Decode, error)),
    };
    drop(bytes);
    let refuse = |error: &dyn std::fmt::Display| Failure::new(&file.path, Stage::Decode, error);
    let crops = resampler
        .crops(&decoded.pixels, &spec)
        .map_err(|e| refuse(&e))?;
    let small = resampler
        .thumbnail(&decoded.pixels, thumbnail::THUMBNAIL_SIDE)
        .map_err(|e| refuse(&e))?;
    let appearance = Appearance::of(resampler, &decoded.pixels, decoded.camera.clone())
        .map_err(|e| refuse(&e))?;
    let thumbnail = thumbnail::encode(&small, shared.thumbnail_quality).map_err(|error| {
        tracing::warn!(path = ?file.path, %error, "no thumbnail could be made");
        refuse(&"no thumbnail can be made of it: save the photo as JPEG with another program")
    })?;
    let facts = decoded.facts(content);
    Ok(NextStep::Encode(Box::new(PreparedPhoto {
        file,
        facts,
        thumbnail,
        frame_thumbnails: Vec::new(),
        appearance: Some(appearance),
        crops,
    })))
}

/// Reads a video's index and frames: each is a picture of its own.
#[cfg(feature = "video")]
fn prepare_video(
    shared: &JobContext,
    resampler: &mut Resampler,
    file: Candidate,
) -> Result<NextStep, Failure> {
    let cancel = &shared.cancel;
    let failed = |error: VideoError| match error {
        VideoError::Cancelled => Ok(NextStep::Cancelled),
        error @ VideoError::Io(_) => Err(Failure::new(&file.path, Stage::Read, error)),
        error => Err(Failure::new(&file.path, Stage::Decode, error)),
    };
    let video = match Video::open(&file.path, cancel) {
        Ok(video) => video,
        Err(error) => return failed(error),
    };
    if let Some(step) = recognised(shared, &file, &video.content()) {
        return Ok(step);
    }
    let spec = shared.session.model().info().preprocess;
    let side = spec.decoded_side();
    let (mut crops, mut thumbnails) = (Vec::new(), Vec::new());
    let mut size = (0, 0);
    let mut times = Vec::new();
    let each = |frame: VideoFrame| {
        let refuse = |_| VideoError::Damaged("its frames are empty");
        crops.push(resampler.crop(&frame.pixels, &spec).map_err(refuse)?);
        let small = resampler
            .thumbnail(&frame.pixels, thumbnail::THUMBNAIL_SIDE)
            .map_err(refuse)?;
        let jpeg = thumbnail::encode(&small, shared.thumbnail_quality);
        thumbnails.push(jpeg.map_err(|_| VideoError::Damaged("its frames are too large"))?);
        times.push(frame.time_ms);
        size = (frame.width, frame.height);
        Ok(())
    };
    if let Err(error) = video.frames(side, cancel, each) {
        return failed(error);
    }
    let mut thumbnails = thumbnails.into_iter();
    Ok(NextStep::Encode(Box::new(PreparedPhoto {
        facts: video.facts(size, times),
        thumbnail: thumbnails.next().unwrap_or_default(),
        frame_thumbnails: thumbnails.collect(),
        appearance: None,
        crops,
        file,
    })))
}

/// Runs the model over batches until there are no more crops. `batches` are the sizes of the first batch and
/// of the largest.
pub fn encode(
    shared: &JobContext,
    batches: (usize, usize),
    crops: &Receiver<PreparedPhoto>,
    results: &Sender<EncodedPhoto>,
) {
    let _note = shared.note_panics();
    let mut batching = BatchSizer::new(batches);
    while let Some(batch) = next_batch(crops, batching.size()) {
        shared.gate.pass(&shared.cancel);
        if shared.cancel.is_cancelled() {
            return;
        }
        let (crops, photos): (Vec<Vec<Crop>>, Vec<_>) = batch
            .into_iter()
            .map(|p| {
                let pictures = (p.thumbnail, p.frame_thumbnails, p.appearance);
                (p.crops, (p.file, p.facts, pictures))
            })
            .unzip();
        let counts: Vec<usize> = crops.iter().map(Vec::len).collect();
        let pictures: Vec<Crop> = crops.into_iter().flatten().collect();
        let model = shared.session.model().as_ref();
        let vectors = match batching.embed(model, &pictures, &shared.cancel) {
            Ok(vectors) => vectors,
            Err(ModelError::Cancelled) => return,
            Err(error) => {
                fail_all(shared, photos, &error.to_string());
                continue;
            }
        };
        shared.report_device(model);
        let mut left = vectors.values.as_slice();
        for ((file, facts, pictures), count) in photos.into_iter().zip(counts) {
            let (thumbnail, frame_thumbnails, appearance) = pictures;
            let (vectors, others) = left.split_at((count * vectors.dim).min(left.len()));
            left = others;
            let new = Some(NewContent {
                vectors: vectors.to_vec(),
                thumbnail,
                frame_thumbnails,
                appearance,
            });
            let record = PhotoRecord { file, facts, new };
            if results.send((record, VectorSource::Encoded)).is_err() {
                return;
            }
        }
    }
}

fn fail_all<T>(shared: &JobContext, photos: Vec<(Candidate, PhotoFacts, T)>, message: &str) {
    for (file, ..) in photos {
        shared.fail(Failure::new(file.path, Stage::Encode, message));
    }
}

/// Up to `size` crops: what is there, and what comes within a short while.
fn next_batch(crops: &Receiver<PreparedPhoto>, size: usize) -> Option<Vec<PreparedPhoto>> {
    let mut batch = vec![crops.recv().ok()?];
    let deadline = Instant::now() + BATCH_WAIT;
    while batch.len() < size {
        match crops.recv_deadline(deadline) {
            Ok(crop) => batch.push(crop),
            Err(_) => break,
        }
    }
    Some(batch)
}

/// Writes results in batches, reports each once it is safe, and ends the job.
pub fn keep(shared: &JobContext, results: &Receiver<EncodedPhoto>, skipped: &OnceLock<Skipped>) {
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
            problem = write(shared, &mut batch, &mut takeout);
        }
        if problem.is_some() || shared.cancel.is_cancelled() {
            shared.cancel.cancel();
            break;
        }
        shared.report();
    }
    let gave_up = shared.gave_up.load(Ordering::Acquire);
    problem = problem.or_else(|| gave_up.then(|| super::GAVE_UP.into()));
    let cancelled = shared.cancel.is_cancelled() && problem.is_none();
    // What was encoded is kept, whatever else went wrong.
    let unwritten = write(shared, &mut batch, &mut takeout);
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

/// Writes and empties a batch; returns the problem, if there is one.
fn write(
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

/// Writes records. If the disk is full or read-only, that is reported, and the write is retried until it succeeds,
/// the job is cancelled, or its patience ends.
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
        let out_of_patience = shared.patience.is_some_and(|most| since.elapsed() >= most);
        if !error.may_pass() || out_of_patience || shared.cancel.is_cancelled() {
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
