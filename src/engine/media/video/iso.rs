//! MP4, QuickTime and 3GP files: index and representative key frames.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::choose::choose;
use super::codec::{self, CodecError};
use super::error::VideoError;
use super::fragments::{FragmentKeys, FragmentSpan};
use super::layout::{self, MovieLayout};
use super::samples::{self, KeyFrame, SampleLocation};
use super::track::{self, VideoCodec};
use super::{VideoFrame, facts};
use crate::engine::cancel::Cancel;
use crate::engine::media::decode::Cicp;
use crate::engine::media::decode::{Orientation, Pixels, detached};
use crate::engine::media::memory_budget::{DecodeMemory, NoMemory, Reservation};
use crate::engine::media::photo::Taken;
use crate::engine::media::preprocess::Resampler;

/// Maximum size of one key frame, and of all together.
const MAX_SAMPLE: u64 = 32 << 20;
const MAX_SAMPLES: u64 = 128 << 20;
/// Maximum frame size: beyond level 6.2 of all three codecs.
const MAX_PIXELS: u64 = 8192 * 8192;
/// Number of pixels by which a coded side may exceed the declared one: codecs pad to whole blocks.
const BLOCK: u32 = 64;
/// Bytes per pixel during decoding: planes, reference frames of the decoder, and RGB.
const BYTES_PER_PIXEL: u64 = 24;
/// Bytes per pixel of RGB.
const RGB_BYTES: u64 = 3;

/// A movie, with the data of its representative key frames.
pub struct Movie {
    moov: Vec<u8>,
    codec: Arc<VideoCodec>,
    orientation: Orientation,
    coded: (u32, u32),
    pixel_aspect: f64,
    colour: Option<Cicp>,
    duration_ms: u64,
    /// Time in milliseconds and data of each frame.
    frames: Vec<(u64, Arc<Vec<u8>>)>,
    /// Reservation of that data in the shared memory budget.
    _memory: Reservation,
}

impl Movie {
    /// Reads the index of a file and its representative frames.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or has no key frame, or if `cancel` is raised.
    pub fn read(source: &mut (impl Read + Seek), cancel: &Cancel) -> Result<Self, VideoError> {
        let layout = layout::read(source)?;
        let track = track::shown(&layout.moov).ok_or(VideoError::NoPicture)?;
        let (keys, in_fragments) = all_keys(source, &layout, &track, cancel)?;
        let timescale = u64::from(track.timescale);
        let begin = begin(&track, &keys, in_fragments);
        let ms = |time: i64| {
            facts::milliseconds(time.saturating_sub(begin).max(0).unsigned_abs(), timescale)
        };
        let times: Vec<u64> = keys.iter().map(|key| ms(key.time)).collect();
        let places = choose(&times).into_iter().filter_map(|at| {
            let (start, length) = match keys[at].place {
                SampleLocation::Numbered(number) => samples::place(track.samples, number)?,
                SampleLocation::At(start, length) => (start, length),
            };
            let whole =
                start.checked_add(length)? <= layout.length && (1..=MAX_SAMPLE).contains(&length);
            whole.then_some((times[at], start, length))
        });
        let mut left = MAX_SAMPLES;
        let places: Vec<(u64, u64, u64)> = places
            .take_while(|(.., length)| match left.checked_sub(*length) {
                Some(rest) => {
                    left = rest;
                    true
                }
                None => false,
            })
            .collect();
        if places.is_empty() && !matches!(track.codec, VideoCodec::Other(_)) {
            return Err(if keys.is_empty() {
                VideoError::Damaged("its index names no key frame")
            } else {
                VideoError::CutOff
            });
        }
        let bytes = layout.moov.len() as u64 + MAX_SAMPLES - left;
        let memory = DecodeMemory::of_process()
            .files
            .reserve_at_most_all(bytes, cancel);
        let memory = memory.map_err(|_| VideoError::Cancelled)?;
        let mut frames = Vec::with_capacity(places.len());
        for (time, start, length) in places {
            frames.push((time, Arc::new(layout::bytes(source, start, length)?)));
        }
        let in_fragments = in_fragments.map_or(0, |(_, end)| {
            end.saturating_sub(begin).max(0).unsigned_abs()
        });
        let durations = [
            facts::duration_ms(&layout.moov),
            facts::known_milliseconds(track.duration, timescale),
            facts::known_milliseconds(in_fragments, timescale),
        ];
        Ok(Self {
            codec: Arc::new(track.codec),
            orientation: track.orientation,
            coded: track.coded,
            pixel_aspect: track.pixel_aspect,
            colour: track.colour,
            duration_ms: durations.into_iter().flatten().max().unwrap_or_default(),
            frames,
            _memory: memory,
            moov: layout.moov,
        })
    }

    /// The error for a video that only ffmpeg can read.
    fn needs_ffmpeg_error(&self) -> VideoError {
        let name = match &*self.codec {
            VideoCodec::H264(_) => "H.264",
            VideoCodec::Hevc(_) => "HEVC",
            VideoCodec::Av1(_) => "AV1",
            VideoCodec::Other(kind) => return VideoError::NeedsFfmpeg(name(kind)),
        };
        VideoError::NeedsFfmpeg(format!("in an unusual variant of {name}"))
    }

    /// The data that was read and that identifies the video.
    pub fn parts(&self) -> Vec<&[u8]> {
        let frames = self.frames.iter().map(|(_, bytes)| &bytes[..]);
        std::iter::once(&self.moov[..]).chain(frames).collect()
    }

    pub fn times_ms(&self) -> Vec<u64> {
        if matches!(*self.codec, VideoCodec::Other(_)) {
            // The first attempt to decode then fails with the required size.
            return vec![0];
        }
        self.frames.iter().map(|(time, _)| *time).collect()
    }

    pub fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    pub fn taken(&self) -> Option<Taken> {
        facts::taken(&self.moov)
    }

    pub fn camera_facts(&self) -> Vec<(&'static str, String)> {
        facts::camera(&self.moov)
    }

    /// Maximum number of pixels of a decoded frame.
    fn max_pixels(&self) -> u64 {
        let side = |side: u32| u64::from(side) + u64::from(BLOCK);
        (side(self.coded.0) * side(self.coded.1)).min(MAX_PIXELS)
    }

    /// Maximum bytes per pixel, first during decoding, and then while a decoded frame is stretched, when there are two
    /// pictures of the new width beside it.
    fn bytes_per_pixel(&self) -> u64 {
        let stretch = self.pixel_aspect.ceil() as u64;
        BYTES_PER_PIXEL.max(RGB_BYTES * (1 + 2 * stretch))
    }

    /// Decodes a frame, and returns it with its memory reservation.
    ///
    /// # Errors
    /// Returns an error if the frame is corrupt or exceeds the limits, or if `cancel` is raised.
    pub fn frame(
        &self,
        at: usize,
        min_short_side: u32,
        cancel: &Cancel,
    ) -> Result<(VideoFrame, Reservation), VideoError> {
        if matches!(*self.codec, VideoCodec::Other(_)) {
            return Err(self.needs_ffmpeg_error());
        }
        let (time_ms, bytes) = self.frames.get(at).ok_or(VideoError::NoPicture)?;
        let need = self.max_pixels() * self.bytes_per_pixel();
        let mut memory = DecodeMemory::of_process()
            .pixels
            .reserve(need, cancel)
            .map_err(|refused| match refused {
                NoMemory::Cancelled => VideoError::Cancelled,
                NoMemory::Beyond { limit } => VideoError::TooLarge {
                    width: self.coded.0,
                    height: self.coded.1,
                    need,
                    limit,
                },
            })?;
        let most = u32::try_from(self.max_pixels()).unwrap_or(u32::MAX);
        let (codec, bytes, colour) = (self.codec.clone(), bytes.clone(), self.colour);
        let work = move || {
            // A decoder panic on corrupt data costs only this frame.
            let planes = catch_unwind(AssertUnwindSafe(|| codec::decode(&codec, &bytes, most)));
            let planes = planes.unwrap_or(Err(CodecError::Damaged))?;
            let size = (planes.width, planes.height);
            Ok((size, planes.to_rgb(min_short_side, colour)))
        };
        let ((width, height), rgb) =
            detached(cancel, work)?.map_err(|refused: CodecError| match refused {
                CodecError::Unsupported => self.needs_ffmpeg_error(),
                CodecError::Damaged => {
                    VideoError::Damaged("its frames end early or contradict themselves")
                }
            })?;
        let wide = |width: u32| ((f64::from(width) * self.pixel_aspect).round() as u32).max(1);
        let pixels = Pixels::new(rgb.width, rgb.height, rgb.rgb, self.orientation);
        let pixels = Resampler::default().stretched(pixels, wide(rgb.width));
        let pixels = pixels.map_err(|_| VideoError::Damaged("its frames are empty"))?;
        memory.shrink_to(pixels.rgb.len() as u64);
        let (width, height) = match self.orientation.swaps_sides() {
            true => (height, wide(width)),
            false => (wide(width), height),
        };
        let frame = VideoFrame {
            time_ms: *time_ms,
            pixels,
            width,
            height,
        };
        Ok((frame, memory))
    }
}

/// The name in messages of a codec that only ffmpeg supports.
fn name(kind: &[u8; 4]) -> String {
    match kind {
        b"mp4v" => "MPEG-4 Part 2".into(),
        b"jpeg" | b"mjpa" | b"mjpb" => "Motion JPEG".into(),
        b"vp08" | b"vp09" => "VP8 or VP9".into(),
        b"s263" | b"h263" => "H.263".into(),
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "ProRes".into(),
        kind => format!("in the coding {:?}", String::from_utf8_lossy(kind)),
    }
}

/// The key frames of a track in presentation order, and when the presentation of its fragments starts and ends.
///
/// # Errors
/// Returns an error if the file cannot be read, or if `cancel` is raised.
fn all_keys(
    source: &mut (impl Read + Seek),
    layout: &MovieLayout,
    track: &track::VideoTrack<'_>,
    cancel: &Cancel,
) -> Result<(Vec<KeyFrame>, Option<FragmentSpan>), VideoError> {
    let mut keys = samples::keys(track.samples);
    let mut found = FragmentKeys::new(&layout.moov, track.id, samples::duration(track.samples));
    layout::fragments(source, layout, cancel, |at, moof| found.add(at, moof))?;
    keys.extend(found.keys);
    keys.sort_by_key(|key| key.time);
    Ok((keys, found.span))
}

/// When the presentation begins, in units of the track's timescale.
fn begin(
    track: &track::VideoTrack<'_>,
    keys: &[KeyFrame],
    in_fragments: Option<FragmentSpan>,
) -> i64 {
    let has_only_fragments = samples::duration(track.samples) == 0;
    match (in_fragments, track.start) {
        // Times of fragments may start anywhere, such as in a part of a live stream or at the time of day, even where
        // an edit list starts at 0.
        (Some((first, _)), start) if has_only_fragments => {
            start.map_or(first, |start| start.max(first))
        }
        (_, Some(start)) => start,
        // Without an edit list, frame reordering delays all presentation times by a constant offset.
        _ => keys.first().map_or(0, |key| key.time),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, SeekFrom};

    use super::*;

    /// Counts the bytes that are read.
    struct CountingReader<T>(T, u64);

    impl<T: Read> Read for CountingReader<T> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(buffer)?;
            self.1 += count as u64;
            Ok(count)
        }
    }

    impl<T: Seek> Seek for CountingReader<T> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn implausible_durations_are_ignored() {
        let mut bytes = include_bytes!("../../../../tests/fixtures/video/early.m4v").to_vec();
        let mvhd = bytes.windows(4).position(|kind| kind == b"mvhd");
        let duration = mvhd.expect("a movie header") + 20;
        bytes[duration..duration + 4].copy_from_slice(&(u32::MAX - 1).to_be_bytes());
        let movie = Movie::read(&mut Cursor::new(bytes), &Cancel::default()).expect("read");
        assert_eq!(movie.duration_ms(), 6000);
    }

    #[test]
    fn stretched_frames_are_reserved_whole() {
        let bytes = include_bytes!("../../../../tests/fixtures/video/early.m4v");
        let movie = Movie::read(&mut Cursor::new(bytes), &Cancel::default());
        let mut movie = movie.expect("read");
        let width = movie.coded.0;
        for (pixel_aspect, stretch) in [(1.0, 1), (2.0, 2), (5.0, 5)] {
            movie.pixel_aspect = pixel_aspect;
            let frame = movie.frame(0, 1000, &Cancel::default());
            let (frame, memory) = frame.expect("decoded");
            assert_eq!(frame.pixels.width, stretch * width);
            assert_eq!(memory.bytes(), frame.pixels.rgb.len() as u64);
            let while_stretching = RGB_BYTES * (1 + 2 * u64::from(stretch));
            assert!(movie.bytes_per_pixel() >= while_stretching);
        }
    }

    #[test]
    fn fragments_may_start_anywhere_and_be_in_any_order() {
        let original = include_bytes!("../../../../tests/fixtures/video/fragmented.mp4");
        // Changes each `tfdt`: its type, version and flags, and time.
        let read = |change: &dyn Fn(u64, &mut [u8])| {
            let mut bytes = original.to_vec();
            let found = |at: &usize| bytes[*at..].starts_with(b"tfdt");
            let places: Vec<usize> = (0..bytes.len()).filter(found).collect();
            assert_eq!(places.len(), 6);
            for (number, at) in (0..).zip(places) {
                change(number, &mut bytes[at..at + 16]);
            }
            let movie = Movie::read(&mut Cursor::new(bytes), &Cancel::default()).expect("read");
            (movie.duration_ms(), movie.times_ms())
        };
        let set = |tfdt: &mut [u8], time: u64| tfdt[8..].copy_from_slice(&time.to_be_bytes());
        let plain = read(&|_, _| {});
        assert_eq!(plain.0, 6000);
        // One second has 0x2800 units.
        assert_eq!(
            read(&|number, tfdt| set(tfdt, (1 << 30) + number * 0x2800)),
            plain
        );
        assert_eq!(
            read(&|number, tfdt| set(tfdt, (5 - number) * 0x2800)),
            plain
        );
        // Without times, each follows the previous one.
        assert_eq!(read(&|_, tfdt| tfdt[..4].copy_from_slice(b"free")), plain);
    }

    /// A box of a type with this payload.
    fn a_box(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len() + 8).expect("short");
        [&length.to_be_bytes()[..], kind, payload].concat()
    }

    /// The payload of a box of 32-bit fields.
    fn fields(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
    }

    #[test]
    fn times_start_at_the_first_sample_if_an_edit_list_starts_before_it() {
        let original = include_bytes!("../../../../tests/fixtures/video/fragmented.mp4");
        let find = |bytes: &[u8], kind: &[u8; 4]| {
            let found = bytes.windows(4).position(|four| four == kind);
            found.expect("a box") - 4
        };
        let read = |start: u32, time: u64| {
            let mut bytes = original.to_vec();
            let list = a_box(b"elst", &fields(&[0, 1, 0, start, 1 << 16]));
            let list = a_box(b"edts", &list);
            for parent in [b"moov", b"trak"] {
                let at = find(&bytes, parent);
                let length = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"));
                let longer = length + u32::try_from(list.len()).expect("short");
                bytes[at..at + 4].copy_from_slice(&longer.to_be_bytes());
            }
            let at = find(&bytes, b"mdia");
            bytes = [&bytes[..at], &list[..], &bytes[at..]].concat();
            let found = |at: &usize| bytes[*at..].starts_with(b"tfdt");
            let places: Vec<usize> = (0..bytes.len()).filter(found).collect();
            for (number, at) in (0..).zip(places) {
                let time: u64 = time + number * 0x2800;
                bytes[at + 8..at + 16].copy_from_slice(&time.to_be_bytes());
            }
            let movie = Movie::read(&mut Cursor::new(bytes), &Cancel::default()).expect("read");
            (movie.duration_ms(), movie.times_ms())
        };
        let plain = (6000, vec![1000, 2000, 3000, 4000, 5000]);
        // The first sample is shown 0x800 units after it is decoded.
        assert_eq!(read(0x800, 0), plain);
        assert_eq!(read(0, 0), plain);
        let time_of_day = 1_800_000_000 * 0x2800;
        assert_eq!(read(0, time_of_day), plain);
        assert_eq!(read(0x800, time_of_day), plain);
        // Half a second is cut off.
        let cut = (5500, vec![500, 1500, 2500, 3500, 4500]);
        assert_eq!(read(0x800 + 0x1400, 0), cut);
    }

    #[test]
    fn a_fragment_per_frame_does_not_shorten_a_video() {
        let original = include_bytes!("../../../../tests/fixtures/video/fragmented.mp4");
        let first = original.windows(4).position(|kind| kind == b"moof");
        let head = &original[..first.expect("a fragment") - 4];
        // Ten frames a second, for more than an hour.
        let count = 40_000_u32;
        let read = |key_every: u32| {
            let mut bytes = head.to_vec();
            for number in 0..count {
                let not_sync = u32::from(!number.is_multiple_of(key_every)) << 16;
                let traf = [
                    // The data is located from the start of `moof`.
                    a_box(b"tfhd", &fields(&[0x2_0000, 1])),
                    a_box(b"tfdt", &fields(&[0, number * 0x400])),
                    // One sample: where its data starts, its duration, size and flags.
                    a_box(b"trun", &fields(&[0x701, 1, 88, 0x400, 4, not_sync])),
                ];
                let moof = a_box(b"moof", &a_box(b"traf", &traf.concat()));
                assert_eq!(moof.len() + 8, 88);
                bytes.extend(moof);
                bytes.extend(a_box(b"mdat", &number.to_be_bytes()));
            }
            let movie = Movie::read(&mut Cursor::new(bytes), &Cancel::default()).expect("read");
            for (time, sample) in &movie.frames {
                let number = u32::try_from(time / 100).expect("short");
                assert_eq!(sample[..], number.to_be_bytes(), "{time}");
            }
            assert_eq!(movie.duration_ms(), u64::from(count) * 100);
            movie.times_ms()
        };
        let times = read(10);
        assert_eq!(times.len(), 16);
        assert_eq!(times.last(), Some(&3_999_000));
        // More key frames than are examined.
        let times = read(1);
        assert_eq!(times.len(), 16);
        assert!(
            times.last().is_some_and(|last| *last > 3_999_000),
            "{times:?}"
        );
    }

    #[test]
    fn what_lies_between_is_not_read() {
        let mut bytes = include_bytes!("../../../../tests/fixtures/video/early.m4v").to_vec();
        let small = bytes.len() as u64;
        // After the indexed data, 64 MB of other data.
        bytes.extend([0x04, 0, 0, 0]);
        bytes.extend(b"free");
        bytes.resize(bytes.len() + (64 << 20) - 8, 7);
        let length = bytes.len() as u64;
        let mut source = CountingReader(Cursor::new(bytes), 0);
        let movie = Movie::read(&mut source, &Cancel::default()).expect("read");
        assert_eq!(movie.times_ms(), [1000, 2000, 3000, 4000, 5000]);
        assert!(source.1 <= small, "{} of {small} bytes", source.1);
        super::super::content::identify(&mut source, length, &movie.parts()).expect("identified");
        assert!(source.1 < 2 << 20, "{}", source.1);
    }
}
