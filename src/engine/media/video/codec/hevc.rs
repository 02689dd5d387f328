//! HEVC key frames.

use rust_h265::{
    DecodeError, DecodeLimits, Decoder, Frame, NalUnit, NalUnitType, PixelData, parse_nal,
};

use super::bits::Bits;
use super::parameter_sets::ParameterSets;
use super::{CodecError, MAX_UNITS, hevc_sps, units};
use crate::engine::media::decode::Cicp;
use crate::engine::media::video::boxes::Fields;
use crate::engine::media::video::planes::{PlaneBuffer, Planes};

/// Maximum bytes per pixel that the decoder allocates.
const BYTES_PER_PIXEL: u64 = 24;
/// Maximum number of slices per key frame, above the 600 of level 6.2: for each, the decoder copies the list of previous
/// ones.
const MAX_SLICES: u32 = 1024;
/// Maximum IDs of SPSs and PPSs (ITU-T H.265, 7.4.3).
const MAX_SPS_ID: u32 = 15;
const MAX_PPS_ID: u32 = 63;

/// Decodes a key frame with the parameter sets of its configuration record (ISO/IEC 14496-15, 8.3.3).
pub fn decode(config: &[u8], sample: &[u8], max_pixels: u32) -> Result<Planes, CodecError> {
    let (length_size, parameters) = read_config(config).ok_or(CodecError::Damaged)?;
    let units = units(sample, length_size)?;
    let mut decoder = Decoder::with_limits(DecodeLimits {
        max_picture_pixels: max_pixels.into(),
        max_picture_memory_bytes: u64::from(max_pixels) * BYTES_PER_PIXEL,
    });
    let mut sets = ParameterSets::new(MAX_SPS_ID, MAX_PPS_ID);
    let mut refusal = None;
    let mut slices = 0;
    let units = parameters.into_iter().chain(units).filter_map(parse_nal);
    // The decoder supports only the base layer, but does not skip the layers of other views and enhancements.
    for unit in units.filter(|unit| unit.nuh_layer_id == 0) {
        if unit.nal_unit_type.is_vcl() {
            slices += 1;
            if slices > MAX_SLICES {
                return Err(CodecError::Damaged);
            }
            sets.start_slice(pps_of_slice(&unit));
        }
        let decoded = decoder.decode_nal(&unit);
        if decoded.is_ok() {
            record(&mut sets, &unit);
        }
        match decoded {
            Ok(Some(frame)) => return Ok(planes(frame, sets.colour())),
            Ok(None) => {}
            // The frame may use other parameter sets.
            Err(error) if !unit.nal_unit_type.is_vcl() => {
                refusal.get_or_insert(refused(&error));
            }
            Err(error) => return Err(refusal.unwrap_or(refused(&error))),
        }
    }
    match decoder.flush() {
        Some(frame) => Ok(planes(frame, sets.colour())),
        None => Err(refusal.unwrap_or(CodecError::Damaged)),
    }
}

/// The ID of the PPS of a slice segment (ITU-T H.265, 7.3.6.1).
fn pps_of_slice(unit: &NalUnit<'_>) -> Option<u32> {
    let mut bits = Bits::new(&unit.rbsp);
    let is_irap = unit.nal_unit_type.is_irap();
    bits.skip(if is_irap { 2 } else { 1 });
    bits.golomb()
}

/// Records a parameter set that the decoder has accepted.
fn record(sets: &mut ParameterSets, unit: &NalUnit<'_>) {
    match unit.nal_unit_type {
        NalUnitType::Sps => {
            if let Some(id) = hevc_sps::id(&unit.rbsp) {
                sets.add_sps(id, hevc_sps::colour(&unit.rbsp));
            }
        }
        NalUnitType::Pps => sets.add_pps(&unit.rbsp),
        _ => {}
    }
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
            if units.len() == MAX_UNITS {
                return None;
            }
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
    use super::*;
    use crate::engine::media::video::codec::fixtures::config_and_sample;

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

    /// `HDR_SPS` with ID 1.
    const SECOND_SPS: &[u8] = &[
        0x42, 0x01, 0x01, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00,
        0x03, 0x00, 0x1e, 0x48, 0x0c, 0x20, 0x41, 0x36, 0x59, 0x98, 0xa9, 0x24, 0x6d, 0xaf, 0x01,
        0x6a, 0x12, 0x20, 0x12, 0x08, 0x00, 0x00, 0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x00, 0x50,
        0x40,
    ];

    const MOVIE: &[u8] = include_bytes!("../../../../../tests/fixtures/video/hevc-ten-bits.mov");

    /// Appends a parameter set to a configuration record.
    fn with_sps(config: &[u8], sps: &[u8]) -> Vec<u8> {
        let mut config = config.to_vec();
        // The number of arrays; each has a type, the number of its units, and their lengths.
        config[22] += 1;
        config.extend([0xa1, 0, 1]);
        config.extend((sps.len() as u16).to_be_bytes());
        config.extend(sps);
        config
    }

    #[test]
    fn the_number_of_parameter_sets_is_bounded() {
        let count = |empty: u16| {
            let lengths = vec![0_u8; 2 * usize::from(empty)];
            let [high, low] = empty.to_be_bytes();
            let config = [&[0_u8; 21][..], &[3, 1, 0xa1, high, low], &lengths].concat();
            read_config(&config).map(|(_, units)| units.len())
        };
        assert_eq!(count(MAX_UNITS as u16), Some(MAX_UNITS));
        assert_eq!(count(MAX_UNITS as u16 + 1), None);
    }

    #[test]
    fn other_layers_are_skipped() {
        let (config, sample) = config_and_sample(MOVIE);
        // A malformed SPS of layer 1.
        let sample = [&b"\0\0\0\x03\x42\x09\xff"[..], &sample].concat();
        let planes = decode(&config, &sample, 1 << 16).expect("decoded");
        assert_eq!((planes.width, planes.height), (96, 64));
    }

    #[test]
    fn colours_of_the_bitstream_are_reported() {
        let (config, sample) = config_and_sample(MOVIE);
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
        // Of several SPSs, the slice names the one with ID 0.
        assert_eq!(colour(&with_sps(&config, SECOND_SPS)), Some([2, 2, 2]));
    }

    #[test]
    fn damage_to_an_sps_that_is_not_used_does_no_harm() {
        let (config, sample) = config_and_sample(MOVIE);
        let config = with_sps(&config, &SECOND_SPS[..24]);
        let planes = decode(&config, &sample, 1 << 16).expect("decoded");
        assert_eq!((planes.width, planes.height), (96, 64));
    }
}
