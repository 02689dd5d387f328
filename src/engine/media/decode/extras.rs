//! DDS, SGI and PCX, decoded by image-extras.

use std::io::Cursor;

use image::{ImageDecoder, ImageResult};
use image_extras::{dds::DdsDecoder, pcx::PCXDecoder, sgi::SgiDecoder};

use super::raster::{Raster, damaged, decode_with};
use super::{DecodeError, DecodeLimits, Picture};
use crate::engine::cancel::{Cancel, CancelReader};

type CancellableBytes<'bytes, 'cancel> = CancelReader<'cancel, Cursor<&'bytes [u8]>>;

pub static DDS: Raster = Raster {
    name: "DDS",
    probe: is_dds,
    is_certain: is_dds,
    decode: |bytes, limits| decode(bytes, "DDS", DdsDecoder::new, limits),
};
pub static SGI: Raster = Raster {
    name: "SGI",
    probe: is_sgi,
    is_certain: is_sgi,
    decode: |bytes, limits| decode(bytes, "SGI", SgiDecoder::new, limits),
};
pub static PCX: Raster = Raster {
    name: "PCX",
    probe: is_pcx,
    is_certain: is_pcx,
    decode: |bytes, limits| decode(bytes, "PCX", PCXDecoder::new, limits),
};

fn is_dds(bytes: &[u8]) -> bool {
    bytes.starts_with(b"DDS \x7c\0\0\0")
}

/// Checks compression, bytes per sample and dimensions.
fn is_sgi(bytes: &[u8]) -> bool {
    matches!(bytes, [0x01, 0xda, 0 | 1, 1 | 2, 0, 1..=3, ..])
}

/// Checks every field of the header, because the magic number is a single byte.
fn is_pcx(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<128>() else {
        return false;
    };
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    matches!(header[..4], [10, 0 | 2..=5, 0 | 1, 1 | 2 | 4 | 8])
        && word(4) <= word(8)
        && word(6) <= word(10)
        && header[64] == 0
        && (1..=4).contains(&header[65])
}

fn decode<'bytes, 'cancel, D: ImageDecoder>(
    bytes: &'bytes [u8],
    name: &'static str,
    open: impl FnOnce(CancellableBytes<'bytes, 'cancel>) -> ImageResult<D>,
    limits: &mut DecodeLimits<'cancel>,
) -> Result<Picture, DecodeError> {
    let cancel: &'cancel Cancel = limits.cancel;
    let reader = CancelReader::new(Cursor::new(bytes), cancel);
    let decoder = open(reader).map_err(|e| damaged(name, &e))?;
    // The decoder's output, an 8-bit copy, and the decoder's internal buffers.
    let per_pixel = 2 * u64::from(decoder.color_type().bytes_per_pixel()) + 4;
    decode_with(decoder, name, per_pixel, limits)
}
