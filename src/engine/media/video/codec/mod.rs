//! Decodes single key frames, with one module per codec.

mod av1;
mod bits;
mod h264;
mod hevc;
mod hevc_sps;
mod parameter_sets;

use super::planes::Planes;
use super::track::VideoCodec;

/// Maximum number of NAL units in a key frame or configuration record, so that lists of empty ones stay small.
const MAX_UNITS: usize = 1 << 14;

/// Why a key frame cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// The decoder does not support its profile or coding tools.
    Unsupported,
    /// It is corrupt, or larger than declared.
    Damaged,
}

/// Decodes a key frame on its own; nothing larger than `max_pixels` pixels is allocated.
pub fn decode(codec: &VideoCodec, sample: &[u8], max_pixels: u32) -> Result<Planes, CodecError> {
    match codec {
        VideoCodec::H264(config) => h264::decode(config, sample, max_pixels),
        VideoCodec::Hevc(config) => hevc::decode(config, sample, max_pixels),
        VideoCodec::Av1(config) => av1::decode(config, sample, max_pixels),
        VideoCodec::Other(_) => Err(CodecError::Unsupported),
    }
}

/// The NAL units of a sample, each preceded by its length in `length_size` bytes.
fn units(sample: &[u8], length_size: u8) -> Result<Vec<&[u8]>, CodecError> {
    let mut rest = sample;
    let mut units = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest
            .split_at_checked(length_size.into())
            .ok_or(CodecError::Damaged)?;
        let length = length
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        let (unit, after) = after.split_at_checked(length).ok_or(CodecError::Damaged)?;
        if units.len() == MAX_UNITS {
            // ffmpeg may be able to decode it, as with too many slices.
            return Err(CodecError::Unsupported);
        }
        units.push(unit);
        rest = after;
    }
    Ok(units)
}

#[cfg(test)]
mod fixtures {
    use std::io::Cursor;

    use crate::engine::media::video::track::{self, VideoCodec};
    use crate::engine::media::video::{layout, samples};

    /// The configuration record and the first sample of a movie.
    pub fn config_and_sample(movie: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let layout = layout::read(&mut Cursor::new(movie)).expect("an index");
        let track = track::shown(&layout.moov).expect("a track");
        let (start, length) = samples::place(track.samples, 0).expect("a sample");
        let sample = &movie[start as usize..(start + length) as usize];
        match track.codec {
            VideoCodec::H264(config) | VideoCodec::Hevc(config) | VideoCodec::Av1(config) => {
                (config, sample.to_vec())
            }
            VideoCodec::Other(kind) => panic!("{kind:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_units_is_bounded() {
        let count = |empty: usize| units(&[0_u8; 4].repeat(empty), 4).map(|units| units.len());
        assert_eq!(count(MAX_UNITS), Ok(MAX_UNITS));
        assert_eq!(count(MAX_UNITS + 1), Err(CodecError::Unsupported));
        assert_eq!(count(100_000), Err(CodecError::Unsupported));
    }
}
