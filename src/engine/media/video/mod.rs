//! Videos, represented by at most sixteen key frames spread evenly over time, each shown and searched like a picture.
//!
//! Only the index and those frames are read, however long the file is. MP4 and QuickTime are parsed here and decoded by
//! crates; other formats require ffmpeg.

mod boxes;
mod choose;
mod codec;
mod container;
mod content;
mod error;
mod facts;
mod ffmpeg;
mod fragments;
mod iso;
mod layout;
mod planes;
mod samples;
mod track;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::decode::Pixels;
use super::file_names;
use super::memory_budget::Reservation;
use super::photo::{ContentId, PhotoFacts, Taken, VideoFacts};
use crate::engine::cancel::Cancel;
use crate::engine::files::regular::open_regular;
use container::VideoContainer;
use ffmpeg::External;
use iso::Movie;

pub use choose::MAX_FRAMES;
pub use error::VideoError;

/// Bytes at the start of a file from which its container is detected.
const HEAD: u64 = 64;

/// Whether a file with these first bytes is a video, supported or not.
#[must_use]
pub fn is_video(head: &[u8]) -> bool {
    container::detect(head).is_some()
}

/// Whether a video with these first bytes requires ffmpeg.
#[must_use]
pub fn needs_ffmpeg(head: &[u8]) -> bool {
    matches!(
        container::detect(head),
        Some(container::VideoContainer::Other(_))
    )
}

/// Whether a file is a video, by its first bytes; files with a picture extension are not opened.
#[must_use]
pub fn is_video_file(path: &Path) -> bool {
    if file_names::is_picture_name(path) {
        return false;
    }
    let mut head = Vec::new();
    let read = open_regular(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    match file_names::is_video_name(path) {
        true => read.is_ok() && container::detect_named(&head).is_some(),
        false => read.is_ok() && is_video(&head),
    }
}

/// Whether ffmpeg is available.
#[must_use]
pub fn has_ffmpeg() -> bool {
    ffmpeg::find().is_some()
}

/// A frame of a video.
pub struct VideoFrame {
    /// Presentation time in milliseconds.
    pub time_ms: u64,
    /// The pixels.
    pub pixels: Pixels,
    /// Width of the upright video with square pixels.
    pub width: u32,
    /// Height of the upright video with square pixels.
    pub height: u32,
}

/// An opened video with its representative frames.
pub struct Video {
    path: PathBuf,
    content: ContentId,
    source: FrameSource,
}

enum FrameSource {
    Movie(Box<Movie>),
    External(External),
}

impl Video {
    /// Opens a video and locates its representative frames. Waits until memory for their data is available.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or has no frames, if it requires ffmpeg and that is not installed or
    /// fails, or if `cancel` is raised.
    pub fn open(path: &Path, cancel: &Cancel) -> Result<Self, VideoError> {
        let mut file = open_regular(path)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut head)?;
        match container::detect_named(&head) {
            Some(VideoContainer::Iso) => {
                let length = file.metadata()?.len();
                let movie = Movie::read(&mut file, cancel)?;
                let content = content::identify(&mut file, length, &movie.parts())?;
                Ok(Self {
                    path: path.into(),
                    content,
                    source: FrameSource::Movie(Box::new(movie)),
                })
            }
            Some(VideoContainer::Other(other)) => {
                let content = identify(&mut file)?;
                let external = external(path, other.name, other.format, cancel)?;
                Ok(Self {
                    path: path.into(),
                    content,
                    source: FrameSource::External(external),
                })
            }
            None if head.is_empty() => Err(VideoError::Damaged("the file is empty")),
            None => Err(VideoError::Damaged(
                "its content is not in a known video format",
            )),
        }
    }

    /// The content identifier: a hash of all bytes, or for a video larger than
    /// [`HASHED_WHOLE`](super::photo::HASHED_WHOLE), of its length, index, frames and samples of the rest.
    #[must_use]
    pub fn content(&self) -> ContentId {
        self.content
    }

    /// The facts, given the size of the frames and their times in milliseconds.
    #[must_use]
    pub fn facts(&self, (width, height): (u32, u32), frames_ms: Vec<u64>) -> PhotoFacts {
        PhotoFacts {
            content: self.content(),
            width,
            height,
            taken: self.taken(),
            warning: None,
            video: Some(Box::new(VideoFacts {
                duration_ms: self.duration_ms(),
                frames_ms,
            })),
        }
    }

    /// The recording date.
    #[must_use]
    pub fn taken(&self) -> Option<Taken> {
        match &self.source {
            FrameSource::Movie(movie) => movie.taken(),
            FrameSource::External(external) => external.taken.clone(),
        }
    }

    /// The duration in milliseconds; 0 if unknown.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        match &self.source {
            FrameSource::Movie(movie) => movie.duration_ms(),
            FrameSource::External(external) => external.duration_ms,
        }
    }

    /// Recording details for display: name and value.
    #[must_use]
    pub fn camera_facts(&self) -> Vec<(&'static str, String)> {
        match &self.source {
            FrameSource::Movie(movie) => movie.camera_facts(),
            FrameSource::External(_) => Vec::new(),
        }
    }

    /// Decodes the frames in order, at a scale whose short side is at least `min_short_side` pixels, and passes each to
    /// `each`. Corrupt frames are skipped; if all are, the first error is returned. Waits until memory for a frame is
    /// available, which is held until `each` returns.
    ///
    /// # Errors
    /// Returns an error if no frame can be decoded, if `each` fails, or if `cancel` is raised.
    pub fn frames<E: From<VideoError>>(
        &self,
        min_short_side: u32,
        cancel: &Cancel,
        mut each: impl FnMut(VideoFrame) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut last_time, mut first_error) = (None, None);
        let mut external: Option<FrameSource> = None;
        'source: loop {
            let source = external.as_ref().unwrap_or(&self.source);
            for (at, time_ms) in source.times_ms().into_iter().enumerate() {
                if cancel.is_cancelled() {
                    return Err(VideoError::Cancelled.into());
                }
                match source.frame(at, time_ms, min_short_side, cancel) {
                    // ffmpeg returns the key frame before a time, which may be the previous one again.
                    Ok((frame, _memory)) if last_time.is_none_or(|last| frame.time_ms > last) => {
                        last_time = Some(frame.time_ms);
                        each(frame)?;
                    }
                    Ok(_) => {}
                    Err(VideoError::NeedsFfmpeg(what))
                        if last_time.is_none() && external.is_none() =>
                    {
                        external = Some(self.external(&what, cancel)?);
                        continue 'source;
                    }
                    Err(error @ (VideoError::Cancelled | VideoError::TooLarge { .. })) => {
                        return Err(error.into());
                    }
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
            break;
        }
        match last_time {
            None => Err(first_error.unwrap_or(VideoError::NoPicture).into()),
            Some(_) => Ok(()),
        }
    }

    /// Decodes the frame at a time reported by [`Self::frames`].
    ///
    /// # Errors
    /// Returns an error if the frame cannot be decoded, or if `cancel` is raised.
    pub fn frame_at(
        &self,
        time_ms: u64,
        min_short_side: u32,
        cancel: &Cancel,
    ) -> Result<VideoFrame, VideoError> {
        match self.source.nearest(time_ms, min_short_side, cancel) {
            Err(VideoError::NeedsFfmpeg(what)) => {
                let external = self.external(&what, cancel)?;
                external.nearest(time_ms, min_short_side, cancel)
            }
            frame => frame,
        }
    }

    /// Opens a movie with ffmpeg, because its codec or profile is not supported here.
    fn external(&self, what: &str, cancel: &Cancel) -> Result<FrameSource, VideoError> {
        external(&self.path, what, "mov", cancel).map(FrameSource::External)
    }
}

impl FrameSource {
    /// Times of the frames in milliseconds.
    fn times_ms(&self) -> Vec<u64> {
        match self {
            Self::Movie(movie) => movie.times_ms(),
            Self::External(external) => external.times_ms(),
        }
    }

    /// The frame nearest to a time.
    fn nearest(
        &self,
        time_ms: u64,
        min_short_side: u32,
        cancel: &Cancel,
    ) -> Result<VideoFrame, VideoError> {
        let times = self.times_ms();
        let nearest = (0..times.len()).min_by_key(|at| times[*at].abs_diff(time_ms));
        let at = nearest.ok_or(VideoError::NoPicture)?;
        let (frame, _memory) = self.frame(at, time_ms, min_short_side, cancel)?;
        Ok(frame)
    }

    /// The frame of this index and time, with its memory reservation.
    fn frame(
        &self,
        at: usize,
        time_ms: u64,
        min_short_side: u32,
        cancel: &Cancel,
    ) -> Result<(VideoFrame, Option<Reservation>), VideoError> {
        match self {
            Self::Movie(movie) => {
                let (frame, memory) = movie.frame(at, min_short_side, cancel)?;
                Ok((frame, Some(memory)))
            }
            Self::External(external) => {
                let (time_ms, pixels) = external.frame(time_ms, min_short_side, cancel)?;
                let (width, height) = (pixels.width, pixels.height);
                let frame = VideoFrame {
                    time_ms,
                    pixels,
                    width,
                    height,
                };
                Ok((frame, None))
            }
        }
    }
}

/// Opens an unsupported video with ffmpeg.
fn external(
    path: &Path,
    what: &str,
    format: &'static str,
    cancel: &Cancel,
) -> Result<External, VideoError> {
    let program = ffmpeg::find().ok_or_else(|| VideoError::NeedsFfmpeg(what.into()))?;
    External::open(program, path, format, cancel)
}

fn identify(file: &mut File) -> Result<ContentId, VideoError> {
    let length = file.metadata()?.len();
    Ok(content::identify(file, length, &[])?)
}
