//! Reads files and decodes photos and videos to model inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender};

use super::{EncodedPhoto, JobContext, PreparedPhoto, photo};
use crate::engine::index::pipeline::embedded::embedded_thumbnail;
use crate::engine::index::pipeline::{Event, VectorSource};
use crate::engine::index::store::PhotoRecord;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::decode::{self, DecodeError};
use crate::engine::media::photo::{Candidate, ContentId, Failure, Stage};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::takeout::TakeoutDates;
use crate::engine::media::thumbnail;
#[cfg(feature = "video")]
use crate::engine::media::video::{self, Video, VideoError, VideoFrame};

/// Reads and decodes files until there are no more.
pub fn decode(
    shared: &JobContext,
    files: &Receiver<Candidate>,
    crops: &Sender<PreparedPhoto>,
    results: &Sender<EncodedPhoto>,
) {
    let _note = shared.panic_guard();
    let mut resampler = Resampler::default();
    let mut takeout = TakeoutDates::default();
    for file in files {
        shared.listed.pass(&shared.cancel);
        shared.counters.start_reading();
        shared.gate.pass(&shared.cancel);
        if shared.cancel.is_cancelled() {
            return;
        }
        // A decoder that panics on a malformed file must not end the job.
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

/// Outcome of reading a file.
enum NextStep {
    Encode(Box<PreparedPhoto>),
    Recognised(Box<PhotoRecord>),
    Cancelled,
}

/// Shows the thumbnail embedded in a photo's file until the photo has been decoded and written.
fn show_embedded(
    shared: &JobContext,
    resampler: &mut Resampler,
    takeout: &mut TakeoutDates,
    file: &Candidate,
    content: ContentId,
    bytes: &[u8],
) {
    let store = shared.session.store();
    // The store already has a better thumbnail, from another model's run.
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

/// The known result for a content that the session's model has already encoded.
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

/// Reads the metadata and frames of a video; each frame is encoded separately.
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
