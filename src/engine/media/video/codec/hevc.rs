//! HEVC key frames.

use rust_h265::{DecodeError, DecodeLimits, Decoder, Frame, PixelData, parse_nal};

use super::{CodecError, units};
use crate::engine::media::video::boxes::Fields;
use crate::engine::media::video::planes::{PlaneBuffer, Planes};

/// Maximum bytes per pixel that the decoder allocates.
const BYTES_PER_PIXEL: u64 = 24;

/// Decodes a key frame with the parameter sets of its configuration record (ISO/IEC 14496-15, 8.3.3).
pub fn decode(config: &[u8], sample: &[u8], most_pixels: u32) -> Result<Planes, CodecError> {
    let (length_size, parameters) = read_config(config).ok_or(CodecError::Damaged)?;
    let units = units(sample, length_size)?;
    let mut decoder = Decoder::with_limits(DecodeLimits {
        max_picture_pixels: most_pixels.into(),
        max_picture_memory_bytes: u64::from(most_pixels) * BYTES_PER_PIXEL,
    });
    for unit in parameters.into_iter().chain(units).filter_map(parse_nal) {
        match decoder.decode_nal(&unit) {
            Ok(Some(frame)) => return Ok(planes(frame)),
            Ok(None) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    decoder.flush().map(planes).ok_or(CodecError::Damaged)
}

/// Size of NAL unit lengths in bytes, and the parameter sets.
fn read_config(config: &[u8]) -> Option<(u8, Vec<&[u8]>)> {
    let mut fields = Fields(config);
    fields.skip(21)?;
    let length_size = (fields.u8()? & 3) + 1;
    let mut units = Vec::new();
    for _ in 0..fields.u8()? {
        fields.skip(1)?;
        for _ in 0..fields.u16()? {
            let length = fields.u16()?;
            units.push(fields.take(length.into())?);
        }
    }
    Some((length_size, units))
}

fn refused(error: &DecodeError) -> CodecError {
    match error {
        DecodeError::Unsupported(_) => CodecError::Unsupported,
        _ => CodecError::Damaged,
    }
}

fn planes(frame: Frame) -> Planes {
    let samples = |plane: PixelData| match plane {
        PixelData::U8(samples) => PlaneBuffer::Bytes(samples),
        PixelData::U16(samples) => PlaneBuffer::Words(samples),
    };
    let halved = matches!(frame.chroma_format_idc, 1 | 2);
    Planes {
        width: frame.width,
        height: frame.height,
        luma: samples(frame.y),
        chroma: (frame.chroma_format_idc != 0).then(|| [samples(frame.u), samples(frame.v)]),
        halved: (halved, frame.chroma_format_idc == 1),
        depth: frame.bit_depth,
        // The decoder does not report it.
        colour: None,
    }
}
