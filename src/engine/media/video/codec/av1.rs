//! AV1 key frames.

use re_rav1d::dav1d::{Decoder, Error, Picture, PixelLayout, PlanarImageComponent, Settings};

use super::CodecError;
use crate::engine::media::decode::Cicp;
use crate::engine::media::video::planes::{PlaneBuffer, Planes};

/// Decodes a key frame; the configuration record supplies the sequence header if the sample has none.
pub fn decode(config: &[u8], sample: &[u8], max_pixels: u32) -> Result<Planes, CodecError> {
    let own = first_picture(sample.to_vec(), max_pixels);
    let picture = own.or_else(|_| {
        let header = config.get(4..).unwrap_or_default();
        first_picture([header, sample].concat(), max_pixels)
    })?;
    planes(&picture)
}

fn first_picture(data: Vec<u8>, max_pixels: u32) -> Result<Picture, CodecError> {
    let mut settings = Settings::new();
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(max_pixels);
    let mut decoder = Decoder::with_settings(&settings).map_err(|_| CodecError::Damaged)?;
    let mut sent = decoder.send_data(data, None, None, None);
    loop {
        match decoder.get_picture() {
            Ok(picture) => return Ok(picture),
            Err(Error::Again) if sent == Err(Error::Again) => sent = decoder.send_pending_data(),
            Err(Error::UnsupportedBitstream) => return Err(CodecError::Unsupported),
            Err(_) => return Err(CodecError::Damaged),
        }
    }
}

fn planes(picture: &Picture) -> Result<Planes, CodecError> {
    let depth = picture
        .bits_per_component()
        .ok_or(CodecError::Unsupported)?
        .0;
    let (width, height) = (picture.width(), picture.height());
    let (halved, grey) = match picture.pixel_layout() {
        PixelLayout::I400 => ((false, false), true),
        PixelLayout::I420 => ((true, true), false),
        PixelLayout::I422 => ((true, false), false),
        PixelLayout::I444 => ((false, false), false),
    };
    let samples = |component, (columns, rows): (u32, u32)| {
        let plane = picture.plane(component);
        let stride = picture.stride(component) as usize;
        packed(&plane, stride, (columns as usize, rows as usize), depth)
    };
    let size = (
        width.div_ceil(1 + u32::from(halved.0)),
        height.div_ceil(1 + u32::from(halved.1)),
    );
    let chroma = || {
        [PlanarImageComponent::U, PlanarImageComponent::V].map(|component| samples(component, size))
    };
    Ok(Planes {
        width,
        height,
        luma: samples(PlanarImageComponent::Y, (width, height)),
        chroma: (!grey).then(chroma),
        halved,
        depth: u8::try_from(depth).unwrap_or(8),
        colour: Some(Cicp::of_av1(picture)),
    })
}

/// Copies rows without their padding.
fn packed(
    plane: &[u8],
    stride: usize,
    (columns, rows): (usize, usize),
    depth: usize,
) -> PlaneBuffer {
    let bytes = if depth > 8 { 2 } else { 1 };
    let row = |row: usize| {
        plane
            .get(row * stride..row * stride + columns * bytes)
            .unwrap_or_default()
    };
    let all = (0..rows).flat_map(row);
    match bytes {
        1 => PlaneBuffer::Bytes(all.copied().collect()),
        _ => {
            let all: Vec<u8> = all.copied().collect();
            PlaneBuffer::Words(
                all.as_chunks()
                    .0
                    .iter()
                    .map(|pair| u16::from_ne_bytes(*pair))
                    .collect(),
            )
        }
    }
}
