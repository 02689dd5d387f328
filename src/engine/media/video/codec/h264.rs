//! H.264 key frames.

use rust_h264::decoder::{ChromaFormat, Decoder, Frame};
use rust_h264::error::DecodeError;
use rust_h264::nal::{
    NalUnit, NalUnitType, SpsInfo, parse_avcc, parse_avcc_config, parse_sps_info,
};

use super::bits::Bits;
use super::parameter_sets::ParameterSets;
use super::{CodecError, units};
use crate::engine::media::decode::Cicp;
use crate::engine::media::video::planes::{PlaneBuffer, Planes};

/// Maximum number of pixels that are copied per key frame: the decoder copies the picture for each slice.
const MAX_COPIED_PIXELS: u64 = 1 << 33;
/// Maximum number of slices of small key frames.
const MAX_SLICES: u64 = 8192;
/// Maximum IDs of SPSs and PPSs (ITU-T H.264, 7.4.2).
const MAX_SPS_ID: u32 = 31;
const MAX_PPS_ID: u32 = 255;

/// Decodes a key frame with the parameter sets of its configuration record (ISO/IEC 14496-15, 5.3.3).
pub fn decode(config: &[u8], sample: &[u8], max_pixels: u32) -> Result<Planes, CodecError> {
    let config = parse_avcc_config(config).map_err(|_| CodecError::Damaged)?;
    let length_size = u8::try_from(config.length_size).unwrap_or(4);
    units(sample, length_size)?;
    let in_sample = parse_avcc(sample, config.length_size);
    let parameters = config.sps_nals.iter().chain(&config.pps_nals);
    let mut decoder = Decoder::new();
    let mut sets = ParameterSets::new(MAX_SPS_ID, MAX_PPS_ID);
    let mut refusal = None;
    let mut slices = 0;
    let max_slices = max_slices(max_pixels);
    for unit in parameters.chain(&in_sample) {
        if is_slice(unit) {
            slices += 1;
            if slices > max_slices {
                return Err(refusal.unwrap_or(CodecError::Unsupported));
            }
            sets.start_slice(pps_of_slice(unit));
        }
        let decoded = sps_info(unit, max_pixels).and_then(|info| {
            let frame = decoder.decode_nal(unit).map_err(refused)?;
            record(&mut sets, unit, info.as_ref());
            Ok(frame)
        });
        match decoded {
            Ok(Some(frame)) => return Ok(planes(frame, sets.colour())),
            Ok(None) => {}
            // The frame may use other parameter sets.
            Err(error) if !is_slice(unit) => {
                refusal.get_or_insert(error);
            }
            Err(error) => return Err(refusal.unwrap_or(error)),
        }
    }
    match decoder.flush() {
        Some(frame) => Ok(planes(frame, sets.colour())),
        None => Err(refusal.unwrap_or(CodecError::Damaged)),
    }
}

/// Maximum number of slices of a key frame of up to `max_pixels` pixels.
fn max_slices(max_pixels: u32) -> u64 {
    (MAX_COPIED_PIXELS / u64::from(max_pixels.max(1))).clamp(1, MAX_SLICES)
}

fn is_slice(unit: &NalUnit<'_>) -> bool {
    matches!(
        unit.nal_unit_type,
        NalUnitType::Slice | NalUnitType::SliceIdr
    )
}

/// The ID of the PPS of a slice (ITU-T H.264, 7.3.3).
fn pps_of_slice(unit: &NalUnit<'_>) -> Option<u32> {
    let mut bits = Bits::new(&unit.rbsp);
    // First macroblock and slice type.
    bits.skip_golombs(2)?;
    bits.golomb()
}

/// Parses an SPS; `None` for other units. Refuses larger frames, for which the decoder has no limit.
fn sps_info(unit: &NalUnit<'_>, max_pixels: u32) -> Result<Option<SpsInfo>, CodecError> {
    if unit.nal_unit_type != NalUnitType::Sps {
        return Ok(None);
    }
    let info = parse_sps_info(unit).map_err(refused)?;
    if u64::from(info.coded_width) * u64::from(info.coded_height) > max_pixels.into() {
        return Err(CodecError::Damaged);
    }
    Ok(Some(info))
}

/// Records a parameter set that the decoder has accepted.
fn record(sets: &mut ParameterSets, unit: &NalUnit<'_>, info: Option<&SpsInfo>) {
    match (unit.nal_unit_type, info) {
        (NalUnitType::Sps, Some(info)) => {
            let mut bits = Bits::new(&unit.rbsp);
            // Profile, constraints and level.
            bits.skip(24);
            if let Some(id) = bits.golomb() {
                sets.add_sps(id, Some(colour(info)));
            }
        }
        (NalUnitType::Pps, _) => sets.add_pps(&unit.rbsp),
        _ => {}
    }
}

fn colour(info: &SpsInfo) -> Cicp {
    Cicp {
        primaries: info.primaries.into(),
        transfer: info.transfer.into(),
        matrix: info.matrix.into(),
        full_range: info.full_range,
    }
}

fn refused(error: DecodeError) -> CodecError {
    match error {
        DecodeError::Unsupported(_) => CodecError::Unsupported,
        _ => CodecError::Damaged,
    }
}

fn planes(frame: Frame, colour: Option<Cicp>) -> Planes {
    let samples = |plane: Vec<u8>| match frame.bit_depth {
        0..=8 => PlaneBuffer::Bytes(plane),
        _ => PlaneBuffer::Words(
            plane
                .as_chunks()
                .0
                .iter()
                .map(|pair| u16::from_le_bytes(*pair))
                .collect(),
        ),
    };
    Planes {
        width: frame.width,
        height: frame.height,
        luma: samples(frame.y),
        chroma: Some([samples(frame.u), samples(frame.v)]),
        halved: (true, frame.chroma_format == ChromaFormat::Yuv420),
        depth: frame.bit_depth,
        colour,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::video::codec::fixtures::config_and_sample;

    /// SPSs with ID 1 and primaries 9, transfer characteristics 16 and matrix coefficients 9, of 96 x 96 and of
    /// 4096 x 4096 pixels.
    const SECOND_SPS: &[u8] = &[
        0x67, 0x42, 0x00, 0x0a, 0x56, 0x86, 0x36, 0x9b, 0x84, 0x88, 0x04, 0x81,
    ];
    const LARGE_SPS: &[u8] = &[
        0x67, 0x42, 0x00, 0x0a, 0x56, 0x80, 0x10, 0x00, 0x08, 0x06, 0x9b, 0x84, 0x88, 0x04, 0x81,
    ];

    /// Adds an SPS to a configuration record that has one.
    fn with_sps(config: &[u8], sps: &[u8]) -> Vec<u8> {
        assert_eq!(config[5] & 31, 1);
        let end = 8 + usize::from(u16::from_be_bytes([config[6], config[7]]));
        let mut changed = config[..end].to_vec();
        changed[5] += 1;
        changed.extend((sps.len() as u16).to_be_bytes());
        changed.extend(sps);
        changed.extend(&config[end..]);
        changed
    }

    #[test]
    fn only_the_sps_that_the_slice_names_counts() {
        let movie = include_bytes!("../../../../../tests/fixtures/video/early.m4v");
        let (config, sample) = config_and_sample(movie);
        let decoded = |config: &[u8]| {
            let planes = decode(config, &sample, 1 << 16).expect("decoded");
            ((planes.width, planes.height), planes.colour)
        };
        let plain = decoded(&config);
        assert_eq!(plain.1.map(|colour| colour.primaries), Some(2));
        for sps in [SECOND_SPS, LARGE_SPS, &SECOND_SPS[..5]] {
            assert_eq!(decoded(&with_sps(&config, sps)), plain);
        }
    }

    #[test]
    fn frames_larger_than_declared_are_refused() {
        let movie = include_bytes!("../../../../../tests/fixtures/video/early.m4v");
        let (config, sample) = config_and_sample(movie);
        let refused = decode(&config, &sample, 1 << 8).map(|planes| planes.width);
        assert_eq!(refused, Err(CodecError::Damaged));
    }

    #[test]
    fn too_many_slices_are_refused() {
        let movie = include_bytes!("../../../../../tests/fixtures/video/early.m4v");
        let (config, sample) = config_and_sample(movie);
        assert_eq!(config[4] & 3, 3, "lengths of four bytes");
        // Ends after its first macroblock, 1, with which it continues the picture.
        let slice = [0_u8, 0, 0, 2, 0x65, 0x40];
        let decoded = |count: usize, max_pixels: u32| {
            let sample = [sample.clone(), slice.repeat(count)].concat();
            decode(&config, &sample, max_pixels).map(|planes| planes.width)
        };
        let plain = decoded(0, 1 << 16);
        assert!(plain.is_ok());
        assert_eq!(decoded(2000, 1 << 16), plain);
        // ffmpeg may be able to decode the rest.
        assert_eq!(decoded(10_000, 1 << 16), Err(CodecError::Unsupported));
        assert_eq!(decoded(100_000, 1 << 16), Err(CodecError::Unsupported));
        // Larger pictures take longer to copy.
        assert_eq!(decoded(100, 1 << 26), plain);
        assert_eq!(decoded(200, 1 << 26), Err(CodecError::Unsupported));
    }

    #[test]
    fn the_number_of_slices_depends_on_the_size_of_the_picture() {
        assert_eq!(max_slices(0), 8192);
        assert_eq!(max_slices(1 << 20), 8192);
        assert_eq!(max_slices(1 << 26), 128);
        assert_eq!(max_slices(u32::MAX), 2);
    }
}
