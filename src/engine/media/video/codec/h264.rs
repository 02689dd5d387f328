//! H.264 key frames.

use rust_h264::decoder::{ChromaFormat, Decoder, Frame};
use rust_h264::error::DecodeError;
use rust_h264::nal::{
    NalUnit, NalUnitType, SpsInfo, parse_avcc, parse_avcc_config, parse_sps_info,
};

use super::{CodecError, units};
use crate::engine::media::decode::Cicp;
use crate::engine::media::video::planes::{PlaneBuffer, Planes};

/// Decodes a key frame with the parameter sets of its configuration record (ISO/IEC 14496-15, 5.3.3).
pub fn decode(config: &[u8], sample: &[u8], most_pixels: u32) -> Result<Planes, CodecError> {
    let config = parse_avcc_config(config).map_err(|_| CodecError::Damaged)?;
    let length_size = u8::try_from(config.length_size).unwrap_or(4);
    units(sample, length_size)?;
    let in_sample = parse_avcc(sample, config.length_size);
    let units = || {
        config
            .sps_nals
            .iter()
            .chain(&config.pps_nals)
            .chain(&in_sample)
    };
    let mut about = None;
    for unit in units().filter(|unit| unit.nal_unit_type == NalUnitType::Sps) {
        let info = parse_sps_info(unit).map_err(refused)?;
        if u64::from(info.coded_width) * u64::from(info.coded_height) > most_pixels.into() {
            return Err(CodecError::Damaged);
        }
        about = Some(info);
    }
    let frame = first_frame(units())?;
    Ok(planes(frame, about))
}

fn first_frame<'a>(units: impl Iterator<Item = &'a NalUnit<'a>>) -> Result<Frame, CodecError> {
    let mut decoder = Decoder::new();
    for unit in units {
        match decoder.decode_nal(unit) {
            Ok(Some(frame)) => return Ok(frame),
            Ok(None) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    decoder.flush().ok_or(CodecError::Damaged)
}

fn refused(error: DecodeError) -> CodecError {
    match error {
        DecodeError::Unsupported(_) => CodecError::Unsupported,
        _ => CodecError::Damaged,
    }
}

fn planes(frame: Frame, about: Option<SpsInfo>) -> Planes {
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
    let colour = about.map(|info| Cicp {
        primaries: info.primaries.into(),
        transfer: info.transfer.into(),
        matrix: info.matrix.into(),
        full_range: info.full_range,
    });
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
