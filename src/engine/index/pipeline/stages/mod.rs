//! What each thread of a job does. Every function returns when its input ends or the job is cancelled.

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

/// What all stages of a job share.
#[derive(Clone)]
pub struct JobContext {
    pub session: Arc<Session>,
    /// The name of the model's device when the job began.
    pub device: String,
    /// Whether the fallback to another device was reported.
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
