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

/// Decodes a key frame with the parameter sets of its configuration record (ISO/IEC 14496-15, 5.3.3).
pub fn decode(config: &[u8], sample: &[u8], max_pixels: u32) -> Result<Planes, CodecError> {
    let config = parse_avcc_config(config).map_err(|_| CodecError::Damaged)?;
    let length_size = u8::try_from(config.length_size).unwrap_or(4);
    units(sample, length_size)?;
    let in_sample = parse_avcc(sample, config.length_size);
    let parameters = config.sps_nals.iter().chain(&config.pps_nals);
    let mut decoder = Decoder::new();
    let mut sets = ParameterSets::default();
    let mut refusal = None;
    for unit in parameters.chain(&in_sample) {
        let decoded = read_unit(&mut sets, unit, max_pixels)
            .and_then(|()| decoder.decode_nal(unit).map_err(refused));
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

fn is_slice(unit: &NalUnit<'_>) -> bool {
    matches!(
        unit.nal_unit_type,
        NalUnitType::Slice | NalUnitType::SliceIdr
    )
}

/// Records a parameter set, or the one that a slice names (ITU-T H.264, 7.3.3). Refuses an SPS of larger frames, for
/// which the decoder has no limit.
fn read_unit(
    sets: &mut ParameterSets,
    unit: &NalUnit<'_>,
    max_pixels: u32,
) -> Result<(), CodecError> {
    let mut bits = Bits::new(&unit.rbsp);
    match unit.nal_unit_type {
        NalUnitType::Sps => {
            let info = parse_sps_info(unit).map_err(refused)?;
            if u64::from(info.coded_width) * u64::from(info.coded_height) > max_pixels.into() {
                return Err(CodecError::Damaged);
            }
            // Profile, constraints and level.
            bits.skip(24);
            if let Some(id) = bits.golomb() {
                sets.add_sps(id, Some(colour(&info)));
            }
        }
        NalUnitType::Pps => sets.add_pps(&unit.rbsp),
        _ if is_slice(unit) => {
            // Its first macroblock and its type.
            let skipped = bits.skip_golombs(2);
            sets.start_slice(skipped.and_then(|()| bits.golomb()));
        }
        _ => {}
    }
    Ok(())
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
}
