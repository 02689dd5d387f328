//! Decodes single key frames, one file per codec.

mod av1;
mod h264;
mod hevc;

use super::planes::Planes;
use super::track::VideoCodec;

/// Why a key frame is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// It is of a form that the decoder does not read.
    Unsupported,
    /// It is damaged, or larger than its file says.
    Damaged,
}

/// Decodes a key frame by itself; nothing of more than `most_pixels` pixels is allocated for.
pub fn decode(codec: &VideoCodec, sample: &[u8], most_pixels: u32) -> Result<Planes, CodecError> {
    match codec {
        VideoCodec::H264(config) => h264::decode(config, sample, most_pixels),
        VideoCodec::Hevc(config) => hevc::decode(config, sample, most_pixels),
        VideoCodec::Av1(config) => av1::decode(config, sample, most_pixels),
        VideoCodec::Other(_) => Err(CodecError::Unsupported),
    }
}

/// The units of a sample, each after its length of so many bytes.
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
        units.push(unit);
        rest = after;
    }
    Ok(units)
}
