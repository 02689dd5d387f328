//! The stages of a job. Each function returns when its input ends or the job is cancelled.

mod decoding;
mod encoding;
mod scanning;
mod writing;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{self, Relaxed};
use std::time::Duration;

use super::{Counters, Event, EventSender, VectorSource};
use crate::engine::cancel::Cancel;
use crate::engine::index::session::Session;
use crate::engine::index::store::PhotoRecord;
use crate::engine::inference::Model;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::{Candidate, Failure, Photo, PhotoFacts};
use crate::engine::media::preprocess::Crop;
use crate::engine::media::takeout::TakeoutDates;
use crate::engine::pause::Gate;

pub use decoding::decode;
pub use encoding::encode;
pub use scanning::{count, scan};
pub use writing::write;

/// State shared by all stages of a job.
#[derive(Clone)]
pub struct JobContext {
    pub session: Arc<Session>,
    /// Name of the model's device at the start of the job.
    pub device: String,
    /// Whether a fallback to another device has been reported.
    pub fell_back: Arc<AtomicBool>,
    pub cancel: Cancel,
    pub gate: Gate,
    /// Closed while counting, if all files are to be counted before any is read.
    pub listed: Gate,
    pub thumbnail_quality: u8,
    pub embedded_thumbnails: bool,
    pub write_timeout: Option<Duration>,
    pub counters: Arc<Counters>,
    pub events: EventSender,
    /// Whether a thread of the job panicked.
    pub panicked: Arc<AtomicBool>,
}

/// Records a panic before the channels are closed, which would otherwise look like normal completion.
struct PanicGuard<'a>(&'a AtomicBool);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

impl JobContext {
    fn panic_guard(&self) -> PanicGuard<'_> {
        PanicGuard(&self.panicked)
    }

    fn fail(&self, failure: Failure) {
        tracing::debug!(path = ?failure.path, "{}", failure.message);
        self.counters.failed.fetch_add(1, Relaxed);
        self.events.send(Event::Failed(failure));
    }

    /// Reports once if the model has moved to another device.
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

/// A photo from a file and its metadata. The date may also come from the file name or a sidecar file.
pub fn photo(file: Candidate, facts: PhotoFacts, takeout: &mut TakeoutDates) -> Photo {
    let mut photo = Photo::new(file, facts);
    let taken = &mut photo.facts.taken;
    *taken = (taken.take()).or_else(|| takeout.taken(&photo.file.path));
    photo
}

/// A decoded photo, to be encoded.
pub struct PreparedPhoto {
    file: Candidate,
    facts: PhotoFacts,
    thumbnail: Vec<u8>,
    /// Thumbnails of a video's further frames.
    frame_thumbnails: Vec<Vec<u8>>,
    /// Appearance features; `None` for a video.
    appearance: Option<Appearance>,
    /// Model inputs: one crop, more for a wide picture, or one per frame of a video.
    crops: Vec<Crop>,
}

/// A result to be written to the store, and its origin.
pub type EncodedPhoto = (PhotoRecord, VectorSource);
