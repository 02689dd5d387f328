//! HEVC key frames.

use rust_h265::{DecodeError, DecodeLimits, Decoder, Frame, NalUnitType, PixelData, parse_nal};

use super::{CodecError, hevc_sps, units};
use crate::engine::media::decode::Cicp;
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
    let mut colour = None;
    let units = parameters.into_iter().chain(units).filter_map(parse_nal);
    // The decoder supports only the base layer, but does not skip the layers of other views and enhancements.
    for unit in units.filter(|unit| unit.nuh_layer_id == 0) {
        match decoder.decode_nal(&unit) {
            Ok(Some(frame)) => return Ok(planes(frame, colour)),
            Ok(None) => {}
            Err(error) => return Err(refused(&error)),
        }
        if unit.nal_unit_type == NalUnitType::Sps {
            // The decoder does not report colours.
            colour = hevc_sps::colour(&unit.rbsp);
        }
    }
    let frame = decoder.flush().ok_or(CodecError::Damaged)?;
    Ok(planes(frame, colour))
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

fn planes(frame: Frame, colour: Option<Cicp>) -> Planes {
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
        colour,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::engine::media::video::track::{self, VideoCodec};
    use crate::engine::media::video::{layout, samples};

    /// The SPS of the fixture, and the same with primaries 9, transfer characteristics 16 and matrix coefficients 9.
    const SPS: &[u8] = &[
        0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
        0x03, 0x00, 0x1e, 0xa0, 0x30, 0x81, 0x04, 0xd9, 0x66, 0x62, 0xa4, 0x91, 0xb6, 0xbc, 0x05,
        0xa0, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x01, 0x41,
    ];
    const HDR_SPS: &[u8] = &[
        0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
        0x03, 0x00, 0x1e, 0xa0, 0x30, 0x81, 0x04, 0xd9, 0x66, 0x62, 0xa4, 0x91, 0xb6, 0xbc, 0x05,
        0xa8, 0x48, 0x80, 0x48, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20, 0x00, 0x00, 0x03, 0x01, 0x41,
    ];

    /// The configuration record and the first sample of a fixture.
    fn config_and_sample() -> (Vec<u8>, Vec<u8>) {
        let bytes = include_bytes!("../../../../../tests/fixtures/video/hevc-ten-bits.mov");
        let layout = layout::read(&mut Cursor::new(&bytes[..])).expect("an index");
        let track = track::shown(&layout.moov).expect("a track");
        let (start, length) = samples::place(track.samples, 0).expect("a sample");
        let sample = &bytes[start as usize..(start + length) as usize];
        match track.codec {
            VideoCodec::Hevc(config) => (config, sample.to_vec()),
            _ => panic!("not HEVC"),
        }
    }

    #[test]
    fn other_layers_are_skipped() {
        let (config, sample) = config_and_sample();
        // A malformed SPS of layer 1.
        let sample = [&b"\0\0\0\x03\x42\x09\xff"[..], &sample].concat();
        let planes = decode(&config, &sample, 1 << 16).expect("decoded");
        assert_eq!((planes.width, planes.height), (96, 64));
    }

    #[test]
    fn colours_of_the_bitstream_are_reported() {
        let (config, sample) = config_and_sample();
        let colour = |config: &[u8]| {
            let planes = decode(config, &sample, 1 << 16).expect("decoded");
            planes
                .colour
                .map(|colour| [colour.primaries, colour.transfer, colour.matrix])
        };
        assert_eq!(colour(&config), Some([2, 2, 2]));
        let at = config.windows(SPS.len()).position(|bytes| bytes == SPS);
        let (before, after) = config.split_at(at.expect("its SPS"));
        let length = (HDR_SPS.len() as u16).to_be_bytes();
        let hdr = [
            &before[..before.len() - 2],
            &length[..],
            HDR_SPS,
            &after[SPS.len()..],
        ];
        assert_eq!(colour(&hdr.concat()), Some([9, 16, 9]));
    }
}
