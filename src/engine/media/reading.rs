//! Reads a photo or video for a model: its facts, and the crops to encode.

use std::path::Path;

use super::decode::{self, MAX_FILE_BYTES};
use super::photo::{ContentId, Failure, PhotoFacts, Stage};
use super::preprocess::{Crop, Preprocess, Resampler};
#[cfg(feature = "video")]
use super::video::{self, Video, VideoError, VideoFrame};
use crate::engine::cancel::Cancel;

/// Facts and crops of a photo or video.
pub struct Reading {
    /// Facts from the content.
    pub facts: PhotoFacts,
    /// At least one crop: the centre crop and further squares of an elongated picture, or one crop per video frame.
    pub crops: Vec<Crop>,
}

/// Reads photos and videos for one model; use one per thread.
pub struct MediaReader {
    spec: Preprocess,
    resampler: Resampler,
}

impl MediaReader {
    /// Creates a reader for this input specification.
    #[must_use]
    pub fn new(spec: Preprocess) -> Self {
        Self {
            spec,
            resampler: Resampler::default(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or decoded, or if `cancel` is raised.
    pub fn file(&mut self, path: &Path, cancel: &Cancel) -> Result<Reading, Failure> {
        #[cfg(feature = "video")]
        if video::is_video_file(path) {
            return self.video(path, cancel);
        }
        let bytes = decode::read_file(path, cancel)?;
        #[cfg(feature = "video")]
        if video::is_video(&bytes) {
            drop(bytes);
            return self.video(path, cancel);
        }
        self.bytes(path, &bytes, cancel)
    }

    /// Reads a picture from memory; `name` identifies it in messages.
    ///
    /// # Errors
    /// Returns an error if the bytes cannot be decoded, or if `cancel` is raised.
    pub fn bytes(
        &mut self,
        name: &Path,
        bytes: &[u8],
        cancel: &Cancel,
    ) -> Result<Reading, Failure> {
        let refuse = |error: &dyn std::fmt::Display| Failure::new(name, Stage::Decode, error);
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(refuse(
                &"larger than 1 GiB, which is more than a photo takes",
            ));
        }
        let decoded = decode::decode(bytes, self.spec.decoded_side(), cancel);
        let decoded = decoded.map_err(|e| refuse(&e))?;
        let crops = self.resampler.crops(&decoded.pixels, &self.spec);
        Ok(Reading {
            crops: crops.map_err(|e| refuse(&e))?,
            facts: decoded.facts(ContentId::of(bytes)),
        })
    }

    #[cfg(feature = "video")]
    fn video(&mut self, path: &Path, cancel: &Cancel) -> Result<Reading, Failure> {
        let failed = |error: VideoError| {
            let stage = match error {
                VideoError::Io(_) => Stage::Read,
                _ => Stage::Decode,
            };
            Failure::new(path, stage, error)
        };
        let video = Video::open(path, cancel).map_err(failed)?;
        let side = self.spec.decoded_side();
        let (mut crops, mut size) = (Vec::new(), (0, 0));
        let mut times = Vec::new();
        let each = |frame: VideoFrame| {
            let crop = self.resampler.crop(&frame.pixels, &self.spec);
            crops.push(crop.map_err(|_| VideoError::Damaged("its frames are empty"))?);
            times.push(frame.time_ms);
            size = (frame.width, frame.height);
            Ok(())
        };
        video.frames(side, cancel, each).map_err(failed)?;
        Ok(Reading {
            crops,
            facts: video.facts(size, times),
        })
    }
}
